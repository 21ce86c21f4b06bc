"""Two commands in one lesson: right beside each other, or the second is refused with a sentence."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from small_lessons import code, lesson_in, page, start

from lesson_engine import cli
from lesson_engine.core import locks
from lesson_engine.core.errors import LessonError

WAITS = code("import time", "open('begun.txt', 'w').close()", "time.sleep(600)")
AT_WORK = (
    r"build: `lesson {}` has been at work here since \d\d:\d\d:\d\d \(process {}\); "
    r"run this again when that has ended"
)


@pytest.fixture
def busy(old, tmp_path):
    """Start a command whose block goes on and on; gives its process once that runs."""
    started = []

    def begin(command):
        old(episodes__01_a=page(WAITS, "```output\n1\n```"))
        started.append(start(tmp_path, command))
        begun = tmp_path / "build" / "work" / "scripts" / "begun.txt"
        while not begun.is_file():
            assert started[0].poll() is None
            time.sleep(0.1)
        return started[0]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


PAIRS = [
    ("check", "check"), ("check", "record"), ("check", "adopt"), ("check", "export"),
    ("record", "record"), ("record", "build"), ("record", "check"), ("record", "coverage --accept"),
    ("adopt", "drift --run"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_second_command_is_refused_and_told_who_was_first(busy, tmp_path, first, second):
    process = busy(first)
    begin = time.monotonic()
    returned, said = lesson_in(tmp_path, *second.split())
    assert returned == 1
    assert re.search(AT_WORK.format(first, process.pid), said), said
    assert time.monotonic() - begin < 120
    assert process.poll() is None


@pytest.mark.parametrize("second", ["build", "coverage", "drift"])
def test_what_shares_nothing_goes_on_beside_a_check(busy, tmp_path, second):
    process = busy("check")
    assert lesson_in(tmp_path, second)[0] == 0
    assert process.poll() is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_the_lock_of_a_process_that_was_killed_is_none(busy, tmp_path):
    process = busy("record")
    process.send_signal(signal.SIGKILL)
    process.wait()
    (tmp_path / "episodes" / "01-a.md").write_text(page("Text."), "utf-8")
    assert (tmp_path / "build" / "work.lock").is_file()
    assert lesson_in(tmp_path, "record")[0] == 0


HOLDS = """
import pathlib, sys
from lesson_engine.core import locks
with locks.hold(pathlib.Path(sys.argv[1]), sys.argv[2:], "lesson record 05"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds locks; args of what it gives: their names."""
    processes = []

    def begin(*names):
        command = [sys.executable, "-c", HOLDS, str(tmp_path), *names]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        processes.append(process)
        assert process.stdout.readline().strip() == b"held"
        return process

    yield begin
    for process in processes:
        process.communicate()


def test_one_holds_what_another_cannot_have(other, tmp_path):
    process = other(locks.WORK, locks.SITE)
    with locks.hold(tmp_path, [locks.PAGES], "lesson build"):
        pass
    alone = locks.hold(tmp_path, [locks.PAGES, locks.SITE], "lesson build")
    refused = pytest.raises(LessonError, match=AT_WORK[7:].format("record 05", process.pid))
    with refused, alone:
        pytest.fail("both have it")
    process.kill()
    process.wait()
    with locks.hold(tmp_path, [locks.WORK, locks.PAGES, locks.SITE], "lesson build"):
        pass


def test_a_process_asks_once_more_for_what_it_has(tmp_path):
    with locks.hold(tmp_path, [locks.WORK], "lesson drift"):
        with locks.hold(tmp_path, [locks.WORK], "lesson check"):
            pass
        assert tmp_path / "work.lock" in locks._held
    assert not locks._held


def test_a_note_that_cannot_be_read_is_no_fault(other, tmp_path):
    other(locks.WORK)
    for broken in ("", "[1]", '{"process": '):
        (tmp_path / "work.lock").write_text(broken, "utf-8")
        alone = locks.hold(tmp_path, [locks.WORK], "lesson check")
        refused = pytest.raises(LessonError, match="another command has been at work here")
        with refused, alone:
            pytest.fail("both have it")


def test_every_command_says_what_it_shares():
    (action,) = [one for one in cli._parser()._actions if one.choices]
    assert set(cli.SHARED) == set(action.choices)
