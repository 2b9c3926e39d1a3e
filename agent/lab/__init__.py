"""Where the target is made ready and run: trees, benches, and what is learned at the baseline."""
