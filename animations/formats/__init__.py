"""Turns frames into files: one module for each format."""
