// What scrolls sideways can be reached, and then scrolled, with the keyboard; it says what it is.
"use strict";

const scrollWords = JSON.parse(document.getElementById("lesson-words").textContent).parts;
const SCROLLS = { "article .table-wrapper": "table", ".math-block": "formula", ".math-inline": "formula", "article pre": "code" };

function makeReachable() {
  for (const [places, kind] of Object.entries(SCROLLS)) {
    for (const box of document.querySelectorAll(places)) {
      if (box.scrollWidth > box.clientWidth) {
        const output = kind === "code" && box.closest(".cell_output");
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", scrollWords[output ? "output" : kind]);
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
    }
  }
}

document.addEventListener("DOMContentLoaded", makeReachable);
window.addEventListener("resize", makeReachable);
document.addEventListener("toggle", makeReachable, true); // a box was opened
document.addEventListener("change", makeReachable); // a tab was opened
