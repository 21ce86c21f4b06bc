"""Executed notebook -> new Markdown text, figure files and a record of how they were made.

What agrees with what is recorded stays as it is, byte for byte: times that differ from run
to run, and results within their tolerance, are not rewritten. An exception are figures with a
tolerance once a result with a tolerance has changed above them: they would show the old result.
"""

from dataclasses import dataclass, field

from lesson_engine.core import comparer, files, notebook, provenance
from lesson_engine.core.errors import LessonError

KINDS = ("output", "warning", "error")


@dataclass
class Recording:
    """What a run gives to write.

    Attributes:
        text: the episode's new Markdown.
        pictures: dict, address of a figure as written in the Markdown -> PNG bytes.
        changed: indices of the blocks that no longer agreed.
        faults: list of LessonError: what the author has to settle by hand.
    """

    text: str
    pictures: dict = field(default_factory=dict)
    changed: set = field(default_factory=set)
    faults: list = field(default_factory=list)


def record(episode, book, rules, renew=False):
    """Work out what a fresh run changes.

    Args:
        episode: Episode.
        book: executed notebook, from runner.run().
        rules: comparer.Rules for a comparison in full.
        renew: True to replace also what agrees, such as the times in a training log.

    Returns: Recording; nothing is written.
    """
    lines = episode.text.split("\n")
    recording = Recording(episode.text)
    edits = []  # (first line index, last line index + 1, new lines), not overlapping
    other_results = renew
    for cell in book.cells:
        if cell.metadata["lesson"]["kind"] != notebook.BLOCK:
            continue
        index = cell.metadata["lesson"]["index"]
        block = episode.blocks[index]
        recorded, fresh = comparer.compare(block, cell.outputs, rules)
        other_results |= block.tolerance is not None and recorded != fresh
        drawn_anew = other_results and block.figure_tolerance > 0
        if recorded == fresh and not renew and not drawn_anew:
            continue
        recording.changed.add(index)
        view = comparer.fresh_view(cell.outputs)
        for kind in KINDS:
            if "\0" in view[kind]:
                message = f"its {kind} holds a character with the code 0, which no page can show"
                recording.faults.append(LessonError(episode.path, block.first_line, message))
            elif renew or recorded.get(kind) != fresh.get(kind):
                edits += _text_edits(episode, block, kind, view[kind])
        if renew or drawn_anew:
            recorded["figures"] = ""  # so that none agrees
        _take_pictures(episode, block, view["figures"], recorded, fresh, recording)
    ending = "\r" if lines[0].endswith("\r") else ""
    if edits and lines[-1]:  # the last line lacks its end: something may come below it
        lines[-1:] = [lines[-1] + ending, ""]
    for first, last, new in reversed(sorted(edits, key=lambda edit: edit[:2])):
        lines[first:last] = [line + ending for line in new]
    recording.text = "\n".join(lines)
    return recording


def _text_edits(episode, block, kind, text):
    """Edits that make `text` the only thing of this kind below the block."""
    old = [part for part in block.recorded if part.kind == kind]
    new = _fence(kind, text, block.prefix) if text else []
    if not old:
        at = _end_of(episode, block, kind)
        return [(at, at, [block.prefix.rstrip(), *new])] if new else []
    edits = [(part.first_line - 1, part.last_line, []) for part in old]
    if new:
        edits[0] = (*edits[0][:2], new)
    return [_with_blank_line(edit, episode) for edit in edits]


def _with_blank_line(edit, episode):
    """A removed fence takes the empty line above it along."""
    first, last, new = edit
    lines = episode.text.split("\n")
    if not new and not lines[first - 1].strip(" >\r"):
        first -= 1
    return first, last, new


def _end_of(episode, block, kind):
    """Number of lines up to the place where a new fence of this kind belongs."""
    before = KINDS[: KINDS.index(kind)]
    ends = [block.last_line]
    ends += [part.last_line for part in block.recorded if part.kind in before]
    directives = block.directive_lines.values()
    for first, last in episode.comment_lines:
        if any(first <= line <= last for line in directives):
            ends.append(last)
    return max(ends)


def _fence(kind, text, prefix):
    ticks = "```"
    while ticks in text:
        ticks += "`"
    lines = [ticks + kind, *text.split("\n"), ticks]
    return [(prefix + line).rstrip() for line in lines]


def _take_pictures(episode, block, pictures, recorded, fresh, recording):
    ours = recorded.get("figures", "").split("\n")
    theirs = fresh.get("figures", "").split("\n")
    for number, picture in enumerate(pictures):
        if number >= len(block.figures):
            message = (
                "this block draws a figure; write "
                f"![caption](fig/{episode.name[:2]}_name.png){{.cell-output alt='…'}} below it"
            )
            recording.faults.append(LessonError(episode.path, block.first_line, message))
        elif ours[number : number + 1] != theirs[number : number + 1]:
            recording.pictures[block.figures[number].source] = picture
    for figure in block.figures[len(pictures) :]:
        message = f"the block above does not draw {figure.source}; remove the figure"
        recording.faults.append(LessonError(episode.path, figure.first_line, message))


def write(episode, lesson, recording, book):
    """Write a recording: figures, record and Markdown, all of them or none.

    Args:
        episode: Episode; its file must still hold the text that was run.
        lesson: Settings.
        recording: Recording.
        book: the executed notebook, for its times.

    Returns: list of paths that changed.
    Raises: LessonError if the file was edited while its blocks ran, OSError as
        files.write_all().
    """
    path = lesson.root / episode.path
    if path.read_bytes().decode("utf-8") != episode.text:
        raise LessonError(episode.path, None, "was edited while it ran; record it again")
    noted = provenance.path_of(episode.name, lesson)
    contents = {path.parent / source: picture for source, picture in recording.pictures.items()}
    contents[noted] = provenance.updated(episode, lesson, book, recording.changed)
    contents[path] = recording.text
    return files.write_all(contents)
