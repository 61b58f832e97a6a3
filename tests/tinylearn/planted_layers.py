"""Layers and losses with one planted error each. `check_gradients` must find it, and say where.

PLANTED: name → (the layer, as a function that makes it; the message; the rule that finds it, None for the comparison)
"""

import numpy as np

from tinylearn import Dense, Dropout, Flatten, Layer, Sigmoid, Softmax, Tanh
from tinylearn.analysis import gradient_rules as rules

GENERATOR = np.random.default_rng(0)


class Scale(Layer):
    """out = f · x."""

    def __init__(self):
        self.params["f"] = np.array([2.0])

    def forward(self, x):
        self.x = x
        return self.params["f"] * x

    def backward(self, dout):
        self.grads["f"] = np.array([np.sum(dout * self.x)])
        return self.params["f"] * dout


class Centre(Layer):
    """Normalises each column: by the batch while training, by what it remembers while predicting."""

    def __init__(self):
        self.state["mean"], self.state["var"] = np.zeros(3), np.ones(3)

    def forward(self, x):
        mean, var = self.state["mean"], self.state["var"]
        if self.training:
            if len(x) < 2:
                raise ValueError("a single row has no variance")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.state["mean"], self.state["var"] = (self.state["mean"] + mean) / 2, (self.state["var"] + var) / 2
        self.std = np.sqrt(var)
        self.z = (x - mean) / self.std
        return self.z

    def backward(self, dout):
        if self.training:
            dout = dout - dout.mean(axis=0) - self.z * (dout * self.z).mean(axis=0)
        return dout / self.std


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


def after(self_change):
    """Return a change that leaves dx right, and changes the layer after that."""

    def change(self, dout, right):
        dx = right(dout)
        self_change(self, dout)
        return dx

    return change


def changing(name, *index, by):
    """Return a change of one entry of a gradient."""

    def change(self, dout):
        self.grads[name][index] = by(self.grads[name][index])

    return after(change)


# --- wrong numbers ----------------------------------------------------------------------------------------------------


def without_b(self, dout, right):
    self.grads["w"] = self.x.T @ dout
    return dout @ self.params["w"].T


def wrong_for_one_row(self, dout, right):
    """An axis of length one is squeezed away."""
    dx = right(dout)
    return dx if len(dout) > 1 or dx is None else dx.mean() + 0 * dx


def half(self, dout, right):
    dx = right(dout)
    return None if dx is None else dx / 2


def one_column(self, dout, right):
    """(N, 1) could be stretched over the row, and everything would run."""
    right(dout)
    return dout[:, :1]


WRONG = {
    # Looks right with a dout of ones, for which softmax's gradient is really 0.
    "zero": (spoilt(Softmax, lambda self, dout, right: np.zeros_like(dout)),
             r"x\[\d, \d\]: backward gives 0, central differences"),
    "one weight": (dense(changing("w", 2, 1, by=lambda value: 1.001 * value)), r"w\[2, 1\]: backward gives"),
    "one row": (dense(wrong_for_one_row), r"x\[0, \d\]: backward gives"),
    "nan": (dense(changing("b", 1, by=lambda value: np.nan)), r"b\[1\]: backward gives nan"),
    "half": (dense(half), r"x\[\d, \d\]: backward gives"),
    "a v": (dense(after(lambda self, dout: self.grads.update(v=dout))), "gave a gradient for 'v', which is no"),
    "no b": (dense(without_b), r"gave no gradient for b; it must assign self\.grads"),
    "flat w": (dense(after(lambda self, dout: self.grads.update(w=self.grads["w"].ravel()))),
               r"must assign self\.grads\['w'\] in the shape of w, \(3, 3\), got \(9,\)"),
    "flat dx": (spoilt(Sigmoid, lambda self, dout, right: right(dout).ravel()),
                r"must return dx in the shape of x, \(\d, 3\), got \(\d+,\)"),
    "one column": (dense(one_column), r"must return dx in the shape of x, \(\d, 3\), got \(\d, 1\)"),
    "a list": (spoilt(Tanh, lambda self, dout, right: right(dout).tolist()), r"must return dx .*, as an array"),
    "None": (spoilt(Tanh, lambda self, dout, right: None),
             r"backward returned None, but out changes with x\[\d, \d\]; return dx$"),
    "7 while training": (spoilt(Centre, lambda self, dout, right: 7 * dout if self.training else right(dout)),
                         r"x\[\d, \d\]: backward gives .*, only while training$"),
    "7 while predicting": (spoilt(Centre, lambda self, dout, right: right(dout) if self.training else 7 * dout),
                           r"x\[\d, \d\]: backward gives .*, only while predicting$"),
    "no mask": (spoilt(Dropout, lambda self, dout, right: dout, 0.5),
                r"x\[\d, \d\]: backward gives .*, only while training$"),
}  # fmt: skip

# --- a broken rule, with correct numbers ------------------------------------------------------------------------------


def relu_into_x(self, x):
    self.mask = x > 0
    x *= self.mask
    return x.copy()


def first_column_off_into_x(self, x):
    """It writes zeros where zeros are already after the first time: only the first look can notice."""
    x[:, 0] = 0
    return x.copy()


def first_column_off(self, dout, right):
    dx = dout.copy()
    dx[:, 0] = 0
    return dx


def into_dout(self, dout, right):
    dout *= 1 - self.out * self.out
    return dout


def keep_x(self, x):
    self.x = x
    return np.tanh(x)


def into_x(self, dout, right):
    dx = dout * (1 - np.tanh(self.x) ** 2)
    self.x *= 0
    return dx


