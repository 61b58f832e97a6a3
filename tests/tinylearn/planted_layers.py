"""Layers with one planted error each. `check_gradients` must find it, and say where.

WRONG numbers, BROKEN rules with correct numbers: name → (the layer, as a function that makes it; the message)
"""

import numpy as np

from tinylearn import BatchNorm, Dense, Dropout, Flatten, Layer, Softmax, Tanh

GENERATOR = np.random.default_rng(0)


class Scale(Layer):
    """out = f · x."""

    key = "f"

    def __init__(self):
        self.params[self.key] = np.array([2.0])

    def forward(self, x):
        self.x = x
        return self.params[self.key] * x

    def backward(self, dout):
        self.grads[self.key] = np.array([np.sum(dout * self.x)])
        return self.params[self.key] * dout


class Distance(Layer):
    """out = (x - mean)²: here the gradient depends on what forward remembers, and changes, while training."""

    def __init__(self):
        self.state["mean"] = np.zeros(3)

    def forward(self, x):
        self.distance = x - self.state["mean"]
        if self.training:
            self.state["mean"] = x.mean(axis=0)
        return self.distance**2

    def backward(self, dout):
        return dout * 2 * self.distance


def spoilt(kind, change, *args, name=None, **attributes):
    """Return a function that makes a layer like `kind`, but its backward is `change(layer, dout, right)`.

    `right(dout)` is what backward should give. `attributes` replace others, such as forward, or stand in the class.
    """

    def backward(self, dout):
        return change(self, dout, lambda dout: kind.backward(self, dout))

    made = type(name or f"Spoilt{kind.__name__}", (kind,), ({"backward": backward} if change else {}) | attributes)
    needs = {"rng": np.random.default_rng(0)} if issubclass(kind, Dense | Dropout) else {}
    return lambda: made(*args, **needs)


def dense(change):
    return spoilt(Dense, change, 3, 3, name="Half")


def after(then):
    """Return a change that leaves dx right, and calls `then(layer)` after that."""
    return lambda self, dout, right: (right(dout), then(self))[0]


def changing(name, *index, by):
    """Return a change of one entry of a gradient."""
    return after(lambda self: self.grads[name].__setitem__(index, by(self.grads[name][index])))


def wrong_for_one_row(self, dout, right):
    """An axis of length one is squeezed away."""
    dx = right(dout)
    return dx if len(dout) > 1 or dx is None else dx.mean() + 0 * dx


def half(self, dout, right):
    dx = right(dout)
    return None if dx is None else dx / 2


WRONG = {
    # Looks right with a dout of ones, for which softmax's gradient is really 0.
    "zero": (spoilt(Softmax, lambda self, dout, right: np.zeros_like(dout)),
             r"x\[\d, \d\]: backward gives 0, central differences .*, above the tolerance of 1e-06$"),
    "one weight": (dense(changing("w", 2, 1, by=lambda value: 1.001 * value)), r"w\[2, 1\]: backward gives"),
    "one row": (dense(wrong_for_one_row), r"x\[0, \d\]: backward gives"),
    "nan": (dense(changing("b", 1, by=lambda value: np.nan)), r"b\[1\]: backward gives nan"),
    "half": (dense(half), r"x\[\d, \d\]: backward gives"),
    "one column": (dense(lambda self, dout, right: right(dout)[:, :1]),
                   r"must return dx in the shape of x, \(\d, 3\), got \(\d, 1\)"),
    "None": (spoilt(Tanh, lambda self, dout, right: None),
             r"backward returned None, but out changes with x\[\d, \d\]; return dx$"),
    "7 while training": (spoilt(BatchNorm, lambda self, dout, right: right(dout) * (7 if self.training else 1), 3),
                         r"x\[\d, \d\]: backward gives .*, only while training$"),
    "7 while predicting": (spoilt(BatchNorm, lambda self, dout, right: right(dout) * (1 if self.training else 7), 3),
                           r"x\[\d, \d\]: backward gives .*, only while predicting$"),
    "no mask": (spoilt(Dropout, lambda self, dout, right: dout, 0.5),
                r"x\[\d, \d\]: backward gives .*, only while training$"),
}  # fmt: skip


def first_column_off_into_x(self, x):
    """It writes zeros where zeros are already after the first time: only the first look can notice."""
    x[:, 0] = 0
    return x.copy()


