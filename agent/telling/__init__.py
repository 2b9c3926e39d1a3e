"""What a model is told: facts of the target and its profile, patterns, examples, and why a candidate was not kept."""
