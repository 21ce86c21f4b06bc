// Learning-rate valley: gradient descent with one weight, at a rate that one sets.

const STEPS = 8, CLOSE = 0.1; // a loss below this counts as the bottom
const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const loss = (weight) => mean(DATA.hours.map((hours, day) => (weight * hours - DATA.growth[day]) ** 2));
const slope = (weight) => (loss(weight + 0.001) - loss(weight - 0.001)) / 0.002;

const ENDINGS = {
  bottom: ["at the bottom", "it’s at the bottom"],
  way: ["lower, but not there yet", "it’s lower than at the start, but not at the bottom yet"],
  up: ["higher than at the start", "it’s higher than at the start: each step leaps across the valley and lands further up"],
};

const state = { start: 0, rate: 0.04, weights: [0], tried: { down: 0, up: Infinity } };

// ---- what is on the page

const [said, say] = speaker();
const startName = el("label", { for: "start" });
const start = el("input", { type: "range", id: "start", min: -2, max: 6, step: 0.1, value: 0, oninput: change });
const rateName = el("label", { for: "rate" });
const rate = el("input", { type: "range", id: "rate", min: 0.002, max: 0.15, step: 0.001, value: 0.04, oninput: change });
const guesses = Object.entries(ENDINGS).map(([ending, [text]]) => button(`… ${text}`, () => run(ending)));
const valley = plot({
  name: "Loss for each value of the weight, and where the steps have led",
  x: { range: [-2, 6], ticks: [-2, 0, 2, 4, 6], name: "weight", format: (tick) => fixed(tick, 0) },
  y: { range: [0, 130], ticks: [0, 40, 80, 120], name: "loss" },
});
const [numbers, updateNumbers] = numbersBelow("Every step as numbers", () =>
  dataTable(`Steps at a learning rate of ${fixed(state.rate, 3)}`, ["Step", "Weight", "Slope", "Loss"],
    state.weights.map((weight, step) => [step ? String(step) : "Start", ...[weight, slope(weight), loss(weight)].map((value) => fixed(value, 2))])));

document.getElementById("figure").append(
  el("div", { class: "controls" }, el("div", {}, startName, start), el("div", {}, rateName, rate)),
  el("fieldset", {}, el("legend", {}, "After eight steps, it will be …"), el("div", { class: "row" }, guesses)),
  el("div", { class: "row" }, button("One step", oneStep), button("Back to the start", change)),
  valley.picture, said, numbers);

// ---- doing

function change() {
  state.start = Number(start.value);
  state.rate = Number(rate.value);
  state.weights = [state.start];
  update();
  say.soon(`Learning rate ${fixed(state.rate, 3)}, starting at weight ${fixed(state.start, 1)}. Where will eight steps lead?`);
}

function step() {
  const weight = state.weights.at(-1);
  state.weights.push(weight - state.rate * slope(weight));
}

function oneStep() {
  step();
  update();
  const [before, after] = state.weights.slice(-2);
  say.soon(`Step ${state.weights.length - 1}: the slope at ${fixed(before, 2)} is ${fixed(slope(before), 2)}, so the weight changes by −${fixed(state.rate, 3)} × ${fixed(slope(before), 2)} and becomes ${fixed(after, 2)}. The loss is ${fixed(loss(after), 2)}.`);
}

function ending() {
  const [first, last] = [state.weights[0], state.weights.at(-1)].map(loss);
  if (last > first) return "up";
  return last < CLOSE ? "bottom" : "way";
}

async function run(guess) {
  state.weights = [state.start];
  for (let n = 0; n < STEPS; n++) {
    step();
    if (!stillness.matches) {
      update();
      await new Promise((done) => setTimeout(done, 140));
    }
  }
  state.weights.length = STEPS + 1; // somebody may have pressed another button meanwhile
  update();
  const found = ending(), last = state.weights.at(-1);
  say(
    `Learning rate ${fixed(state.rate, 3)}: weight ${fixed(last, 2)}, loss ${fixed(loss(last), 2)}. After eight steps ${ENDINGS[found][1]}.`,
    guess === found ? "You predicted that correctly." : `You predicted “${ENDINGS[guess][0]}”. Why was it different?`,
    ...bracket(found));
}

// From one run to the next, the rate at which things change is closed in on.
function bracket(found) {
  const { tried } = state;
  if (found === "up") tried.up = Math.min(tried.up, state.rate);
  else tried.down = Math.max(tried.down, state.rate);
  if (tried.up === Infinity || tried.down === 0) return [];
  if (tried.up - tried.down < 0.0015) return [`You’ve found it: ${fixed(tried.down, 3)} still leads down, ${fixed(tried.up, 3)} leads up, wherever you start.`];
  return [`So far: ${fixed(tried.down, 3)} leads down, ${fixed(tried.up, 3)} leads up. What about a rate in between?`];
}

// ---- drawing

const points = Array.from({ length: 161 }, (_, n) => -2 + n / 20);
const hill = line(points.map((weight) => [valley.across(weight), valley.up(loss(weight))]), { stroke: "var(--line)" });

function update() {
  startName.textContent = `Start at weight ${fixed(state.start, 1)}`;
  rateName.textContent = `Learning rate ${fixed(state.rate, 3)}`;
  start.setAttribute("aria-valuetext", fixed(state.start, 1));
  const inside = state.weights.findIndex((weight) => weight < -2 || weight > 6 || loss(weight) > 130);
  const shown = inside < 0 ? state.weights : state.weights.slice(0, inside);
  const places = shown.map((weight) => [valley.across(weight), valley.up(loss(weight))]);
  const last = places.length - 1;
  valley.layer.replaceChildren(
    hill,
    line(places, { stroke: "var(--blue)", "stroke-width": 1.5 }),
    ...places.map(([x, y], n) => n === last && inside < 0
      ? svg("rect", { x: x - 7, y: y - 7, width: 14, height: 14, fill: "var(--orange)" })
      : svg("circle", { cx: x, cy: y, r: 5, fill: "var(--blue)" })),
    ...(inside < 0 ? [] : [svg("text", { x: (valley.left + valley.right) / 2, y: valley.top + 24, "text-anchor": "middle" }, `Step ${inside} goes off the chart.`)]));
  updateNumbers();
}

change();
window.lessonFigure = { state, loss, slope };
