"""Layers of a stranger, who knows the README's recipe and public names only."""
