"""The commands: thin, each imports what it needs when it runs."""
