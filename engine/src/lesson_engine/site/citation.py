"""How to cite the lesson: CITATION.cff, which GitHub and Zenodo read, in words and as BibTeX."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lesson_engine.core import yaml_text
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.words import Words

FILE = "CITATION.cff"
NEEDED = ("authors", "title", "message")


@dataclass(frozen=True)
class Citation:
    """What a CITATION.cff says, as far as it is shown.

    Attributes:
        message: what the authors ask for.
        title: the lesson's.
        authors: as in a list of references; a group's name is in braces in bibtex_authors, so
            that it is not taken apart.
        year, version, doi: as written; "" for what is not said.
        address: the best that is known, "" if none is.
    """

    message: str
    title: str
    authors: tuple[str, ...]
    bibtex_authors: tuple[str, ...]
    year: str
    version: str
    doi: str
    address: str

    def sentence(self, words: Words) -> str:
        """One line for a list of references: "Doe, J. (2026). A lesson (version 1). https://…"."""
        year = f" ({self.year})" if self.year else ""
        version = f" ({words('collected.version', version=self.version)})" if self.version else ""
        text = f"{', '.join(self.authors)}{year}. {self.title}{version}."
        return f"{text} {self.address}".rstrip()

    def bibtex(self) -> str:
        """The same as a BibTeX entry, of several lines."""
        fields = {
            "author": " and ".join(self.bibtex_authors),
            "title": f"{{{self.title}}}",
            "year": self.year,
            "version": self.version,
            "doi": self.doi,
            "url": "" if self.doi else self.address,
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return "@misc{lesson,\n" + ",\n".join(lines) + "\n}"


def load_citation(lesson: Lesson) -> Citation | None:
    """What the lesson's CITATION.cff says; None if it has none.

    Raises: LessonError if it is not YAML or lacks the fields that every citation needs.
    """
    path = lesson.root / FILE
    if not path.is_file():
        return None
    try:
        found = yaml_text.load(path.read_text("utf-8"))
    except yaml_text.FAILURES as error:
        raise LessonError(FILE, *yaml_text.what_failed(error)) from error
    given = found if isinstance(found, dict) else {}
    missing = [name for name in NEEDED if not given.get(name)]
    if missing:
        message = f"needs {', '.join(missing)}; see citation-file-format.github.io"
        raise LessonError(FILE, None, message)
    authors = given["authors"]
    if not (isinstance(authors, list) and all(isinstance(author, dict) for author in authors)):
        message = "'authors:' is a list, each with lines such as 'family-names: Doe'"
        raise LessonError(FILE, None, message)
    return Citation(
        message=str(given["message"]),
        title=str(given["title"]),
        authors=tuple(_name(author) for author in authors),
        bibtex_authors=tuple(_bibtex_name(author) for author in authors),
        year=_text(given, "date-released")[:4],
        version=_text(given, "version"),
        doi=_text(given, "doi"),
        address=_address(given),
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    """A field as text; "" if it is not there or empty."""
    return str(given.get(name) or "")


def _name(author: Mapping[str, Any]) -> str:
    given = f", {author['given-names']}" if author.get("given-names") else ""
    return _text(author, "name") or f"{_text(author, 'family-names')}{given}"


def _bibtex_name(author: Mapping[str, Any]) -> str:
    return f"{{{author['name']}}}" if author.get("name") else _name(author)


def _address(given: Mapping[str, Any]) -> str:
    doi = f"https://doi.org/{given['doi']}" if given.get("doi") else ""
    return doi or _text(given, "url") or _text(given, "repository-code")