def by_memory(self, dout, right):
    """Right for rows that lie one behind the other, wrong for any other array."""
    slopes = 1 - self.out * self.out
    return (dout.ravel("K") * slopes.ravel("K")).reshape(dout.shape)


def flatten_by_memory(self, x):
    Flatten.forward(self, x)
    return np.ravel(x, "K").reshape(len(x), -1)


def add_to_grads(self, dout, right):
    self.grads["f"] += np.sum(dout * self.x)
    return self.params["f"] * dout


def new_grads(self, dout, right):
    """In a model, the gradients of the model would stay 0."""
    self.grads = {"f": np.array([np.sum(dout * self.x)])}
    return self.params["f"] * dout


def add_to_a_total(self, dout, right):
    self.total = self.total + np.sum(dout * self.x)
    self.grads["f"] = np.array([self.total])
    return self.params["f"] * dout


def keep_the_first(self, x):
    vars(self).setdefault("cache", {}).setdefault(x.shape, x)
    return Scale.forward(self, x)


def of_the_first(self, dout, right):
    self.x = self.cache[dout.shape]
    return right(dout)


def cache_in_the_class(self, x):
    self.cache["x"] = x
    return self.params["f"] * x


def from_the_class(self, dout, right):
    self.x = self.cache["x"]
    return right(dout)


def cache_in_state(self, x):
    """A copy has a state of its own, but the twin that predicts has that of the model."""
    self.state["mean"] = x.sum(axis=0)
    return x * x.sum(axis=0)


ASSIGN = r"backward gave no gradient for f; it must assign self\.grads\['f'\], not add to it$"
MEMORY = r"dx changes .* not contiguous in memory"
BROKEN = {
    "adds to grads": (spoilt(Scale, add_to_grads), ASSIGN, None),
    "makes new grads": (spoilt(Scale, new_grads), ASSIGN, None),
    "draws from elsewhere": (spoilt(Tanh, None, forward=lambda self, x: x + GENERATOR.normal(size=x.shape)),
                             r"two copies give different outputs .* self\.rng = rng", rules.copies_compute_the_same),
    "forward into x": (spoilt(Tanh, lambda self, dout, right: dout * self.mask, forward=relu_into_x),
                       "forward wrote into x", rules.what_is_given_is_only_read),
    "once into x": (spoilt(Tanh, first_column_off, forward=first_column_off_into_x),
                    "forward wrote into x", rules.what_is_given_is_only_read),
    "backward into x": (spoilt(Tanh, into_x, forward=keep_x),
                        "backward wrote into x", rules.what_is_given_is_only_read),
    "into dout": (spoilt(Tanh, into_dout), "backward wrote into dout", rules.what_is_given_is_only_read),
    "steps by itself": (spoilt(Scale, after(lambda self, dout: np.multiply(self.params["f"], 0.9, self.params["f"]))),
                        "changed a parameter", rules.what_is_given_is_only_read),
    "minds the memory of dout": (spoilt(Tanh, by_memory), MEMORY, rules.the_order_of_memory_does_not_matter),
    "minds the memory of x": (
        spoilt(Tanh, lambda self, dout, right: dout * (1 - np.tanh(self.x.ravel("K")) ** 2).reshape(dout.shape),
               forward=keep_x), MEMORY, rules.the_order_of_memory_does_not_matter),
    "flattens by memory": (spoilt(Flatten, None, forward=flatten_by_memory),
                           "something else when x is not contiguous", rules.the_order_of_memory_does_not_matter),
    "adds to a total": (spoilt(Scale, add_to_a_total, total=0.0),
                        "the gradient of f differs .* must assign, not add", rules.a_second_backward_gives_the_same),
    "uses up its cache": (spoilt(Tanh, after(lambda self, dout: vars(self).update(out=np.ones_like(self.out)))),
                          "dx differs in a second backward", rules.a_second_backward_gives_the_same),
    "keeps the first": (spoilt(Scale, of_the_first, forward=keep_the_first),
                        "the gradient of f is not that of the last of", rules.backward_belongs_to_the_last_forward),
    "caches in the class": (spoilt(Scale, from_the_class, forward=cache_in_the_class, cache={}),
                            "the gradient of f changes when a copy runs", rules.a_copy_has_a_cache_of_its_own),
    "caches in state": (spoilt(Centre, lambda self, dout, right: dout * self.state["mean"], forward=cache_in_state),
                        "dx changes when a copy runs forward in between", rules.a_copy_has_a_cache_of_its_own),
    "a penalty": (spoilt(Scale, after(lambda self, dout: self.grads.update(f=self.grads["f"] + 0.1))),
                  "the gradient of f is not 0 for a dout of 0; .* weight_decay", rules.backward_is_linear),
    "clips": (spoilt(Tanh, lambda self, dout, right: right(np.clip(dout, -0.01, 0.01))),
              r"dx for dout_1 \+ dout_2 is not the sum of both; .* linear in dout", rules.backward_is_linear),
    "0 without dx": (spoilt(Scale, lambda self, dout, right: right(dout if self.needs_dx else 0 * dout)),
                     "the gradient of f changes when needs_dx is False", rules.without_dx_the_rest_is_the_same),
    "nothing without dx": (spoilt(Scale, lambda self, dout, right: right(dout) if self.needs_dx else None),
                           "no gradient for f; .*, when needs_dx is False", rules.without_dx_the_rest_is_the_same),
}  # fmt: skip

PLANTED = {name: (*row, None) for name, row in WRONG.items()} | BROKEN
