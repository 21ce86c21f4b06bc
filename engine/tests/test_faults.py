"""What goes wrong on real machines: nothing is lost, no file is half-written, a message helps."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import time

import pytest
from small_lessons import COMMAND, PAGE, run, start

pytestmark = pytest.mark.slow

OLD = PAGE.replace("total: 7\n", "total: 8\n")
# how many times a recording is stopped; 50 were tried before a release
STOPS = int(os.environ.get("LESSON_STOPS", "8"))


def content(folder):
    """Bytes of every file of a lesson, without what can be thrown away."""
    files = [p for p in folder.rglob("*") if p.is_file() and "build" not in p.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def begin_recording(folder, **options):
    """`lesson record` as a process that runs; it says nothing unless asked to."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return start(folder, "record", **{**quiet, **options})


def test_recording_can_be_stopped_at_any_moment_and_begun_again(make_lesson, tmp_path):
    """Stop `record` again and again: each file is the old or the new one, and the end the same."""
    make_lesson(OLD)
    old = content(tmp_path)
    begin = time.monotonic()
    assert run(tmp_path, "record").returncode == 0
    seconds, new = time.monotonic() - begin, content(tmp_path)
    assert new["episodes/01-small.md"].decode("utf-8") == PAGE
    chance = random.Random(1)
    for _ in range(STOPS):
        for name in new.keys() - old.keys():
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / "episodes" / "01-small.md").write_text(OLD, "utf-8")
        process = begin_recording(tmp_path, start_new_session=True)
        time.sleep(chance.uniform(0, 1.1 * seconds))
        how = chance.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
        os.killpg(process.pid, how)
        process.wait(timeout=60)
        for name, found in content(tmp_path).items():
            if not name.endswith(".part"):  # what a killed process had begun, beside the file
                assert found in (old.get(name), same(new, name, found)), (name, how)
    assert run(tmp_path, "record").returncode == 0
    assert (tmp_path / "episodes" / "01-small.md").read_text("utf-8") == PAGE


def same(new, name, found):
    """The new content; of notes, which hold times, any that are whole."""
    if name.endswith(".json"):
        return found if json.loads(found) else None
    return new.get(name)


def test_a_kernel_killed_from_outside_ends_the_recording(make_lesson, tmp_path):
    block = (
        "import os, time\nprint(os.getpid(), file=open('pid.txt', 'w'), flush=True)\ntime.sleep(60)"
    )
    make_lesson(OLD.replace("total = 3 + 4", block + "\ntotal = 7"))
    before = content(tmp_path)
    process = begin_recording(tmp_path, stderr=subprocess.PIPE, text=True)
    number = tmp_path / "build" / "work" / "scripts" / "pid.txt"
    end = time.monotonic() + 60
    while not (number.is_file() and number.read_text("utf-8").strip()):
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.1)
    os.kill(int(number.read_text("utf-8")), signal.SIGKILL)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "episodes/01-small.md:17: the kernel died in this block" in said
    assert content(tmp_path) == before


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk can be mounted by root on Linux only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


FILL = """\
total = 3 + 4
with open("filler", "wb", buffering=0) as filler:
    try:
        while filler.write(bytes(4096)):
            pass
    except OSError:
        pass"""


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_full_disk_leaves_everything_as_it_was(make_lesson, small_disk, when):
    lesson = make_lesson(OLD.replace("total = 3 + 4", FILL) if when == "meanwhile" else OLD)
    shutil.copytree(lesson.root / "episodes", small_disk / "episodes")
    for name in ("config.yaml", "index.md", "pyproject.toml"):
        shutil.copy(lesson.root / name, small_disk)
    if when == "before":
        with open(small_disk / "filler", "wb", buffering=0) as filler, pytest.raises(OSError):
            while filler.write(bytes(4096)):
                pass
    before = content(small_disk)
    done = run(small_disk, "record")
    assert done.returncode == 1
    assert (
        "No space left on device; free some space" in done.stderr and "Traceback" not in done.stderr
    )
    assert content(small_disk) == before


def test_no_permission_to_write_leaves_everything_as_it_was(make_lesson, tmp_path):
    make_lesson(OLD)
    before = content(tmp_path)
    command = [*COMMAND, "record"]
    if os.geteuid() == 0:  # root may write everywhere, unless it renounces
        if not shutil.which("setpriv"):
            pytest.skip("root can write everywhere")
        command = ["setpriv", "--bounding-set", "-dac_override", *command]
    folder = tmp_path / "episodes"
    folder.chmod(0o555)
    try:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    finally:
        folder.chmod(0o755)
    assert done.returncode == 1
    assert re.search(
        r"episodes.*: Permission denied; make the file and its folder writable", done.stderr
    )
    assert "Traceback" not in done.stderr
    assert content(tmp_path) == before
