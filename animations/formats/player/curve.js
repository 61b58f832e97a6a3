"use strict";
// The history of a number: a curve over the moments of the film. A click, or the arrow keys in it, go to a moment.

const CURVE = { width: 340, height: 132, left: 8, right: 8, top: 20, bottom: 38 };

function spread(moments) {  // → where each frame lies, 0 … 1, and whether that is on a logarithmic scale
  const frames = moments.length, last = frames - 1;
  const counted = moments.every((each, i) => Number.isFinite(each) && each >= moments[Math.max(i - 1, 0)]);
  if (!counted || moments[last] === moments[0]) return { places: moments.map((_, i) => i / last), logarithmic: false };
  const starts = moments.flatMap((each, i) => (i && each === moments[i - 1] ? [] : [i]));
  const gaps = starts.slice(1).map((start, i) => moments[start] - moments[starts[i]]);
  const mean = (moments[last] - moments[0]) / gaps.length;
  const counts = starts.flatMap((start, i) => {  // frames of one moment share the time until the next
    const count = (starts[i + 1] ?? frames) - start;
    return Array.from({ length: count }, (_, k) => moments[start] - moments[0] + (gaps[i] ?? mean) * k / count);
  });
  const logarithmic = counts[last >> 1] < counts[last] / 4, least = Math.min(...gaps);
  const places = logarithmic ? counts.map((count) => Math.log1p(count / least)) : counts;
  return { places: places.map((place) => place / places[last]), logarithmic };
}

class Curve {
  constructor(film, texts, go) {  // go: a function of a frame
    Object.assign(this, { film, texts, go, numbers: texts.map(read_number) });
    const finite = [...this.numbers.keys()].filter((frame) => Number.isFinite(this.numbers[frame]));
    [this.low, this.high] = ["min", "max"].map((name) => Math[name](...finite.map((frame) => this.numbers[frame])));
    this.changes = finite.length > 1 && this.low < this.high;
    if (!this.changes) return;
    const find = (value) => finite.find((frame) => this.numbers[frame] === value);
    const { width, height } = CURVE, { unit, moments, frames } = film, { places, logarithmic } = spread(moments);
    const words = `its history, by ${unit}${logarithmic ? " (on a logarithmic scale)" : ""}`;
    this.places = places;
    const middle = this.nearest(width / 2), has_room = places[middle] > 0.25 && places[middle] < 0.75;
    const ticks = { start: 0, ...(has_room && { middle }), end: frames - 1 };
    this.mark = make("svg:path", { class: "now" });
    this.dot = make("svg:circle", { r: 4, class: "dot" });
    this.drawing = make("svg:svg", {
      viewBox: `0 0 ${width} ${height}`, role: "slider", tabindex: 0, "aria-label": words,
      "aria-valuemin": 0, "aria-valuemax": frames - 1,
    }, make("svg:path", { class: "axis", d: `M0 ${height - 18}H${width}` }), this.mark,
      make("svg:path", { class: "curve", d: this.path() }), this.dot,
      this.write(find(this.high), "highest", -7), this.write(find(this.low), "lowest", 15),
      ...Object.entries(ticks).map(([anchor, frame]) => make("svg:text", {
        x: this.x(frame), y: height - 4, "text-anchor": anchor,
      }, frame ? film.written(frame) : film.now(0))));
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
    this.element = make("figure", { class: "history" }, make("figcaption", {}, words), this.drawing);
    this.follow();
  }

  x(frame) { return CURVE.left + (CURVE.width - CURVE.left - CURVE.right) * this.places[frame]; }

  nearest(x) {  // → the frame that lies there
    const away = this.places.map((_, frame) => Math.abs(this.x(frame) - x));
    return away.indexOf(Math.min(...away));
  }

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
    const { left, width } = this.drawing.getBoundingClientRect();
    this.go(this.nearest((event.clientX - left) * CURVE.width / width));
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
