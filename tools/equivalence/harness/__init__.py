"""Files that run inside the sandbox beside the code under test: standard library only, Python 3.7 and later.

They are loaded by path or through PYTHONPATH, never imported by perfagent itself.
"""
