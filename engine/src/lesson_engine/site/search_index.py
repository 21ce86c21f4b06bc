"""What can be searched for: sections, challenges, terms of the glossary, calls in code.

Each page says what it holds once it is read; together they are one file of data, which browsers
load when somebody begins to search. The index itself is made there, by MiniSearch.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from lesson_engine.core import files
from lesson_engine.core.lesson import Lesson

FILE = "search-data.js"
ENTRIES = "search_entries"  # in a page's metadata
PAGE, SECTION, CHALLENGE, TERM, CALL = "page", "section", "challenge", "term", "call"
LEFT_OUT = {"cell_output", "solution", "lesson-times", "lesson-files", "lesson-provenance"}
TITLES = (nodes.title, nodes.term)
NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*(?:\.\w+)*)\(")  # what code calls
DEFINED = re.compile(r"^\s*(?:def|class)\s+(\w+)", re.M)
CALLS_IN = "cheat-sheet"  # the page whose calls are found by their names


@dataclass
class _Entry:
    """One thing that can be found. Attributes: as in the list that `as_list` gives."""

    kind: str
    place: str
    title: str
    texts: list[str] = field(default_factory=list)

    def as_list(self) -> list[str]:
        """Kind, id on the page, title, text on one line."""
        return [self.kind, self.place, self.title, " ".join(" ".join(self.texts).split())]


def note_page(app: Sphinx, document: nodes.document) -> None:
    """Note what a page holds (doctree-read)."""
    name = app.env.current_document.docname
    found = _found(document, name.rpartition("/")[2] == CALLS_IN)
    app.env.metadata[name][ENTRIES] = [entry.as_list() for entry in found]


def _found(document: nodes.document, calls: bool) -> list[_Entry]:
    first = next(document.findall(nodes.section), None)
    if first is None:
        return []
    entries = [_Entry(PAGE, "", _title(first))]
    _walk(first, entries[0], entries)
    if calls:
        entries += _calls(first)
    return entries


def _walk(parent: nodes.Element, entry: _Entry, entries: list[_Entry]) -> None:
    """Add what is below a node: text to the entry, and entries of their own."""
    for child in parent.children:
        if not isinstance(child, nodes.Element):
            continue
        if LEFT_OUT.intersection(child.get("classes", ())) or isinstance(child, TITLES):
            continue
        own = _entry_of(child, entry)
        if own is not None:
            entries.append(own)
            _walk(child, own, entries)
        elif isinstance(child, nodes.TextElement):
            entry.texts.append(_text(child))
        else:
            _walk(child, entry, entries)


def _text(node: nodes.Element) -> str:
    """The text of a paragraph or block; where there is HTML in between, a blank."""
    parts = node.findall(lambda one: isinstance(one, nodes.Text))
    return "".join(" " if isinstance(one.parent, nodes.raw) else one.astext() for one in parts)


def _entry_of(node: nodes.Element, around: _Entry) -> _Entry | None:
    """The entry that a node begins; None for one that is part of what is around it."""
    if isinstance(node, nodes.section):
        return _Entry(SECTION, _place(node), _title(node))
    if isinstance(node, nodes.definition_list_item):
        term = next(node.findall(nodes.term))
        return _Entry(TERM, _place(term) or _place(node) or around.place, term.astext())
    if "challenge" in node.get("classes", ()) and "lesson-div-title" in _classes_of_first(node):
        return _Entry(CHALLENGE, _place(node) or around.place, node[0].astext())
    return None


def _classes_of_first(node: nodes.Element) -> list[str]:
    first = node.children[0] if node.children else None
    return list(first.get("classes", ())) if isinstance(first, nodes.Element) else []


def _place(node: nodes.Element) -> str:
    """The last of a node's ids: the one that links are written with; "" if it has none."""
    ids: list[str] = node.get("ids", [])
    return ids[-1] if ids else ""


def _title(section: nodes.section) -> str:
    title = next(section.findall(nodes.title), None)
    return title.astext() if title is not None else ""


def _calls(page: nodes.section) -> Iterator[_Entry]:
    """Functions and classes that the code of a page calls, each where it is called first."""
    seen = set()
    for block in page.findall(nodes.literal_block):
        code = block.astext()
        around: nodes.Node | None = block
        while not isinstance(around, nodes.section) and around is not None:
            around = around.parent
        for match in NAME.finditer(code):
            name = match[1]
            if "." in name and name not in seen and name not in DEFINED.findall(code):
                seen.add(name)
                line = code[code.rfind("\n", 0, match.start()) + 1 :].partition("\n")[0]
                yield _Entry(CALL, _place(around) if around else "", f"{name}()", [line])


def write(lesson: Lesson, app: Sphinx, failure: Exception | None) -> None:
    """Write the data for browsers (build-finished)."""
    if failure is not None:
        return
    order = {
        path.relative_to(lesson.root).with_suffix("").as_posix(): place
        for place, path in enumerate(lesson.page_paths())
    }
    pages = []
    for name in sorted(app.env.found_docs, key=lambda name: order.get(name, len(order))):
        entries = app.env.metadata[name].get(ENTRIES, [])
        if entries:
            pages.append([app.builder.get_target_uri(name), entries])
    data = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    files.write(Path(app.outdir) / FILE, f"window.lessonSearchData = {data};\n")


def listing(lesson: Lesson, app: Sphinx) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """For the search page without a script: (address, title, sections) of each page.

    Sections: (address, title) of each.
    """
    found = []
    for path in lesson.page_paths(app.config.lesson_view):
        name = path.relative_to(lesson.root).with_suffix("").as_posix()
        entries = app.env.metadata.get(name, {}).get(ENTRIES, [])
        if entries:
            page = app.builder.get_target_uri(name)
            sections = [
                (f"{page}#{place}", title)
                for kind, place, title, _ in entries
                if kind in (SECTION, CHALLENGE) and place
            ]
            found.append((page, entries[0][2], sections))
    return found
