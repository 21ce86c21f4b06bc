// Occlusion probe: a patch over an image, and what it does to the probability of the image's class.

const SIDE = 32, PATCH = 8, STEP = 4, ACROSS = (SIDE - PATCH) / STEP + 1;
const CLOSE = 0.01; // what 8 bits per weight may change: places that differ by less cost the same
const COLOURS = [["grey", "Grey"], ["black", "Black"], ["mean", "The image’s mean colour"]];
const ask = trainedNetwork(DATA.network.layers);

const state = { image: 0, colour: "grey", place: 0 };
let images = null; // { pixels, answer, best }, once the sheet has been read
const tried = new Map(); // image and colour -> { guess, answers }: what is known of its 49 places

const where = (place) => [Math.floor(place / ACROSS) * STEP, (place % ACROSS) * STEP];

// ---- what is on the page

const [said, say] = speaker();
const [imageBox, markImage] = choices("Image", DATA.images.map(({ name }, n) => [n, name]), (image) => change({ image, place: 0 }));
const [colourBox, markColour] = choices("Colour of the patch", COLOURS, (colour) => change({ colour }));
const canvas = el("canvas", { class: "pixels", width: SIDE, height: SIDE, role: "img" });
canvas.addEventListener("pointerdown", pointed);
canvas.addEventListener("pointermove", (event) => event.buttons && pointed(event));
const note = el("figcaption", { class: "note" });

const cells = Array.from({ length: ACROSS * ACROSS }, (_, place) => button("?", () => moveTo(place), { "aria-pressed": "false" }));
const inRows = Array.from({ length: ACROSS }, (_, row) => cells.slice(row * ACROSS, (row + 1) * ACROSS));
const chosen = moveWithArrows(cells, () => inRows);
const mapName = el("h2", { id: "drops" });
const map = el("table", { class: "map", "aria-labelledby": "drops", "aria-describedby": "how" },
  el("thead", {}, el("tr", {}, el("td"), inRows.map((_, n) => el("th", { scope: "col" }, String(n * STEP))))),
  el("tbody", {}, inRows.map((row, n) => el("tr", {}, el("th", { scope: "row" }, String(n * STEP)), row.map((one) => el("td", {}, one))))));

const bars = ["Whole image", "With the patch"].map((name) => {
  const length = el("span", { style: "width:0" }), number = el("td", { class: "number" });
  return { length, number, row: el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, el("span", { class: "bar" }, length)), number) };
});
const barsName = el("h2", { id: "answer" });
const checkButton = button("Check this place", check, { class: "main" });
const [numbers, updateNumbers] = numbersBelow("All ten probabilities as numbers", numbersTable);

document.getElementById("figure").append(
  imageBox, colourBox,
  el("div", { class: "two" },
    el("figure", { class: "stage" }, el("h2", {}, "Image"), canvas, note),
    el("div", {}, mapName, map,
      el("p", { class: "note", id: "how" }, "Choose a cell, or use the arrow keys: its row and column are those of the patch’s top left pixel."))),
  el("div", { class: "row" }, checkButton, button("Try all 49 places", tryAll)),
  said, barsName,
  el("table", { class: "answers", "aria-labelledby": "answer" }, el("tbody", {}, bars.map((bar) => bar.row))),
  numbers);

// ---- asking

const image = () => images[state.image];
const className = () => CLASSES[image().best];
const patchName = (colour = state.colour) => ({ grey: "a grey patch", black: "a black patch", mean: "a patch of the mean colour" })[colour];

function known(colour = state.colour) {
  const name = `${state.image} ${colour}`;
  if (!tried.has(name)) tried.set(name, { guess: null, answers: Array(cells.length).fill(null) });
  return tried.get(name);
}

function colourOf({ pixels }, name) {
  if (name !== "mean") return Array(3).fill(name === "grey" ? 0.5 : 0);
  return [0, 1, 2].map((channel) => pixels.reduce((sum, value, n) => (n % 3 === channel ? sum + value : sum), 0) / SIDE ** 2);
}

