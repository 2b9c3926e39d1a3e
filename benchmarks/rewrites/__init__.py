"""What each rewrite of the catalogue gains on its own example."""
