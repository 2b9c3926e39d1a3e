"""What acts: each folder stands alone, knows nothing of the agent, and is usable from a script."""
