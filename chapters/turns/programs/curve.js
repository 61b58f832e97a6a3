// Chapter 4: a network 1 → first → second → 1 learns a curve. Draw the curve, choose the neurons and what bends them.

const BENDS = {  // an activation function, and its slope, from what it gave
  none: [(z) => z, () => 1],
  ReLU: [(z) => Math.max(z, 0), (h) => (h > 0 ? 1 : 0)],
  tanh: [Math.tanh, (h) => 1 - h * h],
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (h) => h * (1 - h)],
};
const PLACES = 41, LIMIT = 2;  // a drawn curve has a height at each of these places, and straight lines between them

// --- the network: of each neuron, what it gives for every x; parameters in one array, w and b, layer by layer -------------

function network(widths, activation, x) {  // widths: [1, 7, 5, 1]
  const rows = (count) => Array.from({ length: count }, () => new Float64Array(x.length));
  let length = 0;
  const layers = widths.slice(1).map((n_out, k) => {
    const n_in = widths[k], w = length, b = w + n_in * n_out;
    length = b + n_out;
    return { n_in, n_out, w, b, out: rows(n_out), dout: rows(n_out) };
  });
  return { x, layers, length, bends: BENDS[activation] };
}

function sum_of(a) {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n];
  return sum;
}

function product(a, b) {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n] * b[n];
  return sum;
}

function add(a, factor, b) {  // a += factor · b
  for (let n = 0; n < a.length; n++) a[n] += factor * b[n];
}

function forward({ x, layers, bends: [bend] }, p) {  // → what the last neuron says for every x
  let given = [x];
  for (const { n_in, n_out, w, b, out } of layers) {
    for (let j = 0; j < n_out; j++) {
      const sum = out[j].fill(p[b + j]);
      for (let i = 0; i < n_in; i++) add(sum, p[w + i * n_out + j], given[i]);
      if (out !== layers.at(-1).out) for (let n = 0; n < x.length; n++) sum[n] = bend(sum[n]);
    }
    given = out;
  }
  return given[0];
}

function backward({ x, layers, length, bends: [, slope] }, p, y) {  // → the gradient of every parameter, after `forward`
  const gradients = new Float64Array(length), last = layers.at(-1);
  for (let n = 0; n < x.length; n++) last.dout[0][n] = (last.out[0][n] - y[n]) * (2 / x.length);
  for (let k = layers.length - 1; k >= 0; k--) {
    const { n_in, n_out, w, b, out, dout } = layers[k], before = layers[k - 1], given = before?.out ?? [x];
    for (const each of before?.dout ?? []) each.fill(0);
    for (let j = 0; j < n_out; j++) {
      const d = dout[j];
      if (k < layers.length - 1) for (let n = 0; n < x.length; n++) d[n] *= slope(out[j][n]);
      gradients[b + j] = sum_of(d);
      for (let i = 0; i < n_in; i++) {
        gradients[w + i * n_out + j] = product(given[i], d);
        if (before) add(before.dout[i], p[w + i * n_out + j], d);
      }
    }
  }
  return gradients;
}

const error_of = (said, y) => said.reduce((sum, each, n) => sum + (each - y[n]) ** 2, 0) / y.length;
const widths_of = ({ first, second }) => (second ? [1, first, second, 1] : [1, first, 1]);

function initial({ normals }, settings) {  // as the chapter's `network`: NumPy's normal numbers, scaled as He has it
  const [, first, ...rest] = widths_of(settings), drawn = normals[settings.seed];
  let used = 0;
  const he = (n_in, count, factor) => Array.from({ length: count }, () => factor * (Math.sqrt(2 / n_in) * drawn[used++]));
  const bias = (j) => (first > 1 && j === first - 1 ? 2 : j * (4 / (first - 1 || 1)) - 2);
  const p = [...Array(first).fill(0.5), ...Array.from({ length: first }, (_, j) => bias(j))];
  if (rest.length > 1) p.push(...he(first, first * rest[0], 1), ...Array(rest[0]).fill(1));
  const last = rest.length > 1 ? rest[0] : first;
  return Float64Array.from([...p, ...he(last, last, 0.25), 0]);
}

