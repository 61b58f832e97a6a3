"""Run all chapters, or those that you name by their numbers.

python -m chapters                      run all of them, into gallery/
python -m chapters 3 --format gif png   run one, in two formats
python -m chapters 1 --csv FILE         animate a table of your own
python -m chapters 3 --slides           run one, and write it as slides too
python -m chapters --check              run all twice: are the files the same, byte for byte?
"""

from __future__ import annotations

import sys

from chapters.parts import images
from chapters.tools.chapter import CHAPTERS
from chapters.tools.check import check
from chapters.tools.options import table_option
from chapters.tools.run import run_all
from chapters.tools.settings import parser


def main() -> None:
    """Read the command line and run what it asks for."""
    command = parser(__doc__ or "", "python -m chapters")
    command.add_argument("chapters", nargs="*", type=int, metavar="N", help="chapter numbers (default: all)")
    command.add_argument("--check", action="store_true", help="run twice, keep no files, report every difference")
    command.add_argument("--digests", action="store_true", help="also write digests of all recordings, to compare runs")
    images.options(command)
    table_option(command)
    arguments = command.parse_args()
    for number in arguments.chapters:
        if number not in CHAPTERS:
            command.error(f"chapter {number} does not exist; choose from {', '.join(map(str, CHAPTERS))}")
    if arguments.csv and arguments.chapters != [1]:
        command.error("--csv works with chapter 1 alone; run python -m chapters 1 --csv FILE")
    if arguments.check:
        sys.exit(check([word for word in sys.argv[1:] if not (len(word) > 2 and "--check".startswith(word))]))
    chapters = {f"ch{number:02}": CHAPTERS[number] for number in arguments.chapters or CHAPTERS}
    run_all(chapters, arguments, bind=not (arguments.format or arguments.csv))


if __name__ == "__main__":
    main()
