"""Episode -> exercise notebook and solution notebook; and all that `lesson export` writes."""

import base64
import mimetypes
import posixpath
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from lesson_engine.core import files, notebook, scripts
from lesson_engine.core.divs import DIV_KINDS, kind_of
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Div, Episode, Skeleton

LEFT_OUT_OF_SOLUTIONS = tuple(
    name for name, kind in DIV_KINDS.items() if kind.audience == "instructor"
)
LEFT_OUT_OF_EXERCISES = ("solution", *LEFT_OUT_OF_SOLUTIONS)


def notebook_name(name: str, kind: str) -> str:
    """File name of a notebook: no two share one, so that a solution never replaces somebody's work.

    Args:
        name: the episode's, such as "05-fit-cnn".
        kind: "exercises" or "solutions".
    """
    return f"{name}-{kind}.ipynb"


def to_exercises(episode: Episode, folder: Path, site: str = "") -> NotebookNode:
    """The page as a notebook to work in: blanks to fill, no solutions, no outputs.

    Args:
        episode: the episode.
        folder: folder that figure addresses start from.
        site: address of the published lesson, for links to its other pages.
    """
    return _to_page_notebook(episode, folder, site, LEFT_OUT_OF_EXERCISES, outputs=False)


def to_solutions(episode: Episode, folder: Path, site: str = "") -> NotebookNode:
    """The page as a notebook with every solution and every recorded output.

    Code with blanks is shown and not run, so that all cells run, one after the other.

    Args: as to_exercises.
    """
    return _to_page_notebook(episode, folder, site, LEFT_OUT_OF_SOLUTIONS, outputs=True)


def _to_page_notebook(
    episode: Episode, folder: Path, site: str, left_out: Collection[str], outputs: bool
) -> NotebookNode:
    lines = [_link_pages(line, episode, site) for line in _prose_lines(episode, left_out)]
    hidden = [(div.first_line, div.last_line) for div in episode.divs if div.name in left_out]
    # in solutions, and as a signature that is only shown, skeletons stay in the prose
    exercises = [piece for piece in episode.skeletons if "challenge" in piece.divs]
    code: list[Block | Skeleton] = [*episode.blocks, *([] if outputs else exercises)]
    code = [
        piece
        for piece in code
        if not any(first < piece.first_line < last for first, last in hidden)
    ]
    book = notebook.new_notebook()
    at, opening = 0, f"# {episode.title}\n\n"
    for piece in sorted(code, key=lambda piece: piece.first_line):
        _add_prose(book, opening + "\n".join(lines[at : piece.first_line - 1]), episode, folder)
        shown = []
        if outputs and isinstance(piece, Block):
            shown = notebook.recorded_outputs(piece, folder)
        cell = notebook.code_cell(piece.source, shown)
        if isinstance(piece, Block) and piece.expects_error:
            cell.metadata["tags"] = ["raises-exception"]  # so that `Run all` goes on
        book.cells.append(cell)
        at, opening = piece.last_line, ""
    _add_prose(book, opening + "\n".join(lines[at:]), episode, folder)
    notebook.number(book)
    for cell in book.cells:
        if cell.cell_type == "code" and not outputs:
            cell.execution_count = None
    nbformat.validate(book)
    return book


def _prose_lines(episode: Episode, left_out: Collection[str]) -> list[str]:
    """The page's lines, with all that a notebook does not need turned into empty lines."""
    lines = episode.plain_lines()
    for block in episode.blocks:
        for part in block.below:
            _blank(lines, part.first_line, part.last_line)
    for first, last in episode.comment_lines:
        _blank(lines, first, last)
    titles = {heading.line for heading in episode.headings if heading.divs}
    for div in episode.divs:
        if div.name in left_out:
            _blank(lines, div.first_line, div.last_line)
            continue
        inside = range(div.first_line + 1, div.last_line)
        own_title = next((n for n in inside if n in titles), None)
        if div.name == "hint" and not own_title and not _holds_code(episode, div):
            summary = DIV_KINDS["hint"].title
            lines[div.first_line - 1] = f"<details><summary>{summary}</summary>\n"
            lines[div.last_line - 1] = "\n</details>"
            continue
        name = "Solution" if div.name == "solution" else kind_of(div.name).title or ""
        lines[div.first_line - 1] = f"***\n**{name}**\n" if name else ""
        lines[div.last_line - 1] = "***\n" if name and div.depth == 0 else ""
        if own_title and lines[own_title - 1]:
            lines[own_title - 1] = re.sub(r"#+", "###", lines[own_title - 1], count=1)
    return [re.sub(r"<!--\s*(claim|tolerance)\b.*?-->", "", line) for line in lines]


