"""Counts of right answers, as the scenes of chapters 5 and 6 show them."""

import numpy as np

COUNTED = ("training set", "test set", "always deer")


def counts_of(seen, new, labels, epochs, prefix=""):
    """Return gid → value in each frame of a tally of right answers, and gid → label."""
    always = np.bincount(labels).max()
    rows = ((seen, 160), (new, len(labels)), ([always] * len(epochs), len(labels)))
    values = {f"{prefix}epoch": epochs}
    for row, (right, total) in enumerate(rows):
        values |= {f"{prefix}right[{row}]": right, f"{prefix}total[{row}]": [total] * len(epochs)}
    names = {f"{prefix}right[{row}]": name for row, name in enumerate(COUNTED)} | {f"{prefix}epoch": "epoch"}
    return values, names | {f"{prefix}total[{row}]": "of" for row in range(3)}
