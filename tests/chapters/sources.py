"""What every film of every chapter should show: worked out anew, from recordings, data files and plain arithmetic.

A chapter's function is told what the chapter handed on while it ran (`handed[name]`: the arguments of each call, and
what it returned) and returns film → what `animations.audit` is told about it. No value comes from a scene.
"""

import csv
from pathlib import Path

import numpy as np

import tinylearn.datasets
from animations import spaced_steps
from chapters.ch06_convolution import centred
from chapters.lake import MAP, MOVES, greedy, make_lake, open_tiles, play
from chapters.lake_values import exact_values, mean_of_four
from tests.animations.board_helpers import FACTS, convolution_values, pooling_values
from tests.animations.descent_helpers import ENOUGH, RATES, panel_values
from tinylearn import SGD, Adam, RMSprop, Softmax
from tinylearn.datasets import CLASS_NAMES, celsius_fahrenheit, sine
from tinylearn.layers.loops import convolve

COUNTED = ("learned from", "never seen", "always deer")


def together(*mappings):
    """Return one mapping of several."""
    return {gid: value for mapping in mappings for gid, value in mapping.items()}


def beside(*functions):
    """Return the function frame → (gid → value) of scenes beside each other."""
    return lambda frame: together(*(function(frame) for function in functions))


# --- chapter 1: the file ---------------------------------------------------------------------------------------------


