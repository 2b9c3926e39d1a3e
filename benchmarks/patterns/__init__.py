"""What the catalogue of patterns gains and where it loses, measured."""
