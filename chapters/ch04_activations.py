# %% [markdown]
# # Chapter 4. Activation functions: how a network learns to bend
#
# How do you draw a wave with a ruler? Not in one stroke. But you can draw a short piece, turn the ruler a little, draw
# the next piece, and so on. If the pieces are short enough, you hardly see the corners.
#
# The neuron of chapter 3 laid down its ruler once. That was enough, because the truth was a straight line. Most truths
# are not. In this chapter several neurons share the work, and you will see where the corners come from. That leads to a
# harder question. The neurons stand one behind the other, and only the last one gives an answer. How does a neuron in
# the middle find out what it should do better?

# %% What this chapter uses
from collections.abc import Collection
from typing import Any

import numpy as np

from animations import (
    Backpropagation,
    Clip,
    CurveFit,
    CurveRace,
    CurveStates,
    FunctionAndSlope,
    FunctionStates,
    SideBySide,
    SoftmaxBars,
    log_spaced_steps,
)
from animations.scenes.activations.curve_fit import straight_line
from chapters.tools.run import begin
from chapters.turns import Choose, Place, Turn
from tinylearn import (
    SGD,
    Adam,
    Dense,
    MeanSquaredError,
    ProgressBar,
    Recorder,
    Recording,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    fit,
    race,
)
from tinylearn.analysis.race import Runner
from tinylearn.datasets import sine
from tinylearn.initializers import constant, he_normal, ones
from tinylearn.layers import Layer

book = begin("ch04")
LEARNING_RATE, EPOCHS, EARLY = 0.005, 1000, 50
LINE, RELU, TANH, SIGMOID = "without activations", "with ReLU", "with tanh", "with sigmoid"
ACTIVATIONS: dict[str, type[Layer] | None] = {LINE: None, RELU: ReLU, TANH: Tanh, SIGMOID: Sigmoid}
INPUTS = np.linspace(-6, 6, 121)  # for the functions and their slopes
INPUT, TARGET, SMALL_RATE = 2.0, 1.75, 0.02  # of the update that can be followed with a pencil
DEPTH, WIDTH = 10, 16  # hidden layers of a deep network, and neurons in each
SCORES, MOVING = (2.3, 7.9, 0.8, 5.1), 3  # for softmax; which of them moves, counted from 0
MOST = 16 * 8 + 8  # random weights of a network that the browser trains: 16 neurons, 8, and 1
FAR = 100.0  # an x far away from all that the networks have seen


# %% Train four networks that differ in their activation functions
def network(seed: int, activation: type[Layer] | None) -> Sequential:
    """Return the network 1-7-5-1, with an activation behind the hidden layers or none; for one seed all start equal."""
    rng = np.random.default_rng(seed)
    first = Dense(1, 7, rng=rng, weights=constant(0.5), biases=spread)
    second = Dense(7, 5, rng=rng, weights=he_normal, biases=ones)
    last = Dense(5, 1, rng=rng, weights=small)
    return Sequential([first, activation(), second, activation(), last] if activation else [first, second, last])


