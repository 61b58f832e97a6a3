// One filter on one image: what comes out, what flows back, and both in words.

const MOST = 5; // rows and columns of a filter

const zeros = (rows, columns) => Array.from({ length: rows }, () => new Array(columns).fill(0));
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function image_of({ pictures }, { picture, edits }) {
  // → rows of pixels: a ready-made picture, and what was changed in it
  const { pixels } = pictures.find(({ name }) => name === picture),
    [rows, columns] = pixels.shape;
  const image = Array.from({ length: rows }, (_, row) =>
    Array.from(pixels.subarray(row * columns, (row + 1) * columns)),
  );
  for (const [row, column, value] of edits) image[row][column] = value;
  return image;
}

// Lay the filter on place [r, c] of the output: take(i, j, row, column) for each weight [i, j] and the pixel under it.
function lay(size, { stride, padding }, [r, c], take) {
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) take(i, j, r * stride + i - padding, c * stride + j - padding);
}

const pixel = (image, row, column) => image[row]?.[column] ?? 0; // around the image are zeros

function places(n, size, { stride, padding }) {
  return Math.max(0, Math.floor((n + 2 * padding - size) / stride) + 1);
}

function convolve(image, settings) {
  // → out: at each place, the sum of the products
  const { kernel } = settings,
    size = kernel.length;
  const out = zeros(places(image.length, size, settings), places(image[0].length, size, settings));
  out.forEach((line, r) =>
    line.forEach((_, c) => {
      lay(size, settings, [r, c], (i, j, row, column) => {
        out[r][c] += pixel(image, row, column) * kernel[i][j];
      });
    }),
  );
  return out;
}

function flow_back(image, settings, dout) {
  // → how the loss grows with each weight and with each pixel
  const { kernel } = settings,
    dw = zeros(kernel.length, kernel.length),
    dx = zeros(image.length, image[0].length);
  dout.forEach((line, r) =>
    line.forEach((d, c) => {
      if (d === 0) return;
      lay(kernel.length, settings, [r, c], (i, j, row, column) => {
        dw[i][j] += pixel(image, row, column) * d;
        if (row in dx && column in dx[row]) dx[row][column] += kernel[i][j] * d;
      });
    }),
  );
  return { dw, dx };
}

const chosen = ({ cell: [r, c] }, out) => [clamp(r, 0, out.length - 1), clamp(c, 0, (out[0]?.length ?? 0) - 1)];

function dout_of(settings, out) {
  // → 1 at the chosen place, or at all
  const [r, c] = chosen(settings, out);
  return out.map((line, row) =>
    line.map((_, column) => Number(settings.dout === "all" || (row === r && column === c))),
  );
}

// --- in words ---------------------------------------------------------------------------------------------------------

function told(image, settings, at, total) {
  // the sum of products of a place; those that are zero are only counted
  const products = [];
  lay(settings.kernel.length, settings, at, (i, j, row, column) =>
    products.push([pixel(image, row, column), settings.kernel[i][j]]),
  );
  const some = products.filter(([x, w]) => x * w !== 0),
    none = products.length - some.length;
  if (!some.length)
    return `Row ${at[0] + 1}, column ${at[1] + 1}: ${none === 1 ? "the product is" : `all ${none} products are`} 0`;
  const terms = some.map(([x, w]) => `${short(x)} · ${w < 0 ? `(${short(w, 4)})` : short(w, 4)}`).join(" + ");
  const rest = none ? ` (${none} of the ${products.length} products ${none === 1 ? "is" : "are"} 0)` : "";
  return `Row ${at[0] + 1}, column ${at[1] + 1}: ${terms} = ${short(total)}${rest}`;
}

function told_back({ dout }, [r, c]) {
  return dout === "all"
    ? "Each weight gets the sum of all pixels that it met, each pixel the sum of all weights that lay on it."
    : `Row ${r + 1}, column ${c + 1}: each weight gets the pixel under it, each pixel the weight on it.`;
}

function noted(image, { kernel, stride, padding }, out) {
  // what no place has seen
  if (!out.length || !out[0].length) return "The filter is larger than the image and its padding: it fits nowhere.";
  const seen = (n, count) =>
    Array.from({ length: n }, (_, at) => at + padding).filter(
      (at) => Math.min(Math.floor(at / stride), count - 1) * stride + kernel.length > at,
    ).length;
  const unseen = image.length * image[0].length - seen(image.length, out.length) * seen(image[0].length, out[0].length);
  return unseen ? `The filter never covers ${unseen} of the pixels.` : "";
}
