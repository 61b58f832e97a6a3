"""How frames are painted."""
