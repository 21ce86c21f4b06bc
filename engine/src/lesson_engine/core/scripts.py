"""Episode -> a script with Spyder's cells, which runs from its first line to its last."""

import ast
import io
import json
import re
import tokenize
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from lesson_engine.core import magics, notebook
from lesson_engine.core.divs import title_of
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Episode, Heading, Hidden
from lesson_engine.core.names import names_in
from lesson_engine.core.words import Words, words_in

FUTURE = re.compile(r"^from __future__ import .*$", re.M)
CELL = re.compile(r"^(\s*)# ?%%")  # how a cell begins in Spyder
FAILS = """\
# {words}
import traceback

try:
{code}
except {kind}:
    traceback.print_exc()"""
GOES_ON = """\
from runpy import run_path

globals().update(run_path("{script}"))"""
STOP = """\
{code}
raise SystemExit({words})"""


def script_name(name: str) -> str:
    """File name that Python can import: "05-fit-cnn" gives "05_fit_cnn.py".

    Python looks for a module under its name in NFKC, however an accent was typed.
    """
    return re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).rstrip("_") + ".py"


def start_of(lesson: Lesson, path: Path) -> str:
    """Code that the script of an episode begins with; "" for none.

    Args:
        lesson: what it says in script_start.
        path: the episode's; one that goes on from another begins by running that one's script.
    """
    before = lesson.path_before(path)
    runs = "" if before is None else GOES_ON.format(script=script_name(before.stem))
    return "\n".join(line for line in (lesson.script_start, runs) if line)


def to_script(episode: Episode, start: str = "", words: Words | None = None) -> str:
    """All code of an episode as a script with Spyder's cells.

    Args:
        episode: the episode.
        start: code that the first block begins with; see start_of.
        words: of the lesson's language; by default English.

    Returns: jupytext's py:percent format: headings and the code that runs. The prose stays on
        the page and in the notebooks. What only Jupyter runs is a comment, and what is meant to
        fail stands in a `try`.
    """
    import jupytext  # here, because it takes long, and Sphinx needs the names of files only

    words = words or words_in()
    book = notebook.new_notebook()
    source = words("file.made", file=f"episodes/{episode.name}.md")
    book.cells.append(notebook.text_cell(f"# {episode.title}\n\n{source}"))
    start = "".join(f"{line}\n\n" for line in _first_lines(episode, start))
    for heading, block in _headed_blocks(episode):
        if heading is not None:
            book.cells.append(notebook.text_cell(_title_of(heading, words)))
        if "solution" in block.divs:
            book.cells.append(notebook.text_cell(words("file.solution")))
        book.cells.append(notebook.code_cell(start + _one_cell(runnable(block, words))))
        start = ""
    book.metadata["jupytext"] = {
        "notebook_metadata_filter": "-all",
        "cell_metadata_filter": "-all",
        "comment_magics": False,  # done above
    }
    return str(jupytext.writes(notebook.number(book), fmt="py:percent"))


def _first_lines(episode: Episode, start: str) -> list[str]:
    """What has to stand above all other code."""
    code: list[Block | Hidden] = [*episode.blocks, *_needed(episode)]
    sources = [magics.without_magics(part.source) for part in code]
    python = [source for source in sources if magics.syntax_error(source) is None]
    future = dict.fromkeys(line for source in python for line in FUTURE.findall(source))
    read, _ = names_in("\n".join(python))
    display = ["from IPython.display import display"] if "display" in read else []
    return [*future, *([start] if start else []), *display]


def runnable(block: Block | Hidden, words: Words) -> str:
    """The code as it runs in a script."""
    if isinstance(block, Hidden):
        return magics.without_magics(block.source)
    if block.skip:
        reason = words("file.not_run", reason=block.skip)
        return f"# {reason}\n{magics.commented(block.source)}"
    if block.expects_syntax_error:
        return magics.commented(block.source)
    if magics.needs_jupyter(block.source):
        stop = json.dumps(words("file.stop"), ensure_ascii=False)
        return STOP.format(code=magics.commented(block.source), words=stop)
    code = magics.without_magics(block.source)
    if magics.syntax_error(code) is None:
        code = FUTURE.sub("", code)
    if not block.expects_error or not ast.parse(code).body:  # all of it may be a comment by now
        return code
    recorded = next(part for part in block.recorded if part.is_traceback)
    name, _ = notebook.split_error(recorded.text)
    kind = name if name in magics.BUILTIN_ERRORS else "BaseException"
    return FAILS.format(code=_indented(code), kind=kind, words=words("file.fails"))


def _one_cell(source: str) -> str:
    """Code in which Spyder finds no further cell: it takes a comment such as "# %%time" for one."""
    inside = _lines_inside_text(source) if magics.syntax_error(source) is None else set()
    return "\n".join(
        line if number in inside else CELL.sub(r"\1#  %%", line)
        for number, line in enumerate(source.split("\n"), 1)
    )


def _indented(source: str) -> str:
    """Python one level deeper; lines inside a text of several lines stay as they are."""
    inside = _lines_inside_text(source)
    return "\n".join(
        f"    {line}" if line and number not in inside else line
        for number, line in enumerate(source.split("\n"), 1)
    )


def _lines_inside_text(source: str) -> set[int]:
    """Lines, from 1, that begin inside a text of several lines."""
    inside: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in (tokenize.NEWLINE, tokenize.NL):
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
    return inside


def _headed_blocks(episode: Episode) -> Iterator[tuple[Heading | None, Block | Hidden]]:
    """All code, with the heading directly above it; the other headings have none."""
    pieces: list[Heading | Block | Hidden]
    pieces = [*episode.headings, *episode.blocks, *_needed(episode)]
    heading = None
    for piece in sorted(pieces, key=_line_of):
        if isinstance(piece, Heading):
            heading = piece
        else:
            yield heading, piece
            heading = None


def _needed(episode: Episode) -> list[Hidden]:
    """Hidden code that other code may need; what is only to be tried belongs to notebooks."""
    return [piece for piece in episode.hidden if not piece.offered]


def _line_of(piece: Heading | Block | Hidden) -> int:
    return piece.line if isinstance(piece, Heading) else piece.first_line


def _title_of(heading: Heading, words: Words) -> str:
    title = heading.text
    for name in heading.divs:
        if name == "challenge":
            title = words("box.titled", kind=title_of(name, words), title=title)
    return f"## {title}"
