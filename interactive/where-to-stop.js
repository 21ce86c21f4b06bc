// Where would you stop? Recorded curves, shown up to the epoch at which somebody stops.

const EPOCHS = DATA.runs[0].loss.length;
const NAMES = { intro: "the network from the introduction", dropout: "the network with dropout" };
const state = { run: 0, epoch: 1, stopped: false, patience: 3 };
const current = () => DATA.runs[state.run];
const lowest = (values) => values.indexOf(Math.min(...values));

// ---- what is on the page

const [said, say] = speaker();
const [runBox, pressRun] = choices("Training run", DATA.runs.map((_, n) => [n, String(n + 1)]), begin);
const one = button("Train one epoch", () => train(1));
const five = button("Train five epochs", () => train(5));
const stop = button("Stop here", halt, { class: "main" });
const patienceName = el("label", { for: "patience" });
const patience = el("input", { type: "range", id: "patience", min: 1, max: 10, step: 1, value: 3, oninput: () => {
  state.patience = Number(patience.value);
  update();
  say.soon(...verdict());
} });
const curves = plot({
  name: "Training loss and validation loss, epoch by epoch",
  height: 380,
  x: { range: [0, EPOCHS], ticks: [0, 5, 10, 15, 20, 25, 30], name: "epoch" },
  y: { range: [0.4, 2.4], ticks: [0.5, 1, 1.5, 2], name: "loss", format: (tick) => fixed(tick, 1) },
});
const [numbers, updateNumbers] = numbersBelow("The curves as numbers", () => {
  const { loss, val_loss: validation, val_accuracy: accuracy } = current();
  const last = state.stopped ? EPOCHS : state.epoch;
  return dataTable("What has been seen so far", ["Epoch", "Training loss", "Validation loss", "Validation accuracy"],
    loss.slice(0, last).map((value, n) => [String(n + 1), fixed(value, 3), fixed(validation[n], 3), fixed(accuracy[n], 3)]));
});

document.getElementById("figure").append(
  runBox, curves.picture, el("div", { class: "row" }, one, five, stop), said, patienceName, patience,
  el("p", { class: "note" }, "EarlyStopping ends the training once the validation loss hasn’t improved for that many epochs. With ModelCheckpoint you keep the best epoch’s network."),
  numbers);

// ---- doing

function begin(run) {
  Object.assign(state, { run, epoch: 1, stopped: false });
  pressRun(run);
  update();
  say(`Run ${run + 1}: 2,000 images, at most ${EPOCHS} epochs. ${seen()}`, "Go on, or stop?");
}

const seen = () => {
  const { loss, val_loss: validation } = current();
  const at = state.epoch - 1;
  return `Epoch ${state.epoch}: training loss ${fixed(loss[at], 2)}, validation loss ${fixed(validation[at], 2)}.`;
};

function train(epochs) {
  if (state.stopped) return say("Training is over. Choose another run to try again.");
  state.epoch = Math.min(EPOCHS, state.epoch + epochs);
  if (state.epoch === EPOCHS) return halt();
  update();
  const recent = current().val_loss.slice(0, state.epoch);
  const best = lowest(recent);
  say(seen(), best === state.epoch - 1 ? "That’s the lowest validation loss so far. Go on, or stop?"
    : `The lowest validation loss so far was ${fixed(recent[best], 2)}, after epoch ${best + 1}. Go on, or stop?`);
}

function halt() {
  if (state.stopped) return;
  state.stopped = true;
  update();
  say(...verdict());
}

// When EarlyStopping would have ended this run, counted from 1.
function endWith(patience) {
  let best = Infinity, waited = 0;
  for (const [n, value] of current().val_loss.entries()) {
    waited = value < best ? 0 : waited + 1;
    best = Math.min(best, value);
    if (waited === patience) return n + 1;
  }
  return EPOCHS;
}

const many = (count) => `${count} ${count === 1 ? "epoch" : "epochs"}`;

