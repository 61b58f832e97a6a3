// node turn_in_node.mjs PROGRAM < JSON: what a page that computes finds, without a screen.
// In:  {"name": "neuron", "data": …, "settings": [{…changes…}, …]}
// Out: [{"python": …, "numbers": {…}}, …]
import { readFileSync } from "node:fs";

const { name, data: packed, settings } = JSON.parse(readFileSync(0, "utf8"));
const load = new Function(`${readFileSync(process.argv[2], "utf8")}\nreturn { page: TURNS[${JSON.stringify(name)}], unpack, complete, as_python };`);
const { page, unpack, complete, as_python } = load(), data = await unpack(packed);
const runs = settings.map((changes) => {
  const wanted = { ...page.recorded(data), ...changes }, result = complete(page, data, wanted);
  const numbers = Object.entries(page.numbers(data, wanted, result)).map(([text, value]) => [text, as_python(value)]);
  return { python: page.python(data, wanted), numbers: Object.fromEntries(numbers) };
});
console.log(JSON.stringify(runs));
