// Chapter 5: a horse or a deer goes through one neuron, or three layers. Move it, draw on it: which pixels decide?

const GREYS = [
  ["black", [0]],
  ["dark grey", [0.33]],
  ["light grey", [0.67]],
  ["white", [1]],
];

TURNS.pixels = {
  views: ["picture", "epoch", "model"],

  recorded: ({ epochs }) => ({ ...UNTOUCHED, epoch: epochs.at(-1), model: "neuron" }),

  allowed({ pictures, epochs }, settings) {
    return {
      ...allowed_picture(settings, pictures.length, epochs, GREYS.length),
      model: settings.model === "network" ? "network" : "neuron",
    };
  },

  run(data, settings) {
    // what neuron and network make of each picture, changed as the settings say
    const { pictures, epochs, w, b } = data,
      palette = GREYS.map(([, grey]) => grey),
      pixels = w.length / epochs.length;
    return {
      look({ picture, epoch, model }) {
        const x = changed(pictures[picture].red, settings, palette),
          at = epochs.indexOf(epoch);
        return summed(
          x,
          model === "network"
            ? acting(x, data.network)
            : { weights: w.subarray(at * pixels, (at + 1) * pixels), bias: b[at] },
        );
      },
    };
  },

  states({ pictures, epochs }, { look }) {
    return pictures.flatMap(({ answers, network_answers }, picture) => [
      [Float64Array.from(epochs, (epoch) => look({ picture, epoch, model: "neuron" }).p), answers, 1],
      [[look({ picture, epoch: epochs.at(-1), model: "network" }).p], network_answers, 1],
    ]);
  },

  python: ({ pictures, data, seed, batches, epochs }, settings) => `\
import numpy as np

from chapters.ch05_horse_or_deer import learn, one_neuron
from chapters.parts.dense_networks import deeper_network, red_pixels
from chapters.parts.images import horses_and_deer
from tinylearn.augmentation import affine

pictures = horses_and_deer(${as_python(data)}, seed=${seed})
rng = np.random.default_rng(${seed})
neuron, network = one_neuron(rng), deeper_network(rng)  # as in the chapter: both draw from rng
recording = learn(neuron, pictures, rng)
${
  settings.model === "network"
    ? `learn(network, pictures, rng)
model = network`
    : `recording.restore(neuron, ${batches * settings.epoch})  # after epoch ${settings.epoch}
model = neuron`
}

picture = ${pictures[settings.picture].python}
${changes_in_python(
  settings,
  GREYS.map(([, grey]) => grey),
)}
x = red_pixels(picture)
out, layers = x, model.layers[:-1]  # without the sigmoid
for layer in layers:
    out = layer.forward(out)
z, slopes = out.item(), np.ones_like(out)
for layer in reversed(layers):
    slopes = layer.backward(slopes)
products = (x * slopes)[0]  # the slopes of one neuron along its inputs are its weights
p = model.predict(x).item()
print(f"z = {z}, the probability of a horse = {p}")
`,

  numbers(data, settings, { look }) {
    const { z, p, plus } = look(settings);
    return { z, p, "products[products > 0].sum()": plus };
  },

  draw(turn) {
    const { pictures, epochs } = turn.data;
    let watched = null,
      loudest = 0,
      seen = null;
    const look = (pixel) => {
      watched = pixel;
      point();
    };
    const easel = new Easel(turn, {
      title: "The red numbers of the picture. Drag it.",
      look,
      palette: GREYS.map(([name, [grey]]) => [name, `rgb(${Array(3).fill(255 * grey)})`]),
    });
    const weights = new PixelMap("").watched("the weights", look, () => watched ?? loudest);
    const products = new PixelMap("Products x · w: their sum decides").watched(
      "the products",
      look,
      () => watched ?? loudest,
    );
    const maps = [easel, weights, products];

    const thumbnails = new Thumbnails(turn, pictures, "which picture");
    const who = new Choice(turn, "model", {
      label: "who looks?",
      options: [
        ["neuron", "one neuron"],
        ["network", "three layers"],
      ],
    });
    const when = new Stops(turn, "epoch", { label: "after epoch", stops: epochs }),
      moves = move_controls(turn);
    const answer = make("p", { class: "answer", role: "status" }),
      scale = new Between("deer", "horse");
    const [pixel, sigmoid] = ["", ""].map(() => make("p", { class: "arithmetic" }));
    const sum = new Waterfall(["blue products", "red products", "bias", "sum z"], "How the products add up");

    turn.stage.append(
      thumbnails.element,
      make(
        "div",
        { class: "panels looks" },
        make(
          "div",
          {},
          answer,
          scale.element,
          easel.element,
          make("div", { class: "later" }, ...moves.map(({ element }) => element)),
        ),
        make(
          "div",
          {},
          who.element,
          when.element,
          make("div", { class: "pair" }, weights.element, products.element),
          pixel,
          sum.element,
          sigmoid,
        ),
      ),
    );

    function point() {
      // the pixel that is watched, or the one that speaks loudest
      const i = watched ?? loudest,
        { x, weights: each, products: product } = seen;
      for (const map of maps) map.mark(i);
      pixel.textContent =
        `${watched === null ? "The loudest pixel" : "This pixel"}, row ${(i >> 5) + 1}, column ${(i & 31) + 1}: ` +
        `x · w = ${written(x[i], 3)} · ${in_sum(each[i], 3)} = ${written(product[i], 3)}`;
    }

    return () => {
      const { picture, model } = turn.settings,
        { label, name } = pictures[picture],
        one = model === "neuron";
      seen = turn.result.look(turn.settings);
      const deep = largest_of(seen.weights) || 1;
      weights.caption.textContent = one ? "Weights w: blue above zero" : "Weights w, for this picture";
      when.element.hidden = !one;
      easel.show((i) => [255 * seen.x[i], 255 * seen.x[i], 255 * seen.x[i], 255]);
      weights.signed(seen.weights, deep);
      products.signed(seen.products, deep);
      loudest = seen.products.reduce((best, each, i) => (Math.abs(each) > Math.abs(seen.products[best]) ? i : best), 0);
      point();

      const { plus, minus, bias, z, p } = seen,
        says = p >= 0.5 ? 1 : 0;
      sum.show([plus, minus, bias, z]);
      sigmoid.replaceChildren("The sigmoid: 1 / (1 + e", make("sup", {}, written(-z, 2)), `) = ${written(p, 3)}`);
      scale.show(p);
      answer.textContent =
        `The ${model} says ${["deer", "horse"][says]}: a horse with probability ${written(p, 3)}. ` +
        (label === null
          ? "Nothing is in the picture but what you draw."
          : `It is ${name}. ${says === label ? "Right ✓" : "Wrong ✗"}`);
      answer.classList.toggle("mistaken", label !== null && says !== label);
      answer.classList.toggle("unjudged", label === null);
      for (const control of [thumbnails, who, when, ...moves]) control.show();
    };
  },
};

