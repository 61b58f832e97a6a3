"use strict";
// Controls: the buttons, the slider and the label of a film, its keys, and its place in the address.

const SHAPES = {  // on a square of 16 × 16
  first: "M2 2h2v12H2zM14 2v12L5 8z",
  back: "M12 2v12L4 8z",
  play: "M3 1v14l11-7z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M4 2v12l8-6z",
  last: "M12 2h2v12h-2zM2 2v12l9-6z",
  whole: "M2 2h5v2H4v3H2zM9 2h5v5h-2V4H9zM2 9h2v3h3v2H2zM12 9h2v5H9v-2h3z",
  close: "M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4z",
};
const TITLES = {
  first: ["to the start", "Home"], back: ["one step back", "left arrow"], play: ["play", "space"],
  forward: ["one step forward", "right arrow"], last: ["to the end", "End"], whole: ["full screen"],
};
const KEYS = { Home: "first", ArrowLeft: "back", " ": "play", ArrowRight: "forward", End: "last" };

const shape = (name) => make("svg:svg", { viewBox: "0 0 16 16", class: name, "aria-hidden": "true" },
  make("svg:path", { d: SHAPES[name] }));

function make_button(attributes, content, action) {
  const button = make("button", { type: "button", ...attributes }, content);
  button.addEventListener("click", action);
  return button;
}
const make_icon = (name, label, title, action) => (
  make_button({ class: name, "aria-label": label, title }, shape(name), action));

class Controls {
  constructor(film, clock) {
    Object.assign(this, { film, clock });
    const { section, last } = film;
    this.actions = {
      first: () => this.jump(0),
      back: () => this.jump(film.picture - 1),
      play: () => (clock.playing === film ? this.jump(film.picture) : clock.play(film)),
      forward: () => this.jump(film.picture + 1),
      last: () => this.jump(last),
      whole: () => (document.fullscreenElement ? document.exitFullscreen() : this.fill_screen()),
    };
    const buttons = Object.entries(TITLES).map(([name, [label, key]]) =>
      make_icon(name, label, key ? `${label} (${key})` : label, this.actions[name]));
    this.button = buttons[2];
    this.button.append(shape("pause"));
    buttons[5].hidden = !document.fullscreenEnabled;
    this.slider = make("input", { type: "range", min: 0, max: last, value: 0, "aria-label": film.unit });
    this.slider.addEventListener("input", () => this.jump(Number(this.slider.value)));
    this.now = make("span");
    const labels = film.moments.map((_, frame) => film.label(frame).length), of = ` / ${film.written(film.frames - 1)}`;
    this.output = make("output", { "aria-live": "off" }, this.now, make("span", { class: "of" }, of));
    this.output.style.setProperty("--letters", Math.max(...labels));
    this.output.style.setProperty("--of", of.length);
    this.speed = make("select", { title: "speed", "aria-label": "speed" });
    for (const [text, value] of [["¼×", 0.25], ["½×", 0.5], ["1×", 1], ["2×", 2], ["4×", 4]])
      this.speed.append(make("option", { value, ...(value === 1 && { selected: "" }) }, text));
    this.speed.addEventListener("change", () => { film.speed = Number(this.speed.value); });
    this.spoken = make("p", { class: "unseen", "aria-live": "polite" });
    const group = { class: "controls", role: "group", "aria-label": `player of ${section.getAttribute("aria-label")}` };
    this.bar = make("div", group, ...buttons.slice(0, 5), this.slider, this.output, this.speed, buttons[5]);
    film.stage.after(this.bar, this.spoken);
    film.stage.setAttribute("role", "group");
    film.speed = 1;
    film.followers.push(() => this.follow());
    this.follow();
  }

  follow() {
    const { film, slider } = this, text = film.texts[film.frame];
    slider.value = film.picture;
    if (film.frame !== this.frame) {
      this.frame = film.frame;
      this.now.textContent = film.now();
      slider.setAttribute("aria-valuetext", film.label(film.frame, " of "));
    }
    if (text && film.stage.getAttribute("aria-label") !== text) film.stage.setAttribute("aria-label", text);
    if (text && this.clock.playing !== film && this.spoken.textContent !== text) this.spoken.textContent = text;
  }

  mark_playing(playing) {
    this.button.classList.toggle("playing", playing);
    this.button.setAttribute("aria-label", playing ? "pause" : "play");
    this.follow();
  }

  fail(error) {
    this.now.textContent = `This page is damaged, or the browser is older than 2023: ${error}`;
  }

  async fill_screen() {  // a telephone that can turns the screen as the film lies
    const { section } = this.film, { style } = section;
    await section.requestFullscreen();
    const wide = Number(style.getPropertyValue("--width")) > Number(style.getPropertyValue("--height"));
    await screen.orientation?.lock?.(wide ? "landscape" : "portrait").catch(() => {});
  }

  jump(picture) {
    this.clock.pause(this.film);
    remember(this.film);
    return this.film.show(picture);
  }
}

// --- keys, for the film that has the focus, or the one in the middle of the screen -----------------------------------

function listen_to_keys(players, clock) {
  document.addEventListener("keydown", (event) => {
    const { target, key } = event, name = KEYS[key];
    if (!name || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (target.matches("select, textarea, [contenteditable], input:not([type=range])")) return;  // they use the key
    if (key === " " && target.matches("button, a, summary")) return;
    if (key.startsWith("Arrow") && target.matches(".scrolls")) return;
    const player = players.find(({ film }) => film.section.contains(target)) ??
      players.find(({ film }) => film === clock.central());
    if (!player) return;
    event.preventDefault();
    if (name !== "play" || !event.repeat) player.controls.actions[name]();
  });
}

// --- the address: #update=137, #frame=3.5, and where there are several films, #ID:update=137 -------------------------

function nearest_frame(film, moment) {  // → the one at this moment, or the last before it
  let best = 0;
  if (typeof film.moments[0] === "string") return Math.max(film.moments.indexOf(moment), 0);
  film.moments.forEach((each, frame) => { if (each <= moment && each > film.moments[best]) best = frame; });
  return best;
}

function place_of(film) {  // → "update=137"; what lies between frames, or a second frame of a moment, is "frame=3.5"
  const { frame, motion, picture, moments, unit } = film;
  const named = frame * motion === picture && nearest_frame(film, moments[frame]) === frame;
  return named ? `${unit}=${moments[frame]}` : `frame=${picture / motion}`;
}

let alone = true;  // is there one film on this page?
let late;
function remember(film) {  // browsers count how often an address changes
  clearTimeout(late);
  late = setTimeout(() => {
    try {
      history.replaceState(null, "", `#${alone ? "" : `${film.id}:`}${place_of(film)}`);
    } catch { /* a page inside a page may have no address */ }
  }, 200);
}

function asked_place(films) {  // → the film and the picture that the address asks for, or null
  const found = decodeURIComponent(location.hash).match(/^#(?:(.+):)?([^:=]+)=(.+)$/);
  if (!found) return null;
  const [, id, unit, moment] = found, film = id ? films.find((each) => each.id === id) : films[0];
  if (!film || ![film.unit, "frame"].includes(unit)) return null;
  const frame = unit === film.unit ? nearest_frame(film, moment) : Number(moment);
  return { film, picture: Math.min(Math.max(Math.round(frame * film.motion) || 0, 0), film.last) };
}
