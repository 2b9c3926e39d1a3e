"""The rules, one file each; a file put here joins the catalogue."""
