"""Sphinx: an episode is a page, its blocks are myst-nb cells inside its divs.

myst-nb parses every Markdown cell by itself, so a div could not hold a cell. The reader
registered here therefore hands it a notebook whose first cell is the whole page as one MyST
document, in which each block is a directive that fetches its cell; the code cells follow,
tagged so that myst-nb does not place them a second time. Lines are kept one for one, so
that a message names the line of the Markdown.
"""

import html
import json
import re
import zlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from nbformat import v4
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from lesson_engine.core import notebook, provenance, reader, settings
from lesson_engine.core.divs import DIV_KINDS, TABS
from lesson_engine.core.errors import LessonError
from lesson_engine.site import collected_pages, episode_frame, lesson_metadata, schedule

logger = logging.getLogger(__name__)

OUTER_FENCE = ":" * 60  # longer than any that to_myst makes
HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*\s*")
HERE = Path(__file__).parents[1]  # pages read by another state of this package are read again
GIVEN = "Ready-made code: paste this block"  # above what learners needn't type
READER = "lesson_engine.site.sphinx_extension.read_page"
PROGRESS = re.compile(r"\d/\d+ ━")
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+.!|~$&\"'^:-])")


def read_page(text):
    """Reader of ".md" for myst-nb (nb_custom_formats).

    Args:
        text: Workbench Markdown.

    Returns: notebook; see the top of this file.
    """
    page = reader.read_once(text)
    book = notebook.new_notebook()
    book.cells = [v4.new_markdown_cell(to_myst(page))]
    # Where each cell starts in the file; myst-nb and MyST both add one to the first.
    book.metadata["source_map"] = [-1]
    book.metadata["lesson_cells"] = [{}]
    for block in page.blocks:
        cell = notebook.code_cell(block.source, notebook.recorded_outputs(block))
        cell.metadata["tags"] = ["remove-cell"]
        book.cells.append(cell)
        book.metadata["source_map"].append(block.first_line)
        figures = [vars(figure) for figure in block.figures]
        book.metadata["lesson_cells"].append({"figures": figures, "paste": block.paste})
    for name, value in page.front_matter.items():
        book.metadata[name] = value
    book.metadata["mystnb"] = {"execution_mode": "off"}  # outputs are the recorded ones
    return notebook.number(book)


def to_myst(page):
    """A page in MyST's Markdown, line for line.

    Args:
        page: Episode.

    Returns: text in which divs and blocks are directives and figures carry a class.
    """
    lines = page.plain_lines()
    for div in page.divs:  # MyST nests by length: the outer fence is the longer one
        colons = ":" * (40 - 2 * div.depth)
        directive = "lesson-tabs" if div.name in TABS else "lesson-div"
        argument = "" if div.name in TABS else div.name
        _set_fence(lines, div.first_line, f"{colons}{{{directive}}} {argument}")
        _set_fence(lines, div.last_line, colons)
    for place, block in enumerate(page.blocks, 1):
        opening = lines[block.first_line - 1]
        pattern = r"(`{3,}|~{3,}).*"
        lines[block.first_line - 1] = re.sub(pattern, rf"\1{{lesson-cell}} {place}", opening)
        for part in [*block.recorded, *block.figures]:
            _blank(lines, part.first_line, part.last_line, block.prefix)
    for first, last in page.comment_lines:
        _blank(lines, first, last)
    for figure in page.figures:
        if figure.alone:
            _set_figure(lines, figure)
    return "\n".join(lines)


def _set_fence(lines, line, fence):
    lines[line - 1] = re.sub(r":{3,}.*", lambda _: fence, lines[line - 1], count=1)


def _blank(lines, first, last, prefix=""):
    lines[first - 1 : last] = [prefix.rstrip()] * (last - first + 1)


def _set_figure(lines, figure):
    first = lines[figure.first_line - 1]
    before = first[: first.index("![")]
    _blank(lines, figure.first_line, figure.last_line, before)
    alt = PUNCTUATION.sub(r"\\\1", figure.alt or "")
    image = f"![{alt}]({figure.source}){{.lesson-figure}}"
    caption = f"[{figure.caption}]{{.caption}}" if figure.caption else ""
    lines[figure.first_line - 1] = before + image + caption


