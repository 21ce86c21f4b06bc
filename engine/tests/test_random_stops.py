"""Commands that are stopped at any moment, alone and two at a time: no harm is done.

A lesson's files are whole after each stop, nothing goes on running, and in the end the lesson is
recorded, checked and built as if nothing had happened. How many stops: LESSON_STOPS=200.
"""

import json
import os
import random
import re
import shutil
import signal
import time

import pytest
from lxml import html
from small_lessons import LESSONS, PAGE, lesson_in, start
from test_stopped import of_folder, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="these signals are not Windows's"),
]

NUMBER = int(os.environ.get("LESSON_STOPS", "6"))
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL")
COMMANDS = ("check", "record", "build")
STOPPED = "interrupted; every file is as it was or complete"
STALE = PAGE.replace("total: 7\n", "total: 8\n")  # for a recording to write


@pytest.fixture
def lessons(tmp_path):
    """The small lessons, recorded and checked.

    Gives, by name: the folder, its pages before and after a recording, what commands say in the
    end, and how many seconds one takes here.
    """
    found = {}
    for name in sorted(path.name for path in LESSONS.iterdir() if path.is_dir()):
        shutil.copytree(LESSONS / name, tmp_path / name)
        stale = tmp_path / name / "episodes" / "90-stale.md"
        stale.write_text(STALE, "utf-8")
        config = tmp_path / name / "config.yaml"
        listed = re.sub(
            r"(?m)^episodes:\n(?=- )", "episodes:\n- 90-stale.md\n", config.read_text("utf-8")
        )
        config.write_text(listed, "utf-8")
        before = texts(tmp_path / name)
        begin = time.monotonic()
        lesson_in(tmp_path / name, "record")
        seconds = time.monotonic() - begin
        wanted = verdicts(tmp_path / name)
        assert stale.read_text("utf-8") == PAGE
        found[name] = (tmp_path / name, before, texts(tmp_path / name), wanted, seconds)
        stale.write_text(STALE, "utf-8")
    return found


def texts(folder):
    """The Markdown of a lesson: path -> bytes."""
    found = [folder / "index.md", *folder.glob("episodes/*.md"), *folder.glob("learners/*.md")]
    return {path: path.read_bytes() for path in found}


def verdicts(folder):
    """What check and build say of a lesson, without times; the pages that were built."""
    said = [lesson_in(folder, "check"), lesson_in(folder, "build")]
    pages = sorted(p.relative_to(folder).as_posix() for p in (folder / "_site").rglob("*.html"))
    return [returned for returned, _ in said], pages


def assert_whole(folder, before, after):
    """Each file is as it was or complete."""
    for path, text in texts(folder).items():
        assert text in (before[path], after[path]), path
    for path in folder.glob("recorded/**/*.json"):
        json.loads(path.read_bytes())
    for path in folder.glob("build/kept*/*.json"):
        json.loads(path.read_bytes())
    for path in folder.glob("episodes/fig/*.png"):
        assert path.read_bytes().endswith(b"IEND\xaeB`\x82"), path
    if (folder / "_site").is_dir():
        for path in (folder / "_site").rglob("*.html"):
            assert path.read_bytes().rstrip().endswith(b"</html>"), path
        assert html.parse(folder / "_site" / "index.html").findtext(".//title")


def stop(folder, commands, seconds, chance):
    """Start commands and stop each within some seconds; gives what to tell if it goes wrong."""
    story, running = [], []
    for command in commands:
        running.append((start(folder, command), command))
        time.sleep(chance.uniform(0, 1))
    time.sleep(chance.uniform(0, seconds))
    for process, command in running:
        name = chance.choice(SIGNALS)
        process.send_signal(getattr(signal, name))
        story.append((command, name, process))
    for n, (command, name, process) in enumerate(story):
        out, err = process.communicate(timeout=600)
        story[n] = f"{folder.name}: {command}, {name}: {process.returncode}\n{out[-500:]}\n{err}"
        early = process.returncode == -getattr(signal, name)  # before anything was begun
        assert "Traceback" not in err or early, story[n]
        if process.returncode == 130:
            assert STOPPED in err, story[n]
    return story


def test_stops_at_any_moment_do_no_harm(lessons):
    chance, left = random.Random(5), 0
    for number in range(NUMBER):
        folder, before, after, _, seconds = lessons[chance.choice(sorted(lessons))]
        commands = [chance.choice(COMMANDS) for _ in range(1 + number % 2)]
        story = stop(folder, commands, seconds, chance)
        wait_until(lambda: not of_folder(folder), 30)  # noqa: B023
        left += len(of_folder(folder))
        assert_whole(folder, before, after)
        print(number, *story, sep="\n")
    assert left == 0
    for folder, _, after, wanted, _ in lessons.values():
        lesson_in(folder, "record")
        assert texts(folder) == after
        assert verdicts(folder) == wanted
        assert_whole(folder, after, after)
