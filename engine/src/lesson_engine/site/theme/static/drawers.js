// Menu and contents where the window is narrow: buttons that open them, and say so.
//
// The theme opens each with a label of a hidden checkbox, which no keyboard reaches. Here each
// label becomes a button, which sets the same checkbox; a drawer that is out of sight is inert.
"use strict";

for (const [id, part] of [["__navigation", ".sidebar-drawer"], ["__toc", ".toc-drawer"]]) {
  const box = document.getElementById(id);
  const drawer = document.querySelector(part);
  if (box && drawer) makeDrawer(box, drawer);
}

function makeDrawer(box, drawer) {
  const buttons = [...document.querySelectorAll(`label[for="${box.id}"]`)]
    .filter((label) => !label.classList.contains("overlay"))
    .map((label) => buttonFor(label, box, drawer));
  let opener = null;
  const update = () => {
    const slides = getComputedStyle(drawer).position === "fixed"; // beside the text it is always there
    drawer.inert = slides && !box.checked;
    for (const button of buttons) button.setAttribute("aria-expanded", String(box.checked));
  };
  const close = () => {
    if (!box.checked) return;
    box.checked = false;
    update();
    if (opener) opener.focus();
  };
  box.tabIndex = -1;
  box.addEventListener("change", update);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      box.checked = !box.checked;
      opener = button;
      update();
      const inside = [...drawer.querySelectorAll("a, input")].find((one) => one.checkVisibility());
      if (box.checked && inside) inside.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  drawer.addEventListener("focusout", (event) => {
    if (box.checked && event.relatedTarget && !drawer.contains(event.relatedTarget)) {
      box.checked = false;
      update();
    }
  });
  drawer.addEventListener("click", (event) => {
    if (event.target.closest("a")) close();
  });
  window.addEventListener("resize", update);
  update();
}

// A button in the place of a label, with its icon.
function buttonFor(label, box, drawer) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = label.className;
  button.setAttribute("aria-label", drawer.getAttribute("aria-label"));
  drawer.id ||= `${box.id}-drawer`;
  button.setAttribute("aria-controls", drawer.id);
  button.append(...label.childNodes);
  label.replaceWith(button);
  return button;
}
