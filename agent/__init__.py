"""What decides: the state machine and what steers it."""
