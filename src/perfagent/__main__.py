"""`python -m perfagent`."""

from perfagent.cli.main import main

if __name__ == "__main__":
    main()
