"use strict";
// Panels: as large as the window lets a film be. Those of a row go on in a next row where they would be too small to
// read, and one alone scrolls sideways.

const NARROW = 640;   // pixels; below, the controls are small
const WIDE = 900;     // below, the sheet lies at the bottom of the screen
const CONTROLS = 48;  // their height, in a page that is not narrow
const SMALLEST = 12;  // pixels: the smallest text, on any screen
const GROWS = 0.84;   // three panels to compare get smaller than their text may: it grows by up to 1 / 0.84

class Panels {
  constructor(film) {
    const { section, stage } = film;
    this.film = film;
    this.panels = [...stage.querySelectorAll(".panel")];
    this.style = make("style");
    this.turned = new Map();  // text that does not lie level → its transform
    section.append(this.style);
    this.grows = [...stage.querySelectorAll(".row")].some((row) => row.children.length > 2) ? 1 / GROWS : 1;
    this.panels.forEach((panel, number) => {
      panel.dataset.panel = number;
      panel.style.setProperty("--small", panel.style.getPropertyValue("--least") / this.grows);
      panel.addEventListener("scroll", () => this.hint(panel));
      for (const text of panel.querySelectorAll("text[transform]"))
        this.turned.set(text, [panel, text.getAttribute("transform")]);
    });
    this.leading = new Leading(this);
    new ResizeObserver(() => this.fit()).observe(section);
    for (const event of ["resize", "fullscreenchange"]) addEventListener(event, () => this.fit());
    this.fit();  // before the page goes to a place that its address asks for
  }

  fit() {
    const { section, stage } = this.film, width = section.clientWidth;
    if (!width) return;  // it is hidden
    const whole = document.fullscreenElement === section;
    const framed = parent !== window;  // then the frame gets the height of the film
    const height = (whole ? innerHeight : framed ? Infinity : document.documentElement.clientHeight) - CONTROLS;
    section.classList.toggle("narrow", width < NARROW);
    section.classList.toggle("wide", width >= WIDE);
    if (whole) this.fit_whole(width, height);
    else this.fit_page(width, height);
    this.grow();
    for (const panel of this.panels) {
      this.hint(panel);
      this.leading.left.set(panel, panel.scrollLeft);  // it was not moved by hand
    }
  }

  fit_whole(width, height) {  // the whole film, however small or large; its panels across or below each other
    const [root] = this.film.stage.children;
    const scale = ([w, h]) => Math.min(width / w, height / h), across = extent(root), below = extent(root, true);
    const under = scale(below) > scale(across), [own] = under ? below : across;
    for (const row of this.film.stage.querySelectorAll(".row")) row.classList.toggle("stacked", under);
    for (const panel of this.panels) this.let_scroll(panel, false);
    this.scale_to(scale(under ? below : across), own);
  }

  fit_page(width, height) {  // as high as the window, as long as it can be read
    const { stage } = this.film, [root] = stage.children, [own, high] = extent(root);
    const least = Math.max(...this.panels.map(small)), within = (scale) => Math.min(Math.max(scale, least), 1);
    const across = fits(root, Math.min(width, own));
    this.scale_to(across ? within(height / high) : 1, own);
    this.place(root, stage.clientWidth);
    for (let scale = 1; !across && stage.offsetHeight > height && scale > least;) {
      scale = within(scale - 0.05);
      this.scale_to(scale, own);
    }
  }

  scale_to(scale, width) {
    const { style } = this.film.stage;
    style.setProperty("--scale", scale);
    style.setProperty("--own", width);
  }

  place(node, width) {
    if (node.matches(".panel")) return this.let_scroll(node, width < own_width(node) * small(node) - 1);
    const under = node.matches(".column") || !fits(node, width);
    node.classList.toggle("stacked", under);
    for (const child of node.children) this.place(child, under ? width : width * share(child, node));
  }

  grow() {  // text that would be too small; on a whole screen that is too small for the film, it stays too small
    const growth = (size, drawn) => Math.min(Math.max(SMALLEST / size / drawn, 1), this.grows * 1.01);
    const rules = this.panels.flatMap((panel, number) => {
      const svg = panel.querySelector("svg"), base = svg.getAttribute("font-size"), drawn = scale_of(svg);
      const texts = Array.from(svg.querySelectorAll("text"), (text) => text.getAttribute("font-size"));
      const sizes = new Set([base, ...texts]);
      const path = `#${CSS.escape(this.film.id)} [data-panel="${number}"] text:not([transform])`;
      return [...sizes].filter((size) => size && growth(size, drawn) > 1).map((size) => (
        `${path}${size === base ? ":not([font-size])" : `[font-size="${size}"]`} { scale: ${growth(size, drawn)} }`));
    });
    this.style.textContent = rules.join("\n");
    for (const [text, [panel, turn]] of this.turned) {
      const svg = panel.querySelector("svg"), size = parseFloat(getComputedStyle(text).fontSize);
      const by = growth(size, scale_of(svg)), { x, y, width, height } = text.getBBox();
      const around = [x + width / 2, y + height / 2];
      text.setAttribute("transform", by === 1 ? turn
        : `${turn} translate(${around}) scale(${by}) translate(${around.map((each) => -each)})`);
    }
  }

  hint(panel) {  // on which sides is there more, but for the background? It fades there
    if (!panel.matches(".scrolls")) return panel.classList.remove("more-left", "more-right");
    const { right } = panel.getBoundingClientRect(), [, ...drawn] = panel.querySelectorAll("svg > :not(defs)");
    const left = panel.scrollLeft > 1, more = drawn.some((each) => each.getBoundingClientRect().right > right + 1);
    panel.classList.toggle("more-left", left);
    panel.classList.toggle("more-right", more);
    panel.classList.toggle("ends", !left && !more);
    this.name(panel, left || more);
  }

  let_scroll(panel, scrolls) {
    panel.classList.toggle("scrolls", scrolls);
    this.name(panel, scrolls);
  }

  name(panel, scrolls) {  // it gets a place in the order of Tab, too: arrow keys scroll it then
    if (scrolls === panel.hasAttribute("role")) return;
    const label = `${this.film.id}, panel ${this.panels.indexOf(panel) + 1}, scrolls sideways`;
    const said = { tabindex: "0", role: "region", "aria-label": label };
    for (const [name, value] of Object.entries(said))
      if (scrolls) panel.setAttribute(name, value);
      else panel.removeAttribute(name);
  }
}

const number_in = (node, name) => Number(node.style.getPropertyValue(name));
const own_width = (node) => number_in(node, "--width");
const small = (panel) => number_in(panel, "--small");
const share = (child, row) => own_width(child) / [...row.children].reduce((sum, each) => sum + own_width(each), 0);
const scale_of = (svg) => svg.clientWidth / svg.viewBox.baseVal.width;  // pixels for a unit of the drawing

function extent(node, under = false) {  // → width and height, with panels across or, `under`, below each other
  if (node.matches(".panel")) return [own_width(node), number_in(node, "--height")];
  const parts = Array.from(node.children, (child) => extent(child, under)), row = node.matches(".row") && !under;
  const sum = (side) => parts.reduce((before, part) => before + part[side], 0);
  const most = (side) => Math.max(...parts.map((part) => part[side]));
  return row ? [sum(0), most(1)] : [most(0), sum(1)];
}

function fits(node, width) {
  if (node.matches(".panel")) return width >= own_width(node) * small(node) - 1;
  const row = node.matches(".row");
  return [...node.children].every((child) => fits(child, row ? width * share(child, node) : width));
}
