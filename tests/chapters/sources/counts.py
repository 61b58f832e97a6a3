"""Counts of correct answers, as the films of chapters 5 to 7 compare them."""

import numpy as np


def gap_film(runs, epochs):
    """Return what the audit is told of a film of gaps; for each run and set of pictures: name, correct answers, total.

    The first set was learned from, the second is new.
    """
    values = {"epoch": epochs, "last_epoch": epochs[-1]}
    for i, sets in enumerate(runs):
        for j, (_, correct, total) in enumerate(sets):
            values |= {f"run_{i}.correct[{j}]": correct, f"run_{i}.total[{j}]": total}
        seen, new = (np.array(correct) / total for _, correct, total in sets[:2])
        values[f"run_{i}.gap"] = seen - new
    return {"source": values}
