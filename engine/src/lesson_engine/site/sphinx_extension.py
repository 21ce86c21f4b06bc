"""Sphinx: an episode is a page, its blocks are myst-nb cells inside its divs.

Here is what Sphinx calls, and when; what a page becomes is in myst and directives.
"""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from lesson_engine.core import provenance, reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson, find_lesson
from lesson_engine.site import (
    collected_pages,
    directives,
    episode_frame,
    formulas,
    home_page,
    lesson_metadata,
    myst,
)

HERE = Path(__file__).parents[1]  # pages read by another state of this package are read again
LOGGER = logging.getLogger(__name__)
READER = "lesson_engine.site.myst.read_page"


class FiguresWithCaptions(SphinxTransform):
    """A paragraph that holds one captioned picture is a figure, as in Pandoc."""

    default_priority = 200

    def apply(self, **kwargs: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            paragraph = image.parent
            if "lesson-figure" not in image["classes"] or paragraph is None:
                continue
            figure = nodes.figure("", image.deepcopy())
            if len(paragraph) > 1:
                figure += nodes.caption("", "", *paragraph[1].children)
            paragraph.replace_self(figure)


class RulesAnywhere(SphinxTransform):
    """Docutils has horizontal rules between paragraphs of a section only, Markdown anywhere."""

    default_priority = 205

    def apply(self, **kwargs: Any) -> None:
        for rule in list(self.document.findall(nodes.transition)):
            rule.replace_self(nodes.raw("", "<hr>", format="html"))


class PagesThatAreMade(SphinxTransform):
    """Links to pages that Sphinx does not know, as seen from the page that they stand on."""

    default_priority = 206

    def apply(self, **kwargs: Any) -> None:
        root = "../" * self.env.docname.count("/")
        for link in self.document.findall(nodes.reference):
            address = link.get("refuri", "")
            if address.startswith(myst.MADE):
                page, _, place = address.removeprefix(myst.MADE).partition("#")
                link["refuri"] = f"{root}{page}.html" + (f"#{place}" if place else "")


class Places(SphinxTransform):
    """Links may lead to every heading, also to the title of a box; see myst.to_myst."""

    default_priority = 207

    def apply(self, **kwargs: Any) -> None:
        document: Any = self.document  # MyST keeps its places there
        slugs = dict(getattr(document, "myst_slugs", {}))
        places = {
            heading.line: heading.place
            for heading in episode_frame.page_of(self.env).headings
            if not heading.divs
        }
        sections = list(self.document.findall(nodes.section))
        # MyST makes ids of its own slugs, after this
        taken = {place for section in sections for place in section["ids"]} | set(slugs)
        for section in sections:
            place = places.get(section.line or 0)
            if place and place not in taken:
                section["ids"].append(place)
                taken.add(place)
            if place:
                slugs.setdefault(place, (section.line, place, section[0].astext()))
        for mark in self.document.findall(nodes.inline):
            mark["ids"] = [place for place in mark["ids"] if place not in taken]
            taken.update(mark["ids"])
            for place in mark["ids"]:
                slugs.setdefault(place, (mark.line, place, mark.parent.astext()))
        document.myst_slugs = slugs  # for links on this page, and for those on others:
        self.env.metadata[self.env.docname]["myst_slugs"] = slugs


class EpisodeFrame(SphinxTransform):
    """Put times and files below an episode's title, and how it was recorded at its end."""

    default_priority = 210

    def apply(self, **kwargs: Any) -> None:
        title = next(self.document.findall(nodes.title), None)
        if title is None or not isinstance(title.parent, nodes.Element):
            return
        name, section = self.env.docname, title.parent
        metadata, place = self.env.metadata[name], section.index(title) + 1
        root = "../" * (name.count("/") + (self.config.lesson_view == "instructor"))
        if name == self.config.root_doc:
            section.insert(place, episode_frame.whole_lesson(root))
        if "teaching" not in metadata or "exercises" not in metadata:
            return
        noted = episode_frame.noted_blocks(self.env)
        section.insert(place, episode_frame.times(metadata, noted))
        section.insert(place + 1, episode_frame.files(name.rpartition("/")[2], root))
        ending = episode_frame.recording(noted)
        if ending is not None:
            section += ending


@contextmanager
def _shown_by_sphinx() -> Iterator[None]:
    """What an author can mend is an error of Sphinx's own kind, which it shows as it is."""
    try:
        yield
    except LessonError as error:
        raise ExtensionError(str(error)) from error


def complete_page(lesson: Lesson, app: Sphinx, docname: str, source: list[str]) -> None:
    """Add what the Workbench adds: shared links; on the home page schedule and list of pages."""
    source[0] = myst.with_links(source[0], lesson)
    if not lesson.strict:
        path = Path(app.env.doc2path(docname))
        source[0] = myst.relinked(source[0], lesson, path, app.config.lesson_view)
    if docname != app.config.root_doc:
        return
    for path in lesson.episode_paths():
        app.env.note_dependency(str(path))
        app.env.note_dependency(str(provenance.path_of(path.stem, lesson)))
    with _shown_by_sphinx():
        source[0] = home_page.completed(lesson, source[0], app.config.lesson_view)


def check_page(lesson: Lesson, app: Sphinx, docname: str, source: list[str]) -> None:
    """Put a notice in the place of a page that the reader does not accept; strictly, stop."""
    path = Path(app.env.doc2path(docname, base=False))
    with _shown_by_sphinx():
        try:
            page = reader.read_once(source[0])
        except LessonError as error:
            fault = LessonError(path, error.line, error.message)
            if lesson.strict:
                raise fault from error
            LOGGER.warning(error.message, location=(docname, error.line))
            source[0] = myst.with_links(myst.notice(source[0], fault), lesson)
            page = reader.read_once(source[0])
    for oddity in page.oddities:
        if lesson.strict:
            raise ExtensionError(f"{path}:{oddity.line}: {oddity.message}")
        LOGGER.warning(oddity.message, location=(docname, oddity.line))
    episode_frame.look_up(lesson, app.env, page)


def add_to_context(
    lesson: Lesson,
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Names that the templates use."""
    view, root = app.config.lesson_view, context.get("content_root") or "./"
    context["lesson_view"] = view
    context["collected_pages"] = collected_pages.links(lesson)
    context["lesson_metadata"] = lesson_metadata.json_ld(lesson, pagename, context.get("title"))
    if view == "learner":
        context["other_view"] = f"{root}instructor/{pagename}.html"
    else:
        only_here = pagename.startswith("instructors/")
        context["other_view"] = f"{root}../{'index' if only_here else pagename}.html"


def choose_reader(app: Sphinx, config: Config) -> None:
    """Have myst-nb read ".md" as this package does."""
    config.nb_custom_formats.setdefault(".md", READER)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx. The lesson is the one in the folder that LESSON_ROOT names."""
    lesson = find_lesson(os.environ["LESSON_ROOT"])
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_inline_tabs")
    _add_elements(app)
    app.add_config_value("lesson_view", "instructor", "env", [str])
    app.add_config_value("lesson_strict", False, "env", [bool])
    app.add_config_value("lesson_draft", False, "", [bool])
    app.add_config_value("lesson_days", [], "env", [list])  # new days: a new menu on every page
    app.connect("config-inited", choose_reader, priority=1)
    app.connect("source-read", partial(complete_page, lesson))
    app.connect("source-read", partial(check_page, lesson))
    app.connect("html-collect-pages", partial(collected_pages.collect, lesson))
    app.connect("html-page-context", partial(add_to_context, lesson))
    return {
        "version": "1",
        "env_version": zlib.crc32(b"".join(map(Path.read_bytes, sorted(HERE.rglob("*.py"))))),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _add_elements(app: Sphinx) -> None:
    """What pages are made of, and how it becomes HTML."""
    app.add_directive("lesson-cell", directives.LessonCell)
    app.add_directive("lesson-div", directives.LessonDiv)
    app.add_directive("lesson-tabs", directives.LessonTabs)
    details = (directives.visit_details, directives.depart_details)
    app.add_node(directives.Details, html=details)
    summary = (directives.visit_summary, directives.depart_summary)
    app.add_node(directives.Summary, html=summary)
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(formulas.visit_inline, None),
        block_renderers=(formulas.visit_block, None),
    )
    app.add_transform(FiguresWithCaptions)
    app.add_transform(RulesAnywhere)
    app.add_transform(PagesThatAreMade)
    app.add_transform(Places)
    app.add_transform(EpisodeFrame)
