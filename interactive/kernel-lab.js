// Kernel lab: nine numbers slide over a small matrix or a cat; then filters that a network learned.

const SMALL = DATA.small; // rows of numbers, as in the episode
const NINTH = 1 / 9;
const PRESETS = [
  ["horizontal", "Horizontal edges", DATA.kernel.flat()],
  ["vertical", "Vertical edges", [1, 0, -1, 1, 0, -1, 1, 0, -1]],
  ["blur", "Blur", Array(9).fill(NINTH)],
  ["sharpen", "Sharpen", [0, -1, 0, -1, 5, -1, 0, -1, 0]],
];
const CHANNELS = ["Red", "Green", "Blue"];
const learned = restoredFilters(DATA.filters);

const state = { image: "small", kernel: [...PRESETS[0][2]], row: 1, column: 1, filter: 0, known: new Set(["1 1"]) };
let filling = 0; // which filling of the map goes on
let cat = null; // { rows, columns, grey, colours }

// ---- calculating

function restoredFilters({ scales, weights, biases }) {
  const whole = new Int8Array(bytesOf(weights).buffer); // (row, column, channel, filter)
  return biases.map((bias, filter) => ({
    bias,
    kernels: CHANNELS.map((_, channel) =>
      Array.from({ length: 9 }, (_, place) => whole[(place * 3 + channel) * 16 + filter] * scales[filter])),
  }));
}

const image = () => (state.image === "small" ? { rows: SMALL.length, columns: SMALL[0].length, grey: SMALL.flat() } : cat);

function windowAt(values, columns, row, column) {
  return Array.from({ length: 9 }, (_, place) => values[(row + Math.floor(place / 3)) * columns + column + (place % 3)]);
}

const sumOf = (values, weights) => values.reduce((sum, value, place) => sum + value * weights[place], 0);

// Ways to the number of one cell: what was multiplied, and what came out.
function workedOut(row, column) {
  const { grey, columns } = image();
  const values = windowAt(grey, columns, row, column);
  return { values, sum: sumOf(values, state.kernel) };
}

function filterAt(filter, row, column) {
  const parts = filter.kernels.map((kernel, channel) =>
    sumOf(windowAt(cat.colours[channel], cat.columns, row, column), kernel));
  const sum = parts.reduce((total, part) => total + part, filter.bias);
  return { parts, sum, result: Math.max(0, sum) };
}

const short = (value) => fixed(value, Number.isInteger(Math.round(1e6 * value) / 1e6) ? 0 : 2);

function inWords(values) {
  const products = values.map((value, place) => value * state.kernel[place]).filter((_, place) => state.kernel[place] !== 0);
  if (products.length === 0) return "0";
  return products.map((product, n) =>
    (n === 0 ? (product < 0 ? "−" : "") : product < 0 || Object.is(product, -0) ? " − " : " + ") + short(Math.abs(product))).join("");
}

// ---- what is on the page

const [said, say] = speaker();
const [imageBox, pressImage] = choices("Image", [["small", "A few numbers"], ["cat", "The cat"], ["learned", "The cat, learned filters"]], setImage);
const [kernelBox, pressKernel] = choices("Kernel", PRESETS.map(([value, text]) => [value, text]), setPreset);

const pixelCells = SMALL.map((row) => row.map((value) => el("td", {}, String(value))));
const weightFields = Array.from({ length: 9 }, (_, place) => el("input", {
  type: "number", step: "any", value: 0, "aria-label": `Weight in row ${Math.floor(place / 3)}, column ${place % 3}`,
  oninput: (event) => setWeight(place, event.target),
}));
const mapRows = SMALL.slice(2).map((row, y) => row.slice(2).map((_, x) =>
  button("?", () => moveTo(y, x), { "aria-pressed": "false" })));
const chosen = moveWithArrows(mapRows.flat(), () => mapRows);

const table = (name, rows, cell) => el("table", { class: name }, el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell)))));
// with the numbers of its rows and columns, which count from 0
const numbered = (name, rows, cell) => el("table", { class: name },
  el("thead", {}, el("tr", {}, el("td"), rows[0].map((_, column) => el("th", { scope: "col" }, String(column))))),
  el("tbody", {}, rows.map((row, number) => el("tr", {}, el("th", { scope: "row" }, String(number)), row.map(cell)))));
const inThrees = (list) => [0, 3, 6].map((start) => list.slice(start, start + 3));

