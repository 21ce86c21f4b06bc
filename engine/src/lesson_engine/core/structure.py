"""Everything about an episode that can be wrong without running it."""

import ast
import re

from IPython.core.inputtransformer2 import TransformerManager

from lesson_engine.core import pacing
from lesson_engine.core.divs import DIV_KINDS, TABS
from lesson_engine.core.errors import LessonError
from lesson_engine.core.markdown import COMMENT, markdown_parser

FRONT_MATTER = {"title": str, "teaching": (int, float), "exercises": (int, float)}
LAZY_LINK_TEXTS = {"here", "this", "link", "click here", "this link", "this page", "page"}
BLANK = "_____"
REQUIRED_DIVS = ("questions", "objectives", "keypoints")
STATED_MINUTES = re.compile(r"\((?:1 minute|(?!1 )(?P<minutes>[1-9]\d*) minutes)\)")
OPTIONAL = re.compile(r"\((?:optional|homework)\b[^()]*\)")
MOST_OPTIONAL = 2  # challenges per episode
WORKED_ON = ("challenge", "discussion")  # learners have been busy when such a div ends
SHOWN = ("fence", "code_block", "list_item_open", "bullet_list_close", "ordered_list_close")


def faults(page, lesson):
    """Check one page.

    Args:
        page: Episode.
        lesson: Settings.

    Returns: list of LessonError, in the order of their lines; empty if all is well.
    """
    found = []

    def fault(line, message):
        found.append(LessonError(page.path, line, message))

    folder = lesson.root / page.path
    is_episode = folder.parent.name == "episodes"
    if is_episode:
        _check_front_matter(page, fault)
        _check_divs(page, fault)
        _check_stretches(page, lesson.longest_stretch, fault)
        if lesson.challenge_minutes and folder in lesson.workshop_paths():
            _check_challenge_minutes(page, fault)
    _check_headings(page, fault)
    _check_tables(page, fault)
    _check_figures(page, folder.parent, fault)
    _check_links(page, folder.parent, fault)
    _check_blocks(page, lesson, fault)
    _check_skeletons(page, fault)
    return sorted(found, key=lambda error: error.line or 0)


def _check_front_matter(page, fault):
    for name, kind in FRONT_MATTER.items():
        value = page.front_matter.get(name)
        if value is None:
            fault(1, f"the front matter lacks '{name}:'")
        elif not isinstance(value, kind) or isinstance(value, bool):
            unit = "text" if kind is str else "a number of minutes"
            fault(1, f"'{name}:' in the front matter is {unit}")


def _check_divs(page, fault):
    names = [div.name for div in page.divs]
    for name in REQUIRED_DIVS:
        if name not in names:
            fault(None, f"an episode needs a div '{name}'")
    for name in ("questions", "objectives", "keypoints"):
        for div in [div for div in page.divs if div.name == name][1:]:
            fault(div.first_line, f"an episode has one '{name}' div; this is another")
    for div in page.divs:
        if div.name in ("solution", "hint") and "challenge" not in _around(page, div):
            fault(div.first_line, f"a '{div.name}' stands inside a challenge")
        if div.last_line - div.first_line == 1:
            fault(div.first_line, f"this '{div.name}' div is empty")


def _around(page, inner):
    return [
        div.name
        for div in page.divs
        if div.first_line < inner.first_line and div.last_line > inner.last_line
    ]


def _check_headings(page, fault):
    """The Workbench's rules; it counts the headings inside divs, too, but those of tabs."""
    level, seen = 1, {}
    for heading in page.headings:
        if heading.divs and heading.divs[-1] in TABS:
            continue  # the same systems in every group of tabs
        if not heading.text:
            fault(heading.line, "this heading is empty")
        if heading.level == 1:
            fault(heading.line, "headings begin at level 2: '##', not '#'")
        elif heading.level > level + 1:
            fault(heading.line, f"this heading skips a level; use {'#' * (level + 1)}")
        level = heading.level
        if heading.text in seen:
            fault(heading.line, f"this heading stands in line {seen[heading.text]}, too")
        seen[heading.text] = heading.line


def _check_tables(page, fault):
    """Screen readers read the head of the column with each cell."""
    for head in page.table_heads:
        if not all(head.cells):
            fault(head.line, "a column of this table has no heading; name what stands in it")


def _check_stretches(page, most, fault):
    """Nobody listens for long without something to look at or to do."""
    for words, line in stretches(page) if most else []:
        if words > most:
            fault(
                line,
                f"{words} words from here on without code, a figure, a list, a table or a box; "
                f"the most is {most}: show something, or let learners do something",
            )


def longest_stretch(page):
    """The longest that an instructor talks on a page without anything to look at or to do.

    Args:
        page: Episode.

    Returns: (words, line on which it begins, from 1); (0, 1) for a page without text.
    """
    return max(stretches(page), key=lambda stretch: stretch[0], default=(0, 1))


def stretches(page):
    """The stretches of spoken words between things to look at or to do.

    Those are code, outputs, figures, list items, tables, other HTML, and where a div begins;
    also where a challenge or discussion ends. Headings interrupt nothing. Comments, captions,
    cells of tables and what is folded away, such as solutions and instructor notes, are not
    spoken; an instructor note is not shown either, and so interrupts nothing.

    Args:
        page: Episode.

    Returns: list of (words, line on which it begins, from 1), in the order of the text.
    """
    found, words, first = [], 0, 1
    for kind, line, spoken in _spoken_pieces(page):
        if kind == "shown":
            found.append((words, first))
            words = 0
        elif spoken:
            first = first if words else line
            words += spoken
    found.append((words, first))
    return [stretch for stretch in found if stretch[0]]


