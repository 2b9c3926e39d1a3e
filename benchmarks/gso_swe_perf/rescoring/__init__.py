"""Results that somebody published, scored anew by our scorers."""