function verdict() {
  const { network, val_loss: validation, val_accuracy: accuracy } = current();
  const best = lowest(validation) + 1, mine = state.epoch;
  const cost = validation[mine - 1] - validation[best - 1];
  const start = `You stopped after epoch ${mine}, at a validation loss of ${fixed(validation[mine - 1], 2)}. `;
  const lines = [];
  if (mine === best) lines.push(`${start}That’s the lowest of all ${EPOCHS} epochs.`);
  else {
    lines.push(`${start}The lowest came after epoch ${best}: ${fixed(validation[best - 1], 2)}. You stopped ${many(Math.abs(mine - best))} too ${mine < best ? "early" : "late"}, and your network’s validation loss is ${fixed(cost, 2)} higher.`);
  }
  lines.push(`Validation accuracy: ${percent(accuracy[mine - 1])} where you stopped, ${percent(accuracy[best - 1])} at the lowest loss. This was ${NAMES[network]}.`);
  const end = endWith(state.patience);
  const kept = lowest(validation.slice(0, end)) + 1;
  lines.push(`EarlyStopping with a patience of ${state.patience} would have ${end === EPOCHS ? "gone on to the end" : `stopped after epoch ${end}`}; the best network up to then was the one from epoch ${kept}.`);
  return lines;
}

// ---- drawing

function curve(values, attributes, mark) {
  const at = (value, n) => [curves.across(n + 1), curves.up(value)];
  const before = values.slice(0, state.epoch).map(at);
  const after = state.stopped ? values.map(at).slice(state.epoch - 1) : [];
  return [
    line(before, attributes),
    ...(after.length > 1 ? [svg("g", { class: "later" }, line(after, { ...attributes, "stroke-width": 1.5 }))] : []),
    ...before.map(([x, y]) => mark(x, y)),
  ];
}

const flag = (epoch, text, height, colour) => {
  const x = curves.across(epoch);
  const anchor = epoch > 20 ? "end" : "start";
  return [
    svg("path", { d: `M${x} ${curves.top}V${curves.bottom}`, stroke: colour, "stroke-width": 2, "stroke-dasharray": "2 4", fill: "none" }),
    svg("text", { x: x + (anchor === "end" ? -6 : 6), y: curves.top + height, "text-anchor": anchor }, text),
  ];
};

function update() {
  const { loss, val_loss: validation } = current();
  const x = curves.across(state.epoch), last = state.stopped ? EPOCHS : state.epoch;
  const name = (values, text, below) => svg("text", {
    x: Math.min(curves.across(last), curves.right - 4), y: curves.up(values[last - 1]) + (below ? 24 : -12), "text-anchor": last > 8 ? "end" : "start",
  }, text);
  curves.layer.replaceChildren(
    ...(state.stopped ? [] : [
      svg("rect", { x, y: curves.top, width: curves.right - x, height: curves.bottom - curves.top, fill: "var(--card)" }),
      svg("text", { x: (x + curves.right) / 2, y: curves.bottom - 16, "text-anchor": "middle" }, state.epoch < 24 ? "not trained yet" : ""),
    ]),
    ...curve(loss, { stroke: "var(--blue)" }, (cx, cy) => svg("circle", { cx, cy, r: 3.5, fill: "var(--blue)" })),
    ...curve(validation, { stroke: "var(--orange)", "stroke-dasharray": "7 4" }, (left, top) => svg("rect", { x: left - 3.5, y: top - 3.5, width: 7, height: 7, fill: "var(--orange)" })),
    name(loss, "training", loss[last - 1] < validation[last - 1]),
    name(validation, "validation", validation[last - 1] <= loss[last - 1]),
    ...(state.stopped ? [...flag(lowest(validation) + 1, "lowest", 12, "var(--orange)"), ...flag(state.epoch, "you", 34, "var(--ink)")] : []));
  for (const each of [one, five, stop]) each.setAttribute("aria-disabled", String(state.stopped));
  patience.disabled = !state.stopped;
  patienceName.textContent = `Patience${state.stopped ? " of EarlyStopping" : ", once you’ve stopped"}: ${many(state.patience)}`;
  updateNumbers();
}

begin(0);
window.lessonFigure = { state };
