// Confusion explorer: the recorded matrix as a table of buttons, in words, with images.

const MATRIX = DATA.matrix, SIDE = 32, ACROSS = 12;
const sumOf = (numbers) => numbers.reduce((sum, value) => sum + value, 0);
const rowSum = (true_) => sumOf(MATRIX[true_]);
const columnSum = (said) => sumOf(MATRIX.map((row) => row[said]));
const recall = (n) => MATRIX[n][n] / rowSum(n);
const precision = (n) => MATRIX[n][n] / columnSum(n);
const f1 = (n) => (2 * recall(n) * precision(n)) / (recall(n) + precision(n));
const plural = (n, count) => (count === 1 ? CLASSES[n] : { 4: "deer" }[n] ?? `${CLASSES[n]}s`);
const state = { shown: false, row: null, column: null };

// ---- what is on the page

const [said, say] = speaker();
const selects = ["One class", "The other"].map((name) =>
  el("select", { "aria-label": name }, el("option", { value: "" }, "choose"), CLASSES.map((one, place) => el("option", { value: place }, one))));
const form = el("form", { class: "row", onsubmit: guess },
  el("span", {}, "The two most often mixed up:"), selects[0], el("span", {}, "and"), selects[1],
  el("button", { class: "main" }, "Check"), button("Show without guessing", reveal));

const header = (n, press) => button(CLASSES[n], press, { "aria-pressed": "false" });
const columns = CLASSES.map((_, n) => {
  const made = button(CLASSES[n], () => choose(null, n), { "aria-pressed": "false", "aria-label": `Called ${CLASSES[n]}: the column` });
  return made;
});
const rows = CLASSES.map((_, n) => fill(header(n, () => choose(n, null)), { "aria-label": `True ${CLASSES[n]}: the row` }, []));
const cells = MATRIX.map((row, n) => row.map((_, m) => button("?", () => choose(n, m), { "aria-pressed": "false" })));
moveWithArrows([...columns, ...rows, ...cells.flat()],
  () => [[null, ...columns], ...cells.map((row, n) => [rows[n], ...row])]);

const how = el("p", { id: "how" }, "Rows: the true class. Columns: what the network said. Choose a row, a column or a cell; use the arrow keys to move around.");
const table = el("table", { class: "matrix", "aria-label": "Confusion matrix", "aria-describedby": "how" },
  el("colgroup", {}, Array.from({ length: 11 }, () => el("col"))),
  el("thead", {}, el("tr", {}, el("td"), columns.map((one) => el("th", { scope: "col" }, one)))),
  el("tbody", {}, cells.map((row, n) => el("tr", {}, el("th", { scope: "row" }, rows[n]), row.map((one, m) => el("td", { class: n === m ? "right" : "" }, one))))));
const examples = el("div", { class: "examples" });
const exampleNote = el("p", { class: "note" });
const [numbers, updateNumbers] = numbersBelow("Recall, precision and F1 of every class", () => (state.shown
  ? dataTable("Of 1,000 test images per class", ["Class", "Precision", "Recall", "F1", "Named"],
    CLASSES.map((name, n) => [name, ...[precision(n), recall(n), f1(n)].map((share) => fixed(share, 2)), thousands(columnSum(n))]))
  : el("p", {}, "Guess first, or press “Show without guessing”.")));

const scroll = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The matrix, which scrolls on a narrow screen" }, table);
document.getElementById("figure").append(form, how, scroll, said, exampleNote, examples, numbers);

// ---- doing

function mixedUp(n, m) {
  return MATRIX[n][m] + MATRIX[m][n];
}

function worst() {
  const pairs = CLASSES.flatMap((_, n) => CLASSES.slice(0, n).map((_, m) => [n, m]));
  return pairs.reduce((most, pair) => (mixedUp(...pair) > mixedUp(...most) ? pair : most));
}

function guess(event) {
  event.preventDefault();
  const [n, m] = selects.map((one) => Number(one.value));
  if (n === m || selects.some((one) => one.value === "")) return say("Choose two different classes.");
  const pair = worst(), both = (a, b) => `${plural(a)} and ${plural(b)}`;
  const right = pair.includes(n) && pair.includes(m);
  reveal();
  say(right ? `Yes: ${both(n, m)} are mixed up most often, ${mixedUp(n, m)} times.`
    : `${both(n, m)[0].toUpperCase()}${both(n, m).slice(1)} are mixed up ${mixedUp(n, m)} times. ${mixedUp(n, m) > 0 ? "More often, " : "Most often, "}${mixedUp(...pair)} times, it’s ${both(...pair)}.`,
  "Now choose a row, a column or a cell.");
}

function reveal() {
  state.shown = true;
  form.hidden = true;
  update();
  say("A row holds all images of one class, a column all images that got the same answer. Choose one, or a cell.");
  rows[0].focus();
}