class LessonCell(SphinxDirective):
    """Show a block with what was recorded of it.

    Its argument is the block's place on the page, from 1.
    """

    has_content = True
    required_arguments = 1

    def run(self):
        place = int(self.arguments[0])
        renderer = self.state.document["nb_renderer"].renderer
        book = renderer.nb_client.notebook
        line = book.metadata["source_map"][place]
        token = Token(
            "nb_cell_code",
            "code",
            0,
            content=book.cells[place].source,
            map=[line, line],
            meta={"index": place, "metadata": {}},
        )
        box = nodes.container()
        with renderer.current_node_context(box):
            renderer.render_nb_cell_code(SyntaxTreeNode([token]).children[0])
        cell = box.children[0]
        if any(PROGRESS.search(part.get("text", "")) for part in book.cells[place].outputs):
            cell["classes"].append("progress")  # long lines, whose end matters most
        for figure in book.metadata["lesson_cells"][place]["figures"]:
            cell += self.figure(figure)
        noted = episode_frame.noted_blocks(self.env)[place - 1 : place]
        if noted and noted[0] and noted[0]["seconds"] >= episode_frame.LONG:
            text = f"took {episode_frame.in_words(noted[0]['seconds'])} in our run"
            cell.insert(0, nodes.paragraph("", text, classes=["cell-time"]))
        if book.metadata["lesson_cells"][place]["paste"]:
            cell.insert(0, nodes.paragraph("", GIVEN, classes=["cell-given"]))
        return box.children

    def figure(self, figure):
        node = nodes.figure("", nodes.image(uri=figure["source"], alt=figure["alt"] or ""))
        node["classes"].append("cell-figure")
        if figure["caption"]:
            inline, messages = self.state.inline_text(figure["caption"], figure["first_line"])
            node += [nodes.caption("", "", *inline), *messages]
        return node


class Details(nodes.General, nodes.Element):
    """HTML's own folding element."""


class Summary(nodes.TextElement):
    """Its visible line."""


class LessonTabs(SphinxDirective):
    """Tabs: each heading on the first level that occurs opens one. Shown by sphinx-inline-tabs."""

    has_content = True

    def run(self):
        box = nodes.container(classes=["lesson-tabs"])
        lines = list(self.content)
        levels = {
            n: len(line.split()[0]) for n, line in enumerate(lines) if HEADING.fullmatch(line)
        }
        starts = [n for n, level in levels.items() if level == min(levels.values())]
        if not starts or any(line.strip() for line in lines[: starts[0]]):
            raise self.error("tabs begin with a heading, which names the first of them")
        for start, end in pairwise([*starts, len(lines)]):
            title = HEADING.fullmatch(lines[start])[1]
            # the fence takes the heading's line, so that every line keeps its number
            tab = [f"{OUTER_FENCE}{{tab}} {title}", *lines[start + 1 : end], OUTER_FENCE]
            self.state.nested_parse(StringList(tab), self.content_offset + start, box)
        return [box]


class LessonDiv(SphinxDirective):
    """A fenced div; its first heading is its title. Its argument is its class."""

    has_content = True
    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        kind = DIV_KINDS[name]
        if kind.audience == "instructor" and self.config.lesson_view != "instructor":
            return []  # not in the page, and so not in what can be searched
        title, body = self.title_and_body(kind)
        node = Details() if kind.folds else nodes.container()
        node["classes"] += ["lesson-div", name]
        self.set_source_info(node)
        messages = []
        if title:
            inline, messages = self.state.inline_text(title, self.lineno)
            heading = Summary if kind.folds else nodes.paragraph
            if kind.names_itself and title != kind.title:
                inline.insert(0, nodes.Text(f"{kind.title}: "))
            node += heading("", "", *inline, classes=["lesson-div-title"])
        self.state.nested_parse(self.content[body:], self.content_offset + body, node)
        return [node, *messages]

    def title_and_body(self, kind):
        """The title, and the line of the content that comes after it."""
        first = next((n for n, line in enumerate(self.content) if line.strip()), 0)
        heading = self.content and HEADING.fullmatch(self.content[first])
        if not heading:
            return kind.title, first
        return heading[1], first + 1


def _visit_details(self, node):
    self.body.append(self.starttag(node, "details"))


def _depart_details(self, node):
    self.body.append("</details>\n")


def _visit_summary(self, node):
    self.body.append(self.starttag(node, "summary", ""))


def _depart_summary(self, node):
    self.body.append("</summary>\n")


def _mathml(node, block):
    """TeX as MathML, which browsers show without a script (docutils converts it)."""
    try:
        return tex2mathml(node.astext(), as_block=block)
    except MathError as error:
        logger.warning("this formula cannot be shown: %s", error, location=node)
        return f"<code>{html.escape(node.astext())}</code>"


def _visit_inline_math(self, node):
    self.body.append(_mathml(node, block=False))
    raise nodes.SkipNode


def _visit_block_math(self, node):
    self.body.append(f'<div class="math-block">{_mathml(node, block=True)}</div>')
    raise nodes.SkipNode


class FiguresWithCaptions(SphinxTransform):
    """A paragraph that holds one captioned picture is a figure, as in Pandoc."""

    default_priority = 200

    def apply(self):
        for image in list(self.document.findall(nodes.image)):
            if "lesson-figure" not in image["classes"]:
                continue
            paragraph = image.parent
            figure = nodes.figure("", image.deepcopy())
            if len(paragraph) > 1:
                figure += nodes.caption("", "", *paragraph[1].children)
            paragraph.replace_self(figure)


