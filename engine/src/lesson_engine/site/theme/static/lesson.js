// What HTML cannot do by itself: keep the place when the view changes, open every box at once. Every page can be read and used without it.
"use strict";

// The engine's words in the lesson's language; see theme_words.py.
const lessonWords = JSON.parse(document.getElementById("lesson-words").textContent);

// The script of the copy buttons has few languages.
function completeTranslations() {
  if (typeof messages !== "undefined") Object.assign(messages[locale], lessonWords.copy);
}

// The link to the other view leads to the heading that is being read.
function keepPlace(toggle) {
  const target = toggle.getAttribute("href");
  toggle.addEventListener("click", () => {
    const line = 120; // a heading above this many pixels counts as passed
    let passed = null;
    for (const section of document.querySelectorAll("article section[id]")) {
      if (section.getBoundingClientRect().top < line) passed = section;
    }
    toggle.href = passed && window.scrollY > line ? `${target}#${passed.id}` : target;
  });
}

// One button for all hints and spoilers, one for solutions, which nobody sees without asking.
// Notes for instructors are open, and stay so.
function openAll(button, which, [show, hide]) {
  const boxes = document.querySelectorAll(`article details.lesson-div${which}`);
  if (boxes.length === 0) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    for (const box of boxes) box.open = open;
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? hide : show;
  });
}

// A link to something inside a closed box opens the box.
function openTarget() {
  const id = decodeURIComponent(window.location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) {
    box.open = true;
  }
  target.scrollIntoView();
}

// How high an interactive form will be, from what it says of the widths next to this one.
function heightFor(heights, width, otherwise) {
  const known = heights.split(" ").map((pair) => pair.split(":").map(Number));
  const above = known.findIndex((pair) => pair[0] > width);
  const beside = above < 0 ? known.slice(-1) : known.slice(Math.max(above - 1, 0), above + 1);
  return Math.max(...beside.map((pair) => pair[1])) || otherwise;
}

// A figure with an interactive form: a button puts it, a page of its own, in the picture's place.
function offerToTry(figure) {
  const tools = figure.querySelector(".interactive-tools");
  const link = figure.querySelector(".interactive-link");
  const picture = figure.querySelector(".picture-link, img"); // with the link around it
  const button = document.createElement("button");
  const frame = document.createElement("iframe");
  const theme = () => document.body.dataset.theme || "auto";
  const show = (tried) => {
    button.textContent = tried ? lessonWords.picture : lessonWords.tryIt;
    button.setAttribute("aria-expanded", String(tried));
    picture.hidden = tried;
    frame.hidden = !tried;
  };
  const load = () => {
    const room = heightFor(tools.dataset.heights, tools.clientWidth, picture.clientHeight);
    frame.title = link.textContent;
    frame.style.height = `${room}px`;
    frame.src = `${link.href}#theme=${theme()}`;
    frame.addEventListener("load", () => frame.focus());
    // it says when it needs more: a page from a folder may not look inside another
    window.addEventListener("message", ({ source, data }) => {
      if (source !== frame.contentWindow) return;
      if (data.key) tools.dispatchEvent(new KeyboardEvent("keydown", { key: data.key, bubbles: true }));
      const height = Number(data.lessonFigure);
      if (height) frame.style.height = `${Math.max(room, height + 2)}px`;
    });
    const tell = () => frame.contentWindow.postMessage({ theme: theme() }, "*");
    new MutationObserver(tell).observe(document.body, { attributeFilter: ["data-theme"] });
    tools.append(frame);
  };
  button.type = "button";
  button.addEventListener("click", () => {
    show(!picture.hidden);
    if (!frame.isConnected) load();
  });
  show(false);
  tools.append(button);
}

completeTranslations();
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("figure.interactive").forEach(offerToTry);
  document.querySelectorAll(".view-toggle").forEach(keepPlace);
  const { expand, collapse, solutions, noSolutions } = lessonWords;
  document.querySelectorAll(".expand-all").forEach((button) => {
    openAll(button, ":not(.solution, .instructor)", [expand, collapse]);
  });
  document.querySelectorAll(".show-solutions").forEach((button) => {
    openAll(button, ".solution", [solutions, noSolutions]);
  });
  openTarget();
});
window.addEventListener("hashchange", openTarget);
