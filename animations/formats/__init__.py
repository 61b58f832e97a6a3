"""How frames become files: a module for each format."""
