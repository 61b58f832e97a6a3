"""Explains the numbers of a recorded network, at any update: back along the chain, to the data and the loss.

    chain = Chain(recording)                   made by `fit` in this process; else recording.with_training(model=…, …)
    chain.why("dense_1.w[0,3]", 12)            the parameter after update 12

    dense_1.w[0,3]              → before.dense_1.w[0,3], gradient.dense_1.w[0,3]
    gradient.dense_1.w[0,3]     → dout.dense_1[row,3] of each row; row7.gradient.dense_1.w[0,3] of one
    dout.dense_1[row,3]         → dout of the layer after it … → the loss's own formula
    out.dense_1[row,3]          → out of the layer before it … → x[row,0]
    slope.relu_1[row,3]         → x and out of an activation
    loss, loss[row]             → out of the last layer, target[row,0]

Rows are counted within the batch; the words name the row of the data. `dx.NAME[…]` is the gradient that a layer hands
back, `in.NAME[…]` the input that a layer of your own gives to a layer inside it.

    parameters   a parameter: how it was initialised, or the optimiser's lines
    gradients    what each row adds to a gradient
    forward, backward, images, norms     how each kind of layer makes its out and its dx: a table of functions
    losses       the same for each loss
    source       the lines of a layer's own source that make a number
"""

from animations.kit.chain.explain import Chain as Chain
from animations.kit.chain.explain import Predictions as Predictions
