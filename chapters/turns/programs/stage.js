// What the pictures of pages that compute are made of: axes, points that can be dragged, sliders, choices.

const SVG = (tag, attributes, ...children) => make(`svg:${tag}`, attributes, ...children);

const FORMATS = []; // by their digits: to make one takes longer than to use it a hundred times

function written(value, digits = 4) {
  // a number as people write it: −1,296.9
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value < 0 ? "−∞" : "∞";
  if (value !== 0 && (Math.abs(value) >= 1e7 || Math.abs(value) < 10 ** -digits / 2)) {
    const [mantissa, exponent] = value
      .toExponential(2)
      .replace("-", value < 0 ? "−" : "-")
      .split("e");
    return `${mantissa}e${exponent.replace("-", "−").replace("+", "")}`;
  }
  const format = (FORMATS[digits] ??= new Intl.NumberFormat("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }));
  const text = format.format(Math.abs(value));
  return `${value < 0 && /[1-9]/.test(text) ? "−" : ""}${text}`;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Keep a pool of elements as long as the data: `show(i, element)` for each, those left over are hidden.
function pool(parent, create) {
  const elements = [];
  return (count, show) => {
    while (elements.length < count) parent.append(elements[elements.push(create(elements.length)) - 1]);
    elements.forEach((element, i) => {
      element.style.display = i < count ? "" : "none";
      if (i < count) show(element, i);
    });
  };
}

function arrow([x, y], [to_x, to_y], head = 9) {
  // → d of an arrow, in pixels; none where it would be too short to see
  const length = Math.hypot(to_x - x, to_y - y);
  if (!(length > 1) || !(Math.abs(x) + Math.abs(y) < 1e6)) return "M0 0"; // or far outside, as after divergence
  const [u, v] = [((to_x - x) / length) * head, ((to_y - y) / length) * head];
  const side = (sign) => `L${(to_x - u + (sign * v) / 2).toFixed(1)} ${(to_y - v - (sign * u) / 2).toFixed(1)}`;
  const tip = `${to_x.toFixed(1)} ${to_y.toFixed(1)}`;
  return `M${x.toFixed(1)} ${y.toFixed(1)}L${tip}${side(1)}M${tip}${side(-1)}`;
}

// --- axes ---------------------------------------------------------------------------------------------------------------

function round_step(range, most) {
  // → 1, 2 or 5 times a power of ten, so that `most` ticks are enough
  const step = 10 ** Math.floor(Math.log10(range / most));
  return step * ([1, 2, 5].find((factor) => range / (step * factor) <= most) ?? 10);
}

const power_of_ten = (exponent) => `10${[...written(exponent, 0)].map((each) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[each] ?? "⁻").join("")}`;

class Axes {
  // a picture with two axes; x and y: [low, high] in the data's units; names: of the axes; powers: y is an exponent of ten;
  // x_text(x): what a tick of x says
  constructor({
    title,
    x,
    y,
    names: [x_name, y_name],
    powers = false,
    x_text,
    width = 360,
    height = 300,
    left: before = 46,
    right: behind = 10,
    top: above = 12,
    bottom: below = 38,
  }) {
    // the room for ticks and names
    Object.assign(this, { title, x_name, y_name, powers, x_text, width, height });
    Object.assign(this, { left: before, right: width - behind, top: above, bottom: height - below });
    this.id = `clip-${(Axes.made = (Axes.made ?? 0) + 1)}`;
    const { left, right, top, bottom } = this,
      frame = { x: left, y: top, width: right - left, height: bottom - top };
    this.ticks = SVG("g", { class: "ticks" });
    this.plot = SVG("g", { "clip-path": `url(#${this.id})` }); // what is drawn inside of the axes
    this.over = SVG("g", {}); // and what may stand out: marks, labels
    this.svg = SVG(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title },
      SVG("clipPath", { id: this.id }, SVG("rect", frame)),
      this.ticks,
      SVG("rect", { ...frame, class: "frame" }),
      this.plot,
      this.over,
    );
    this.element = make("figure", { class: "axes" }, make("figcaption", {}, title), this.svg);
    this.range(x, y);
  }

  range(x, y) {
    // show these ranges from now on
    if (same([x, y], [this.x, this.y])) return;
    Object.assign(this, { x, y });
    const { left, right, top, bottom, width, height } = this,
      ticks = [];
    const text = (x, y, anchor, label) => ticks.push(SVG("text", { x, y, "text-anchor": anchor }, label));
    const step_x = round_step(x[1] - x[0], Math.max(...x.map(Math.abs)) < 1e5 ? 6 : 3), // long numbers need more room
      step_y = round_step(y[1] - y[0], 6);
    const digits = (step) => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const tick = (value, step) => written(value, digits(step)).replace(".00e", "e");
    const x_text = this.x_text ?? ((value) => (this.years ? String(value) : tick(value, step_x)));
    for (let i = Math.ceil(x[0] / step_x); i * step_x <= x[1]; i++)
      text(this.X(i * step_x), bottom + 16, "middle", x_text(i * step_x));
    for (let i = Math.ceil(y[0] / step_y); i * step_y <= y[1]; i++)
      text(left - 5, this.Y(i * step_y) + 4, "end", this.powers ? power_of_ten(i * step_y) : tick(i * step_y, step_y));
    text((left + right) / 2, height - 6, "middle", this.x_name);
    ticks.push(
      SVG(
        "text",
        { class: "name", "text-anchor": "middle", transform: `translate(11 ${(top + bottom) / 2}) rotate(-90)` },
        this.y_name,
      ),
    );
    this.ticks.replaceChildren(...ticks);
  }

  X(value) {
    return this.left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * (this.right - this.left);
  }
  Y(value) {
    return this.bottom - ((value - this.y[0]) / (this.y[1] - this.y[0])) * (this.bottom - this.top);
  }

  at(event) {
    // → [x, y] of a pointer, in the data's units, inside of the axes
    const box = this.svg.getBoundingClientRect(),
      { left, right, top, bottom, x, y } = this;
    const across = (((event.clientX - box.left) * this.width) / box.width - left) / (right - left);
    const up = (bottom - ((event.clientY - box.top) * this.height) / box.height) / (bottom - top);
    return [
      [x, across],
      [y, up],
    ].map(([[low, high], part]) => low + Math.min(Math.max(part, 0), 1) * (high - low));
  }

  path(points) {
    // → d of a line through [x, y] …
    const limit = (pixel) => Math.min(Math.max(pixel, -1e4), 1e4).toFixed(1);
    return (
      points
        .filter(([x, y]) => !Number.isNaN(x + y))
        .map(([x, y], i) => `${i ? "L" : "M"}${limit(this.X(x))} ${limit(this.Y(y))}`)
        .join("") || "M0 0"
    );
  }

  // Let a mark be dragged, with a pointer or the arrow keys. get() → [x, y]; put([x, y]) is told where it shall go;
  // steps: how far one press of a key goes along x and y, 0 where it cannot go.
  draggable(mark, { label, get, put, steps: [step_x, step_y] }) {
    set(mark, { tabindex: 0, role: "slider", "aria-label": label, class: `${mark.getAttribute("class") ?? ""} drag` });
    const say = () => {
      const [x, y] = get(),
        text = [step_x && `${this.x_name} ${written(x, 3)}`, step_y && `${this.y_name} ${written(y, 3)}`];
      set(mark, { "aria-valuenow": step_x ? x : y, "aria-valuetext": text.filter(Boolean).join(", ") });
    };
    mark.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // or the page scrolls
    mark.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      mark.focus({ preventScroll: true });
      mark.setPointerCapture(event.pointerId);
    });
    mark.addEventListener("pointermove", (event) => {
      if (!mark.hasPointerCapture(event.pointerId)) return;
      const [x, y] = this.at(event),
        [old_x, old_y] = get();
      put([step_x ? x : old_x, step_y ? y : old_y]);
      say();
    });
    mark.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key] ?? [
        0, 0,
      ];
      const along = step_x && step_y ? [dx * step_x, dy * step_y] : [(dx + dy) * step_x, (dx + dy) * step_y];
      if (!along[0] && !along[1]) return;
      event.preventDefault();
      const [x, y] = get(),
        fast = event.shiftKey ? 10 : 1;
      put([x + fast * along[0], y + fast * along[1]]);
      say();
    });
    say();
    return mark;
  }
}

