// Chapter 8: the frozen lake. Dig holes, place the agent, and see what every action is worth, exactly.

const ACTIONS = ["left", "down", "right", "up"],
  STEPS = [
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ]; // rows and columns

// --- the rules: state → action → [[next state, its chance], …], as gymnasium's FrozenLake has them -------------------------

function outcomes(rows, slippery) {
  const size = rows.length,
    inside = (each) => Math.min(Math.max(each, 0), size - 1);
  return Array.from(rows.join(""), (_, state) =>
    STEPS.map((_, action) => {
      const chances = new Map();
      for (const aim of slippery ? [3, 0, 1] : [0]) {
        // to one side, straight on, to the other side
        const [down, right] = STEPS[(action + aim) % 4],
          row = Math.floor(state / size);
        const after = inside(row + down) * size + inside((state % size) + right);
        chances.set(after, (chances.get(after) ?? 0) + (slippery ? 1 / 3 : 1));
      }
      return [...chances].sort(([a], [b]) => a - b);
    }),
  );
}

const LATER = {
  // what a state is worth, by its four values: if the next action is random, or the best
  random: (values, s) => (values[4 * s] + values[4 * s + 1] + values[4 * s + 2] + values[4 * s + 3]) / 4,
  best: (values, s) => Math.max(values[4 * s], values[4 * s + 1], values[4 * s + 2], values[4 * s + 3]),
};

function one_more(rows, leads, values, worth) {
  // → what every action is worth with one more move left
  const letters = rows.join("");
  return Float64Array.from(values, (_, pair) => {
    const [s, a] = [pair >> 2, pair & 3];
    if ("HG".includes(letters[s])) return 0; // an episode has ended there
    let [reward, later] = [0, 0];
    for (const [after, chance] of leads[s][a]) {
      if (letters[after] === "G") reward += chance;
      else if (letters[after] !== "H") later += chance * worth(values, after);
    }
    return reward + later;
  });
}

function greedy(values) {
  // → of every state the best action; of equal ones the first: they are equal within rounding
  const rounded = Array.from(values, (value) => Math.round(value * 1e12));
  return Array.from({ length: values.length / 4 }, (_, s) => {
    const four = rounded.slice(4 * s, 4 * s + 4);
    return four.indexOf(Math.max(...four));
  });
}

function win_rate(rows, leads, policy, moves) {
  // → the probability that the policy arrives from the start
  let values = new Float64Array(4 * policy.length);
  for (let move = 0; move < moves; move++) values = one_more(rows, leads, values, (old, s) => old[4 * s + policy[s]]);
  const start = rows.join("").indexOf("S");
  return values[4 * start + policy[start]];
}

function walks(rows, leads, policy, moves) {
  // → after 0, 1, … moves: the probability to be on each tile
  const letters = rows.join(""),
    all = [Float64Array.from(letters, (letter) => (letter === "S" ? 1 : 0))];
  while (all.length <= moves) {
    const next = new Float64Array(letters.length);
    all.at(-1).forEach((chance, s) => {
      if ("HG".includes(letters[s])) next[s] += chance;
      else for (const [after, part] of leads[s][policy[s]]) next[after] += chance * part;
    });
    all.push(next);
  }
  return all;
}

const with_letter = (rows, state, letter) => {
  const letters = [...rows.join("")],
    size = rows.length;
  letters[state] = letter;
  return rows.map((_, row) => letters.slice(row * size, (row + 1) * size).join(""));
};

