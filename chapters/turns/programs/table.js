// Chapter 1: a table of one's own, pasted as text, as lines and as a race of bars.

const MISSING = ["", "..", "na", "n/a", "nan", "-"],
  CAPTION = /^#\s*(title|unit|source):\s*(.*)$/;

function read_cell(text, comma) {
  // → its number, NaN if it is missing, undefined if it is neither
  const plain = text.trim();
  if (MISSING.includes(plain.toLowerCase())) return NaN;
  const number = Number(comma ? plain.replace(",", ".") : plain);
  return Number.isFinite(number) ? number : undefined;
}

function read_text(text) {
  // → {title, unit, names, times, values: a list for each time}, or {error}
  const found = { title: "your table", unit: "" },
    lines = [];
  text.split(/\r?\n/).forEach((line, i) => {
    const caption = line.match(CAPTION);
    if (caption) found[caption[1]] = caption[2].trim();
    else if (line.trim() && !line.startsWith("#")) lines.push([i + 1, line]);
  });
  if (lines.length < 3)
    return { error: `Expected a line of names and at least two rows of numbers; got ${lines.length} lines.` };
  const mark = ["\t", ";", ","].reduce((best, each) =>
    lines[0][1].split(each).length > lines[0][1].split(best).length ? each : best,
  );
  const [names, ...rows] = lines.map(([number, line]) => [
    number,
    line.split(mark).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")),
  ]);
  const head = names[1].slice(1);
  if (!head.length)
    return {
      error: `Line ${names[0]}: expected a time and at least one series, with commas, semicolons or tabs between them.`,
    };
  const double = head.find((name, i) => !name || head.indexOf(name) < i);
  if (double !== undefined)
    return {
      error: `Line ${names[0]}: every column needs a name of its own; ${double ? `“${double}” is there twice` : "one is empty"}.`,
    };
  const table = [];
  for (const [number, cells] of rows) {
    if (cells.length !== names[1].length)
      return {
        error: `Line ${number}: expected ${names[1].length} values, as many as names; got ${cells.length}. Leave a cell empty where a value is missing.`,
      };
    const numbers = cells.map((cell) => read_cell(cell, mark !== ",")),
      wrong = numbers.indexOf(undefined);
    if (wrong >= 0 || Number.isNaN(numbers[0])) {
      const column = Math.max(wrong, 0);
      return {
        error: `Line ${number}, column “${names[1][column]}”: expected ${column ? "a number" : "a year or another number"}; got “${cells[column]}”.`,
      };
    }
    table.push(numbers);
  }
  table.sort(([one], [other]) => one - other);
  const twice = table.findIndex(([time], i) => i && time === table[i - 1][0]);
  if (twice > 0) return { error: `The time ${table[twice][0]} is there twice.` };
  const empty = head.find((_, i) => table.every((row) => Number.isNaN(row[i + 1])));
  if (empty) return { error: `“${empty}” has no value: leave the column out.` };
  return {
    ...found,
    clock: names[1][0] || "time",
    names: head,
    times: table.map(([time]) => time),
    values: table.map((row) => row.slice(1)),
  };
}

function ranks(row) {
  // → the place of each series in a race: 0 is the largest; those without a value come last
  const order = row
    .map((value, i) => i)
    .sort((i, j) => Number.isNaN(row[i]) - Number.isNaN(row[j]) || row[j] - row[i] || i - j);
  return row.map((_, i) => order.indexOf(i));
}

const mixed = (one, other, part) => (part === 0 || Number.isNaN(other) ? one : one + part * (other - one));