function curve_of({ x, y }, { heights }) {  // the target at every x
  if (!heights) return y;
  const [low, high] = [x[0], x.at(-1)], step = (high - low) / (PLACES - 1);
  return Float64Array.from(x, (each) => {
    const k = Math.min(Math.floor((each - low) / step), PLACES - 2);
    return heights[k] + (heights[k + 1] - heights[k]) / step * (each - (low + k * step));
  });
}

function best_line(x, y) {  // → the smallest error that a straight line can have
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length, [mx, my] = [mean(x), mean(y)];
  const w = mean(x.map((each, n) => (each - mx) * (y[n] - my))) / mean(x.map((each) => (each - mx) ** 2));
  return error_of(x.map((each) => w * (each - mx) + my), y);
}

function adam(run, rate) {  // one update
  const { net, y, m, v, states, losses } = run, p = states.at(-1).slice(), t = states.length;
  losses.push(error_of(forward(net, p), y));
  const g = backward(net, p, y), root = Math.sqrt(1 - 0.999 ** t), rate_t = rate * root / (1 - 0.9 ** t);
  for (let i = 0; i < p.length; i++) {
    m[i] += (1 - 0.9) * (g[i] - m[i]);
    v[i] += (1 - 0.999) * (g[i] * g[i] - v[i]);
    p[i] -= rate_t * m[i] / (Math.sqrt(v[i]) + 1e-7 * root);
  }
  states.push(p);
}

