"""A lesson's glossary: the definition list of learners/reference.md, as the Workbench has it.

    Axis (axes)
    :   One direction of an array.

What stands in brackets are other forms of the term.
"""

import functools
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from lesson_engine.core.lesson import Lesson
from lesson_engine.core.markdown import markdown_parser

PAGE = "learners/reference"
ENDINGS = {"en": ("", "s", "es")}  # of plurals; another language's stand in brackets
BOLD = re.compile(r"\*\*(?![\s*])((?:[^*]|(?<!\*)\*(?!\*))+?)\*\*")


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes:
        name: as written, such as "Axis (axes)".
        place: its id on the page.
        definition: its first definition, as plain text.
        forms: everything that the term may be called, the plural included.
    """

    name: str
    place: str
    definition: str
    forms: tuple[str, ...]


def path_of(lesson: Lesson) -> Path | None:
    """The page that holds the glossary; None if the lesson has none."""
    path = lesson.root / f"{PAGE}.md"
    return path if path in lesson.page_paths() else None


def read(text: str, language: str = "en") -> list[Entry]:
    """The entries of a glossary's page, in its order.

    Args:
        text: the page's Markdown.
        language: of the lesson, such as "en".
    """
    return list(_entries(text, language))


@functools.lru_cache(maxsize=4)
def _entries(text: str, language: str) -> tuple[Entry, ...]:
    """The entries, read once: every page of a site asks for them."""
    tokens = markdown_parser().use(deflist_plugin).parse(text)
    found: list[Entry] = []
    taken: set[str] = set()
    names: list[str] = []
    for before, token in pairwise(tokens):
        if before.type == "dt_open":
            names.append(_plain(token))
        elif names and token.type == "inline" and token.level > 2:
            for name in names:  # several terms may share a definition
                place = _free(f"term-{_slug(name)}", taken)
                found.append(Entry(name, place, _plain(token), _forms(name, language)))
            names = []
    return tuple(found)


def _plain(token: Token) -> str:
    """What a paragraph says, without its marks."""
    parts = (child.content or " " for child in token.children or () if child.nesting == 0)
    return " ".join("".join(parts).split())


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", re.sub(r"\s*\(.*", "", name).casefold()).strip("-") or "x"


def _free(place: str, taken: set[str]) -> str:
    number, free = 2, place
    while free in taken:
        free, number = f"{place}-{number}", number + 1
    taken.add(free)
    return free


def _forms(name: str, language: str) -> tuple[str, ...]:
    inside = re.search(r"\((.+)\)", name)
    names = [re.sub(r"\s*\(.*", "", name), *(inside[1].split(", ") if inside else [])]
    return tuple(f"{one}{ending}" for one in names for ending in ENDINGS.get(language, ("",)))


def pattern_of(entries: list[Entry]) -> tuple[re.Pattern[str], dict[str, Entry]]:
    """What finds the terms in a text, the longest first, and the entry of each that is found.

    A capital is a capital, but for the first letter: "Adam" and "class", not "RELU" for "ReLU". A
    number behind a word makes a name of it: step 5 of a workflow is no step of a training.

    Returns: the pattern, and a dict of what it finds, through key_of.
    """
    known: dict[str, Entry] = {}
    for entry in entries:
        for form in filter(None, entry.forms):
            known.setdefault(key_of(form), entry)
    longest = sorted(known, key=len, reverse=True)
    words = "|".join(
        f"[{re.escape(key[0] + key[0].upper())}]" + r"\s+".join(map(re.escape, key[1:].split(" ")))
        for key in longest
    )
    return re.compile(rf"(?<![\w-])(?:{words or '(?!)'})(?![\w-]|\s+\d)"), known


def key_of(found: str) -> str:
    """How a form is looked up, wherever lines break and sentences begin."""
    joined = " ".join(found.split())
    return joined[:1].lower() + joined[1:]


def explained(texts: list[str], known: dict[str, Entry]) -> dict[str, int]:
    """Which of several texts prints a term in bold first: place of its entry -> index of the text.

    Authors explain a word where they print it in bold; before, it may be everyday language.
    """
    found: dict[str, int] = {}
    for index, text in enumerate(texts):
        for bold in BOLD.finditer(text):
            entry = known.get(key_of(bold[1]))
            if entry is not None:
                found.setdefault(entry.place, index)
    return found
