"""Sphinx: an episode is a page, its blocks are myst-nb cells inside its divs.

Here is what Sphinx calls, and when; what a page becomes is in myst and directives.
"""

import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.directives.other import TocTree
from sphinx.errors import ExtensionError
from sphinx.highlighting import PygmentsBridge
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import clean_astext
from sphinx.util.typing import ExtensionMetadata

from lesson_engine.core import html, links, reader
from lesson_engine.core.edits import CAPTION_MARKS
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson, find_lesson
from lesson_engine.core.words import DEFAULT, words_in
from lesson_engine.site import (
    about,
    collected_pages,
    directives,
    episode_frame,
    formulas,
    glossary_links,
    home_page,
    interactive,
    lesson_metadata,
    myst,
    overview,
    pictures,
    places,
    search_index,
    teaching,
    theme_words,
)

HERE = Path(__file__).parents[1]  # pages read by another state of this package are read again
SOURCES = sorted([*HERE.rglob("*.py"), *HERE.rglob("*.toml")])
LOGGER = logging.getLogger(__name__)
READER = "lesson_engine.site.myst.read_page"


class Highlighter(PygmentsBridge):
    """Works once for what a site shows several times: code is on its page, a slide, in the whole.

    Args:
        like: Sphinx's own, which makes a formatter, too, for each piece of code; that takes longer
            than to use it.
    """

    def __init__(self, like: PygmentsBridge) -> None:
        super().__init__(like.dest)
        self.formatter_args = like.formatter_args
        self.formatters: dict[str, Any] = {}  # what is asked of lines -> Pygments' formatter
        self.shown: dict[str, str] = {}

    def get_formatter(self, **kwargs: Any) -> Any:
        """Called for each piece of code, with what is asked of its lines."""
        way = repr(sorted(kwargs.items()))
        if way not in self.formatters:
            self.formatters[way] = super().get_formatter(**kwargs)
        return self.formatters[way]

    def highlight_block(
        self,
        source: str,
        lang: str,
        opts: dict[str, Any] | None = None,
        force: bool = False,
        location: Any = None,
        **kwargs: Any,
    ) -> str:
        """Called for each piece of code; its first place is named if something is wrong with it."""
        piece = repr((source, lang, opts, force, sorted(kwargs.items())))
        if piece not in self.shown:
            made = super().highlight_block(source, lang, opts, force, location, **kwargs)
            self.shown[piece] = made
        return self.shown[piece]


class Pages(StandaloneHTMLBuilder):
    """Sphinx's builder of HTML without its index for searching: see search_index for ours."""

    search = False

    def init_highlighter(self) -> None:
        """Called once, when the theme is known."""
        super().init_highlighter()
        self.highlighter = Highlighter(self.highlighter)


