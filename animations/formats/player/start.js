"use strict";
// The player: every film of the page gets panels, controls and answers, and is inflated when it is near the screen.

const clock = new Clock(), players = [];
for (const section of document.querySelectorAll(".film")) {
  const film = new Film(section), controls = new Controls(film, clock), panels = new Panels(film);
  players.push({ film, controls, asking: new Asking(film, controls, panels) });
}
alone = players.length === 1;
listen_to_keys(players, clock);

const explains = players.find(({ film }) => film.whys.length);
if (explains && parent === window) {  // said once on a page; a frame in a notebook has no room for it
  const tap = matchMedia("(hover: none)").matches ? "tap" : "click on";
  explains.controls.bar.after(make("p", { class: "hint" },
    `Stop the film and ${tap} an underlined number: it says where it comes from.`));
}

async function load({ film, controls, asking }) {
  try {
    await film.load();
    await asking.start();
  } catch (error) {
    clock.pause(film);
    controls.fail(error);
  }
}
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    load(players.find(({ film }) => film.section === target));
  }
}, { rootMargin: "600px" });

function go_to_asked_place() {  // → the film that the address asks for
  const place = asked_place(players.map(({ film }) => film));
  if (!place) return null;
  if (place.picture !== place.film.picture) place.film.show(place.picture);
  if (!alone) place.film.section.scrollIntoView();
  return place.film;
}
const asked_film = go_to_asked_place(), calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
for (const { film, controls } of players) {
  clock.add(film, controls, calm || film === asked_film);
  near.observe(film.section);
}
addEventListener("hashchange", () => {
  const film = go_to_asked_place();
  if (film) clock.pause(film);
});
new ResizeObserver((entries) => {  // a page that holds this one may give it the height that it needs
  if (parent !== window) parent.postMessage({ height: Math.ceil(entries.at(-1).contentRect.height) }, "*");
}).observe(document.querySelector("main") ?? document.body);

// Print: a film stands as it does on the screen; one that was not started yet shows its last picture, the answer.
const idle = window.requestIdleCallback ?? setTimeout;
function load_rest() {  // one after the other, when there is nothing else to do: printing cannot wait
  const next = players.find(({ film }) => !film.loading);
  if (next) idle(() => next.film.load().catch(() => {}).then(load_rest));
}
load_rest();
addEventListener("beforeprint", () => {
  for (const { film } of players) if (!film.started) film.draw(film.last);
});
addEventListener("afterprint", () => {
  for (const { film } of players) film.draw();
});

const find_player = (id) => players.find(({ film }) => film.id === id) ?? players[id];
window.tinylearnFilms = {  // for programs: a film is named by its id or its number on the page
  players, clock,
  show: (film, picture) => find_player(film).controls.jump(picture),
  ask: (film, gid) => find_player(film).asking.ask_first(gid),
};
