"""Chapter 1: the values of the file, and their shares of the whole."""

import csv
from functools import partial
from importlib.resources import files

HANDED = ()
CAPTIONS = {"Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0"}
FILMS = {"gdp_lines": "v", "shortest_scene": "", "bar_race": "v", "bars_and_lines": "v", "pie_and_lines": "vst"}


def films(handed):
    """Each shows the year, and of it values, shares, their total."""
    lines = files("tinylearn.datasets").joinpath("gdp.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))[::10]
    years = [row.pop("year") for row in rows]

    def values(kinds, frame):
        year, row = years[frame], {name: float(value) for name, value in rows[frame].items()}
        total = sum(row.values())
        found = {"v": {f"value[{year}, {name}]": value for name, value in row.items()},
                 "s": {f"share[{year}, {name}]": value / total for name, value in row.items()},
                 "t": {f"total[{year}]": total}}  # fmt: skip
        return {"year": float(year)} | {gid: value for kind in kinds for gid, value in found[kind].items()}

    return {f"ch01_{name}": {"source": partial(values, kinds) if kinds else {}} for name, kinds in FILMS.items()}
