"""The glossary in learners/reference.md: an entry for each term, which leads to its explanation.

The rule: what an episode prints in **bold** is a term, unless it is a label. A label

- ends in a punctuation mark, as "**Start small.**" at the beginning of a list item, or
- is a single character: the letter of an answer, or the 1 in a table, or
- stands in an instructor note, which learners do not see.

Whatever else deserves stress is in *italics*. A term and its plural in "s" or "es" are one; other
forms stand in brackets behind the entry's name: "Axis (axes)".

An entry's first link leads to the heading below which the term is bold for the first time.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from mdit_py_plugins.deflist import deflist_plugin
from the_lesson import LESSON

from lesson_engine.core import pacing, reader
from lesson_engine.core.markdown import markdown_parser

GLOSSARY = LESSON.root / "learners" / "reference.md"


@dataclass(frozen=True)
class Term:
    """Bold text of an episode. section: address of the heading above it, as the glossary links."""

    text: str
    section: str
    place: str


@dataclass(frozen=True)
class Entry:
    """An entry of the glossary. links: (address, text) of each."""

    name: str
    links: tuple
    line: int

    @property
    def forms(self):
        """Everything that may stand in bold and is this entry's term, in small letters."""
        inside = re.search(r"\((.+)\)", self.name)
        names = [self.sorted_by, *(inside[1].split(", ") if inside else [])]
        return {f"{name}{ending}".casefold() for name in names for ending in ("", "s", "es")}

    @property
    def sorted_by(self):
        """The name without what is in brackets."""
        return re.sub(r" \(.*", "", self.name)


def sections(page):
    """The headings of a page outside of its divs: address -> heading."""
    return {
        f"../{page.path.as_posix()}#{pacing.anchor(heading.text)}": heading
        for heading in page.headings
        if not heading.divs
    }


@cache
def episodes():
    """All episodes, in the order in which they are taught."""
    return [reader.read_page(LESSON, path) for path in LESSON.episode_paths()]


@cache
def terms():
    """All terms, in the order of the text, each as often as it is bold."""
    return [term for page in episodes() for term in terms_of(page)]


def terms_of(page):
    """The terms of one episode."""
    found, section = [], f"../{page.path.as_posix()}"
    beginnings = {heading.line: address for address, heading in sections(page).items()}
    for token in markdown_parser().parse("\n".join(page.plain_lines())):
        if token.type != "inline":
            continue
        line = token.map[0] + 1
        section = beginnings.get(line, section)
        for text in bold(token.children):
            if not is_label(text) and not is_in_note(page, line):
                found.append(Term(text, section, f"{page.path}:{line}"))
    return found


def bold(children):
    """The bold pieces of a paragraph, a heading or a table's cell, line breaks as spaces."""
    pieces = []
    for child in children:
        if child.type == "strong_open":
            pieces.append("")
        elif child.type == "strong_close":
            yield pieces.pop()
        elif pieces:
            pieces[-1] += " " if child.type == "softbreak" else child.content


def is_label(text):
    """True for bold text that is no term; see the top of this file."""
    return len(text) == 1 or text[-1] in ".,:;?!"


def is_in_note(page, line):
    """True for a line inside an instructor note."""
    return any(
        div.name == "instructor" and div.first_line < line < div.last_line for div in page.divs
    )


@cache
def entries():
    """All entries, in the order of the page."""
    text = GLOSSARY.read_text("utf-8")
    tokens = markdown_parser().use(deflist_plugin).parse(text)
    found = []
    for before, token in pairwise(tokens):
        if before.type == "dt_open":
            found.append(Entry(token.content, (), token.map[0] + 1))
        elif token.type == "inline" and token.level > 2:
            found[-1] = Entry(found[-1].name, (*found[-1].links, *links(token)), found[-1].line)
    return found


def links(token):
    """(address, text) of each link of a paragraph."""
    for at, child in enumerate(token.children):
        if child.type == "link_open":
            rest = token.children[at + 1 :]
            end = [part.type for part in rest].index("link_close")
            text = "".join(part.content or " " for part in rest[:end])
            yield child.attrs["href"], text


def places_of(entry):
    """The addresses below which an entry's term is bold, in the order of the text."""
    return [term.section for term in terms() if term.text.casefold() in entry.forms]


def test_every_term_has_an_entry():
    known = set().union(*(entry.forms for entry in entries()))
    lost = [f"{term.place}: {term.text}" for term in terms() if term.text.casefold() not in known]
    assert not lost, "give these an entry, or make them italic:\n" + "\n".join(lost)


def test_every_entry_has_a_term():
    empty = [f"line {entry.line}: {entry.name}" for entry in entries() if not places_of(entry)]
    assert not empty, "no episode prints these in bold:\n" + "\n".join(empty)


def test_no_term_has_two_entries():
    names = {}
    for entry in entries():
        for form in entry.forms:
            names.setdefault(form, []).append(entry.name)
    assert not {form: shared for form, shared in names.items() if len(shared) > 1}


def test_entries_are_in_alphabetical_order():
    keys = {entry.name: entry.sorted_by.casefold().replace("-", " ") for entry in entries()}
    wrong = [f"{b} stands below {a}" for a, b in pairwise(keys) if keys[a] >= keys[b]]
    assert not wrong, "\n".join(wrong)


def test_the_first_link_leads_to_where_the_term_is_introduced():
    wrong = [
        f"line {entry.line}: the first link of {entry.name} should lead to {places[0]}"
        for entry in entries()
        if (places := places_of(entry))
        and [address for address, _ in entry.links][:1] != places[:1]
    ]
    assert not wrong, "\n".join(wrong)


def test_every_link_leads_to_a_section_that_has_the_term_in_bold():
    lost = [
        f"line {entry.line}: {entry.name} is not in bold at {address}"
        for entry in entries()
        for address, _ in entry.links
        if address not in places_of(entry)
    ]
    assert not lost, "\n".join(lost)


def test_the_words_of_a_link_are_episode_and_heading():
    words = {
        address: f"Episode {LESSON.number_of(LESSON.root / page.path)}, {heading.text}"
        for page in episodes()
        for address, heading in sections(page).items()
    }
    wrong = [
        f"line {entry.line}: '{text}' should be '{words.get(address)}'"
        for entry in entries()
        for address, text in entry.links
        if text != words.get(address)
    ]
    assert not wrong, "\n".join(wrong)


def test_terms_and_entries_are_found_at_all():
    assert len(terms()) > len(entries()) > 100