TURNS.curve = {
  views: ["update"],

  recorded: ({ first, second, updates }) => ({ first, second, activation: "ReLU", seed: 0, heights: null, update: updates }),

  allowed({ normals, updates }, settings) {
    const whole = (value, low, high) => Math.min(Math.max(Math.round(value), low), high);
    const heights = settings.heights?.length === PLACES && settings.heights.every(Number.isFinite) ? settings.heights : null;
    return { ...settings, heights, first: whole(settings.first, 1, 16), second: whole(settings.second, 0, 8),
      seed: whole(settings.seed, 0, normals.length - 1), update: whole(settings.update, 0, updates),
      activation: settings.activation in BENDS ? settings.activation : "ReLU" };
  },

  run(data, settings) {  // before the first update; `more` goes on
    const net = network(widths_of(settings), settings.activation, data.x), y = curve_of(data, settings);
    const [m, v] = [new Float64Array(net.length), new Float64Array(net.length)];
    return { net, y, m, v, states: [initial(data, settings)], losses: [], rate: data.rate, updates: data.updates };
  },

  more(run) {
    for (let k = 0; k < 2 && run.states.length <= run.updates; k++) adam(run, run.rate);
    return run.states.length <= run.updates;
  },

  states({ steps, parameters }, { states, net }) {
    const shown = new Float64Array(parameters.length);
    steps.forEach((step, k) => shown.set(states[step], k * net.length));
    return [[shown, parameters, net.length]];
  },

  python({ x, rate, seeds }, { first, second, activation, seed, heights, update }) {
    const bend = activation === "none" ? "" : { ReLU: "ReLU", tanh: "Tanh", sigmoid: "Sigmoid" }[activation];
    const between = bend && `, ${bend}()`, names = ["Adam", "Dense", "MeanSquaredError", "Sequential", "fit", bend].filter(Boolean);
    return `\
import numpy as np

from tinylearn import ${names.sort((a, b) => a.localeCompare(b)).join(", ")}
from tinylearn.datasets import sine
from tinylearn.initializers import constant, he_normal${second ? ", ones" : ""}

x, y = sine()
${heights ? `y = np.interp(x, np.linspace(${x[0]}, ${x.at(-1)}, ${PLACES}), ${as_python(heights)})\n` : ""}\
rng = np.random.default_rng(${seeds[seed]})
first = Dense(1, ${first}, rng=rng, weights=constant(0.5), biases=lambda shape, rng: np.linspace(-2, 2, ${first}))
${second ? `second = Dense(${first}, ${second}, rng=rng, weights=he_normal, biases=ones)\n` : ""}\
last = Dense(${second || first}, 1, rng=rng, weights=lambda shape, rng: 0.25 * he_normal(shape, rng))
model = Sequential([first${between}${second ? `, second${between}` : ""}, last])
${update ? `fit(model, x, y, loss=MeanSquaredError(), optimizer=Adam(${rate}), epochs=${update}, batch_size=${x.length})` : "# before the first update"}
loss = float(((model.predict(x) - y) ** 2).mean())
print(f"after update ${update}: loss = {loss}")
`;
  },

  numbers: (data, { update }, { net, y, states }) => ({
    loss: error_of(forward(net, states[update]), y), "model.parameters": states[update],
  }),

  draw(turn) {
    const { data } = turn, { x } = data, wide = Array.from({ length: 161 }, (_, k) => k / 10 - 8);
    const room = turn.stage.clientWidth, width = room > 900 ? 700 : Math.min(Math.max(room, 320), 560);
    const plot = new Axes({ title: "The curve and the network", x: [-8, 8], y: [-LIMIT - 0.2, LIMIT + 0.2], names: ["x", "y"], width, height: width > 560 ? 370 : 300 });
    const history = new Axes({ title: "The loss; dashed: that of the best straight line", x: [0, data.updates], y: [0, 1], names: ["update", "loss"], width, height: 150 });
    const [target, said, without] = ["target-line", "line", "without"].map((name) => SVG("path", { class: name }));
    const empty_parts = [[-8, x[0]], [x.at(-1), 8]].map(([from, to]) => SVG("rect", {
      class: "no-data", x: plot.X(from), width: plot.X(to) - plot.X(from), y: plot.top, height: plot.bottom - plot.top }));
    const empty = (width > 500 ? [-6.5, 6.5] : []).map((at) => SVG("text", { class: "no-data-text", "text-anchor": "middle", x: plot.X(at), y: plot.bottom - 8 }, "no examples"));
    plot.plot.append(...empty_parts, ...empty, target, without, said);
    const bends = pool(plot.plot, () => SVG("circle", { r: 3.5, class: "bend" }));
    const pencil = pencil_on(plot, turn);

    const losses = SVG("path", { class: "line" }), straight = SVG("path", { class: "without" }), now = SVG("circle", { r: 5, class: "now" });
    history.plot.append(straight, losses, now);

    const tiles = new Tiles(() => turn.show()), text = make("p", { class: "arithmetic" }), about = make("p", { class: "arithmetic", role: "status" });
    const shape = new Choice(turn, "heights", { label: "curve", options: [...shapes(x), ["drawn", "drawn by hand"]] });
    const controls = [
      shape, new Choice(turn, "activation", { label: "activation", options: [["none", "none"], ["ReLU", "ReLU"], ["tanh", "tanh"], ["sigmoid", "sigmoid"]] }),
      new Choice(turn, "seed", { label: "initial weights", options: data.seeds.map((seed, k) => [k, `seed ${seed}`]) }),
      new Slider(turn, "first", { label: "neurons in the first layer", values: [1, 16], whole: true }),
      new Slider(turn, "second", { label: "in the second", values: [0, 8], whole: true }),
      new Slider(turn, "update", { label: "update", values: [0, data.updates], whole: true, log: true }),
      new Player(turn, "update", { last: () => turn.result.states.length - 1, seconds: 10 }),
    ];
    turn.stage.append(make("div", { class: "controls" }, ...controls.map(({ element }) => element)),
      make("div", { class: "panels curve" }, make("div", {}, plot.element, text, history.element), make("div", {}, tiles.element, about)));

    return () => {
      const { settings, result } = turn, update = Math.min(settings.update, result.states.length - 1), p = result.states[update];
      const shown = network(widths_of(settings), settings.activation, wide), answer = forward(shown, p);
      const line = (values) => plot.path(wide.map((each, n) => [each, values[n]]));
      set(said, { d: line(answer) });
      set(target, { d: plot.path(Array.from(x, (each, n) => [each, result.y[n]]).filter((_, n) => n % 5 === 0 || n === x.length - 1)) });
      const corners = settings.activation === "ReLU" ? corners_of(shown, answer) : [];
      bends(corners.length, (dot, k) => set(dot, { cx: plot.X(corners[k][0]), cy: plot.Y(corners[k][1]) }));
      pencil();
      plot.element.firstChild.textContent = `Green: the curve. Draw it with the ring. Blue: the network.${settings.activation === "ReLU" ? " Dots: a ReLU switches." : ""}`;

      const loss = error_of(forward(result.net, p), result.y), line_loss = best_line(x, result.y), gradients = backward(result.net, p, result.y);
      const all = [...result.losses.slice(0, update), loss];
      history.range([0, data.updates], [0, 1.1 * Math.max(all[0], line_loss)]);
      set(losses, { d: history.path(all.map((each, k) => [k, each])) });
      set(straight, { d: history.path([[0, line_loss], [data.updates, line_loss]]) });
      set(now, { cx: history.X(update), cy: history.Y(loss) });
      text.textContent = `Update ${written(update, 0)}: the loss is ${written(loss, 5)}. The best straight line has ${written(line_loss, 5)}.`;

      tiles.show(shown, p, result.net, gradients);
      const { chosen } = tiles;
      set(without, { visibility: chosen ? "visible" : "hidden" });
      if (chosen) {
        const silent = p.slice(), { n_out, w } = shown.layers[chosen.layer + 1];
        silent.fill(0, w + chosen.neuron * n_out, w + (chosen.neuron + 1) * n_out);
        set(without, { d: line(forward(network(widths_of(settings), settings.activation, wide), silent)) });
      }
      about.textContent = chosen ? `${chosen.name} ${learns(result.net, gradients, chosen)} Dashed: the curve without it.` : tiles.hint;
      for (const control of controls) control.show();
      if (shape.select.selectedIndex < 0) shape.select.value = '"drawn"';
    };
  },
};

