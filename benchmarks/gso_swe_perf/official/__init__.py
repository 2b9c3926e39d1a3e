"""The published protocols, in a container with the project at /testbed."""
