"""The tests. A package only so that this name means this folder: a dependency installs one of the same name."""
