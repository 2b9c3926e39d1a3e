"""`perfagent init`: what a repository is seen to have, what is worth writing down, and a first benchmark."""
