"""The promise of the lesson: whatever is altered in an episode makes the check fail.

Each test alters one thing in a lesson that passes and looks at what `lesson check` says.
"""

import base64
import shutil

import pytest
from conftest import PAGE, ROOT

FIGURE = """
```python
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
```

![A line.](fig/01_line.png){.cell-output alt='a rising line'}

A second line.
"""
LESSON = PAGE + FIGURE
FILE = "episodes/01-small.md"


@pytest.fixture(scope="module")
def line_png(tmp_path_factory):
    """The figure, as recorded once."""
    import os
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("recorded")
    (folder / "episodes" / "fig").mkdir(parents=True)
    (folder / "config.yaml").write_text("title: x\n", "utf-8")
    (folder / FILE).write_text(LESSON, "utf-8")
    command = [sys.executable, "-m", "lesson_engine", "record"]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    return folder / "episodes" / "fig" / "01_line.png"


@pytest.fixture
def checked(make_lesson, lesson_command, line_png, tmp_path):
    """Check a lesson of this text; gives (exit code, what was printed)."""

    def check(text, options=""):
        make_lesson(text, options=options)
        shutil.copy(line_png, tmp_path / "episodes" / "fig")
        process = lesson_command("check")
        return process.returncode, process.stdout + process.stderr

    return check


def test_the_lesson_passes_unaltered(checked):
    code, said = checked(LESSON)
    assert code == 0, said


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("total: 7\n", "total: 1\n", 17, "Cell outputs differ"),
        ("```output\ntotal: 7\n```\n", "", 17, "Cell outputs differ"),
        ("The total is 7", "The total is 8", 27, 'should say "7"'),
        ("more than six.", "less than six.", 28, 'no longer says "more than six"'),
        ("total > 6", "total > 7", 28, "is not true"),
        ("3 + 4", "3 + five", 18, "NameError"),
        ("3 + 4", "3 +", 18, "not Python"),
        ("plt.show()", "plt.close()", 34, "figures"),
        ("{.cell-output alt='a rising line'}", "{.cell-output}", 40, "no alt text"),
        ("fig/01_line.png", "fig/01_lime.png", 40, "fig/01_lime.png is missing"),
        ("::: keypoints\n- Done.\n:::\n", "", None, "needs a div 'keypoints'"),
        ("::: keypoints", "::: keypoint", 30, "did you mean 'keypoints'"),
        ("- Done.\n:::", "- Done.", 30, "never closed"),
        ("A second line.", "#### A skipped level", 42, "skips a level"),
        ("A second line.", "Look [here](https://a.org).", 42, "name what is behind the link"),
        ("A second line.", "Look at [the next](02-none.md).", 42, "02-none.md is not there"),
        ("A second line.", "[Not secure](http://a.org).", 42, "use https://"),
        ("teaching: 5", "teaching: some", 1, "a number of minutes"),
        ("plt.show()", "plt.show()\nimport os\nos._exit(1)", 34, "the kernel died"),
        ("plt.show()", "while True:\n    pass", 34, "ran for more than 5 s"),
        ("3 + 4", 'print("x", end="") or 7', 17, "Cell outputs differ"),
        ('print("total:", total)', "print('total:', total, float)", 17, "Cell outputs differ"),
    ],
)
def test_one_change_fails_the_check_and_is_named(checked, old, new, line, words):
    assert LESSON.count(old) >= 1
    code, said = checked(LESSON.replace(old, new, 1), "timeout = 5")
    assert code == 1, said
    assert f"{FILE}:{line}: " in said if line else f"{FILE}: " in said, said
    assert words in said, said


def test_another_picture_fails_the_check(checked, line_png, tmp_path, make_lesson, lesson_command):
    make_lesson(LESSON)
    tiny = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    path = tmp_path / "episodes" / "fig" / "01_line.png"
    path.write_bytes(base64.b64decode(tiny))
    process = lesson_command("check")
    assert process.returncode == 1
    assert f"{FILE}:34: Cell outputs differ" in process.stdout


def test_a_tolerance_beyond_its_limit_fails_the_check(checked):
    wide = "```\n\n<!-- tolerance: 0.2, because machines differ -->\n\n```output"
    code, said = checked(LESSON.replace("```\n\n```output", wide, 1))
    assert code == 1
    assert f"{FILE}:22: a tolerance of 0.2 hides errors" in said


def test_record_refuses_what_it_cannot_run(make_lesson, lesson_command, tmp_path):
    """The same faults, met while recording: file, line, exit code, nothing written."""
    for code, line, words in [
        ("1 / 0", 18, "ZeroDivisionError"),
        ("import os\nos._exit(1)", 17, "the kernel died"),
        ("while True:\n    pass", 17, "ran for more than 3 s"),
        ("x = (", 19, "SyntaxError"),
    ]:
        text = PAGE.replace("total = 3 + 4", code)
        make_lesson(text, options="timeout = 3")
        process = lesson_command("record")
        assert process.returncode == 1
        assert f"{FILE}:{line}: " in process.stderr, process.stderr
        assert words in process.stderr
        assert (tmp_path / FILE).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "99"], "is not an episode; there are 01-small"),
        (["--lesson", "/", "build"], "no config.yaml"),
        (["frobnicate"], "invalid choice"),
    ],
)
def test_a_wrong_call_is_explained(make_lesson, lesson_command, arguments, words):
    make_lesson()
    process = lesson_command(*arguments)
    assert process.returncode != 0
    assert words in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("config.yaml", "title: [", "config.yaml"),
        ("config.yaml", "title: x\nepisodes:\n- 02-none.md\n", "config.yaml:3: lists episodes/02-none.md"),
        ("pyproject.toml", "[tool.lesson]\ncolour = 1\n", "unexpected keyword argument 'colour'"),
        ("pyproject.toml", "[tool.lesson", "pyproject.toml"),
        ("pyproject.toml", "[tool.lesson]\ndata_source = 'no.py'\n", "which is not there"),
    ],
)
def test_wrong_settings_are_explained(make_lesson, lesson_command, tmp_path, name, text, words):
    make_lesson()
    (tmp_path / name).write_text(text, "utf-8")
    process = lesson_command("record")
    assert process.returncode == 1
    assert words in process.stderr
    assert "Traceback" not in process.stderr
