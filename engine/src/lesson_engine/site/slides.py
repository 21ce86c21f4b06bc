"""An episode as slides: title and questions, figures and challenges of each section, key points."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from docutils import nodes
from sphinx.util.nodes import clean_astext

from lesson_engine.core.words import Words

PLACE = "slides"  # the folder that they are in


@dataclass
class Slide:
    """One slide: HTML, but for its title's element.

    Attributes:
        title: what stands above.
        heading: "h1" or "h2".
        parts: nodes that are shown.
        tasks: titles of challenges.
        body: the parts as HTML, once they are rendered.
    """

    title: str
    heading: str = "h2"
    parts: list[nodes.Element] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    body: str = ""


def slides_of(document: nodes.document, words: Words) -> list[Slide]:
    """The slides of an episode, not yet rendered."""
    first = next(document.findall(nodes.section))
    opening = Slide(escape(_title(first)), "h1", _lists_of(first, "questions"))
    slides = [opening, *_sections(first)]
    points = _lists_of(first, "keypoints")
    if points:
        slides.append(Slide(escape(words("box.keypoints")), "h2", points))
    return slides


def _sections(parent: nodes.section) -> Iterator[Slide]:
    for section in parent.children:
        if not isinstance(section, nodes.section):
            continue
        slide = Slide(escape(_title(section)))
        _collect(section, slide)
        yield slide
        yield from _sections(section)


def _collect(node: nodes.Element, slide: Slide) -> None:
    """Add the figures and challenges of a section, without those of sections in it."""
    for child in node.children:
        if not isinstance(child, nodes.Element) or isinstance(child, nodes.section):
            continue
        classes: list[str] = child.get("classes", [])
        if "challenge" in classes:
            slide.tasks.append(escape(child[0].astext()))
        elif isinstance(child, nodes.figure):
            slide.parts.append(child.deepcopy())
        elif not {"instructor", "solution"}.intersection(classes):
            _collect(child, slide)


def _lists_of(section: nodes.section, kind: str) -> list[nodes.Element]:
    boxes = [box for box in section.findall(nodes.container) if kind in box["classes"]]
    return [one.deepcopy() for box in boxes for one in box.findall(nodes.bullet_list)]


def _title(section: nodes.section) -> str:
    return clean_astext(next(section.findall(nodes.title)))
