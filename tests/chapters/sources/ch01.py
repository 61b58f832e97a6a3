"""Chapter 1: the values of the file, and their shares of the whole."""

import csv
from pathlib import Path

import tinylearn.datasets

HANDED = ()
CAPTIONS = {"Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0"}
UNPLACED = {
    "year",  # stands alone, large, in a corner
}


def table():
    """Return the years, and name → values, of every tenth row of the file."""
    lines = (Path(tinylearn.datasets.__file__).parent / "gdp.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))[::10]
    years = [float(row.pop("year")) for row in rows]
    return years, {name: [float(row[name]) for row in rows] for name in rows[0]}


def films(handed):
    years, columns = table()

    def values(frame, *kinds):
        time = years[frame]
        now = {name: column[frame] for name, column in columns.items()}
        total = sum(now.values())
        found = {
            "year": {"year": time},
            "value": {f"value[{time:.0f}, {name}]": value for name, value in now.items()},
            "share": {f"share[{time:.0f}, {name}]": value / total for name, value in now.items()},
            "total": {f"total[{time:.0f}]": total},
        }
        return {gid: value for kind in kinds for gid, value in found[kind].items()}

    def film(*kinds):
        gids = [gid for frame in range(len(years)) for gid in values(frame, *kinds)]
        names = {gid: gid.rstrip("]").split(", ")[-1] for gid in gids if ", " in gid}
        names |= {gid: "the whole pie, their sum:" for gid in gids if gid.startswith("total")}
        return {"source": lambda frame: values(frame, "year", *kinds), "names": names}

    return {
        "ch01_shortest_scene": {"source": {}},
        "ch01_gdp_lines": film("value"),
        "ch01_bar_race": film("value"),
        "ch01_bars_and_lines": film("value"),
        "ch01_pie_and_lines": film("value", "share", "total"),
    }
