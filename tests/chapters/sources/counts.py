"""Counts of correct answers, as the scenes of chapters 5 and 6 show them."""

import numpy as np

COUNTED = ("training set", "test set", "always deer")


def counts_of(seen, new, labels, epochs, prefix=""):
    """Return gid → value in each frame of a count of correct answers, and gid → label."""
    always = np.bincount(labels).max()
    rows = ((seen, 160), (new, len(labels)), ([always] * len(epochs), len(labels)))
    values = {f"{prefix}epoch": epochs}
    for row, (correct, total) in enumerate(rows):
        values |= {f"{prefix}correct[{row}]": correct, f"{prefix}total[{row}]": [total] * len(epochs)}
    names = {f"{prefix}correct[{row}]": name for row, name in enumerate(COUNTED)} | {f"{prefix}epoch": "epoch"}
    return values, names | {f"{prefix}total[{row}]": "of" for row in range(3)}
