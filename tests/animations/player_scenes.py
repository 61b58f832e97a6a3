"""A neuron that learns °F from °C, as a film to try the player on: its numbers, their reasons, its line, a map."""

import numpy as np

from animations import Number, Scene, SideBySide
from animations.why import Code, Line, Sum, Term, Why

X = np.array([-40.0, -10, 0, 20, 60, 100])
Y = 1.8 * X + 32
RATE = 0.0001
MOMENTS = (*range(0, 20, 2), 100)  # the update that each frame shows


def learn(steps):
    """Return, for each update, w, b, dout (6,), and the gradient of w."""
    w, b, states = 1.0, 1.0, []
    for _ in range(steps):
        dout = 2 * (w * X + b - Y) / len(X)
        states.append((w, b, dout, dout @ X))
        w, b = w - RATE * dout @ X, b - RATE * dout.sum()
    return states


ALL = learn(101)
STATES = [ALL[moment] for moment in MOMENTS]


class Numbers(Scene):
    """w, b, the loss and each row's dout. All but b have explanations; w not in every third frame."""

    size = (600, 400)
    frames = len(STATES)
    glides = True

    def draw(self, figure):
        at = {"w": 0.9, "b": 0.8, "loss": 0.7} | {f"dout[{row}]": 0.55 - 0.08 * row for row in range(len(X))}
        for gid, y in at.items():
            figure.text(0.1, y, gid, fontsize=11)
        self.numbers = {gid: figure.add_artist(Number(0.4, y, "{:.3f}", gid=gid, fontsize=11)) for gid, y in at.items()}
        axes = figure.add_axes((0.65, 0.4, 0.3, 0.4))
        axes.set_axis_off()
        axes.imshow(np.arange(16.0).reshape(4, 4), cmap="Blues")

    def values(self, frame):
        w, b, dout, _ = STATES[frame]
        return {"w": w, "b": b, "loss": np.mean((w * X + b - Y) ** 2)} | {f"dout[{i}]": d for i, d in enumerate(dout)}

    def update(self, frame):
        for gid, value in self.values(int(frame)).items():
            self.numbers[gid].set_value(value)
        return [*self.numbers.values()]

    def moments(self):
        return "update", MOMENTS

    def describe(self, frame):
        return f"The numbers at update {MOMENTS[frame]}"

    def why(self, gid, frame):
        w, b, dout, gradient = STATES[frame]
        if gid == "w" and frame == 0:
            return Why("the weight before the first update", w, [Line("chosen: 1", w)])
        if gid == "w" and frame % 3:
            before, _, _, dw = ALL[MOMENTS[frame] - 1]
            says = f"the weight after update {MOMENTS[frame]}"
            return Why(says, w, [Line("p − learning rate · g", before, "-", RATE, "*", Term(dw, "gradient.w"), "=", w)])
        if gid == "gradient.w":
            labels = [f"row {row}, {x:.0f} °C" for row, x in enumerate(X)]
            terms = [Term(d * x, f"dout[{row}]") for row, (d, x) in enumerate(zip(dout, X, strict=True))]
            code = [("dw = x.T @ dout", f"{gradient:.5g}"), ("return dout @ w.T", "not needed")]
            parts = [Sum("dout · x, row by row", labels, terms, gradient), Code("Dense.backward", code)]
            return Why("what all rows say", gradient, parts)
        if gid.startswith("dout"):
            row = int(gid[5:-1])
            arithmetic = ["2 * (", w * X[row] + b, "-", Y[row], ") /", len(X), "=", dout[row]]
            return Why(f"the error of row {row}", dout[row], [Line("2 · (prediction − target) / rows", *arithmetic)])
        if gid == "loss":
            terms = [Term((3 * d) ** 2 / len(X), f"dout[{row}]") for row, d in enumerate(dout)]
            labels = [f"row {row}" for row in range(len(X))]
            loss = sum(term.value for term in terms)
            return Why("the mean squared error", loss, [Sum("squared errors / rows", labels, terms, loss)])
        return None


class Curve(Scene):
    """The line, gliding, and a trail of points."""

    size = (600, 400)
    frames = len(STATES)
    glides = True

    def draw(self, figure):
        axes = figure.add_axes((0.15, 0.15, 0.8, 0.8), xlim=(-50, 110), ylim=(-100, 250), xlabel="°C")
        axes.plot(X, Y, "o")
        (self.line,) = axes.plot([], [], zorder=4)
        self.dots = [axes.plot([x], [-80], "s", zorder=3.5)[0] for x in range(-40, -40 + 10 * self.frames, 10)]

    def update(self, frame):
        k = int(frame)
        (w, b), (v, c) = STATES[k][:2], STATES[min(k + 1, self.frames - 1)][:2]
        w, b = w + (v - w) * (frame - k), b + (c - b) * (frame - k)
        self.line.set_data([-50, 110], [-50 * w + b, 110 * w + b])
        return [self.line]

    def trail(self, frame):
        return self.dots[frame : frame + 1]


def neuron():
    return SideBySide(Numbers(), Curve())


class Page:
    """A page with films in a browser, used through the player's functions for programs."""

    def __init__(self, browser, film=0):
        self.browser, self.run, self.film = browser, browser.run, film
        self.known = (
            f"const {{ film, controls, asking }} = tinylearnFilms.players[{film}], {{ clock }} = tinylearnFilms"
        )

    def open(self, path, fragment="", **calm):
        self.browser.open(path, fragment, **calm)
        self.wait_for("film.tracks !== null && asking.explained.size > 0")
        return self

    def wait_for(self, expression):
        """Wait until a condition of the film's player holds: `film`, `controls`, `asking`, `clock`."""
        self.browser.wait_for(f"(() => {{ {self.known}; return {expression}; }})()")

    def get(self, expression):
        return self.run(f"{self.known}; return {expression};")

    def show(self, frame, motion=4):
        self.run(f"tinylearnFilms.show({self.film}, {round(frame * motion)})")

    def ask(self, gid):
        asked = "const [film, gid, done] = arguments; tinylearnFilms.ask(film, gid).then(() => done());"
        self.browser.driver.execute_async_script(asked, self.film, gid)

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).click()", selector)

    def set_speed(self, factor):
        """Choose a speed, as a reader does: "0.25", "1" or "4"."""
        self.run("const speed = document.querySelector('select'); speed.value = arguments[0];"
                 "speed.dispatchEvent(new Event('change'))", factor)  # fmt: skip

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)", selector)

    def boxes(self, *selectors):
        """Return left, top, right, bottom of the first element of each."""
        return self.run("return [...arguments].map((each) => document.querySelector(each).getBoundingClientRect())"
                        ".map(({ left, top, right, bottom }) => [left, top, right, bottom])", *selectors)  # fmt: skip

    def style(self, selector, name):
        return self.run("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, name)

    def smallest_text(self):
        """Return the size of the smallest letters of the picture, in pixels."""
        return self.run(
            "return Math.min(...[...document.querySelectorAll('.stage text')].filter((each) => each.getBBox().width)"
            ".map((each) => parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a))"
        )

    def resize(self, width, height=800):
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.run("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def prefer(self, scheme="light", medium=""):
        """Ask for a colour scheme or a medium."""
        asked = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        media = {"media": medium, "features": [{"name": name, "value": value} for name, value in asked.items()]}
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
