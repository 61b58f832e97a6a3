// A board: numbers in rows and columns, each on its colour, to be pointed at, pressed, or reached with the arrow keys.

const UNIT = 48; // of the drawing, from cell to cell

function short(value, digits = 2) {
  // a number with as few digits as it needs, two at most behind the point
  if (value === null || value === undefined) return "";
  return Number.isInteger(value)
    ? written(value, 0)
    : written(value, digits)
        .replace(/(\.\d*?)0+$/, "$1")
        .replace(/\.$/, "");
}

class Board {
  // over(at): the pointer or the arrow keys have come to row and column `at`; press(at) → a value, which drag(at, value)
  // puts there and, with a mouse, wherever one draws it; key(at, key): Enter, space, or a digit
  constructor({ label, over = () => {}, press = () => null, drag = () => {}, key = () => {} }) {
    Object.assign(this, { label, over, press, drag, key, cursor: [0, 0], cells: [] });
    this.svg = SVG("svg", { tabindex: 0, role: "slider", "aria-label": label });
    this.layer = SVG("g", {});
    this.frame = SVG("rect", { class: "frame-of" });
    this.ring = SVG("rect", { class: "ring", width: UNIT, height: UNIT });
    this.svg.append(this.layer, this.frame, this.ring);
    this.element = make("div", { class: "grid" }, this.svg);
    new ResizeObserver(([{ contentRect }]) => {
      if (Math.abs(contentRect.width - (this.px ?? 0)) < 1) return;
      this.px = contentRect.width;
      this.resized?.();
    }).observe(this.svg);
    this.svg.addEventListener("pointerdown", (event) => event.pointerType === "mouse" && this.begin(event));
    this.svg.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this.move(event));
    this.svg.addEventListener("click", (event) => {
      // by a finger: to draw would be to scroll
      if (event.pointerType !== "mouse") this.put(this.at(event));
    });
    this.svg.addEventListener("keydown", (event) => this.type(event));
  }

  at(event) {
    // → [row, column] of a pointer
    const box = this.svg.getBoundingClientRect(),
      { rows, columns, border } = this;
    const place = (part, count) =>
      Math.min(Math.max(Math.floor(part * (count + 2 * border)), 0), count + 2 * border - 1) - border;
    return [
      place((event.clientY - box.top) / box.height, rows),
      place((event.clientX - box.left) / box.width, columns),
    ];
  }

  begin(event) {
    this.drawn = this.put(this.at(event));
  }

  move(event) {
    const at = this.at(event);
    if (same(at, this.last)) return;
    this.last = at;
    if (event.buttons === 1 && this.drawn !== null && this.drawn !== undefined) this.drag(at, this.drawn);
    else this.over(at);
  }

  put(at) {
    const value = this.press(at);
    this.cursor = at;
    this.over(at);
    if (value !== null) this.drag(at, value);
    return value;
  }

  type(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey || !(step || /^(Enter| |\d)$/.test(event.key))) return;
    event.preventDefault();
    if (!step) return this.key(this.cursor, event.key);
    const { rows, columns, border } = this,
      [row, column] = this.cursor;
    const inside = (place, count) => Math.min(Math.max(place, -border), count + border - 1);
    this.cursor = [inside(row + step[0], rows), inside(column + step[1], columns)];
    this.over(this.cursor);
    this.point();
  }

  point() {
    const {
      border,
      columns,
      cursor: [row, column],
    } = this;
    set(this.ring, { x: (column + border) * UNIT, y: (row + border) * UNIT });
    set(this.svg, {
      "aria-valuenow": row * columns + column,
      "aria-valuetext": `row ${row + 1}, column ${column + 1}: ${this.says(row, column)}`,
    });
  }

  build(rows, columns, border, plain) {
    const across = columns + 2 * border,
      down = rows + 2 * border;
    set(this.svg, {
      viewBox: `0 0 ${Math.max(across, 1) * UNIT} ${Math.max(down, 1) * UNIT}`,
      "aria-valuemin": 0,
      "aria-valuemax": Math.max(rows * columns - 1, 0),
    });
    this.svg.style.maxWidth = `min(${Math.max(across, 1) * UNIT}px, 24rem)`;
    this.cells = Array.from({ length: down * across }, (_, place) => {
      const x = (place % across) * UNIT,
        y = Math.floor(place / across) * UNIT;
      const cell = { rect: SVG("rect", { x, y, width: UNIT, height: UNIT }) };
      if (!plain) cell.text = SVG("text", { x: x + UNIT / 2, "text-anchor": "middle" });
      if (!plain) cell.corner = SVG("text", { x: x + 4, class: "corner" });
      return Object.assign(cell, { y });
    });
    this.layer.replaceChildren(
      ...this.cells.flatMap(({ rect, text, corner }) => (text ? [rect, text, corner] : [rect])),
    );
  }

  // Show rows × columns, with `border` more on each side; describe(row, column) → { value, corner, shade, border }.
  // frame: [row, column, side] of a square to mark; plain: colours without numbers
  show(rows, columns, border, describe, { frame = null, cursor = this.cursor, plain = false, back = false } = {}) {
    const shape = [rows, columns, border, plain],
      across = columns + 2 * border;
    if (!same(shape, this.shape)) {
      this.build(...shape);
      Object.assign(this, { shape, rows, columns, border });
    }
    this.says = (row, column) => {
      const { value, border: outside } = describe(row, column);
      return `${short(value)}${outside ? ", padding" : ""}`;
    };
    const pixels = (this.px || Math.min(across * UNIT, 384)) / Math.max(across, 1),
      zoom = UNIT / pixels;
    this.two = pixels > 34 && !plain; // is there room for a second number in the corner?
    this.svg.classList.toggle("back", back);
    this.svg.classList.toggle("plain", plain);
    this.cells.forEach((cell, place) => {
      const {
        value,
        corner = null,
        shade,
        border: outside = false,
      } = describe(Math.floor(place / across) - border, (place % across) - border);
      const now = plain ? `${shade}${outside}` : [value, corner, shade, outside, zoom].join();
      if (now === cell.now) return;
      cell.now = now;
      cell.rect.style.fill = shade;
      cell.rect.classList.toggle("outside", outside);
      if (plain) return;
      const text = short(value),
        small = this.two ? short(corner) : "",
        size = Math.min(small ? 14 : 15, (pixels - 3) / (0.62 * text.length));
      set(cell.text, {
        y: cell.y + (small ? UNIT - 6 * zoom : UNIT / 2 + size * zoom * 0.36),
        style: `font-size: ${size * zoom}px`,
      });
      set(cell.corner, { y: cell.y + 13 * zoom, style: `font-size: ${12 * zoom}px` });
      cell.text.classList.toggle("nothing", back && value === 0);
      cell.text.textContent = size > 10 ? text : "";
      cell.corner.textContent = small.length * 7 < pixels ? small : "";
    });
    this.cursor = [Math.min(cursor[0], rows + border - 1), Math.min(cursor[1], columns + border - 1)];
    if (frame && rows && columns)
      set(this.frame, {
        x: (frame[1] + border) * UNIT,
        y: (frame[0] + border) * UNIT,
        width: frame[2] * UNIT,
        height: frame[2] * UNIT,
      });
    this.frame.style.display = frame && rows && columns ? "" : "none";
    if (rows && columns) this.point();
  }
}
