// Chapter 2: four optimisers in a narrow valley, f = ½ (x² + 100 y²). Drag the start, choose the rule and its rate.

const valley_height = ([x, y]) => (x ** 2 + 100 * y ** 2) / 2;
const valley_slope = ([x, y]) => [x, 100 * y];

// Each rule: what it remembers of one coordinate, as `state`, and the step that it makes with the gradient g.
const RULES = {
  SGD: { python: (rate) => `SGD(${rate})`, rule: "p ← p − rate · g", step: (rate, g) => -(rate * g) },
  momentum: {
    python: (rate) => `SGD(${rate}, momentum=0.9)`,
    rule: "v ← 0.9 v − rate · g, p ← p + v",
    step: (rate, g, state) => (state.v = (state.v ?? 0) * 0.9 - rate * g),
  },
  RMSprop: {
    python: (rate) => `RMSprop(${rate})`,
    rule: "v ← 0.9 v + 0.1 g², p ← p − rate · g / √v",
    step(rate, g, state) {
      state.v = (state.v ?? 0) * 0.9 + (1 - 0.9) * (g * g);
      return -((rate * g) / (Math.sqrt(state.v) + 1e-7));
    },
  },
  Adam: {
    python: (rate) => `Adam(${rate})`,
    rule: "m, v: running means of g and g², p ← p − rate · m̂ / √v̂",
    step(rate, g, state) {
      state.t = (state.t ?? 0) + 1;
      state.m = (state.m ?? 0) + (1 - 0.9) * (g - (state.m ?? 0));
      state.v = (state.v ?? 0) + (1 - 0.999) * (g * g - (state.v ?? 0));
      const root = Math.sqrt(1 - 0.999 ** state.t),
        now = (rate * root) / (1 - 0.9 ** state.t);
      return -((now * state.m) / (Math.sqrt(state.v) + 1e-7 * root));
    },
  },
};

function walk_valley(steps, optimizer, start, rate) {
  // → [x, y] after each step, until it diverges
  const places = [start],
    states = [{}, {}],
    { step } = RULES[optimizer];
  for (let place = start; places.length <= steps;) {
    const slopes = valley_slope(place);
    place = place.map((each, i) => each + step(rate, slopes[i], states[i]));
    if (!place.every(Number.isFinite)) break;
    places.push(place);
  }
  return places;
}

