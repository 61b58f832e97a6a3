"""The scenes, one folder per theme."""
