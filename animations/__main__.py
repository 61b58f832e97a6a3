"""Explore a recording in a folder: a page of its parameters and losses, update by update.

python -m animations run/                        writes run.html
python -m animations run/ --out page.html --open

The folder does not tell why the numbers changed. For that, load it in Python, with everything that training was given:
explore(Recording.load("run", model=…, x=…, y=…, loss=…, optimizer=…), "run.html")
"""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from animations.explore import explore
from tinylearn import Recording


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return 0, or 1 if there is no such recording."""
    form = argparse.RawDescriptionHelpFormatter
    command = argparse.ArgumentParser("python -m animations", description=__doc__, formatter_class=form)
    command.add_argument("recording", type=Path, metavar="FOLDER", help="a folder that a Recorder wrote")
    command.add_argument("--out", type=Path, metavar="PAGE", help="where to write the page (default: FOLDER.html)")
    command.add_argument("--open", action="store_true", help="open the page in the browser")
    arguments = command.parse_args(words)
    out = arguments.out or Path(f"{arguments.recording.resolve().name}.html")
    if out.suffix.lower() != ".html":
        command.error(f"--out must end in .html, got {out}")
    try:
        explore(Recording.load(arguments.recording), out)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(out)
    if arguments.open and not webbrowser.open(out.resolve().as_uri()):
        print(f"Open {out} in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