function covered(picture, colour, place) {
  const [top_, left] = where(place), paint = colourOf(picture, colour);
  const result = picture.pixels.slice();
  for (let row = top_; row < top_ + PATCH; row++) {
    for (let column = left; column < left + PATCH; column++) result.set(paint, (row * SIDE + column) * 3);
  }
  return result;
}

function reveal(place) {
  known().answers[place] ??= ask(covered(image(), state.colour, place));
}

const drop = (answer) => image().answer[image().best] - answer[image().best];

// The places where a patch costs the most; null as long as some haven't been tried.
function costliest(colour = state.colour) {
  const { answers } = known(colour);
  if (answers.includes(null)) return null;
  const drops = answers.map(drop), most = Math.max(...drops);
  return { most, places: [...drops.keys()].filter((place) => drops[place] > most - CLOSE) };
}

// ---- doing

function change(what) {
  Object.assign(state, what);
  running++;
  update();
  tellPlace();
}

function moveTo(place) {
  state.place = place;
  if (known().guess !== null || costliest()) reveal(place);
  update();
  tellPlace();
}

function pointed(event) {
  const box = canvas.getBoundingClientRect();
  const [row, column] = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width]
    .map((share) => Math.min(Math.max(Math.round((share * SIDE - PATCH / 2) / STEP), 0), ACROSS - 1));
  if (row * ACROSS + column !== state.place) moveTo(row * ACROSS + column);
}

function check() {
  const record = known();
  if (record.guess !== null || costliest()) return tellPlace();
  record.guess = state.place;
  reveal(state.place);
  update();
  say(fall(), "Is there a place that costs more? Move the patch around, or try all 49 places.");
}

let running = 0;
async function tryAll() {
  const mine = ++running;
  for (const place of cells.keys()) {
    reveal(place);
    if ((place + 1) % ACROSS > 0) continue;
    update(); // a row at a time: on a slow phone, all of them take a second or two
    await new Promise((done) => setTimeout(done, stillness.matches ? 0 : 60));
    if (mine !== running) return;
  }
  update();
  say(...verdict());
}

// ---- in words

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const spot = (place) => where(place).map((start, n) => `${["rows", "columns"][n]} ${start} to ${start + PATCH - 1}`).join(" and ");

function fall() {
  const answer = known().answers[state.place], { best } = image();
  const before = image().answer[best], after = answer[best];
  const same = fixed(before, 2) === fixed(after, 2);
  const how = same ? `stays at ${fixed(before, 2)}` : `${after < before ? "falls" : "rises"} from ${fixed(before, 2)} to ${fixed(after, 2)}`;
  const other = top(answer);
  return `With ${spot(state.place)} covered, the probability of “${className()}” ${how}.`
    + (other === best ? "" : ` The network now says “${CLASSES[other]}”, ${fixed(answer[other], 2)}.`);
}

function tellPlace() {
  if (known().answers[state.place]) return say.soon(fall());
  const before = COLOURS.map(([colour]) => colour).find((colour) => colour !== state.colour && costliest(colour));
  say.soon(`The patch covers ${spot(state.place)}. ${before
    ? `With ${patchName(before)}, ${spot(costliest(before).places[0])} cost the most. Will it be the same place now?`
    : "Where will it cost the most?"} Move the patch there, and check.`);
}

function verdict() {
  const { most, places: [first, ...others] } = costliest();
  const equal = others.length === 1 ? [` ${capital(spot(others[0]))} cost as much.`] : others.length ? [` ${others.length} other places cost as much.`] : [];
  return [
    `With ${patchName()}, ${spot(first)} cost the most: the probability falls by ${fixed(most, 2)}.${equal}`,
    ...expected(), ...compared()];
}

