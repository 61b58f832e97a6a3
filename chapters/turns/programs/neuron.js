// Chapter 3: one neuron, ŷ = w·x + b. Drag a point, change the learning rate, see how each row pulls.

function slopes(w, b, x, y) {
  // → dL/dw and dL/db: the pulls of the rows, added in their order
  let dw = 0,
    db = 0;
  for (let i = 0; i < x.length; i++) {
    const dout = (w * x[i] + b - y[i]) * (2 / x.length);
    dw += dout * x[i];
    db += dout;
  }
  return [dw, db];
}

function loss_of(w, b, x, y) {
  // → the mean squared error
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (w * x[i] + b - y[i]) ** 2;
  return sum / x.length;
}

TURNS.neuron = {
  views: ["update"],
  counts: "pairs of w and b",

  recorded: ({ rate, y }) => ({ rate, y: Array.from(y), update: 0 }),

  run({ x, updates }, { rate, y }) {
    const ws = new Float64Array(updates + 1),
      bs = new Float64Array(updates + 1);
    let [w, b] = [1, 1],
      last = 0;
    [ws[0], bs[0]] = [w, b];
    for (let update = 1; update <= updates; update++) {
      const [dw, db] = slopes(w, b, x, y);
      [w, b] = [w - rate * dw, b - rate * db];
      if (!Number.isFinite(loss_of(w, b, x, y))) break; // it has diverged, and tinylearn's `fit` stops, too
      [ws[update], bs[update]] = [w, b];
      last = update;
    }
    return { ws, bs, last };
  },

  states({ ws, bs }, result) {
    const pairs = (one, other) =>
      Float64Array.from({ length: 2 * one.length }, (_, i) => (i % 2 ? other : one)[i >> 1]);
    return [[pairs(result.ws, result.bs), pairs(ws, bs), 2]];
  },

  python({ x, updates }, { rate, y, update: wanted }) {
    const update = Math.min(wanted, this.run({ x, updates }, { rate, y }).last); // behind it, `fit` raises an error
    return `\
import numpy as np

from tinylearn import SGD, Dense, MeanSquaredError, Sequential, fit
from tinylearn.initializers import ones

x = np.array(${as_python(x)})[:, None]  # °C
y = np.array(${as_python(y)})[:, None]  # °F
model = Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
${update ? `fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(${rate}), epochs=${update}, batch_size=${x.length})` : "# before the first update"}
w, b = model.parameters
print(f"after update ${update}: w = {w}, b = {b}")
`;
  },

  numbers(data, { update }, { ws, bs, last }) {
    const shown = Math.min(update, last);
    return { w: ws[shown], b: bs[shown] };
  },

  draw(turn) {
    const { data } = turn,
      { x } = data,
      rows = x.length;
    const shown = () => Math.min(turn.settings.update, turn.result.last);
    const fit = new Axes({
      title: "The line and the ten rows. Drag a point.",
      x: [-50, 110],
      y: [-80, 240],
      names: ["°C", "°F"],
    });
    const map = new Axes({
      title: "The loss for every w and b, and the path",
      x: [-1, 5],
      y: [-12, 48],
      names: ["w", "b"],
    });

    const errors = pool(fit.plot, () => SVG("path", { class: "error" }));
    const line = SVG("path", { class: "line" });
    fit.plot.append(line);
    const points = Array.from(x, (celsius, i) =>
      fit.draggable(SVG("circle", { r: 6, class: "target", cx: fit.X(celsius) }), {
        label: `target of the row of ${celsius} °C`,
        steps: [0, 2],
        get: () => [celsius, turn.settings.y[i]],
        put: ([, fahrenheit]) =>
          turn.set({ y: turn.settings.y.with(i, Math.round(Math.min(Math.max(fahrenheit, -80), 240))) }),
      }),
    );
    fit.over.append(...points);

    const contours = pool(map.plot, () => SVG("path", { class: "contour" }));
    const path = SVG("path", { class: "path" }),
      step = SVG("path", { class: "step" });
    const [dot, next] = ["now", "next"].map((name) => SVG("circle", { r: name === "now" ? 6 : 5, class: name }));
    const lowest = SVG("text", { class: "lowest", "text-anchor": "middle" }, "★");
    map.plot.append(path);
    const been = pool(map.plot, () => SVG("circle", { r: 2.5, class: "been" }));
    map.plot.append(step, lowest, next, dot);

    const heads = ["°C", "predicts", "target", "error", "pull on w"],
      spare = (column) => ({ class: column === 1 || column === 2 ? "spare" : "" });
    const cells = Array.from(x, () => heads.map((_, column) => make("td", spare(column))));
    const bars = Array.from(x, () => make("i", {}));
    const total = make("td", {});
    const table = make(
      "table",
      { class: "pulls" },
      make("caption", {}, "How each row pulls: 2/10 · error · °C"),
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          ...heads.map((text, column) => make("th", { scope: "col", ...spare(column) }, text)),
          make("td", {}),
        ),
      ),
      make("tbody", {}, ...cells.map((row, i) => make("tr", {}, ...row, make("td", { class: "bar" }, bars[i])))),
      make(
        "tfoot",
        {},
        make(
          "tr",
          {},
          make("td", { class: "spare", colspan: 2 }),
          make("th", { colspan: 2 }, "sum, the slope"),
          total,
          make("td", {}),
        ),
      ),
    );
    const lines = [0, 1, 2].map(() => make("p", { class: "arithmetic" }));

    const controls = [
      new Slider(turn, "rate", { label: "learning rate", values: [0.00001, 0.0006], log: true, digits: 6 }),
      new Slider(turn, "update", { label: "update", values: [0, data.updates], whole: true, log: true }),
      new Player(turn, "update", { last: () => turn.result.last, seconds: 16, log: true }),
    ];
    turn.stage.append(
      make("div", { class: "controls" }, ...controls.map(({ element }) => element)),
      make("div", { class: "panels" }, fit.element, map.element, make("div", {}, table, ...lines)),
    );

    return () => {
      const { rate, y } = turn.settings,
        { ws, bs, last } = turn.result,
        update = shown();
      const w = ws[update],
        b = bs[update],
        [dw, db] = slopes(w, b, x, y);
      const pulls = Array.from(x, (each, i) => (2 / rows) * (w * each + b - y[i]) * each);
      set(line, { d: fit.path([-50, 110].map((celsius) => [celsius, w * celsius + b])) });
      errors(rows, (bar, i) =>
        set(bar, {
          d: fit.path([
            [x[i], y[i]],
            [x[i], w * x[i] + b],
          ]),
        }),
      );
      points.forEach((point, i) => set(point, { cy: fit.Y(y[i]), "aria-valuenow": y[i] }));

      const bowl = bowl_of(x, y);
      map.range([bowl.w - 3, bowl.w + 3], [bowl.b - 44, bowl.b + 16]);
      contours(bowl.levels.length, (contour, i) => set(contour, { d: map.path(bowl.contour(bowl.levels[i])) }));
      set(path, { d: map.path(Array.from({ length: update + 1 }, (_, i) => [ws[i], bs[i]])) });
      been(Math.min(update, 40), (dot, i) =>
        set(dot, { cx: map.X(ws[update - i - 1]), cy: map.Y(bs[update - i - 1]) }),
      );
      set(dot, { cx: map.X(w), cy: map.Y(b) });
      const [new_w, new_b] = [w - rate * dw, b - rate * db];
      set(next, { cx: map.X(new_w), cy: map.Y(new_b) });
      set(step, {
        d: map.path([
          [w, b],
          [new_w, new_b],
        ]),
      });
      set(lowest, { x: map.X(bowl.w), y: map.Y(bowl.b) + 5 });

      const lowest_pull = Math.min(0, ...pulls),
        room = Math.max(0, ...pulls) - lowest_pull || 1;
      cells.forEach((row, i) =>
        [x[i], w * x[i] + b, y[i], w * x[i] + b - y[i], pulls[i]].forEach((value, column) => {
          row[column].textContent = written(value, column === 0 || column === 2 ? 0 : 1);
        }),
      );
      bars.forEach((bar, i) => {
        const left = (100 * (Math.min(pulls[i], 0) - lowest_pull)) / room;
        bar.style.cssText = `left: ${left}%; width: ${(100 * Math.abs(pulls[i])) / room}%`;
        bar.className = pulls[i] < 0 ? "minus" : "plus";
      });
      total.textContent = written(dw, 1);
      const digits = Math.abs(w) + Math.abs(b) < 1e4 ? 4 : 0;
      [
        ["w", w, dw, new_w],
        ["b", b, db, new_b],
      ].forEach(([name, old, slope, now], i) => {
        lines[i].textContent =
          `${name} ← ${written(old, digits)} − ${rate} · (${written(slope, 1)}) = ${written(now, digits)}`;
      });
      lines[2].textContent =
        last < data.updates
          ? `It diverges: after ${(last + 1).toLocaleString("en")} updates the loss is too large for a computer.`
          : `loss ${written(loss_of(w, b, x, y), 1)}; for 50 °C it answers ${written(w * 50 + b, 1)} °F`;
      controls[1].high = last; // the slider ends with the run
      for (const control of controls) control.show();
    };
  },
};

function bowl_of(x, y) {
  // → the lowest point of the loss, and its contours: ellipses, whose axes are those of the curvature
  const mean = (f) => Array.from(x, (_, i) => f(i)).reduce((a, b) => a + b, 0) / x.length;
  const xx = mean((i) => x[i] * x[i]),
    mx = mean((i) => x[i]),
    my = mean((i) => y[i]),
    xy = mean((i) => x[i] * y[i]);
  const w = (xy - mx * my) / (xx - mx * mx),
    b = my - w * mx;
  const middle = xx + 1,
    away = Math.hypot(xx - 1, 2 * mx),
    [steep, flat] = [middle + away, middle - away];
  const angle = Math.atan2(2 * mx, xx - 1) / 2;
  const contour = (level) =>
    Array.from({ length: 97 }, (_, k) => {
      const turn = (k / 48) * Math.PI,
        u = Math.sqrt((2 * level) / steep) * Math.cos(turn);
      const v = Math.sqrt((2 * level) / flat) * Math.sin(turn);
      return [w + u * Math.cos(angle) - v * Math.sin(angle), b + u * Math.sin(angle) + v * Math.cos(angle)];
    });
  return { w, b, contour, levels: [10, 100, 400, 1000, 3000, 8000] };
}