class FiguresWithCaptions(SphinxTransform):
    """A paragraph that holds one captioned picture is a figure, as in Pandoc."""

    default_priority = 200

    def apply(self, **kwargs: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            if ":" not in image["uri"]:
                image["uri"] = unquote(image["uri"])  # Sphinx looks for a file
            paragraph = image.parent
            if "lesson-figure" not in image["classes"] or paragraph is None:
                continue
            figure = nodes.figure("", image.deepcopy())
            if len(paragraph) > 1:
                figure += nodes.caption("", "", *paragraph[1].children)
            paragraph.replace_self(figure)


class FilesOfTheLesson(SphinxTransform):
    """Files from outside are neither shown nor copied: there are secrets of who builds a lesson."""

    default_priority = 208

    def apply(self, **kwargs: Any) -> None:
        root = Path(self.env.srcdir)
        found: list[nodes.Element] = [*self.document.findall(nodes.image)]
        found += self.document.findall(download_reference)
        for node in found:
            target = node.get("uri", node.get("reftarget", ""))
            if "://" in target or links.is_inside(root, Path(self.env.relfn2path(target)[1])):
                continue
            LOGGER.warning(
                "%s leads out of the lesson; put the file into it", target, location=node
            )
            words = node.get("alt", "") or node.astext()
            if isinstance(node.parent, nodes.figure):  # none is without a picture
                node.parent.replace_self(nodes.paragraph("", words))
            else:
                node.replace_self(nodes.inline("", words))


class TablesWithCaptions(SphinxTransform):
    """A marked paragraph above or below a table, or its last row, is its caption; see edits."""

    default_priority = 201

    def apply(self, **kwargs: Any) -> None:
        places = {mark: where for where, mark in CAPTION_MARKS.items()}
        for paragraph in list(self.document.findall(nodes.paragraph)):
            first = paragraph[0] if len(paragraph) else None
            where = places.get(first[:1]) if isinstance(first, nodes.Text) else None
            if where is None:
                continue
            paragraph[0] = nodes.Text(str(first)[1:])
            gone: Any = paragraph.parent.parent if where == "row" else paragraph
            table = gone.parent.parent.parent if where == "row" else _beside(paragraph, where)
            if isinstance(table, nodes.table):
                gone.parent.remove(gone)
                table.insert(0, nodes.title("", "", *paragraph.children))


def _beside(paragraph: nodes.paragraph, where: str) -> nodes.Node | None:
    """What a caption stands above or below of."""
    at = paragraph.parent.index(paragraph) + (1 if where == "above" else -1)
    siblings = paragraph.parent.children
    return siblings[at] if 0 <= at < len(siblings) else None


class NotesThatAreReferredTo(SphinxTransform):
    """A note to which nothing on the page refers is not shown, as in Pandoc.

    In the learner view, that may be one of a box that is for instructors.
    """

    default_priority = 203

    def apply(self, **kwargs: Any) -> None:
        wanted = {one.get("refname") for one in self.document.findall(nodes.footnote_reference)}
        for note in list(self.document.findall(nodes.footnote)):
            if not wanted.intersection(note["names"]):
                note.parent.remove(note)
                for known in (self.document.footnotes, self.document.autofootnotes):
                    if note in known:
                        known.remove(note)


class PicturesInHtml(SphinxTransform):
    """A picture in HTML is one of the page's: its file is copied, or told of if it is missing."""

    default_priority = 202

    def apply(self, **kwargs: Any) -> None:
        for raw in list(self.document.findall(nodes.raw)):
            found = html.pictures(raw.astext()) if "html" in raw.get("format", "") else []
            if not found:
                continue
            text, at = raw.astext(), 0
            parts: list[nodes.Node] = []
            for picture in found:
                tag = text[picture.start : picture.end]
                parts.append(nodes.raw("", text[at : picture.start], format="html"))
                image = directives.HtmlImage(uri=picture.source, alt=picture.alt or "", tag=tag)
                image.source, image.line = raw.source, raw.line
                parts.append(image)
                at = picture.end
            raw.parent[raw.parent.index(raw) : raw.parent.index(raw) + 1] = [
                *parts,
                nodes.raw("", text[at:], format="html"),
            ]


class RulesAnywhere(SphinxTransform):
    """Docutils has horizontal rules between paragraphs of a section only, Markdown anywhere."""

    default_priority = 205

    def apply(self, **kwargs: Any) -> None:
        for rule in list(self.document.findall(nodes.transition)):
            rule.replace_self(nodes.raw("", "<hr>", format="html"))


class TitleForAll(SphinxTransform):
    """A page without any title is called by its file's name: it would be in no menu."""

    default_priority = 204

    def apply(self, **kwargs: Any) -> None:
        if next(self.document.findall(nodes.title), None) is not None:
            return
        name = self.env.docname.rpartition("/")[2]
        section = nodes.section("", nodes.title("", name), ids=["top"])
        section += self.document.children
        self.document.children = []
        self.document += section


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
                link["internal"] = True


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
        for left in _left_by_title(sections, places):
            slugs.pop(left, None)
        # MyST makes ids of its own slugs, after this
        taken = {place for section in sections for place in section["ids"]} | set(slugs)
        for section in sections:
            place = places.get(section.line or 0)
            if place and place not in taken:
                section["ids"].append(place)
                taken.add(place)
            if place:
                slugs.setdefault(place, (section.line, place, section[0].astext()))
        for box in self.document.findall(nodes.Element):
            if {"lesson-div", "lesson-tabs"}.intersection(box.get("classes", ())):
                box["ids"] = [place for place in box["ids"] if place not in taken]
                taken.update(box["ids"])
                for place in box["ids"]:
                    slugs.setdefault(place, (box.line, place, _first_words(box)))
        for mark in self.document.findall(nodes.inline):
            mark["ids"] = [place for place in mark["ids"] if place not in taken]
            taken.update(mark["ids"])
            for place in mark["ids"]:
                slugs.setdefault(place, (mark.line, place, mark.parent.astext()))
        document.myst_slugs = slugs  # for links on this page, and for those on others:
        self.env.metadata[self.env.docname]["myst_slugs"] = slugs


def _left_by_title(sections: list[nodes.section], places: Mapping[int, str]) -> list[str]:
    """Places of sections that are called as their page is: the title, which Pandoc has not, goes.

    Args:
        sections: of the page, the title's first.
        places: line of a heading that its author wrote -> its place.

    Returns: the places that the title had, and has no more.
    """
    if not sections or (sections[0].line or 0) in places:
        return []
    title = sections[0]
    left = [place for place in title["ids"] if place in places.values()]
    title["ids"] = [f"page-{place}" if place in left else place for place in title["ids"]]
    return left


def _first_words(box: nodes.Element) -> str:
    """What a link without a text says that leads to a box."""
    return box[0].astext() if len(box) else ""


class EpisodeFrame(SphinxTransform):
    """Put times and files below an episode's title, and how it was recorded at its end."""

    default_priority = 210

    def apply(self, **kwargs: Any) -> None:
        title = next(self.document.findall(nodes.title), None)
        if title is None or not isinstance(title.parent, nodes.Element):
            return
        name, section = self.env.docname, title.parent
        words = words_in(self.config.lesson_lang)
        metadata, place = self.env.metadata[name], section.index(title) + 1
        root = "../" * (name.count("/") + (self.config.lesson_view == "instructor"))
        if name == self.config.root_doc:
            with _shown_by_sphinx():
                lesson, page = find_lesson(self.env.srcdir), episode_frame.page_of(self.env)
                read = home_page.frame(lesson, page, section, self.config.lesson_view)
            for path in read:
                self.env.note_dependency(str(path))
            place = home_page.below_top(section)
            section.insert(place, episode_frame.whole_lesson(root, words))
            if self.config.lesson_view == "instructor":
                section.insert(place + 1, episode_frame.all_solutions(root, words))
        if self.config.lesson_view == "instructor":
            teaching.add_times(self.document, self.env, words)
        if "teaching" not in metadata or "exercises" not in metadata:
            return
        noted = episode_frame.noted_blocks(self.env)
        section.insert(place, episode_frame.times(metadata, noted, words))
        in_colab = episode_frame.colab_of(self.env)
        files = episode_frame.files(name.rpartition("/")[2], root, words, in_colab)
        section.insert(place + 1, files)
        ending = episode_frame.recording(noted, words)
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
    for line in myst.shared_links(lesson)[1]:
        message = "links.md:%s: this link is defined again below, and the last definition holds"
        LOGGER.warning(message, line)
    for path in lesson.episode_paths():
        app.env.note_dependency(str(path))
        episode_frame.note_record(lesson, app.env, path.stem)
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
            source[0] = myst.with_links(myst.notice(source[0], fault, lesson.words), lesson)
            page = reader.read_once(source[0])
    for oddity in page.oddities:
        if lesson.strict:
            raise ExtensionError(f"{path}:{oddity.line}: {oddity.message}")
        LOGGER.warning(oddity.message, location=(docname, oddity.line))
    episode_frame.look_up(lesson, app.env, page)
    if app.config.lesson_view == "instructor" and lesson.root / path in lesson.episode_paths():
        teaching.look_up(lesson, app.env, replace(page, path=lesson.root / path))


def plain_titles(app: Sphinx, doctree: nodes.document) -> None:
    """Have a page's title without markup in the menu, in browsers and in what engines read."""
    name = app.env.current_document.docname
    title = app.env.titles.get(name)
    if title is None:
        return
    words = clean_astext(title)
    app.env.titles[name] = app.env.longtitles[name] = nodes.title("", words)
    entry = next(app.env.tocs[name].findall(nodes.reference), None)
    if entry is not None:
        entry.children = []
        entry += nodes.Text(words)


def list_instructor_pages(lesson: Lesson, app: Sphinx, document: nodes.document) -> None:
    """Lead from the end of the instructors' home page to every page for them."""
    name = app.env.current_document.docname
    if name == app.config.root_doc and app.config.lesson_view == "instructor":
        listed = teaching.list_of_pages(lesson)
        title = next(document.findall(nodes.title), None)
        if listed is not None and title is not None and isinstance(title.parent, nodes.Element):
            title.parent.append(listed)


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
    context["language"] = lesson.words.tag  # Sphinx's own is the name of a catalogue
    context["words"] = lesson.words
    context["words_for_scripts"] = theme_words.for_scripts(lesson.words)
    context["in_words_of_lesson"] = partial(theme_words.translated, lesson.words)
    context["lesson_view"] = view
    context["collected_pages"] = collected_pages.links(lesson)
    context["about_links"] = about.links(lesson, pagename)
    context["licence"], context["stage"] = about.licence(lesson), about.stage(lesson)
    context["cited"] = any(page == "citation" for page, _ in context["collected_pages"])
    context["updated"] = about.updated(lesson, pagename)
    context["analytics"] = about.analytics(lesson)
    context["progress"] = episode_frame.progress(lesson, pagename)
    context["start"] = teaching.start_of(lesson, pagename) if view == "instructor" else None
    described, title = _description(lesson, app, pagename, doctree), context.get("title")
    context["lesson_metadata"] = lesson_metadata.json_ld(lesson, pagename, title, described)
    context["lesson_description"] = described
    context["lesson_preview"] = lesson_metadata.preview(lesson, pagename, title or "", described)
    if view == "learner":
        context["other_view"] = f"{root}instructor/{quote(pagename)}.html"
    else:
        only_here = pagename.startswith("instructors/")
        context["other_view"] = f"{root}../{'index' if only_here else quote(pagename)}.html"


def _description(lesson: Lesson, app: Sphinx, page: str, doctree: nodes.document | None) -> str:
    """What a page is about; for the home page, and those that nobody wrote, what the lesson is."""
    home = lesson_metadata.promise(lesson)
    if page == app.config.root_doc and home:
        return home
    return lesson_metadata.description(doctree, home or lesson.title)


def read_no_files(app: Sphinx) -> None:
    """Have docutils refuse what puts a file's text into a page, such as include and raw."""
    app.env.settings["file_insertion_enabled"] = False


def choose_reader(app: Sphinx, config: Config) -> None:
    """Have myst-nb read ".md" as this package does."""
    config.nb_custom_formats.setdefault(".md", READER)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx. The lesson is the one in the folder that LESSON_ROOT names."""
    lesson = find_lesson(os.environ["LESSON_ROOT"])
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_inline_tabs")
    _add_elements(app)
    app.add_builder(Pages, override=True)
    app.add_config_value("lesson_view", "instructor", "env", [str])
    app.add_config_value("lesson_strict", False, "env", [bool])
    app.add_config_value("lesson_cited", False, "env", [bool])  # also on the home page
    app.add_config_value("lesson_draft", False, "", [bool])
    app.add_config_value("lesson_lang", DEFAULT, "env", [str])
    app.add_config_value("lesson_days", [], "env", [list])  # new days: a new menu on every page
    app.connect("config-inited", choose_reader, priority=1)
    app.connect("builder-inited", read_no_files)
    app.connect("builder-inited", partial(theme_words.add_to_sphinx, lesson.words))
    app.connect("source-read", partial(complete_page, lesson))
    app.connect("source-read", partial(check_page, lesson))
    app.connect("doctree-read", plain_titles, priority=900)  # after Sphinx has collected them
    app.connect("doctree-read", partial(interactive.mark, lesson), priority=100)
    app.connect("doctree-resolved", partial(teaching.add_beside, lesson))
    app.connect("doctree-read", partial(list_instructor_pages, lesson), priority=850)
    app.connect("doctree-read", search_index.note_page, priority=800)
    app.connect("build-finished", partial(search_index.write, lesson))
    app.connect("build-finished", interactive.copy_files)
    app.connect("build-finished", partial(lesson_metadata.copy_picture, lesson))
    app.connect("html-collect-pages", partial(collected_pages.collect, lesson))
    app.connect("html-page-context", partial(add_to_context, lesson))
    return {
        "version": "1",
        "env_version": zlib.crc32(b"".join(map(Path.read_bytes, SOURCES))),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _add_elements(app: Sphinx) -> None:
    """What pages are made of, and how it becomes HTML."""
    app.add_directive("lesson-cell", directives.LessonCell)
    app.add_directive("lesson-div", directives.LessonDiv)
    app.add_directive("lesson-tabs", directives.LessonTabs)
    app.add_directive("lesson-menu", TocTree)  # under its own name, pages could hold others
    details = (directives.visit_details, directives.depart_details)
    app.add_node(directives.Details, html=details)
    summary = (directives.visit_summary, directives.depart_summary)
    app.add_node(directives.Summary, html=summary)
    download = (episode_frame.visit_download, episode_frame.depart_download)
    app.add_node(episode_frame.Download, html=download)
    app.add_node(directives.HtmlImage, html=(directives.visit_html_image, None))
    shown = (pictures.visit_image, pictures.depart_image)
    app.add_node(nodes.image, override=True, html=shown)
    app.add_post_transform(pictures.PicturesForPages)
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(formulas.visit_inline, None),
        block_renderers=(formulas.visit_block, None),
    )
    app.add_node(places.Anchor, html=(places.visit_anchor, None))
    app.add_node(glossary_links.Term, html=(glossary_links.visit_term, glossary_links.depart_term))
    app.add_transform(FiguresWithCaptions)
    app.add_transform(FilesOfTheLesson)
    app.add_transform(TablesWithCaptions)
    app.add_transform(PicturesInHtml)
    app.add_transform(NotesThatAreReferredTo)
    app.add_transform(RulesAnywhere)
    app.add_transform(TitleForAll)
    app.add_transform(PagesThatAreMade)
    app.add_transform(Places)
    app.add_transform(places.LinksToBoxes)
    app.add_transform(overview.Overview)
    app.add_transform(glossary_links.Glossary)
    app.add_transform(EpisodeFrame)
