// Pictures of 32 × 32 pixels that one moves, turns, mirrors and draws on, without a screen.
//
// settings   picture: which one; mirrored; turned, in degrees to the left; right, down: in pixels; drawn: see `strokes`
// First it is drawn on, and then the picture is mirrored, turned and moved, as `affine` of tinylearn does it.

const SIDE = 32,
  UNTOUCHED = { picture: 0, mirrored: false, turned: 0, right: 0, down: 0, drawn: "" };
const FARTHEST = { turned: 90, right: 16, down: 16 };

function strokes(drawn) {
  // "0a3" → [[0, 10, 3]]: row, column (as digits of base 32), number of a colour
  return (drawn.match(/.../g) ?? []).map((word) => Array.from(word, (digit) => parseInt(digit, 32)));
}

function as_drawn(colours) {
  // a Map, pixel → number of its colour, as such a text
  return Array.from(colours, ([pixel, colour]) =>
    [pixel >> 5, pixel & 31, colour].map((n) => n.toString(32)).join(""),
  ).join("");
}

function allowed_picture(settings, pictures, epochs, colours) {
  // what somebody wrote into the address, or the recording's
  const { picture, epoch, drawn } = settings,
    allowed = { ...settings };
  if (!(Number.isInteger(picture) && picture >= 0 && picture < pictures)) allowed.picture = 0;
  if (!epochs.includes(epoch)) allowed.epoch = epochs.at(-1);
  if (!strokes(drawn).every((stroke) => stroke.every((n) => n >= 0) && stroke[2] < colours)) allowed.drawn = "";
  for (const [name, most] of Object.entries(FARTHEST))
    allowed[name] = Math.min(Math.max(Math.round(settings[name]), -most), most);
  return allowed;
}

function sources({ mirrored, turned, right, down }) {
  // → where each pixel comes from: rows and columns, in float32
  const f = Math.fround,
    middle = (SIDE - 1) / 2,
    angle = turned * (Math.PI / 180),
    side = mirrored ? -1 : 1;
  const cos = Math.cos(angle),
    sin = Math.sin(angle),
    rows = new Float32Array(SIDE * SIDE),
    columns = rows.slice();
  const inside = (place) => {
    // beyond its edge the picture goes on as in a mirror
    const at = f(f(place) + 0.5),
      back = f(at - 2 * SIDE * Math.floor(at / (2 * SIDE)));
    return Math.min(Math.max(f(SIDE - 0.5 - f(Math.abs(f(back - SIDE)))), 0), SIDE - 1);
  };
  for (let i = 0; i < SIDE * SIDE; i++) {
    const u = (i >> 5) - middle - down,
      v = (i & 31) - middle - right;
    rows[i] = inside(f(u * cos + middle) + f(v * sin));
    columns[i] = inside(f(v * cos * side + middle) - f(u * sin * side));
  }
  return [rows, columns];
}

function changed(pixels, settings, palette) {
  // pixels: row after row, all channels of a pixel together, as is the palette
  const channels = pixels.length / SIDE ** 2,
    before = pixels.slice(),
    after = pixels.slice(),
    f = Math.fround;
  for (const [row, column, colour] of strokes(settings.drawn))
    before.set(palette[colour], (row * SIDE + column) * channels);
  const [rows, columns] = sources(settings);
  const mix = (a, b, share) => f(a + f(share * f(b - a)));
  for (let i = 0; i < SIDE * SIDE; i++) {
    const top = Math.floor(rows[i]),
      left = Math.floor(columns[i]),
      lower = Math.min(top + 1, SIDE - 1),
      next = Math.min(left + 1, SIDE - 1);
    const down = f(rows[i] - top),
      right = f(columns[i] - left);
    for (let c = 0; c < channels; c++) {
      const at = (row, column) => before[(row * SIDE + column) * channels + c];
      after[i * channels + c] = mix(
        mix(at(top, left), at(top, next), right),
        mix(at(lower, left), at(lower, next), right),
        down,
      );
    }
  }
  return after;
}

function changes_in_python({ drawn, mirrored, turned, right, down }, palette) {
  // the lines that change `picture` (1, 32, 32, 3)
  const colour = (number) => (palette[number].length === 1 ? palette[number][0] : as_python(palette[number]));
  const pixels = strokes(drawn).map(([row, column, number]) => `(${row}, ${column}, ${colour(number)})`);
  return `${
    pixels.length
      ? `for row, column, colour in [${pixels.join(", ")}]:
    picture[0, row, column] = colour
`
      : ""
  }picture = affine(picture, [${turned}], [[${down} / 32, ${right} / 32]], [${mirrored ? "True" : "False"}])  # turned, down and right, mirrored`;
}