TURNS.valley = {
  views: ["step"],
  counts: "places",

  recorded: ({ start, walks }) => ({ optimizer: walks[0][0], rate: walks[0][1], start: Array.from(start), step: 0 }),

  run: ({ steps }, { optimizer, start, rate }) => walk_valley(steps, optimizer, start, rate),

  states: ({ steps, start, walks }) =>
    walks.map(([name, rate, recorded]) => [walk_valley(steps, name, Array.from(start), rate).flat(), recorded, 2]),

  python: ({ steps }, { optimizer, start, rate, step }) => `\
import numpy as np

from tinylearn import SGD, Adam, RMSprop


def slope(place):
    x, y = place
    return np.array([x, 100 * y])


place, optimizer = np.array(${as_python(start)}, float), ${RULES[optimizer].python(rate)}
path = [place.copy()]
for _ in range(${steps}):
    optimizer.step(place, slope(place))
    path.append(place.copy())
print(f"after ${step} steps: x, y = {path[: ${step + 1}][-1]}")
`,

  numbers: (data, { step }, places) => ({
    [`path[: ${step + 1}][-1]`]: places.slice(0, step + 1).at(-1),
    "path[-1]": places.at(-1),
  }),

  allowed: (data, settings) => (settings.optimizer in RULES ? settings : { ...settings, optimizer: "SGD" }),

  draw(turn) {
    const { data } = turn,
      levels = [1, 5, 20, 50, 100, 200, 400];
    const map = new Axes({
      title: "The valley from above. Drag the start.",
      x: [-10, 4],
      y: [-3.9, 3.9],
      names: ["x", "y"],
      height: 219,
    });
    const chart = new Axes({
      title: "Height after each step; grey: the film’s walks",
      x: [0, data.steps],
      y: [-5.5, 3.5],
      names: ["step", "height, log scale"],
      powers: true,
      height: 219,
      left: 58,
    });
    levels.forEach((level) =>
      map.plot.append(
        SVG("ellipse", {
          class: "contour",
          cx: map.X(0),
          cy: map.Y(0),
          rx: Math.sqrt(2 * level) * (map.X(1) - map.X(0)),
          ry: Math.sqrt(level / 50) * (map.Y(0) - map.Y(1)),
        }),
      ),
    );
    const path = SVG("path", { class: "path" }),
      slope_arrow = SVG("path", { class: "slope" }),
      ahead = SVG("path", { class: "ahead" });
    map.plot.append(SVG("text", { x: map.X(0), y: map.Y(0) + 5, "text-anchor": "middle" }, "★"), path);
    const been = pool(map.plot, () => SVG("circle", { r: 2.5, class: "been" })),
      dot = SVG("circle", { r: 6, class: "now" });
    map.plot.append(slope_arrow, ahead, dot);
    const start = SVG("circle", { r: 8, class: "start" });
    map.over.append(start);
    const near = (value, [low, high]) => Number(Math.min(Math.max(value, low), high).toFixed(3));
    map.draggable(start, {
      label: "start",
      steps: [0.1, 0.1],
      get: () => turn.settings.start,
      put: ([x, y]) => turn.set({ start: [near(x, map.x), near(y, map.y)], step: 0 }),
    });
    const power = (place) => Math.log10(Math.max(valley_height(place), 1e-12));
    const powers_of = (places) =>
      Array.from({ length: places.length / 2 }, (_, i) => [i, power([places[2 * i], places[2 * i + 1]])]);
    const recorded = data.walks.map(([, , places]) => powers_of(places)),
      others = pool(chart.plot, () => SVG("path", { class: "others" }));
    const falls = SVG("path", { class: "path" }),
      mark = SVG("circle", { r: 5, class: "now" });
    others(recorded.length, () => {});
    chart.plot.append(falls, mark);
    const lines = [0, 1, 2, 3].map(() => make("p", { class: "arithmetic" }));
    const controls = [
      new Choice(turn, "optimizer", { label: "optimiser", options: Object.keys(RULES).map((name) => [name, name]) }),
      new Slider(turn, "rate", { label: "learning rate", values: [0.001, 1.2], log: true, digits: 4 }),
      new Slider(turn, "step", { label: "step", values: [0, data.steps], whole: true }),
      new Player(turn, "step", { last: () => turn.result.length - 1, seconds: 12 }),
    ];
    turn.stage.append(
      make("div", { class: "controls" }, ...controls.map(({ element }) => element)),
      make("div", { class: "panels" }, map.element, chart.element, make("div", {}, ...lines)),
    );

    return () => {
      const { optimizer, rate } = turn.settings,
        places = turn.result,
        last = places.length - 1;
      const step = Math.min(turn.settings.step, last),
        place = places[step],
        next = places[step + 1] ?? place;
      const slopes = valley_slope(place),
        size = Math.hypot(...slopes),
        pixels = map.X(1) - map.X(0);
      set(path, { d: map.path(places.slice(0, step + 1)) });
      been(step, (each, i) => set(each, { cx: map.X(places[i][0]), cy: map.Y(places[i][1]) }));
      const here = [map.X(place[0]), map.Y(place[1])],
        uphill = [slopes[0] / size, -slopes[1] / size]; // on the screen
      const room = (axis, low, high) =>
        uphill[axis] ? ((uphill[axis] > 0 ? high : low) - here[axis]) / uphill[axis] : Infinity;
      const inside = Math.min(room(0, map.left + 3, map.right - 3), room(1, map.top + 3, map.bottom - 3)),
        long = Math.min(45, (size * pixels) / 8, inside);
      set(dot, { cx: here[0], cy: here[1] });
      set(start, { cx: map.X(places[0][0]), cy: map.Y(places[0][1]) });
      set(slope_arrow, {
        d: long > 0 ? arrow(here, [here[0] + uphill[0] * long, here[1] + uphill[1] * long]) : "M0 0",
      });
      set(ahead, {
        d: arrow(
          here,
          [map.X(next[0]), map.Y(next[1])].map((each) => Math.min(Math.max(each, -900), 900)),
        ),
      });
      const powers = places.map((each, i) => [i, power(each)]);
      chart.range(
        [0, data.steps],
        [
          Math.min(-5, powers[last][1]) - 0.5,
          Math.max(3, Math.min(Math.max(...powers.map(([, each]) => each)), 40)) + 0.5,
        ],
      );
      others(recorded.length, (line, i) => set(line, { d: chart.path(recorded[i]) }));
      set(falls, { d: chart.path(powers) });
      set(mark, { cx: chart.X(step), cy: Math.max(chart.Y(powers[step][1]), -1e4) });
      const digits = Math.abs(place[0]) + Math.abs(place[1]) < 1000 ? 4 : 0;
      lines[0].textContent = `${optimizer}: ${RULES[optimizer].rule}`;
      lines[1].textContent = `gradient (${slopes.map((each) => written(each, digits)).join(", ")}): the orange arrow, uphill`;
      lines[2].textContent = places
        .slice(step, step + 2) // the last place has no next
        .map((each) => `(${each.map((part) => written(part, digits)).join(", ")})`)
        .join(" → ");
      lines[3].textContent =
        last < data.steps || valley_height(places[last]) > valley_height(places[0])
          ? `It diverges: after ${last} steps it is higher than at the start.`
          : `After ${last} steps the height is ${written(valley_height(places[last]), 6)}.`;
      controls[2].high = last;
      for (const control of controls) control.show();
    };
  },
};
