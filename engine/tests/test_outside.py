"""Blocks keep to their folder, and what they cannot see they cannot print."""

import os
from pathlib import Path

import pytest
from small_lessons import PAGE

from lesson_engine.run import watch

pytestmark = pytest.mark.slow

FILE = "episodes/01-small.md"
PRINTED = 'print("total:", total)'

# Code that changes something outside, and what the message has to name: {lesson} and {home}
OUTSIDE = [
    ("open('../../../x.txt', 'w').close()", "{lesson}/x.txt"),
    ("open('../../../episodes/01-small.md', 'a').close()", f"{{lesson}}/{FILE}"),
    ("import os\nos.remove('../../../index.md')", "{lesson}/index.md"),
    ("import os\nopen('a', 'w').close()\nos.rename('a', '{home}/b')", "{home}/b"),
    ("from pathlib import Path\nPath('{home}/new/deep').mkdir(parents=True)", "{home}/new"),
    ("from pathlib import Path\nPath.home().joinpath('x.txt').write_text('x')", "{home}/x.txt"),
    ("import shutil\nshutil.rmtree('{home}/kept')", "{home}/kept/a.txt"),
    ("import os\nos.symlink('{home}', 'link')\nopen('link/y', 'wb').close()", "{home}/y"),
    ("try:\n    open('{home}/z', 'w').close()\nexcept Exception:\n    pass", "{home}/z"),
]
INSIDE = [
    "open('x.txt', 'w').close()",
    "import os\nos.makedirs('a/b')\nos.rename('a/b', '../b')\nos.rmdir('../b')",
    "import tempfile, pathlib\npathlib.Path(tempfile.mkdtemp(), 'x').touch()",
    "from pathlib import Path\nPath.home().joinpath('.cache/us').mkdir(parents=True)",
    "import os\nos.makedirs('..', exist_ok=True)",
    "import os\nopen(os.devnull, 'w').close()\nopen('../../../index.md').close()",
]


@pytest.fixture
def home(tmp_path):
    """A home folder of its own, outside the lesson that make_lesson makes."""
    folder = tmp_path.parent / f"{tmp_path.name}-home"
    (folder / "kept").mkdir(parents=True)
    (folder / "kept" / "a.txt").write_text("kept", "utf-8")
    return folder


def page_with(pieces, **places):
    """PAGE with more blocks; gives the text and the line of each of them."""
    text, lines = PAGE, []
    for code in pieces:
        for name, place in places.items():
            code = code.replace(f"{{{name}}}", str(place))
        lines.append(text.count("\n") + 2)
        text += f"\n```python\n{code}\n```\n"
    return text, lines


def test_check_names_every_block_that_writes_outside(make_lesson, lesson_command, tmp_path, home):
    text, lines = page_with([code for code, _ in OUTSIDE], home=home)
    make_lesson(text)
    process = lesson_command("check", HOME=str(home))
    assert process.returncode == 1
    for line, (_, path) in zip(lines, OUTSIDE, strict=True):
        said = report(process.stdout, line)
        assert f"this block writes to {path.format(lesson=tmp_path, home=home)}" in said, said


def report(said, line):
    """The part of pytest's report that speaks of one line."""
    return "".join(part for part in said.split("\n____") if f"{FILE}:{line}: " in part)


def test_record_stops_at_a_block_that_writes_outside(make_lesson, lesson_command, home):
    for code, path in (OUTSIDE[0], (f"{OUTSIDE[5][0]}\n1 / 0", OUTSIDE[5][1])):
        text, (line,) = page_with([code], home=home)
        lesson = make_lesson(text + "\n```error\nZeroDivisionError: division by zero\n```\n")
        process = lesson_command("record", HOME=str(home))
        assert process.returncode == 1
        named = path.format(lesson=lesson.root, home=home)
        assert f"{FILE}:{line}: OutsideWorkingFolder" in process.stderr, process.stderr
        assert f"this block writes to {named}, outside" in process.stderr


def test_blocks_write_where_they_may(make_lesson, lesson_command, home):
    text, _ = page_with(INSIDE)
    make_lesson(text)
    process = lesson_command("check", HOME=str(home))
    assert process.returncode == 0, process.stdout


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/home/me/lesson/build/work/scripts/a", True),
        ("/home/me/lesson/build/a", False),
        ("/home/me/lesson/.hidden/a", False),
        ("/home/me/lesson/build/__pycache__/a.pyc", True),
        ("/home/me/.cache/a", True),
        ("/home/me/.bashrc", False),
        ("/home/me/a", False),
        ("/home/me/lesson-b/a", False),
        ("/tmp/a", True),
        ("/opt/a", False),
        ("/dev/null", True),
    ],
)
def test_the_innermost_folder_decides(path, allowed):
    may_write = watch.rule("/home/me/lesson/build/work", "/home/me/lesson", "/home/me", "/tmp")
    # macOS has links there, and Windows a drive
    real = path if path.startswith("/dev/") else os.path.realpath(path)
    assert may_write(real) is allowed


SECRETS = {"SECRET_TOKEN": "s3cr3t-of-a-test", "AWS_SECRET_ACCESS_KEY": "an0ther-secret"}
ASKS = "import os, subprocess, sys\nprint(dict(os.environ))\n"
ASKS += "print(subprocess.run([sys.executable, '-c', 'import os; print(os.environ)'],"
ASKS += " capture_output=True, text=True).stdout)"


def test_secrets_reach_neither_kernels_nor_pages(make_lesson, lesson_command, tmp_path):
    make_lesson(PAGE.replace(PRINTED, f"{PRINTED}\n{ASKS}").replace("total: 7\n", "x\n"))
    for command in ("record", "check", "build", "export"):
        process = lesson_command(command, **SECRETS)
        said = process.stdout + process.stderr
        assert process.returncode in (0, 1) and "Traceback" not in process.stderr, said
        assert not any(secret in said for secret in SECRETS.values())
    assert "PATH" in (tmp_path / FILE).read_text("utf-8"), "the block did print its environment"
    assert (tmp_path / "_site" / "episodes" / "01-small.html").is_file()
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for name, secret in SECRETS.items():
            assert name.encode() not in content and secret.encode() not in content, path


def test_the_watch_needs_nothing_but_the_standard_library_and_ipython():
    """It runs in the kernel, where the lesson's engine may not be installed."""
    text = Path(watch.__file__).read_text("utf-8")
    assert "lesson_engine" not in text