function shapes(x) {  // → [heights, name] of curves to begin with
  const places = Array.from({ length: PLACES }, (_, k) => x[0] + k / (PLACES - 1) * (x.at(-1) - x[0]));
  const made = (f) => places.map((place) => Number(f(place).toFixed(2)));
  return [[null, "the sine"], [made((place) => Math.max(0, 1.5 - Math.abs(place))), "a hat"],
    [made((place) => (place < 0 ? -1 : 1)), "a step"], [made((place) => Math.abs((place + 9) % 4 - 2) - 1), "a zigzag"],
    [made((place) => Math.sin(2.5 * place)), "a quick wave"]];
}

function pencil_on(plot, turn) {  // a mark that draws the target: it is dragged, or moved with the arrow keys
  const { x } = turn.data, place = (k) => x[0] + k / (PLACES - 1) * (x.at(-1) - x[0]);
  const nearest = (value) => Math.min(Math.max(Math.round((value - x[0]) / (x.at(-1) - x[0]) * (PLACES - 1)), 0), PLACES - 1);
  let at = nearest(x[0] / 2), drawing = false, [own, based] = [null, null];
  const heights = () => {  // as they will be at the next picture: several movements may come before it
    if (based !== turn.settings.heights) [own, based] = [null, turn.settings.heights];
    return own ?? based ?? Array.from({ length: PLACES }, (_, k) => Math.sin(place(k)));
  };
  const put = ([across, up]) => {
    const to = nearest(across), before = heights(), height = Math.min(Math.max(up, -LIMIT), LIMIT);
    if (to === at || drawing) {
      own = before.map((each) => Number(each.toFixed(2)));
      const steps = Math.abs(to - at);
      for (let k = 0; k <= steps; k++) {
        const here = steps ? at + k * Math.sign(to - at) : to;
        own[here] = Number((steps ? before[at] + (height - before[at]) * k / steps : height).toFixed(2));
      }
      turn.set({ heights: own });
    } else turn.set({});
    at = to;
  };
  const mark = plot.draggable(SVG("circle", { r: 9, class: "pencil" }), {
    label: "pencil: left and right along the curve, up and down to draw", steps: [10 / (PLACES - 1), 0.1], get: () => [place(at), heights()[at]], put });
  mark.addEventListener("pointerdown", () => { drawing = true; });
  for (const end of ["pointerup", "pointercancel"]) mark.addEventListener(end, () => { drawing = false; });
  const paper = SVG("rect", { class: "paper", x: plot.left, y: plot.top, width: plot.right - plot.left, height: plot.bottom - plot.top });
  paper.addEventListener("pointerdown", (event) => {  // a mouse draws from anywhere; a finger may also want to scroll
    at = nearest(plot.at(event)[0]);
    if (event.pointerType === "touch") return turn.set({});
    event.preventDefault();
    drawing = true;
    mark.focus({ preventScroll: true });
    mark.setPointerCapture(event.pointerId);
    put(plot.at(event));
  });
  plot.over.append(paper, mark);
  return () => set(mark, { cx: plot.X(place(at)), cy: plot.Y(heights()[at]) });
}