def spread(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Biases for weights of 0.5: a neuron switches where 0.5 · x + b = 0, so the first at x = 4, the last at x = −4."""
    return np.linspace(-2, 2, shape[0])


def small(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A quarter of He's weights: the first curve lies near 0, and a wrong sign is soon turned."""
    return 0.25 * he_normal(shape, rng)


def learn(seed: int, x: np.ndarray, y: np.ndarray, names: Collection[str] = tuple(ACTIVATIONS)) -> dict[str, Runner]:
    """Let networks race that differ in their activations, with all rows in one batch, so that an epoch is one update.

    The race checks that all start from the same weights.
    """
    makers = {name: lambda _, activation=ACTIVATIONS[name]: network(seed, activation) for name in names}
    return race(makers, (x, y), Adam(LEARNING_RATE), loss=MeanSquaredError(), epochs=EPOCHS, batch_size=len(x),
                callbacks=[ProgressBar(EPOCHS, "chapter 4")])  # fmt: skip


def best_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return w and b of the straight line with the smallest mean squared error, and that error.

    At the best w and b both slopes of the loss are 0. From Σ (w x + b − y) = 0 follows b = ȳ − w x̄, with x̄ and ȳ the
    means; put into Σ (w x + b − y) x = 0 it leaves w = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)².
    """
    off_x, off_y = x - x.mean(), y - y.mean()
    w = (off_x * off_y).sum() / (off_x**2).sum()
    b = y.mean() - w * x.mean()
    return float(w), float(b), float(((w * x + b - y) ** 2).mean())


x, y = sine()
w, b, error = best_line(x, y)
runners, steps = learn(book.seed, x, y), log_spaced_steps(EPOCHS, 9 if book.quick else 101)
states = {name: CurveStates(runner.recording, runner.model, x, y, steps) for name, runner in runners.items()}
line, curve = states[LINE], states[RELU]
count = runners[LINE].model.parameters.size

# %% [markdown]
# The target is the sine, at {len(x):,} places between {x[0, 0]:.0f} and {x[-1, 0]:.0f}. The network has three
# **layers**. The first has seven neurons, and each of them gets $x$. The second has five, and each gets all seven
# numbers of the first. The third is a single neuron: it gets those five numbers and gives the answer. The first two are
# **hidden layers**. What comes out of them is neither the question nor the answer.
#
# The film shows two such networks with the same {count} parameters, which start from the same values. They differ in
# one thing. In one of them, each hidden neuron replaces its weighted sum by zero whenever that is negative. Such a
# function behind a neuron is called an **activation function**, and this one is **ReLU** (rectified linear unit). The
# other network has none.
#
# Both learn for {EPOCHS:,} **epochs**; here an epoch is one update, which looks at all places. Watch the dots on the
# curve with ReLU: each marks a place where a neuron switches between zero and not zero.


# %% Draw the film: a network without activation functions, and one with ReLU
def two_networks(line: CurveStates, curve: CurveStates, error: float) -> SideBySide:
    """The network without activations and that with ReLU, on one clock and with the same axes; `error`: best_line's."""
    said = np.concatenate([line.predicted, curve.predicted])
    losses = np.concatenate([line.loss, curve.loss])
    heights = (min(-1.5, said.min() - 0.3), max(1.5, said.max() + 0.3))
    both: dict[str, Any] = {"best_line": error, "heights": heights, "losses": (losses.min(), losses.max())}
    return SideBySide(CurveFit(line, title=LINE, name="line", **both),
                      CurveFit(curve, title=RELU, name="relu", clock=False, **both))  # fmt: skip


closeness = ("as close as the other network", "closer than a straight line", "no closer than a straight line")
ends = line.loss[-1]
book.ask(Choose("How close does the network without activation functions come to the wave?",
                f"Its loss ends at {ends:.4f}. The best of all straight lines has {error:.4f}.", options=closeness,
                right=closeness[0 if ends < 2 * curve.loss[-1] else 1 if ends < 0.99 * error else 2]))  # fmt: skip
both = two_networks(line, curve, error)
book.film("ch04_learning_sine", Clip(both, **book.pace(10), hold_first=3, hold_last=3, colors=48),
          "The same network twice, without activation functions and with ReLU.")  # fmt: skip

# %% [markdown]
# Without activation functions the network is a straight line from first to last. Its loss stops at {line.loss[-1]:.4f}.
# With ReLU the loss ends at {curve.loss[-1]:.4f}. That curve consists of straight pieces, too, and every corner is at
# one of the dots. Where a ReLU switches on or off, the slope of the sum behind it changes. That is how a network turns
# its ruler.
#
# ## Why a line stays a line
#
# Take two neurons, one behind the other, without an activation function:
#
# $$w_2 \left( w_1 x + b_1 \right) + b_2$$
#
# Multiply it out:
#
# $$\left( w_2 w_1 \right) x + \left( w_2 b_1 + b_2 \right)$$
#
# There is again one weight, in front of $x$, and one bias. A third layer changes nothing about that, nor does a
# hundredth, and it makes no difference how many neurons a layer has. So the network without activation functions has
# {count} parameters and can say no more than one neuron. The dashed line below its curve is the smallest loss that any
# straight line can have, {error:.4f}. The network ends there, and there is nothing better for it to find.
#
# ## Two ways to bend
#
# In a formula, ReLU is the larger of $x$ and zero:
#
# $$\text{ReLU}(x) = \max(x, 0)$$
#
# Next to it, the best-known activation function is the **sigmoid**. It squeezes every number between zero and one:
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}$$
#
# In the next film a point walks along each of them. Both are drawn to the same scale, so what looks steeper is steeper.
# Below the curve, the height of the line is its slope. Keep an eye on that: whatever a neuron learns is multiplied by
# it. Where would a neuron learn well, and where hardly at all?


