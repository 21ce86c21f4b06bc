// The trained network: three convolutions, two poolings and a dense layer, in plain loops.

function restored({ shape, scales, weights, biases }) {
  const whole = new Int8Array(bytesOf(weights).buffer);
  const last = scales.length;
  return { shape, biases, weights: Float32Array.from(whole, (value, place) => value * scales[place % last]) };
}

// Numbers of an image lie row by row, in each row pixel by pixel, in each pixel channel by channel.
function convolved(image, rows, columns, { shape, weights, biases }) {
  const [high, wide, channels, filters] = shape;
  const down = rows - high + 1, across = columns - wide + 1;
  const result = new Float32Array(down * across * filters);
  const sums = new Float32Array(filters);
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      sums.set(biases);
      for (let y = 0; y < high; y++) {
        for (let x = 0; x < wide; x++) {
          for (let channel = 0; channel < channels; channel++) {
            const value = image[((row + y) * columns + column + x) * channels + channel];
            if (value === 0) continue; // ReLU makes many of them
            const start = ((y * wide + x) * channels + channel) * filters;
            for (let filter = 0; filter < filters; filter++) sums[filter] += value * weights[start + filter];
          }
        }
      }
      const place = (row * across + column) * filters;
      for (let filter = 0; filter < filters; filter++) result[place + filter] = Math.max(0, sums[filter]);
    }
  }
  return [result, down, across];
}

function pooled([image, rows, columns], channels) {
  const down = rows >> 1, across = columns >> 1;
  const result = new Float32Array(down * across * channels);
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = (y, x) => image[((2 * row + y) * columns + 2 * column + x) * channels + channel];
        result[(row * across + column) * channels + channel] = Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
      }
    }
  }
  return [result, down, across];
}

function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

const top = (shares) => shares.indexOf(Math.max(...shares));

// The 32 × 32 × 3 numbers, from 0 to 1, of an ImageData, which has a fourth for each pixel.
function pixelsOf({ data }) {
  return Float32Array.from({ length: data.length / 4 * 3 }, (_, place) => data[Math.floor(place / 3) * 4 + (place % 3)] / 255);
}

// Gives a function from 32 × 32 × 3 numbers between 0 and 1 to ten probabilities.
function trainedNetwork(layers) {
  const [first, second, third, dense] = layers.map(restored);
  return (pixels) => {
    let found = pooled(convolved(pixels, 32, 32, first), 16);
    found = pooled(convolved(...found, second), 32);
    const [features] = convolved(...found, third);
    const scores = dense.biases.map((bias, unit) =>
      features.reduce((sum, value, place) => sum + value * dense.weights[place * 10 + unit], bias));
    return softmax(scores);
  };
}
