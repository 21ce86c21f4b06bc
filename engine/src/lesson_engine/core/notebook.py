"""Episode -> notebook, with what was recorded as its outputs."""

import base64
from pathlib import Path

from nbformat import v4

BLOCK, CLAIM = "block", "claim"


def code_in_order(episode):
    """All code of an episode, in the order in which it runs.

    Args:
        episode: Episode.

    Returns: list of (kind, index, line, source): "block" or "claim", its place in episode.blocks
        or episode.claims, its line in the Markdown, what the kernel gets.
    """
    code = []
    for place in range(len(episode.blocks) + 1):
        for index, claim in enumerate(episode.claims):
            if claim.after == place:
                code.append((CLAIM, index, claim.line, _source_of(claim)))
        for block in episode.blocks[place : place + 1]:
            code.append((BLOCK, place, block.first_line, block.source))
    return code


def _source_of(claim):
    """A list, which gives one output whose text is the value, whatever its type."""
    value = claim.expression if claim.words is None else f"bool({claim.expression})"
    return f"[{value}]"


def to_notebook(episode):
    """All code of an episode, each block and each claim as a cell, to be run or compared.

    Args:
        episode: Episode.

    Returns: notebook; cell metadata "lesson" is {"kind": "block" or "claim", "index": its
        place in episode.blocks or episode.claims, "line": its line in the Markdown}.
    """
    notebook = new_notebook()
    for kind, index, line, source in code_in_order(episode):
        block = episode.blocks[index] if kind == BLOCK else None
        cell = code_cell(source, recorded_outputs(block) if block else [])
        cell.metadata["lesson"] = {"kind": kind, "index": index, "line": line}
        if block and block.expects_error:
            cell.metadata["tags"] = ["raises-exception"]
        notebook.cells.append(cell)
    return number(notebook)


def new_notebook():
    """An empty notebook for Python."""
    notebook = v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def code_cell(source, outputs):
    """A code cell with outputs."""
    cell = v4.new_code_cell(source)
    cell.outputs = outputs
    return cell


def number(notebook):
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


def recorded_outputs(block, figure_folder=None):
    """What is recorded below a block, as notebook outputs.

    Args:
        block: Block.
        figure_folder: folder that figure addresses start from; None leaves figures out.

    Returns: list of outputs. Markdown does not tell a printed text from a last value: both
        become text on stdout.
    """
    outputs = []
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
            outputs.append(_picture(Path(figure_folder) / figure.source, figure.alt))
    return outputs


def _picture(path, alt):
    picture = base64.b64encode(path.read_bytes()).decode("ascii")
    data = {"image/png": picture, "text/plain": alt or path.name}
    return v4.new_output("display_data", data)


def split_error(text):
    """Name and message of a recorded error: "ValueError: no" gives ("ValueError", "no").

    A traceback pasted by an author ends in the same line.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    name, _, value = (lines[-1] if lines else "").partition(":")
    return name.strip(), value.strip()