def _spoken_pieces(page):
    """Yield ("text", line, its number of words) and ("shown", line, 0), in order."""
    around, in_table = [], False
    for token in markdown_parser().parse(page.text):
        line = token.map[0] + 1 if token.map else None
        folded = any(DIV_KINDS[name].folds for name in around)
        if token.type == "div" and token.meta["opens"]:
            around.append(token.info)
            if "instructor" not in around:
                yield "shown", line, 0
        elif token.type == "div":
            if around.pop() in WORKED_ON and "instructor" not in around:
                yield "shown", line, 0
        elif folded:
            continue
        elif token.type in ("table_open", "table_close"):
            in_table = token.type == "table_open"
            yield "shown", line, 0
        elif token.type == "html_block":
            if COMMENT.sub("", token.content).strip():
                yield "shown", line, 0
        elif token.type == "inline":
            if not in_table:
                yield "text", line, pacing.words_said(token.children)
            if any(child.type == "image" for child in token.children):
                yield "shown", line, 0
        elif token.type in SHOWN:
            yield "shown", line, 0


def _check_challenge_minutes(page, fault):
    """Challenges of the workshop state their minutes, which add up to those of the episode."""
    minutes, optional = 0, 0
    for div in [div for div in page.divs if div.name == "challenge"]:
        title = pacing.title_of(page, div)
        stated = STATED_MINUTES.search(title)
        if OPTIONAL.search(title):
            optional += 1
            if optional > MOST_OPTIONAL:
                fault(div.first_line, f"an episode has {MOST_OPTIONAL} optional challenges at most")
        elif stated:
            minutes += int(stated["minutes"] or 1)
        else:
            fault(
                div.first_line,
                "the title of this challenge doesn't state its minutes; write "
                "'### Title (5 minutes)', '(optional)' or '(homework)'",
            )
    planned = page.front_matter.get("exercises", 0)
    if minutes != planned:
        fault(1, f"the challenges state {minutes} minutes together, 'exercises:' says {planned}")


def _check_figures(page, folder, fault):
    drawn = [figure for block in page.blocks for figure in block.figures]
    for figure in [*page.figures, *drawn]:
        if not figure.alt:
            fault(figure.first_line, f"{figure.source} has no alt text: add {{alt='…'}} after it")
        if figure.source.startswith("http"):
            fault(figure.first_line, "pictures come with the lesson, not from the network")
        elif not (folder / figure.source).is_file():
            todo = "run `lesson record`" if figure in drawn else "draw it or correct its address"
            fault(figure.first_line, f"{figure.source} is missing; {todo}")
    sources = [figure.source for figure in drawn]
    for figure in drawn:
        if sources.count(figure.source) > 1:
            fault(figure.first_line, f"{figure.source} is drawn by two blocks; rename one")


def _check_links(page, folder, fault):
    for link in page.links:
        if link.target.startswith("http://"):
            fault(link.line, f"{link.target} is not secure; use https://")
        if link.text.strip(" .").lower() in LAZY_LINK_TEXTS:
            fault(link.line, f"'{link.text}' says nothing; name what is behind the link")
        if re.match(r"[a-z][a-z0-9+.-]*:", link.target) or not link.target:
            continue
        path, _, _ = link.target.partition("#")
        if path and not (folder / path).is_file():
            fault(link.line, f"{path} is not there")


def _check_blocks(page, lesson, fault):
    for block in page.blocks:
        if not any("SyntaxError" in part.text for part in block.recorded if part.kind == "error"):
            _check_syntax(block.source, block.first_line, fault)
        limits = {
            "tolerance": (block.tolerance, lesson.largest_tolerance),
            "figure-tolerance": (block.figure_tolerance, lesson.largest_figure_tolerance),
        }
        for name, (value, largest) in limits.items():
            if value is not None and value > largest:
                line = block.directive_lines[name]
                fault(line, f"a {name} of {value:g} hides errors; the most is {largest:g}")


def _check_skeletons(page, fault):
    """A skeleton with its blanks filled is a block that runs, in the same challenge."""
    for skeleton in page.skeletons:
        if BLANK not in skeleton.source:
            continue
        if "challenge" not in skeleton.divs:
            fault(skeleton.first_line, "blanks to fill belong in a challenge")
        elif solution_of(page, skeleton) is None:
            message = "no block in the solution is this skeleton with its blanks filled"
            fault(skeleton.first_line, message)


def solution_of(page, skeleton):
    """The block that is a skeleton with its blanks filled.

    Args:
        page: Episode.
        skeleton: one of its Skeletons, in a challenge.

    Returns: Block, in the same challenge; None if there is none.
    """
    around = [
        div
        for div in page.divs
        if div.name == "challenge" and div.first_line < skeleton.first_line < div.last_line
    ]
    parts = [re.escape(part) for part in re.split(f"{BLANK}_*", skeleton.source)]
    filled = re.compile(".+?".join(parts))
    blocks = [
        block
        for block in page.blocks
        if around[-1].first_line < block.first_line < around[-1].last_line
    ]
    return next((block for block in blocks if filled.fullmatch(block.source)), None)


def _check_syntax(source, line, fault):
    try:
        ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError as error:
        fault(line + (error.lineno or 0), f"this code is not Python: {error.msg}")