# %% Draw the film: ReLU, the sigmoid, and their slopes
def two_functions(x: np.ndarray) -> SideBySide:
    """ReLU and sigmoid beside each other, at the inputs x, with the same axes."""
    relu, sigmoid = (FunctionStates(layer, x) for layer in (ReLU(), Sigmoid()))
    return SideBySide(
        FunctionAndSlope(relu, title="ReLU", formula="f(x) = max(x, 0)", name="relu", beside=sigmoid,
                         note=f"at 0 itself tinylearn takes {relu_slope_at_zero():.0f}"),
        FunctionAndSlope(sigmoid, title="Sigmoid", formula="f(x) = 1 / (1 + e⁻ˣ)", name="sigmoid", beside=relu,
                         note=f"never steeper than {sigmoid.fine_slope.max():.2f}"))  # fmt: skip


def relu_slope_at_zero() -> float:
    """Ask the layer: `backward` multiplies a `dout` of 1 by the slope."""
    relu = ReLU()
    relu.forward(np.zeros(1))
    return relu.backward(np.ones(1)).item()


book.ask(Place("Where ReLU is steep, its slope is one. How steep is the sigmoid where it is steepest?",
               "That is in the middle. Everywhere else it is less.",
               name="slope", low=0, high=1, start=1, answer=FunctionStates(Sigmoid(), INPUTS).slope.max()))  # fmt: skip
functions = two_functions(INPUTS[::20] if book.quick else INPUTS)
slopes = FunctionStates(Sigmoid(), INPUTS).slope
book.film("ch04_relu_sigmoid", Clip(functions, **book.pace(20), hold_first=3,
                                    holds={3 if book.quick else 60: 2}, hold_last=3, colors=48),
          "Two activation functions, and below them their slopes.")  # fmt: skip

# %% [markdown]
# ReLU has only two slopes: one on the right, zero on the left. (At the corner itself there is no slope; tinylearn takes
# {relu_slope_at_zero():.0f}.) The sigmoid is steepest in the middle, where its slope is {slopes.max():.2f}. Further out
# it is almost level: where the film ends, the slope is {slopes[-1]:.3f}.
#
# In tinylearn an activation function is a layer of its own, so it needs two methods. `dout` says how the loss grows
# with each number that the layer gave:
#
# ::source tinylearn/layers/activations.py ReLU.forward
#
# ::source tinylearn/layers/activations.py ReLU.backward
#
# The slope of the sigmoid is $\sigma(x) \left( 1 - \sigma(x) \right)$, so `backward` needs no more than the output:
#
# ::source tinylearn/layers/activations.py Sigmoid.backward
#
# ## How a neuron in the middle learns
#
# Now for the harder question. A hidden neuron has no target, so it has no error of its own. But you can still ask the
# question of chapter 3: if its output grew a little, how much would the loss grow? The chain rule answers it. Begin at
# the loss and go back layer by layer, and multiply by every slope on the way. This is **backpropagation**.
#
# The film shows one update of a network that you can follow with a pencil: one input, three neurons with ReLU, one
# output, and a single example. First the numbers flow forward to the loss. Then `dout` flows back, in orange. On each
# line it is multiplied by the weight, at each ReLU by the slope. When a weight knows its `dout`, its gradient is its
# input times that, as in chapter 3. Follow the neuron in the middle row.


# %% Draw the film: one update, beat by beat
def one_update() -> Recording:
    """Let a network 1-3-1 make one update, from round numbers that can be followed by hand; one of its ReLUs is off."""
    rng = np.random.default_rng(0)
    model = Sequential([Dense(1, 3, rng=rng), ReLU(), Dense(3, 1, rng=rng)])
    model.parameters = np.array([1, -0.5, 0.5, 0.5, 0.25, 0.5, 0.5, 0.75, -0.5, 0.25])  # w and b, layer by layer
    recorder = Recorder(model)
    fit(model, np.array([[INPUT]]), np.array([[TARGET]]), loss=MeanSquaredError(), optimizer=SGD(SMALL_RATE), epochs=1,
        callbacks=[recorder])  # fmt: skip
    return recorder.recording


