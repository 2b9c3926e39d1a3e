"""Published results run through our scorers: what agrees, and what does not and why."""
