"""The oldest versions that setup.cfg allows, as constraints for pip: tests/floors.sh tests with these.

    python tests/floors.py > floors.txt && python -m pip install -c floors.txt -e ".[test]"

A bound that cannot be installed (`>= 3.6` where 3.6.1 was the first) stops pip, and so does one that another package's
bound excludes: setup.cfg then promises what does not exist.
"""

from __future__ import annotations

import configparser
import re
from pathlib import Path

SETUP = Path(__file__).parents[1] / "setup.cfg"


def floors() -> list[str]:
    """Return `name==oldest` for each package that setup.cfg names; ValueError for one without a lower bound."""
    setup = configparser.ConfigParser()
    setup.read_string(SETUP.read_text(encoding="utf-8"))
    extras = [setup["options.extras_require"][extra] for extra in ("video", "test")]
    lines = "\n".join([setup["options"]["install_requires"], *extras]).split("\n")
    return [floor(line) for line in dict.fromkeys(filter(None, lines))]


def floor(requirement: str) -> str:
    """Return a requirement's oldest version.

    >>> floor("numpy >= 2.0")
    'numpy==2.0'
    """
    found = re.fullmatch(r"([\w-]+) >= ([\d.]+)", requirement)
    if found is None:
        raise ValueError(f"setup.cfg: write 'name >= oldest version', got {requirement!r}")
    return "==".join(found.groups())


if __name__ == "__main__":
    print("\n".join(floors()))
