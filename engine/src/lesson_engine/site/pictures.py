"""Pictures on pages: small files, loaded when they are needed, in the dark a dark one if there is.

Each has its width and height, so that the text stays where it is while pictures arrive. Those of
figures are links to their file, which reading.js opens over the page.
"""

import html
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.words import words_in
from lesson_engine.site import dark_pictures, picture_files

KEPT = "build/pictures"  # below the lesson's folder
DARK = "-dark"  # behind the name of a picture's dark form, as in the Workbench
DARK_SCREEN = "screen and (prefers-color-scheme: dark)"
LARGER = "picture-link"  # class of the link to a figure's file


class PicturesForPages(SphinxPostTransform):
    """Have each page show the smallest form of its pictures; see picture_files."""

    default_priority = 50
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Called when a page is about to be written."""
        for image in list(self.document.findall(nodes.image)):
            source = self.env.srcdir / image["uri"]
            if image["uri"] not in self.env.images or not source.is_file():
                continue
            size = picture_files.size_of(source)
            if size:
                image["natural"] = size
            light, dark = forms(source, self.env.srcdir / KEPT)
            if dark is not None:
                image["dark"] = self._added(dark)
            if light != source:
                image["uri"] = self._added(light)
                image["candidates"] = {"*": image["uri"]}

    def _added(self, path: Path) -> str:
        """Have a file copied with the pages; gives the name under which Sphinx knows it."""
        name = str(path)
        self.env.images.add_file(self.env.current_document.docname, name)
        builder: Any = self.env.app.builder
        builder.images[name] = self.env.images[name][1]
        return name


def forms(source: Path, kept: Path) -> tuple[Path, Path | None]:
    """A picture as pages show it, and its form for the dark: the author's own, or one made of it.

    Args:
        source: the picture.
        kept: where what was made is kept.
    """
    own = source.with_name(f"{source.stem}{DARK}{source.suffix}")
    if own.is_file():
        return picture_files.web_form(source, kept), picture_files.web_form(own, kept)
    return picture_files.web_form(source, kept), dark_pictures.dark_form(source, kept)


def prepare(lesson: Lesson, episodes: Sequence[Episode]) -> None:
    """Make the forms of all pictures of the episodes: both views need them, and each takes time."""
    for episode in episodes:
        for figure in episode.all_figures:
            source = lesson.root / episode.path.parent / figure.source
            if source.is_file():
                forms(source, lesson.root / KEPT)


def visit_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Write a picture with its size, its dark form, and around a figure's the link to its file."""
    builder: Any = translator.builder
    plain = not {"width", "height", "scale"}.intersection(node.attributes)
    if plain and "natural" in node:
        node["width"], node["height"] = map(str, node["natural"])
    node["loading"] = "lazy"
    address = _address(builder, node["uri"])
    HTML5Translator.visit_image(translator, node)
    tag = translator.body.pop()
    if "natural" in node:
        tag = _with_style(tag, f"--natural: {node['natural'][0]}px")
    if "dark" in node:
        dark = html.escape(_address(builder, node["dark"]))
        source = f'<source srcset="{dark}" media="{DARK_SCREEN}" />'
        tag = f"<picture>{source}{tag.rstrip()}</picture>\n"
    if isinstance(node.parent, nodes.figure) and node.get("alt"):
        title = html.escape(words_in(builder.config.lesson_lang)("view.larger"))
        start = f'<a class="{LARGER}" href="{html.escape(address)}" title="{title}">'
        tag = f"{start}{tag.rstrip()}</a>\n"
    translator.body.append(tag)


def depart_image(translator: HTML5Translator, node: nodes.image) -> None:
    """All is written."""


def _address(builder: Any, uri: str) -> str:
    known = builder.images.get(uri)
    return uri if known is None else posixpath.join(builder.imgpath, quote(known))


def _with_style(tag: str, declaration: str) -> str:
    if 'style="' in tag:
        return tag.replace('style="', f'style="{declaration}; ', 1)
    return re.sub(r"<img\b", f'<img style="{declaration}"', tag, count=1)