TURNS.lake = {
  views: ["ahead", "walked"],

  recorded: ({ rows, moves }) => ({ rows, slippery: false, next: "random", discount: 1, ahead: moves, walked: 0 }),

  allowed({ rows, moves }, settings) {
    const letters = Array.isArray(settings.rows) ? settings.rows.join("") : "",
      count = (letter) => letters.split(letter).length - 1;
    const fits = settings.rows?.length === rows.length && settings.rows.every((row) => row.length === rows.length);
    const possible = fits && /^[SFHG]+$/.test(letters) && count("S") === 1 && count("G") === 1;
    const between = (value, low, high) => Math.min(Math.max(value, low), high),
      whole = (value) => between(Math.round(value), 0, moves);
    return {
      ...settings,
      rows: possible ? settings.rows : rows,
      next: settings.next in LATER ? settings.next : "random",
      discount: between(settings.discount, 0.5, 1),
      ahead: whole(settings.ahead),
      walked: whole(settings.walked),
    };
  },

  run({ moves }, { rows, slippery, next, discount }) {
    // tables: what every action is worth, with 0, 1, … moves left
    const leads = outcomes(rows, slippery),
      tables = [new Float64Array(4 * rows.length ** 2)];
    while (tables.length <= moves)
      tables.push(one_more(rows, leads, tables.at(-1), (values, s) => discount * LATER[next](values, s)));
    return { leads, tables };
  },

  counts: "tables of values",

  states({ tables }, result) {
    const width = result.tables[0].length,
      computed = new Float64Array(tables.length);
    result.tables.forEach((table, k) => computed.set(table, k * width));
    return [[computed, tables, width]];
  },

  python: ({ moves }, { rows, slippery, next, discount, ahead }) => `\
from chapters.parts.lake import greedy, make_lake
from chapters.parts.lake_values import by_policy, exact_values, win_rate


def later(values):  # what a state is worth, if the next action is ${next === "best" ? "the best" : "random"}
    return ${discount === 1 ? "" : `${discount} * `}values.${next === "best" ? "max" : "mean"}(axis=1)


lake = make_lake(${as_python(rows)}, slippery=${as_python(slippery)})
values = exact_values(lake, later, ${ahead})  # (${rows.length ** 2}, 4), by dynamic programming
rate = win_rate(lake, by_policy(greedy(values.round(12))), ${moves})
print(values.round(4), f"win rate of the greedy policy = {rate}", sep="\\n")
`,

  numbers({ moves }, { rows, ahead }, { leads, tables }) {
    const values = tables[ahead],
      table = Array.from({ length: rows.length ** 2 }, (_, s) => Array.from(values.subarray(4 * s, 4 * s + 4)));
    return { values: table, rate: win_rate(rows, leads, greedy(values), moves) };
  },

  draw(turn) {
    const { data } = turn,
      size = data.rows.length,
      board = new Ice(turn, size);
    const last = () => {
      // after so many moves hardly any walk goes on
      const { rows } = turn.settings,
        { leads, tables } = turn.result,
        letters = rows.join("");
      const all = walks(rows, leads, greedy(tables[turn.settings.ahead]), data.moves);
      const done = all.findIndex((chances) => chances.every((chance, s) => chance < 1e-3 || "HG".includes(letters[s])));
      return done < 0 ? data.moves : done;
    };
    const controls = [
      new Choice(turn, "slippery", {
        label: "ice",
        options: [
          [false, "not slippery"],
          [true, "slippery"],
        ],
      }),
      new Choice(turn, "next", {
        label: "later actions",
        options: [
          ["random", "random"],
          ["best", "the best"],
        ],
      }),
      new Slider(turn, "discount", { label: "discount factor", values: [0.5, 1], digits: 3 }),
      new Slider(turn, "ahead", { label: "moves ahead", values: [0, data.moves], whole: true, log: true }),
      new Slider(turn, "walked", { label: "moves walked", values: [0, data.moves], whole: true, log: true }),
      new Player(turn, "walked", { last, seconds: 5 }),
    ];
    const summary = make("p", { class: "summary" }),
      ends = ["won", "lost", "walks"].map((name) => make("i", { class: name }));
    const said = make("p", { class: "arithmetic" }),
      counting = make("p", { class: "arithmetic" }),
      caption = make("caption", {});
    const cells = ACTIONS.map(() => Array.from({ length: 3 }, () => make("td", {}))),
      bars = ACTIONS.map(() => make("i", {}));
    const table = make(
      "table",
      { class: "pulls worth" },
      caption,
      make(
        "thead",
        {},
        make("tr", {}, ...["action", "leads to", "worth", ""].map((text) => make("th", { scope: "col" }, text))),
      ),
      make("tbody", {}, ...cells.map((row, a) => make("tr", {}, ...row, make("td", { class: "bar" }, bars[a])))),
    );
    turn.stage.append(
      make("div", { class: "controls" }, ...controls.map(({ element }) => element)),
      make(
        "div",
        { class: "panels" },
        board.element,
        make("div", {}, summary, counting, make("div", { class: "ends" }, ...ends), said, table),
      ),
    );

    return () => {
      const { rows, ahead, walked, discount, next, slippery } = turn.settings,
        { leads, tables } = turn.result,
        letters = rows.join("");
      const values = tables[ahead],
        policy = greedy(values),
        all = walks(rows, leads, policy, data.moves),
        chances = all[walked];
      board.show(rows, values, policy, chances);
      set(board.path, { d: slippery ? "M0 0" : board.line(all.slice(0, walked + 1).map((each) => each.indexOf(1))) });

      const total = (letter) => chances.reduce((sum, chance, s) => sum + (letters[s] === letter ? chance : 0), 0);
      const [won, lost] = [total("G"), total("H")],
        percent = (chance) => `${written(100 * chance, slippery ? 1 : 0)}%`;
      const rate = win_rate(rows, leads, policy, data.moves),
        start = Math.max(...values.subarray(4 * letters.indexOf("S")).subarray(0, 4));
      const higher = slippery && next === "best" && discount === 1 && start > rate + 0.0005;
      summary.textContent = `Always follow these arrows, and you win ${percent(rate)} of all episodes.`;
      counting.textContent = higher
        ? "They are the best while many moves are left. When few are left, other arrows are better: an agent that " +
          `counts its moves, and then changes the arrows, wins ${percent(start)}. That is the number at the start.`
        : "";
      [won, lost, 1 - won - lost].forEach((part, k) => {
        ends[k].style.width = `${100 * Math.max(part, 0)}%`;
      });
      said.textContent = `After ${written(walked, 0)} ${walked === 1 ? "move" : "moves"}: at the flag ${percent(won)}, in a hole ${percent(lost)}, still walking ${percent(Math.max(0, 1 - won - lost))}.`;

      const shown = board.pointed ?? letters.indexOf("S"),
        before = tables[Math.max(ahead - 1, 0)];
      const where = (s) =>
        ["left", "below", "right", "above"][STEPS.findIndex(([down, right]) => s - shown === down * size + right)] ??
        "stays";
      const worth = (s) =>
        ({ G: "1 (flag)", H: "0 (hole)" })[letters[s]] ??
        `${written(discount * LATER[next](before, s), 4)} (${where(s)})`;
      const most = Math.max(...values.subarray(4 * shown, 4 * shown + 4)) || 1,
        over = "HG".includes(letters[shown]);
      caption.textContent = `${place(shown, size)}: ${over ? "here an episode ends." : `what each action is worth, if later ones are ${next === "best" ? "the best" : "random"}`}`;
      ACTIONS.forEach((action, a) => {
        const value = values[4 * shown + a],
          to =
            over || !ahead
              ? ""
              : leads[shown][a]
                  .map(([after, chance]) => `${chance > 0.99 ? "" : chance > 0.5 ? "⅔ · " : "⅓ · "}${worth(after)}`)
                  .join(" + ");
        [action, to, over ? "" : written(value, 4)].forEach((text, column) => {
          cells[a][column].textContent = text;
        });
        bars[a].style.cssText = `left: 0; width: ${(100 * value) / most}%`;
        cells[a][0].parentElement.classList.toggle("best", !over && policy[shown] === a);
      });
      for (const control of controls) control.show();
    };
  },
};

