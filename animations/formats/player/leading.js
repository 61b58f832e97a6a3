"use strict";
// A picture that is wider than the screen scrolls by itself to what has just changed, until the reader scrolls it.

const LEADS_EVERY = 200, LEADS_FOR = 400;  // milliseconds: between two looks at what changed; of a way there
const ENOUGH = 0.6;  // it stays where it is as long as it shows that part of the most that it could show
const AROUND = 24;   // pixels to the left and right of what changed

class Leading {
  constructor(panels) {
    Object.assign(this, { panels, film: panels.film, boxes: new Map(), left: new Map(), by_hand: new Set() });
    for (const panel of panels.panels) panel.addEventListener("scroll", () => {
      if (Math.abs(panel.scrollLeft - (this.left.get(panel) ?? 0)) > 2) this.by_hand.add(panel);
    });
    this.film.followers.push(() => this.follow());
  }

  follow() {
    const { film, panels } = this, anew = film.picture === 0 && !film.plays;
    if (!panels.panels.some((panel) => panel.matches(".scrolls"))) return film.changed.clear();
    if (anew) this.by_hand.clear();
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      for (const panel of panels.panels.filter((each) => each.matches(".scrolls"))) {
        panels.hint(panel);
        this.lead(panel, film.picture === 0);
      }
      film.changed.clear();
    }, this.looked ? LEADS_EVERY : 0);
    this.looked = true;
  }

  lead(panel, anew) {
    const { left } = panel.querySelector("svg").getBoundingClientRect(), room = panel.clientWidth;
    const spots = Array.from(this.film.changed).filter((each) => panel.contains(each))
      .map((element) => this.spot(element, left)).filter(Boolean);
    if (this.by_hand.has(panel) || this.moving) return;
    const seen = (at) => spots.reduce((sum, { from, to, counts }) => (
      sum + counts * Math.max(0, Math.min(to, at + room) - Math.max(from, at)) / (to - from)), 0);
    const most = panel.scrollWidth - room, now = panel.scrollLeft;
    const places = spots.flatMap(({ from, to }) => [from - AROUND, to + AROUND - room])
      .map((place) => Math.min(Math.max(place, 0), most));
    const best = anew ? 0 : places.reduce((one, other) => (seen(other) > seen(one) ? other : one), now);
    if (best !== now && (anew || seen(now) < ENOUGH * seen(best))) this.move(panel, best);
  }

  spot(element, left) {  // → where an element changed: of a line that grows, only at its end
    const box = element.getBoundingClientRect(), before = this.boxes.get(element);
    if (!box.width && !box.height) return null;
    let [from, to] = [box.left - left, box.right - left];
    this.boxes.set(element, [from, to]);
    if (before && Math.abs(from - before[0]) < 1 && to > before[1] + 0.1) from = before[1];
    return { from: from - 1, to: to + 1, counts: Math.sqrt((to - from) * box.height) + 1 };
  }

  move(panel, place) {
    const from = panel.scrollLeft, start = performance.now();
    const at_once = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (now) => {
      if (this.by_hand.has(panel)) return this.moving = false;
      const part = at_once ? 1 : Math.min(Math.max((now - start) / LEADS_FOR, 0), 1);
      panel.scrollLeft = from + (place - from) * part * part * (3 - 2 * part);
      this.left.set(panel, panel.scrollLeft);
      this.moving = part < 1;
      if (this.moving) requestAnimationFrame(step);
    };
    step(start);
  }
}
