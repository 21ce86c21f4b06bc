"""What search engines, registries and sites that link here read: Bioschemas, Open Graph."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

from lesson_engine.core import reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode

DESCRIBED = 200  # characters, of which search engines show about 160
PICTURES = "_images"  # where Sphinx puts pictures
SHOWN_ELSEWHERE = (".png", ".jpg", ".jpeg")  # what every site shows in a preview
TAG = re.compile(r"<[^>]*>")


def json_ld(lesson: Lesson, page: str, title: str | None, text: str) -> str:
    """Describe a page.

    Args:
        lesson: the lesson.
        page: its name, such as "episodes/05-fit-cnn".
        title: its title, which may hold HTML; None for the lesson's own.
        text: its description.

    Returns: JSON text that is safe within <script>.
    """
    config = lesson.config
    lesson_title = lesson.title
    described = {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "http://purl.org/dc/terms/conformsTo": {
            "@id": "https://bioschemas.org/profiles/TrainingMaterial/1.0-RELEASE",
            "@type": "CreativeWork",
        },
        "name": title or lesson_title,
        "description": text,
        "keywords": str(config.get("keywords", "")),
        "license": config.get("license", ""),
        "inLanguage": lesson.words.tag,
        "dateCreated": str(config.get("created", "")),
        "creativeWorkStatus": config.get("life_cycle", ""),
        "url": _address(config, page),
        "isPartOf": {"@type": "LearningResource", "name": lesson_title},
    }
    text = json.dumps({name: value for name, value in described.items() if value})
    return text.replace("<", "\\u003c")


def _address(config: Mapping[str, Any], page: str, file: str = "") -> str:
    base = str(config.get("url") or "").rstrip("/")
    return f"{base}/{quote(file or f'{page}.html')}" if base else ""


def description(document: nodes.document | None, otherwise: str) -> str:
    """A page in a sentence or two: an episode's questions, else its first paragraph.

    Args:
        document: the parsed page; None for a page that nobody wrote.
        otherwise: what is said of a page without words.
    """
    if document is None:
        return otherwise
    boxes = [box for box in document.findall(nodes.container) if "questions" in box["classes"]]
    items = [item.astext() for box in boxes[:1] for item in box.findall(nodes.list_item)]
    prose = (one for one in document.findall(nodes.paragraph) if not one["classes"])
    first = next((one for one in prose if isinstance(one.parent, nodes.section)), None)
    text = " ".join(items) or (first.astext() if first is not None else "") or otherwise
    return shorten(" ".join(text.split()), DESCRIBED, placeholder=" …")


def promise(lesson: Lesson) -> str:
    """What the home page promises in a sentence, or config.yaml says; "" if neither does."""
    home = _read(lesson.root / "index.md")
    said = home.front_matter.get("description") if home else None
    return str(said or lesson.config.get("description") or "")


def preview(lesson: Lesson, page: str, title: str, text: str) -> dict[str, str]:
    """What other sites show of a link to a page: Open Graph's names and values.

    Args:
        lesson: the lesson.
        page: its name.
        title: its title, which may hold HTML.
        text: its description.
    """
    address, image = _address(lesson.config, page), picture(lesson)
    said = {
        "og:type": "website",
        "og:site_name": lesson.title,
        "og:title": TAG.sub("", title) or lesson.title,
        "og:description": text,
        "og:url": address,
        "og:locale": lesson.words.tag.replace("-", "_"),
        "og:image": _address(lesson.config, "", f"{PICTURES}/{image.name}") if image else "",
    }
    return {name: value for name, value in said.items() if value}


def picture(lesson: Lesson) -> Path | None:
    """The lesson's picture: the home page's choice, else the first that other sites can show."""
    home = _read(lesson.root / "index.md")
    chosen = home.front_matter.get("image") if home else None
    if isinstance(chosen, str) and (lesson.root / chosen).is_file():
        return lesson.root / chosen
    for path in lesson.episode_paths():
        page = _read(path)
        for figure in page.all_figures if page else ():
            found = path.parent / figure.source
            if found.suffix.lower() in SHOWN_ELSEWHERE and found.is_file():
                return found
    return None


def copy_picture(lesson: Lesson, app: Sphinx, failure: Exception | None) -> None:
    """Put the lesson's picture, as it is, beside those of the pages (build-finished)."""
    found = picture(lesson)
    if failure is None and found is not None and lesson.config.get("url"):
        place = Path(app.outdir) / PICTURES
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found, place / found.name)


def _read(path: Path) -> Episode | None:
    try:
        return reader.read_once(path.read_text("utf-8"))
    except (LessonError, OSError, UnicodeDecodeError):
        return None  # told of elsewhere
