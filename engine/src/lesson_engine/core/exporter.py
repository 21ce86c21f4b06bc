"""Episode -> exercise notebook and solution notebook; and all that `lesson export` writes."""

import base64
import mimetypes
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import nbformat
from nbformat import NotebookNode

from lesson_engine.core import (
    files,
    html,
    interactive,
    inventory,
    links,
    notebook,
    pandoc,
    reader,
    scripts,
    working_files,
)
from lesson_engine.core.divs import DIV_KINDS, title_of
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Div, Episode, Figure, Hidden, Skeleton
from lesson_engine.core.words import Words, words_in

LEFT_OUT_OF_SOLUTIONS = tuple(
    name for name, kind in DIV_KINDS.items() if kind.audience == "instructor"
)
DIRECTIVE = re.compile(rf"<!--\s*(?:{'|'.join(reader.DIRECTIVES)})\b.*?-->")
FOLDED = {"tags": ["hide-input"], "jupyter": {"source_hidden": True}}  # a cell's metadata
LEFT_OUT_OF_EXERCISES = ("solution", *LEFT_OUT_OF_SOLUTIONS)


PICTURE = re.compile(
    r"!\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]"  # a caption may hold links
    r"\((?P<address><[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)(\{[^}]*\})?",
    re.S,
)


def notebook_name(name: str, kind: str) -> str:
    """File name of a notebook: no two share one, so that a solution never replaces somebody's work.

    Args:
        name: the episode's, such as "05-fit-cnn".
        kind: "exercises" or "solutions".
    """
    return f"{name}-{kind}.ipynb"


def to_exercises(
    episode: Episode, folder: Path, site: str = "", start: str = "", words: Words | None = None
) -> NotebookNode:
    """The page as a notebook to work in: blanks to fill, no solutions, no outputs.

    Args:
        episode: the episode.
        folder: folder that figure addresses start from.
        site: address of the published lesson, for links to its other pages.
        start: code for a cell above all others, "" for none.
        words: of the lesson's language; by default English.
    """
    made = _prose_lines(episode, LEFT_OUT_OF_EXERCISES, words or words_in(), site)
    book = _to_page_notebook(episode, folder, site, LEFT_OUT_OF_EXERCISES, made, outputs=False)
    return _numbered(book, start, outputs=False)


def to_solutions(
    episode: Episode, folder: Path, site: str = "", start: str = "", words: Words | None = None
) -> NotebookNode:
    """The page as a notebook with every solution and every recorded output.

    Code with blanks is shown and not run, so that all cells run, one after the other.

    Args: as to_exercises.
    """
    made = _prose_lines(episode, LEFT_OUT_OF_SOLUTIONS, words or words_in(), site)
    book = _to_page_notebook(episode, folder, site, LEFT_OUT_OF_SOLUTIONS, made, outputs=True)
    return _numbered(book, start, outputs=True)


def _numbered(book: NotebookNode, start: str, outputs: bool) -> NotebookNode:
    """A finished notebook; `start` is code below its title, "" for none."""
    if start:
        cell = notebook.code_cell(start)
        cell.metadata |= FOLDED
        book.cells.insert(1, cell)
    notebook.number(book)
    for cell in book.cells:
        if cell.cell_type == "code" and not outputs:
            cell.execution_count = None
    nbformat.validate(book)
    return book