// --- controls: each shows and changes one setting ------------------------------------------------------------------

class Slider {
  // values: [low, high], on even steps or a logarithmic scale; whole ones can be stepped through
  constructor(turn, name, { label, values: [low, high], log = false, whole = false, digits = 4, count = 400, text }) {
    Object.assign(this, { turn, name, low, high, log, whole, digits, text, count: whole && !log ? high - low : count });
    this.input = make("input", { type: "range", min: 0, max: this.count, step: "any", "aria-label": label });
    this.output = make("output", {});
    this.element = make("div", { class: "slider" }, make("span", {}, label), this.input, this.output);
    this.input.addEventListener("input", () => this.put(this.value(Number(this.input.value))));
    this.input.addEventListener("keydown", (event) => this.step(event));
    if (whole)
      this.output.before(this.button("−", -1, `${label}: one less`), this.button("+", 1, `${label}: one more`));
  }

  button(text, by, label) {
    const button = make("button", { type: "button", "aria-label": label }, text);
    button.addEventListener("click", () => this.go(by));
    return button;
  }

  step(event) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.go(by);
  }

  go(by) {
    // a key moves by one, or by a hundredth of the scale
    const value = this.now();
    this.put(this.whole ? value + by : this.value(this.place(value) + (by * this.count) / 100));
  }

  put(value) {
    this.turn.set({ [this.name]: Math.min(Math.max(value, this.low), this.high) });
  }

  value(place) {
    // 0 on a logarithmic scale: it is that of 1 + value
    const { low, high, log, whole, count } = this,
      part = Math.min(Math.max(place / count, 0), 1),
      zero = low > 0 ? 0 : 1;
    const value = log ? (low + zero) * ((high + zero) / (low + zero)) ** part - zero : low + part * (high - low);
    return whole ? Math.round(value) : Number(value.toPrecision(3));
  }

  place(value) {
    const { low, high, log, count } = this,
      zero = low > 0 ? 0 : 1;
    return (
      count *
      (log
        ? Math.log((value + zero) / (low + zero)) / Math.log((high + zero) / (low + zero))
        : (value - low) / (high - low))
    );
  }

  now() {
    // at most `high`, which ends with the run
    return Math.min(this.turn.settings[this.name], this.high);
  }

  show() {
    const value = this.now();
    this.input.value = this.place(value);
    this.output.textContent = this.text?.(value) ?? written(value, this.whole ? 0 : this.digits);
    this.input.setAttribute("aria-valuetext", this.output.textContent);
  }
}

