"""Wire formats and consensus types. Pure: bytes in, values out; no I/O, no clock, no config file."""
