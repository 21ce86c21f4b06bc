// Slides by keyboard: arrows, Page Up and Down, Home, End. Without this script all stand below
// one another.
"use strict";

const slides = [...document.querySelectorAll(".slide")];
const place = document.getElementById("slide-place");
let at = 0;

function show(wanted) {
  at = Math.min(Math.max(wanted, 0), slides.length - 1);
  slides.forEach((slide, n) => { slide.hidden = n !== at; });
  place.textContent = `${at + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${at + 1}`);
  window.scrollTo(0, 0);
}

const KEYS = {
  ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1,
  Home: -Infinity, End: Infinity,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  if (event.key === " " && event.target.closest("button, a")) return;
  event.preventDefault();
  show(at + KEYS[event.key]);
});
document.getElementById("slide-next").addEventListener("click", () => show(at + 1));
document.getElementById("slide-previous").addEventListener("click", () => show(at - 1));
document.querySelector(".slide-controls").hidden = false;
document.body.classList.add("one-by-one");
show((Number(window.location.hash.slice(1)) || 1) - 1);