const place = (s, size) => `row ${Math.floor(s / size) + 1}, column ${(s % size) + 1}`;

class Ice {
  // the lake: tiles that one digs or fills, the agent that one drags
  constructor(turn, size) {
    const unit = 360 / size,
      middle = (s) => [((s % size) + 0.5) * unit, (Math.floor(s / size) + 0.5) * unit];
    const axes = new Axes({
      title:
        "Arrow: the best action. Number: what it is worth. Click on ice to dig a hole, on a hole to fill it. Drag the ring, the agent.",
      x: [-0.5, size - 0.5],
      y: [0.5 - size, 0.5],
      names: ["column", "row"],
      width: 360,
      height: 360,
      left: 0,
      right: 0,
      top: 0,
      bottom: 0,
    });
    Object.assign(this, { turn, size, unit, middle, element: axes.element });
    axes.element.classList.add("lake");
    this.tiles = Array.from({ length: size ** 2 }, (_, s) => this.tile(s));
    this.ring = SVG("circle", { r: 0.27 * unit, class: "agent" });
    this.path = SVG("path", { class: "walk" });
    axes.plot.append(...this.tiles.map(({ element }) => element), this.path);
    axes.over.append(
      axes.draggable(this.ring, {
        label: "the agent",
        steps: [1, 1],
        get: () => {
          const s = this.start();
          return [s % size, -Math.floor(s / size)];
        },
        put: ([x, y]) =>
          this.move(
            Math.min(Math.max(Math.round(-y), 0), size - 1) * size + Math.min(Math.max(Math.round(x), 0), size - 1),
          ),
      }),
    );
  }

  start(rows = this.turn.settings.rows) {
    return rows.join("").indexOf("S");
  }