READING = {1: 2.5, 2: 1.5, 3: 1, 4: 1, 5: 2, 6: 2.5, 7: 3, 8: 2.5, 9: 2.5, 10: 3.5}  # beat of an update → seconds
update = one_update()
start = update.at(0)  # the parameters before the update
w1, b1, w2, b2 = start["dense_1.w"][0], start["dense_1.b"], start["dense_2.w"][:, 0], start["dense_2.b"].item()
is_off = w1[1] * INPUT + b1[1] <= 0
book.ask(Choose("What will the neuron in the middle row learn from this example?",
                "Its sum is negative, its ReLU is off, and the slope there is zero.",
                options=("more than the other two", "less than the other two", "nothing"),
                right="nothing" if is_off else "less than the other two", covers=False))  # fmt: skip
passes = Backpropagation(update)
book.film("ch04_one_update", Clip(passes, fps=1, motion=1 if book.quick else 10, hold_first=2, holds=READING,
                                  hold_last=4, colors=48),
          "One update: numbers flow forward, dout flows back, and stops where a ReLU is off.")  # fmt: skip

# %% [markdown]
# It learns nothing. Its sum is negative, so its ReLU is off. What comes back meets a slope of zero and stops. So the
# gradients of its weight and its bias are zero, and both stay as they are. The other two neurons move, and the loss
# falls from {passes.passes.losses[0]:.2f} to {passes.passes.losses[1]:.2f}. Here is the same update by hand, with
# NumPy. The weights `w1`, `w2` and the biases `b1`, `b2` are those of the film:

# %%
z = w1 * INPUT + b1  # forward: the sums of the three hidden neurons
h = np.maximum(z, 0)  # ReLU
out = w2 @ h + b2
dout = 2 * (out - TARGET)  # backward: the slope of the squared error
dw2, db2 = dout * h, dout
dh = dout * w2  # through each weight to the hidden neurons
dz = np.where(z > 0, dh, 0)  # through each ReLU
dw1, db1 = dz * INPUT, dz

dw1.tolist()

# %% Check that the layers made the same update
by_hand = np.concatenate([dw1, db1, dw2, [db2]])
before, after = (np.concatenate([each.ravel() for each in update.at(step).values()]) for step in (0, 1))
assert np.allclose(after, before - SMALL_RATE * by_hand, rtol=0, atol=1e-12)

# %% [markdown]
# These are the gradients of the three weights on the left, and the zero is that of the neuron that is off. The line for
# `dh` is the one that you did not need in chapter 3. It carries the slope past a layer to the one in front. In
# tinylearn each layer does that in its own `backward`, which returns `dx`. The network only passes it on, from the last
# layer to the first:
#
# ::source tinylearn/model.py Sequential.backward
#
# (A layer returns `None` when there is nothing left to teach in front of it.) This short loop trains every network in
# this book.


# %% [markdown]
# ## The vanishing gradient
#
# On the way back, `dout` meets one slope in each hidden layer. The slope of a sigmoid is at most a quarter. Behind two
# of them at most a sixteenth is left, behind ten less than a millionth, unless large weights make up for it. This is
# the **vanishing gradient**: the first layers hardly learn, because hardly anything reaches them. To see it, take
# {DEPTH} hidden layers of {WIDTH} neurons each. Before any update, how large are the gradients of the weights, on
# average, in each layer?


# %% Build a deep network
def deep_network(activation: type[Layer]) -> Sequential:
    """Return a network with DEPTH hidden layers of WIDTH neurons, an activation behind each."""
    rng = np.random.default_rng(book.seed)
    layers: list[Layer] = []
    for n_in in [1] + [WIDTH] * (DEPTH - 1):
        layers += [Dense(n_in, WIDTH, rng=rng, weights=he_normal), activation()]
    return Sequential([*layers, Dense(WIDTH, 1, rng=rng)])


