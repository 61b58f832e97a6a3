// Pictures of pixels on the screen: drawn large, watched, dragged, drawn on. What their settings mean is in picture.js.

class PixelMap {
  // a small picture, drawn large, of `size` × `size` places, of which one can be marked
  constructor(title, size = SIDE, pixels = size) {
    this.size = size;
    this.canvas = make("canvas", { width: pixels, height: pixels });
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(pixels, pixels);
    this.square = make("i", { class: "mark", style: `width: ${100 / size}%; height: ${100 / size}%` });
    this.square.hidden = true;
    this.box = make("div", { class: "pixmap" }, this.canvas, this.square);
    this.caption = make("figcaption", {}, title);
    this.element = make("figure", { class: "pixels" }, this.caption, this.box);
  }

  fill(rgba) {
    // rgba(i) → four numbers from 0 to 255
    for (let i = 0; i < this.size ** 2; i++) this.image.data.set(rgba(i), 4 * i);
    this.context.putImageData(this.image, 0, 0);
  }

  signed(values, largest) {
    // blue above zero, red below; deep where far from zero
    this.canvas.classList.add("signed");
    this.fill((i) => [...signed_colour(values[i] / largest), 255]);
  }

  mark(pixel) {
    // null: none
    this.square.hidden = pixel === null;
    this.square.style.left = `${(100 / this.size) * (pixel % this.size)}%`;
    this.square.style.top = `${(100 / this.size) * Math.floor(pixel / this.size)}%`;
  }

  at(event) {
    // → [row, column] of a pointer
    const box = this.canvas.getBoundingClientRect(),
      inside = (part) => Math.min(Math.max(Math.floor(part * this.size), 0), this.size - 1);
    return [inside((event.clientY - box.top) / box.height), inside((event.clientX - box.left) / box.width)];
  }

  // Tell `look(pixel)` where the pointer is, or where the arrow keys lead; null where it has left.
  watched(label, look, now) {
    set(this.box, {
      tabindex: 0,
      role: "application",
      "aria-label": `${label}. The arrow keys go from one to the next.`,
    });
    const tell = (event) => {
      const [row, column] = this.at(event);
      look(row * this.size + column);
    };
    for (const name of ["pointermove", "pointerdown"]) this.box.addEventListener(name, tell);
    this.box.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") look(null);
    });
    this.box.addEventListener("keydown", (event) => {
      const [rows, columns] = arrow_key(event);
      if (!rows && !columns) return;
      event.preventDefault();
      const go = (place, by) => Math.min(Math.max(place + by, 0), this.size - 1);
      look(go(Math.floor(now() / this.size), rows) * this.size + go(now() % this.size, columns));
    });
    return this;
  }
}

const arrow_key = (event) =>
  ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] })[event.key] ?? [0, 0];

// From −1, dark red, over 0, nearly white, to 1, dark blue: the colours of the films' maps.
const SIGNED = "67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061"
  .split(" ")
  .map((hex) => hex.match(/../g).map((pair) => parseInt(pair, 16)));

function signed_colour(value) {
  // → [r, g, b]
  const place = 5 * (1 + Math.min(Math.max(value, -1), 1)),
    low = Math.min(Math.floor(place), 9);
  return SIGNED[low].map((part, i) => part + (place - low) * (SIGNED[low + 1][i] - part));
}