def keep_x(self, x):
    self.x = x
    return np.tanh(x)


def into_x(self, dout, right):
    dx = dout * (1 - np.tanh(self.x) ** 2)
    self.x *= 0
    return dx


def flatten_by_memory(self, x):
    Flatten.forward(self, x)
    return np.ravel(x, "K").reshape(len(x), -1)


def add_to_grads(self, dout, right):
    self.grads["f"] += np.sum(dout * self.x)
    return self.params["f"] * dout


def add_to_a_total(self):
    self.grads["f"] = self.total = self.total + self.grads["f"]


def keep_the_first(self, x):
    vars(self).setdefault("cache", {}).setdefault(x.shape, x)
    return Scale.forward(self, x)


def cache_in_the_class(self, x):
    self.cache[x.shape] = x
    return self.params["f"] * x


def of_the_cache(self, dout, right):
    self.x = self.cache[dout.shape]
    return right(dout)


def cache_in_state(self, x):
    """A copy has a state of its own, but the twin that predicts has that of the model."""
    self.state["mean"] = x.sum(axis=0)
    return x * x.sum(axis=0)


MEMORY = r"dx changes .* not contiguous in memory"
BROKEN = {
    "adds to grads": (spoilt(Scale, add_to_grads),
                      r"backward gave no gradient for f; it must assign self\.grads\['f'\], not add to it$"),
    "draws from elsewhere": (spoilt(Tanh, None, forward=lambda self, x: x + GENERATOR.normal(size=x.shape)),
                             r"two copies give different outputs .* self\.rng = rng"),
    "forward into x": (spoilt(Tanh, lambda self, dout, right: dout * [0, 1, 1], forward=first_column_off_into_x),
                       "forward wrote into x"),
    "backward into x": (spoilt(Tanh, into_x, forward=keep_x), "backward wrote into x"),
    "into dout": (spoilt(Tanh, lambda self, dout, right: np.multiply(dout, 1 - self.out**2, out=dout)),
                  "backward wrote into dout"),
    "steps by itself": (spoilt(Scale, after(lambda self: np.multiply(self.params["f"], 0.9, self.params["f"]))),
                        "changed a parameter"),
    "minds the memory of dout": (  # right for rows that lie one behind the other
        spoilt(Tanh, lambda self, dout, right: (dout.ravel("K") * (1 - self.out**2).ravel("K")).reshape(dout.shape)),
        MEMORY),
    "minds the memory of x": (
        spoilt(Tanh, lambda self, dout, right: dout * (1 - np.tanh(self.x.ravel("K")) ** 2).reshape(dout.shape),
               forward=keep_x), MEMORY),
    "flattens by memory": (spoilt(Flatten, None, forward=flatten_by_memory),
                           "something else when x is not contiguous"),
    "adds to a total": (spoilt(Scale, after(add_to_a_total), total=0.0),
                        "the gradient of f differs .* must assign, not add"),
    "keeps the first": (spoilt(Scale, of_the_cache, forward=keep_the_first),
                        "the gradient of f is not that of the last of"),
    "caches in the class": (spoilt(Scale, of_the_cache, forward=cache_in_the_class, cache={}),
                            "the gradient of f changes when a copy runs"),
    "caches in state": (spoilt(Distance, lambda self, dout, right: dout * self.state["mean"], forward=cache_in_state),
                        "dx changes when a copy runs forward in between"),
    "a penalty": (spoilt(Scale, after(lambda self: self.grads.update(f=self.grads["f"] + 0.1))),
                  "the gradient of f is not 0 for a dout of 0; .* weight_decay"),
    "clips": (spoilt(Tanh, lambda self, dout, right: right(np.clip(dout, -0.01, 0.01))),
              r"dx for dout_1 \+ dout_2 is not the sum of both; .* linear in dout"),
    "0 without dx": (spoilt(Scale, lambda self, dout, right: right(dout if self.needs_dx else 0 * dout)),
                     "the gradient of f changes when needs_dx is False"),
    "nothing without dx": (spoilt(Scale, lambda self, dout, right: right(dout) if self.needs_dx else None),
                           "no gradient for f; .*, when needs_dx is False"),
}  # fmt: skip