# %%
columns = []
for activation in (Sigmoid, ReLU):
    deep, loss = deep_network(activation), MeanSquaredError()
    loss.forward(deep.forward(x), y)
    deep.backward(loss.backward())
    columns.append([np.abs(dense.grads["w"]).mean() for dense in deep.layers[::2]])

by_sigmoid, by_relu = np.array(columns)
rows = enumerate(zip(by_sigmoid, by_relu, strict=True), 1)
"\n".join(["layer  sigmoid    ReLU", *(f"{k:5}  {s:7.1e}  {r:7.1e}" for k, (s, r) in rows)])

# %% [markdown]
# Read the table from the bottom to the top, which is the way that `dout` takes. With the sigmoid the gradients of the
# last layer are about {round(by_sigmoid[-1] / by_sigmoid[0], -4):,.0f} times as large as those of the first. In plain
# gradient descent no learning rate suits both. With ReLU it is a factor of
# {max(by_relu[-1] / by_relu[0], by_relu[0] / by_relu[-1]):,.1f}: a neuron that is on has slope one, and lets `dout`
# pass unchanged.
#
# Do you notice it with two hidden layers? Let four networks race, from the same initial weights. Two you know. The
# third has **tanh**, which is a sigmoid stretched until it lies between $-1$ and $1$; in the middle its slope is one,
# four times that of the sigmoid. The fourth has the sigmoid itself. Follow its curve in the first {EARLY} epochs, and
# its loss, next to the dashed line of the best straight line.


# %% Draw the film: the race of the four networks
def epochs_until(recording: Recording, bound: float) -> str:
    """Say after how many epochs the loss was below the bound for the first time."""
    after = recording.losses[1:]  # each is noted before its update: the first is the loss after no epoch
    return next((str(epoch) for epoch, loss in enumerate(after) if loss < bound), f"more than {EPOCHS}")


all_four = CurveRace(states, title="Four networks that differ in their activations", best_line=error)
book.film("ch04_race", Clip(all_four, **book.pace(10), hold_first=3, hold_last=3, colors=64),
          "A race: no activation function, ReLU, tanh and sigmoid.")  # fmt: skip
needed = {name: epochs_until(runners[name].recording, error / 10) for name in (RELU, TANH, SIGMOID)}
early = runners[SIGMOID].recording.losses[EARLY + 1]  # before the update after these
far = {name: runners[name].model.predict([[FAR], [FAR + 1]])[:, 0] for name in needed}

# %% [markdown]
# After {EARLY} epochs the loss with the sigmoid is {early:.2f}; a straight line could have {error:.2f}.
#
# To get below a tenth of the line's loss, ReLU needs {needed[RELU]} epochs, tanh {needed[TANH]}, and the sigmoid
# {needed[SIGMOID]}. Two small slopes, one behind the other, can delay learning; ten can prevent it.
#
# ## Your turn
#
# The next picture is no film: your browser trains the network anew whenever you change something. Each hidden neuron
# has a picture of its own. Point at one, and you see the curve without it, and its gradients. Draw a curve with the
# ring. Then take neurons away from the first layer, down to one. How many does the wave need? And what has become of
# the last one? With the sigmoid, watch how long the loss stays at the dashed line.


# %% Let the browser train it
def drawn(seed: int) -> np.ndarray:
    """Return the normal numbers from which the initial weights of a network are made, for as many as it may have."""
    return np.random.default_rng(seed).normal(size=MOST)


parameters = np.array([np.concatenate([each.ravel() for each in runners[RELU].recording.at(step).values()])
                       for step in steps])  # fmt: skip
book.your_turn(Turn("curve", "Draw a curve, and choose the network that learns it", {
    "x": x[:, 0], "y": y[:, 0], "first": 7, "second": 5, "rate": LEARNING_RATE, "updates": EPOCHS,
    "seeds": [book.seed + k for k in range(10)], "normals": [drawn(book.seed + k) for k in range(10)],
    "steps": steps, "parameters": parameters,
}))  # fmt: skip

