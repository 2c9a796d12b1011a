"""A package only so that `tests` means this folder: a dependency installs one of the same name."""
