# %% [markdown]
# # Chapter 3. One neuron learns Fahrenheit from Celsius
#
# It is fifty degrees Celsius in Death Valley. What does an American thermometer say?
#
# Suppose that you do not know the rule. All you have is a table of ten temperatures, each in Celsius and in
# Fahrenheit, and fifty is not among them. You could draw the ten as points, lay a ruler through them and read off the
# answer. In this chapter a machine does the same. It lays down its ruler in the wrong place, sees how wrong it is,
# moves it a little, and looks again.

# %% What this chapter uses
import numpy as np

from animations import Clip, LineFit, NeuronDiagram, NeuronStates, NeuronUpdates, SideBySide, log_spaced_steps
from chapters.tools.run import begin
from chapters.turns import Choose, Place, Turn
from tinylearn import SGD, Dense, MeanSquaredError, ProgressBar, Recorder, Sequential, fit
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones

book = begin("ch03")
LEARNING_RATE, UPDATES = 0.0005, 8000
ASKED, COLDER = 50.0, -300.0  # °C, which the neuron never sees
TURNED = 100  # updates, after which the line has turned


# %% Train the neuron, and record every update
def one_neuron() -> Sequential:
    """Return a neuron with one input, whose w and b are 1: nothing is random, so any `rng` will do."""
    return Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])


x, y = celsius_fahrenheit()
model = one_neuron()
recorder = Recorder(model)
fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(LEARNING_RATE), epochs=UPDATES, batch_size=len(x),
    callbacks=[recorder, ProgressBar(UPDATES, "chapter 3")])  # fmt: skip
recording = recorder.recording
ws, bs = recording["dense_1.w"][:, 0, 0], recording["dense_1.b"][:, 0]  # after each update
losses = [float(((w * x + b - y) ** 2).mean()) for w, b in zip(ws, bs, strict=True)]
answer = model.predict([[ASKED]]).item()
truth = ASKED * 9 / 5 + 32

# %% [markdown]
# The machine is a single **neuron**. It multiplies its input $x$ by a **weight** $w$ and adds a **bias** $b$:
#
# $$\hat{y} = w x + b$$
#
# That is a straight line: $w$ says how steep it is, and $b$ how high it is where $x$ is zero. We do not
# know yet what they should be, so we **initialise** both with {ws[0]:.0f}. Training must find better values.
#
# Look at three things in the film: at the arrows with $w$ and $b$, at the table with what the neuron predicts for each
# row, and at the line among points. The points are the right answers, the **targets**. An orange bar is an error: how
# far the line misses the point.

# %% Draw the film: the neuron, the table and the line
book.ask(Choose("The line begins too low and too flat. Which comes first: does it turn, or does it rise?",
                f"After {TURNED} updates $w$ is almost where it ends, and $b$ has hardly moved.",
                options=("it turns", "it rises", "both at the same pace"), right="it turns", covers=False))  # fmt: skip
