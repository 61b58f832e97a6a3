"""Draw the pictures of the README into docs/.

python -m chapters.tools.readme_pictures
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from chapters.tools.chapter import CHAPTERS
from chapters.tools.starting import interruptible

ROOT = Path(__file__).parents[2]
LIMIT = 3_000_000  # for all of them together


def shown_pictures(readme: str) -> list[str]:
    """Return the names of the pictures in docs/ that a README shows.

    >>> shown_pictures("![A neuron learns.](docs/ch03_first_neuron.gif) and ![](elsewhere/other.gif)")
    ['ch03_first_neuron.gif']
    """
    return re.findall(r"\]\(docs/(ch\d\d_\w+\.gif)\)", readme)


def main() -> None:
    """Run the chapters that draw these pictures; replace the old pictures."""
    docs, names = ROOT / "docs", shown_pictures((ROOT / "README.md").read_text(encoding="utf-8"))
    with interruptible(), tempfile.TemporaryDirectory() as folder:
        for chapter in sorted({name[:4] for name in names}):
            CHAPTERS[int(chapter[2:])].main(Path(folder), formats=("gif",))
        size = sum((Path(folder) / name).stat().st_size for name in names)
        if size > LIMIT:
            raise SystemExit(f"the pictures of the README may take {LIMIT:,} bytes together, but they take {size:,}")
        docs.mkdir(exist_ok=True)
        for old in docs.glob("ch*.gif"):
            old.unlink()
        for name in names:
            shutil.copy(Path(folder) / name, docs / name)
            print(f"docs/{name}  {(docs / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
