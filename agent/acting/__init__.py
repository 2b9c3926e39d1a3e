"""What a model's tools do in a run: shell, tests, quick measurements, profiles."""
