// Tabs of the same names change together, and stay as they were chosen on all pages.
"use strict";

(() => {
  const KEY = "lesson-tabs";
  const read = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; }
  };
  const keep = (chosen) => {
    try { localStorage.setItem(KEY, JSON.stringify(chosen)); } catch { /* not allowed to: forgotten */ }
  };
  const sets = [...document.querySelectorAll(".tab-set")].map((box) => {
    const inputs = [...box.querySelectorAll(":scope > input")];
    const names = inputs.map((input) => input.nextElementSibling.textContent.trim());
    return { inputs, names, key: [...names].sort().join("\n") };
  });
  const show = (set, name) => {
    const place = set.names.indexOf(name);
    if (place >= 0) set.inputs[place].checked = true;
  };

  const chosen = read();
  for (const set of sets) {
    if (set.key in chosen) show(set, chosen[set.key]);
    // A click, from an arrow key, too: the extension has changed the tab before a "change" would be told
    set.inputs.forEach((input, place) => input.addEventListener("click", () => {
      const name = set.names[place];
      keep({ ...read(), [set.key]: name });
      // what is above the one that was pressed may change its height: the tab stays where it is
      const before = input.nextElementSibling.getBoundingClientRect().top;
      for (const other of sets) if (other.key === set.key) show(other, name);
      window.scrollBy({ top: input.nextElementSibling.getBoundingClientRect().top - before, behavior: "instant" });
    }));
  }
})();
