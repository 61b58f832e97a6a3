"""The chapters of the book, as scripts that read like it. `python -m chapters` runs them; to import one is to get what
it defines.
"""

from chapters.tools.importing import install

install()
