"""Test files that conversion writes into repositories: pytest and the standard library alone, Python 3.6 and later."""
