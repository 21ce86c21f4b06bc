// Ask the network: a test image or one's own, a guess, and the ten probabilities.

const ask = trainedNetwork(DATA.network.layers);
const FIRST = 3; // the image to begin with: the aircraft that the picture in its place shows
const SIDE = 32, LAST = DATA.answers.answers.length - 1;
const TRY = "JPEG, PNG and WebP images work.";

const state = { gallery: null, own: null, epoch: LAST, guess: null, shown: false, foreseen: 0, asked: 0 };
const seen = new Set(); // images whose answer is known: guessing them again doesn't count

// ---- what is on the page

const [said, say] = speaker();
const canvas = el("canvas", { class: "pixels", width: SIDE, height: SIDE, role: "img", "aria-label": "No image chosen yet" });
const stageNote = el("figcaption", { class: "note" }, "Choose an image above.");
const heading = el("h2", {}, "What will the network call it?");
const skip = button("Ask without guessing", () => (state.shown ? next() : reveal(null)));
const slider = el("input", { type: "range", id: "epochs", min: 0, max: LAST, step: 1, value: LAST, disabled: true, oninput: moveSlider });
const sliderName = el("label", { for: "epochs" }, "");
const sliderNote = el("p", { class: "note" }, "");
const [numbers, updateNumbers] = numbersBelow("All ten probabilities as numbers", numbersTable);

const bars = CLASSES.map((name) => {
  const guess = button(name, () => state.shown || reveal(name), { "aria-disabled": true });
  const length = el("span", { style: "width:0" });
  const number = el("td", { class: "number" }, "");
  const row = el("tr", {}, el("th", { scope: "row" }, guess), el("td", {}, el("span", { class: "bar" }, length)), number);
  return { guess, length, number, row };
});

const gallery = DATA.answers.images.map((number, place) => {
  const picture = el("canvas", { class: "pixels", width: SIDE, height: SIDE });
  const name = `Test image ${number}: ${withArticle(CLASSES[DATA.answers.labels[place]])}`;
  return button(picture, () => choose(place), { "aria-pressed": "false", "aria-label": name });
});

const file = el("input", {
  type: "file", id: "file", class: "hidden-text", accept: "image/jpeg,image/png,image/webp,image/*",
  onchange: () => { if (file.files.length) take(file.files[0]); file.value = ""; },
});

const chosen = moveWithArrows(gallery);

document.getElementById("figure").append(
  el("fieldset", {},
    el("legend", {}, "Choose a test image (the network has never seen these) …"),
    el("div", { class: "gallery" }, gallery)),
  el("p", {}, el("strong", {}, "… or one of your own:")),
  el("div", { class: "row" }, file, el("label", { class: "button", for: "file" }, "Choose or take a photo"),
    el("span", {}, "or drop or paste one here.")),
  el("p", { class: "note" }, "Your image stays on your device: nothing is uploaded, and nothing is stored."),
  el("div", { class: "two" },
    el("figure", { class: "stage" }, heading, canvas, stageNote),
    el("div", {},
      el("h2", { id: "probabilities" }, "Probability of each class"),
      el("table", { class: "answers", "aria-labelledby": "probabilities" }, el("tbody", {}, bars.map((bar) => bar.row))),
      el("div", { class: "row" }, skip))),
  said,
  sliderName, slider,
  el("div", { class: "ticks", "aria-hidden": true }, Array.from({ length: LAST + 1 }, (_, epoch) => el("span", {}, String(epoch)))),
  sliderNote,
  numbers,
);

// ---- choosing

function choose(place) {
  taking++;
  Object.assign(state, { gallery: place, own: null });
  canvas.width = canvas.height = SIDE;
  drawFromSheet(canvas, place);
  const number = DATA.answers.images[place];
  canvas.setAttribute("aria-label", `Test image ${number}, enlarged`);
  stageNote.textContent = `Test image ${number}, 32 × 32 pixels`;
  begin();
}

function begin() {
  Object.assign(state, { guess: null, shown: false, epoch: LAST });
  gallery.forEach((one, place) => one.setAttribute("aria-pressed", String(place === state.gallery)));
  if (state.gallery !== null) chosen(gallery[state.gallery]);
  slider.value = LAST;
  update();
  say("What will the network call it? Press one of the ten names, or ask without guessing.");
}

function reveal(guess) {
  if (state.gallery === null && state.own === null) {
    say("Choose an image first.");
    return;
  }
  state.guess = guess;
  state.shown = true;
  const name = state.gallery ?? state.own;
  if (guess && !seen.has(name)) {
    state.asked += 1;
    state.foreseen += guess === CLASSES[top(probabilities())];
  }
  seen.add(name);
  update();
  say(...sentences());
}

function moveSlider() {
  state.epoch = Number(slider.value);
  update();
  say.soon(...sentences());
}

function next() {
  choose(state.gallery === null ? 0 : (state.gallery + 1) % gallery.length);
}

// ---- answering

function probabilities(epoch = state.epoch) {
  if (state.own !== null) return state.own.answer;
  return DATA.answers.answers[epoch][state.gallery].map((share) => share / 1000);
}

function sentences() {
  const shares = probabilities();
  const best = top(shares), name = CLASSES[best];
  const start = { 0: "Before any training, it", 1: "After one epoch, it" };
  const who = state.epoch === LAST ? "The network" : start[state.epoch] ?? `After ${state.epoch} epochs, it`;
  const verdict = `${who} says “${name}”, with a probability of ${percent(shares[best])}. `;
  const lines = [verdict];
  if (state.own !== null) {
    lines[0] += "It has to divide 100% among its ten classes, whatever your image shows.";
  } else {
    const label = DATA.answers.labels[state.gallery];
    lines[0] += label === best ? "That’s right."
      : `That’s wrong: it’s ${withArticle(CLASSES[label])}, a class it gave ${percent(shares[label])}.`;
    if (state.epoch === 0) lines[0] += " Its weights are still random numbers, so that’s chance.";
  }
  if (state.guess && state.epoch === LAST) {
    lines.push(`You guessed “${state.guess}”. So far you’ve predicted ${state.foreseen} of ${state.asked} correctly.`);
  }
  return lines;
}