def _to_page_notebook(
    episode: Episode,
    folder: Path,
    site: str,
    left_out: Collection[str],
    prose: Sequence[str],
    outputs: bool,
) -> NotebookNode:
    lines = [_link_pages(line, episode, folder.parent, site) for line in prose]
    hidden = [(div.first_line, div.last_line) for div in episode.divs if div.name in left_out]
    # in solutions, and as a signature that is only shown, skeletons stay in the prose
    exercises = [piece for piece in episode.skeletons if "challenge" in piece.divs]
    code: list[Block | Hidden | Skeleton] = [*episode.blocks, *episode.hidden]
    code += [] if outputs else exercises
    code = [
        piece
        for piece in code
        if not any(first < piece.first_line < last for first, last in hidden)
    ]
    book = notebook.new_notebook()
    at, opening = 0, f"# {pandoc.rewritten(episode.title, 'notebook')}\n\n"
    for piece in sorted(code, key=lambda piece: piece.first_line):
        text = opening + "\n".join(lines[at : piece.first_line - 1])
        _add_prose(book, text, episode, folder, site)
        shown = []
        if outputs and isinstance(piece, Block):
            shown = notebook.recorded_outputs(piece, folder)
        cell = notebook.code_cell(piece.source, shown)
        if isinstance(piece, Block) and piece.expects_error:
            cell.metadata["tags"] = ["raises-exception"]  # so that `Run all` goes on
        if isinstance(piece, Hidden) and not piece.offered:
            cell.metadata |= FOLDED
        book.cells.append(cell)
        at, opening = piece.last_line, ""
    _add_prose(book, opening + "\n".join(lines[at:]), episode, folder, site)
    return book


def _prose_lines(episode: Episode, left_out: Collection[str], words: Words, site: str) -> list[str]:
    """The page's lines, with all that a notebook does not need turned into empty lines."""
    lines = episode.plain_lines("notebook")
    for block in episode.blocks:
        for part in block.below:
            _blank(lines, part.first_line, part.last_line)
        for figure in filter(interactive.is_interactive, block.figures):
            # the cell draws it; where it can be tried out, only its caption says
            caption = pandoc.rewritten(interactive.published_caption(figure, site), "notebook")
            lines[figure.first_line - 1] = f"*{caption}*"
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
            summary = title_of(div.name, words)
            lines[div.first_line - 1] = f"<details><summary>{summary}</summary>\n"
            lines[div.last_line - 1] = "\n</details>"
            continue
        solution = div.name == "solution"
        name = words("file.solution") if solution else title_of(div.name, words)
        lines[div.first_line - 1] = f"***\n**{name}**\n" if name else ""
        lines[div.last_line - 1] = "***\n" if name and div.depth == 0 else ""
        if own_title and lines[own_title - 1]:
            lines[own_title - 1] = re.sub(r"#+", "###", lines[own_title - 1], count=1)
    return [DIRECTIVE.sub("", line) for line in lines]


def _holds_code(episode: Episode, div: Div) -> bool:
    """True if a div holds a cell, which nothing in the text around it can fold."""
    lines = [piece.first_line for piece in episode.blocks]
    lines += [piece.first_line for piece in episode.skeletons]
    return any(map(div.holds, lines))


def _link_pages(line: str, episode: Episode, root: Path, site: str) -> str:
    """Links to other pages lead to the published ones: beside a notebook there are none."""

    def published(address: str) -> str | None:
        page, mark, place = address.partition("#")
        if links.leads_elsewhere(address) or not page.endswith((".md", ".html")):
            return None
        found, made = links.file_of(root, episode.path, page), links.page_made(page)
        if found is not None and found.suffix == ".md":
            name = found.relative_to(root.resolve()).with_suffix("").as_posix()
        elif made is not None:
            name = made
        else:
            return None
        return f"{site}/{quote(name)}.html{mark}{place}"

    return links.readdressed(line, published) if site else line


def _blank(lines: list[str], first: int, last: int) -> None:
    lines[first - 1 : last] = [""] * (last - first + 1)


def _add_prose(book: NotebookNode, text: str, episode: Episode, folder: Path, site: str) -> None:
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    text = re.sub(r"(?:\*\*\*\s*){2,}", "***\n\n", text)
    text, pictures = _embed_pictures(text, episode, folder, site)
    source = "\n\n".join([_define_links(text, episode), *pictures])
    if source.strip("* \n"):
        book.cells.append(notebook.text_cell(source))


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


