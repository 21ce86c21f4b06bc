"""How long an instructor talks before there is something to look at or to do."""

from collections.abc import Iterator

from lesson_engine.core import pacing
from lesson_engine.core.divs import kind_of
from lesson_engine.core.markdown import COMMENT, tokens_of
from lesson_engine.core.model import Episode

WORKED_ON = ("challenge", "discussion")  # learners have been busy when such a div ends
SHOWN = ("fence", "code_block", "list_item_open", "bullet_list_close", "ordered_list_close")


def longest_stretch(page: Episode) -> tuple[int, int]:
    """The longest that an instructor talks on a page without anything to look at or to do.

    Returns: (words, line on which it begins, from 1); (0, 1) for a page without text.
    """
    return max(stretches(page), key=lambda stretch: stretch[0], default=(0, 1))


def stretches(page: Episode) -> list[tuple[int, int]]:
    """The stretches of spoken words between things to look at or to do.

    Those are code, outputs, figures, list items, tables, other HTML, and where a div begins;
    also where a challenge or discussion ends. Headings interrupt nothing. Comments, captions,
    cells of tables and what is folded away, such as solutions and instructor notes, are not
    spoken; an instructor note is not shown either, and so interrupts nothing.

    Returns: (words, line on which it begins, from 1), in the order of the text.
    """
    found: list[tuple[int, int]] = []
    words, first = 0, 1
    for kind, line, spoken in _spoken_pieces(page):
        if kind == "shown":
            found.append((words, first))
            words = 0
        elif spoken:
            first = first if words else line
            words += spoken
    found.append((words, first))
    return [stretch for stretch in found if stretch[0]]


def _spoken_pieces(page: Episode) -> Iterator[tuple[str, int, int]]:
    """Yield ("text", line, its number of words) and ("shown", line, 0), in order."""
    around: list[str] = []
    in_table = False
    for token in tokens_of(page.text):
        line = token.map[0] + 1 if token.map else 0  # closing tokens have none, and say nothing
        folded = any(kind_of(name).folds for name in around)
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
                yield "text", line, pacing.words_said(token.children or [])
            if any(child.type == "image" for child in token.children or []):
                yield "shown", line, 0
        elif token.type in SHOWN:
            yield "shown", line, 0