class Easel extends PixelMap {
  // the picture that one drags, or draws on; palette: [[name, colour in CSS], …]
  constructor(turn, { title, palette, look }) {
    super(title);
    Object.assign(this, { turn, tool: "move", cursor: 16 * SIDE + 16, look });
    set(this.box, { tabindex: 0, role: "application", class: "pixmap drag" });
    const tool = (name, text, style = "") => {
      const button = make(
        "button",
        { type: "button", "aria-label": text, title: text, style, class: style ? "swatch" : "" },
        style ? "" : text,
      );
      button.addEventListener("click", () => {
        this.tool = name;
        this.show_tool();
      });
      return button;
    };
    this.tools = new Map([
      ["move", tool("move", "move")],
      ...palette.map(([name, colour], i) => [i, tool(i, `draw in ${name}`, `background: ${colour}`)]),
    ]);
    this.wipe = make("button", { type: "button" }, "clear drawing");
    this.wipe.addEventListener("click", () => turn.set({ drawn: "" }));
    this.element.append(
      make(
        "div",
        { class: "tools", role: "group", "aria-label": "what dragging does" },
        ...this.tools.values(),
        this.wipe,
      ),
    );
    this.box.addEventListener("pointerdown", (event) => this.begin(event));
    this.box.addEventListener("pointermove", (event) => this.go_on(event));
    this.box.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") look(null);
    });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.show_tool();
  }

  show_tool() {
    for (const [name, button] of this.tools) button.setAttribute("aria-pressed", name === this.tool);
    this.box.classList.toggle("drawing", this.tool !== "move");
    const keys =
      this.tool === "move"
        ? "Drag it, or move it with the arrow keys."
        : "Draw; or go to a pixel with the arrow keys, and press space.";
    this.box.setAttribute("aria-label", `the picture. ${keys}`);
  }

  begin(event) {
    event.preventDefault();
    this.box.focus({ preventScroll: true });
    this.box.setPointerCapture(event.pointerId);
    const { right, down, drawn } = this.turn.settings;
    this.from = { at: this.at(event), right, down };
    this.colours = new Map(strokes(drawn).map(([row, column, colour]) => [row * SIDE + column, colour]));
    this.go_on(event);
  }

  go_on(event) {
    const [row, column] = this.at(event);
    if (!this.box.hasPointerCapture(event.pointerId)) this.look(row * SIDE + column);
    else if (this.tool === "move")
      this.move(this.from.right + column - this.from.at[1], this.from.down + row - this.from.at[0]);
    else this.draw([row, column]);
  }

  move(right, down) {
    const inside = (pixels, most) => Math.min(Math.max(pixels, -most), most);
    this.turn.set({ right: inside(right, FARTHEST.right), down: inside(down, FARTHEST.down) });
  }

  draw([row, column]) {
    // from where the pointer was to where it is; a brush is as wide as two pixels
    const [old_row, old_column] = this.from.at,
      steps = Math.max(Math.abs(row - old_row), Math.abs(column - old_column), 1);
    const [rows, columns] = sources(this.turn.settings);
    for (let step = 0; step <= steps; step++) {
      const top = Math.round(old_row + ((row - old_row) * step) / steps),
        left = Math.round(old_column + ((column - old_column) * step) / steps);
      for (const [down, right] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]) {
        if (top + down >= SIDE || left + right >= SIDE) continue;
        const pixel = (top + down) * SIDE + left + right;
        this.colours.set(Math.round(rows[pixel]) * SIDE + Math.round(columns[pixel]), this.tool);
      }
    }
    this.from.at = [row, column];
    this.turn.set({ drawn: as_drawn(this.colours) });
    this.look(row * SIDE + column);
  }

  key(event) {
    const [rows, columns] = arrow_key(event),
      { right, down, drawn } = this.turn.settings;
    if (event.key === " " && this.tool !== "move") {
      this.colours = new Map(strokes(drawn).map(([row, column, colour]) => [row * SIDE + column, colour]));
      this.from = { at: [this.cursor >> 5, this.cursor & 31] };
      this.draw(this.from.at);
    } else if (!rows && !columns) return;
    else if (this.tool === "move") this.move(right + columns, down + rows);
    else
      this.look(
        (this.cursor =
          Math.min(Math.max((this.cursor >> 5) + rows, 0), 31) * SIDE +
          Math.min(Math.max((this.cursor & 31) + columns, 0), 31)),
      );
    event.preventDefault();
  }

  show(rgba) {
    this.fill(rgba);
    this.wipe.disabled = !this.turn.settings.drawn;
  }
}

class Thumbnails {
  // one button a picture; colours: three whole numbers a pixel, of one byte or two
  constructor(turn, pictures, label) {
    this.turn = turn;
    this.buttons = pictures.map(({ colours, name }, picture) => {
      const thumbnail = new PixelMap("");
      const bytes = colours.BYTES_PER_ELEMENT === 1 ? colours : colours.map((number) => number >> 8);
      thumbnail.fill((i) => [...bytes.subarray(3 * i, 3 * i + 3), 255]);
      const button = make("button", { type: "button", title: name, "aria-label": name }, thumbnail.canvas);
      button.addEventListener("click", () => turn.set({ picture, drawn: "" }));
      return button;
    });
    this.element = make("div", { class: "thumbs", role: "group", "aria-label": label }, ...this.buttons);
  }

  show() {
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", i === this.turn.settings.picture));
  }
}

class Toggle {
  constructor(turn, name, label) {
    const input = make("input", { type: "checkbox" });
    this.element = make("label", { class: "choice" }, input, make("span", {}, label));
    input.addEventListener("change", () => turn.set({ [name]: input.checked }));
    this.show = () => {
      input.checked = turn.settings[name];
    };
  }
}

function move_controls(turn) {
  const slider = (name, label) =>
    new Slider(turn, name, { label, values: [-FARTHEST[name], FARTHEST[name]], whole: true });
  return [
    slider("turned", "turned left, °"),
    slider("right", "right, pixels"),
    slider("down", "down, pixels"),
    new Toggle(turn, "mirrored", "mirrored"),
  ];
}

const largest_of = (values) => values.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
