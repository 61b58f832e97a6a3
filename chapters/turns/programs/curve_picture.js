// Chapter 4, on the screen: the curve, which one draws; the network; each of its neurons.

const [FROM, TO] = [-8, 8],
  WIDE = Array.from({ length: 161 }, (_, k) => FROM + (k / 160) * (TO - FROM)); // beyond the examples

function draw_curve(turn) {
  const { data } = turn,
    { x } = data,
    room = turn.stage.clientWidth,
    width = room > 900 ? 700 : Math.min(Math.max(room, 320), 560);
  const plot = plot_of(turn, width),
    history = history_of(data, width),
    tiles = new Tiles(() => turn.show());
  const text = make("p", { class: "arithmetic" }),
    about = make("p", { class: "arithmetic", role: "status" });
  const shape = new Choice(turn, "heights", { label: "curve", options: [...shapes(x), ["drawn", "drawn by hand"]] });
  const controls = [
    shape,
    new Choice(turn, "activation", { label: "activation", options: Object.keys(BENDS).map((name) => [name, name]) }),
    new Choice(turn, "seed", { label: "initial weights", options: data.seeds.map((seed, k) => [k, `seed ${seed}`]) }),
    new Slider(turn, "first", { label: "neurons in the first layer", values: [1, 16], whole: true }),
    new Slider(turn, "second", { label: "in the second", values: [0, 8], whole: true }),
    new Slider(turn, "update", { label: "epoch", values: [0, data.updates], whole: true, log: true }),
    new Player(turn, "update", { last: () => turn.result.states.length - 1, seconds: 10 }),
  ];
  turn.stage.append(
    make("div", { class: "controls" }, ...controls.map(({ element }) => element)),
    make(
      "div",
      { class: "panels curve" },
      make("div", {}, plot.element, text, history.element),
      make("div", {}, tiles.element, about),
    ),
  );

  return () => {
    const { settings, result } = turn,
      { net, y, line_loss } = result,
      update = Math.min(settings.update, result.states.length - 1);
    const p = result.states[update],
      loss = error_of(forward(net, p), y),
      gradients = backward(net, p, y);
    const shown = network(widths_of(settings), settings.activation, WIDE),
      said = forward(shown, p).slice();
    tiles.show(shown, p, net, gradients);
    const { chosen } = tiles;
    plot.show(y, said, settings.activation === "ReLU" ? corners_of(shown) : null, chosen && without(shown, p, chosen));
    history.show([...result.losses.slice(0, update), loss], line_loss);
    text.textContent = `Epoch ${written(update, 0)}: the loss is ${written(loss, 4)}. The best straight line has ${written(line_loss, 4)}.`;
    about.textContent = chosen
      ? `${chosen.name} ${learns(net, gradients, chosen)} Dashed: the curve without it.`
      : tiles.hint;
    for (const control of controls) control.show();
    if (shape.select.selectedIndex < 0) shape.select.value = '"drawn"';
  };
}

function plot_of(turn, width) {
  // the target, what the network says, and what it would say without the chosen neuron
  const { x } = turn.data,
    height = width > 560 ? 370 : 300;
  const plot = new Axes({ title: "", x: [FROM, TO], y: [-LIMIT - 0.2, LIMIT + 0.2], names: ["x", "y"], width, height });
  const [target, line, dashed] = ["target-line", "line", "without"].map((name) => SVG("path", { class: name }));
  for (const [from, to] of [
    [FROM, x[0]],
    [x.at(-1), TO],
  ]) {
    plot.plot.append(
      SVG("rect", {
        class: "no-data",
        x: plot.X(from),
        width: plot.X(to) - plot.X(from),
        y: plot.top,
        height: plot.bottom - plot.top,
      }),
    );
    if (width > 500)
      plot.plot.append(
        SVG(
          "text",
          { class: "no-data-text", "text-anchor": "middle", x: plot.X((from + to) / 2), y: plot.bottom - 8 },
          "no examples",
        ),
      );
  }
  plot.plot.append(target, dashed, line);
  const dots = pool(plot.plot, () => SVG("circle", { r: 3.5, class: "bend" })),
    pencil = pencil_on(plot, turn);
  const wide = (values) => plot.path(WIDE.map((each, n) => [each, values[n]]));
  const show = (y, said, corners, silent) => {
    set(target, {
      d: plot.path(Array.from(x, (each, n) => [each, y[n]]).filter((_, n) => n % 5 === 0 || n === x.length - 1)),
    });
    set(line, { d: wide(said) });
    set(dashed, { d: silent ? wide(silent) : "M0 0" });
    dots(corners?.length ?? 0, (dot, k) => set(dot, { cx: plot.X(WIDE[corners[k]]), cy: plot.Y(said[corners[k]]) }));
    pencil();
    plot.element.firstChild.textContent = `Green: the curve. Draw it with the ring. Blue: the network.${corners ? " Dots: a ReLU switches." : ""}`;
  };
  return { element: plot.element, show };
}