# %% [markdown]
# ## Several answers at once: softmax
#
# In chapter 7 you will need one more function, behind the last layer. There a network gives a score to each of ten
# classes, and **softmax** turns the scores into probabilities. It raises $e$ to the power of each score, which makes
# all of them positive, and divides by their sum:
#
# $$p_k = \frac{e^{x_k}}{\sum_j e^{x_j}}$$
#
# In the film one of four scores, here the inputs $x$, rises, falls and comes back, and the other three stay. Which of
# the probabilities move?


# %% Draw the film: softmax
def moving_scores(frames: int) -> np.ndarray:
    """Return SCORES in every frame (frames, 4); one of them goes up by 4, down to 4 below its start, and back."""
    scores = np.tile(SCORES, (frames, 1))
    scores[:, MOVING] += np.interp(np.linspace(0, 1, frames), [0, 0.25, 0.75, 1], [0, 4, -4, 0])
    return scores


scores = moving_scores(9 if book.quick else 101)
p = Softmax().forward(np.array(SCORES))
moves, highest = SCORES[MOVING], max(SCORES)
book.ask(Place(f"The scores are {', '.join(map(str, SCORES))}. How far must the last one rise to be the most probable?",
               "It has the largest probability as soon as it is the largest score.",
               name="rise", low=0, high=4, start=0, answer=highest - moves, digits=1))  # fmt: skip
bars = SoftmaxBars(scores, Softmax().forward(scores), moving=MOVING)
top, bottom = int(scores[:, MOVING].argmax()), int(scores[:, MOVING].argmin())
takes_the_lead = int((scores[:, MOVING] >= highest).argmax())
book.film("ch04_softmax", Clip(bars, **book.pace(10), hold_first=2, colors=48,
                               holds={takes_the_lead: 1.5, top: 1.5, bottom: 1.5}),
          "Scores, their powers of e, and the probabilities. One score moves.")  # fmt: skip

# %% [markdown]
# All four move, since all are divided by the same sum. What one gains, the others lose. And the moving score takes the
# lead exactly when it becomes the largest: softmax never changes the order. It does exaggerate. At the start the
# largest score, {highest}, is {highest / moves:.1f} times the moving one, but its probability is
# {p.max() / p[MOVING]:.0f} times as large. Only differences count, because
#
# $$\frac{p_i}{p_j} = e^{x_i - x_j}$$
#
# So you may subtract the same number from all scores. tinylearn subtracts the largest, and no power can overflow:
#
# ::source tinylearn/layers/activations.py Softmax.forward
#
# ## Where it is wrong to trust it
#
# The networks have not learned the sine. They have learned to agree with it where they were shown it. Look again at the
# last frame of the first film. Beyond its last corner a network with ReLU is straight, and it stays so for ever. At $x$
# = {FAR:.0f} it answers {far[RELU][0]:.1f}, and each step to the right adds {far[RELU][1] - far[RELU][0]:.2f}, while
# the sine never leaves the strip between $-1$ and $1$.
#
# Tanh and the sigmoid level off instead: at the same place they answer {far[TANH][0]:.2f} and {far[SIGMOID][0]:.2f}. No
# network here knows that a wave goes on. More epochs do not help, since no example says so.
#
# Nor does this race tell you which activation function is the best. It was one task, and one choice of initial weights.
# Run `python -m chapters 4 --seed 1`, and you may see another order. With ReLU, much depends on where it starts. A
# neuron that is off for every example gets no gradient from any: it is a **dead neuron**. In the first layer, whose
# inputs never change, it stays dead. And with biases of zero all seven neurons of the first layer would bend at the
# same place, where $x$ is zero. So the networks in this chapter start with their bends spread evenly. To see how,
# unfold the code that trains them, near the top, and look for `spread`.
#
# ## Exercises
#
# Unfold an answer when you have your own.
#
# ### Exercise 1. A hat from three neurons
#
# Find weights and biases of a network with one input, three hidden neurons with ReLU and one output, so that it draws a
# hat: zero up to $x = -1$, from there straight up to one at $x = 0$, straight down to zero at $x = 1$, and zero from
# there on. No training: think about where each neuron must switch on, and by how much the slope must change there.

