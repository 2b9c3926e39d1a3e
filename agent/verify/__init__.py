"""The verifier: checks, cheapest first, then measurement."""
