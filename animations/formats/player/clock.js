"use strict";
// The clock: one film plays at a time, the one in the middle of the screen, or the one that was told to.

class Clock {
  constructor() {
    this.films = [];
    this.seen = new Set();  // films that are on the screen, also in part
    this.playing = null;
    this.told = null;       // the film whose play button was pressed
    this.controls = new Map();
    this.watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const film = this.films.find((each) => each.stage === target);
        if (isIntersecting) this.seen.add(film);
        else this.seen.delete(film);
      }
      this.choose();
    }, { threshold: [0, 0.5, 1] });
    addEventListener("scroll", () => this.choose(), { passive: true });
  }

  add(film, controls, paused) {
    Object.assign(film, { paused, plays: 0, remaining: film.milliseconds[0] });
    this.films.push(film);
    this.controls.set(film, controls);
    this.watch.observe(film.stage);
  }

  central() {  // → of the films that are on the screen, at least half, the nearest to its middle
    const middle = innerHeight / 2;
    let nearest = null, least = Infinity;
    for (const film of this.seen) {
      const { top, bottom, height } = film.stage.getBoundingClientRect();
      const inside = Math.min(bottom, innerHeight) - Math.max(top, 0);
      const away = Math.max(top - middle, middle - bottom, 0);
      if (inside >= Math.min(height, innerHeight) / 2 && away < least) [nearest, least] = [film, away];
    }
    return nearest;
  }

  choose() {
    if (!this.seen.has(this.told)) this.told = null;
    const film = this.told ?? this.central(), next = film && !film.paused && film.last > 0 ? film : null;
    if (next === this.playing) return;
    const before = this.playing;
    this.playing = next;
    this.controls.get(before)?.mark_playing(false);
    this.controls.get(next)?.mark_playing(true);
    cancelAnimationFrame(this.request);
    if (next) this.start();
  }

  start() {
    this.before = performance.now();
    this.request = requestAnimationFrame((now) => this.tick(now));
  }

  play(film) {
    if (film.picture === film.last) film.show(0);
    Object.assign(film, { paused: false, plays: 0, remaining: film.milliseconds[film.picture] });
    this.told = film;
    this.seen.add(film);
    this.choose();
  }

  pause(film) {
    film.paused = true;
    film.plays = 0;
    if (this.told === film) this.told = null;
    this.choose();
  }

  tick(now) {
    const film = this.playing, { last, milliseconds } = film;
    let next = film.picture;
    const passed = Math.min(Math.max(now - this.before, 0), 100);  // more than that: the tab was hidden
    if (film.tracks) film.remaining -= passed * film.speed;
    this.before = now;
    while (film.remaining <= 0) {
      if (next === last && ++film.plays === film.loop) {
        this.pause(film);
        film.show(last);
        return;
      }
      next = next === last ? 0 : next + 1;
      film.remaining += milliseconds[next];
    }
    if (next !== film.picture) film.show(next);
    this.request = requestAnimationFrame((later) => this.tick(later));
  }
}
