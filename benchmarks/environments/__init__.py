"""Whether real packages build and pass their tests without a word of configuration, and how fast the second time."""
