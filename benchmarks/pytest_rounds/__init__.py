"""What forking the sides of a round from one interpreter saves, and whether it is fair."""
