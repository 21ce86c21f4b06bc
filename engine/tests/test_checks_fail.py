"""The promise of the lesson: whatever is altered in an episode makes the check fail.

Each episode of the lesson that is checked here has one thing altered; each test looks at what
`lesson check` says of its episode.
"""

import re
import shutil

import pytest
from PIL import Image
from small_lessons import PAGE, lesson_in

pytestmark = pytest.mark.slow

FIGURE = """
```python
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
```

![A line.](fig/01_line.png){.cell-output alt='a rising line'}

A second line.

::: challenge

```{.python .skeleton}
half = _____ / 2
```

::: solution

```python
half = total / 2
```

:::
:::
"""
LESSON = PAGE + FIGURE
FILE = "episodes/01-small.md"
# Its own limit: what all others need depends on what else the machine is doing
ENDLESS = "while True:\n    pass\n```\n\n<!-- timeout: 5 -->"

# What is altered, by what, the line that has to be named, and words of the message
ALTERATIONS = [
    ("total: 7\n", "total: 1\n", 17, "the outputs differ"),
    ("```output\ntotal: 7\n```\n", "", 17, "the outputs differ"),
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
    ("A second line.", "| | A |\n|---|---|\n| b | 1 |", 42, "has no heading"),
    ("A second line.", "Look [here](https://a.org).", 42, "name what is behind the link"),
    ("A second line.", "Look at [the next](02-none.md).", 42, "02-none.md is not there"),
    ("A second line.", "[Not secure](http://a.org).", 42, "use https://"),
    ("half = _____ / 2", "half = _____ / 3", 46, "with its blanks filled"),
    ("half = total / 2", "half = total / 4", 46, "with its blanks filled"),
    ("teaching: 5", "teaching: some", 1, "a number of minutes"),
    ("plt.show()", "plt.show()\nimport os\nos._exit(1)", 34, "the kernel died"),
    ("plt.show()\n```", ENDLESS, 34, "ran for more than 5 s"),
    (
        "```\n\n```output",
        "```\n\n<!-- tolerance: 0.2, because machines differ -->\n\n```output",
        22,
        "a tolerance of 0.2 hides errors",
    ),
    ("3 + 4", 'print("x", end="") or 7', 17, "the outputs differ"),
    ('print("total:", total)', "print('total:', total, float)", 17, "the outputs differ"),
]


def write_lesson(folder, texts):
    """A lesson whose episodes have these texts; gives their paths, as messages name them."""
    (folder / "episodes" / "fig").mkdir(parents=True)
    (folder / "config.yaml").write_text("title: x\n", "utf-8")
    (folder / "pyproject.toml").write_text('[tool.lesson]\nrules = "strict"\n', "utf-8")
    paths = [f"episodes/{number:02}-small.md" for number, _ in enumerate(texts, 1)]
    for path, text in zip(paths, texts, strict=True):
        (folder / path).write_text(text, "utf-8")
    return paths


@pytest.fixture(scope="module")
def line_png(tmp_path_factory):
    """The figure, as recorded once."""
    folder = tmp_path_factory.mktemp("recorded")
    write_lesson(folder, [LESSON])
    code, said = lesson_in(folder, "record")
    assert code == 0, said
    return folder / "episodes" / "fig" / "01_line.png"


@pytest.fixture(scope="module")
def checked(tmp_path_factory, line_png):
    """One check of a lesson in which each episode is altered once; gives paths and words."""
    folder = tmp_path_factory.mktemp("altered")
    texts = [LESSON.replace(old, new, 1) for old, new, _, _ in ALTERATIONS]
    paths = write_lesson(folder, texts)
    shutil.copy(line_png, folder / "episodes" / "fig")
    code, said = lesson_in(folder, "check")
    assert code == 1, said
    return paths, said


def test_the_lesson_passes_unaltered(tmp_path, line_png):
    write_lesson(tmp_path, [LESSON])
    shutil.copy(line_png, tmp_path / "episodes" / "fig")
    code, said = lesson_in(tmp_path, "check")
    assert code == 0, said


@pytest.mark.parametrize(
    "place", range(len(ALTERATIONS)), ids=[new for _, new, _, _ in ALTERATIONS]
)
def test_one_change_fails_the_check_and_is_named(checked, place):
    old, _, line, words = ALTERATIONS[place]
    assert old in LESSON
    paths, said = checked
    start = f"{paths[place]}:{line}: " if line else f"{paths[place]}: "
    assert any(start in text and words in text for text in about(said, paths[place])), said


def about(said, path):
    """The parts of pytest's report that speak of one episode."""
    return [part for part in re.split(r"\n(?=_{4,})", said) if path in part]


def test_another_picture_fails_the_check(tmp_path):
    write_lesson(tmp_path, [LESSON])
    Image.new("RGB", (3, 3)).save(tmp_path / "episodes" / "fig" / "01_line.png")
    code, said = lesson_in(tmp_path, "check")
    assert code == 1
    assert f"{FILE}:34: the outputs differ" in said


def test_record_refuses_what_it_cannot_run(make_lesson, lesson_command, tmp_path):
    """The same faults, met while recording: file, line, exit code, nothing written."""
    for code, line, words in [
        ("1 / 0", 18, "ZeroDivisionError"),
        ("import os\nos._exit(1)", 17, "the kernel died"),
        ("while True:\n    pass", 17, "ran for more than 3 s"),
        ("x = (", 19, "SyntaxError"),
    ]:
        text = PAGE.replace("total = 3 + 4", code)
        make_lesson(text, options="timeout = 3" if "while" in code else "")
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
        (
            "config.yaml",
            "title: x\nepisodes:\n- 02-none.md\n",
            "config.yaml:3: lists episodes/02-none.md",
        ),
        (
            "pyproject.toml",
            "[tool.lesson]\ncolour = 1\n",
            "'colour' is not known; there are rules",
        ),
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
