"""Episode -> code cells and notebooks, with what was recorded as their outputs."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict, v4

from lesson_engine.core.model import Block, Claim, Episode, Hidden

Output = dict[str, Any]  # one output of a cell, as nbformat 4 has it
# What a terminal is told and nobody reads: ECMA-48's control sequences, and strings such as titles
ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, moves of the cursor
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links
    r"|\x1b[ -/]*[0-~]"
)
NAMES = {Block: "block", Hidden: "hidden code", Claim: "claim"}  # what tests call a cell
FAILED_LINE = re.compile(r"(?:Cell In ?\[\d+\]|<ipython-input[^>]*>), line (\d+)")


@dataclass(frozen=True)
class Cell:
    """A block, hidden code or a claim, as the kernel gets it.

    Attributes:
        part: the Block, the Hidden or the Claim.
        index: its place in episode.blocks, episode.hidden or episode.claims, from 0.
        source: the code.
    """

    part: Block | Hidden | Claim
    index: int
    source: str

    @property
    def line(self) -> int:
        """Its line in the Markdown, from 1: a block's is that of its opening fence."""
        return self.part.line if isinstance(self.part, Claim) else self.part.first_line

    @property
    def name(self) -> str:
        """What tests call it, such as "block in line 5"."""
        return f"{NAMES[type(self.part)]} in line {self.line}"

    @property
    def expects_error(self) -> bool:
        """True if it is recorded that the block raises."""
        return isinstance(self.part, Block) and self.part.expects_error

    @property
    def timeout(self) -> float | None:
        """Seconds that the block may take; None for the lesson's own limit."""
        return self.part.timeout if isinstance(self.part, Block) else None

    def failed_line(self, traceback: Sequence[str]) -> int:
        """The line of the Markdown that raised, from 1.

        Args:
            traceback: as the kernel gave it.
        """
        inside = FAILED_LINE.search(ANSI.sub("", "\n".join(traceback)))
        if inside is None or isinstance(self.part, Claim):
            return self.line
        if isinstance(self.part, Hidden):
            return self.part.first_code_line + int(inside[1]) - 1
        return self.line + int(inside[1])


@dataclass(frozen=True)
class CellRun:
    """What a cell gave.

    Attributes:
        cell: the cell.
        outputs: as a learner's Jupyter would show them.
        seconds: how long it took.
    """

    cell: Cell
    outputs: Sequence[Output]
    seconds: float


def cells_of(episode: Episode) -> list[Cell]:
    """All code of an episode that runs, in order."""
    if episode.skip:
        return []
    parts: list[tuple[int, Block | Hidden | Claim]] = [
        *((n, block) for n, block in enumerate(episode.blocks) if not block.skip),
        *enumerate(episode.hidden),
        *enumerate(episode.claims),
    ]
    cells = [Cell(part, index, _source_of(part)) for index, part in parts]
    return sorted(cells, key=lambda cell: cell.line)


def _source_of(part: Block | Hidden | Claim) -> str:
    """The code; a claim's is a list, which gives one output whose text is the value."""
    if not isinstance(part, Claim):
        return part.source
    value = part.expression if part.words is None else f"bool({part.expression})"
    return f"[{value}]"


def to_notebook(episode: Episode) -> NotebookNode:
    """All code of an episode, a cell for each of cells_of, with what is recorded of it."""
    notebook = new_notebook()
    for cell in cells_of(episode):
        recorded = recorded_outputs(cell.part) if isinstance(cell.part, Block) else []
        notebook.cells.append(code_cell(cell.source, recorded))
    return number(notebook)


def new_notebook() -> NotebookNode:
    """An empty notebook for Python."""
    notebook: NotebookNode = v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def code_cell(source: str, outputs: Sequence[Output] = ()) -> NotebookNode:
    """A code cell with outputs.

    Made by hand, as nbformat's own functions validate each cell: a notebook is validated once.
    """
    return _cell("code", source, execution_count=None, outputs=list(outputs))


def text_cell(source: str) -> NotebookNode:
    """A cell of Markdown."""
    return _cell("markdown", source)


def _cell(kind: str, source: str, **more: object) -> NotebookNode:
    made = {"id": "", "cell_type": kind, "metadata": {}, "source": source, **more}
    cell: NotebookNode = from_dict(made)
    return cell


def number(notebook: NotebookNode) -> NotebookNode:
    """Give every cell the id and every code cell the number that a run would give it.

    Derived notebooks must not change unless their source does, so no random ids. nbval
    takes a cell that has outputs and no number for one that was never run.
    """
    count = 0
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{place}"
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
    return notebook


def recorded_outputs(block: Block, figure_folder: Path | None = None) -> list[Output]:
    """What is recorded below a block, as notebook outputs.

    Args:
        block: the block.
        figure_folder: folder that figure addresses start from; None leaves figures out.

    Returns: outputs. Markdown does not tell a printed text from a last value: both become
        text on stdout.
    """
    outputs: list[Output] = []
    for part in block.recorded:
        text = part.text + "\n"
        if part.kind == "output":
            outputs.append(v4.new_output("stream", name="stdout", text=text))
        elif part.kind == "warning":
            outputs.append(v4.new_output("stream", name="stderr", text=text))
        else:
            name, value = split_error(part.text)
            traceback = part.text.split("\n")
            outputs.append(v4.new_output("error", ename=name, evalue=value, traceback=traceback))
    if figure_folder is not None:
        for figure in block.figures:
            outputs.append(_picture(figure_folder / figure.source, figure.alt))
    return outputs


def _picture(path: Path, alt: str | None) -> Output:
    picture = base64.b64encode(path.read_bytes()).decode("ascii")
    data = {"image/png": picture, "text/plain": alt or path.name}
    output: Output = v4.new_output("display_data", data)
    return output


def split_error(text: str) -> tuple[str, str]:
    """Name and message of a recorded error: "ValueError: no" gives ("ValueError", "no").

    A traceback pasted by an author ends in the same line.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    name, _, value = (lines[-1] if lines else "").partition(":")
    return name.strip(), value.strip()
