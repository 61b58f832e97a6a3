"""An honest account of a classifier: its accuracy, on how many examples, and beside the baseline.

N examples, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tinylearn.checks import texts
from tinylearn.metrics import confidence_interval, confusion_matrix, majority_baseline


class Scorecard:
    """How many predictions are correct, which class is taken for which, and whether that beats no model at all.

    predicted and target are as for `accuracy`; `names` are the names of the K classes, class 0 first.

    matrix     (K, K) counts: row is the true class, column the predicted one
    correct    of `total` examples; `accuracy` is the fraction
    interval   the 95 % confidence interval of the accuracy
    majority   the name of the most frequent class; if you always say it, your accuracy is `baseline`
    is_better  does the whole interval lie above the baseline?

    >>> print(Scorecard([1] * 35 + [0] * 6, [1] * 24 + [0] * 17, names=["deer", "horse"]))
    30 of 41 correct: accuracy 0.732, 95 % interval 0.581 to 0.843
    always saying "horse": 24 of 41, accuracy 0.585
    not shown to be better than always saying "horse": 41 examples are too few to tell
    true / predicted  deer  horse
    deer                 6     11
    horse                0     24
    """

    def __init__(self, predicted: Any, target: Any, *, names: Sequence[str]) -> None:
        self.names = texts("Scorecard", "names", names)
        if not self.names:
            raise ValueError(f"Scorecard: names must hold a text for each class, got {names!r}")
        self.matrix = confusion_matrix(predicted, target, len(self.names))
        self.correct, self.total = int(self.matrix.trace()), int(self.matrix.sum())
        if self.total == 0:
            raise ValueError("Scorecard: expected at least one example, got none")
        self.accuracy = self.correct / self.total
        self.interval = confidence_interval(self.correct, self.total)
        self.majority = self.names[self.matrix.sum(axis=1).argmax()]
        self.baseline = majority_baseline(target)
        self.is_better = self.baseline < self.interval[0]

    def summary(self) -> str:
        """Say whether the model is better than always saying the most frequent class."""
        other = f'always saying "{self.majority}"'
        if self.is_better:
            return f"better than {other}"
        if self.accuracy <= self.baseline:
            return f"no better than {other}"
        return f"not shown to be better than {other}: {self.total} examples are too few to tell"

    def as_dict(self, name: str) -> dict[str, Any]:
        """Return its numbers and texts for a JSON file; each key begins with `name`, of the model or the data."""
        return {
            f"{name}, accuracy": self.accuracy,
            f"{name}, correct": f"{self.correct} of {self.total}",
            f"{name}, 95 % interval": [round(end, 4) for end in self.interval],
            f"{name}, baseline": self.baseline,
            f"{name}, confusion matrix": self.matrix.tolist(),
            f"{name}, summary": self.summary(),
        }

    def __repr__(self) -> str:  # so that a notebook shows the table
        low, high = self.interval
        most = self.matrix.sum(axis=1).max()
        interval = f"95 % interval {low:.3f} to {high:.3f}"
        lines = [
            f"{self.correct} of {self.total} correct: accuracy {self.accuracy:.3f}, {interval}",
            f'always saying "{self.majority}": {most} of {self.total}, accuracy {self.baseline:.3f}',
            self.summary(),
        ]
        columns = [("true / predicted", *self.names), *zip(self.names, *self.matrix.astype(str).tolist(), strict=True)]
        widths = [max(map(len, column)) for column in columns]
        for first, *others in zip(*columns, strict=True):
            lines.append("  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]))
        return "\n".join(lines)
