"""Counts of correct answers, as the films of chapters 5 to 7 compare them."""

import numpy as np


def gap_film(runs, epochs):
    """Return what the audit is told of a film of gaps; for each run and set of pictures: name, correct answers, total.

    The first set was learned from, the second is new. A gap stands between their curves, right of their ends.
    """
    values, names = {"epoch": epochs, "last_epoch": epochs[-1]}, {"epoch": "Epoch", "last_epoch": "of"}
    middles = {}
    for i, sets in enumerate(runs):
        for j, (name, correct, total) in enumerate(sets):
            values |= {f"run_{i}.correct[{j}]": correct, f"run_{i}.total[{j}]": total}
            names |= {f"run_{i}.correct[{j}]": name, f"run_{i}.total[{j}]": "of"}
        seen, new = (np.array(correct) / total for _, correct, total in sets[:2])
        values[f"run_{i}.gap"], middles[f"run_{i}.gap"] = seen - new, (seen + new) / 2

    def places(frame):
        right = epochs[frame] + 0.04 * epochs[-1]
        return {gid: (right, max(middle[frame], 0.04)) for gid, middle in middles.items()}

    return {"source": values, "names": names, "places": places}
