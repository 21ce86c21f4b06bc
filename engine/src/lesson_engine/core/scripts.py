"""Episode -> a script with Spyder's cells, which runs from its first line to its last."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from nbformat import v4

from lesson_engine.core import magics, notebook
from lesson_engine.core.divs import kind_of
from lesson_engine.core.model import Block, Episode, Heading

FUTURE = re.compile(r"^from __future__ import .*$", re.M)
FAILS = """\
# This is meant to fail.
import traceback

try:
{code}
except {kind}:
    traceback.print_exc()"""
STOP = """\
{code}
raise SystemExit("This cell and the following need Jupyter: use the notebook from here on.")"""


def script_name(name: str) -> str:
    """File name that Python can import: "05-fit-cnn" gives "05_fit_cnn.py"."""
    return name.replace("-", "_") + ".py"


def to_script(episode: Episode, start: str = "") -> str:
    """All code of an episode as a script with Spyder's cells.

    Args:
        episode: the episode.
        start: line of code that the first block begins with; see script_start in lesson.

    Returns: jupytext's py:percent format: headings and the code that runs. The prose stays on
        the page and in the notebooks. What only Jupyter runs is a comment, and what is meant to
        fail stands in a `try`.
    """
    import jupytext  # here, because it takes long, and Sphinx needs the names of files only

    book = notebook.new_notebook()
    source = f"Made from episodes/{episode.name}.md by `lesson export`: edit that file."
    book.cells.append(v4.new_markdown_cell(f"# {episode.title}\n\n{source}"))
    start = "".join(f"{line}\n\n" for line in _first_lines(episode, start))
    for heading, block in _headed_blocks(episode):
        if heading is not None:
            book.cells.append(v4.new_markdown_cell(_title_of(heading)))
        if "solution" in block.divs:
            book.cells.append(v4.new_markdown_cell("Solution"))
        book.cells.append(notebook.code_cell(start + runnable(block)))
        start = ""
    book.metadata["jupytext"] = {
        "notebook_metadata_filter": "-all",
        "cell_metadata_filter": "-all",
        "comment_magics": False,  # done above
    }
    return str(jupytext.writes(notebook.number(book), fmt="py:percent"))


def _first_lines(episode: Episode, start: str) -> list[str]:
    """What has to stand above all other code."""
    sources = [magics.without_magics(block.source) for block in episode.blocks]
    python = [source for source in sources if magics.syntax_error(source) is None]
    future = dict.fromkeys(line for source in python for line in FUTURE.findall(source))
    names = [magics.names_in(source) for source in python]
    shows = any("display" in read for read, _ in names)
    shows = shows and not any("display" in bound for _, bound in names)
    display = ["from IPython.display import display"] if shows else []
    return [*future, *([start] if start else []), *display]


def runnable(block: Block) -> str:
    """A block's code as it runs in a script."""
    if block.skip:
        return f"# Not run: {block.skip}\n{magics.commented(block.source)}"
    if block.expects_syntax_error:
        return magics.commented(block.source)
    if magics.needs_jupyter(block.source):
        return STOP.format(code=magics.commented(block.source))
    code = magics.without_magics(block.source)
    if magics.syntax_error(code) is None:
        code = FUTURE.sub("", code)
    if not block.expects_error or not ast.parse(code).body:  # all of it may be a comment by now
        return code
    recorded = next(part for part in block.recorded if part.is_traceback)
    name, _ = notebook.split_error(recorded.text)
    kind = name if name in magics.BUILTIN_ERRORS else "BaseException"
    return FAILS.format(code=_indented(code), kind=kind)


def _indented(source: str) -> str:
    """Python one level deeper; lines inside a text of several lines stay as they are."""
    inside: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in (tokenize.NEWLINE, tokenize.NL):
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
    lines = source.split("\n")
    return "\n".join(
        f"    {line}" if line and number not in inside else line
        for number, line in enumerate(lines, 1)
    )


def _headed_blocks(episode: Episode) -> Iterator[tuple[Heading | None, Block]]:
    """Every block, with the heading directly above it; the other headings have no code."""
    pieces: list[Heading | Block] = [*episode.headings, *episode.blocks]
    heading = None
    for piece in sorted(pieces, key=_line_of):
        if isinstance(piece, Heading):
            heading = piece
        else:
            yield heading, piece
            heading = None


def _line_of(piece: Heading | Block) -> int:
    return piece.line if isinstance(piece, Heading) else piece.first_line


def _title_of(heading: Heading) -> str:
    where = [kind_of(name).title or "" for name in heading.divs if name == "challenge"]
    return "## " + ": ".join([*where, heading.text])