function history_of({ updates }, width) {
  // the loss, update by update
  const place = (epoch) => (epoch ? Math.log10(epoch) : -1), // as in the film: 0 stands where 0.1 would
    ends = [place(0), place(updates)];
  const history = new Axes({
    title: "The loss; dashed: that of the best straight line",
    x: ends,
    y: [-3, 0],
    names: ["epoch, log scale", "loss, log scale"],
    powers: true,
    x_text: (x) => (x < 0 ? "0" : written(10 ** x, 0)),
    width,
    height: 150,
    left: 58,
  });
  const line = SVG("path", { class: "line" }),
    straight = SVG("path", { class: "without" }),
    now = SVG("circle", { r: 5, class: "now" });
  history.plot.append(straight, line, now);
  const power = (loss) => Math.log10(Math.max(loss, 1e-9));
  const show = (losses, line_loss) => {
    const powers = losses.map(power),
      lowest = powers.reduce((a, b) => Math.min(a, b), power(line_loss) - 2);
    history.range(ends, [lowest - 0.2, Math.max(powers[0], power(line_loss)) + 0.2]);
    const every = Math.ceil(losses.length / 300),
      last = losses.length - 1;
    set(line, {
      d: history.path(
        powers.map((each, k) => [place(k), each]).filter((_, k) => k % every === 0 || k === last || k < 100),
      ),
    });
    set(straight, {
      d: history.path([
        [ends[0], power(line_loss)],
        [ends[1], power(line_loss)],
      ]),
    });
    set(now, { cx: history.X(place(last)), cy: history.Y(powers[last]) });
  };
  return { element: history.element, show };
}

function without(net, p, { layer, neuron }) {
  // → what the network says if a neuron is silent
  const silent = p.slice(),
    { n_out, w } = net.layers[layer + 1];
  silent.fill(0, w + neuron * n_out, w + (neuron + 1) * n_out);
  return forward(net, silent).slice();
}

function shapes(x) {
  // → [heights, name] of curves to begin with
  const places = Array.from({ length: PLACES }, (_, k) => x[0] + (k / (PLACES - 1)) * (x.at(-1) - x[0]));
  const made = (f) => places.map((place) => Number(f(place).toFixed(2)));
  return [
    [null, "the sine"],
    [made((place) => Math.max(0, 1.5 - Math.abs(place))), "a hat"],
    [made((place) => (place < 0 ? -1 : 1)), "a step"],
    [made((place) => Math.abs(((place + 9) % 4) - 2) - 1), "a zigzag"],
    [made((place) => Math.sin(2.5 * place)), "a quick wave"],
  ];
}