function expected() {
  const { guess } = known(), { places } = costliest();
  if (guess === null) return [];
  if (places.includes(guess)) return ["That’s where you expected it."];
  const near = places.some((place) => where(place).every((start, n) => Math.abs(start - where(guess)[n]) < PATCH));
  return [`You expected ${spot(guess)}${near ? ": close, as the two overlap" : ""}.`];
}

// With what patches of other colours found in the same image.
function compared() {
  const { places } = costliest();
  const others = COLOURS.map(([colour]) => colour).filter((colour) => colour !== state.colour && costliest(colour));
  if (others.length === 0) return ["Will a patch of another colour find the same place?"];
  const there = others.map((colour) => costliest(colour).places);
  const same = (some) => places.filter((place) => some.includes(place));
  const found = others.map((colour, n) =>
    `With ${patchName(colour)} it was ${same(there[n]).length ? "the same place" : spot(there[n][0])}.`).join(" ");
  if (others.length === 1) return [found];
  return [found, places.some((place) => there.every((some) => some.includes(place)))
    ? "All three colours agree about this image. Do they about the others?"
    : "So which place matters the most depends on the colour of the patch."];
}

// ---- drawing

function update() {
  const { answers } = known(), { best, answer } = image(), most = costliest();
  draw();
  mapName.textContent = `How far the probability of “${className()}” falls`;
  barsName.textContent = `Probability of “${className()}”`;
  markImage(state.image);
  markColour(state.colour);
  cells.forEach((cell, place) => {
    const fell = answers[place] && drop(answers[place]), text = answers[place] ? fixed(fell, 2).replace(/^−0\.00$/, "0.00") : "?";
    const worst = most !== null && most.places.includes(place);
    cell.textContent = text;
    cell.setAttribute("aria-pressed", String(place === state.place));
    cell.setAttribute("aria-label", `Rows from ${where(place)[0]}, columns from ${where(place)[1]}: ${answers[place] ? text : "not known yet"}${worst ? ", the most" : ""}`);
    cell.parentNode.style.setProperty("--share", answers[place] ? 0.55 * Math.max(0, fell) ** 0.7 : 0);
    cell.parentNode.classList.toggle("worst", worst);
  });
  chosen(cells[state.place]);
  [answer, answers[state.place]].forEach((shares, n) => {
    bars[n].length.style.width = shares ? `${100 * shares[best]}%` : "0";
    bars[n].number.textContent = shares ? fixed(shares[best], 2) : "?";
  });
  checkButton.setAttribute("aria-disabled", String(known().guess !== null || most !== null));
  updateNumbers();
}

function draw() {
  const result = new ImageData(SIDE, SIDE), pixels = covered(image(), state.colour, state.place);
  for (let n = 0; n < SIDE * SIDE; n++) {
    result.data.set([...pixels.subarray(3 * n, 3 * n + 3)].map((value) => Math.round(255 * value)).concat(255), 4 * n);
  }
  canvas.getContext("2d").putImageData(result, 0, 0);
  const { number } = DATA.images[state.image];
  canvas.setAttribute("aria-label", `Validation image ${number}, ${withArticle(className())}, with ${spot(state.place)} covered`);
  note.textContent = `Validation image ${number}. The network says “${className()}”, and it’s right.`;
}

function numbersTable() {
  const after = known().answers[state.place];
  return dataTable(`${capital(spot(state.place))} covered`, ["Class", "Whole image", "With the patch"],
    CLASSES.map((name, n) => [name, fixed(image().answer[n], 3), after ? fixed(after[n], 3) : "?"]));
}

const sheet = new Image();
sheet.onload = () => {
  const copy = el("canvas", { width: sheet.width, height: SIDE });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(sheet, 0, 0);
  images = DATA.images.map((_, n) => {
    const pixels = pixelsOf(context.getImageData(n * SIDE, 0, SIDE, SIDE)), answer = ask(pixels);
    return { pixels, answer, best: top(answer) };
  });
  update();
  tellPlace();
};
sheet.src = DATA.sheet;
window.lessonFigure = { state, tried, costliest };