class Stops extends Slider {
  // a slider that knows the values in `stops` only
  constructor(turn, name, { label, stops }) {
    super(turn, name, { label, values: [0, stops.length - 1], whole: true });
    this.stops = stops;
  }

  now() {
    return this.turn.settings[this.name];
  }
  go(by) {
    this.put(this.value(this.place(this.now()) + by));
  }
  put(value) {
    this.turn.set({ [this.name]: value });
  }
  value(place) {
    return this.stops[Math.round(Math.min(Math.max(place, 0), this.count))];
  }
  place(value) {
    return this.stops.indexOf(value);
  }
}

class Choice {
  // options: [[value, text], …]; own: what it says of a value that is none of them
  constructor(turn, name, { label, options, own = "" }) {
    this.select = make(
      "select",
      {},
      ...options.map(([value, text]) => make("option", { value: JSON.stringify(value) }, text)),
    );
    if (own) this.select.append(make("option", { value: "own", hidden: "", disabled: "" }, own));
    this.element = make("label", { class: "choice" }, make("span", {}, label), this.select);
    this.select.addEventListener("change", () => turn.set({ [name]: JSON.parse(this.select.value) }));
    this.show = () => {
      this.select.value = JSON.stringify(turn.settings[name]);
      if (own && this.select.selectedIndex < 0) this.select.value = "own";
    };
  }
}

class Player {
  // plays the setting `name` from its value to `last()`, `seconds` long for all of it; `log`: slowly first, then faster
  constructor(turn, name, { last, seconds, log = false }) {
    this.button = make("button", { type: "button", class: "play" }, "play");
    this.element = this.button;
    const part_of = (value) => (log ? Math.log1p(value) / Math.log1p(last()) : value / last());
    const value_at = (part) => Math.floor((log ? Math.expm1(part * Math.log1p(last())) : part * last()) + 1e-9);
    const stop = () => {
      cancelAnimationFrame(this.request);
      this.request = 0;
      this.button.textContent = "play";
    };
    const play = () => {
      const begun = performance.now();
      const from = turn.settings[name] >= last() ? 0 : part_of(turn.settings[name]);
      const tick = (now) => {
        const part = Math.min(from + Math.max(now - begun, 0) / 1000 / seconds, 1);
        turn.set({ [name]: value_at(part) });
        if (part < 1) this.request = requestAnimationFrame(tick);
        else stop();
      };
      this.button.textContent = "pause";
      this.request = requestAnimationFrame(tick);
    };
    this.button.addEventListener("click", () => (this.request ? stop() : play()));
    this.show = () => {};
  }
}