function pencil_on(plot, turn) {
  // a mark that draws the target: it is dragged, or moved with the arrow keys
  const { x } = turn.data,
    place = (k) => x[0] + (k / (PLACES - 1)) * (x.at(-1) - x[0]);
  const nearest = (value) =>
    Math.min(Math.max(Math.round(((value - x[0]) / (x.at(-1) - x[0])) * (PLACES - 1)), 0), PLACES - 1);
  let at = nearest(x[0] / 2),
    drawing = false,
    [own, based] = [null, null];
  const heights = () => {
    // as they will be at the next picture: several movements may come before it
    if (based !== turn.settings.heights) [own, based] = [null, turn.settings.heights];
    return own ?? based ?? Array.from({ length: PLACES }, (_, k) => Math.sin(place(k)));
  };
  const put = ([across, up]) => {
    const to = nearest(across),
      before = heights(),
      height = Math.min(Math.max(up, -LIMIT), LIMIT);
    if (to === at || drawing) {
      own = before.map((each) => Number(each.toFixed(2)));
      const steps = Math.abs(to - at);
      for (let k = 0; k <= steps; k++) {
        const here = steps ? at + k * Math.sign(to - at) : to;
        own[here] = Number((steps ? before[at] + ((height - before[at]) * k) / steps : height).toFixed(2));
      }
      turn.set({ heights: own });
    } else turn.set({});
    at = to;
  };
  const mark = plot.draggable(SVG("circle", { r: 9, class: "pencil" }), {
    label: "pencil: left and right along the curve, up and down to draw",
    steps: [10 / (PLACES - 1), 0.1],
    get: () => [place(at), heights()[at]],
    put,
  });
  mark.addEventListener("pointerdown", () => {
    drawing = true;
  });
  for (const end of ["pointerup", "pointercancel"])
    mark.addEventListener(end, () => {
      drawing = false;
    });
  const paper = SVG("rect", {
    class: "paper",
    x: plot.left,
    y: plot.top,
    width: plot.right - plot.left,
    height: plot.bottom - plot.top,
  });
  paper.addEventListener("pointerdown", (event) => {
    // a mouse draws from anywhere; a finger may also want to scroll
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

function corners_of({ x, layers }) {
  // → the places in x behind which a ReLU switches
  const hidden = layers.slice(0, -1).flatMap(({ out }) => out);
  return hidden.flatMap((h) => Array.from(x, (_, n) => n).filter((n) => n && h[n] > 0 !== h[n - 1] > 0));
}

const ORDINALS = ["first", "second"];

const mean_size = ({ w, b }, gradients) =>
  gradients.subarray(w, b).reduce((sum, each) => sum + Math.abs(each), 0) / (b - w);

function learns(net, gradients, { layer, neuron }) {
  // what a neuron's gradients are, and whether it is dead
  const { n_in, n_out, w, b, out } = net.layers[layer],
    incoming = Array.from({ length: n_in }, (_, i) => gradients[w + i * n_out + neuron]);
  const size = incoming.reduce((sum, each) => sum + Math.abs(each), 0) / n_in;
  const slopes = `gradient of its ${n_in === 1 ? "weight" : `${n_in} weights, in size on average,`} ${written(n_in === 1 ? incoming[0] : size, 5)}, of its bias ${written(gradients[b + neuron], 5)}.`;
  if (net.bends !== BENDS.ReLU) return slopes;
  const on = out[neuron].filter((each) => each > 0).length;
  if (!on)
    return `is off at all ${written(net.x.length, 0)} places, so its gradients are zero: it is dead${layer ? ", unless the first layer wakes it" : " for good"}.`;
  return `is on at ${written(on, 0)} of ${written(net.x.length, 0)} places; ${slopes}`;
}

class Tiles {
  // a small picture of each hidden neuron; of the one under the pointer, or in focus, more is told
  constructor(changed) {
    this.hint = "Point at a neuron, or tap it: it says how it learns, and the curve is drawn without it.";
    this.rows = ORDINALS.map((ordinal, layer) => {
      const caption = make("figcaption", {}),
        box = make("div", { class: "neurons" });
      return {
        caption,
        element: make("figure", { class: "axes" }, caption, box),
        show: pool(box, (neuron) => this.tile(layer, neuron, changed)),
      };
    });
    this.element = make("div", {}, ...this.rows.map(({ element }) => element));
  }

  tile(layer, neuron, changed) {
    const name = `Neuron ${neuron + 1} of the ${ORDINALS[layer]} layer`,
      curve = SVG("path", { class: "line" });
    const picture = SVG(
      "svg",
      { viewBox: "0 0 64 44", "aria-hidden": "true" },
      SVG("path", { class: "frame", d: "M0 22H64" }),
      curve,
    );
    const button = make(
      "button",
      { type: "button", class: "neuron", "aria-label": name },
      picture,
      make("span", {}, "dead"),
    );
    const choose = () => {
      this.chosen = { layer, neuron, name };
      changed();
    };
    const leave = () => {
      if (this.chosen?.name === name && document.activeElement !== button) {
        this.chosen = null;
        changed();
      }
    };
    for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, choose);
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, leave);
    return Object.assign(button, { curve });
  }

  show({ x, layers }, p, net, gradients) {
    const hidden = layers.slice(0, -1),
      { w } = layers.at(-1);
    if (this.chosen && !(this.chosen.neuron < hidden[this.chosen.layer]?.n_out)) this.chosen = null;
    this.rows.forEach(({ element, caption, show }, layer) => {
      const { n_out = 0, out } = hidden[layer] ?? {},
        last = layer === hidden.length - 1;
      element.hidden = !n_out;
      const size = hidden[layer] ? mean_size(net.layers[layer], gradients) : 0;
      caption.textContent = `The ${ORDINALS[layer]} layer: what each neuron ${last ? "adds to the curve" : "passes on"}. Gradient of a weight: ${written(size, 5)}, in size on average.`;
      const values = (neuron) => out[neuron].map((h) => (last ? p[w + neuron] : 1) * h);
      const limit = Math.max(
        1e-9,
        ...Array.from({ length: n_out }, (_, neuron) => Math.max(...values(neuron).map(Math.abs))),
      );
      show(n_out, (button, neuron) => {
        const points = Array.from(
          values(neuron),
          (value, n) => `${((n / (x.length - 1)) * 64).toFixed(1)} ${(22 - (value / limit) * 20).toFixed(1)}`,
        );
        set(button.curve, { d: `M${points.filter((_, n) => n % 2 === 0).join("L")}` });
        button.classList.toggle(
          "dead",
          net.bends === BENDS.ReLU && net.layers[layer].out[neuron].every((h) => h === 0),
        );
        button.classList.toggle("chosen", this.chosen?.layer === layer && this.chosen.neuron === neuron);
      });
    });
  }
}
