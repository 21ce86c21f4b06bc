"""What a page's divs and blocks become: boxes, tabs, and cells with what was recorded of them."""

import html
import posixpath
import re
from itertools import pairwise
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from nbformat import NotebookNode
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from lesson_engine.core import interactive, pandoc, structure
from lesson_engine.core.divs import kind_of, title_of
from lesson_engine.core.model import Block, Figure
from lesson_engine.core.words import words_in
from lesson_engine.site import episode_frame
from lesson_engine.site.myst import tab_mark

OUTER_FENCE = ":" * 60  # longer than any that myst.to_myst makes
EMPTY_TAB = "<!-- -->"  # a tab of sphinx-inline-tabs holds something
HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<text>.+?)\s*#*\s*")
# a bar, as Keras, pip, rich and tqdm draw it; in a table's frame, as Keras's summary has it, the
# same characters stand behind a corner
PROGRESS = re.compile(r"(?<![^\s|\[])[━█]{2}")


class LessonCell(SphinxDirective):
    """Show a block with what was recorded of it.

    Its argument is the block's place on the page, from 1.
    """

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        place = int(self.arguments[0])
        renderer: Any = self.state.document["nb_renderer"].renderer  # myst-nb has no types
        book: NotebookNode = renderer.nb_client.notebook
        block = episode_frame.page_of(self.env).blocks[place - 1]
        token = Token(
            "nb_cell_code",
            "code",
            0,
            content=block.source,
            map=[block.first_line, block.first_line],
            meta={"index": place, "metadata": {}},
        )
        box = nodes.container()
        with renderer.current_node_context(box):
            renderer.render_nb_cell_code(SyntaxTreeNode([token]).children[0])
        cell = box.children[0]
        assert isinstance(cell, nodes.Element)  # myst-nb's container, with code and outputs
        if any(PROGRESS.search(part.get("text", "")) for part in book.cells[place].outputs):
            cell["classes"].append("progress")  # long lines, whose end matters most
        for figure in block.figures:
            cell += self.figure(figure)
        for line in reversed(self.lines_above(block, place)):
            cell.insert(0, line)
        return box.children

    def lines_above(self, block: Block, place: int) -> list[nodes.paragraph]:
        """What learners are told before the code of a block."""
        lines, words = [], words_in(self.config.lesson_lang)
        if block.paste:
            given = words("episode.given")
            lines.append(nodes.paragraph("", given, classes=["cell-given"]))
        for noted in episode_frame.noted_blocks(self.env)[place - 1 : place]:
            if noted is not None and noted.seconds >= episode_frame.LONG:
                time = episode_frame.in_words(noted.seconds, words)
                text = words("episode.took", time=time)
                lines.append(nodes.paragraph("", text, classes=["cell-time"]))
        return lines

    def figure(self, figure: Figure) -> nodes.figure:
        """A picture that the block draws, with its caption."""
        image = nodes.image(uri=figure.source, alt=figure.alt or "")
        image.attributes.update(re.findall(r'(\w+)="([^"]*)"', figure.size))
        node = nodes.figure("", image)
        node["classes"].append("cell-figure")
        if interactive.is_interactive(figure):
            image["classes"].append(interactive.CLASS)
        if figure.caption:
            caption = pandoc.rewritten(figure.caption, "site")
            inline, messages = self.state.inline_text(caption, figure.first_line)
            node += [nodes.caption("", "", *inline), *messages]
        return node


class LessonTabs(SphinxDirective):
    """Tabs: each line with a mark opens one. Shown by sphinx-inline-tabs.

    Its arguments are how many divs are around it, see tab_mark, and the id that it may have.
    """

    has_content = True
    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        box = nodes.container(classes=["lesson-tabs"], ids=self.arguments[1:])
        self.set_source_info(box)
        lines = list(self.content)
        mark = tab_mark(self.arguments[0])
        starts = [n for n, line in enumerate(lines) if line.startswith(mark)]
        before = lines[: starts[0]] if starts else lines
        if any(line.strip() for line in before):
            if self.config.lesson_strict:
                raise self.error(f"{structure.BEGIN_TABS}: the first tab's name")
            self.state.nested_parse(self.content[: len(before)], self.content_offset, box)
        for start, end in pairwise([*starts, len(lines)]):
            # the fence takes the heading's line, so that every line keeps its number
            opening = f"{OUTER_FENCE}{{tab}} {lines[start].removeprefix(mark)}"
            inside = lines[start + 1 : end]
            if not any(line.strip() for line in inside):
                inside = [EMPTY_TAB]
            tab = StringList([opening, *inside, OUTER_FENCE])
            self.state.nested_parse(tab, self.content_offset + start, box)
        return [box]


class Details(nodes.General, nodes.Element):
    """HTML's own folding element."""


class Summary(nodes.TextElement):
    """Its visible line."""


class LessonDiv(SphinxDirective):
    """A fenced div; its first heading is its title.

    Its arguments are its class and the id that it may have.
    """

    has_content = True
    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        kind = kind_of(name)
        if kind.audience == "instructor" and self.config.lesson_view != "instructor":
            return []  # not in the page, and so not in what can be searched
        words = words_in(self.config.lesson_lang)
        own = title_of(name, words)
        title, body = self.title_and_body(own)
        node: nodes.Element = Details() if kind.folds else nodes.container()
        node["classes"] += ["lesson-div", name] if name != "plain" else []
        node["open"] = kind.audience == "instructor"  # a note is there to be read
        node["ids"] += self.arguments[1:]
        self.set_source_info(node)
        messages: list[nodes.system_message] = []
        if title:
            inline, messages = self.state.inline_text(title, self.lineno)
            heading = Summary if kind.folds else nodes.paragraph
            if kind.names_itself and title != own:
                before, behind = words.around("box.titled", "title", kind=own)
                inline = [nodes.Text(before), *inline, nodes.Text(behind)]
            node += heading("", "", *inline, classes=["lesson-div-title"])
        self.state.nested_parse(self.content[body:], self.content_offset + body, node)
        return [node, *messages]

    def title_and_body(self, own: str) -> tuple[str, int]:
        """The title, or the div's own, and the line of the content that comes after it."""
        first = next((n for n, line in enumerate(self.content) if line.strip()), 0)
        heading = HEADING.fullmatch(self.content[first]) if self.content else None
        if heading is None:
            return own, first
        return heading["text"], first + 1


class HtmlImage(nodes.image):
    """A picture that an author put into HTML, with the tag that it had there."""


def visit_html_image(translator: HTML5Translator, node: HtmlImage) -> None:
    """Write the tag as it was, but for the picture's address."""
    builder: Any = translator.builder
    uri = node["uri"]
    if uri in builder.images:
        uri = posixpath.join(builder.imgpath, builder.images[uri])
    source = f' src="{html.escape(uri)}"'
    tag = re.sub(r"""\ssrc\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", lambda _: source, node["tag"])
    translator.body.append(tag)
    raise nodes.SkipNode


def visit_details(translator: HTML5Translator, node: Details) -> None:
    given: dict[str, Any] = {"open": "open"} if node.get("open") else {}
    translator.body.append(translator.starttag(node, "details", **given))


def depart_details(translator: HTML5Translator, node: Details) -> None:
    translator.body.append("</details>\n")


def visit_summary(translator: HTML5Translator, node: Summary) -> None:
    translator.body.append(translator.starttag(node, "summary", ""))


def depart_summary(translator: HTML5Translator, node: Summary) -> None:
    translator.body.append("</summary>\n")