const smallImage = el("div", {}, el("h2", {}, "Image"), numbered("cells", pixelCells, (one) => one));
const weights = el("div", {}, el("h2", {}, "Kernel"), table("weights", inThrees(weightFields), (one) => el("td", {}, one)));
const smallMap = el("div", {}, el("h2", {}, "Feature map"), numbered("map", mapRows, (one) => el("td", {}, one)));

const [photo, photoFinder] = framed("The cat, in shades of grey");
const [catMap, mapFinder] = framed("Feature map");
const photoName = el("h2", {}, "Image");
const pictures = el("div", { class: "pictures" },
  el("div", {}, photoName, photo.parentNode), el("div", {}, el("h2", {}, "Feature map"), catMap.parentNode));
const rowSlider = el("input", { type: "range", id: "row", min: 0, oninput: slide });
const columnSlider = el("input", { type: "range", id: "column", min: 0, oninput: slide });
const sliders = el("div", { class: "sliders" },
  el("div", {}, el("label", { for: "row" }, "Row of the window"), rowSlider),
  el("div", {}, el("label", { for: "column" }, "Column of the window"), columnSlider));

const filterButtons = learned.map((_, place) => button([el("canvas", { class: "pixels" }), `Filter ${place + 1}`], () => {
  state.filter = place;
  update();
}, { "aria-pressed": "false" }));
moveWithArrows(filterButtons);
const filters = el("fieldset", {}, el("legend", {}, "Filters of the first layer"), el("div", { class: "filters" }, filterButtons));

const guess = el("input", { type: "number", step: "any", id: "guess" });
const predict = el("form", { class: "row predict", onsubmit: check },
  el("label", { for: "guess" }, "Your prediction:"), guess,
  el("button", { class: "main" }, "Check"), button("Show the sum", () => show(null)));
const whole = el("div", { class: "row" },
  button("Fill in the whole map", fillIn), button("Clear the map", clear));
const working = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The window, number by number" });
const [numbers, updateNumbers] = numbersBelow("The feature map as numbers", numbersTable);

const lab = el("div", { class: "lab" }, smallImage, weights, smallMap);
document.getElementById("figure").append(imageBox, kernelBox, filters, lab, pictures, sliders, predict, working, said, whole, numbers);

function framed(name) {
  const picture = el("canvas", { class: "pixels", role: "img", "aria-label": name, onclick: pointed });
  const finder = el("span", { class: "finder" });
  el("div", { class: "frame" }, picture, finder);
  return [picture, finder];
}

// ---- doing

const key = () => `${state.row} ${state.column}`;
const isKnown = () => state.known.has(key());
const place = () => `rows ${state.row} to ${state.row + 2} and columns ${state.column} to ${state.column + 2}, counted from 0`;

// Whatever changes what the map would hold empties it, and ends the filling that may go on.
function empty() {
  filling++;
  state.known.clear();
  guess.value = "";
}

function setImage(name) {
  state.image = name;
  empty();
  [state.row, state.column] = name === "small" ? [1, 1] : [33, 62];
  pressImage(name);
  update();
  if (name === "learned") say("Each filter has 27 weights: nine per colour. Nobody chose them; they’re what training left behind. Which filters look for edges?");
  else tellPlace();
}

function setPreset(name) {
  state.kernel = [...PRESETS.find(([value]) => value === name)[2]];
  empty();
  showWeights();
  pressKernel(name);
  update();
  tellPlace();
}

function setWeight(which, field) {
  state.kernel[which] = Number(field.value) || 0;
  empty();
  pressKernel(null);
  update();
  say.soon("The kernel has changed, so the map is empty again. What will come out?");
}

function showWeights() {
  state.kernel.forEach((weight, n) => { weightFields[n].value = Math.round(1000 * weight) / 1000; });
}

function moveTo(row, column) {
  Object.assign(state, { row, column });
  guess.value = "";
  update();
  tellPlace();
}

function tellPlace() {
  if (state.image === "learned") say.soon(...filterSentences());
  else if (isKnown()) say.soon(...sumSentences(null), "Choose another cell, and predict its number.");
  else say.soon(`The window is in ${place()}. What will the sum be?`);
}

function slide() {
  moveTo(Number(rowSlider.value), Number(columnSlider.value));
}

function pointed(event) {
  const box = event.target.getBoundingClientRect();
  const within = (share, most) => Math.min(Math.max(Math.round(share * (most + 2)) - 1, 0), most);
  moveTo(within((event.clientY - box.top) / box.height, cat.rows - 3),
    within((event.clientX - box.left) / box.width, cat.columns - 3));
}