TURNS.table = {
  views: ["tenths"],

  recorded: ({ text }) => ({ text, tenths: 0 }),

  run: (data, { text }) => read_text(text),

  states: ({ times, values, shape }, result) => [
    [Float64Array.from(result.times), times, 1],
    [Float64Array.from(result.values.flat()), values, result.names.length],
  ],

  python: (data, { text }) => `\
from pathlib import Path

from animations import BarRace, render
from tinylearn.datasets import read_table

file = Path("table.csv")
file.write_text(${/["\\]/.test(text) ? as_python(text) : `"""\\\n${text.trimEnd()}\n"""`}, encoding="utf-8")
table = read_table(file)
render(BarRace(table), "table.gif", fps=5)
print(f"see table.gif, whose last row has {table.names} = {table.values[-1]}")
`,

  numbers: (data, settings, { error, times, values }) =>
    error ? {} : { "table.times": times, "table.values": values },

  draw(turn) {
    const hue = (i, count) => (i < 5 ? `var(--series-${i})` : `oklch(0.6 0.15 ${(250 + (360 * i) / count) % 360})`);
    const lines = new Axes({ title: "Lines remember: each series up to now", x: [0, 1], y: [0, 1], names: ["", ""] });
    const race = new Axes({ title: "Bars forget: this moment alone", x: [0, 1], y: [0, 1], names: ["", ""], left: 84 });
    race.ticks.style.display = "none";
    const drawn = pool(lines.plot, () => SVG("path", { class: "series" })),
      ends = pool(lines.plot, () => SVG("circle", { r: 4 }));
    const bars = pool(race.over, () =>
      SVG("g", {}, SVG("rect", {}), SVG("text", { class: "who" }), SVG("text", { class: "much" })),
    );
    const field = make("textarea", { rows: 9, spellcheck: "false", wrap: "off", "aria-label": "the table as text" });
    const error = make("p", { class: "error-text", role: "alert" }),
      when = make("p", { class: "when" });
    field.addEventListener("input", () => turn.set({ text: field.value, tenths: 0 }));
    const last = () => 10 * ((turn.result.times?.length ?? shown.times.length) - 1);
    let shown = turn.result.error ? read_text(turn.data.text) : turn.result;
    const now = (tenths) => `${shown.clock} ${shown.times[Math.floor(tenths / 10)]}`;
    const slider = new Slider(turn, "tenths", { label: "moment", values: [0, last()], whole: true, text: now });
    const player = new Player(turn, "tenths", { last, seconds: 15 });
    turn.stage.append(
      make("div", { class: "controls" }, slider.element, player.element),
      make(
        "div",
        { class: "panels" },
        lines.element,
        race.element,
        make(
          "label",
          { class: "paste" },
          "Paste a table here: names on top, the time in the first column.",
          field,
          error,
        ),
      ),
    );

    return () => {
      if (document.activeElement !== field && field.value !== turn.settings.text) field.value = turn.settings.text;
      error.textContent = turn.result.error ?? "";
      if (!turn.result.error) shown = turn.result;
      for (const { element } of [lines, race]) element.classList.toggle("stale", shown !== turn.result);
      const { names, times, values, title, unit, clock } = shown,
        count = names.length;
      slider.high = slider.count = last();
      set(slider.input, { max: last() });
      const tenths = Math.min(turn.settings.tenths, last()),
        row = Math.floor(tenths / 10),
        part = (tenths % 10) / 10;
      const from = values[row],
        to = values[row + 1] ?? from,
        present = from.map((value, i) => mixed(value, to[i], part));
      const all = values.flat().filter((value) => !Number.isNaN(value)),
        low = Math.min(0, ...all),
        high = Math.max(0, ...all);
      const room = (high - low || 1) * 0.05;
      Object.assign(lines, {
        x_name: clock,
        y_name: unit,
        years: times.every((time) => time % 1 === 0 && time > 999 && time < 3000),
      });
      lines.range([times[0], times.at(-1)], [low < 0 ? low - room : low, high + room]);
      const moment = mixed(times[row], times[row + 1] ?? times[row], part);
      drawn(count, (line, i) => {
        const points = values.slice(0, row + 1).map((each, t) => [times[t], each[i]]);
        set(line, { d: lines.path([...points, [moment, present[i]]]), stroke: hue(i, count) });
      });
      ends(count, (dot, i) =>
        set(dot, {
          cx: lines.X(moment),
          cy: lines.Y(Number.isNaN(present[i]) ? low : present[i]),
          fill: hue(i, count),
          visibility: Number.isNaN(present[i]) ? "hidden" : "visible",
        }),
      );

      const widest = Math.max(...present.filter((value) => !Number.isNaN(value)).map(Math.abs)) || 1,
        places = Math.min(count, 10);
      const before = ranks(from),
        after = ranks(to),
        height = (race.bottom - race.top) / places;
      bars(count, (bar, i) => {
        const [rect, who, much] = bar.children,
          place = mixed(before[i], after[i], part),
          value = present[i];
        const y = race.top + place * height,
          width = (Math.abs(value) / widest) * (race.right - race.left - 60) || 0;
        set(rect, {
          x: race.left,
          y: y + height * 0.1,
          width,
          height: height * 0.8,
          fill: hue(i, count),
          "fill-opacity": value < 0 ? 0.4 : 1,
        });
        set(who, { x: race.left - 4, y: y + height / 2 + 5, "text-anchor": "end" });
        set(much, { x: race.left + width + 5, y: y + height / 2 + 5 });
        who.textContent = names[i].length > 11 ? `${names[i].slice(0, 10)}…` : names[i];
        much.textContent = Number.isNaN(from[i]) ? "" : written(from[i], Math.abs(from[i]) < 100 ? 2 : 0);
        bar.style.display = Number.isNaN(value) || place > places - 0.5 ? "none" : "";
      });
      for (const control of [slider, player]) control.show();
    };
  },
};
