"""The bytecode of network upgrades, a fork a module, as every OP Stack chain deploys it to the byte."""
