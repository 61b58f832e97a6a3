// Slides: one at a time. Keys, clicks and swipes lead on; a film plays when its slide comes, and stops where it is held.

const slides = [...document.querySelectorAll(".slide")],
  { players = [], clock } = window.tinylearnFilms ?? {};
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let at = 0;

// --- films --------------------------------------------------------------------------------------------------------------

const HELD = 900; // milliseconds longer than the others: a picture to talk about

function stops_of({ milliseconds, last }) {
  // → pictures at which the film waits for a key
  const usual = milliseconds.toSorted((a, b) => a - b)[milliseconds.length >> 1];
  return milliseconds.map((stay, picture) => (stay >= usual + HELD || picture === last ? picture : 0)).filter(Boolean);
}

const film_on = (slide) => players.find(({ film }) => slide.contains(film.section))?.film;

function prepare(film) {
  const stops = (film.stops = stops_of(film));
  let before = film.picture;
  film.loop = 1;
  clock.pause(film);
  film.followers.push(() => {
    const arrived = film.picture !== before && stops.includes(film.picture);
    before = film.picture;
    if (arrived && clock.playing === film) queueMicrotask(() => clock.pause(film)); // when the clock's tick is over
  });
}

function lead_on(film) {
  // a film that plays goes to where it would stop; one that has stopped goes on
  if (clock.playing === film) {
    clock.pause(film);
    film.show(film.stops.find((stop) => stop > film.picture) ?? film.last);
  } else {
    film.show(film.picture + 1);
    if (film.picture < film.last) clock.play(film);
  }
}

// --- slides -------------------------------------------------------------------------------------------------------------

function tell(guess) {
  // the answer, if nobody has guessed
  const { options, right } = JSON.parse(guess.querySelector(".guess-data").textContent);
  for (const each of guess.querySelectorAll("button, input")) each.disabled = true;
  if (options) guess.querySelectorAll(".choices button")[options.indexOf(right)].classList.add("right");
  Object.assign(guess.querySelector("details"), { hidden: false, open: true });
  guess.classList.add("told");
}

function fit(slide) {
  // text that is higher than the screen gets smaller, as far as it can be read
  if (slide.matches("[data-kind=film], [data-kind=turn]")) return;
  let part = 1;
  slide.style.removeProperty("--fit");
  for (let i = 0; i < 4 && slide.scrollHeight > innerHeight + 1 && part > 0.6; i++) {
    part = Math.max((part * innerHeight) / slide.scrollHeight, 0.6);
    slide.style.setProperty("--fit", part);
  }
}

function show(place) {
  const before = film_on(slides[at]);
  at = Math.min(Math.max(place, 0), slides.length - 1);
  slides.forEach((slide, i) => {
    slide.hidden = i !== at;
  });
  if (before) clock.pause(before);
  fit(slides[at]);
  counter.textContent = `${at + 1} / ${slides.length}`;
  slides[at].focus({ preventScroll: true });
  scrollTo(0, 0);
  const film = film_on(slides[at]);
  if (film && film.picture === 0 && !calm) clock.play(film);
  try {
    if (asked() !== at) history.replaceState(null, "", `#${at + 1}`); // what was changed on this slide stays there
  } catch {
    /* a page inside a page may have no address */
  }
}

function next() {
  const film = film_on(slides[at]),
    guess = slides[at].querySelector(".guess:not(.answered, .told)");
  if (film && film.picture < film.last) lead_on(film);
  else if (guess) tell(guess);
  else show(at + 1);
}

function asked() {
  // → the slide that the address asks for: its number, or something on it, such as #turn-neuron:rate=…
  const hash = decodeURIComponent(location.hash.slice(1)),
    on = document.getElementById(hash.split(":")[0]);
  return on ? slides.indexOf(on.closest(".slide")) : (parseInt(hash, 10) || 1) - 1;
}

// --- keys, clicks, swipes -----------------------------------------------------------------------------------------------

const back = () => show(at - 1);
const KEYS_OF_SLIDES = {
  ArrowRight: next,
  " ": next,
  PageDown: next,
  ArrowLeft: back,
  PageUp: back,
  s: () => show(at + 1), // past the answer to a guess, past the rest of a film
  Home: () => show(0),
  End: () => show(slides.length - 1),
};

addEventListener(
  "keydown",
  (event) => {
    const { key, target } = event,
      move = KEYS_OF_SLIDES[key];
    if (key === "Escape") document.activeElement.blur(); // then keys lead on again
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    const uses = "input, select, textarea, [role=slider], [role=spinbutton], .stage [role=button], pre";
    if (!key.startsWith("Page") && target.closest?.(uses)) return;
    if (key === " " && target.closest?.("button, a, summary")) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the player has these keys, too
    (event.shiftKey ? back : move)();
  },
  { capture: true },
);

const BUSY = "a, button, input, select, label, summary, pre, .film, .guess, .turn";
addEventListener("click", ({ target }) => {
  if (!target.closest(BUSY) && !String(getSelection())) next();
});

let finger = null;
addEventListener(
  "touchstart",
  ({ touches: [touch, second], target }) => {
    finger = second || target.closest("input, pre, .turn, .scrolls") ? null : [touch.clientX, touch.clientY];
  },
  { passive: true },
);
addEventListener("touchend", ({ changedTouches: [{ clientX, clientY }] }) => {
  if (!finger) return;
  const [across, down] = [clientX - finger[0], clientY - finger[1]];
  if (Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(down)) (across < 0 ? next : back)();
});

// --- on paper -----------------------------------------------------------------------------------------------------------

let unseen = [];
addEventListener("beforeprint", () => {
  // a film that has not played shows its last picture
  for (const slide of slides) slide.style.removeProperty("--fit");
  unseen = players.map(({ film }) => film).filter((film) => film.picture === 0);
  for (const film of unseen) film.show(film.last);
});
addEventListener("afterprint", () => {
  for (const film of unseen) film.show(0);
});

// --- begin --------------------------------------------------------------------------------------------------------------

const step = (text, label, action) => {
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    textContent: text,
    ariaLabel: label,
  });
  button.addEventListener("click", action);
  return button;
};
const counter = document.createElement("output"),
  steps = document.createElement("nav");
steps.className = "steps";
steps.append(step("‹", "back", back), counter, step("›", "on", next));
document.body.append(steps);
for (const { film } of players) prepare(film);
addEventListener("resize", () => fit(slides[at]));
show(asked());
addEventListener("hashchange", () => show(asked()));
for (const { film } of players) film.load();
