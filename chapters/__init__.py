"""The chapters of the book, as scripts that read like it. `python -m chapters` runs them."""