// With ReLU, a network is one neuron for every picture near this one. Its weights: the slopes of z along the pixels.
function acting(x, [first, second, third]) {
  const one = dense(x, first),
    two = dense(relu(one), second),
    [z] = dense(relu(two), third);
  const back = (slopes, { w }) =>
    Float64Array.from({ length: w.length / slopes.length }, (_, i) =>
      slopes.reduce((sum, slope, j) => sum + slope * w[i * slopes.length + j], 0),
    );
  const passed = (slopes, sums) => slopes.map((slope, i) => (sums[i] > 0 ? slope : 0));
  const weights = back(passed(back(passed(third.w, two), second), one), first);
  return { weights, bias: z - weights.reduce((sum, weight, i) => sum + weight * x[i], 0) };
}

function summed(x, { weights, bias }) {
  const products = new Float64Array(x.length);
  let plus = 0,
    minus = 0,
    z = bias;
  for (let i = 0; i < x.length; i++) {
    products[i] = x[i] * weights[i];
    z += products[i];
    if (products[i] > 0) plus += products[i];
    else minus += products[i];
  }
  return { x, weights, products, plus, minus, bias, z, p: 1 / (1 + Math.exp(-z)) };
}

const in_sum = (value, digits) => (value < 0 ? `(${written(value, digits)})` : written(value, digits));

class Between {
  // a probability as a mark between two answers
  constructor(low, high) {
    this.bar = make("i", { class: "probability" });
    this.element = make(
      "div",
      { class: "between", "aria-hidden": "true" },
      make("span", {}, low),
      make("div", {}, make("i", { class: "half" }), this.bar),
      make("span", {}, high),
    );
  }

  show(p) {
    this.bar.style.cssText = `left: ${100 * Math.min(p, 0.5)}%; width: ${100 * Math.abs(p - 0.5)}%`;
  }
}

class Waterfall {
  // terms, each drawn from where the one before it has ended, and their sum
  constructor(names, caption) {
    this.bars = names.map(() => make("i", {}));
    this.numbers = names.map(() => make("td", {}));
    this.element = make(
      "table",
      { class: "waterfall" },
      make("caption", {}, caption),
      make(
        "tbody",
        {},
        ...names.map((name, i) =>
          make(
            "tr",
            {},
            make("th", { scope: "row" }, name),
            this.numbers[i],
            make("td", { class: "bar" }, this.bars[i]),
          ),
        ),
      ),
    );
  }

  show(terms) {
    // the last is the sum
    const ends = terms.slice(0, -1).reduce((ends, term) => [...ends, ends.at(-1) + term], [0]);
    const bars = terms.map((term, i) => (i === terms.length - 1 ? [0, term] : [ends[i], ends[i + 1]]));
    const low = Math.min(...bars.flat()),
      room = Math.max(...bars.flat()) - low || 1;
    bars.forEach((bar, i) => {
      const [from, to] = bar.toSorted((a, b) => a - b);
      this.bars[i].style.cssText = `left: ${(100 * (from - low)) / room}%; width: ${(100 * (to - from)) / room}%`;
      this.bars[i].className = `${terms[i] < 0 ? "minus" : "plus"}${i === terms.length - 2 ? " bias" : ""}`;
      this.numbers[i].textContent = written(terms[i], 2);
    });
  }
}
