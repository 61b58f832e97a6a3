"use strict";
// What an explanation looks like: lines of arithmetic, bars that add up, lines of code with their values.

const as_number = (value) => (typeof value === "string" ? SPECIAL[value] ?? Number(value) : value ?? NaN);
const with_minus = (text) => text.replaceAll("-", "−");

function few_digits(value) {  // five that count, all of a whole number: 1.375, −1296.9, 123457, 2.5e−7
  const whole = Number.isInteger(value) && Math.abs(value) < 1e15;
  const digits = Math.max(5, Math.floor(Math.log10(Math.abs(value))) + 1);
  if (whole || !Number.isFinite(value)) return with_minus(String(value));
  return with_minus(String(Number(value.toPrecision(Math.min(digits, 15)))));
}

function with_signs(text) {  // Python's notation as it is written by hand: · for *, − for -, ² for ** 2
  const powers = text.replace(/\s*\*\*\s*2(?![\d.])/g, "²").replace(/\s*\*\*\s*/g, "^");
  return powers.replaceAll("*", "·").replaceAll("-", "−");
}

// A number, as a button where it can be asked in its turn. `ask` is a function of a gid, `known` says which it answers.
function number_of([given, gid], { ask, known }) {
  const value = as_number(given), attributes = { class: "number", title: gid ? `${gid} = ${value}` : `${value}` };
  if (gid) attributes["data-of"] = gid;
  if (!gid || !known(gid)) return make("span", attributes, few_digits(value));
  return make_button(attributes, few_digits(value), () => ask(gid));
}

function line_part({ line, pieces }, answers) {
  const numbers = pieces.filter((piece) => typeof piece !== "string");
  const text = pieces.reduce((before, piece) => before + (
    typeof piece === "string" ? ` ${piece} `
      : as_number(piece[0]) < 0 && /[-+*/]\s*$/.test(before) ? "(#)" : "#"), "");
  const signs = with_signs(text).replace(/\s+/g, " ").replace(/\( /g, "(").replace(/ ([),])/g, "$1");
  const parts = signs.replace(/\(− /g, "(−").trim().split("#").flatMap((sign, i) => (
    i ? [number_of(numbers[i - 1], answers), sign] : [sign]));
  return make("div", { class: "line" }, make("p", {}, line),
    ...(numbers.length ? [make("p", { class: "arithmetic" }, ...parts)] : []));
}

function sum_part({ sum, labels, terms, total }, answers) {  // a total far longer than its terms has no bar
  const values = terms.map(([value]) => as_number(value)).map((each) => (isFinite(each) ? each : 0));
  const low = Math.min(0, ...values), high = Math.max(0, ...values), room = high - low || 1;
  const bar = (value) => make("i", { class: value < 0 ? "minus" : "plus", style:
    `left: ${100 * (Math.min(value, 0) - low) / room}%; width: ${100 * Math.abs(value) / room}%` });
  const row = (label, number, value, name) => make("tr", { class: name }, make("th", { scope: "row" }, label),
    make("td", { class: "bar" }, ...(low <= value && value <= high ? [bar(value)] : [])), make("td", {}, number));
  const rows = terms.map((term, i) => row(labels[i], number_of(term, answers), values[i], "term"));
  rows.push(row("total", number_of([total, ""], answers), as_number(total), "total"));
  return make("table", { class: "sum" }, make("caption", {}, sum), make("tbody", {}, ...rows));
}

function code_part({ code, lines }) {
  const rows = lines.map(([source, value]) => make("tr", {},
    make("td", {}, make("code", {}, source)), make("td", {}, with_minus(value))));
  return make("table", { class: "code" }, make("caption", {}, code), make("tbody", {}, ...rows));
}

function parts_of(why, answers) {
  const make_part = (part) => ("code" in part ? code_part : "sum" in part ? sum_part : line_part)(part, answers);
  return why.parts.map(make_part);
}
