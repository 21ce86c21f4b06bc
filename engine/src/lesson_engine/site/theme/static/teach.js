// The instructor view: the clock beside each section, and the page as slides for a projector.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("lesson-words").textContent).teach;
  const clockText = (minutes) => {
    const ofDay = ((minutes % 1440) + 1440) % 1440;
    return `${String(Math.floor(ofDay / 60)).padStart(2, "0")}:${String(ofDay % 60).padStart(2, "0")}`;
  };

  // The day's start, set once and kept, gives the time at which each section begins.
  function runClock(field) {
    const key = `lesson-start:${field.dataset.lesson}:${field.dataset.day}`;
    const show = () => {
      const [hours, minutes] = field.value.split(":").map(Number);
      const start = field.value ? 60 * hours + minutes + Number(field.dataset.before) : null;
      for (const time of document.querySelectorAll(".section-clock")) {
        time.textContent = start === null ? "" : `· ${clockText(start + Number(time.dataset.minute))}`;
      }
    };
    try { field.value = localStorage.getItem(key) || field.value; } catch { /* not allowed to */ }
    field.addEventListener("input", () => {
      try { localStorage.setItem(key, field.value); } catch { /* forgotten when the page is left */ }
      show();
    });
    show();
  }

  // One section at a time, without anything around it. Notes are out of sight until asked for.
  function presenter(button) {
    const article = document.querySelector("article");
    const sections = [...article.querySelectorAll("section")].filter((one) => one.querySelector(":scope > h1, :scope > h2, :scope > h3"));
    if (!sections.length) return;
    const panel = document.createElement("div");
    panel.className = "present-panel";
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", words.present);
    const place = document.createElement("span");
    place.setAttribute("role", "status");
    const control = (text, does) => {
      const one = document.createElement("button");
      one.type = "button";
      one.textContent = text;
      one.addEventListener("click", does);
      panel.append(one);
      return one;
    };
    let at = -1;
    let size = 1.5;

    const show = (wanted) => {
      at = Math.min(Math.max(wanted, 0), sections.length - 1);
      for (const one of article.querySelectorAll(".present-shown, .present-way")) {
        one.classList.remove("present-shown", "present-way");
      }
      sections[at].classList.add("present-shown");
      for (let one = sections[at]; one !== article; one = one.parentElement) one.classList.add("present-way");
      const time = sections[at].querySelector(":scope > .section-time > .section-clock");
      place.textContent = `${at + 1} / ${sections.length} ${time ? time.textContent : ""}`;
      window.scrollTo({ top: 0, behavior: "instant" });
      history.replaceState(null, "", `#${sections[at].id}`);
      window.dispatchEvent(new Event("resize")); // what scrolls sideways may be another now
    };
    const resize = (factor) => {
      size = Math.min(Math.max(size * factor, 1), 3);
      document.documentElement.style.setProperty("--present-size", size);
    };
    const notes = () => {
      const shown = document.body.classList.toggle("present-notes");
      notesButton.setAttribute("aria-pressed", String(shown));
    };
    const leave = () => {
      document.body.classList.remove("presenting", "present-notes");
      notesButton.setAttribute("aria-pressed", "false");
      panel.remove();
      if (document.fullscreenElement) document.exitFullscreen();
      sections[at].scrollIntoView({ behavior: "instant" });
      menu.querySelector("summary").focus();
    };
    control("←", () => show(at - 1)).setAttribute("aria-label", words.previous);
    panel.append(place);
    const next = control("→", () => show(at + 1));
    next.setAttribute("aria-label", words.next);
    control("−", () => resize(1 / 1.15)).setAttribute("aria-label", words.smaller);
    control("+", () => resize(1.15)).setAttribute("aria-label", words.larger);
    const notesButton = control(words.notes, notes);
    notesButton.setAttribute("aria-pressed", "false");
    control(words.leave, leave);
    panel.title = words.keys;

    button.hidden = false;
    button.addEventListener("click", () => {
      const line = 140; // a heading above this many pixels counts as reached
      const passed = sections.filter((one) => one.getBoundingClientRect().top < line);
      const reached = passed.length ? passed.length - 1 : 0;
      document.body.classList.add("presenting");
      article.append(panel);
      resize(1);
      show(reached);
      next.focus();
    });

    const KEYS = {
      ArrowRight: () => show(at + 1), PageDown: () => show(at + 1),
      ArrowLeft: () => show(at - 1), PageUp: () => show(at - 1),
      Home: () => show(0), End: () => show(sections.length - 1),
      "+": () => resize(1.15), "=": () => resize(1.15), "-": () => resize(1 / 1.15),
      n: notes, N: notes, Escape: leave,
    };
    document.addEventListener("keydown", (event) => {
      if (!document.body.classList.contains("presenting") || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, textarea, select, iframe, [role=listbox]")) return;
      const inScroller = event.target.closest("[role=group]:not(.present-panel)");
      if (inScroller && event.key.startsWith("Arrow")) return; // scrolls its code
      const does = KEYS[event.key];
      if (does) {
        event.preventDefault();
        does();
      }
    });
  }

  // The menu closes like any other: with Escape, or with a press anywhere else.
  const menu = document.querySelector(".lesson-teach");
  if (menu) {
    document.addEventListener("click", ({ target }) => {
      if (!menu.contains(target) || target.closest(".present")) menu.open = false;
    });
    menu.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  const field = document.querySelector(".lesson-start");
  if (field) runClock(field);
  const button = document.querySelector(".present");
  if (button) presenter(button);
})();
