// A page that computes, on the screen: its picture, its badge, its place in the address, the way back, its Python.

class Turn {
  constructor(section, page, data) {
    Object.assign(this, { section, page, data, name: section.dataset.turn, settings: page.recorded(data) });
    this.stage = section.querySelector(".stage");
    this.badge = make("p", { class: "badge", role: "status" });
    this.back = this.button("Back to the recording", () => this.set(page.recorded(data)));
    this.copy = this.button("Copy as Python", () => this.copy_python());
    this.text = make("pre", { class: "python", tabindex: 0, hidden: "" });
    this.how = make(
      "p",
      { class: "small", hidden: "" },
      "This program makes the run above with tinylearn. Save it as run.py, and type: python run.py",
    );
    this.record = page.run(data, this.settings); // what was recorded, computed here
    this.compute(this.asked());
    this.refresh = page.draw(this);
    this.stage.after(make("div", { class: "foot" }, this.badge, this.back, this.copy), this.how, this.text);
    this.check();
    addEventListener("hashchange", () => {
      // a link in the text leads to settings
      if (!location.hash.startsWith(`#${section.id}:`)) return;
      this.set(this.asked());
      section.scrollIntoView();
    });
  }

  button(text, action) {
    const button = make("button", { type: "button" }, text);
    button.addEventListener("click", action);
    return button;
  }

  // --- settings -----------------------------------------------------------------------------------------------------

  set(changes) {
    // at the next picture: several changes before it are one
    this.waiting = { ...this.waiting, ...changes };
    this.request ??= requestAnimationFrame(() => {
      this.request = null;
      const { waiting } = this;
      this.waiting = null;
      this.compute({ ...this.settings, ...waiting });
      this.show();
      this.remember();
    });
  }

  compute(settings) {
    const { page, data } = this,
      run = Object.keys(settings).filter((name) => !page.views.includes(name));
    const again = !this.result || run.some((name) => !same(settings[name], this.settings[name]));
    this.settings = settings;
    this.own = moved(page, data, settings).length > 0;
    if (!again) return;
    this.result = this.own ? page.run(data, settings) : this.record;
    if (this.own && page.more) this.go_on();
  }

  work(result, pieces) {
    // some milliseconds of it, so that the page stays quick → is there more?
    const until = performance.now() + 3;
    let more = true;
    while (more && pieces-- > 0 && performance.now() < until) more = this.page.more?.(result) ?? false;
    return more;
  }

  go_on() {
    // a run of one's own, between two pictures: one sees it learn
    this.going ??= requestAnimationFrame(() => {
      this.going = null;
      if (!this.own) return;
      if (this.work(this.result, 6)) this.go_on();
      this.show();
    });
  }

  check() {
    // is what was computed here what was recorded?
    if (this.work(this.record, Infinity)) setTimeout(() => this.check(), 5);
    else this.found = verify(this.page, this.data, this.record);
    if (this.found || !(performance.now() - this.shown < 100)) this.show(); // it is seen to learn
  }

  show() {
    this.shown = performance.now();
    this.refresh();
    const text = this.own
      ? "Your run"
      : this.found
        ? verdict(this.found, this.page.counts)
        : "Comparing with the recording …";
    if (this.badge.textContent !== text) this.badge.textContent = text;
    this.section.classList.toggle("own", this.own);
    this.back.disabled = same(this.settings, this.page.recorded(this.data));
    if (!this.text.hidden) this.text.textContent = this.python();
  }

  // --- what can be kept ---------------------------------------------------------------------------------------------

  asked() {
    // → the settings that the address asks for: #neuron:rate=0.0004; what it does not name is the recording's
    const recorded = this.page.recorded(this.data),
      hash = location.hash.slice(1);
    if (!hash.startsWith(`${this.section.id}:`)) return this.result ? this.settings : recorded;
    for (const [name, text] of new URLSearchParams(hash.slice(this.section.id.length + 1))) {
      try {
        if (name in recorded && typeof JSON.parse(text) === typeof recorded[name]) recorded[name] = JSON.parse(text);
      } catch {
        /* somebody has changed the address by hand */
      }
    }
    return this.page.allowed?.(this.data, recorded) ?? recorded;
  }

  remember() {
    // browsers count how often an address changes
    clearTimeout(this.late);
    this.late = setTimeout(() => {
      const recorded = this.page.recorded(this.data),
        changed = new URLSearchParams();
      for (const [name, value] of Object.entries(this.settings))
        if (!same(value, recorded[name])) changed.set(name, JSON.stringify(value));
      try {
        history.replaceState(null, "", `#${this.section.id}${String(changed) && `:${changed}`}`);
      } catch {
        /* a page inside a page may have no address */
      }
    }, 200);
  }

  python() {
    return this.page.python(this.data, this.settings);
  }

  async copy_python() {
    // into the clipboard, and below the picture, to be read
    this.text.hidden = this.how.hidden = false;
    this.text.textContent = this.python();
    try {
      await navigator.clipboard.writeText(this.text.textContent);
      this.copy.textContent = "Copied";
    } catch {
      // not allowed: it stands there, selected
      getSelection().selectAllChildren(this.text);
      this.copy.textContent = "Selected: press Ctrl-C";
    }
    setTimeout(() => {
      this.copy.textContent = "Copy as Python";
    }, 2000);
  }
}

const turns = {}; // for programs: name → turn

async function start(section) {
  const packed = section.querySelector(".turn-data").textContent;
  try {
    const turn = new Turn(section, TURNS[section.dataset.turn], await unpack(JSON.parse(packed)));
    turns[turn.name] = turn;
    if (location.hash.startsWith(`#${section.id}:`)) section.scrollIntoView();
  } catch (error) {
    section.querySelector(".stage").textContent = `This page is damaged, or the browser is older than 2023: ${error}`;
    throw error;
  }
}

window.tinylearnTurns = turns;
for (const section of document.querySelectorAll(".turn")) start(section);
