# %% [markdown]
# # Chapter 8. A network crosses a frozen lake
#
# You stand on a frozen lake, in one corner. In the opposite corner there is a flag, and somewhere between you and it
# the ice has holes. You can walk left, down, right or up. You are not shown the way, and no step is called good or
# bad. You only notice, at the end, whether you have arrived. How could you learn to walk from that?
#
# Until now every example came with its right answer. Here there is no table, only a world in which you can try things,
# again and again.

# %% What this chapter uses
import math
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium.envs.toy_text.frozen_lake import MAPS, generate_random_map

from chapters.parts.lake import (
    ACTIONS,
    MAP,
    MOVES,
    Episodes,
    greedy,
    make_lake,
    open_tiles,
    play,
    random_episodes,
    starting_at,
    wins,
)
from chapters.parts.lake_films import (
    EARLY,
    PLAYED,
    SHOWN,
    Learned,
    learning_film,
    moves_film,
    random_film,
    slippery_film,
)
from chapters.parts.lake_network import BATCH, last_layer, learn, network, predictions, returns, td_targets
from chapters.parts.lake_terminal import play_yourself, show_game
from chapters.parts.lake_values import (
    Later,
    best_of_four,
    best_policy,
    by_policy,
    exact_values,
    mean_of_four,
    rules,
    win_rate,
)
from chapters.tools.run import begin
from chapters.tools.settings import UsageError
from chapters.turns import Choose, Place, Turn
from tinylearn import Recorder, Sequential, confidence_interval

book = begin("ch08")
EPISODES, EPOCHS, MORE = 10_000, 50, 20  # epochs with Monte Carlo returns, and then with bootstrapped targets
DENSE = 10  # of the first updates, where most is learned, every tenth is shown
OTHERS = 100  # maps on which the network has not learned
ON_OTHER_LAKES = 5, 30  # epochs: from returns, then from bootstrapped targets
RENDER = ("ansi",)

# %% Play the random episodes, or one yourself
if book.render not in (None, *RENDER):
    raise UsageError(f"an episode can be rendered as {' or '.join(RENDER)}, got {book.render!r}")
if book.play_first:
    book.numbers({"your episode": play_yourself(MAP, sys.stdin, seed=book.seed)})

count, epochs = (1000, (10, 20)) if book.quick else (EPISODES, (EPOCHS, MORE))
episodes = random_episodes(make_lake(), count, seed=book.seed)
won = int(episodes.rewards.sum())
by_chance = win_rate(make_lake(), mean_of_four, MOVES)
mean_length = len(episodes.states) / count

# %% [markdown]
# Begin without a plan: before each step, roll a die with four sides. In the film you see three such walks move by move;
# all others are only counted. The number at a hole says how many walks ended in it, and the bar below adds them up.

# %% Draw the film: random play
book.ask(Place("Of a thousand such walks, how many arrive at the flag, in the long run?",
               "Nearly all of them end in a hole.",
               name="walks that arrive", low=0, high=200, start=100, answer=1000 * by_chance, digits=0))  # fmt: skip
book.film("ch08_random_play", random_film(episodes),
          "Random play: three walks, and how all the others ended.")  # fmt: skip

# %% [markdown]
# Of {count:,} walks {won} arrived. In the long run it is {1000 * by_chance:.1f} of a thousand. After {mean_length:.1f}
# moves, on average, it is over. Do you walk better? Try it: `python -m chapters.ch08_frozen_lake --play`.


# %% Train the network, and record what it says
def learned_from(episodes: Episodes, seed: int, epochs: tuple[int, int]) -> Learned:
    """Return what the network says early in its training and after each epoch.

    It learns for `epochs[0]` epochs from Monte Carlo returns, then for `epochs[1]` from bootstrapped targets.
    """
    rng = np.random.default_rng(seed)
    model, in_epoch = network(len("".join(MAP)), rng), math.ceil(len(episodes.states) / BATCH)
    recorder = Recorder(model, every=lambda step: step % in_epoch == 0 or (step % DENSE == 0 and step <= EARLY))
    for labels, count in zip((returns(episodes), td_targets(episodes, mean_of_four)), epochs, strict=True):
        learn(model, episodes, labels, count, rng=rng, callbacks=[recorder])
    tables, layers = said(model, recorder)
    return Learned(recorder.recording.steps, tables, in_epoch, layers)


