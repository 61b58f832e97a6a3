"""Squeeze and excitation: a small network looks at the means of all channels and scales each of them. Hu 2018."""

from tinylearn import Dense, Dropout, Layer, ReLU, Sigmoid


class SqueezeExcite(Layer):
    """x (N, H, W, C) times a factor between 0 and 1 for each channel of each image. It has layers inside."""

    def __init__(self, channels, hidden, rng, rate=0.0):
        self.inner = [Dense(channels, hidden, rng=rng), ReLU(), Dropout(rate, rng=rng)]
        self.last = Dense(hidden, channels, rng=rng)
        self.ends = {"squash": Sigmoid()}

    def gate(self):
        return [*self.inner, self.last, self.ends["squash"]]

    def forward(self, x):
        factor = x.mean(axis=(1, 2))
        for layer in self.gate():
            factor = layer.forward(factor)
        self.cache = {"x": x, "factor": factor[:, None, None]}
        return x * self.cache["factor"]

    def backward(self, dout):
        """out = x · factor(mean of x): x reaches the loss directly, and through the mean and the layers inside."""
        x = self.cache["x"]
        dfactor = (dout * x).sum(axis=(1, 2))
        for layer in reversed(self.gate()):
            dfactor = layer.backward(dfactor)
        return dout * self.cache["factor"] + dfactor[:, None, None] / (x.shape[1] * x.shape[2])

    def __repr__(self):
        return f"SqueezeExcite({self.last.n_out}, {self.last.n_in})"
