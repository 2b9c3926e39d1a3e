"""What continuous integration asks for: the gate of a change, and runs that end in pull requests."""
