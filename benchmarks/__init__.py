"""Every figure that the README or a note states, each with the command that measures it: `make bench`.

Machines are noisy: what is compared is measured in one run, and the ratio counts.
"""
