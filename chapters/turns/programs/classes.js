// Chapter 7: a picture goes through the network for ten classes. Turn it, mirror it, paint it: what is it now?

const PAINTS = [
  ["black", [0, 0, 0]],
  ["white", [1, 1, 1]],
  ["grey", [0.5, 0.5, 0.5]],
  ["brown", [0.4, 0.25, 0.1]],
  ["red", [0.8, 0.1, 0.1]],
  ["yellow", [0.9, 0.8, 0.2]],
  ["green", [0.2, 0.6, 0.2]],
  ["blue", [0.2, 0.4, 0.9]],
];

TURNS.classes = {
  views: ["picture", "epoch", "filter"],

  recorded: ({ epochs, filter }) => ({ ...UNTOUCHED, epoch: epochs.at(-1), filter }),

  allowed({ pictures, epochs, nets }, settings) {
    const allowed = allowed_picture(settings, pictures.length, epochs, PAINTS.length),
      filters = nets[0][0].b.length;
    return { ...allowed, filter: Math.min(Math.max(Math.round(settings.filter), 0), filters - 1) };
  },

  run(data, settings) {
    // what the network makes of each picture, changed as the settings say
    const { pictures, epochs } = data,
      palette = PAINTS.map(([, paint]) => paint);
    data.layers ??= data.nets.map((net) => net.map(unrounded));
    return {
      look(picture, epoch) {
        const before = Float32Array.from(pictures[picture].colours, (number) => number / 65535),
          x = changed(before, settings, palette);
        return { x, ...forward(x, data.layers[epochs.indexOf(epoch)]) };
      },
    };
  },

  states({ pictures, epochs, classes }, { look }) {
    return pictures.map(({ answers }, picture) => [
      epochs.flatMap((epoch) => Array.from(look(picture, epoch).p)),
      answers,
      classes.length,
    ]);
  },

  python({ pictures, data, seed, sketches, learned, rate, checkpoint, done }, settings) {
    const train = settings.epoch !== done;
    return `\
import numpy as np

from chapters.ch07_ten_classes import ${train ? "AUGMENT, BATCH, WORKERS, " : ""}network, probabilities
from chapters.parts import images
from tinylearn import ${train ? "CategoricalCrossEntropy, " : ""}RMSprop${train ? ", fit" : ""}
from tinylearn.augmentation import affine
${train ? "" : "from tinylearn.checkpoint import load_checkpoint\n"}from tinylearn.datasets import CLASS_NAMES

pictures = images.load(${as_python(data)}, None, sketches=(${sketches.join(", ")}), rng=np.random.default_rng(${seed}))
rng = np.random.default_rng(${seed})
model, optimizer = network(rng), RMSprop(${rate})
${
  train
    ? `fit(model, pictures.x_train[:${learned}], pictures.y_train[:${learned}], loss=CategoricalCrossEntropy(from_logits=True),
    optimizer=optimizer, epochs=${settings.epoch}, batch_size=BATCH, augment=AUGMENT, rng=rng, workers=WORKERS)`
    : `load_checkpoint(${as_python(checkpoint)}, model, optimizer, rng)  # the chapter leaves it beside its page`
}

picture = ${pictures[settings.picture].python}
${changes_in_python(
  settings,
  PAINTS.map(([, paint]) => paint),
)}
p = probabilities(model.predict(picture))[0]
for name, probability in zip(CLASS_NAMES, p):
    print(f"{name:8} = {probability:.3f}")  # the weights in the page are rounded: its answers are off by a little
`;
  },

  numbers(data, { picture, epoch }, { look }) {
    return { "p.tolist()": look(picture, epoch).p };
  },

  draw(turn) {
    const { pictures, epochs, classes, nets } = turn.data,
      filters = nets[0][0].b.length,
      wide = Math.sqrt(filters),
      room = SIDE;
    let watched = null,
      seen = null;
    const easel = new Easel(turn, {
      title: "The picture. Drag it, or choose a colour and draw.",
      look: (pixel) => easel.mark(pixel),
      palette: PAINTS.map(([name, paint]) => [name, `rgb(${paint.map((part) => 255 * part)})`]),
    });
    const maps = new PixelMap("What the 64 filters of the first layer find", wide, wide * room);
    const large = new PixelMap("", room - 2),
      kernels = ["red", "green", "blue"].map((colour) => new PixelMap(colour, 3));
    const chosen = () => watched ?? turn.settings.filter;
    maps.watched(
      "the maps",
      (filter) => {
        watched = filter;
        show_filter();
      },
      chosen,
    );
    maps.box.addEventListener("pointerdown", () => turn.set({ filter: chosen() }));

    const thumbnails = new Thumbnails(turn, pictures, "which picture"),
      moves = move_controls(turn);
    const when = new Stops(turn, "epoch", { label: "after epoch", stops: epochs });
    const answer = make("p", { class: "answer", role: "status" });
    const bars = classes.map(() => make("i", {})),
      cells = classes.map(() => make("td", {})),
      heads = classes.map((name) => make("th", { scope: "row" }, name));
    const table = make(
      "table",
      { class: "waterfall classes" },
      make("caption", {}, "What it says: a probability for each class"),
      make(
        "tbody",
        {},
        ...classes.map((_, i) => make("tr", {}, heads[i], cells[i], make("td", { class: "bar" }, bars[i]))),
      ),
    );
    const small = make(
      "p",
      { class: "small" },
      "In this page the weights are rounded to one or two bytes each, so that it stays small.",
    );

    turn.stage.append(
      thumbnails.element,
      make(
        "div",
        { class: "panels looks" },
        make("div", {}, answer, easel.element, make("div", { class: "later" }, ...moves.map(({ element }) => element))),
        make(
          "div",
          {},
          when.element,
          table,
          make(
            "div",
            { class: "pair" },
            maps.element,
            make("div", {}, large.element, make("div", { class: "kernels" }, ...kernels.map(({ element }) => element))),
          ),
          small,
        ),
      ),
    );

    function show_filter() {
      // the map that is watched, and the weights of its filter
      const filter = chosen(),
        { w } = turn.data.layers[epochs.indexOf(turn.settings.epoch)][0];
      const map = Float32Array.from({ length: large.size ** 2 }, (_, i) => seen.maps[i * filters + filter]);
      const kernel = kernels.map((_, channel) =>
        Float64Array.from({ length: 9 }, (_, i) => w[(3 * i + channel) * filters + filter]),
      );
      maps.mark(filter);
      large.caption.textContent = `What filter ${filter + 1} finds, and below its weights`;
      const brightest = largest_of(map) || 1;
      large.fill((i) => [...Array(3).fill((255 * Math.max(map[i], 0)) / brightest), 255]);
      kernels.forEach((each, channel) => each.signed(kernel[channel], Math.max(...kernel.map(largest_of)) || 1));
    }

    function show_maps() {
      // what is above zero: ReLU keeps no more
      const largest = largest_of(seen.maps) || 1,
        pixels = maps.image.data,
        across = wide * room;
      for (let i = 0; i < (room - 2) ** 2; i++) {
        const row = Math.floor(i / (room - 2)),
          column = i % (room - 2);
        for (let filter = 0; filter < filters; filter++) {
          const at = 4 * ((Math.floor(filter / wide) * room + row + 1) * across + (filter % wide) * room + column + 1);
          pixels.fill(255 * Math.sqrt(Math.max(seen.maps[i * filters + filter], 0) / largest), at, at + 3);
          pixels[at + 3] = 255;
        }
      }
      maps.context.putImageData(maps.image, 0, 0);
    }

    return () => {
      const { picture, epoch } = turn.settings,
        { label, name } = pictures[picture];
      seen = turn.result.look(picture, epoch);
      easel.show((i) => [255 * seen.x[3 * i], 255 * seen.x[3 * i + 1], 255 * seen.x[3 * i + 2], 255]);
      show_maps();
      show_filter();
      const { p } = seen,
        says = p.indexOf(Math.max(...p));
      classes.forEach((_, i) => {
        bars[i].style.cssText = `left: 0; width: ${100 * p[i]}%`;
        cells[i].textContent = written_share(p[i]);
        heads[i].classList.toggle("right", i === label);
      });
      answer.textContent =
        `The network says ${classes[says]}, with a probability of ${written_share(p[says]).replace("> ", "more than ")}. ` +
        (label === null
          ? "Nothing is in the picture but what you draw."
          : `It is ${name}. ${says === label ? "Right ✓" : "Wrong ✗"}`);
      answer.classList.toggle("mistaken", label !== null && says !== label);
      answer.classList.toggle("unjudged", label === null);
      for (const control of [thumbnails, when, ...moves]) control.show();
    };
  },
};

function written_share(p) {
  // a probability with two digits, but never as if it were certain
  if (p > 0.99 && p < 1) return p >= 0.995 ? "> 0.99" : written(p, 2);
  return p < 0.005 ? "< 0.01" : written(p, 2);
}
