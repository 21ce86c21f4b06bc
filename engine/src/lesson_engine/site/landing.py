"""The top of the home page: what the lesson promises, where to begin, for whom it is.

The words are the author's, in the front matter of index.md; a lesson that says nothing there has
the buttons, and how long it takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from docutils import nodes

from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.site.schedule import span

CLASSES = {"lesson-promise", "lesson-begin", "lesson-facts", "lesson-first"}
HOME = Path("index.md")
MOST_LINKS = 5  # for instructors, where the author chooses none
KINDS: Mapping[str, tuple[Any, str]] = {  # key -> (what it holds, how to write it)
    "description": (str | None, "one sentence: what people will be able to do"),
    "image": (str | None, "a picture of the lesson, such as fig/01_plot.png"),
    "facts": (dict[str, str] | None, "lines such as 'Level: beginners' below it"),
    "instructors_first": (list[str] | None, "a list of pages, such as instructors/notes.md"),
}


@dataclass(frozen=True)
class Landing:
    """What the front matter of index.md says for the top of the home page.

    Attributes:
        description: one sentence, "" if there is none.
        image: a picture of the lesson, for other sites that link to it; None for none.
        facts: (what, how): for whom, how long and so on.
        first: the pages that instructors need first.
    """

    description: str
    image: Path | None
    facts: tuple[tuple[str, str], ...]
    first: tuple[Path, ...]


def of(lesson: Lesson, front_matter: Mapping[str, Any]) -> Landing:
    """What is said, or what follows from the lesson where nothing is.

    Args:
        lesson: the lesson.
        front_matter: of index.md.

    Raises: LessonError for what is of another kind, or leads nowhere.
    """
    said = {key: _said(front_matter, key) for key in KINDS}
    image = lesson.root / said["image"] if said["image"] else None
    given = [lesson.root / page for page in said["instructors_first"] or ()]
    for key, path in [("image", image), *(("instructors_first", page) for page in given)]:
        if path is not None and not path.is_file():
            raise LessonError(HOME, None, f"'{key}:' names {lesson.shown(path)}, which isn't there")
    pages = [path for path in lesson.page_paths() if path.parent.name == "instructors"]
    return Landing(
        description=said["description"] or str(lesson.config.get("description") or ""),
        image=image,
        facts=tuple((said["facts"] or {}).items()),
        first=tuple(given or pages[:MOST_LINKS]),
    )


def _said(front_matter: Mapping[str, Any], key: str) -> Any:
    kind, wanted = KINDS[key]
    try:
        return msgspec.convert(front_matter.get(key), kind)
    except msgspec.ValidationError as error:
        message = f"'{key}:' is {wanted}; it says {front_matter[key]!r}"
        raise LessonError(HOME, None, message) from error


def top(
    lesson: Lesson, landing: Landing, titles: Mapping[Path, str], minutes: float
) -> list[nodes.Node]:
    """What stands below the title, in both views.

    Args:
        lesson: the lesson.
        landing: from of().
        titles: title of each page that instructors need first; {} leaves these links out.
        minutes: what the episodes of the workshop ask together; 0 if they don't say.
    """
    parts: list[nodes.Node] = []
    if landing.description:
        parts.append(nodes.paragraph("", landing.description, classes=["lesson-promise"]))
    links = _buttons(lesson)
    if links:
        parts.append(nodes.paragraph("", "", *links, classes=["lesson-begin"]))
    facts = landing.facts or _how_long(lesson, minutes)
    if facts:
        parts.append(_list(facts))
    if titles:
        parts.append(_for_instructors(lesson, titles))
    return parts


def _buttons(lesson: Lesson) -> list[nodes.Node]:
    """Where to begin: the first episode, and the page that says how to set up."""
    first = lesson.workshop_paths()[:1]
    setup = [path for path in (lesson.root / "learners" / "setup.md",) if path.is_file()]
    made: list[nodes.Node] = []
    for name, paths in (("begin", first), ("set_up", setup)):
        for path in paths:
            made.append(_link(lesson, path, lesson.words(f"home.{name}"), f"button-{name}"))
            made.append(nodes.Text(" "))
    return made[:-1]


def _link(lesson: Lesson, path: Path, text: str, name: str = "") -> nodes.reference:
    """A link from the home page to another one."""
    page = path.relative_to(lesson.root).with_suffix(".html").as_posix()
    classes = [name] if name else []
    return nodes.reference("", text, refuri=quote(page), internal=True, classes=classes)


def _how_long(lesson: Lesson, minutes: float) -> Sequence[tuple[str, str]]:
    """What the front matter of the episodes adds up to."""
    if not minutes:
        return ()
    words = lesson.words
    return [(words("schedule.time"), words("home.takes", span=span(minutes, words)))]


def _list(facts: Sequence[tuple[str, str]]) -> nodes.definition_list:
    made = nodes.definition_list(classes=["lesson-facts"])
    for what, how in facts:
        said = nodes.definition("", nodes.paragraph("", how))
        made += nodes.definition_list_item("", nodes.term("", what), said)
    return made


def _for_instructors(lesson: Lesson, titles: Mapping[Path, str]) -> nodes.container:
    box = nodes.container(classes=["lesson-first"])
    box += nodes.paragraph("", lesson.words("home.teach"), classes=["lesson-first-title"])
    items = [
        nodes.list_item("", nodes.paragraph("", "", _link(lesson, path, title)))
        for path, title in titles.items()
    ]
    box += nodes.bullet_list("", *items)
    return box


def ending(sentence: str, lesson: Lesson) -> nodes.section:
    """Who made the lesson and how to cite it, at the end of the home page.

    Args:
        sentence: the lesson as a line of a list of references.
        lesson: the lesson.
    """
    words = lesson.words
    section = nodes.section("", nodes.title("", words("home.made")), ids=["lesson-made"])
    section += nodes.paragraph("", sentence)
    cite = nodes.reference("", words("menu.citation"), refuri="citation.html", internal=True)
    links: list[nodes.Node] = [cite]
    if (lesson.root / "LICENSE.md").is_file():
        licence = str(lesson.config.get("license") or "LICENSE")
        links += [nodes.Text(" · "), _link(lesson, lesson.root / "LICENSE.md", licence)]
    section += nodes.paragraph("", "", *links)
    return section