units = ("°C", "°F")
every_second = [2 * step for step in log_spaced_steps(UPDATES // 2, 9 if book.quick else 81)]  # w leaps to and fro
states = NeuronStates(recording, x, y, every_second)
neuron = SideBySide(NeuronDiagram(states, units=units, ask=ASKED), LineFit(states, units=units))
has_turned = next(frame for frame, step in enumerate(every_second) if step >= TURNED)
pauses = {1: 1, 2: 0.7, 3: 0.5, 4: 0.4, 5: 0.3, has_turned: 1.5}  # seconds: the line turns, then it rises
book.film("ch03_first_neuron", Clip(neuron, **book.pace(10), hold_first=3, hold_last=3, holds=pauses, colors=32),
          "One neuron and its line. Of the updates shown, most are early ones.")  # fmt: skip

# %% [markdown]
# It turns first. After {TURNED} updates $w$ is {ws[TURNED]:.2f}, not far from where it ends, while $b$ has only come to
# {bs[TURNED]:.2f}. Then the line rises, more and more slowly. After {UPDATES:,} updates $w$ is {ws[-1]:.4f} and $b$ is
# {bs[-1]:.2f}. For {ASKED:.0f} °C the neuron answers {answer:.2f} °F. The exact answer is {truth:g}: your American
# reads a hundred and twenty-two.
#
# To answer with a number, as here, is called **regression**; with a straight line it is **linear regression**. So far
# you have seen that it works. Now for how.
#
# ## How wrong is it?
#
# Learning needs one number that says how wrong the neuron is: the **loss**. Take the error of each row, the prediction
# minus the target. Square it, and take the mean over all $N$ rows. This **loss function** is called the **mean squared
# error**:
#
# $$L = \frac{1}{N} \sum_{i=1}^{N} \left( w x_i + b - y_i \right)^2$$
#
# The square does two things. Too high and too low count alike. And one large error weighs more than several small ones:
# an error of ten counts a hundred times as much as an error of one. At the start the loss is {losses[0]:,.1f}, at the
# end {losses[-1]:.5f}.

# %% [markdown]
# ## Which way is down?
#
# Suppose that you make $w$ a little larger. Does the loss grow or shrink, and how fast? The **chain rule** tells you.
# The square of an error has the slope $2 \cdot \text{error}$, and the error of row $i$ grows by $x_i$ when $w$ grows by
# one. Multiply the two, and take the mean. For $b$ the error grows by one, so that factor drops out:
#
# $$\frac{\partial L}{\partial w} = \frac{2}{N} \sum_{i=1}^{N} \left( \hat{y}_i - y_i \right) x_i$$
#
# $$\frac{\partial L}{\partial b} = \frac{2}{N} \sum_{i=1}^{N} \left( \hat{y}_i - y_i \right)$$
#
# These two slopes are the gradient of chapter 2. It points uphill, so each step goes against it, and the learning rate
# decides how far. Here it is {LEARNING_RATE}. That is all there is to learning, and it fits in a few lines:

# %%
w, b = 1.0, 1.0  # initialise
for _ in range(UPDATES):  # repeat
    error = w * x + b - y
    dw = (2 / x.size * error * x).sum()
    db = (2 / x.size * error).sum()
    w, b = w - LEARNING_RATE * dw, b - LEARNING_RATE * db  # adjust

f"w = {w:.4f}, b = {b:.4f}"

# %% [markdown]
# Initialise, adjust, repeat. Networks with millions of weights learn with the same loop; only the line that predicts
# and the lines of the slopes get longer.
#
# ## One update, slowly
#
# The next film shows the first **updates** one by one. Each has three pictures. First you see the errors. Then each row
# pulls: its share of the sum in the formula for $w$ is drawn as a bar, and all shares together are the slope. Then
# comes the step. The map shows the loss for every $w$ and $b$: along each line it is the same, and at the star it is
# zero. While you watch, ask yourself two questions. Which rows pull hardest, and why? And where does
# a step end, compared with the floor of the valley?

# %% Draw the film: the first updates, and how every row pulls
book.ask(Place(f"$w$ begins at {ws[0]:.0f}, and will end at {ws[-1]:.1f}. Where will the first update put it?",
               "It leaps over the best value, and lands on the other side.",
               name="w", low=0, high=4, start=ws[0], answer=ws[1], covers=False))  # fmt: skip
slowly = NeuronUpdates(recording, x, y, range(1, 3 if book.quick else 7), units=units)
book.film("ch03_first_updates", Clip(slowly, fps=0.7, hold_first=2, hold_last=3, holds={1: 1, 2: 3}, motion=8,
                                     colors=64), "Look, pull, step: how each row moves the weight.")  # fmt: skip
pulls = (2 / x.size * (x + 1 - y) * x)[:, 0]  # of each row, in the first update

# %% [markdown]
# The hot rows pull hardest. In the first update the row of {x[-1, 0]:.0f} °C pulls on $w$ with {pulls[-1]:,.0f}, that
# of {x[-2, 0]:.0f} °C with {pulls[-2]:,.0f}, and all ten together with {pulls.sum():,.0f}. These two make
# {pulls[-2:].sum() / pulls.sum():.0%} of it. Their errors are large, and the formula multiplies them by a large $x$
# once more. The row of zero degrees does not pull on $w$ at all: zero times $w$ is zero, whatever $w$ is.
#
# A negative slope means that the loss falls when $w$ grows. So the step makes $w$ larger, from {ws[0]:.0f} to
# {ws[1]:.2f}. That is too far: it crosses the floor of the valley and lands on the opposite wall. The next step comes
# back to {ws[2]:.2f}. To and fro it goes, and each time it ends a little closer to the floor.
#
# ## Your turn
#
# The next picture is no film. Your browser trains the neuron anew whenever you change something. Drag the hottest point
# down, as if somebody had read the thermometer wrongly: one such **outlier** pulls harder than all other rows together.
# Then raise the learning rate bit by bit, and watch the path in the map. How far can you go before the leaps grow?

# %% Let the browser train it
book.your_turn(Turn("neuron", "Move the points, the learning rate and the update", {
    "x": x[:, 0], "y": y[:, 0], "rate": LEARNING_RATE, "updates": UPDATES, "ws": ws, "bs": bs,
}))  # fmt: skip

# %% [markdown]
# ## Why does it take so long?
#
# Two **parameters**, ten rows, {UPDATES:,} updates: that is a lot of work for a straight line. The map shows the
# reason. The valley is steep from wall to wall and almost level along its floor. How much a surface bends is called its
# curvature, and for this loss it is the same everywhere:

# %%
inputs = np.column_stack([x, np.ones_like(x)])  # w multiplies x, b multiplies 1
floor, wall = np.linalg.eigvalsh(2 / len(x) * inputs.T @ inputs)  # curvatures
bound = float(2 / wall)

# %% [markdown]
# Across the valley the curvature is {wall:,.0f}, along its floor {floor:.2f}. As in chapter 2, one update multiplies
# the distance to the lowest point by
#
# $$1 - \text{learning rate} \cdot \text{curvature}$$
#
# and the distance shrinks only while this lies between $-1$ and $1$. Across the valley that is
# {1 - LEARNING_RATE * wall:.2f}. That is negative, so you saw $w$ leap from wall to wall. It is also close to the
# limit: with a learning rate above {bound:.6f} the leaps would grow. Along the floor the factor is
# {1 - LEARNING_RATE * floor:.4f}, so close to one that $b$ needs a thousand updates to come
# {1 - (1 - LEARNING_RATE * floor) ** 1000:.0%} of the way. The walls allow no longer steps, yet along the floor
# such steps are far too short.
#
# The cure is to change the question, not the method. **Standardise** the input: subtract its mean, and divide by its
# standard deviation. Then $w$ and $b$ meet numbers of the same size, and the valley becomes a round bowl, in which
# every slope points straight to the middle:

# %%
standardised, fast = (x - x.mean()) / x.std(), one_neuron()
found = fit(fast, standardised, y, loss=MeanSquaredError(), optimizer=SGD(0.4), epochs=20)
needed = [loss <= losses[-1] for loss in found].index(True)  # the first is before any update

# %% [markdown]
# After {needed} updates, instead of {UPDATES:,}, the loss is as small as before. Whenever a network learns slowly, look
# at its inputs first.
#
# ## The same with the parts of tinylearn
#
# The loop above knows that there is one neuron. A framework does not, so it splits the loop into parts that can be
# exchanged. A layer predicts:
#
# ::source tinylearn/layers/dense.py Dense.forward
#
# A loss says how wrong that is, and how the loss grows with each prediction: $\frac{2}{N}(\hat{y}_i - y_i)$, the first
# half of the formula. The layer gets that as `dout` and does the second half. The line with `grads["w"]` is our `dw`,
# the next one our `db`:
#
# ::source tinylearn/layers/dense.py Dense.backward
#
# (What it returns, the slopes along its inputs, is for a layer in front of it. In chapter 4 there will be one.) An
# optimiser makes the step; without momentum it is the line that you know:
#
# ::source tinylearn/optimizers.py SGD.step
#
# Put together, they are the same loop:

# %%
parts, loss, optimizer = one_neuron(), MeanSquaredError(), SGD(LEARNING_RATE)
for _ in range(UPDATES):
    loss.forward(parts.forward(x), y)  # how wrong?
    parts.backward(loss.backward())  # which way is down?
    optimizer.step(parts.parameters, parts.gradients)  # one step there

assert np.array_equal(parts.parameters, model.parameters)  # the same bits as `fit`
assert np.abs(parts.parameters - [w, b]).max() < 1e-9  # and the same as the loop by hand

# %% [markdown]
# You will not write this loop again: `fit` runs it, and with a `Recorder` among its callbacks it keeps $w$ and $b$
# after every update. Both films are drawn from that recording of {len(recording):,} states, the first of them from
# before the first update. To see the call, unfold the code that trains the neuron, near the top.
#
# ## Where it is wrong to trust it
#
# The neuron has never seen {ASKED:.0f} °C, and yet its answer is right to within {abs(answer - truth):.2f} degrees. It
# **generalises**: it does well on inputs that it did not learn from. But ask what that rests on. The ten rows lie on a
# straight line, and the neuron can be nothing but a straight line. For such a pair a good fit on the table is a good
# fit everywhere.
#
# Few things in the world are so kind. If the truth bends between two rows or beyond the last one, the neuron goes
# straight on, and its loss on the table does not warn you. Nor does it know what makes sense. Ask it for {COLDER:.0f}
# °C, and it answers {model.predict([[COLDER]]).item():.0f} °F without hesitation, although [nothing is colder than
# −273.15 °C](https://www.bipm.org/en/si-base-units/kelvin). A small loss says that a model agrees with the data that it
# has seen. Whether it will be right about others is another question, and from chapter 5 on we shall measure that, on
# data from which the model never learns.
#
# ## Exercises
#
# Unfold an answer when you have your own. Each is a program that has run with this chapter.
#
# ### Exercise 1. Too fast
#
# Train the neuron for a hundred updates with a learning rate that is {0.01:.0%} larger than {bound:.6f}, and then with
# one that is {0.01:.0%} smaller. What does the loss do, in the end, in each case?


# %% Answer 1
def last_losses(rate: float) -> tuple[float, float]:
    """Return the losses before the last two of a hundred updates."""
    before, last = fit(one_neuron(), x, y, loss=MeanSquaredError(), optimizer=SGD(rate), epochs=100)[-2:]
    return before, last


(before, too_fast), (slower, slowest) = last_losses(1.01 * bound), last_losses(0.99 * bound)
assert too_fast > before  # beyond the bound every leap is longer than the one before
assert slowest < slower  # just below it, each is a little shorter
f"1 % above: {before:,.0f}, then {too_fast:,.0f};  1 % below: {slower:,.0f}, then {slowest:,.0f}"

# %% [markdown]
# ### Exercise 2. Without the hot rows
#
# Leave out the two hottest rows. Does the largest stable learning rate become larger or smaller, and by what factor?
# Look at how the curvature is calculated before you run anything.

# %% Answer 2
cool = inputs[:-2]
cool_bound = 2 / np.linalg.eigvalsh(2 / len(cool) * cool.T @ cool).max()
assert cool_bound > bound  # the curvature along w is the mean of x²: without large x it is smaller
f"{cool_bound / bound:.1f} times as large"

# %% [markdown]
# ### Exercise 3. The other way round
#
# Let the neuron learn Celsius from Fahrenheit, with a standardised input and the learning rate of the round bowl. Which
# weight and which bias do you expect, for the input as it is in the table? Check by taking the standardisation back.

# %% Answer 3
back = one_neuron()
fit(back, (y - y.mean()) / y.std(), x, loss=MeanSquaredError(), optimizer=SGD(0.4), epochs=30)
weight, bias = back.parameters
per_degree = weight / y.std()  # x̂ = weight · (y − mean) / std + bias
start = bias - per_degree * y.mean()
assert np.allclose([per_degree, start], [5 / 9, -160 / 9])  # C = 5/9 · (F − 32)
f"C = {per_degree:.4f} · F − {-start:.4f}"

# %% Keep the numbers of this run
book.numbers({
    "w": float(ws[-1]),
    "b": float(bs[-1]),
    "loss before the last update": float(recording.losses[-1]),
    "loss": losses[-1],
    "50 °C in °F": answer,
    "records, with step 0": len(recording),
    "difference from the loop by hand": float(np.abs(parts.parameters - [w, b]).max()),
    "largest stable learning rate": bound,
    "updates needed with scaled input": needed,
})  # fmt: skip
