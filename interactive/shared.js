// What all interactive figures share: making elements, saying things aloud, colours, plots, tables.

// ---- elements

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const button = (text, press, attributes) => el("button", { type: "button", onclick: press, ...attributes }, text);

// What changes is said once things are still, so that a slider doesn't talk all the time.
function speaker() {
  const box = el("div", { class: "said", role: "status" });
  const put = (sentences) => box.replaceChildren(...sentences.map((one) => el("p", {}, one)));
  let timer = 0;
  const say = (...sentences) => {
    clearTimeout(timer);
    put(sentences);
  };
  say.soon = (...sentences) => {
    clearTimeout(timer);
    timer = setTimeout(() => put(sentences), 250);
  };
  return [box, say];
}

// ---- numbers and words

const CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
const withArticle = (word) => (/^[aeiou]/.test(word) ? "an " : "a ") + word;
const fixed = (value, digits) => Number(value).toFixed(digits).replace("-", "−");
const thousands = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

function percent(share) {
  const rounded = Math.round(100 * share);
  if (rounded === 0) return "under 1%";
  if (rounded === 100 && share < 1) return "over 99%";
  return `${rounded}%`;
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// ---- tables

// rows: arrays whose first entry names the row
function dataTable(caption, head, rows) {
  return el("table", {},
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows.map(([name, ...cells]) =>
      el("tr", {}, el("th", { scope: "row" }, name), cells.map((cell) => el("td", {}, cell))))));
}

// The numbers behind a figure; made when somebody opens it, and again when they change.
function numbersBelow(summary, make) {
  const place = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": summary });
  const box = el("details", {}, el("summary", {}, summary), place);
  const update = () => box.open && place.replaceChildren(make());
  box.addEventListener("toggle", update);
  return [box, update];
}

// Buttons in rows, such as the cells of a table: Tab reaches the one that is chosen, the arrow keys
// choose another. Gives a function that says which one is chosen.
function moveWithArrows(buttons, rows = () => rowsAsSeen(buttons)) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const within = (value, most) => Math.min(Math.max(value, 0), most);
  const chosen = (one) => buttons.forEach((other) => { other.tabIndex = other === one ? 0 : -1; });
  chosen(buttons[0]);
  for (const one of buttons) {
    one.addEventListener("focus", () => chosen(one));
    one.addEventListener("keydown", (event) => {
      if (!steps[event.key]) return;
      event.preventDefault();
      const [down, right] = steps[event.key], all = rows();
      const y = all.findIndex((row) => row.includes(one));
      const row = all[within(y + down, all.length - 1)];
      const to = row[within(all[y].indexOf(one) + right, row.length - 1)];
      if (!to || to === one) return;
      to.focus();
      to.click();
    });
  }
  return chosen;
}

// How many fit into a row depends on the width of the screen.
function rowsAsSeen(buttons) {
  const rows = new Map();
  for (const one of buttons) {
    const top = Math.round(one.getBoundingClientRect().top);
    rows.set(top, [...(rows.get(top) ?? []), one]);
  }
  return [...rows.values()];
}

// One of a few. names: [value, text] each; choose is given the value. Gives the whole, and a
// function that marks one of them without choosing it, or none.
let groups = 0;
function choices(legend, names, choose) {
  const name = `group${groups++}`;
  const made = names.map(([value]) => el("input", { type: "radio", name, class: "hidden-text", onchange: () => choose(value) }));
  const mark = (value) => made.forEach((one, n) => { one.checked = names[n][0] === value; });
  const labels = made.map((one, n) => el("label", { class: "choice" }, one, el("span", { class: "button" }, names[n][1])));
  return [el("fieldset", {}, el("legend", {}, legend), el("div", { class: "row" }, labels)), mark];
}

// ---- plots

function scale(from, to, low, high) {
  const place = (value) => low + ((value - from) / (to - from)) * (high - low);
  place.from = from;
  place.to = to;
  return place;
}

// An empty plot: frame, ticks, names of axes. Gives the SVG, a layer to draw on, and both scales.
function plot({ name, width = 640, height = 360, x, y, left = 56 }) {
  const top = 12, right = width - 14, bottom = height - 48;
  const across = scale(...x.range, left, right);
  const up = scale(...y.range, bottom, top);
  const layer = svg("g");
  const marks = [
    ...y.ticks.map((tick) => svg("g", {},
      svg("path", { class: "grid", d: `M${left} ${up(tick)}H${right}` }),
      svg("text", { x: left - 8, y: up(tick) + 5, "text-anchor": "end" }, y.format ? y.format(tick) : tick))),
    ...x.ticks.map((tick) =>
      svg("text", { x: across(tick), y: bottom + 20, "text-anchor": "middle" }, x.format ? x.format(tick) : tick)),
    svg("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
    svg("text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle" }, x.name),
    svg("text", { transform: `translate(14 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, y.name),
  ];
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name }, marks, layer);
  return { picture, layer, across, up, top, bottom, left, right };
}

const line = (points, attributes) =>
  svg("path", { fill: "none", "stroke-width": 2.5, d: "M" + points.map((point) => point.join(" ")).join("L"), ...attributes });

// ---- the page that this figure is on, or in

const root = document.documentElement;
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
const darkness = matchMedia("(prefers-color-scheme: dark)");
let wanted = new URLSearchParams(location.hash.slice(1)).get("theme") || "auto";

function setTheme() {
  const dark = wanted === "dark" || (wanted !== "light" && darkness.matches);
  root.dataset.theme = dark ? "dark" : "light";
  window.dispatchEvent(new Event("recolour"));
}

darkness.addEventListener("change", setTheme);
setTheme();

if (window.parent !== window) {
  root.classList.add("embedded");
  window.addEventListener("message", ({ data }) => {
    if (data && typeof data.theme === "string") {
      wanted = data.theme;
      setTheme();
    }
  });
  // keys that no figure uses turn the pages of who presents this one
  document.addEventListener("keydown", ({ key }) => {
    if (["PageUp", "PageDown", "Escape"].includes(key)) window.parent.postMessage({ key }, "*");
  });
  new ResizeObserver(() => {
    const height = Math.ceil(document.querySelector("main").getBoundingClientRect().height);
    window.parent.postMessage({ lessonFigure: height }, "*");
  }).observe(document.querySelector("main"));
}
