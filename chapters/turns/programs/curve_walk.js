// Chapter 2: gradient descent on a curve. Drag the start, change the learning rate.

const CURVES = {
  square: {
    height: (x) => (x - 10) ** 2,
    slope: (x) => 2 * (x - 10),
    x: [-0.75, 20.75],
    y: [-4, 118],
    formula: "(x − 10)²",
  },
  hollows: {
    height: (x) => x ** 4 - 2 * x ** 2 + x / 2,
    slope: (x) => 4 * x ** 3 - 4 * x + 0.5,
    x: [-2.1, 2.1],
    y: [-2, 9],
    formula: "x⁴ − 2x² + x/2",
  },
};

function walk_down({ most, enough }, curve, start, rate) {
  // → x after each step, and how it ended
  const { height, slope } = CURVES[curve],
    xs = [start];
  for (let x = start, y = height(x), before; xs.length <= most;) {
    [x, before] = [x - rate * slope(x), y];
    y = height(x);
    if (!Number.isFinite(y)) return { xs, end: "diverged" };
    xs.push(x);
    if (Math.abs(y - before) <= enough) return { xs, end: "arrived" };
  }
  return { xs, end: "stopped" };
}

TURNS.curve_walk = {
  views: ["step"],
  counts: "places",

  recorded: ({ start, rate }) => ({ curve: "square", start, rate, step: 0 }),

  run: (data, { curve, start, rate }) => walk_down(data, curve, start, rate),

  states: (data) => data.walks.map(([rate, xs]) => [walk_down(data, "square", data.start, rate).xs, xs, 1]),

  python: ({ most, enough }, { curve, start, rate, step }) => `\
import numpy as np

from tinylearn import SGD


def height(x):
    return ${{ square: "(x - 10) ** 2", hollows: "x**4 - 2 * x**2 + x / 2" }[curve]}


def slope(x):
    return ${{ square: "2 * (x - 10)", hollows: "4 * x**3 - 4 * x + 0.5" }[curve]}


np.seterr(over="ignore")  # a walk may diverge
x, optimizer, path = np.array([${start}], float), SGD(${rate}), [${start}]
for _ in range(${most}):
    before = height(x)
    optimizer.step(x, slope(x))
    if not np.isfinite(height(x)):  # it has diverged
        break
    path.append(x.item())
    if abs(height(x) - before) <= ${enough}:  # it has arrived
        break
print(f"step ${step}: x = {path[: ${step + 1}][-1]}, and after {len(path) - 1} steps x = {path[-1]}")
`,

  numbers: (data, { step }, { xs }) => ({
    [`path[: ${step + 1}][-1]`]: xs.slice(0, step + 1).at(-1),
    "path[-1]": xs.at(-1),
    "len(path) - 1": xs.length - 1,
  }),

  allowed: (data, settings) => ({ ...settings, curve: settings.curve in CURVES ? settings.curve : "square" }),

  draw(turn) {
    const { data } = turn;
    const hill = new Axes({
      title: "Orange: the slope; blue: the next step",
      x: [0, 1],
      y: [0, 1],
      names: ["x", "height"],
      left: 66,
    });
    const chart = new Axes({
      title: "How far above the minimum, after each step",
      x: [0, 10],
      y: [-5, 3],
      names: ["step", "height, log scale"],
      powers: true,
      left: 58,
    });
    const curve_line = SVG("path", { class: "others" }),
      path = SVG("path", { class: "path" });
    const slope_arrow = SVG("path", { class: "slope" }),
      ahead = SVG("path", { class: "ahead" });
    const dot = SVG("circle", { r: 6, class: "now" });
    hill.plot.append(curve_line, path);
    const been = pool(hill.plot, () => SVG("circle", { r: 3, class: "been" }));
    hill.plot.append(slope_arrow, ahead, dot);
    const start = SVG("circle", { r: 8, class: "start" });
    hill.over.append(start);
    hill.draggable(start, {
      label: "start",
      steps: [0.05, 0],
      get: () => [turn.settings.start, 0],
      put: ([x]) => turn.set({ start: Number(Math.min(Math.max(x, hill.x[0]), hill.x[1]).toFixed(4)), step: 0 }),
    });
    const falls = SVG("path", { class: "path" }),
      mark = SVG("circle", { r: 5, class: "now" });
    chart.plot.append(falls, mark);
    const lines = [0, 1, 2].map(() => make("p", { class: "arithmetic" }));
    const controls = [
      new Slider(turn, "rate", { label: "learning rate", values: [0.0001, 1.2], log: true, digits: 4 }),
      new Slider(turn, "step", { label: "step", values: [0, data.most], whole: true, log: true }),
      new Choice(turn, "curve", {
        label: "curve",
        options: Object.entries(CURVES).map(([name, { formula }]) => [name, formula]),
      }),
      new Player(turn, "step", { last: () => Math.min(turn.result.xs.length - 1, 60), seconds: 12 }),
    ];
    controls[2].select.addEventListener("change", () =>
      turn.set({ start: controls[2].select.value === '"hollows"' ? 2 : data.start, step: 0 }),
    );
    turn.stage.append(
      make("div", { class: "controls" }, ...controls.map(({ element }) => element)),
      make("div", { class: "panels" }, hill.element, chart.element, make("div", {}, ...lines)),
    );

    return () => {
      const { curve, rate } = turn.settings,
        { xs, end } = turn.result,
        last = xs.length - 1;
      const step = Math.min(turn.settings.step, last),
        { height, slope, x: usual, y: usual_y } = CURVES[curve];
      const x = xs[step],
        middle = (usual[0] + usual[1]) / 2,
        half = (usual[1] - usual[0]) / 2;
      let out = Math.max(1, (1.15 * Math.abs(x - middle)) / half); // the camera steps back as far as x leaps
      while (!Number.isFinite(height(middle - half * out))) out = (out + Math.abs(x - middle) / half) / 2;
      const range = [middle - half * out, middle + half * out],
        above = height(range[0]);
      hill.range(range, out > 1 ? [-0.05 * above, above] : usual_y);
      const points = Array.from({ length: 161 }, (_, i) => range[0] + (i / 160) * (range[1] - range[0])).map((each) => [
        each,
        height(each),
      ]);
      set(curve_line, { d: hill.path(points) });
      const seen = xs.slice(Math.max(0, step - 60), step + 1);
      set(path, { d: hill.path(seen.map((each) => [each, height(each)])) });
      been(seen.length, (each, i) => set(each, { cx: hill.X(seen[i]), cy: hill.Y(height(seen[i])) }));
      set(start, {
        cx: hill.X(xs[0]),
        cy: hill.Y(height(xs[0])),
        visibility: Math.abs(xs[0] - middle) <= half * out ? "visible" : "hidden",
      });
      const here = [hill.X(x), hill.Y(height(x))],
        next = x - rate * slope(x);
      set(dot, { cx: here[0], cy: here[1] });
      const uphill = here[0] + Math.sign(slope(x)) * Math.min(60, (4 * Math.abs(slope(x))) / out);
      const tip = Math.min(Math.max(uphill, hill.left + 2), hill.right - 2); // inside of the axes, so that its head is seen
      set(slope_arrow, { d: arrow([here[0], here[1] - 12], [tip, here[1] - 12]) });
      set(ahead, { d: arrow(here, [Math.min(Math.max(hill.X(next), -900), 900), here[1]]) });

      const power = (value) => Math.log10(Math.max(Math.abs(value), 1e-9)),
        lowest = curve === "square" ? 0 : height(-1.0575);
      const steps = Math.min(Math.max(last, 10), data.most),
        powers = xs.map((each) => power(height(each) - lowest));
      const top = powers.slice(0, 3000).reduce((a, b) => Math.max(a, b), 2.2);
      chart.range([0, steps], [Math.min(-4, powers[last]) - 0.3, top + 0.3]);
      set(falls, { d: chart.path(powers.map((each, i) => [i, each])) });
      set(mark, { cx: chart.X(step), cy: chart.Y(powers[step]) });

      const digits = Math.abs(x) < 1000 ? 4 : 0;
      lines[0].textContent = `x ← ${written(x, digits)} − ${written(rate, 4)} · (${written(slope(x), digits)}) = ${written(next, digits)}`;
      lines[1].textContent = `step ${step.toLocaleString("en")} of ${last.toLocaleString("en")}, at the height ${written(height(x), digits)}`;
      lines[2].textContent = {
        arrived: `It arrives after ${last.toLocaleString("en")} steps, at x = ${written(xs[last], 4)}.`,
        stopped:
          Math.abs(xs[last] - xs[0]) < 100
            ? `It has not arrived after ${last.toLocaleString("en")} steps.`
            : "Each leap is longer than the one before: it diverges.",
        diverged: `Each leap is longer than the one before: after ${last.toLocaleString("en")} steps the height is too large for a computer.`,
      }[end];
      controls[1].high = last; // the slider ends with the walk
      for (const control of controls) control.show();
    };
  },
};