def _holds_code(episode: Episode, div: Div) -> bool:
    """True if a div holds a cell, which nothing in the text around it can fold."""
    lines = [piece.first_line for piece in episode.blocks]
    lines += [piece.first_line for piece in episode.skeletons]
    return any(map(div.holds, lines))


def _link_pages(line: str, episode: Episode, site: str) -> str:
    """Links to other pages lead to the published ones: beside a notebook there are none."""
    here = episode.path.parent.as_posix()

    def published(link: re.Match[str]) -> str:
        page = posixpath.normpath(posixpath.join(here, link["page"]))
        return f"]({site}/{page}.html{link['place'] or ''})"

    pattern = r"\]\((?P<page>[^()\s#:]+)\.md(?P<place>#[^()\s]*)?\)"
    return re.sub(pattern, published, line) if site else line


def _blank(lines: list[str], first: int, last: int) -> None:
    lines[first - 1 : last] = [""] * (last - first + 1)


def _add_prose(book: NotebookNode, text: str, episode: Episode, folder: Path) -> None:
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    text = re.sub(r"(?:\*\*\*\s*){2,}", "***\n\n", text)
    text, pictures = _embed_pictures(text, episode, folder)
    source = "\n\n".join([_define_links(text, episode), *pictures])
    if source.strip("* \n"):
        book.cells.append(v4.new_markdown_cell(source))


def _define_links(text: str, episode: Episode) -> str:
    """A link definition holds within its cell only, so each cell gets those that it uses."""
    text = re.sub(r"^\[[^\]]+\]:\s*\S+[ \t]*$", "", text, flags=re.M).strip()
    labels = {label for label in re.findall(r"\[([^\[\]]+)\]", text)}
    definitions = [
        f"[{label}]: {episode.references[' '.join(label.split()).upper()]}"
        for label in sorted(labels)
        if " ".join(label.split()).upper() in episode.references
    ]
    return "\n\n".join([text, *(["\n".join(definitions)] if definitions else [])])


def _embed_pictures(text: str, episode: Episode, folder: Path) -> tuple[str, list[str]]:
    """Put the pictures into the text, so that the file alone is enough.

    Not as the cell's attachments: JupyterLab shows none that are SVG, and Colab shows none.

    Returns: the text, and a list of definitions, long lines that belong at the cell's end.
    """
    definitions = []
    for figure in episode.figures:
        if f"]({figure.source})" not in text:
            continue
        path = folder / figure.source
        if not path.is_file():
            raise LessonError(episode.path, figure.first_line, f"{figure.source} is missing")
        pattern = r"!\[[^\]]*\]\(" + re.escape(figure.source) + r"\)(\{[^}]*\})?"
        picture = f"![{figure.alt or ''}][{path.name}]\n\n*{figure.caption}*"
        text = re.sub(pattern, picture.replace("\\", r"\\"), text)
        definitions.append(f"[{path.name}]: {_data_address(path)}")
    return text, definitions


def _data_address(path: Path) -> str:
    """A picture as an address that holds all of it."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def export_scripts(lesson: Lesson, episodes: Sequence[Episode]) -> list[Path]:
    """Write scripts/*.py; returns the paths that changed."""
    paths = []
    for episode in episodes:
        path = lesson.root / "scripts" / scripts.script_name(episode.name)
        text = scripts.to_script(episode, lesson.script_start)
        if episode.blocks and files.write(path, text):
            paths.append(path)
    return paths


def export_notebooks(lesson: Lesson, episodes: Sequence[Episode], folder: Path) -> list[Path]:
    """Write an exercise and a solution notebook an episode; returns the paths that changed."""
    paths = []
    here, site = lesson.root / "episodes", str(lesson.config.get("url", "")).rstrip("/")
    for episode in episodes:
        for kind, convert in (("exercises", to_exercises), ("solutions", to_solutions)):
            path = folder / notebook_name(episode.name, kind)
            text = nbformat.writes(convert(episode, here, site)) + "\n"
            if files.write(path, text):
                paths.append(path)
    return paths
