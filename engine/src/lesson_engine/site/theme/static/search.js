// Search: answers below the field while somebody types, and on the search page as a list.
//
// The data and the library are loaded once somebody goes to the field; both are scripts, so that
// this works from a folder, too.
"use strict";

(() => {
  const root = document.documentElement.dataset.content_root || "./"; // of this view
  const library = new URL("minisearch/minisearch.js", document.currentScript.src).href;
  const { searching } = JSON.parse(document.getElementById("lesson-words").textContent);
  const language = document.documentElement.lang;
  // languages that write words without blanks between them
  const splitter = /^(ja|zh|th)\b/.test(language) && window.Intl && Intl.Segmenter
    ? new Intl.Segmenter(language, { granularity: "word" }) : null;
  const BOOST = { page: 1.1, section: 1.8, challenge: 1, term: 1.1, call: 1 };
  let loading = null;

  function loadScript(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  function load() {
    loading ||= Promise.all([loadScript(library), loadScript(`${root}search-data.js`)])
      .then(makeIndex);
    return loading;
  }

  // In code, names are several words in one: CategoricalCrossentropy, categorical_crossentropy.
  function words(text) {
    if (splitter) return [...splitter.segment(text)].filter((one) => one.isWordLike).map((one) => one.segment);
    return text.split(/[\n\r\p{Z}\p{P}\p{S}]+/u).filter(Boolean).flatMap((word) => {
      const parts = word.split(/(?<=\p{Ll})(?=\p{Lu})/u);
      return parts.length > 1 ? [word, ...parts] : parts;
    });
  }

  function makeIndex() {
    const index = new MiniSearch({
      fields: ["title", "text", "page"],
      storeFields: ["kind", "address", "title", "text", "page"],
      tokenize: words,
    });
    const documents = [];
    for (const [address, entries] of window.lessonSearchData) {
      const page = entries[0][2];
      for (const [kind, place, title, text] of entries) {
        const whole = place ? `${address}#${place}` : address;
        documents.push({ id: documents.length, kind, address: whole, title, text, page });
      }
    }
    index.addAll(documents);
    return index;
  }

  // All words have to be there, each typed wrongly in one place at most, the last one perhaps
  // unfinished. What is found comes first if its title says little else, or if it has the words
  // side by side.
  function find(index, query) {
    const options = {
      boost: { title: 4, page: 0.5 },
      fuzzy: (term) => (term.length > 3 ? 1 : false),
      prefix: (term, place, terms) => place === terms.length - 1 || term.length > 3,
      weights: { fuzzy: 0.3, prefix: 0.5 },
      boostDocument: (id, term, stored) => BOOST[stored.kind],
    };
    const whole = index.search(query, { ...options, combineWith: "AND" });
    const found = whole.length ? whole : index.search(query, options);
    const asked = words(query).length;
    for (const one of found) one.score *= (0.35 + shareOfTitle(one)) * (sideBySide(one, asked) ? 6 : 1);
    return found.sort((one, other) => other.score - one.score);
  }

  function shareOfTitle({ title, match }) {
    const all = words(title).map((word) => word.toLowerCase());
    return all.filter((word) => match[word] && match[word].includes("title")).length / all.length;
  }

  function sideBySide({ title, text, terms }, asked) {
    const all = words(`${title} ${text}`).map((word) => word.toLowerCase());
    return asked > 1 && all.some((_, place) => {
      const some = new Set(all.slice(place, place + asked));
      return some.size === asked && [...some].every((word) => terms.includes(word));
    });
  }

  // Some words around the first that was found, with all of them marked.
  function excerpt(result) {
    const { text } = result;
    const terms = Object.keys(result.match).sort((one, other) => other.length - one.length);
    const pattern = new RegExp(terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "giu");
    const first = text.search(pattern);
    const start = first < 60 ? 0 : text.indexOf(" ", first - 50) + 1;
    const shown = text.slice(start, start + 150);
    const line = document.createElement("span");
    line.className = "search-excerpt";
    line.append(start ? "… " : "");
    let at = 0;
    for (const match of shown.matchAll(pattern)) {
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      line.append(shown.slice(at, match.index), mark);
      at = match.index + match[0].length;
    }
    line.append(shown.slice(at), start + 150 < text.length ? " …" : "");
    return line;
  }

  function answer(result) {
    const link = document.createElement("a");
    link.href = root + result.address;
    const title = document.createElement("span");
    title.className = "search-title";
    title.textContent = result.title;
    const where = document.createElement("span");
    where.className = "search-where";
    where.textContent = [searching.kinds[result.kind], result.kind === "page" ? "" : result.page]
      .filter(Boolean).join(" · ");
    link.append(title, where, excerpt(result));
    return link;
  }

  // Below the field: a list of links, through which the arrow keys lead.
  function attach(field) {
    const list = document.createElement("div");
    list.className = "search-answers";
    list.id = "search-answers";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", searching.results);
    list.popover = "manual"; // above everything, whatever it stands in
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    field.form.append(list, status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-controls": list.id,
      "aria-autocomplete": "list", autocomplete: "off",
    })) field.setAttribute(name, value);
    let chosen = -1;

    const open = (shown) => {
      field.setAttribute("aria-expanded", String(shown));
      field.removeAttribute("aria-activedescendant");
      chosen = -1;
      if (!shown) {
        if (list.matches(":popover-open")) list.hidePopover();
        return;
      }
      const box = field.getBoundingClientRect();
      const width = Math.min(34 * 16, document.documentElement.clientWidth - 16);
      list.style.width = `${width}px`;
      list.style.left = `${Math.max(8, Math.min(box.left, document.documentElement.clientWidth - width - 8))}px`;
      list.style.top = `${box.bottom + 4}px`;
      list.style.maxHeight = `${window.innerHeight - box.bottom - 16}px`;
      if (!list.matches(":popover-open")) list.showPopover();
    };
    const choose = (place) => {
      const options = [...list.querySelectorAll("[role=option]")];
      if (!options.length) return;
      chosen = (place + options.length) % options.length;
      options.forEach((one, n) => one.setAttribute("aria-selected", String(n === chosen)));
      field.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    };
    const update = async () => {
      const query = field.value.trim();
      if (query.length < 2) return open(false);
      const index = await load();
      if (query !== field.value.trim()) return undefined; // somebody went on typing
      const found = find(index, query).slice(0, 8);
      list.replaceChildren(...found.map((result, place) => {
        const link = answer(result);
        link.id = `search-answer-${place}`;
        link.tabIndex = -1;
        link.setAttribute("role", "option");
        link.setAttribute("aria-selected", "false");
        return link;
      }));
      status.textContent = found.length ? searching.found.replace("{number}", found.length) : searching.none;
      if (!found.length) {
        const none = document.createElement("p");
        none.textContent = searching.none;
        list.append(none);
      }
      return open(true);
    };

    field.addEventListener("focus", load, { once: true });
    field.addEventListener("input", update);
    field.addEventListener("focus", update);
    field.addEventListener("blur", () => setTimeout(() => open(false), 200)); // after a click
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    field.addEventListener("keydown", (event) => {
      const shown = field.getAttribute("aria-expanded") === "true";
      if (event.key === "Escape" && shown) {
        open(false);
        event.stopPropagation();
      } else if (event.key === "ArrowDown" && shown) {
        choose(chosen + 1);
      } else if (event.key === "ArrowUp" && shown) {
        choose(chosen - 1);
      } else if (event.key === "Enter" && shown && chosen >= 0) {
        list.children[chosen].click();
        open(false);
      } else return;
      event.preventDefault();
    });
    list.addEventListener("click", () => open(false));
    window.addEventListener("resize", () => open(false));
  }

  // The search page: a list of all that was found, in the place of the list of all that there is.
  function fillPage(place, form) {
    const field = form.querySelector("input[name=q]");
    field.value = new URLSearchParams(window.location.search).get("q") || "";
    const contents = document.getElementById("search-contents");
    const update = async () => {
      const query = field.value.trim();
      contents.hidden = query.length > 1;
      if (query.length < 2) return place.replaceChildren();
      const found = find(await load(), query);
      const count = document.createElement("p");
      count.setAttribute("role", "status");
      count.textContent = found.length ? searching.found.replace("{number}", found.length) : searching.none;
      const list = document.createElement("ol");
      for (const result of found.slice(0, 50)) {
        const item = document.createElement("li");
        item.append(answer(result));
        list.append(item);
      }
      return place.replaceChildren(count, list);
    };
    field.addEventListener("input", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    update();
  }

  const field = document.querySelector(".sidebar-search");
  if (field && "popover" in field) attach(field);
  const place = document.getElementById("search-results");
  if (place) fillPage(place, document.getElementById("search-form"));
})();
