"""Files that run inside the sandbox, next to the code under test: standard library only, Python 3.7 and
later.

They are started by path (`python HARNESS/run_script.py OPTIONS`), never imported by perfagent. OPTIONS is
one JSON object, or `-` for the same object on standard input; perfagent_session.py says what it holds.
"""