def said(model: Sequential, recorder: Recorder) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return what the network said of every state and action (R, 16, 4) in each record, and its last layer."""
    tables, layers = [], []
    for step in recorder.recording.steps:
        recorder.recording.restore(model, int(step))
        tables.append(predictions(model))
        layers.append(last_layer(model))
    return np.stack(tables), {name: np.stack([layer[name] for layer in layers]) for name in layers[0]}


def starts_won(values: np.ndarray) -> int:
    """Return from how many of the 11 tiles the greedy policy wins; on ice that is not slippery, always or never."""
    tiles = open_tiles(MAP)
    return round(len(tiles) * win_rate(make_lake(starting_at(MAP, tiles)), by_policy(greedy(values)), MOVES))


learned = learned_from(episodes, book.seed, epochs)
from_returns, from_td = learned.after(epochs[0]), learned.tables[-1]
by_returns, by_td = starts_won(from_returns), starts_won(from_td)
starts = len(open_tiles(MAP))
at_start = [learned.after(epoch)[0].max() for epoch in range(sum(epochs) + 1)]  # the value of the best action there
halfway = epochs[0] // 2, epochs[0] + epochs[1] // 2
wanders, settles = at_start[halfway[0] : epochs[0] + 1], at_start[halfway[1] :]
changes = epochs[0] * learned.in_epoch  # the update after which the labels are others


def moves_between(values: list[float]) -> str:
    """Say how far values move, with three decimals."""
    low, high = f"{min(values):.3f}", f"{max(values):.3f}"
    return f"stays at {low}" if low == high else f"moves between {low} and {high}"


# %% [markdown]
# To learn from trying is called **reinforcement learning**, and it has words of its own. The one who walks is the
# **agent**. What it knows of the world at a moment is its **state**; here that is the number of the tile it stands on.
# In each state it chooses an **action**: left, down, right or up. For each move it gets a **reward**: one for the move
# to the flag, zero for every other.
#
# A walk from the start to its end is an **episode**. It ends at the flag, and is won, or in a hole. If it still goes on
# after {MOVES} moves, it is **truncated**. The rule that says which action to take in each state is a **policy**. The
# die was one.
#
# A bad one, and yet its episodes hold all that we need. Each of their {len(episodes.states):,} moves says: this state,
# this action, and this is how it ended.
#
# ## Labels from the end
#
# Now we can make a table after all. Each move becomes a row. Its input is the state and the action, both one-hot:
# sixteen numbers for the tile, four for the direction. Its label is the **return** of its episode, the sum of all
# rewards: one if it arrived, zero if not.
#
# So every move of an episode that arrived gets a one, even the silly moves; every move of the others gets a zero, even
# the clever ones. Such labels are **Monte Carlo returns**, named after the casino.
#
# Can anything be learned from labels as crude as these? Look at the slope of the loss. It is the binary cross-entropy
# of chapter 5. With $p$ for the answer, $t$ for the label, and $N$ rows, it is
#
# $$\frac{\partial L}{\partial p} = \frac{1}{N} \cdot \frac{p - t}{p (1 - p)}$$
#
# Rows with the same input get the same answer, and their slopes add up to zero when the differences $p - t$ do: when
# $p$ is the mean of their labels. So for each state and action the network learns which fraction of the episodes
# arrived. That is the probability of winning *if every later action is random*. In reinforcement learning it is the
# **value** of the action, and is written $Q$:
#
# $$Q(s, a) = P(\text{arrives} \mid \text{state } s, \text{ action } a, \text{ then random actions})$$
#
# To walk, ask the network four times in each state, once for each action, and take the action with the largest answer:
#
# ::source chapters/parts/lake.py greedy
#
# That is the **greedy policy**. The film shows where it leads while the network learns. The number on a tile is the
# value of its best action, and an arrow shows which one that is. From a tile with a full arrow the policy arrives, from
# one with a hollow arrow never. The curve is its win rate: the fraction of the tiles from which it arrives.
#
# At update {changes:,}, the dotted line in the curve, we give the network other labels. Watch the numbers on the tiles:
# what do they do before that, and what after it?

# %% Draw the film: learning to win
book.film("ch08_learning_to_win", learning_film(learned, epochs[0]),
          "The network's answer for each tile, and the path of its greedy policy.")  # fmt: skip

# %% [markdown]
# At the moment when the labels change, the greedy policy arrives from {by_returns} of {starts} tiles. But look at the
# number at the start. In the second half of the epochs with the first labels, it {moves_between(wanders)}; in the
# second half of those with the other labels, it {moves_between(settles)}. In the end the greedy policy arrives from
# {by_td} of {starts} tiles.
#
# How close to the truth are such numbers? On this lake we can calculate it.
#
# ## What is the right answer?
#
# You know the rules, so you can work backwards. The move to the flag is worth one, a step into a hole zero. Every other
# move leads to a state $s′$ with a random action to follow, so it is worth the mean of the four values there. With the
# reward $r$ of the move:
#
# $$Q(s, a) = r + \frac{1}{4} \sum_{a′} Q(s′, a′)$$
#
# (Where the episode has ended, only $r$ counts.) Begin with zeros: without a move nothing can be won. Put them into the
# formula, and it gives you the values for one move. Put those in, and you get the values for two:

# %%
leads, rewards = rules(make_lake())  # (16, 4, 16) where a move leads, (16, 4) its reward
exact = np.zeros((16, 4))
for _ in range(MOVES):  # each time with one more move left
    exact = rewards + leads @ exact.mean(axis=1)

assert np.array_equal(exact, exact_values(make_lake(), mean_of_four, MOVES))


# %% How wrong is the network, and how wrong is counting?
def error(values: np.ndarray, exact: np.ndarray) -> float:
    """Return the mean of |values - exact| over the 11 states where an episode goes on and the 4 actions."""
    return float(np.abs(values - exact)[open_tiles(MAP)].mean())


def fractions(episodes: Episodes) -> np.ndarray:
    """Return which fraction of the episodes was won, by state and action (16, 4): no network, only counting."""
    pairs = 4 * episodes.states + episodes.actions
    counts, won = np.bincount(pairs, minlength=64), np.bincount(pairs, episodes.returns, minlength=64)
    return (won / np.maximum(counts, 1)).reshape(16, 4)


off_counted, off_returns, off_td = (error(each, exact) for each in (fractions(episodes), from_returns, from_td))

# %% [markdown]
# To solve a problem from its end backwards is **dynamic programming**. To find in this way what a given policy is worth
# is **policy evaluation**. Now compare. Over all states and actions, the network with the first labels is off by
# {off_returns:.4f} on average. Counting is not right either: for each state and action, which fraction of the episodes
# arrived? That is off by {off_counted:.4f}. Whether an episode arrives is a throw of dice, and too few have been
# thrown.
#
# ## Labels from the next state
#
# What if you have neither the rules nor more episodes? Look at the formula again. It compares a value with the values
# one move later, and the network has an opinion on those, too. So let it correct itself. The label of a move is no
# longer how the episode ended, but the network's own prediction for the next state:
#
# $$\text{target} = r + \frac{1}{4} \sum_{a′} \hat{Q}(s′, a′)$$
#
# ::source chapters/parts/lake_network.py td_targets
#
# (Here `later` is the mean of the four.) These are **bootstrapped (TD) targets**: the network pulls itself up by its
# own bootstraps. At the flag and in the holes the label is the reward, and that is certain. From there the truth
# spreads back to the start, state by state. And the luck of a single episode plays no part: the label does not ask
# which action was rolled next, but takes the mean of all four.
#
# The network learned with these labels for {epochs[1]} epochs, from the same moves; the labels are calculated anew for
# each epoch. It was off by {off_returns:.5f}. Now it is off by {off_td:.5f}.
#
# ## One walk, move by move
#
# In each state the film stops and asks the network four times. The bars are its answers; the green numbers are the
# exact ones. Where is it easy to choose?

# %% Draw the film: a walk of the network
walk = play(make_lake(), greedy(from_td))
each = np.split(episodes.actions, np.flatnonzero(np.diff(episodes.episode)) + 1)
alike = sum(actions.tolist() == walk.actions for actions in each)
how = f"arrives after {len(walk.actions)} moves" if walk.won else "does not arrive in this run"
names = ", ".join(ACTIONS[action] for action in walk.actions[:SHOWN])
book.film("ch08_frozen_lake", moves_film(walk, from_td, exact, learned.layer(-1)),
          "Before each move the network is asked four times, once for each action.")  # fmt: skip

# %% [markdown]
# The network {how}: {names}. Beside the flag the choice is easy. At the start the right answers are small and close
# together: {exact[0, 1]:.4f} for down and {exact[0, 0]:.4f} for left.
#
# This should puzzle you. The values belong to an agent that acts at random and nearly always fails. Why does it help to
# choose by them? Call $V(s)$ what a state is worth to that agent, the mean of its four values. The best of four numbers
# is never less than their mean:
#
# $$\max\limits_{a} Q(s, a) \ge \frac{1}{4} \sum_a Q(s, a) = V(s)$$
#
# And where the ice is not slippery, the value of an action *is* the value of the state to which it leads. So with exact
# values each step of the greedy policy ends in a state that is worth at least as much as the one before, and nothing is
# worth more than the flag. Of the {count:,} random episodes {alike or "none"} went exactly this way. The values that
# show it are made of all of them, failures included.
#
# ## Slippery ice
#
# On real ice you slip. A move goes where you want in only one of three cases; in the others it goes to one side or the
# other.
#
# On the left of the next film walks the policy that you have just seen, on the right the best policy there is. Look at
# the arrows on the right, above all beside the holes.

# %% Draw the film: the slippery lake
film = slippery_film(from_td, book.seed)
scene: Any = film.scene
dry, best_rate = (player.rate for player in scene.players)
book.ask(Choose("At the start, in which direction does the best policy walk?",
                "It looks as if it did not move at all, but on slippery ice it does.",
                options=ACTIONS, right=ACTIONS[best_policy(make_lake(slippery=True), MOVES)[0, 0]]))  # fmt: skip
book.ask(Place("The policy learned without slipping. Of a hundred episodes on slippery ice, how many does it win?",
               f"The best policy wins {100 * best_rate:.0f}.",
               name="episodes won", low=0, high=100, start=50, answer=100 * dry, digits=0))  # fmt: skip
dry_won = int(scene.players[0].counts[-1, -1])  # that ended on the last tile, at the flag
low, high = confidence_interval(dry_won, PLAYED)
book.film("ch08_slippery_lake", film, "Two policies on slippery ice, and how their episodes end.")

# %% [markdown]
# At the start the best policy walks against the edge of the lake: so it can slip down, but not to the right, towards
# the first hole. Beside a hole it walks *away*, so that neither slip ends in the water. And between the two holes of
# the second row it walks straight at one of them. If it went up or down, it would fall in two of three cases; like
# this, in one. In the long run it wins {best_rate:.1%} of its episodes, the policy on the left {dry:.1%}.
#
# How was it found? By dynamic programming, with one word changed. If the agent will take the best action in the next
# state, that state is worth the largest of its four values, not their mean:

# %%
leads, rewards = rules(make_lake(slippery=True))
best = np.zeros((16, 4))
for _ in range(MOVES):
    best = rewards + leads @ best.max(axis=1)

assert np.isclose(best[0].max(), best_rate)
assert best[0].argmax() == best[4].argmax() == ACTIONS.index("left")

# %% [markdown]
# That is **value iteration**. And what works with the rules works without them. Change the same word in the labels, and
# the network learns from *random* episodes what the *best* actions are worth:
#
# $$\text{target} = r + \gamma \max\limits_{a′} \hat{Q}(s′, a′)$$
#
# This is Q-learning. In code it is one line:

# %%
DISCOUNT = 0.99


def discounted_max(values: np.ndarray) -> np.ndarray:
    return DISCOUNT * values.max(axis=1)


# %% Learn on other lakes, and calculate how often each policy wins
class Lake(NamedTuple):
    """A lake, and how many random episodes are played on it, from any tile."""

    rows: Sequence[str]
    slippery: bool
    moves: int
    episodes: int

    def env(self, rows: Sequence[str] | None = None) -> gymnasium.Env:
        """Return its environment, or one with other rows."""
        return make_lake(rows or self.rows, slippery=self.slippery, moves=self.moves)


def learn_best(lake: Lake, seed: int, epochs: tuple[int, int]) -> list[np.ndarray]:
    """Return what a network says after learning from returns, and then from bootstrapped targets with best actions."""
    everywhere = starting_at(lake.rows, open_tiles(lake.rows))
    episodes, rng = random_episodes(lake.env(everywhere), lake.episodes, seed=seed), np.random.default_rng(seed)
    model, tables = network(len("".join(lake.rows)), rng), []
    for labels, count in zip((returns(episodes), td_targets(episodes, discounted_max)), epochs, strict=True):
        learn(model, episodes, labels, count, rng=rng)
        tables.append(predictions(model))
    return tables


def win_rates(lake: Lake, networks: dict[str, np.ndarray]) -> dict[str, float]:
    """Return how often policies win: random, the best possible, and greedy ones.

    One of these knows the exact values of random play, the others what networks say: name → (S, 4).
    """
    env = lake.env()
    policies: dict[str, Later] = {"random": mean_of_four, "the best possible": best_of_four}
    known = {"exact values": exact_values(env, mean_of_four, lake.moves)} | networks
    policies |= {name: by_policy(greedy(values)) for name, values in known.items()}
    return {name: win_rate(env, later, lake.moves) for name, later in policies.items()}


part, few = (20, (1, 2)) if book.quick else (1, ON_OTHER_LAKES)
slippery = Lake(MAP, True, MOVES, 6000 // part)
lakes = {
    "another map": Lake(generate_random_map(4, seed=book.seed), False, MOVES, 1000 // part),
    "8 × 8": Lake(MAPS["8x8"], False, 2 * MOVES, 2000 // part),
    "another 8 × 8": Lake(generate_random_map(8, seed=book.seed), False, 2 * MOVES, 2000 // part),
}
in_brief = "(This was a quick run, with too few episodes and epochs.)" if book.quick else ""
slipped, slipped_best = learn_best(slippery, book.seed, few)
rates = {
    "not slippery": win_rates(Lake(MAP, False, MOVES, 0), {"network, from returns": from_returns, "network": from_td}),
    "slippery": win_rates(slippery, {"network, from returns": slipped, "network": slipped_best}),
} | {name: win_rates(lake, {"network": learn_best(lake, book.seed, few)[1]}) for name, lake in lakes.items()}
learned_rate, returns_rate = rates["slippery"]["network"], rates["slippery"]["network, from returns"]
others = [make_lake(generate_random_map(4, seed=book.seed + 1 + k)) for k in range(OTHERS)]
elsewhere = sum(play(other, greedy(from_td)).won for other in others)
large = rates["8 × 8"]

# %% [markdown]
# The number $\gamma$ is the **discount factor**. A reward that comes a move later counts a little less, so the agent
# does not put off what it can have now.
#
# With such labels a network learned from {slippery.episodes:,} random episodes on slippery ice, which began on any
# tile. Its greedy policy wins {learned_rate:.1%}; before, after a few epochs with Monte Carlo returns, it won
# {returns_rate:.1%}. {in_brief} It saw nothing but random walks, and yet its values are about the best actions. It
# stays below the best policy, which also counts the moves that are left.
#
# ## Your turn
#
# Your browser calculates the values anew whenever you change the lake. Dig a hole on the agent's way: does it find
# another? Make the ice slippery and later actions the best, and press play: you see where the agent may be. Raise the
# moves ahead from zero, and the values spread from the flag.

# %% Let the browser calculate it
book.your_turn(Turn("lake", "Dig a hole, move the agent, make the ice slippery", {
    "rows": list(MAP), "moves": MOVES,
    "tables": np.stack([exact_values(make_lake(), mean_of_four, left) for left in range(MOVES + 1)]),
}))  # fmt: skip

# %% [markdown]
# ## Where it is wrong to trust it
#
# *Another lake.* The network knows this lake by the numbers of its tiles. It has never seen a hole. We drew {OTHERS}
# maps with other holes, each with a way to the flag. On {elsewhere} of them its policy arrives. It does not generalise
# from lake to lake.
#
# *A larger lake.* All this rests on some random episodes that arrive. On eight rows of eight tiles
# {large["random"]:.2%} do. So there, too, our episodes began on any tile. Where that is not possible, chance may never
# reach the flag, and then there is nothing to learn from.
#
# *Few episodes.* In the last film the left policy won {dry_won} of {PLAYED} episodes. That alone tells you only that
# its win rate probably lies between {low:.1%} and {high:.1%}. To halve this interval takes four times as many. The
# other win rates are exact: they follow from the rules.
#
# *Another policy.* At the start the network says {from_td[0].max():.3f} of its best action. That is no forecast for its
# own greedy policy, but for an agent that takes this action and then rolls its die. Always ask of a value which policy
# it belongs to.
#
# ## Exercises
#
# Unfold an answer when you have your own.
#
# ### Exercise 1. Six moves away
#
# On ice that is not slippery, take the best actions and a discount factor of {DISCOUNT}. What is the best action at the
# start worth? The flag is six moves away.

# %% Answer 1
values = exact_values(make_lake(), discounted_max, MOVES)
assert np.isclose(values[0].max(), DISCOUNT**5)  # the sixth move has the reward, and five come before it
f"{values[0].max():.4f}"

# %% [markdown]
# ### Exercise 2. No hurry
#
# Now leave out the discount factor. Which values do you get at the start? Where does the greedy policy walk, if it
# takes the first of several equally good actions?

# %% Answer 2
values = exact_values(make_lake(), best_of_four, MOVES)
patient = play(make_lake(), greedy(values))
assert (values[0] == 1).all()  # whatever it does first, it can still arrive later
assert not patient.won  # so it does not matter when, and it never does
f"values {values[0].tolist()}; it walks {ACTIONS[patient.actions[0]]} {len(patient.actions)} times"

# %% [markdown]
# ### Exercise 3. A new hole
#
# Overnight the tile two below the start has become a hole. Where does the greedy policy of the old exact values walk?
# And that of the new ones?

# %% Answer 3
holed = make_lake(("SFFF", "FHFH", "HFFH", "HFFG"))
old, new = play(holed, greedy(exact)), play(holed, greedy(exact_values(holed, mean_of_four, MOVES)))
assert not old.won  # it walks down twice, into the water
assert new.won
f"old: {', '.join(ACTIONS[a] for a in old.actions)}; new: {', '.join(ACTIONS[a] for a in new.actions)}"

# %% Keep the numbers of this run
book.numbers({"random episodes": count, "their moves": len(episodes.states)})
for labels, values in (("returns", from_returns), ("TD targets", from_td)):
    book.numbers({
        f"from {labels}, path": [ACTIONS[action] for action in play(make_lake(), greedy(values)).actions[:SHOWN]],
        f"from {labels}, starts won": f"{starts_won(values)} of {starts}",
        f"from {labels}, mean error": round(error(values, exact), 6),
    })  # fmt: skip
book.numbers({"fractions of episodes won, mean error": round(off_counted, 6),
              f"other maps on which the network wins, of {OTHERS}": elsewhere})  # fmt: skip
book.numbers({f"win rate, {lake}, {name}": rate for lake, each in rates.items() for name, rate in each.items()})
slipped_wins = wins(slippery.env(), greedy(slipped_best), PLAYED, seed=book.seed)
book.numbers({f"slippery, network, {PLAYED} episodes played": f"{slipped_wins} won",
              "95 % interval for its win rate": list(confidence_interval(slipped_wins, PLAYED))})  # fmt: skip
if book.render is not None:
    show_game(MAP, from_td, seed=book.seed)
