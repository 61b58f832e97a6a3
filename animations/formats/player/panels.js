"use strict";
// Panels: those of a row go on in a next row where they would be too small to read, and one alone scrolls sideways.

const NARROW = 640;  // pixels; below, the controls are small and the sheet lies at the bottom of the screen
const WIDE = 900;    // from here on, the sheet stands beside the picture

class Panels {
  constructor(film) {
    this.film = film;
    new ResizeObserver(() => this.fit()).observe(film.section);
    new ResizeObserver(() => this.fit()).observe(film.stage);
    for (const panel of film.stage.querySelectorAll(".panel")) panel.addEventListener("scroll", () => this.hint(panel));
  }

  fit() {
    const { section, stage } = this.film;
    section.classList.toggle("narrow", section.clientWidth < NARROW);
    section.classList.toggle("wide", section.clientWidth >= WIDE);
    for (const node of stage.children) this.place(node, stage.clientWidth);
  }

  place(node, width) {
    if (node.matches(".panel")) return this.let_scroll(node, width < own_width(node) * least(node) - 1);
    const under = node.matches(".column") || !fits(node, width);
    node.classList.toggle("stacked", under);
    for (const child of node.children) this.place(child, under ? width : width * share(child, node));
  }

  hint(panel) {  // on which sides is there more, but for the background? It fades there
    const { right } = panel.getBoundingClientRect(), [, ...drawn] = panel.querySelectorAll("svg > :not(defs)");
    const more = (each) => each.getBoundingClientRect().right > right + 1;
    panel.classList.toggle("more-left", panel.scrollLeft > 1);
    panel.classList.toggle("more-right", drawn.some(more));
  }

  let_scroll(panel, scrolls) {  // with a name, and a place in the order of Tab: arrow keys scroll it then
    panel.classList.toggle("scrolls", scrolls);
    this.hint(panel);
    if (scrolls === panel.hasAttribute("role")) return;
    const number = [...this.film.stage.querySelectorAll(".panel")].indexOf(panel) + 1;
    const label = `${this.film.id}, panel ${number}, scrolls sideways`;
    const said = { tabindex: "0", role: "region", "aria-label": label };
    for (const [name, value] of Object.entries(said))
      if (scrolls) panel.setAttribute(name, value);
      else panel.removeAttribute(name);
  }
}

const own_width = (node) => Number(node.style.getPropertyValue("--width"));
const least = (panel) => Number(panel.style.getPropertyValue("--least"));
const share = (child, row) => own_width(child) / [...row.children].reduce((sum, each) => sum + own_width(each), 0);

function fits(node, width) {
  if (node.matches(".panel")) return width >= own_width(node) * least(node) - 1;
  const row = node.matches(".row");
  return [...node.children].every((child) => fits(child, row ? width * share(child, node) : width));
}
