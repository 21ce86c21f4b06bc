"""How to cite the lesson: CITATION.cff, which GitHub and Zenodo read, in words and as BibTeX."""

import yaml

from lesson_engine.core.errors import LessonError

FILE = "CITATION.cff"


def read(lesson):
    """What the lesson's CITATION.cff says; None if it has none.

    Raises: LessonError if it is not YAML or lacks the fields that every citation needs.
    """
    path = lesson.root / FILE
    if not path.is_file():
        return None
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise LessonError(FILE, None, f"is not YAML: {error}") from error
    missing = [name for name in ("authors", "title", "message") if not (found or {}).get(name)]
    if missing:
        raise LessonError(
            FILE, None, f"needs {', '.join(missing)}; see citation-file-format.github.io"
        )
    return found


def sentence(cited):
    """One line for a list of references.

    Args:
        cited: from read.

    Returns: text such as "Doe, J. (2026). A lesson (version 1.0). https://…".
    """
    year = f" ({_year(cited)})" if _year(cited) else ""
    version = f" (version {cited['version']})" if cited.get("version") else ""
    text = f"{', '.join(map(_name, cited['authors']))}{year}. {cited['title']}{version}."
    return f"{text} {_address(cited)}".rstrip()


def bibtex(cited):
    """The same as a BibTeX entry.

    Args:
        cited: from read.

    Returns: text of several lines.
    """
    fields = {
        "author": " and ".join(map(_bibtex_name, cited["authors"])),
        "title": f"{{{cited['title']}}}",
        "year": _year(cited),
        "version": cited.get("version"),
        "doi": cited.get("doi"),
        "url": _address(cited) if not cited.get("doi") else None,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return "@misc{lesson,\n" + ",\n".join(lines) + "\n}"


def _name(author):
    given = f", {author['given-names']}" if author.get("given-names") else ""
    return author.get("name") or f"{author.get('family-names', '')}{given}"


def _bibtex_name(author):
    """A group's name is in braces, so that it is not taken apart."""
    return f"{{{author['name']}}}" if author.get("name") else _name(author)


def _year(cited):
    return str(cited.get("date-released", ""))[:4]


def _address(cited):
    doi = f"https://doi.org/{cited['doi']}" if cited.get("doi") else ""
    return doi or cited.get("url") or cited.get("repository-code") or ""
