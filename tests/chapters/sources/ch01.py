"""Chapter 1: the values of the file, between its years too, and their shares of the whole."""

import csv
from pathlib import Path

import numpy as np

import tinylearn.datasets

HANDED = ()
CAPTIONS = {"Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0"}
UNPLACED = {
    "year",  # stands alone, large, in a corner
    "value[2000, China]",  # in the race, where China just passes the UK, and their names make way
}


def table():
    """Return the years, and name → values, of every tenth row of the file."""
    lines = (Path(tinylearn.datasets.__file__).parent / "gdp.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))[::10]
    years = [float(row.pop("year")) for row in rows]
    return years, {name: [float(row[name]) for row in rows] for name in rows[0]}


def films(handed):
    years, columns = table()

    def values(frame, frames, *kinds):
        time = 1970 + 50 * frame / (frames - 1)
        now = {name: float(np.interp(time, years, column)) for name, column in columns.items()}
        total = sum(now.values())
        found = {
            "year": {"year": max(year for year in years if year <= time)},
            "value": {f"value[{time:.10g}, {name}]": value for name, value in now.items()},
            "share": {f"share[{time:.10g}, {name}]": value / total for name, value in now.items()},
            "total": {f"total[{time:.10g}]": total},
        }
        return {gid: value for kind in kinds for gid, value in found[kind].items()}

    def film(frames, *kinds):
        gids = [gid for frame in range(frames) for gid in values(frame, frames, *kinds)]
        names = {gid: gid.rstrip("]").split(", ")[-1] for gid in gids if ", " in gid}
        names |= {gid: "the whole pie, their sum:" for gid in gids if gid.startswith("total")}
        return {"source": lambda frame: values(frame, frames, "year", *kinds), "names": names}

    race = film(11, "value")
    del race["names"]["value[2000, China]"]  # China just passes the UK, and its name makes way for the other
    return {
        "ch01_shortest_scene": {"source": {}},
        "ch01_gdp_lines": film(6, "value"),
        "ch01_bar_race": race,
        "ch01_bars_and_lines": film(6, "value"),
        "ch01_pie_and_lines": film(6, "value", "share", "total"),
    }