def _embed_pictures(text: str, episode: Episode, folder: Path, site: str) -> tuple[str, list[str]]:
    """Put the pictures into the text, so that the file alone is enough.

    Not as the cell's attachments: JupyterLab shows none that are SVG, and Colab shows none.

    Returns: the text, and a list of definitions, long lines that belong at the cell's end.
    """

    def can_be_taken(path: Path) -> bool:
        return path.is_file() and links.is_inside(folder.parent, path)

    definitions: list[str] = []
    known = {figure.source for figure in episode.figures}

    def embedded(picture: re.Match[str]) -> str:
        source = unquote(picture["address"].strip("<>"))
        path = folder / source
        if source not in known or not can_be_taken(path):  # `lesson check` and the site tell of it
            return picture[0]
        label = re.sub(r"[\[\]\\]", "_", path.name)
        definition = f"[{label}]: {_data_address(path)}"
        if definition not in definitions:
            definitions.append(definition)
        figure = _figure_alone(episode, source, picture)
        if figure is None:  # in a sentence, where its words are its alt text
            return f"![{picture['words']}][{label}]"
        caption = pandoc.rewritten(interactive.published_caption(figure, site), "notebook")
        return f"![{figure.alt or ''}][{label}]" + (f"\n\n*{caption}*" if caption else "")

    text = PICTURE.sub(embedded, text)
    for source in known:
        if can_be_taken(folder / source):
            text = _with_picture(text, source, folder / source)
    return text, definitions


def _figure_alone(episode: Episode, source: str, picture: re.Match[str]) -> Figure | None:
    """The figure of a picture that is a paragraph of its own; None for one in a sentence."""
    before, after = picture.string[: picture.start()], picture.string[picture.end() :]
    if before.rstrip(" ")[-1:] not in ("", "\n") or after.lstrip(" ")[:1] not in ("", "\n"):
        return None
    alone = [figure for figure in episode.figures if figure.alone and figure.source == source]
    words = " ".join(picture["words"].split())
    named = [figure for figure in alone if figure.caption == words]
    return next(iter([*named, *alone]), None)


def _with_picture(text: str, source: str, path: Path) -> str:
    """A text with a picture put into its HTML, if it has it there."""
    for picture in reversed(html.pictures(text)):
        if picture.source == source:
            tag = text[picture.start : picture.end].replace(source, _data_address(path), 1)
            text = text[: picture.start] + tag + text[picture.end :]
    return text


def _data_address(path: Path) -> str:
    """A picture as an address that holds all of it."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def export_scripts(lesson: Lesson, episodes: Sequence[Episode]) -> list[Path]:
    """Write scripts/*.py; returns the paths that changed.

    Raises: LessonError for two episodes whose scripts have the same name.
    """
    paths = []
    fault = next(inventory.same_scripts(lesson), None)
    if fault is not None:
        raise fault
    for episode in episodes:
        path, text = script_of(lesson, episode)
        if episode.blocks and files.write(lesson.root / path, text):
            paths.append(lesson.root / path)
    return paths


def script_of(lesson: Lesson, episode: Episode) -> tuple[str, str]:
    """Path, from the folder that holds scripts/, and text of an episode's script."""
    start = scripts.start_of(lesson, lesson.root / episode.path)
    text = scripts.to_script(episode, start, lesson.words)
    return f"scripts/{scripts.script_name(episode.name)}", text


def export_notebooks(lesson: Lesson, episodes: Sequence[Episode], folder: Path) -> list[Path]:
    """Write an exercise and a solution notebook an episode; returns the paths that changed."""
    paths = []
    here, site = lesson.root / "episodes", str(lesson.config.get("url", "")).rstrip("/")
    needs = working_files.Needs(lesson)
    for episode in episodes:
        before = lesson.path_before(lesson.root / episode.path)
        runs = "" if before is None else f"%run {scripts.script_name(before.stem)}"
        start = "\n\n".join(
            code for code in (working_files.first_cell(needs, episode), runs) if code
        )
        for kind, convert in (("exercises", to_exercises), ("solutions", to_solutions)):
            path = folder / notebook_name(episode.name, kind)
            text = nbformat.writes(convert(episode, here, site, start, lesson.words)) + "\n"
            if files.write(path, text):
                paths.append(path)
    return paths