function corners_of({ x, layers }, answer) {  // → [x, y] where a ReLU switches
  const corners = [];
  for (const { out } of layers.slice(0, -1))
    for (const h of out)
      for (let n = 1; n < x.length; n++) if (h[n] > 0 !== h[n - 1] > 0) corners.push([x[n], answer[n]]);
  return corners;
}

const ORDINALS = ["first", "second"];

const mean_size = ({ w, b }, gradients) => gradients.subarray(w, b).reduce((sum, each) => sum + Math.abs(each), 0) / (b - w);

function learns(net, gradients, { layer, neuron }) {  // what a neuron's gradients are, and whether it is dead
  const { n_in, n_out, w, b, out } = net.layers[layer], incoming = Array.from({ length: n_in }, (_, i) => gradients[w + i * n_out + neuron]);
  const size = incoming.reduce((sum, each) => sum + Math.abs(each), 0) / n_in;
  const slopes = `gradient of its ${n_in === 1 ? "weight" : `${n_in} weights, in size on average,`} ${written(n_in === 1 ? incoming[0] : size, 5)}, of its bias ${written(gradients[b + neuron], 5)}.`;
  if (net.bends !== BENDS.ReLU) return slopes;
  const on = out[neuron].filter((each) => each > 0).length;
  if (!on) return `is off at all ${written(net.x.length, 0)} places, so its gradients are zero: it is dead${layer ? ", unless the first layer wakes it" : " for good"}.`;
  return `is on at ${written(on, 0)} of ${written(net.x.length, 0)} places; ${slopes}`;
}

class Tiles {  // a small picture of each hidden neuron; of the one under the pointer, or in focus, more is told
  constructor(changed) {
    this.hint = "Point at a neuron, or tap it: it says how it learns, and the curve is drawn without it.";
    this.rows = ORDINALS.map((ordinal, layer) => {
      const caption = make("figcaption", {}), box = make("div", { class: "neurons" });
      return { caption, element: make("figure", { class: "axes" }, caption, box), show: pool(box, (neuron) => this.tile(layer, neuron, changed)) };
    });
    this.element = make("div", {}, ...this.rows.map(({ element }) => element));
  }

  tile(layer, neuron, changed) {
    const name = `Neuron ${neuron + 1} of the ${ORDINALS[layer]} layer`, curve = SVG("path", { class: "line" });
    const picture = SVG("svg", { viewBox: "0 0 64 44", "aria-hidden": "true" }, SVG("path", { class: "frame", d: "M0 22H64" }), curve);
    const button = make("button", { type: "button", class: "neuron", "aria-label": name }, picture, make("span", {}, "dead"));
    const choose = () => { this.chosen = { layer, neuron, name }; changed(); };
    const leave = () => { if (this.chosen?.name === name && document.activeElement !== button) { this.chosen = null; changed(); } };
    for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, choose);
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, leave);
    return Object.assign(button, { curve });
  }

  show({ x, layers }, p, net, gradients) {
    const hidden = layers.slice(0, -1), { w } = layers.at(-1);
    if (this.chosen && !(this.chosen.neuron < hidden[this.chosen.layer]?.n_out)) this.chosen = null;
    this.rows.forEach(({ element, caption, show }, layer) => {
      const { n_out = 0, out } = hidden[layer] ?? {}, last = layer === hidden.length - 1;
      element.hidden = !n_out;
      const size = hidden[layer] ? mean_size(net.layers[layer], gradients) : 0;
      caption.textContent = `The ${ORDINALS[layer]} layer: what each neuron ${last ? "adds to the curve" : "passes on"}. Gradient of a weight: ${written(size, 5)}, in size on average.`;
      const values = (neuron) => out[neuron].map((h) => (last ? p[w + neuron] : 1) * h);
      const limit = Math.max(1e-9, ...Array.from({ length: n_out }, (_, neuron) => Math.max(...values(neuron).map(Math.abs))));
      show(n_out, (button, neuron) => {
        const points = Array.from(values(neuron), (value, n) => `${(n / (x.length - 1) * 64).toFixed(1)} ${(22 - value / limit * 20).toFixed(1)}`);
        set(button.curve, { d: `M${points.filter((_, n) => n % 2 === 0).join("L")}` });
        button.classList.toggle("dead", net.bends === BENDS.ReLU && net.layers[layer].out[neuron].every((h) => h === 0));
        button.classList.toggle("chosen", this.chosen?.layer === layer && this.chosen.neuron === neuron);
      });
    });
  }
}
