"""Chapter 7: probabilities of two pictures in each epoch, and the shares of right answers."""

import numpy as np

from tinylearn import Softmax
from tinylearn.datasets import CLASS_NAMES

HANDED = ("class_bars",)
CAPTIONS = set()
UNPLACED = set()


def films(handed):
    ((run, *_), _) = handed["class_bars"][0]
    epochs = [0, 1, 2]
    values = {f"{name}.{gid}": each for name in ("truck", "frog", "network")
              for gid, each in (("epoch", epochs), ("last_epoch", 2))}  # fmt: skip
    for i, name in enumerate(("truck", "frog")):
        said = [
            *(shown[i] for shown in run.shown.values[:2]),
            Softmax().forward(run.model.predict(run.data.x_test[[run.rows[i]]]))[0],
        ]
        values |= {f"{name}.predicted[{k}]": [p[k] for p in said] for k in range(len(CLASS_NAMES))}
    for row, (right, total) in enumerate(((np.array(run.seen.values), 200), (np.array(run.new.values), 100))):
        values |= {
            f"network.right[{row}]": right,
            f"network.total[{row}]": total,
            f"network.share[{row}]": right / total,
        }
    names = {f"{name}.{gid}": label for name in ("truck", "frog", "network")
             for gid, label in (("epoch", "Epoch"), ("last_epoch", "of"))}  # fmt: skip
    names |= {f"truck.predicted[{k}]": name for k, name in enumerate(CLASS_NAMES)}
    names |= {f"frog.predicted[{k}]": name for k, name in enumerate(CLASS_NAMES)}
    names |= {"network.share[0]": "learned from", "network.share[1]": "never seen"}
    return {"ch07_augmentation": {"source": {}}, "ch07_truck_and_frog": {"source": values, "names": names}}