# %% Answer 1
hat = Sequential([Dense(1, 3, rng=np.random.default_rng(0)), ReLU(), Dense(3, 1, rng=np.random.default_rng(0))])
hat.parameters = [1, 1, 1, 1, 0, -1, 1, -2, 1, 0]  # bends at -1, 0, 1; there the slope changes by +1, -2, +1
places = np.linspace(-3, 3, 61)[:, None]
assert np.allclose(hat.predict(places), np.maximum(1 - np.abs(places), 0), rtol=0, atol=1e-12)
"ReLU(x + 1) − 2 · ReLU(x) + ReLU(x − 1)"

# %% [markdown]
# ### Exercise 2. Check backpropagation without it
#
# Take the small network of the film with the single update. Make one of its ten parameters a little larger, and
# calculate by how much the loss grows, per unit. Do so for each of the ten. Do you get the gradients that were found by
# going back?


# %% Answer 2
def small_loss(parameters: np.ndarray) -> float:
    """Return the loss of the small network with these ten parameters: w and b, layer by layer."""
    w1, b1, w2, b2 = np.split(parameters, [3, 6, 9])
    return float((w2 @ np.maximum(w1 * INPUT + b1, 0) + b2.item() - TARGET) ** 2)


nudge = 1e-6
nudged = [(small_loss(before + each) - small_loss(before - each)) / (2 * nudge) for each in nudge * np.eye(10)]
assert np.allclose(nudged, by_hand, rtol=0, atol=1e-6)
f"largest difference: {np.abs(nudged - by_hand).max():.0e}"

# %% [markdown]
# ### Exercise 3. Seven dead neurons
#
# Make a new network with ReLU, and set all biases of its first layer to minus one hundred. Train it for two hundred
# epochs. Which curve does it draw, and which of its parameters have moved? Say what you expect before you run it.

# %% Answer 3
dead = network(book.seed, ReLU)
dead.layers[0].params["b"][...] = -100
was = {name: values.copy() for name, values in dead.named_parameters().items()}
fit(dead, x, y, loss=MeanSquaredError(), optimizer=Adam(LEARNING_RATE), epochs=200, batch_size=len(x))
moved = [name for name, values in dead.named_parameters().items() if (values != was[name]).any()]
assert not {"dense_1.w", "dense_1.b", "dense_2.w"} & set(moved)  # no gradient, and inputs that are all zero
assert np.ptp(dead.predict(x)) < 1e-12  # whatever x is, the second layer gets seven zeros
f"a level line at {dead.predict([[0.0]]).item():z.3f}; moved: {', '.join(moved)}"


# %% Compare with the mathematics, and keep the numbers of this run
def sigmoid_slope(x: np.ndarray) -> np.ndarray:
    """The slope of the sigmoid, measured: how much it rises from just before x to just after, for each step.

    >>> sigmoid_slope(np.array([0.0])).round(6)
    array([0.25])
    """
    h = 1e-5
    return (1 / (1 + np.exp(-(x + h))) - 1 / (1 + np.exp(-(x - h)))) / (2 * h)


def softmax(x: np.ndarray) -> np.ndarray:
    """Softmax as it is written on paper. (tinylearn's subtracts the largest x first, so that no eˣ overflows.)

    >>> softmax(np.array([2.3, 7.9, 0.8, 5.1])).round(5)
    array([3.4700e-03, 9.3867e-01, 7.7000e-04, 5.7080e-02])
    """
    return np.exp(x) / np.exp(x).sum()


few = INPUTS[::4]
sigmoid = FunctionStates(Sigmoid(), few)
book.numbers({
    "slope of ReLU at 0": relu_slope_at_zero(),
    "steepest slope of the sigmoid": sigmoid.slope.max().item(),
    "largest difference from the measured slope": float(np.abs(sigmoid.slope - sigmoid_slope(few)).max()),
    "softmax": p.round(5).tolist(),
    "difference from softmax by hand": float(np.abs(p - softmax(np.array(SCORES))).max()),
    "loss without activations": float(line.loss[-1]),
    "loss of the best straight line": error,
    "w and b of the best line, by hand": [w, b],
    "w and b of the network without activations": straight_line(runners[LINE].model),
    "loss with ReLU": float(curve.loss[-1]),
    **{f"last recorded loss {name}": float(runner.recording.losses[-1]) for name, runner in runners.items()},
})  # fmt: skip