function choose(row, column) {
  if (!state.shown) return say("Guess first, or press “Show without guessing”.");
  Object.assign(state, { row, column });
  update();
  say(...sentences());
}

function sentences() {
  const { row, column } = state;
  if (column === null) {
    const most = MATRIX[row].map((count, m) => (m === row ? -1 : count));
    const other = most.indexOf(Math.max(...most));
    return [`Of the ${thousands(rowSum(row))} ${plural(row)}, it found ${MATRIX[row][row]}. That’s the recall: ${fixed(recall(row), 2)}.`,
      `The rest were most often taken for ${plural(other)}, ${MATRIX[row][other]} times.`];
  }
  if (row === null) {
    return [`It said “${CLASSES[column]}” ${thousands(columnSum(column))} times, and was right ${MATRIX[column][column]} times. That’s the precision: ${fixed(precision(column), 2)}.`,
      `There are ${thousands(rowSum(column))} ${plural(column)}, so it says “${CLASSES[column]}” too ${columnSum(column) > rowSum(column) ? "readily" : "rarely"}.`];
  }
  const count = MATRIX[row][column];
  if (row === column) return [`${count} of the ${thousands(rowSum(row))} ${plural(row)} were called “${CLASSES[row]}”: right.`];
  const verb = count === 1 ? "was" : "were";
  const back = MATRIX[column][row];
  return [`${count} ${plural(row, count)} ${verb} taken for ${plural(column, count).replace(/^/, count === 1 ? (/^[aeiou]/.test(CLASSES[column]) ? "an " : "a ") : "")}. The other way round: ${back}.`];
}

// ---- drawing

function update() {
  const { row, column, shown } = state;
  const most = Math.max(...MATRIX.flat());
  cells.forEach((line, n) => line.forEach((cell, m) => {
    const count = MATRIX[n][m];
    cell.textContent = shown ? String(count) : "?";
    cell.setAttribute("aria-label", shown ? `True ${CLASSES[n]}, called ${CLASSES[m]}: ${count}` : `True ${CLASSES[n]}, called ${CLASSES[m]}: hidden`);
    cell.setAttribute("aria-pressed", String(n === row && m === column));
    cell.parentNode.style.setProperty("--share", shown ? 0.5 * (count / most) ** 0.6 : 0);
    cell.parentNode.classList.toggle("along", (row === null || column === null) && (n === row || m === column));
  }));
  rows.forEach((one, n) => one.setAttribute("aria-pressed", String(n === row && column === null)));
  columns.forEach((one, m) => one.setAttribute("aria-pressed", String(m === column && row === null)));
  examples.replaceChildren(...shownImages());
  exampleNote.textContent = whatIsShown();
  updateNumbers();
}

function whatIsShown() {
  const { row, column } = state, count = examples.childElementCount, last = "with the probability it gave";
  if (row === null && column === null) return "Example images will appear here.";
  if (column === null) return `For each answer, the first ${CLASSES[row]} in the test set that got it, ${last}.`;
  if (row === null) return `From each class, the first image in the test set that the network called “${CLASSES[column]}”, ${last}.`;
  if (count === 0) return "There are none.";
  return count === MATRIX[row][column] ? `All of them, ${last}.` : `The first ${count} of them in the test set, ${last}.`;
}

// Of a cell all that there are, of a row or a column one from each cell.
function shownImages() {
  const { row, column } = state;
  if (row === null && column === null) return [];
  if (row !== null && column !== null) return pictures(row, column, Infinity);
  return CLASSES.flatMap((_, n) => pictures(row ?? n, column ?? n, 1));
}

function pictures(row, column, most) {
  const [start, count] = DATA.cells[10 * row + column];
  return Array.from({ length: Math.min(count, most) }, (_, n) => {
    const place = start + n;
    const name = `Test image ${DATA.images[place]}: ${withArticle(CLASSES[row])} that the network called ${CLASSES[column]}`;
    const canvas = el("canvas", { class: "pixels", width: SIDE, height: SIDE, role: "img", "aria-label": name });
    canvas.getContext("2d").drawImage(sheet, (place % ACROSS) * SIDE, Math.floor(place / ACROSS) * SIDE, SIDE, SIDE, 0, 0, SIDE, SIDE);
    return el("figure", {}, canvas, el("figcaption", { class: "note" }, row === column ? "" : `${CLASSES[row]} → `, el("strong", {}, CLASSES[column]), ` ${DATA.sure[place]}%`));
  });
}

const sheet = new Image();
sheet.onload = update;
sheet.src = DATA.sheet;
update();
say("The numbers are hidden until you’ve guessed.");
window.lessonFigure = { state };
