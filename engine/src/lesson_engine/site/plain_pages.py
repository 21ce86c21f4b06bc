"""Pages that need no other file: not found, moved, the first page of the zip file, slides.

They are for places where nothing is known about what lies around them.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lesson_engine.core import pandoc
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "theme" / "plain"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, lesson: Lesson, **context: Any) -> str:
    """A page as HTML.

    Args:
        template: name of a file in theme/plain/.
        lesson: the lesson.
        context: further names that the template uses.
    """
    given = {"lesson": lesson, "words": lesson.words, "with_link": with_link, **context}
    return ENVIRONMENT.get_template(template).render(given)


def with_link(sentence: tuple[str, str], address: str, text: str) -> Markup:
    """A sentence around a link; the sentence is from Words.around."""
    link = Markup('<a href="{}">{}</a>').format(address, text)
    return Markup("{}{}{}").format(sentence[0], link, sentence[1])


def not_found(lesson: Lesson, episodes: Sequence[Episode]) -> str:
    """The page that a server gives where there is none, at whatever address."""
    numbered = [
        (
            f"episodes/{quote(page.name)}.html",
            f"{lesson.number_of(lesson.root / page.path)}. {pandoc.plain(page.title)}",
        )
        for page in episodes
    ]
    path = urlsplit(str(lesson.config.get("url", ""))).path.rstrip("/")
    base = f"{path}/" if re.fullmatch(r"(?:/[^\s\"<>]+)?", path) else "/"
    return render("404.html", lesson, base=base, episodes=numbered)
