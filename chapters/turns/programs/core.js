// What all pages that compute share, without a screen: their data, their settings, and whether they equal the recording.
//
// A page is an entry of TURNS, of pure functions, and one that draws:
//
//   recorded(data)                     → settings: those of the recorded run
//   views                              names of settings that only choose what is shown, such as an update
//   run(data, settings)                → result: the same run, computed here
//   more(result)                       if a run takes longer than a picture may: does a piece of it → is there more?
//   counts                             what a state is called in the badge; "states" if there is none
//   states(data, result)               → [[computed, recorded, width], …]: arrays; `width` numbers make one state
//   python(data, settings)             → a program that makes the same run with tinylearn
//   numbers(data, settings, result)    → Python expression → value: what the screen and that program both show
//   draw(turn)                         builds the picture in `turn.stage` → function () that shows turn.settings, turn.result

const TURNS = {};

// --- data: an array is its bytes, deflated, in base64 ------------------------------------------------------------------

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint8: Uint8Array,
  int8: Int8Array,
};
const WHOLE = {
  // bytes → whole numbers, and the one that stands for a difference of 0
  1: [Uint8Array, 0x80],
  2: [Uint16Array, 0x8080],
  4: [Uint32Array, 0x80808080],
  8: [BigUint64Array, 0x8080808080808080n],
};

async function unpack_array({ dtype, shape, differences, planes }) {
  // the first bytes of all numbers, then the second bytes, …
  const packed = Uint8Array.from(atob(planes), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer()),
    type = ARRAYS[dtype];
  const width = type.BYTES_PER_ELEMENT,
    length = bytes.length / width,
    numbers = new Uint8Array(bytes.length);
  for (let plane = 0; plane < width; plane++)
    for (let i = 0; i < length; i++) numbers[i * width + plane] = bytes[plane * length + i];
  const [Whole, none] = WHOLE[width],
    whole = new Whole(numbers.buffer),
    row = length / (shape[0] ?? 1);
  for (let k = 0; k < differences; k++) {
    for (let i = row; i < length; i++) whole[i] += whole[i - row] - none; // without its highest bits
  }
  return Object.assign(new type(numbers.buffer), { shape });
}

async function unpack(value) {
  // → data with its arrays; each has its shape as an attribute
  if (Array.isArray(value)) return Promise.all(value.map(unpack));
  if (typeof value !== "object" || value === null) return value;
  if ("planes" in value) return unpack_array(value);
  const entries = Object.entries(value).map(async ([name, each]) => [name, await unpack(each)]);
  return Object.fromEntries(await Promise.all(entries));
}

// --- settings: what was moved ---------------------------------------------------------------------------------------

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function moved(page, data, settings) {
  // → the names of the settings that make another run than the recorded one
  const recorded = page.recorded(data);
  return Object.keys(recorded).filter((name) => !page.views.includes(name) && !same(settings[name], recorded[name]));
}

// --- is it true? ----------------------------------------------------------------------------------------------------

function compare(pairs) {
  // → how many states there are, how many are equal bit for bit, the largest difference
  const found = { states: 0, equal: 0, largest: 0 };
  for (const [computed, recorded, width] of pairs) {
    if (computed.length !== recorded.length) throw new Error(`${computed.length} numbers, ${recorded.length} recorded`);
    for (let first = 0; first < recorded.length; first += width) {
      let equal = true;
      for (let i = first; i < first + width; i++) {
        if (Object.is(computed[i], recorded[i])) continue;
        equal = false;
        const away = Math.abs(computed[i] - recorded[i]);
        found.largest = Math.max(found.largest, Number.isNaN(away) ? Infinity : away);
      }
      found.states++;
      found.equal += equal;
    }
  }
  return found;
}

function complete(page, data, settings) {
  // → result of the whole run
  const result = page.run(data, settings);
  while (page.more?.(result));
  return result;
}

function verify(page, data, result = complete(page, data, page.recorded(data))) {
  // → what `compare` finds
  return compare(page.states(data, result));
}

function verdict({ states, equal, largest }, counts = "states") {
  // → what the badge says. BLAS may add in another order, or round once less
  const all = states.toLocaleString("en");
  if (equal === states) return `Computed here: ${all} ${counts}, each exactly as in the recording`;
  const decimals = Math.floor(-Math.log10(largest));
  return decimals > 0
    ? `Computed here: ${all} ${counts}, as in the recording to ${decimals} decimal places`
    : `Computed here: ${all} ${counts}, not as in the recording: up to ${largest.toPrecision(2)} away`;
}

// --- Python -----------------------------------------------------------------------------------------------------------

function as_python(value) {
  // a number, text, truth or list as Python has it
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${Array.from(value, as_python).join(", ")}]`;
  if (typeof value === "number")
    return Number.isNaN(value)
      ? "float('nan')"
      : Number.isFinite(value)
        ? String(value)
        : `float('${value < 0 ? "-" : ""}inf')`;
  return { true: "True", false: "False", null: "None" }[String(value)] ?? JSON.stringify(value);
}
