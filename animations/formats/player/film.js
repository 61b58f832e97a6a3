"use strict";
// A film: its picture at any moment. What changes in it is a list of tracks, one for each attribute of an element.

async function inflate(base64) {  // → what the JSON in it says
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

function plain(text) {  // "x^2 = 3" for "$x^2 = \\mathdefault{3}$"
  return /\$.*\$/.test(text) ? text.replace(/\\mathdefault|[$\\{}]/g, "") : text;
}

const NUMBER = /-?(?:(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?|\binf\b|\bnan\b)/;
const SPECIAL = { inf: Infinity, "-inf": -Infinity, nan: NaN };

function read_number(text) {  // → the first number in a text: 1200 in "1,200 steps"; NaN if there is none
  const found = text?.replace("−", "-").match(NUMBER)?.[0].replaceAll(",", "");
  return found in SPECIAL ? SPECIAL[found] : parseFloat(found);
}

function sums(steps) {  // 3, 1, 5 → 3, 4, 9
  let sum = 0;
  return Int32Array.from(steps, (step) => sum += step);
}

class Track {  // from picture pictures[i] on, the attribute is strings[values[i]], until the next; -1: there is none
  constructor(element, attribute, pictures, values) {  // both as steps
    Object.assign(this, { element, attribute, pictures: sums(pictures), values: sums(values) });
    this.shown = this.values[0];  // the page as it was written shows picture 0
  }

  at(picture) {
    let low = 0, high = this.pictures.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.pictures[middle] <= picture) low = middle;
      else high = middle;
    }
    return this.values[low];
  }

  show(value, strings) {  // → did it change?
    if (value === this.shown) return false;
    this.shown = value;
    if (this.attribute === "text") this.write(strings[value] ?? "");
    else if (value < 0) this.element.removeAttribute(this.attribute);
    else this.element.setAttribute(this.attribute, strings[value]);
    return true;
  }

  write(text) {  // into the node that is there: to make a new one takes longer
    const { element } = this, [node, ...more] = element.childNodes;
    if (node?.nodeType === Node.TEXT_NODE && more.length === 0) node.data = text;
    else element.textContent = text;
  }
}

class Film {
  constructor(section) {
    this.section = section;
    this.id = section.id;
    this.stage = section.querySelector(".stage");
    Object.assign(this, JSON.parse(section.querySelector(".film-data").textContent));
    this.last = this.milliseconds.length - 1;
    this.frames = this.last / this.motion + 1;
    this.picture = 0;        // the one that is wanted: `motion` of them lead from a frame to the next
    this.started = false;    // was another picture than the first one wanted?
    this.texts = [];         // each frame in words: also not inflated yet
    this.tracks = null;      // not inflated yet: the page shows picture 0
    this.changed = new Set();  // elements that a follower may be interested in; it empties the set
    this.followers = [];     // functions that are called when the picture is another
    this.opened = new Map(); // of the last groups of explanations: number → what was inflated
  }

  get frame() { return Math.floor(this.picture / this.motion); }

  label(frame = this.frame, between = " / ") {
    return `${this.now(frame)}${between}${this.written(this.moments.length - 1)}`;
  }

  now(frame = this.frame) { return `${this.unit} ${this.written(frame)}`; }

  written(frame) {  // a number with a minus sign; a time as the table has it
    const moment = this.moments[frame];
    return typeof moment === "number" ? String(moment).replace("-", "−") : moment;
  }

  // --- the picture ---------------------------------------------------------------------------------------------------

  load() { return this.loading ??= this.inflate_tracks(); }

  async inflate_tracks() {
    const { strings, tracks, texts } = await inflate(this.changes);
    const slots = new Map([...this.stage.querySelectorAll("[data-slot]")].map((each) => [each.dataset.slot, each]));
    Object.assign(this, { strings, texts });
    this.tracks = tracks.map(([slot, ...track]) => new Track(slots.get(`${slot}`), ...track));
    this.changes = null;
    this.draw();
  }

  show(picture) {
    this.started ||= picture > 0;
    this.picture = Math.min(Math.max(Math.round(picture), 0), this.last);
    this.draw();
    return this.load();
  }

  draw(picture = this.picture) {
    if (this.tracks) {
      const { strings } = this;
      for (const track of this.tracks) if (track.show(track.at(picture), strings)) this.changed.add(track.element);
      this.section.dataset.picture = picture;
    }
    for (const follow of this.followers) follow();
  }

  tracks_of(element) {  // → attribute → track
    return new Map(this.tracks.filter((track) => track.element === element).map((track) => [track.attribute, track]));
  }

  numbers() {  // → element → the gids that it has, now or in another picture
    const gids = new Map([...this.stage.querySelectorAll("[data-gid]")].map((each) => [each, [each.dataset.gid]]));
    for (const { attribute, element, values } of this.tracks)
      if (attribute === "data-gid") gids.set(element, Array.from(new Set(values), (value) => this.strings[value]));
    return gids;
  }

  history(gid) {  // → what the text of this gid says in each frame; undefined where there is none
    const texts = new Array(this.frames).fill();
    for (const [element, gids] of this.numbers()) {
      if (!gids.includes(gid)) continue;
      const tracks = this.tracks_of(element), now = (name, picture) => (
        tracks.has(name) ? this.strings[tracks.get(name).at(picture)]
          : name === "text" ? element.textContent : element.getAttribute(name));
      for (let frame = 0; frame < this.frames; frame++) {
        const picture = frame * this.motion;
        if (now("display", picture) !== "none" && now("data-gid", picture) === gid)
          texts[frame] = plain(now("data-text", picture) ?? now("text", picture));
      }
    }
    return texts;
  }

  // --- why: explanations of many frames are inflated together, when the first is asked for ---------------------------

  async open(group) {
    const { opened } = this, whys = opened.get(group) ?? inflate(this.whys[group]);
    opened.delete(group);
    opened.set(group, whys);  // the last in order is the one used last
    if (opened.size > 4) opened.delete(opened.keys().next().value);
    return whys;
  }

  async whys_of(frame) {  // → gid → why
    const group = Math.floor(frame / this.why_group);
    return group < this.whys.length ? (await this.open(group))[frame] ?? {} : {};
  }

  list_explained() { return this.listing ??= this.list_groups(); }

  async list_groups() {  // → gid → the frames in which it is explained
    const frames = new Map();
    for (const packed of this.whys)
      for (const [frame, whys] of Object.entries(await inflate(packed)))
        for (const gid of Object.keys(whys)) frames.set(gid, frames.get(gid) ?? []).get(gid).push(Number(frame));
    return frames;
  }
}
