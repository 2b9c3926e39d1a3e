"""Every prompt filled in with an example: for the snapshots of the tests, and for their sizes in the documentation."""
