"""Sphinx runs, and what it remarks is told in the words of this package."""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lesson_engine.core import files
from lesson_engine.core.guard import Guard
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.notebook import ANSI

WORDS = {
    r"WARNING: 'myst' cross-reference target not found: ''.*": "a link has no address",
    r"WARNING: 'myst' cross-reference target not found: '([^./:]+)'.*": r"#\1: leads nowhere",
    r"WARNING: 'myst' cross-reference target not found: '(.*?)'.*": r"\1: leads nowhere",
    r"WARNING: Multiple matches for '(.*?)'.*": r"\1: could lead to several places",
    r"WARNING: image file not readable: (\S+).*": r"\1 is missing; draw it or correct its address",
    r"WARNING: download file not readable: (\S+).*": r"\1 is not there",
    r"WARNING: local id not found in doc '(.*?)': '(.*?)'.*": r"\1.md#\2: leads nowhere",
    r'ERROR: Unknown target name: "(.*?)".*': r"[^\1] refers to a note that is not there",
    r'WARNING: "raw" directive disabled\..*': "a page takes in no other file; put its text here",
    r".*'(.*?)' key is deprecated.*": r"'\1:' in the front matter means nothing here",
    r"(?:WARNING|ERROR): (.*?)(?: \[[\w.-]+\])?": r"\1",
}
# what sphinx-autobuild says, without its name
SERVED = {
    r"Starting initial build": "making the site",
    r"Detected changes \((.*)\)": r"changed: \1",
    r"Serving on (.*)": r"the site is at \1",
    r"Waiting to detect changes\.\.\.": "waiting for changes; Ctrl-C ends this",
    r"Sphinx exited with exit code: .*": "the site could not be made; the last one is still shown",
    r"Rebuilding\.\.\.|> .*|The server will continue serving .*|Server ceasing .*": "",
}
UNFINISHED = "Sphinx has not come to its end\n"  # so that pages may be half-written
# follows from another remark
UNSAID = re.compile(r"Too many autonumbered footnote references")


def run_sphinx(
    lesson: Lesson,
    runs: Sequence[tuple[Sequence[str], Mapping[str, str]]],
    meanwhile: Callable[[], None],
) -> tuple[int, list[str]]:
    """Run Sphinx several times at once.

    Args:
        lesson: the lesson.
        runs: (command, variables) of each.
        meanwhile: what there is to do until they end.

    Returns: 1 if one failed, else 0, and each remark once, as "file:line: what is odd".
    """
    told = told_in(lesson)
    # Sphinx says nothing about a page that it need not read again, and trusts what it has written
    anew = ["-E"] if told.is_file() else []
    files.write(told, UNFINISHED)
    with Guard() as guard:
        started = [
            subprocess.Popen(
                [*command, *anew],
                env={**variables, **guard.variables},
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="backslashreplace",
            )
            for command, variables in runs
        ]
        meanwhile()
        said = [process.communicate()[1] for process in started]
    lines = [line for text in said for line in _without_crash(text).splitlines()]
    lines = [line for line in lines if line.strip() and not UNSAID.search(line)]
    remarks = list(dict.fromkeys(in_our_words(line, lesson) for line in lines))
    code = int(any(process.returncode for process in started))
    if remarks:
        files.write(told, "\n".join(remarks) + "\n")
    elif not code:
        told.unlink()
    return code, remarks


def told_in(lesson: Lesson) -> Path:
    """The file that is there while Sphinx runs, and afterwards if it had something to say."""
    return lesson.build_folder / "site" / "remarks.txt"


def while_serving(lines: Iterable[str], lesson: Lesson) -> Iterator[str]:
    """What sphinx-autobuild says, as an author reads it: each remark once after each change."""
    told: set[str] = set()
    for line in lines:
        words = _served(line, lesson)
        if words.startswith("changed: "):
            told = set()
        if words and words not in told:
            yield words
        told.add(words)


def _served(line: str, lesson: Lesson) -> str:
    """A line in our words; "" for one that nobody needs."""
    line = ANSI.sub("", line).rstrip().removeprefix("[sphinx-autobuild] ")
    if UNSAID.search(line):
        return ""
    for pattern, words in SERVED.items():
        match = re.fullmatch(pattern, line)
        if match:
            return match.expand(words)
    return in_our_words(line, lesson)


def _without_crash(text: str) -> str:
    """What a run of Sphinx said, with what it says of a failure of its own in one line."""
    remarks, crash, report = text.partition("Versions\n========")
    if not crash:
        return text
    told = re.findall(
        r"^ *sphinx\.errors\.ExtensionError: ([\w./-]+\.\w+(?::\d+)?: .*)$", report, re.M
    )
    if told:  # by us, of a page, and no failure
        return f"{remarks}\n{told[-1]}"
    errors = re.findall(r"^ *([\w.]+(?:Error|Exception)\b.*)$", report, re.M)
    log = re.search(r"\S+\.log", report)
    what = errors[-1] if errors else "it stopped"
    where = f" with {log[0]}" if log else ""
    return f"{remarks}\nthe site could not be made: {what}; please report this{where}"


def in_our_words(line: str, lesson: Lesson) -> str:
    """A line that Sphinx wrote, as an author reads it."""
    line = ANSI.sub("", line).replace(f"{lesson.root}/", "")
    place = re.match(r"[^:]*\.md(?::\d+)?:+ ", line)
    where, what = (place[0].rstrip(": "), line[place.end() :]) if place else ("", line)
    for pattern, words in WORDS.items():
        match = re.fullmatch(pattern, what)
        if match:
            what = match.expand(words)
            break
    return f"{where}: {what}" if where else what
