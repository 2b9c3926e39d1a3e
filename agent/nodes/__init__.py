"""The machine's nodes, one file each: a function of state and services that returns the state's changes."""