def table():
    """Return the years, and name → values, of every tenth row of the file."""
    lines = (Path(tinylearn.datasets.__file__).parent / "gdp.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))[::10]
    years = [float(row.pop("year")) for row in rows]
    return years, {name: [float(row[name]) for row in rows] for name in rows[0]}


def chapter_1(handed):
    years, columns = table()

    def values(frame, frames, *kinds):
        time = 1970 + 50 * frame / (frames - 1)
        now = {name: float(np.interp(time, years, column)) for name, column in columns.items()}
        total = sum(now.values())
        found = {
            "year": {"year": max(year for year in years if year <= time)},
            "value": {f"value[{time:.10g}, {name}]": value for name, value in now.items()},
            "share": {f"share[{time:.10g}, {name}]": value / total for name, value in now.items()},
            "total": {f"total[{time:.10g}]": total},
        }
        return {gid: value for kind in kinds for gid, value in found[kind].items()}

    def film(frames, *kinds):
        gids = [gid for frame in range(frames) for gid in values(frame, frames, *kinds)]
        names = {gid: gid.rstrip("]").split(", ")[-1] for gid in gids if ", " in gid}
        names |= {gid: "the whole pie, their sum:" for gid in gids if gid.startswith("total")}
        return {"source": lambda frame: values(frame, frames, "year", *kinds), "names": names}

    race = film(11, "value")
    del race["names"]["value[2000, China]"]  # China just passes the UK, and its name makes way for the other
    return {
        "ch01_shortest_scene": {"source": {}},
        "ch01_gdp_lines": film(6, "value"),
        "ch01_bar_race": race,
        "ch01_bars_and_lines": film(6, "value"),
        "ch01_pie_and_lines": film(6, "value", "share", "total"),
    }


# --- chapter 2: walks, by hand ---------------------------------------------------------------------------------------

CONVERGED, NOT_YET = ("✓ converged at step", "≤"), ("✗ not converged after", ">")


def labels_of_panel(ending, **other):
    last, enough = ending
    return {
        "setting": "learning rate", "step": "Step", "x": "x =", "y": "y =", "slope": "slope =", "update.x": "x ←",
        "update.rate": "−", "update.push": "·", "update.next_x": "=", "change": "In the last step y changed by",
        "last_step": last, "enough": enough,
    } | other  # fmt: skip


def named(prefix, labels):
    return {f"{prefix}.{gid}": label for gid, label in labels.items()}


def chapter_2(handed):
    clock = [0, 15, 30, 45, 69, 252, 919, 2000]
    labels = {0.95: CONVERGED, 0.1: CONVERGED, 0.0003: NOT_YET}
    return {
        "ch02_grid_and_fixed_steps": grid_and_fixed_steps([0, 375, 750, 1125, 1500, 1875, 1999]),
        "ch02_learning_rates": {
            "source": beside(*(panel_values(rate, clock) for rate in RATES)),
            "names": together(*(named(f"rate_{rate}", labels_of_panel(labels[rate])) for rate in RATES)),
        },
        "ch02_diverging": diverging([0, 15, 30, 45, 60]),
        "ch02_two_dimensions": two_dimensions([0, 15, 30, 45, 60, 75, 90, 100]),
    }


def grid_and_fixed_steps(clock):
    places, x = np.linspace(0, 20, 2000), [1.2345 + 0.01 * step for step in range(878)]

    def values(frame):
        step = clock[frame]
        at, best, now = places[step], min(places[: step + 1], key=lambda x: (x - 10) ** 2), x[min(step, 877)]
        found = {"grid.setting": 2000, "grid.step": step, "grid.now.x": at, "grid.now.y": (at - 10) ** 2}
        found |= {"grid.best.x": best, "grid.best.y": (best - 10) ** 2, "fixed.setting": 0.01, "fixed.step": step}
        found |= {"fixed.x": now, "fixed.y": (now - 10) ** 2, "fixed.slope": 2 * (now - 10)}
        found |= {"grid.last_step": 1999} if step == 1999 else {}
        if step < 877:
            return found | {"fixed.update.x": now, "fixed.update.rate": 0.01, "fixed.update.push": -1,
                            "fixed.update.next_x": now + 0.01}  # fmt: skip
        change = abs((x[877] - 10) ** 2 - (x[876] - 10) ** 2)
        return found | {"fixed.last_step": 877, "fixed.change": change, "fixed.enough": ENOUGH}

    grid = {"setting": "points", "step": "Step", "now.x": "x =", "now.y": "y =", "best.x": "x =", "best.y": "y ="}
    grid |= {"last_step": "✓ all points seen at step"}
    return {
        "source": values,
        "names": named("grid", grid) | named("fixed", labels_of_panel(CONVERGED, setting="step size")),
    }


def diverging(clock):
    rates = {"diverges": 1.1, "the bound": 1.0, "too large": 0.95, "moderate": 0.1, "too small": 0.0003}
    ends = {"moderate": 30, "too large": 58}

    def chart(frame):
        found = {}
        for name, rate in rates.items():
            distance = 8.7655 * abs(1 - 2 * rate) ** min(clock[frame], ends.get(name, 60))
            found |= {f"{name}.learning rate": rate, f"{name}.× each step": abs(1 - 2 * rate)}
            found |= {f"{name}.|x − 10|": distance}
        return found

    columns = ("learning rate", "× each step", "|x − 10|")
    names = {f"{name}.{column}": (name, column) for name in rates for column in columns}
    return {
        "source": beside(panel_values(1.1, clock, most=60), chart),
        "names": names | named("rate_1.1", labels_of_panel(NOT_YET)),
    }


def two_dimensions(clock):
    optimizers = {
        "SGD": (0.015, SGD(0.015)), "momentum": (0.015, SGD(0.015, momentum=0.9)),
        "RMSprop": (0.15, RMSprop(0.15)), "Adam": (0.3, Adam(0.3)),
    }  # fmt: skip
    frames = [{"step": step} for step in range(101)]
    for name, (rate, optimizer) in optimizers.items():
        place = np.array([-9.0, 2.0])
        for now in frames:
            x, y = place.tolist()
            now |= named(name, {"learning rate": rate, "x": x, "y": y, "f": x * x / 2 + 50 * y * y})
            optimizer.step(place, np.array([x, 100 * y]))
    names = {f"{name}.{column}": (name, column) for name in optimizers for column in ("learning rate", "x", "y", "f")}
    return {"source": lambda frame: frames[clock[frame]], "names": {"step": "Step"} | names}


# --- chapters 3 and 4: recordings, and what follows from them --------------------------------------------------------


def chapter_3(handed):
    ((recording, *_), _) = handed["NeuronStates"][0]
    x, target = (column[:, 0] for column in celsius_fahrenheit())
    steps = spaced_steps(8000, 9)

    def values(frame):
        w, b = recording["dense_1.w"][steps[frame]].item(), recording["dense_1.b"][steps[frame]].item()
        found = {"answer(50)": w * 50 + b, "loss": ((w * x + b - target) ** 2).mean()}
        for i in range(10):
            said = w * x[i] + b
            found |= {f"x[{i}]": x[i], f"predicted[{i}]": said, f"target[{i}]": target[i]}
            found |= {f"squared_error[{i}]": (said - target[i]) ** 2}
        return found

    names = {
        "step": "Update", "last_step": "of", "dense_1.w[0,0]": "w =", "dense_1.b[0]": "b =", "loss": "loss, their mean",
        "answer(50)": "never shown: 50 °C →",
    }  # fmt: skip
    return {"ch03_first_neuron": {"source": [values, recording], "steps": steps, "names": names}}


def chapter_4(handed):
    x = np.linspace(-6, 6, 7)
    p = 1 / (1 + np.exp(-x))
    functions = named("relu", {"x": x, "y": np.maximum(x, 0), "slope": x > 0})
    functions |= named("sigmoid", {"x": x, "y": p, "slope": p * (1 - p)})
    names = {f"{name}.{gid}": label for name in ("relu", "sigmoid")
             for gid, label in (("x", "x ="), ("y", "f(x) ="), ("slope", "slope f′(x) ="))}  # fmt: skip
    ((runners,), _) = handed["Race"][0]
    return {
        "ch04_relu_sigmoid": {"source": functions, "names": names},
        "ch04_softmax": softmax_bars(),
        "ch04_learning_sine": learning_sine(*(given[0] for given, _ in handed["CurveStates"])),
        "ch04_race": race(runners),
    }


def softmax_bars():
    scores = [(2.3, 7.9, 0.8, 5.1 + more) for more in (0, 2.5, 5, 2.5, 0, -2.5, -5, -2.5, 0)]

    def values(frame):
        powers = np.exp(scores[frame])
        found = {"exp_sum": powers.sum(), "p_sum": 1}
        for k in range(4):
            found |= {f"x[{k}]": scores[frame][k], f"exp[{k}]": powers[k], f"p[{k}]": powers[k] / powers.sum()}
        return found

    return {"source": values, "names": {"exp_sum": "sum", "p_sum": "sum of p"}}


def race(runners):
    """The losses are those of the recordings, and no runner ends before another."""
    names = {"step": "update", "last_step": "of", "epoch": "epoch", "last_epoch": "of"}
    return {"source": dict(runners), "names": names | {f"{name}.loss": name for name in runners}}


def learning_sine(line, relu):
    x, y = sine()
    steps, best = spaced_steps(1000, 9), np.polynomial.Polynomial.fit(x[:, 0], y[:, 0], 1)
    best_line = ((best(x) - y) ** 2).mean()

    def outputs(recording, step, bend):
        """Return the sums of both hidden layers, before any ReLU, and what the network says."""
        w = recording.at(step)
        first = x @ w["dense_1.w"] + w["dense_1.b"]
        second = bend(first) @ w["dense_2.w"] + w["dense_2.b"]
        return first, second, bend(second) @ w["dense_3.w"] + w["dense_3.b"]

    def values(frame):
        step = steps[frame]
        straight, (first, second, bent) = outputs(line, step, lambda z: z)[-1], outputs(relu, step, lambda z: z.clip(0))
        on = np.hstack([first, second]) > 0
        found = {"line.epoch": step, "line.loss": ((straight - y) ** 2).mean(), "line.best_line": best_line}
        found |= {"line.w": (straight[-1, 0] - straight[0, 0]) / 10, "line.b": (straight[-1, 0] + straight[0, 0]) / 2}
        found |= {"relu.epoch": step, "relu.loss": ((bent - y) ** 2).mean(), "relu.best_line": best_line}
        return found | {"relu.bends": (on[1:] != on[:-1]).any(axis=1).sum()}

    both = {"epoch": "epoch", "loss": "loss", "best_line": "- - -  best straight line"}
    names = named("line", both | {"w": "w =", "b": "b ="}) | named("relu", both | {"bends": "places"})
    return {"source": values, "names": names}


# --- chapters 5 to 7: pictures ---------------------------------------------------------------------------------------


def counts_of(seen, new, labels, epochs, prefix=""):
    """Return gid → value in each frame of a tally of right answers, and gid → label."""
    always = np.bincount(labels).max()
    rows = ((seen, 160), (new, len(labels)), ([always] * len(epochs), len(labels)))
    values = {f"{prefix}epoch": epochs}
    for row, (right, total) in enumerate(rows):
        values |= {f"{prefix}right[{row}]": right, f"{prefix}total[{row}]": [total] * len(epochs)}
    names = {f"{prefix}right[{row}]": name for row, name in enumerate(COUNTED)} | {f"{prefix}epoch": "epoch"}
    return values, names | {f"{prefix}total[{row}]": "of" for row in range(3)}


def chapter_5(handed):
    ((recording, shown, _), _) = handed["PixelStates"][0]
    ((_, data, *_), (seen, new)), (_, (network_seen, network_new)) = handed["learn"]
    epochs = [0, 25, 50, 75, 100, 125]
    weights = [recording.at(5 * epoch)["dense_1.w"][:, 0] for epoch in epochs]
    biases = [recording.at(5 * epoch)["dense_1.b"].item() for epoch in epochs]

    def right(pictures, labels):
        """Count the answers of the recorded neuron, without the model."""
        x = pictures[..., 0].reshape(len(pictures), -1)
        return [int(((x @ w + b >= 0) == labels).sum()) for w, b in zip(weights, biases, strict=True)]

    values, names = counts_of(right(data.x_train, data.y_train), right(data.x_test, data.y_test), data.y_test, epochs)
    limit = max(np.abs(w).max() for w in weights)
    values |= {"last_epoch": 125, "weights": 1024, "scale[-1]": -limit, "scale[0]": 0, "scale[1]": limit}
    for name, picture in zip(("horse", "deer"), shown, strict=True):
        red = picture[..., 0].ravel().astype(float)
        sums = np.array([red @ w + b for w, b in zip(weights, biases, strict=True)])
        values |= named(
            name, {"others": 1019, "dense_1.b[0]": biases, "sum": sums, "predicted": 1 / (1 + np.exp(-sums))}
        )
        for k in (6 * 32 + 6, 6 * 32 + 25, 16 * 32 + 16, 25 * 32 + 6, 25 * 32 + 25):
            values |= named(name, {f"x[{k}]": red[k], f"dense_1.w[{k},0]": [w[k] for w in weights]})
        labels = {"others": "⋮", "dense_1.b[0]": "bias", "sum": "sum", "predicted": "probability"}
        names |= named(name, labels)
    names |= {"epoch": "Epoch", "last_epoch": "of", "weights": "weights w"}
    compared, their_names = {}, {}
    for name, counts in (("neuron", (seen, new)), ("network", (network_seen, network_new))):
        one = counts_of(*(count[epochs] for count in counts), data.y_test, epochs, f"{name}.")
        compared, their_names = compared | one[0], their_names | one[1]
    return {
        "ch05_horse_and_deer": {"source": values, "names": names},
        "ch05_neuron_and_network": {"source": compared, "names": their_names},
    }


def chapter_6(handed):
    ((model, recording, data), _) = handed["feature_maps"][0]
    picture, epochs = centred(data.x_test[[data.horse]]), list(range(7))
    values, seen, new = {}, [], []
    maps = []
    for epoch in epochs:
        w, b = (recording.at(5 * epoch)[f"conv2d_1.{name}"] for name in "wb")
        maps.append(np.maximum(convolve(picture, w, b, model.layers[0].windows)[0], 0).max(axis=(0, 1)))
        recording.restore(model, 5 * epoch)
        for count, x, y in ((seen, data.x_train, data.y_train), (new, data.x_test, data.y_test)):
            count.append(((model.predict(centred(x))[:, 0] >= 0.5) == y).sum())
    limit = max(np.abs(recording.at(5 * epoch)["conv2d_1.w"]).max() for epoch in epochs)
    values = {"epoch": epochs, "last_epoch": 6, "limit": limit, "-limit": -limit}
    values |= {f"maps[{k}].max": [largest[k] for largest in maps] for k in range(8)}
    counted, names = counts_of(seen, new, data.y_test, epochs, "network.")
    names |= {"epoch": "Epoch", "last_epoch": "of", "limit": "all of it is", "-limit": "no colour is"}

    boards = [convolution_values(*FACTS[name][:4], prefix) for name, prefix in
              (("padding", "row."), ("stride", "diagonal."))]  # fmt: skip
    sums = {f"{name}.{gid}": label for name in ("row", "diagonal")
            for gid, label in (("place", "place"), ("places", "of"), ("sum", "sum of all products ="))}  # fmt: skip
    return {
        "ch06_padding_and_stride": {"source": beside(*boards), "names": sums},
        "ch06_max_pooling": {
            "source": pooling_values(FACTS["stride"][-1], (2, 2), (1, 1), 0),
            "names": {"place": "place", "places": "of", "largest": "largest ="},
        },
        "ch06_feature_maps": {"source": values | counted, "names": names},
    }


def chapter_7(handed):
    ((run, *_), _) = handed["class_bars"][0]
    epochs = [0, 1, 2]
    values = {f"{name}.{gid}": each for name in ("truck", "frog", "network")
              for gid, each in (("epoch", epochs), ("last_epoch", 2))}  # fmt: skip
    for i, name in enumerate(("truck", "frog")):
        said = [*run.shown[:2, i], Softmax().forward(run.model.predict(run.data.x_test[[run.rows[i]]]))[0]]
        values |= {f"{name}.predicted[{k}]": [p[k] for p in said] for k in range(len(CLASS_NAMES))}
    for row, (right, total) in enumerate(((run.seen, 200), (run.new, 100))):
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


# --- chapter 8: the game, and what the network said after each epoch -------------------------------------------------


def chapter_8(handed):
    (_, (_, tables)) = handed["first_lake"][0]
    exact = exact_values(make_lake(), mean_of_four, MOVES)
    game = play(make_lake(), greedy(tables[-1]))
    tiles = game.tiles[: min(len(game.actions), 12)]

    def moves(frame):
        tile = tiles[frame // 3]
        found = {"move": frame // 3 + 1, "moves": len(tiles), "tile": tile}
        for action in range(4):
            found |= {f"predicted[{action}]": tables[-1][tile, action], f"exact[{action}]": exact[tile, action]}
        return found

    def policy(frame):
        found = {"epoch": frame, "last_epoch": len(tables) - 1, "pairs": 44}
        pairs = [(tile, action) for tile in open_tiles(MAP) for action in range(4)]
        for tile, action in pairs:
            found |= {f"predicted[{tile},{action}]": tables[frame][tile, action]}
            found |= {f"exact[{tile},{action}]": exact[tile, action]}
        return found | {"error": np.mean([abs(tables[frame] - exact)[pair] for pair in pairs])}

    return {
        "ch08_frozen_lake": {"source": moves, "names": {"move": "Move", "moves": "of", "tile": "from tile"}},
        "ch08_learning_to_win": {
            "source": policy,
            "names": {"epoch": "Epoch", "last_epoch": "of", "error": "Mean error", "pairs": "over"},
        },
    }
