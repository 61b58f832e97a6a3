"""The scenes, a folder for each theme."""
