// Chapter 6: one filter on one image. Change a pixel, a weight, the stride: see what comes out, and what flows back.

TURNS.filter = {
  counts: "numbers",
  views: ["cell", "view", "dout"],

  recorded: ({ checks: [{ settings }] }) => structuredClone(settings),

  run(data, settings) {
    const image = image_of(data, settings);
    return { image, out: convolve(image, settings) };
  },

  states(data) {
    // all convolutions of the chapter's film: the output, and what flows back if `dout` is 1 everywhere
    return data.checks.flatMap(({ settings, out, dw, dx }) => {
      const result = this.run(data, settings),
        ones = result.out.map((line) => line.map(() => 1));
      const back = flow_back(result.image, settings, ones);
      return [
        [result.out, out],
        [back.dw, dw],
        [back.dx, dx],
      ].map(([ours, theirs]) => [ours.flat(), theirs, 1]);
    });
  },

  allowed(data, settings) {
    // an address that was changed by hand may ask for anything
    const { picture, edits, kernel, stride, padding, cell } = settings,
      whole = (low, high) => (n) => Number.isInteger(n) && n >= low && n <= high;
    const shape = data.pictures.find(({ name }) => name === picture)?.pixels.shape;
    const lists = (value, length) => Array.isArray(value) && value.length === length && value.every(Number.isFinite);
    const good =
      shape &&
      whole(1, 4)(stride) &&
      whole(0, 3)(padding) &&
      lists(cell, 2) &&
      cell.every(Number.isInteger) &&
      Array.isArray(kernel) &&
      whole(1, MOST)(kernel.length) &&
      kernel.every((row) => lists(row, kernel.length)) &&
      Array.isArray(edits) &&
      edits.every((edit) => lists(edit, 3) && edit.slice(0, 2).every((at, axis) => whole(0, shape[axis] - 1)(at)));
    return good ? settings : this.recorded(data);
  },

  python(data, settings) {
    const { picture, edits, kernel, stride, padding } = settings,
      { python } = data.pictures.find(({ name }) => name === picture);
    const { image, out } = this.run(data, settings),
      [r, c] = chosen(settings, out);
    const made = python
      ? [`image = ${python}`, ...edits.map(([row, column, value]) => `image[${row}, ${column}] = ${as_python(value)}`)]
      : [`image = np.array(${as_python(image)}, float)`];
    return `\
import numpy as np

${python ? "from chapters.parts.images import horses_and_deer\n" : ""}from tinylearn import Conv2D

${made.join("\n")}
kernel = np.array(${as_python(kernel)})
layer = Conv2D(1, 1, ${kernel.length}, stride=${stride}, padding=${padding}, rng=np.random.default_rng(0))
layer.params["w"][:, :, 0, 0] = kernel
out = layer.forward(image[None, :, :, None])  # picture, row, column, channel
${settings.dout === "all" ? "dout = np.ones_like(out)" : `dout = np.zeros_like(out)\ndout[0, ${r}, ${c}, 0] = 1`}
dx = layer.backward(dout)
print(f"out = {out[0, :, :, 0]}")
print(f"gradient of the filter = {layer.grads['w'][:, :, 0, 0]}")
print(f"gradient of the image = {dx[0, :, :, 0]}")
`;
  },

  numbers(data, settings, { image, out }) {
    const { dw, dx } = flow_back(image, settings, dout_of(settings, out));
    return { "out[0, :, :, 0]": out, "layer.grads['w'][:, :, 0, 0]": dw, "dx[0, :, :, 0]": dx };
  },

  draw(turn) {
    const { data } = turn,
      { pictures } = data;
    const paint = (row, column, value) => {
      const rest = turn.waiting?.edits ?? turn.settings.edits,
        edits = rest.filter(([r, c]) => r !== row || c !== column);
      const before = image_of(data, { ...turn.settings, edits: [] })[row][column];
      turn.set({ edits: value === before ? edits : [...edits, [row, column, value]] });
    };
    const toggled = (row, column) => Number(turn.result.image[row][column] < 0.5);
    const inside = ([row, column]) =>
      pixel(
        turn.result.image.map((line) => line.map(() => true)),
        row,
        column,
      );

    const image = new Board({
      label: "image: the arrow keys choose a pixel, Enter changes it, a digit writes it",
      press: (at) => (inside(at) ? toggled(...at) : null),
      drag: (at, value) => inside(at) && value !== null && paint(...at, value),
      key: (at, key) =>
        inside(at) && (key === "Enter" || key === " " ? paint(...at, toggled(...at)) : paint(...at, Number(key))),
    });
    const output = new Board({ label: "output: the arrow keys choose a place", over: (at) => turn.set({ cell: at }) });
    const filter = new Weights(turn);

    const panel = (board, ...below) => {
      const title = make("figcaption", {});
      return { title, element: make("figure", { class: "board" }, title, board.element, ...below) };
    };
    const [sum, size, note, under_image, under_output] = ["sum", "size", "note", "legend", "legend"].map((name) =>
      make("p", { class: `arithmetic ${name}` }),
    );
    const wrong = make("p", { class: "error-text", role: "alert" });
    const panels = [panel(image, under_image), panel(filter, wrong, sum), panel(output, under_output, size, note)];

    const sizes = {
      // of the filter, as a slider wants it
      get settings() {
        return { size: turn.settings.kernel.length };
      },
      set: ({ size }) =>
        turn.set({ kernel: zeros(size, size).map((line, i) => line.map((_, j) => pixel(turn.settings.kernel, i, j))) }),
    };
    const choice = (name, label, options, own) => new Choice(turn, name, { label, options, own });
    const picture = choice(
      "picture",
      "image",
      pictures.map(({ name, text }) => [name, text]),
    );
    picture.select.addEventListener("change", () => {
      // at a stride of 1, the filter is seen everywhere; the film's image has the film's
      const stride = picture.select.selectedIndex ? 1 : turn.page.recorded(data).stride;
      turn.set({ edits: [], stride });
    });
    const douts = choice("dout", "dout is 1 at", [
      ["cell", "the chosen place"],
      ["all", "all places"],
    ]);
    const controls = [
      picture,
      choice(
        "kernel",
        "filter",
        data.kernels.map(({ text, rows }) => [rows, text]),
        "your own",
      ),
      choice("view", "show", [
        ["forward", "forward: the output"],
        ["backward", "backward: the gradients"],
      ]),
      douts,
      new Slider(sizes, "size", { label: "filter size", values: [1, MOST], whole: true }),
      new Slider(turn, "stride", { label: "stride", values: [1, 4], whole: true }),
      new Slider(turn, "padding", { label: "padding", values: [0, 3], whole: true }),
    ];
    turn.stage.append(
      make("div", { class: "controls" }, ...controls.map(({ element }) => element)),
      make("div", { class: "panels" }, ...panels.map(({ element }) => element)),
    );
    for (const board of [image, output]) board.resized = () => turn.refresh?.();

    return () => {
      const { settings, result } = turn,
        { kernel, stride, padding } = settings,
        { out } = result;
      const photo = Boolean(pictures.find(({ name }) => name === settings.picture).python);
      const back = settings.view === "backward",
        dout = dout_of(settings, out),
        at = chosen(settings, out),
        [r, c] = at;
      const { dw, dx } = flow_back(result.image, settings, dout),
        k = kernel.length,
        [rows, columns] = [result.image.length, result.image[0].length];
      const fits = out.length > 0 && out[0].length > 0,
        top = r * stride - padding,
        left = c * stride - padding;
      const titles = back
        ? [
            `The gradient of the image, dx.${image.two ? " In the corner: its pixels." : ""}`,
            "The filter, and below each weight its gradient, dw.",
            "dout: how fast the loss grows with each number of the output.",
          ]
        : [
            "The image. Click on a pixel.",
            "The filter. Type a weight, or drag it up and down.",
            "The output. Point at a number: what is it made of?",
          ];
      titles.forEach((text, i) => {
        panels[i].title.textContent = text;
      });

      const most = (matrix) => Math.max(1e-12, ...matrix.flat().map(Math.abs));
      const [brightest, most_dx, most_out] = [result.image, dx, out].map(most),
        lowest = Math.min(...out.flat()),
        highest = Math.max(...out.flat());
      image.show(
        rows,
        columns,
        padding,
        (row, column) => {
          const value = pixel(result.image, row, column),
            weight = kernel[row - top]?.[column - left],
            border = !(row in dx && column in dx[row]);
          const shade = back
            ? border
              ? "transparent"
              : tint(dx[row][column], most_dx)
            : photo
              ? grey(border ? 0 : value)
              : ink(value, brightest);
          return back
            ? { value: border ? null : dx[row][column], corner: border ? null : value, shade, border }
            : { value, corner: weight, shade, border };
        },
        { frame: fits ? [top, left, k] : null, plain: photo, back },
      );
      output.show(
        out.length,
        out[0]?.length ?? 0,
        0,
        (row, column) => {
          const value = back ? dout[row][column] : out[row][column];
          const shade = back
            ? tint(value, 1)
            : photo
              ? grey((value - lowest) / (highest - lowest || 1))
              : tint(value, most_out);
          return { value, corner: back ? out[row][column] : null, shade };
        },
        { frame: [r, c, 1], cursor: at, plain: photo, back },
      );
      filter.show(back ? dw : null);
      wrong.textContent = filter.said;

      sum.textContent = !fits ? "" : back ? told_back(settings, at) : told(result.image, settings, at, out[r][c]);
      under_output.textContent = photo && !back ? `Black: ${short(lowest)}, white: ${short(highest)}` : "";
      under_image.textContent =
        photo && back
          ? `From ${short(Math.min(...dx.flat()))} (red below 0) to ${short(Math.max(...dx.flat()))} (blue above 0).`
          : "";
      const formula = (n) => `(${n} + 2 · ${padding} − ${k}) / ${stride} + 1`,
        exact = (rows + 2 * padding - k) % stride === 0;
      size.textContent = `Rows of the output: ${formula(rows)} = ${out.length || "none"}${exact || !out.length ? "" : ", rounded down"}`;
      note.textContent = noted(result.image, settings, out);
      douts.element.hidden = !back;
      for (const control of controls) control.show();
    };
  },
};

// --- colours ------------------------------------------------------------------------------------------------------

const mix = (colour, percent) => `color-mix(in srgb, ${colour} ${percent.toFixed(1)}%, Canvas)`;
const ink = (value, most) => mix(value < 0 ? "var(--red)" : "CanvasText", (14 * Math.abs(value)) / most);
const tint = (value, most) => mix(`var(${value < 0 ? "--minus" : "--plus"})`, (45 * Math.abs(value)) / most);
const grey = (part) => `rgb(${new Array(3).fill(Math.round(255 * clamp(part, 0, 1)))})`;
