"""The server that lets a coding assistant measure: Model Context Protocol over standard input and output."""
