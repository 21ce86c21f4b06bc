// Comforts of reading that HTML and CSS cannot give. Every page can be read without them.
"use strict";

// Paper has nothing to press: boxes print open, and solutions at the end, behind the last task.
// Afterwards everything is as it was.
function arrangeForPaper() {
  const undo = [pictureOfTheme];
  for (const source of document.querySelectorAll("picture > source")) source.media = "not all";
  for (const picture of document.querySelectorAll("img[loading='lazy']")) picture.loading = "eager";
  for (const box of document.querySelectorAll("article details:not([open])")) {
    box.open = true;
    undo.push(() => { box.open = false; });
  }
  const page = document.querySelector("article > section");
  const solutions = document.querySelectorAll(".challenge details.solution");
  if (!page || solutions.length === 0) return undo;
  const ending = document.createElement("section");
  ending.className = "printed-solutions";
  ending.append(element("h2", lessonWords.printedSolutions));
  for (const solution of solutions) {
    const task = solution.parentElement.closest(".challenge");
    const place = element("p", lessonWords.solutionAtEnd, "printed-elsewhere");
    const title = task.querySelector(".lesson-div-title");
    solution.replaceWith(place);
    ending.append(element("h3", plainText(title)), solution);
    undo.push(() => place.replaceWith(solution));
  }
  page.append(ending);
  undo.push(() => ending.remove());
  return undo;
}

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

// What a title says, without the sign of its link.
function plainText(title) {
  const copy = title.cloneNode(true);
  copy.querySelectorAll(".headerlink").forEach((link) => link.remove());
  return copy.textContent.trim();
}

let undoPrint = [];
window.addEventListener("beforeprint", () => {
  if (undoPrint.length === 0) undoPrint = arrangeForPaper();
});
window.addEventListener("afterprint", () => {
  undoPrint.forEach((undo) => undo());
  undoPrint = [];
});

// A figure's link shows its picture over the page, as large as it goes; Escape or the button
// closes it. Another picture in the link's place, as in the dark, is the one that is shown.
function openLarger(event) {
  const link = event.target.closest("a.picture-link");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const shown = link.querySelector("img");
  const dialog = document.createElement("dialog");
  const button = element("button", lessonWords.close);
  const picture = document.createElement("img");
  dialog.className = "larger-picture";
  dialog.setAttribute("aria-label", shown.alt);
  picture.src = shown.currentSrc || shown.src;
  picture.alt = shown.alt;
  picture.style.background = getComputedStyle(shown).backgroundColor;
  button.type = "button";
  button.addEventListener("click", () => dialog.close());
  picture.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus({ preventScroll: true });
  });
  dialog.append(button, picture);
  document.body.append(dialog);
  dialog.showModal();
}

// A theme chosen with the button overrules the system's, which is all that <source> asks for.
function pictureOfTheme() {
  const theme = document.body.dataset.theme;
  const media = { dark: "screen", light: "not all" }[theme] || "screen and (prefers-color-scheme: dark)";
  for (const source of document.querySelectorAll("picture > source[media]")) source.media = media;
}

// The definition of a glossary term, while the mouse or the keyboard is on it. A finger has nothing
// to rest with: its first tap shows the definition, with a link that leads on.
function explainTerms() {
  const tip = element("div", "", "glossary-definition");
  let shown = null;
  let timer = null;
  const hide = () => {
    clearTimeout(timer);
    tip.hidden = true;
    shown?.removeAttribute("aria-describedby");
    shown = null;
  };
  const show = (term) => {
    hide();
    shown = term;
    tip.textContent = term.dataset.definition;
    tip.hidden = false;
    term.setAttribute("aria-describedby", tip.id);
    const place = term.getClientRects()[0];
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const below = place.bottom + tip.offsetHeight + 8 < window.innerHeight;
    tip.style.left = `${Math.max(8, Math.min(place.left, room))}px`;
    tip.style.top = `${window.scrollY + (below ? place.bottom + 4 : place.top - tip.offsetHeight - 4)}px`;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, 250);
  };
  tip.id = "glossary-definition";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  tip.addEventListener("mouseenter", () => clearTimeout(timer));
  tip.addEventListener("mouseleave", later);
  document.body.append(tip);
  for (const term of document.querySelectorAll(".glossary-term")) {
    term.addEventListener("mouseenter", () => show(term));
    term.addEventListener("mouseleave", later);
    term.addEventListener("focus", () => show(term));
    term.addEventListener("blur", later);
    let tapped = false;
    term.addEventListener("pointerdown", (event) => { tapped = event.pointerType === "touch"; });
    term.addEventListener("click", (event) => {
      if (!tapped) return;
      event.preventDefault();
      show(term);
      const link = element("a", lessonWords.glossary);
      link.href = term.href;
      tip.append(" ", link);
    });
  }
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!tip.contains(target) && !target.closest(".glossary-term")) hide();
  });
}

document.addEventListener("click", openLarger);
document.addEventListener("DOMContentLoaded", () => {
  explainTerms();
  pictureOfTheme();
  new MutationObserver(pictureOfTheme).observe(document.body, { attributeFilter: ["data-theme"] });
});