function check(event) {
  event.preventDefault();
  if (guess.value === "") say("Enter your prediction first, or press “Show the sum”.");
  else show(Number(guess.value));
}

function show(predicted) {
  state.known.add(key());
  update();
  say(...sumSentences(predicted));
}

function sumSentences(predicted) {
  const { values, sum } = workedOut(state.row, state.column);
  const lines = [`${inWords(values)} = ${short(sum)}`];
  if (predicted !== null) {
    const right = Math.abs(predicted - sum) < 0.006;
    lines.push(right ? `You predicted ${short(predicted)}: right.` : `You predicted ${short(predicted)}. Look at the nine products: which one did you get wrong?`);
  }
  return lines;
}

function filterSentences() {
  const { parts, sum, result } = filterAt(learned[state.filter], state.row, state.column);
  const added = [...parts, learned[state.filter].bias];
  const words = added.map((part, n) => (n === 0 ? fixed(part, 2) : `${part < 0 ? "−" : "+"} ${fixed(Math.abs(part), 2)}`)).join(" ");
  return [`Filter ${state.filter + 1}: red, green, blue and bias give ${words} = ${fixed(sum, 2)}. After ReLU: ${fixed(result, 2)}.`];
}

function everyCell() {
  const { rows, columns } = image();
  return Array.from({ length: rows - 2 }, (_, row) => Array.from({ length: columns - 2 }, (_, column) => [row, column])).flat();
}

async function fillIn() {
  const mine = ++filling;
  say("The kernel slides over the image, from cell to cell.");
  for (const [row, column] of everyCell()) {
    if (mine !== filling) return;
    state.known.add(`${row} ${column}`);
    if (!stillness.matches && (state.image === "small" || (column === 0 && row % 3 === 0))) {
      update();
      await new Promise((done) => setTimeout(done, state.image === "small" ? 90 : 20));
    }
  }
  update();
  const sums = everyCell().map(([row, column]) => workedOut(row, column).sum);
  say(`The map has ${image().rows - 2} rows and ${image().columns - 2} columns: two fewer each way than the image. Its numbers lie between ${short(Math.min(...sums))} and ${short(Math.max(...sums))}.`);
}

function clear() {
  empty();
  update();
  say("The map is empty again.");
}

// ---- drawing

function update() {
  const small = state.image === "small", filter = state.image === "learned";
  [smallImage, smallMap].forEach((one) => { one.hidden = !small; });
  [pictures, sliders].forEach((one) => { one.hidden = small; });
  [kernelBox, lab, predict, whole].forEach((one) => { one.hidden = filter; });
  filters.hidden = !filter;
  if (small) updateSmall();
  else if (cat) updateCat();
  working.replaceChildren(filter ? filterTable() : workingTable());
  updateNumbers();
}

function updateSmall() {
  pixelCells.forEach((cells, row) => cells.forEach((cell, column) => {
    const inside = row >= state.row && row < state.row + 3 && column >= state.column && column < state.column + 3;
    cell.className = inside ? "in" : "";
  }));
  mapRows.forEach((cells, row) => cells.forEach((cell, column) => {
    const known = state.known.has(`${row} ${column}`);
    cell.textContent = known ? short(workedOut(row, column).sum) : "?";
    cell.setAttribute("aria-pressed", String(row === state.row && column === state.column));
    cell.setAttribute("aria-label", `Row ${row}, column ${column}: ${known ? cell.textContent : "not known yet"}`);
  }));
  chosen(mapRows[state.row][state.column]);
}

function updateCat() {
  const filter = state.image === "learned";
  photoName.textContent = filter ? "Image, in colour" : "Image, in shades of grey";
  paint(photo, cat.rows, cat.columns, (n) => (filter ? cat.colours.map((channel) => 255 * channel[n]) : Array(3).fill(cat.grey[n])));
  paintMap(catMap, filter ? state.filter : null);
  if (filter) {
    filterButtons.forEach((one, n) => {
      one.setAttribute("aria-pressed", String(n === state.filter));
      if (!one.painted) one.painted = paintMap(one.firstChild, n);
    });
  }
  for (const [finder, rows, columns, high] of [[photoFinder, cat.rows, cat.columns, 3], [mapFinder, cat.rows - 2, cat.columns - 2, 1]]) {
    const part = (value, all) => `${(100 * value) / all}%`;
    Object.assign(finder.style, { top: part(state.row, rows), left: part(state.column, columns), height: part(high, rows), width: part(high, columns) });
  }
  rowSlider.max = cat.rows - 3;
  columnSlider.max = cat.columns - 3;
  rowSlider.value = state.row;
  columnSlider.value = state.column;
}

