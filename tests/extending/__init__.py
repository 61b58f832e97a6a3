"""Third-party layers: written with the recipe of the README and public names only."""
