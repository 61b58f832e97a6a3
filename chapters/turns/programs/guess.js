// A guess: one drags a mark or chooses, and sees the record beside it.

function answer_place(section, { low, high, start, answer, digits, name, unit, commas }, reveal) {
  const number = (value) => (commas ? written(value, digits) : written(value, digits).replaceAll(",", ""));
  const write = (value) => `${number(value)}${unit && ` ${unit}`}`;
  const input = make("input", {
    type: "range",
    min: low,
    max: high,
    step: "any",
    value: start,
    "aria-label": `your guess of ${name}`,
  });
  const output = make("output", {}),
    line = make("div", { class: "line" }, input);
  const value = () => Number(Number(input.value).toFixed(digits));
  const follow = () => {
    output.textContent = `${name} = ${write(value())}`;
    input.setAttribute("aria-valuetext", write(value()));
  };
  input.addEventListener("input", follow);
  follow();
  const ends = make("div", { class: "ends" }, make("span", {}, write(low)), make("span", {}, write(high)));
  const button = make("button", { type: "button" }, "That is my guess");
  button.addEventListener("click", () => {
    const part = (each) => (100 * (Math.min(Math.max(each, low), high) - low)) / (high - low),
      away = Math.abs(value() - answer);
    const [from, to] = [part(value()), part(answer)].sort((a, b) => a - b);
    input.disabled = true;
    button.remove();
    reveal(`You said ${write(value())}.`, () => {
      line.append(
        make("i", { class: "away", style: `left: ${from}%; width: ${to - from}%` }),
        make("i", { class: "record", style: `left: ${part(answer)}%` }),
      );
      return away < 10 ** -digits / 2
        ? `Exactly right: ${write(answer)}.`
        : `You said ${write(value())}. It is ${write(answer)}: you were ${write(away)} away.`;
    });
  });
  return [output, line, ends, button];
}

function answer_choice(section, { options, right }, reveal) {
  const answer = options.indexOf(right),
    buttons = options.map((text) => make("button", { type: "button" }, text));
  buttons.forEach((button, chosen) =>
    button.addEventListener("click", () => {
      for (const each of buttons) each.disabled = true;
      button.classList.add("chosen");
      reveal(`You said: ${options[chosen]}.`, () => {
        buttons[answer].classList.add("right");
        if (chosen !== answer) button.classList.add("wrong");
        return chosen === answer ? "Yes." : `No. The answer: ${right}.`;
      });
    }),
  );
  return [make("div", { class: "choices" }, ...buttons)];
}

// --- a film waits until the guesses in front of it are answered ---------------------------------------------------------

function film_behind(section) {
  // → the figure right behind a guess, or behind others that follow it
  let next = section.nextElementSibling;
  while (next?.matches(".guess")) next = next.nextElementSibling;
  return next?.matches("figure.shown") ? next : null;
}

const { players = [], clock } = window.tinylearnFilms ?? {};
const film_in = (figure) => players.find((each) => figure?.contains(each.film.section))?.film;

function hide_behind(element) {
  // What is told behind a guess or a film, up to the next heading, waits → function () that shows it, or null
  const [...parts] = element.nextElementSibling?.matches(".prose") ? element.nextElementSibling.children : [],
    heading = parts.findIndex((part) => part.matches("h1, h2, h3")),
    told = heading < 0 ? parts : parts.slice(0, heading);
  for (const each of told) each.classList.add("waits");
  const show = () => told.forEach((each) => each.classList.remove("waits"));
  return told.length ? show : null;
}

function hold(figure, cover) {
  // Cover a film, or only keep it from playing; what is told behind it waits, too → function () that shows them
  const film = film_in(figure);
  if (film?.started) return () => {}; // the address asks for a moment of it
  const hidden = cover ? [...figure.children] : [],
    paused = film?.paused,
    tell = hide_behind(figure);
  let held = true;
  const show = () => {
    if (!held) return;
    held = false;
    tell?.();
    for (const each of hidden) each.inert = false;
    veil.remove();
    if (film && !film.started) film.paused = paused;
    clock?.choose();
  };
  const button = make("button", { type: "button" }, "Show the film now");
  const veil = make("div", { class: "veil" }, make("p", {}, "Your guess comes first."), button);
  button.addEventListener("click", show);
  if (film) {
    clock.pause(film);
    film.followers.push(() => film.started && show()); // somebody plays it, or steps on
  }
  for (const each of hidden) each.inert = true;
  if (cover) figure.append(veil);
  return show;
}

function at_its_end(film, tell) {
  // Call `tell` when a film has shown its last picture
  let waits = true;
  film.followers.push(() => {
    if (!waits || film.picture < film.last) return;
    waits = false;
    tell();
  });
}

const open = new Map(); // film → its guesses without an answer

for (const section of document.querySelectorAll(".guess")) {
  const data = JSON.parse(section.querySelector(".guess-data").textContent),
    answer = section.querySelector("details");
  const said = make("p", { class: "said", role: "status" });
  const figure = film_behind(section),
    film = film_in(figure),
    go_on = figure ? null : hide_behind(section),
    skip = make("button", { type: "button", class: "skip" }, "Go on without a guess");
  const reveal = (guessed, judge) => {
    const tell = () => {
      if (section.matches(".answered")) return;
      said.textContent = judge();
      section.classList.replace("judged", "answered");
    };
    go_on?.();
    skip.remove();
    Object.assign(answer, { hidden: false, open: true }); // its room is there from now on, so that nothing moves later
    section.classList.add("judged");
    if (film && film.picture < film.last) {
      const now = make("button", { type: "button" }, "Tell me now");
      now.addEventListener("click", tell);
      said.replaceChildren(`${guessed} The film tells how it is. `, now);
      at_its_end(film, tell);
    } else tell();
    const { guesses, show } = open.get(figure) ?? {};
    if (guesses?.delete(section) && guesses.size === 0) show();
  };
  if (figure && !open.has(figure)) open.set(figure, { guesses: new Set(), show: hold(figure, data.covers) });
  open.get(figure)?.guesses.add(section);
  answer.hidden = true;
  answer.before(...(data.options ? answer_choice : answer_place)(section, data, reveal), said);
  if (!go_on) continue;
  said.before(skip);
  skip.addEventListener("click", () => {
    go_on();
    skip.remove();
  });
}
