"use strict";
// Why? A number of the picture that is asked opens a sheet that says where it comes from.

const NEAR = 12;    // pixels: a click as near to a number as this means it
const SHEET = 360;  // the width of a sheet beside the picture
const NOT_SAID = "This picture does not say where this number comes from.";

const written = ({ dataset, textContent }) => with_minus(plain(dataset.text ?? textContent));

// A number may be drawn as several shapes: those that follow the first one. Together they are one button.
const follows = ({ dataset, previousElementSibling: before }) => (
  dataset.gid !== undefined && before?.dataset.gid === dataset.gid);

function first_of(element) {
  return element && follows(element) ? first_of(element.previousElementSibling) : element;
}

function shapes_of(element) {  // those that can be seen
  const next = element.nextElementSibling, more = next && follows(next) ? shapes_of(next) : [];
  return element.getClientRects().length ? [element, ...more] : more;
}

function union(boxes) {
  const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
  const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
  return new DOMRect(left, top, right - left, bottom - top);
}

class Asking {
  static open = null;  // the one whose sheet is open

  constructor(film, controls, panels) {
    Object.assign(this, { film, controls, panels, trail: [], rings: new Map(), explained: new Map() });
    film.followers.push(() => this.follow());
  }

  async start() {  // when the film is near the screen: which numbers can be asked?
    this.explained = await this.film.list_explained();
    const { stage } = this.film, numbers = [...this.film.numbers()].filter(([element, gids]) => (
      gids.some((gid) => this.explained.has(gid)) && !follows(element))).map(([element]) => element);
    if (numbers.length === 0) return;
    this.frames = new Map([...this.explained].map(([gid, frames]) => [gid, new Set(frames)]));
    this.askable = numbers;
    this.mark();
    for (const svg of stage.querySelectorAll(".panel > svg")) svg.setAttribute("role", "group");
    stage.tabIndex = 0;
    stage.setAttribute("aria-keyshortcuts", "Enter");
    stage.title = "Click a number, or press Enter here, to ask where it comes from";
    stage.addEventListener("click", (event) => this.click(event));
    stage.addEventListener("keydown", (event) => this.press(event));
    stage.addEventListener("focusin", ({ target }) => this.focus(target));
    stage.addEventListener("focusout", () => this.ring("focus", []));
    this.film.section.addEventListener("keydown", (event) => this.escape(event));
    this.name_numbers();
  }

  // --- the numbers of the picture ------------------------------------------------------------------------------------

  mark() {  // as a button what is explained in this frame; what has the focus keeps it
    for (const number of this.askable) {
      const explained = this.frames.get(number.dataset.gid)?.has(this.film.frame) ?? false;
      if (explained === number.hasAttribute("role") || number === document.activeElement) continue;
      if (explained) number.setAttribute("role", "button");
      else for (const name of ["role", "aria-label"]) number.removeAttribute(name);
      if (explained) number.tabIndex = -1;
      else number.removeAttribute("tabindex");
    }
  }

  numbers() {  // → those that can be asked now, in reading order: panel by panel, line by line
    const panels = [...this.film.stage.querySelectorAll(".panel")];
    const seen = [...this.film.stage.querySelectorAll("[role=button]")].map((element) => {
      const box = union(shapes_of(element).map((shape) => shape.getBoundingClientRect()));
      const panel = panels.indexOf(element.closest(".panel")), line = Math.round((box.top + box.bottom) / 24);
      return { element, box, place: [panel, line, box.left] };
    }).filter(({ element, box }) => box.width > 0 && this.explained.has(element.dataset.gid));
    return seen.sort(({ place: [panel, line, x] }, { place: [other, below, right] }) => (
      panel - other || line - below || x - right));
  }

  async name_numbers() {
    const whys = await this.film.whys_of(this.film.frame);
    for (const { element } of this.numbers()) {
      const { gid } = element.dataset;
      element.setAttribute("aria-label", `${whys[gid]?.says ?? gid}: ${written(element)}, why?`);
    }
  }

  click({ target, clientX, clientY }) {
    const away = ({ box }) => Math.hypot(
      Math.max(box.left - clientX, clientX - box.right, 0), Math.max(box.top - clientY, clientY - box.bottom, 0));
    const hit = first_of(target.closest("[data-gid]"));
    const near = hit ? [] : this.numbers().filter((each) => away(each) <= NEAR);
    const found = hit ?? near.sort((one, other) => away(one) - away(other))[0]?.element;
    if (this.explained.has(found?.dataset.gid)) this.ask_drawn(found);  // in another frame: the sheet says in which
  }

  ask_drawn(element) { return this.ask_first(element.dataset.gid, element); }

  ask_first(gid, element = this.drawn(gid)[0]) {
    this.asked = element;
    this.trail = [];
    return this.ask(gid);
  }

  focus(target) {
    if (target.matches("[role=button]:focus-visible")) this.ring("focus", [target]);
  }

