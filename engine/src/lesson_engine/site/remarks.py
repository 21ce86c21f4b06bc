"""Sphinx runs, and what it remarks is told in the words of this package."""

import re
import subprocess
from collections.abc import Mapping, Sequence

from lesson_engine.core.lesson import Lesson

WORDS = {
    r"WARNING: 'myst' cross-reference target not found: '(.*?)'.*": r"\1: leads nowhere",
    r"WARNING: Multiple matches for '(.*?)'.*": r"\1: could lead to several places",
    r"WARNING: image file not readable: (\S+).*": r"\1 is missing; draw it or correct its address",
    r"WARNING: download file not readable: (\S+).*": r"\1 is not there",
    r"WARNING: local id not found in doc '(.*?)': '(.*?)'.*": r"\1.md#\2: leads nowhere",
    r"(?:WARNING|ERROR): (.*?)(?: \[[\w.-]+\])?": r"\1",
}


def run_sphinx(
    lesson: Lesson, runs: Sequence[tuple[Sequence[str], Mapping[str, str]]]
) -> tuple[int, list[str]]:
    """Run Sphinx several times at once.

    Args:
        lesson: the lesson.
        runs: (command, variables) of each.

    Returns: the largest exit code, and each remark once, as "file:line: what is odd".
    """
    started = [
        subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)
        for command, variables in runs
    ]
    said = [process.communicate()[1] for process in started]
    lines = [line for text in said for line in text.splitlines() if line.strip()]
    remarks = list(dict.fromkeys(in_our_words(line, lesson) for line in lines))
    return max(process.returncode for process in started), remarks


def in_our_words(line: str, lesson: Lesson) -> str:
    """A line that Sphinx wrote, as an author reads it."""
    line = re.sub(r"\x1b\[[0-9;]*m", "", line).replace(f"{lesson.root}/", "")
    place = re.match(r"\S+\.md(?::\d+)?:+ ", line)
    where, what = (place[0].rstrip(": "), line[place.end() :]) if place else ("", line)
    for pattern, words in WORDS.items():
        match = re.fullmatch(pattern, what)
        if match:
            what = match.expand(words)
            break
    return f"{where}: {what}" if where else what
