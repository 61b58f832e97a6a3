// Chapter 4: a network 1 → first → second → 1 learns a curve. Draw the curve, choose the neurons and what bends them.
// What it looks like is in curve_picture.js.

const BENDS = {
  // an activation function, and its slope, from what it gave
  none: [(z) => z, () => 1],
  ReLU: [(z) => Math.max(z, 0), (h) => (h > 0 ? 1 : 0)],
  tanh: [Math.tanh, (h) => 1 - h * h],
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (h) => h * (1 - h)],
};
const PLACES = 41,
  LIMIT = 2; // a drawn curve has a height at each of these places, and straight lines between them

// --- the network: of each neuron, what it gives for every x; parameters in one array, w and b, layer by layer -------------

function network(widths, activation, x) {
  // widths: [1, 7, 5, 1]
  const rows = (count) => Array.from({ length: count }, () => new Float64Array(x.length));
  let length = 0;
  const layers = widths.slice(1).map((n_out, k) => {
    const n_in = widths[k],
      w = length,
      b = w + n_in * n_out;
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

function add(a, factor, b) {
  // a += factor · b
  for (let n = 0; n < a.length; n++) a[n] += factor * b[n];
}

function forward({ x, layers, bends: [bend] }, p) {
  // → what the last neuron says for every x
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

function backward({ x, layers, length, bends: [, slope] }, p, y) {
  // → the gradient of every parameter, after `forward`
  const gradients = new Float64Array(length),
    last = layers.at(-1);
  for (let n = 0; n < x.length; n++) last.dout[0][n] = (last.out[0][n] - y[n]) * (2 / x.length);
  for (let k = layers.length - 1; k >= 0; k--) {
    const { n_in, n_out, w, b, out, dout } = layers[k],
      before = layers[k - 1],
      given = before?.out ?? [x];
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

function initial({ normals }, settings) {
  // as the chapter's `network`: NumPy's normal numbers, scaled as He has it
  const [, first, ...rest] = widths_of(settings),
    drawn = normals[settings.seed];
  let used = 0;
  const he = (n_in, count, factor) =>
    Array.from({ length: count }, () => factor * (Math.sqrt(2 / n_in) * drawn[used++]));
  const bias = (j) => (first > 1 && j === first - 1 ? 2 : j * (4 / (first - 1 || 1)) - 2);
  const p = [...Array(first).fill(0.5), ...Array.from({ length: first }, (_, j) => bias(j))];
  if (rest.length > 1) p.push(...he(first, first * rest[0], 1), ...Array(rest[0]).fill(1));
  const last = rest.length > 1 ? rest[0] : first;
  return Float64Array.from([...p, ...he(last, last, 0.25), 0]);
}

function curve_of({ x, y }, { heights }) {
  // the target at every x
  if (!heights) return y;
  const [low, high] = [x[0], x.at(-1)],
    step = (high - low) / (PLACES - 1);
  return Float64Array.from(x, (each) => {
    const k = Math.min(Math.floor((each - low) / step), PLACES - 2);
    return heights[k] + ((heights[k + 1] - heights[k]) / step) * (each - (low + k * step));
  });
}

function best_line(x, y) {
  // → the smallest error that a straight line can have
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length,
    [mx, my] = [mean(x), mean(y)];
  const w = mean(x.map((each, n) => (each - mx) * (y[n] - my))) / mean(x.map((each) => (each - mx) ** 2));
  return error_of(
    x.map((each) => w * (each - mx) + my),
    y,
  );
}

function adam(run, rate) {
  // one update
  const { net, y, m, v, states, losses } = run,
    p = states.at(-1).slice(),
    t = states.length;
  losses.push(error_of(forward(net, p), y));
  const g = backward(net, p, y),
    root = Math.sqrt(1 - 0.999 ** t),
    rate_t = (rate * root) / (1 - 0.9 ** t);
  for (let i = 0; i < p.length; i++) {
    m[i] += (1 - 0.9) * (g[i] - m[i]);
    v[i] += (1 - 0.999) * (g[i] * g[i] - v[i]);
    p[i] -= (rate_t * m[i]) / (Math.sqrt(v[i]) + 1e-7 * root);
  }
  states.push(p);
}

TURNS.curve = {
  views: ["update"],

  recorded: ({ first, second, updates }) => ({
    first,
    second,
    activation: "ReLU",
    seed: 0,
    heights: null,
    update: updates,
  }),

  allowed({ normals, updates }, settings) {
    const whole = (value, low, high) => Math.min(Math.max(Math.round(value), low), high);
    const heights =
      settings.heights?.length === PLACES && settings.heights.every(Number.isFinite) ? settings.heights : null;
    return {
      ...settings,
      heights,
      first: whole(settings.first, 1, 16),
      second: whole(settings.second, 0, 8),
      seed: whole(settings.seed, 0, normals.length - 1),
      update: whole(settings.update, 0, updates),
      activation: settings.activation in BENDS ? settings.activation : "ReLU",
    };
  },

  run(data, settings) {
    // before the first update; `more` goes on
    const net = network(widths_of(settings), settings.activation, data.x),
      y = curve_of(data, settings);
    const [m, v] = [new Float64Array(net.length), new Float64Array(net.length)];
    return {
      net,
      y,
      m,
      v,
      states: [initial(data, settings)],
      losses: [],
      line_loss: best_line(data.x, y),
      rate: data.rate,
      updates: data.updates,
    };
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
    const between = bend && `, ${bend}()`,
      names = ["Adam", "Dense", "MeanSquaredError", "Sequential", "fit", bend].filter(Boolean);
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
    loss: error_of(forward(net, states[update]), y),
    "model.parameters": states[update],
  }),

  draw: draw_curve,
};
