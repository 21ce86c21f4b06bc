"""The glossary on pages: its terms have places, and each episode links them at their first use."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

from lesson_engine.core import glossary
from lesson_engine.core.glossary import Entry
from lesson_engine.core.lesson import find_lesson
from lesson_engine.core.words import words_in
from lesson_engine.site.places import TITLE, Anchor

FEW = 12  # entries: so many need no letters to choose from
# Where no term is linked: what is a link or code already, titles, tables, and the boxes that sum up
CLOSED = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.raw,
    nodes.footnote,
    nodes.table,
    nodes.definition_list,
    addnodes.pending_xref,
    addnodes.download_reference,
)
SUMMARIES = {"questions", "objectives", "overview", "keypoints", "instructor", TITLE}


class Term(nodes.Inline, nodes.TextElement):
    """A term that leads to its entry: refuri, and its definition."""


class Glossary(SphinxTransform):
    """Give the glossary's entries their places; link them where an episode uses them first."""

    default_priority = 209

    def apply(self, **kwargs: Any) -> None:
        name = self.env.docname
        path = Path(self.env.srcdir) / f"{glossary.PAGE}.md"
        if glossary.PAGE not in self.env.found_docs:
            return
        text = path.read_text("utf-8", errors="replace")
        entries = glossary.read(text, words_in(self.config.lesson_lang).language)
        if name == glossary.PAGE:
            _mark(self.document, entries, self.env)
        elif name.startswith("episodes/"):
            self.env.note_dependency(str(path))
            _join_lines(self.document)
            _link(self.document, entries, *self.episodes())

    def episodes(self) -> tuple[list[str], int]:
        """The text of each episode, in order, and which of them this is."""
        paths = find_lesson(self.env.srcdir).episode_paths()
        here = paths.index(Path(self.env.srcdir) / f"{self.env.docname}.md")
        return [path.read_text("utf-8", errors="replace") for path in paths], here


def _mark(document: nodes.document, entries: Sequence[Entry], env: BuildEnvironment) -> None:
    """Places for the entries, and above them the letters they begin with."""
    words = words_in(env.config.lesson_lang)
    known = {entry.name: entry for entry in entries}
    lists: list[nodes.Node] = []
    for term in document.findall(nodes.term):
        entry = known.pop(" ".join(term.astext().split()), None)
        if entry is not None:
            term["ids"].append(entry.place)
            term += Anchor(refid=entry.place, reftitle=words("theme.link"))
            lists.append(term.parent.parent)
    if len(entries) > FEW and lists:
        first: Any = lists[0]
        first.parent.insert(first.parent.index(first), _letters(entries, words("view.letters")))


def _letters(entries: Sequence[Entry], label: str) -> nodes.container:
    """Links to the first entry of each letter."""
    line = nodes.paragraph()
    for letter, group in groupby(entries, key=lambda entry: entry.name[:1].upper()):
        line += nodes.reference("", letter, refid=next(group).place, internal=True)
        line += nodes.Text(" ")
    return nodes.container("", line, classes=["glossary-letters"], label=label)


def _join_lines(document: nodes.document) -> None:
    """MyST makes three nodes of a line break; terms may go over one."""
    for text in list(document.findall(nodes.Text)):
        parent: Any = text.parent
        place = next(n for n, child in enumerate(parent.children) if child is text)
        before = parent.children[place - 1] if place else None
        if isinstance(before, nodes.Text):
            parent.children[place - 1 : place + 1] = [nodes.Text(f"{before}{text}")]
            parent.children[place - 1].parent = parent


def _link(document: nodes.document, entries: list[Entry], episodes: list[str], here: int) -> None:
    """Link each term at its first use; a word that is explained is no everyday word from there on.

    Args:
        document: an episode.
        entries: of the glossary.
        episodes: text of every episode, in order.
        here: which of them this one is.
    """
    pattern, known = glossary.pattern_of(entries)
    explained = glossary.explained(episodes, known)
    # of several words, it's the term wherever it stands
    linked = {p for p, at in explained.items() if at > here and p.count("-") < 2}
    bold = {p for p, at in explained.items() if at == here and p.count("-") < 2}
    for text in list(_prose(document)):
        parts: list[nodes.Node] = []
        at = 0
        for found in pattern.finditer(text.astext()):
            entry = known[glossary.key_of(found[0])]
            only_bold = entry.place in bold and not isinstance(text.parent, nodes.strong)
            if entry.place in linked or only_bold:
                continue
            linked.add(entry.place)
            parts += [nodes.Text(text.astext()[at : found.start()]), _term(found[0], entry)]
            at = found.end()
        if parts:
            parent: Any = text.parent
            parent.replace(text, [*parts, nodes.Text(text.astext()[at:])])


def _term(words: str, entry: Entry) -> Term:
    address = f"../{glossary.PAGE}.html#{entry.place}"
    return Term("", words, refuri=address, internal=True, definition=entry.definition)


def _prose(node: nodes.Element) -> Iterator[nodes.Text]:
    """The running text, in order."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            if isinstance(node, nodes.paragraph | nodes.inline | nodes.strong | nodes.emphasis):
                yield child
        elif isinstance(child, nodes.Element) and not (
            isinstance(child, CLOSED) or SUMMARIES.intersection(child.get("classes", ()))
        ):
            yield from _prose(child)


def visit_term(translator: HTML5Translator, node: Term) -> None:
    """Open the link; reading.js shows the definition."""
    definition = translator.attval(node["definition"])
    address = translator.attval(node["refuri"])
    start = f'<a class="glossary-term" href="{address}" data-definition="{definition}">'
    translator.body.append(start)


def depart_term(translator: HTML5Translator, node: Term) -> None:
    """Close the link."""
    translator.body.append("</a>")
