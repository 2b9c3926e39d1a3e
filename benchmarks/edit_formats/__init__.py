"""How safely edits are placed: real changes, damaged the way models damage them, in each format."""