  move(state) {
    // the agent, where there is ice
    const { rows } = this.turn.settings;
    if (rows.join("")[state] === "F")
      this.turn.set({ rows: with_letter(with_letter(rows, this.start(), "F"), state, "S"), walked: 0 });
  }

  dig(state) {
    const { rows } = this.turn.settings,
      letter = { F: "H", H: "F" }[rows.join("")[state]];
    if (letter) this.turn.set({ rows: with_letter(rows, state, letter), walked: 0 });
  }

  tile(s) {
    const { unit, size, middle } = this,
      [x, y] = middle(s),
      text = (across, down, name) => SVG("text", { x: x + across * unit, y: y + down * unit, class: name });
    const ice = SVG("rect", {
      x: x - unit / 2 + 1,
      y: y - unit / 2 + 1,
      width: unit - 2,
      height: unit - 2,
      rx: 4,
      class: "ice",
    });
    const hole = SVG("circle", { cx: x, cy: y - 0.05 * unit, r: 0.3 * unit, class: "hole" });
    const flag = SVG("path", {
      class: "flag",
      d: `M${x - 8} ${y + 20}V${y - 22}L${x + 16} ${y - 12}L${x - 8} ${y - 2}`,
    });
    const cloud = SVG("circle", { cx: x, cy: y, class: "cloud" }),
      way = SVG("path", { class: "way" });
    const [value, chance] = [text(-0.44, -0.32, "value"), text(-0.44, 0.44, "chance")];
    const element = SVG(
      "g",
      { role: "button", class: "tile", tabindex: s ? -1 : 0 },
      ice,
      hole,
      flag,
      cloud,
      way,
      value,
      chance,
    );
    const point = (to) => {
      this.pointed = to;
      this.turn.show();
    };
    element.addEventListener("pointerenter", () => point(s));
    element.addEventListener("pointerleave", () => point(null));
    element.addEventListener("focus", () => point(s));
    element.addEventListener("blur", () => point(null));
    element.addEventListener("click", () => this.dig(s));
    element.addEventListener("keydown", (event) => {
      const a = ["ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp"].indexOf(event.key);
      if (event.key === "Enter" || event.key === " ") this.dig(s);
      else if (a >= 0) this.tiles[outcomes(this.turn.settings.rows, false)[s][a][0][0]].element.focus();
      else return;
      event.preventDefault();
    });
    return { element, ice, hole, flag, cloud, way, value, chance, name: place(s, size) };
  }

  line(states) {
    return `M${states.map((s) => this.middle(s).join(" ")).join("L")}`;
  }

  show(rows, values, policy, chances) {
    const letters = rows.join(""),
      most = Math.max(...values) || 1,
      start = this.start(rows),
      focus = this.pointed ?? 0;
    this.tiles.forEach((tile, s) => {
      const letter = letters[s],
        worth = Math.max(...values.subarray(4 * s, 4 * s + 4)),
        [x, y] = this.middle(s);
      const ends = letter === "H" ? "a hole" : letter === "G" ? "the flag" : null;
      set(tile.element, {
        tabindex: s === focus ? 0 : -1,
        "aria-label": `${tile.name}: ${ends ?? `ice, worth ${written(worth, 4)}, ${ACTIONS[policy[s]]}`}${letter === "F" ? "; Enter digs a hole" : letter === "H" ? "; Enter lets it freeze" : ""}`,
      });
      tile.ice.style.fillOpacity = 0.08 + 0.5 * (ends ? 0 : worth / most);
      set(tile.hole, { visibility: letter === "H" ? "visible" : "hidden" });
      set(tile.flag, { visibility: letter === "G" ? "visible" : "hidden" });
      tile.value.textContent = ends ? "" : written(worth, 4);
      const [down, right] = STEPS[policy[s]],
        reach = 0.2 * this.unit;
      set(tile.way, {
        d:
          ends || !worth
            ? `M${x} ${y}`
            : arrow([x - right * reach, y - down * reach], [x + right * reach, y + down * reach]),
      });
      set(tile.cloud, { r: 0.27 * this.unit * Math.sqrt(chances[s]) });
      tile.chance.textContent = chances[s] >= 0.0005 && chances[s] < 0.9995 ? `${written(100 * chances[s], 1)}%` : "";
    });
    const [x, y] = this.middle(start);
    set(this.ring, { cx: x, cy: y, "aria-valuenow": start, "aria-valuetext": place(start, this.size) });
  }
}
