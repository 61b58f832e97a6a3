"""An embedding: each word of a sentence, given by its number, becomes a vector that is learned."""

import numpy as np

from tinylearn import Layer


class Embedding(Layer):
    """Look up a row of a table: word numbers x (N, T) → out (N, T, D)."""

    def __init__(self, words, size, rng):
        self.words = words
        self.params["table"] = rng.normal(size=(words, size))  # (words, D)

    def forward(self, x):
        self.numbers = x.astype(int)
        return self.params["table"][self.numbers]

    def backward(self, dout):
        """A row of the table collects from each place at which its word stands; a word's number has no gradient."""
        dtable = np.zeros_like(self.params["table"])
        np.add.at(dtable, self.numbers, dout)
        self.grads["table"] = dtable

    def __repr__(self):
        return f"Embedding({self.words}, {self.params['table'].shape[1]})"