function paint(target, rows, columns, colour) {
  const result = new ImageData(columns, rows);
  for (let n = 0; n < rows * columns; n++) {
    const [red, green, blue, alpha = 255] = colour(n);
    result.data.set([red, green, blue, alpha], 4 * n);
  }
  target.width = columns;
  target.height = rows;
  target.getContext("2d").putImageData(result, 0, 0);
}

// Sums around 0 are grey, as in the lesson; where the weights don't add up to 0, so are they in the image.
function paintMap(target, filter) {
  const rows = cat.rows - 2, columns = cat.columns - 2;
  const cell = (n) => [Math.floor(n / columns), n % columns];
  if (filter !== null) {
    const results = Array.from({ length: rows * columns }, (_, n) => filterAt(learned[filter], ...cell(n)).result);
    const most = Math.max(...results) || 1;
    paint(target, rows, columns, (n) => Array(3).fill((255 * results[n]) / most));
    return true;
  }
  const total = state.kernel.reduce((sum, weight) => sum + weight, 0);
  const grey = (sum) => (Math.abs(total) < 0.01 ? 127.5 + 1.275 * sum : sum / Math.max(total, 1));
  paint(target, rows, columns, (n) => {
    const [row, column] = cell(n);
    return state.known.has(`${row} ${column}`) ? Array(3).fill(grey(workedOut(row, column).sum)) : [128, 128, 128, 40];
  });
  return true;
}

function workingTable() {
  if (!image()) return "";
  const { values, sum } = workedOut(state.row, state.column);
  const known = isKnown();
  const cells = values.map((value, n) => {
    const weight = state.kernel[n];
    return [`${short(value)} × ${weight < 0 ? `(${short(weight)})` : short(weight)}`, known ? el("b", {}, ` = ${short(value * weight)}`) : " = ?"];
  });
  return el("table", { class: "working" },
    el("caption", {}, `The nine products; their sum is ${known ? short(sum) : "?"}`),
    el("tbody", {}, inThrees(cells).map((row) => el("tr", {}, row.map((cell) => el("td", {}, cell))))));
}

function filterTable() {
  const { kernels, bias } = learned[state.filter];
  const rows = inThrees(Array.from({ length: 9 }, (_, n) => n));
  return el("table", { class: "working" },
    el("caption", {}, `The weights of filter ${state.filter + 1}; its bias is ${fixed(bias, 2)}`),
    el("thead", {}, el("tr", {}, CHANNELS.map((name) => el("th", { scope: "colgroup", colspan: 3 }, name)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, kernels.map((kernel) => row.map((n) => el("td", { class: "weight" }, fixed(kernel[n], 2))))))));
}

function numbersTable() {
  const { rows, columns } = image();
  const near = (centre, most) => {
    const start = Math.min(Math.max(centre - 3, 0), Math.max(most - 7, 0));
    return Array.from({ length: Math.min(7, most) }, (_, n) => start + n);
  };
  const across = near(state.column, columns - 2);
  const value = (row, column) => {
    if (state.image === "learned") return fixed(filterAt(learned[state.filter], row, column).result, 2);
    return state.known.has(`${row} ${column}`) ? short(workedOut(row, column).sum) : "?";
  };
  return dataTable(state.image === "small" ? "Feature map" : "Feature map around the window", ["Row", ...across.map((column) => `Column ${column}`)],
    near(state.row, rows - 2).map((row) => [String(row), ...across.map((column) => value(row, column))]));
}

// ---- the cat

const loading = new Image();
loading.onload = () => {
  const { width, height } = loading;
  const copy = el("canvas", { width, height });
  copy.getContext("2d").drawImage(loading, 0, 0);
  const { data } = copy.getContext("2d").getImageData(0, 0, width, height);
  const colours = CHANNELS.map((_, channel) => Float32Array.from({ length: width * height }, (_, n) => data[4 * n + channel] / 255));
  const grey = Array.from(colours[0], (red, n) => Math.round(255 * (0.299 * red + 0.587 * colours[1][n] + 0.114 * colours[2][n])));
  cat = { rows: height, columns: width, grey, colours };
  update();
};
loading.src = DATA.cat;

pressImage("small");
pressKernel("horizontal");
showWeights();
update();
tellPlace();
window.lessonFigure = { state, filterAt: (filter, row, column) => filterAt(learned[filter], row, column) };
