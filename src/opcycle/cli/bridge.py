"""`opcycle deposit`, `withdraw`, `status`, `prove`, `finalize`: ETH between L1 and L2, and what it waits for."""