function update() {
  const ready = state.gallery !== null || state.own !== null;
  const shares = state.shown ? probabilities() : null;
  bars.forEach((bar, place) => {
    const share = shares ? shares[place] : 0;
    bar.length.style.width = `${100 * share}%`;
    bar.number.textContent = shares ? percent(share).replace("under ", "<").replace("over ", ">") : "";
    bar.row.className = shares && place === top(shares) ? "top" : "";
    bar.guess.setAttribute("aria-disabled", String(state.shown || !ready));
    bar.guess.setAttribute("aria-pressed", String(state.guess === CLASSES[place]));
  });
  skip.textContent = state.shown ? "Next test image" : "Ask without guessing";
  skip.setAttribute("aria-disabled", String(!ready));
  slider.disabled = !state.shown || state.own !== null;
  sliderName.textContent = `How the answer came about: after ${state.epoch} ${state.epoch === 1 ? "epoch" : "epochs"} of training`;
  sliderNote.textContent = state.own !== null
    ? "Recorded for the test images only: choose one of those to use the slider."
    : "Epochs 0 to 4 were recorded in a second training run with the same settings, so its weights differ a little from those of the network that answers here.";
  updateNumbers();
}

function numbersTable() {
  if (!state.shown) return el("p", {}, "Ask the network first.");
  const epochs = state.own === null ? DATA.answers.answers.map((_, epoch) => epoch) : [LAST];
  const head = ["Class", ...epochs.map((epoch) => (state.own === null ? `Epoch ${epoch}` : "Probability"))];
  const columns = epochs.map((epoch) => probabilities(epoch));
  return dataTable("Probability of each class", head,
    CLASSES.map((name, place) => [name, ...columns.map((shares) => fixed(shares[place], 3))]));
}

// ---- pictures

let sheet = null;
const loading = new Image();
loading.onload = () => {
  sheet = loading;
  gallery.forEach((one, place) => drawFromSheet(one.firstChild, place));
  choose(FIRST);
};
loading.src = DATA.sheet;

function drawFromSheet(target, place) {
  if (sheet === null) return;
  const context = target.getContext("2d");
  context.drawImage(sheet, (place % 6) * SIDE, Math.floor(place / 6) * SIDE, SIDE, SIDE, 0, 0, SIDE, SIDE);
}

// The middle square of a picture as side × side pixels, each the mean of what it covers.
function shrunk(picture, side) {
  const each = side > 64 ? 1 : 256 / SIDE;
  const large = el("canvas", { width: side * each, height: side * each });
  const context = large.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // shows where a picture is transparent
  context.fillRect(0, 0, large.width, large.height);
  const square = Math.min(picture.width, picture.height);
  const corner = [(picture.width - square) / 2, (picture.height - square) / 2];
  context.drawImage(picture, ...corner, square, square, 0, 0, large.width, large.height);
  const from = context.getImageData(0, 0, large.width, large.height).data;
  const result = new ImageData(side, side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const sums = [0, 0, 0];
      for (let y = 0; y < each; y++) {
        for (let x = 0; x < each; x++) {
          const place = ((row * each + y) * large.width + column * each + x) * 4;
          for (let channel = 0; channel < 3; channel++) sums[channel] += from[place + channel];
        }
      }
      const place = (row * side + column) * 4;
      for (let channel = 0; channel < 3; channel++) result.data[place + channel] = Math.round(sums[channel] / each ** 2);
      result.data[place + 3] = 255;
    }
  }
  return result;
}

function show(picture, side) {
  canvas.width = canvas.height = side;
  canvas.getContext("2d").putImageData(shrunk(picture, side), 0, 0);
}

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

let taking = 0; // while one image shrinks, somebody may choose another
async function take(file) {
  if (!file) return say(`That was no image. ${TRY}`);
  const mine = ++taking;
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    say(await whyNot(file));
    return;
  }
  if (mine !== taking) return;
  const { width, height } = picture;
  Object.assign(state, { gallery: null, own: null, shown: false, guess: null });
  update();
  say("Your image is being shrunk to 32 × 32 pixels: all that the network gets to see.");
  if (!stillness.matches) {
    for (const side of [256, 128, 64]) {
      show(picture, side);
      await wait(450);
      if (mine !== taking) return;
    }
  }
  show(picture, SIDE);
  const pixels = pixelsOf(canvas.getContext("2d").getImageData(0, 0, SIDE, SIDE));
  picture.close();
  state.own = { pixels, answer: ask(pixels) };
  canvas.setAttribute("aria-label", "Your image, shrunk to 32 by 32 pixels");
  stageNote.textContent = `Your image: the middle of ${thousands(width)} × ${thousands(height)} pixels, shrunk to 32 × 32`;
  begin();
}

async function whyNot(file) {
  const start = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
  if (/^ftyp(hei|hev|mif|msf)/.test(start)) {
    return `Your browser can’t read HEIC, the format of many phone cameras. Save the photo as JPEG and choose that.`;
  }
  return `Your browser can’t read “${file.name}” as an image. ${TRY}`;
}

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("over");
});
document.addEventListener("dragleave", () => document.body.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  take(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => take(event.clipboardData.files[0]));

update();
window.lessonFigure = { ask, state };