  press(event) {  // Enter goes into the picture, Escape out of it; up, down and Tab go from number to number
    const { target, key, shiftKey } = event, { stage } = this.film;
    const numbers = this.numbers().map(({ element }) => element), at = numbers.indexOf(target);
    const step = { ArrowDown: 1, ArrowUp: -1, Tab: shiftKey ? -1 : 1 }[key], on_number = at >= 0;
    let next = null;
    if (target === stage && ["Enter", "ArrowDown"].includes(key))
      next = numbers.find((each) => each === this.asked) ?? numbers[0];
    else if (on_number && step) next = numbers[at + step] ?? (key === "Tab" ? null : target);
    else if (on_number && (key === "Enter" || key === " ")) this.ask_drawn(target);
    else if (on_number && key === "Escape" && !this.sheet) next = stage;
    else return;
    if (next === null && key === "Tab") return;
    event.preventDefault();
    next?.focus();
  }

  ring(kind, elements) {  // draws a ring around elements of the picture, on top of all; there may be several kinds
    for (const ring of this.rings.get(kind) ?? []) ring.remove();
    const seen = elements.filter((element) => shapes_of(element).length);
    this.rings.set(kind, seen.map((element) => {
      const boxes = shapes_of(element).map((shape) => DOMRect.fromRect(shape.getBBox()));
      const svg = element.ownerSVGElement, box = union(boxes), place = element.getScreenCTM();
      const room = 3 / Math.hypot(place.a, place.b);  // 3 pixels
      const { a, b, c, d, e, f } = svg.getScreenCTM().inverse().multiply(place);
      const ring = make("svg:rect", {
        class: `ring ${kind}`, x: box.x - room, width: box.width + 2 * room, y: box.y - room / 2,
        height: box.height + room, rx: room, transform: `matrix(${[a, b, c, d, e, f]})`,
      });
      svg.append(ring);
      return ring;
    }));
  }

  drawn(...gids) {  // → the elements of the picture that show these
    const all = [...this.film.stage.querySelectorAll("[data-gid]")];
    return all.filter((each) => gids.includes(each.dataset.gid) && !follows(each));
  }

  // --- the sheet -----------------------------------------------------------------------------------------------------

  async ask(gid) {
    this.controls.clock.pause(this.film);
    if (this.trail.includes(gid)) this.trail.length = this.trail.indexOf(gid);  // it was asked before: back to it
    this.trail.push(gid);
    if (!this.sheet) this.open_sheet();
    await Promise.all([this.film.load(), this.film.list_explained()]);
    this.curve = new Curve(this.film, this.film.history(gid), (frame) => this.go(frame));
    await this.explain();
    this.put_beside();
    this.heading.focus({ preventScroll: true });
    this.sheet.scrollTop = 0;
    this.reveal();
  }

  reveal() {  // the number that was asked: the page stays where it is unless it is out of sight, or under the sheet
    const { asked, sheet, film: { section } } = this, box = asked?.getBoundingClientRect();
    if (!box) return;
    const low = section.classList.contains("wide") ? innerHeight : sheet.getBoundingClientRect().top - 24;
    if (box.top < 0 || box.bottom > low || box.left < 0 || box.right > innerWidth)
      asked.scrollIntoView({ block: "nearest", inline: "nearest" });
    const below = asked.getBoundingClientRect().bottom - low;
    if (below > 0) (document.fullscreenElement ?? window).scrollBy(0, below);
  }

  put_beside() {  // → of the two sides of the picture, the one where the sheet covers less of what is asked and lit
    const { film: { section, stage }, rail } = this, { left } = section.getBoundingClientRect();
    const picture = stage.getBoundingClientRect(), marked = [...section.querySelectorAll(".ring")];
    const most = document.documentElement.clientWidth - SHEET - 8;
    const places = [Math.min(picture.right + 8, most), Math.max(picture.left - SHEET - 8, 8)].map((x) => x - left);
    const covered = places.map((place) => marked.reduce((sum, ring) => {
      const box = ring.getBoundingClientRect(), under = box.right > left + place && box.left < left + place + SHEET;
      return sum + (under ? (ring.matches(".asked") ? 100 : 1) : 0);
    }, 0));
    rail.style.left = `${places[covered[1] < covered[0] ? 1 : 0]}px`;
    rail.style.setProperty("--high", picture.height);
  }

