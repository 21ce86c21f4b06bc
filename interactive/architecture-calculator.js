// Architecture calculator: what a change to the network does to shapes and parameters, once guessed.

const SETTINGS = [
  ["size", "Rows and columns of the image", [32, 48, 64, 128]],
  ["first", "Filters of the first convolution", [4, 8, 16, 32, 64]],
  ["second", "Filters of the second convolution", [8, 16, 32, 64, 128]],
  ["kernel", "Rows and columns of the kernels", [1, 3, 5, 7]],
  ["units", "Neurons of the dense layer", [16, 32, 64, 128, 256]],
];
const GUESSES = [["It falls", -1], ["It stays the same", 0], ["It rises", 1]];
const START = { size: 32, first: 16, second: 32, kernel: 3, units: 64, pool: true }; // as in the introduction
const state = { now: START, before: null, changed: [] };

// Each layer: its name, the shape of what it passes on, its parameters.
function layersOf({ size, first, second, kernel, units, pool }) {
  const one = size - kernel + 1, half = one >> 1, two = half - kernel + 1, last = pool ? two >> 1 : two;
  const weights = kernel * kernel;
  return [
    { name: "Input", shape: [size, size, 3], count: 0 },
    { name: `Conv2D (${first} filters)`, shape: [one, one, first], count: (weights * 3 + 1) * first },
    { name: "MaxPooling2D", shape: [half, half, first], count: 0 },
    { name: `Conv2D (${second} filters)`, shape: [two, two, second], count: (weights * first + 1) * second },
    ...(pool ? [{ name: "MaxPooling2D", shape: [last, last, second], count: 0 }] : []),
    { name: "Flatten", shape: [last * last * second], count: 0 },
    { name: `Dense (${units} neurons)`, shape: [units], count: (last * last * second + 1) * units },
    { name: "Dense (10 classes)", shape: [10], count: (units + 1) * 10 },
  ];
}

const total = (settings) => layersOf(settings).reduce((sum, layer) => sum + layer.count, 0);

// ---- what is on the page

const [said, say] = speaker();
const selects = SETTINGS.map(([key, text, values]) => {
  const select = el("select", { id: key, onchange: () => change(key, Number(select.value)) },
    values.map((value) => el("option", { value, selected: value === state.now[key] }, String(value))));
  return el("div", {}, el("label", { for: key }, text), select);
});
const tick = el("input", { type: "checkbox", id: "pool", checked: true, onchange: () => change("pool", tick.checked) });
const guesses = GUESSES.map(([text, direction]) => button(text, () => guess(direction)));
const body = el("tbody");
const table = el("table", { class: "layers" },
  el("thead", {}, el("tr", {}, ["Layer", "Passes on", "Parameters"].map((name) => el("th", { scope: "col" }, name)))), body);
const [numbers, updateNumbers] = numbersBelow("What you’ve tried", () =>
  dataTable("From one network to the next", ["Change", "Before", "After", "Factor"],
    state.changed.length ? state.changed : [["nothing yet", "", "", ""]]));

document.getElementById("figure").append(
  el("fieldset", {}, el("legend", {}, "Change one thing"),
    el("div", { class: "settings" }, selects, el("div", { class: "tick" }, tick, el("label", { for: "pool" }, "Second pooling layer")))),
  el("fieldset", {}, el("legend", {}, "What happens to the number of parameters?"), el("div", { class: "row" }, guesses)),
  said, table, el("div", { class: "row" }, button("Back to the network from the introduction", reset)), numbers);

// ---- doing

function change(key, value) {
  state.before ??= state.now;
  state.now = { ...state.now, [key]: value };
  update();
  say.soon("The numbers are hidden. What happens to the number of parameters? Press one of the three buttons.");
}

// What has been tried stays in its table.
function reset() {
  Object.assign(state, { now: START, before: null });
  selects.forEach((one, n) => { one.querySelector("select").value = START[SETTINGS[n][0]]; });
  tick.checked = START.pool;
  update();
  tellStart();
}

function tellStart() {
  say(`This is the network from the introduction, with ${thousands(total(START))} parameters.`, mostIn(START));
}

function differences(before, now) {
  const names = Object.fromEntries(SETTINGS.map(([key, text]) => [key, text]));
  return Object.keys(now).filter((key) => now[key] !== before[key])
    .map((key) => (key === "pool" ? `Second pooling layer: ${now.pool ? "yes" : "no"}` : `${names[key]}: ${before[key]} → ${now[key]}`))
    .join("; ");
}

function guess(direction) {
  if (state.before === null) return say("Change something first.");
  const { before, now } = state;
  const [old, fresh] = [total(before), total(now)];
  const found = Math.sign(fresh - old);
  const words = found === 0 ? `It stays at ${thousands(old)}.`
    : `It ${found > 0 ? "rises" : "falls"} from ${thousands(old)} to ${thousands(fresh)}, ${found > 0 ? `${fixed(fresh / old, 1)} times as many` : `${percent(fresh / old)} of what it was`}.`;
  state.changed.push([differences(before, now) || "nothing", thousands(old), thousands(fresh), fixed(fresh / old, 2)]);
  state.before = null;
  update(before);
  say(`${words} ${found === direction ? "You predicted that correctly." : `You predicted “${GUESSES[direction + 1][0].toLowerCase()}”.`}`, mostIn(now));
}

function mostIn(settings) {
  const layers = layersOf(settings);
  const most = layers.reduce((best, layer) => (layer.count > best.count ? layer : best));
  return `One layer, ${most.name}, holds ${percent(most.count / total(settings))} of all parameters.`;
}

// ---- drawing

function update(before = null) {
  const layers = layersOf(state.now), all = total(state.now), hidden = state.before !== null;
  const old = before && layersOf(before).map((layer) => layer.count);
  const same = old && old.length === layers.length;
  body.replaceChildren(...layers.map(({ name, shape, count }, n) => el("tr", { class: same && old[n] !== count ? "changed" : "" },
    el("th", { scope: "row" }, name),
    el("td", { class: "shape" }, hidden ? "?" : shape.map(thousands).join(" × ")),
    el("td", {}, hidden ? "?" : thousands(count), hidden || count === 0 ? "" : el("span", { class: "bar", "aria-hidden": true }, el("span", { style: `width:${(100 * count) / all}%` }))))));
  for (const one of guesses) one.setAttribute("aria-disabled", String(!hidden));
  updateNumbers();
}

update();
tellStart();
window.lessonFigure = { layersOf };
