// The layers of the networks of chapters 5 and 7, forwards, for one picture.

// Numbers [in …][out] that stand for weights, each column with its own step → the weights, in double precision: faster.
function unrounded({ w: { numbers, step }, b }) {
  return { w: Float64Array.from(numbers, (number, i) => number * step[i % step.length]), b: Float64Array.from(b) };
}

// x (side, side, channels), filters of 3 × 3 → (side - 2, side - 2, filters). At each place those inputs are gathered first
// that are not zero, for behind a ReLU half of them are; and four sums at once stay in registers.
function convolved(x, side, { w, b }) {
  const filters = b.length,
    across = w.length / filters / 3,
    channels = across / 3,
    small = side - 2;
  const out = new Float32Array(small * small * filters),
    values = new Float64Array(3 * across),
    starts = new Int32Array(3 * across);
  for (let place = 0; place < small * small; place++) {
    let count = 0;
    for (let i = 0; i < 3; i++) {
      const from = ((Math.floor(place / small) + i) * side + (place % small)) * channels;
      for (let k = 0; k < across; k++) {
        if (x[from + k] === 0) continue;
        values[count] = x[from + k];
        starts[count++] = (i * across + k) * filters;
      }
    }
    for (let f = 0, to = place * filters; f < filters; f += 4, to += 4) {
      let one = b[f],
        two = b[f + 1],
        three = b[f + 2],
        four = b[f + 3];
      for (let n = 0; n < count; n++) {
        const value = values[n],
          start = starts[n] + f;
        one += value * w[start];
        two += value * w[start + 1];
        three += value * w[start + 2];
        four += value * w[start + 3];
      }
      out[to] = one;
      out[to + 1] = two;
      out[to + 2] = three;
      out[to + 3] = four;
    }
  }
  return out;
}

function pooled(x, side, channels) {
  // the largest of 2 × 2, or zero if it is negative → (half, half, channels)
  const half = side >> 1,
    out = new Float32Array(half * half * channels);
  for (let row = 0; row < half; row++)
    for (let column = 0; column < half; column++) {
      const from = (2 * row * side + 2 * column) * channels,
        below = from + side * channels,
        to = (row * half + column) * channels;
      for (let c = 0; c < channels; c++) {
        const first = from + c,
          second = below + c;
        out[to + c] = Math.max(x[first], x[first + channels], x[second], x[second + channels], 0);
      }
    }
  return out;
}

function dense(x, { w, b }) {
  const sum = Float64Array.from(b),
    wide = b.length;
  for (let i = 0; i < x.length; i++) {
    if (x[i] === 0) continue;
    for (let j = 0; j < wide; j++) sum[j] += x[i] * w[i * wide + j];
  }
  return sum;
}

const relu = (values) => values.map((each) => Math.max(each, 0));

function softmax(logits) {
  const largest = Math.max(...logits),
    e = logits.map((z) => Math.exp(z - largest)),
    sum = e.reduce((a, b) => a + b);
  return e.map((each) => each / sum);
}

// The network of chapter 7: convolution, pooling and ReLU twice, then two dense layers.
function forward(x, [first, second, third, last]) {
  // x (32, 32, 3) → the 64 maps (30, 30, 64), the ten probabilities
  const maps = convolved(x, 32, first),
    filters = first.b.length;
  const seen = pooled(convolved(pooled(maps, 30, filters), 15, second), 13, second.b.length);
  return { maps, p: softmax(dense(relu(dense(seen, third)), last)) };
}