  drag(event) {  // by its head, to see what lies below
    const { rail, sheet } = this, { clientX, clientY } = event;
    if (event.target.closest("button") || !this.film.section.classList.contains("wide")) return;
    event.preventDefault();
    const [left, top] = [rail.offsetLeft, parseFloat(sheet.style.translate.split(" ")[1]) || 0];
    const move = (moved) => {
      rail.style.left = `${left + moved.clientX - clientX}px`;
      sheet.style.translate = `0 ${top + moved.clientY - clientY}px`;
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", () => removeEventListener("pointermove", move), { once: true });
  }

  go(frame) { this.controls.jump(frame * this.film.motion); }

  open_sheet() {
    Asking.open?.close();  // one sheet on a page
    Asking.open = this;
    this.heading = make("h2", { tabindex: -1 });
    this.gid = make("code", { title: "its name in Python" });
    this.told = make("div", { class: "told" });
    const close = make_icon("close", "close", "close (Escape)", () => this.close());
    const head = make("header", {}, make("div", {}, this.heading, this.gid), close);
    head.addEventListener("pointerdown", (event) => this.drag(event));
    this.sheet = make("aside", { class: "sheet", "aria-label": "where the number comes from" }, head, this.told);
    this.told.addEventListener("pointerover", ({ target }) => this.point(target));
    this.told.addEventListener("focusin", ({ target }) => this.point(target));
    for (const name of ["pointerleave", "focusout"]) this.told.addEventListener(name, () => this.ring("pointed", []));
    this.rail = make("div", { class: "rail" }, this.sheet);
    this.film.section.append(this.rail);
    this.film.section.classList.add("asked");
  }

  point(target) {  // the number that is pointed at in the sheet stands out in the picture
    const gid = target.closest("[data-of]")?.dataset.of;
    this.ring("pointed", gid ? this.drawn(gid) : []);
  }

  async explain() {
    const { film } = this, gid = this.trail.at(-1), frame = film.frame;
    const whys = await film.whys_of(frame);
    if (!this.sheet || gid !== this.trail.at(-1) || frame !== film.frame) return;  // another was asked in the meantime
    const answers = { ask: (each) => this.ask(each), known: (each) => each in whys && each !== gid };
    const why = whys[gid], focus = this.told.contains(document.activeElement) && document.activeElement;
    this.frame = frame;
    this.heading.replaceChildren(...(why ? [`${why.says}: `, number_of([why.value, ""], answers)]
      : [`Where does ${this.drawn(gid).map(written)[0] ?? "this number"} come from?`]));
    this.gid.textContent = gid;
    this.told.replaceChildren(...this.way_back(whys), ...(why ? parts_of(why, answers) : this.where_else(gid)),
      ...(this.curve.changes ? [this.curve.element] : []));
    const again = focus && `button[data-of="${CSS.escape(focus.dataset.of ?? "")}"]`;  // what had the focus, made anew
    if (focus) (this.told.contains(focus) ? focus : this.told.querySelector(again) ?? this.heading).focus();
    this.light();
  }

  way_back(whys) {  // "back to [the gradient of w] [w after update 4]": what was asked before, the last one first
    const steps = this.trail.slice(0, -1).reverse().map((gid) => {
      const says = whys[gid]?.says ?? gid;
      return make_button({ title: `${says} (${gid})` }, says, () => this.ask(gid));
    });
    return steps.length ? [make("nav", { "aria-label": "asked before" }, "back to", ...steps)] : [];
  }

  where_else(gid) {  // the nearest frame that explains it, the earlier ones first
    const { film } = this, frames = this.explained.get(gid) ?? [];
    const other = frames.findLast((frame) => frame <= film.frame) ?? frames[0];
    const told = other === undefined ? [NOT_SAID] : [`Not explained at ${film.now()}. `,
      make_button({ class: "elsewhere" }, `See ${film.now(other)}`, () => this.go(other))];
    return [make("p", { class: "missing" }, ...told)];
  }

  light() {  // the numbers of the picture that the explanation is made of
    const gid = this.trail.at(-1), all = this.told.querySelectorAll("[data-of]");
    const named = Array.from(all, ({ dataset }) => dataset.of).filter((each) => each !== gid);
    this.ring("asked", this.drawn(gid));
    this.ring("lit", this.drawn(...named));
  }

  follow() {  // another picture, another answer, when the browser is about to draw it
    if (this.askable && this.marked !== this.film.frame) {
      this.marked = this.film.frame;
      this.mark();
    }
    clearTimeout(this.naming);
    if (this.film.stage.tabIndex === 0) this.naming = setTimeout(() => this.name_numbers(), 200);
    cancelAnimationFrame(this.moving);
    if (this.sheet || this.rings.get("focus")?.length) this.moving = requestAnimationFrame(() => this.move());
  }

  move() {
    if (this.rings.get("focus")?.length) this.ring("focus", [document.activeElement]);
    if (!this.sheet) return;
    this.curve?.follow();
    if (this.film.frame !== this.frame) this.explain();
    else this.light();
  }

  escape(event) {
    if (event.key !== "Escape" || !this.sheet || event.defaultPrevented) return;
    event.preventDefault();
    this.close();
  }

  close() {
    this.rail.remove();
    this.sheet = this.frame = Asking.open = null;
    this.film.section.classList.remove("asked");
    for (const kind of this.rings.keys()) this.ring(kind, []);
    (this.asked ?? this.film.stage).focus({ preventScroll: true });
  }
}
