"""What to try: the catalogue's ideas and the model's, in order, and the edits that carry them out."""