class EpisodeFrame(SphinxTransform):
    """Put times and files below an episode's title, and how it was recorded at its end."""

    default_priority = 210

    def apply(self):
        metadata = self.env.metadata[self.env.docname]
        titles = list(self.document.findall(nodes.title))
        root = "../" * (self.env.docname.count("/") + (self.config.lesson_view == "instructor"))
        if titles and self.env.docname == self.config.root_doc:
            section = titles[0].parent
            section.insert(section.index(titles[0]) + 1, episode_frame.whole_lesson(root))
        if not (titles and "teaching" in metadata and "exercises" in metadata):
            return
        noted = episode_frame.noted_blocks(self.env)
        section, name = titles[0].parent, self.env.docname.rpartition("/")[2]
        place = section.index(titles[0]) + 1
        section.insert(place, episode_frame.times(metadata, noted))
        section.insert(place + 1, episode_frame.files(name, root))
        ending = episode_frame.recording(noted)
        if ending is not None:
            section += ending


def check_page(app, docname, source):
    """Stop with file and line at a page that the reader does not accept."""
    path = Path(app.env.doc2path(docname, base=False))
    try:
        episode_frame.look_up_notes(app.env, reader.read_once(source[0]))
    except LessonError as error:
        raise ExtensionError(str(LessonError(path, error.line, error.message))) from error


def complete_page(app, docname, source):
    """Add what the Workbench adds: shared links; on the home page schedule and list of pages."""
    lesson = settings.find(app.srcdir)
    source[0] = with_links(source[0], lesson)
    if docname != app.config.root_doc:
        return
    source[0] = titled(source[0], lesson.config.get("title", "Lesson"))
    episodes = lesson.episode_paths()
    texts = {path: with_links(path.read_text("utf-8"), lesson) for path in episodes}
    pages = {path: replace(reader.read_once(text), path=path) for path, text in texts.items()}
    for path in episodes:
        app.env.note_dependency(str(path))
        app.env.note_dependency(str(provenance.path_of(path.stem, lesson)))
    source[0] += schedule.markdown(lesson, list(pages.values()))
    captions = _episode_captions(lesson)
    groups = {caption: [] for caption in captions.values()}
    for path in lesson.page_paths(app.config.lesson_view)[1:]:
        page = path.relative_to(lesson.root).with_suffix("").as_posix()
        if path in pages:
            page = f"{lesson.number_of(path)}. {pages[path].title} <{page}>"
        folder = path.parent.name if path.parent != lesson.root else "about"
        groups.setdefault(captions.get(path, folder.capitalize()), []).append(page)
    for caption, entries in groups.items():
        listing = "\n".join(entries)
        source[0] += f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listing}\n```\n"


def _episode_captions(lesson):
    """The menu's heading above each episode: path -> text; {} if the lesson plans no days."""
    if not lesson.days:
        return {}
    captions = {path: day.title for day in lesson.days for path in day.paths()}
    return captions | dict.fromkeys(lesson.further_paths(), settings.FURTHER)


def with_links(text, lesson):
    """A page's text with the links that all pages share."""
    return f"{text}\n\n{lesson.shared_links}"


def titled(text, title):
    """A home page without a title has the lesson's, as in the Workbench."""
    front_matter = reader.read(text).front_matter
    if "title" in front_matter:
        return text
    entry = f"title: {json.dumps(title, ensure_ascii=False)}\n"
    if not front_matter:
        return f"---\n{entry}---\n\n{text}"
    return text.replace("---\n", f"---\n{entry}", 1)


def add_to_context(app, pagename, templatename, context, doctree):
    """Names that the templates use."""
    lesson, view = settings.find(app.srcdir), app.config.lesson_view
    root = context.get("content_root") or "./"
    context["lesson_view"] = view
    context["collected_pages"] = collected_pages.links(lesson)
    context["lesson_metadata"] = lesson_metadata.json_ld(lesson, pagename, context.get("title"))
    if view == "learner":
        context["other_view"] = f"{root}instructor/{pagename}.html"
    else:
        only_here = pagename.startswith("instructors/")
        context["other_view"] = f"{root}../{'index' if only_here else pagename}.html"


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_inline_tabs")
    app.add_directive("lesson-cell", LessonCell)
    app.add_directive("lesson-div", LessonDiv)
    app.add_directive("lesson-tabs", LessonTabs)
    app.add_node(Details, html=(_visit_details, _depart_details))
    app.add_node(Summary, html=(_visit_summary, _depart_summary))
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(_visit_inline_math, None),
        block_renderers=(_visit_block_math, None),
    )
    app.add_transform(FiguresWithCaptions)
    app.add_transform(EpisodeFrame)
    app.connect("source-read", complete_page)
    app.connect("source-read", check_page)
    app.connect("html-collect-pages", collected_pages.collect)
    app.connect("html-page-context", add_to_context)
    app.add_config_value("lesson_view", "instructor", "env", [str])
    app.add_config_value("lesson_draft", False, "", [bool])
    app.add_config_value("lesson_days", [], "env", [list])  # new days: a new menu on every page
    app.connect(
        "config-inited",
        lambda app, config: config.nb_custom_formats.setdefault(".md", READER),
        priority=1,
    )
    return {
        "version": "1",
        "env_version": zlib.crc32(b"".join(map(Path.read_bytes, sorted(HERE.rglob("*.py"))))),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
