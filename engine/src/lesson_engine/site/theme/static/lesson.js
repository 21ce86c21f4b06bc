// What HTML cannot do by itself: keep the place when the view changes, open every box at once,
// and search while somebody types. Every page can be read and used without it.
"use strict";

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

// One button for all solutions, hints and spoilers.
function expandAll(button) {
  const boxes = document.querySelectorAll("article details");
  if (boxes.length === 0) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    for (const box of boxes) box.open = open;
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? "Collapse all" : "Expand all";
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

// Sphinx's search page starts a search when it is sent; here also while somebody types.
function searchWhileTyping() {
  const field = document.querySelector(".sidebar-search");
  const results = document.getElementById("search-results");
  if (!field || !results || typeof Search === "undefined") return;
  let timer = null;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      results.replaceChildren();
      if (field.value.trim().length > 1) Search.performSearch(field.value);
    }, 150);
  });
}

// What scrolls sideways can be reached, and then scrolled, with the keyboard.
function makeReachable() {
  for (const box of document.querySelectorAll("article pre, article .table-wrapper, .math-block")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".view-toggle").forEach(keepPlace);
  document.querySelectorAll(".expand-all").forEach(expandAll);
  openTarget();
  searchWhileTyping();
  makeReachable();
  document.querySelectorAll("article details").forEach((box) => {
    box.addEventListener("toggle", makeReachable);
  });
});
window.addEventListener("resize", makeReachable);
window.addEventListener("hashchange", openTarget);
window.addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("article details.solution")) box.open = true;
});
