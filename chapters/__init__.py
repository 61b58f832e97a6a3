"""The chapters of the book, as scripts that read like it. `python -m chapters` runs them; to import one is to get what
it defines.
"""

import sys

if sys.argv[0] == "-m":  # python -m chapters, or one of them: this is the first of all its lines
    from chapters.tools.starting import prepare

    prepare()

from chapters.tools.importing import install

install()
