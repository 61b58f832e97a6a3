"use strict";
// The history of a number: a curve over all frames. A click, or the arrow keys in it, go to that moment.

const CURVE = { width: 340, height: 132, left: 8, right: 8, top: 20, bottom: 38 };

class Curve {
  constructor(film, gid, texts, go) {  // go: a function of a frame
    Object.assign(this, { film, texts, go, numbers: texts.map(read_number) });
    const finite = [...this.numbers.keys()].filter((frame) => Number.isFinite(this.numbers[frame]));
    [this.low, this.high] = ["min", "max"].map((name) => Math[name](...finite.map((frame) => this.numbers[frame])));
    this.changes = finite.length > 1 && this.low < this.high;
    if (!this.changes) return;
    const find = (value) => finite.find((frame) => this.numbers[frame] === value);
    const { width, height, bottom } = CURVE, { unit, moments, frames } = film;
    this.mark = make("svg:path", { class: "now" });
    this.dot = make("svg:circle", { r: 4, class: "dot" });
    this.drawing = make("svg:svg", {
      viewBox: `0 0 ${width} ${height}`, role: "slider", tabindex: 0, "aria-label": `${gid} in every frame`,
      "aria-valuemin": 0, "aria-valuemax": frames - 1,
    }, make("svg:path", { class: "axis", d: `M0 ${height - 18}H${width}` }), this.mark,
      make("svg:path", { class: "curve", d: this.path() }), this.dot,
      this.write(find(this.high), "highest", -7), this.write(find(this.low), "lowest", 15),
      ...[0, (frames - 1) >> 1, frames - 1].map((frame, i) => make("svg:text", {
        x: this.x(frame), y: height - 4, "text-anchor": ["start", "middle", "end"][i],
      }, i ? `${moments[frame]}` : `${unit} ${moments[0]}`)));
    this.drawing.addEventListener("pointerdown", (event) => {
      this.drawing.setPointerCapture(event.pointerId);
      this.go_to(event);
    });
    this.drawing.addEventListener("pointermove", (event) => event.buttons && this.go_to(event));
    this.drawing.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -frames, End: frames }[event.key];
      if (!step) return;
      event.preventDefault();
      go(Math.min(Math.max(film.frame + step, 0), frames - 1));
    });
    this.element = make("figure", { class: "history" }, make("figcaption", {}, "in every frame"), this.drawing);
    this.follow();
  }

  x(frame) { return CURVE.left + (CURVE.width - CURVE.left - CURVE.right) * frame / (this.film.frames - 1); }

  y(number) {
    const { height, top, bottom } = CURVE;
    return height - bottom - (height - top - bottom) * (number - this.low) / (this.high - this.low);
  }

  path() {  // it breaks off where there is no number
    let pen = "M";
    return Array.from(this.numbers, (number, frame) => {
      const move = pen;
      pen = Number.isFinite(number) ? "L" : "M";
      return pen === "L" ? `${move}${this.x(frame).toFixed(1)} ${this.y(number).toFixed(1)}` : "";
    }).join("") || "M0 0";
  }

  write(frame, name, away) {
    const x = this.x(frame), anchor = x < CURVE.width / 3 ? "start" : x > CURVE.width * 2 / 3 ? "end" : "middle";
    const place = { x, y: this.y(this.numbers[frame]) + away, "text-anchor": anchor, class: name };
    return make("svg:text", place, with_minus(this.texts[frame]));
  }

  go_to(event) {
    const { left, width } = this.drawing.getBoundingClientRect(), { frames } = this.film;
    const x = (event.clientX - left) * CURVE.width / width - CURVE.left;
    const frame = Math.round(x / (CURVE.width - CURVE.left - CURVE.right) * (frames - 1));
    this.go(Math.min(Math.max(frame, 0), frames - 1));
  }

  follow() {
    if (!this.changes) return;
    const { frame } = this.film, x = this.x(frame), number = this.numbers[frame], there = Number.isFinite(number);
    this.mark.setAttribute("d", `M${x} ${CURVE.top}V${CURVE.height - 18}`);
    this.dot.setAttribute("visibility", there ? "visible" : "hidden");
    if (there) for (const [name, value] of [["cx", x], ["cy", this.y(number)]]) this.dot.setAttribute(name, value);
    this.drawing.setAttribute("aria-valuenow", frame);
    const text = with_minus(this.texts[frame] ?? "nothing");
    this.drawing.setAttribute("aria-valuetext", `${this.film.label(frame, " of ")}: ${text}`);
  }
}
