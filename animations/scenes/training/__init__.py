"""Training, seen as a whole."""
