"""The check catches single changes of every kind: the fast form of benchmarks/mutations.py.

Each episode of a small lesson gets one change, chosen by its seed; one `lesson check` judges
them all, each in a kernel of its own.
"""

import re
import shutil
import sys

import pytest
from small_lessons import PAGE, lesson_in
from test_checks_fail import FIGURE, about, write_lesson
from the_lesson import ROOT

from lesson_engine.core import reader, scripts

sys.path.append(str(ROOT / "benchmarks"))
from mutation import kinds, sayings  # noqa: E402

pytestmark = pytest.mark.slow

TEXT = PAGE + FIGURE.replace("total / 2", "total / 2\nprint(half)").replace(
    "_____ / 2", "_____ / 2\nprint(half)"
)
LESSON = TEXT.replace(
    "```\n\n:::\n:::",
    """```

```output
3.5
```

:::
:::

## Another figure and a tolerance

```python
import math

def filters_of(filters=8):
    return [filters * math.pi, filters]

plt.plot(filters_of(filters=4))
plt.show()
print("circle:", math.pi)
print("filters:", filters_of(filters=4)[1])
```

<!-- tolerance: 0.05, because this is an example -->

```output
circle: 3.1416
filters: 4
```

![Another line.](fig/01_other.png){.cell-output alt='a falling line'}""",
)
# What the kinds of benchmarks/mutation/sayings.py change; the classes are "automobile" and "frog"
SAID = (
    LESSON.replace(
        "- Done.",
        """- Three numbers were added.""",
    )
    .replace(
        "## Another figure",
        """## What is said

It took 12 steps, as [episode 1](01-small.md) says, and "automobile" is a name.

| Step | Loss |
| --- | --- |
| 1 | 0.71 |

::: challenge

### Which one? (3 minutes)

You have 4 apples. Which answer is right?

A. 3, as the sum says

B. 5, as always

<!-- answer: A -->

::: hint

Count to six.

:::

::: solution

**A**: two and one are three.

- B is one of the 9 usual guesses.

:::
:::

## Another figure""",
    )
    .replace("tolerance: 0.05", "tolerance: 0.02")
    .replace("    return [filters", "    # 2 numbers\n    return [filters")
    .replace("a falling line", "a line that falls by 4")
)
# what changes another file than the page, or has a test of its own below
APART = (
    "figures_exchanged",
    "figure_painted_over",
    "figure_touched",
    "script_edited",
    "full_size_table",
)
SAYINGS = [kind.__name__ for kind in sayings.KINDS if kind.__name__ not in APART]
CASES = [(kind, "1") for kind in kinds.KINDS if kind not in (*APART, *SAYINGS)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The lesson, recorded once; gives its folder."""
    folder = tmp_path_factory.mktemp("recorded")
    write_lesson(folder, [LESSON])
    code, said = lesson_in(folder, "record")
    assert code == 0, said
    return folder


def page_of(folder):
    return reader.read_file(folder / "episodes" / "01-small.md")


@pytest.fixture(scope="module")
def judged(recorded, tmp_path_factory):
    """(paths, changes, what one check of all of them says)."""
    folder, page = tmp_path_factory.mktemp("changed"), page_of(recorded)
    home = recorded / "episodes"
    changes = [kinds.make(kind, page, home, seed) for kind, seed in CASES]
    assert None not in changes, "the small lesson lacks something that a kind changes"
    texts = [change.files[home / "01-small.md"].decode("utf-8") for change in changes]
    paths = write_lesson(folder, texts)
    shutil.copytree(home / "fig", folder / "episodes" / "fig", dirs_exist_ok=True)
    code, said = lesson_in(folder, "check")
    assert code == 1, said
    return paths, changes, said


@pytest.mark.parametrize("place", range(len(CASES)), ids=["-".join(case) for case in CASES])
def test_a_change_is_caught_and_named(judged, place):
    paths, changes, said = judged
    change, path = changes[place], paths[place]
    named = re.findall(re.escape(path) + r":(\d+): ", "\n".join(about(said, path)))
    if change.kind == "import_removed":  # met where the name is used
        assert any(int(line) >= change.line for line in named), change.words
    else:
        assert str(change.line) in named, change.words


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """(paths, changes, what one check says) of a lesson whose numbers somebody has read."""
    folder = tmp_path_factory.mktemp("said")
    (path,) = write_lesson(folder, [SAID])
    with open(folder / "pyproject.toml", "a", encoding="utf-8") as file:
        file.write('data_words = ["automobile", "frog"]\n')
    for command in (["record"], ["coverage", "--accept", "01"]):
        code, said = lesson_in(folder, *command)
        assert code == 0, said
    page = page_of(folder)
    changes = [kinds.make(kind, page, folder / "episodes", "1") for kind in SAYINGS]
    lacking = [kind for kind, change in zip(SAYINGS, changes, strict=True) if change is None]
    assert lacking == [], "the small lesson has nothing for these kinds to change"
    recorded = folder / "recorded"
    paths = []
    for number, change in enumerate(changes, 2):
        name = f"{number:02}-small"
        paths.append(f"episodes/{name}.md")
        (text,) = change.files.values()
        own = f"fig/{number:02}_".encode()  # no two episodes may draw one file
        (folder / paths[-1]).write_bytes(text.replace(b"fig/01_", own))
        for figure in sorted((folder / "episodes" / "fig").glob("01_*")):
            shutil.copy(figure, figure.with_name(f"{number:02}_{figure.name[3:]}"))
        for noted in (recorded, recorded / "said" / "episodes"):
            shutil.copy(noted / "01-small.json", noted / f"{name}.json")
    code, said = lesson_in(folder, "check")
    assert code == 1, said
    assert f"{path}:" not in said, "the page as it was passes"
    return paths, changes, said


@pytest.mark.parametrize("place", range(len(SAYINGS)), ids=SAYINGS)
def test_a_change_to_what_is_said_is_caught_and_named(read, place):
    paths, changes, said = read
    line = changes[place].line
    named = f"{paths[place]}:{line}: " if line else f"{paths[place]}: "
    assert named in said, changes[place].words + said


@pytest.mark.parametrize("kind", ["figures_exchanged", "figure_painted_over", "figure_touched"])
def test_a_changed_figure_is_caught_and_named(recorded, tmp_path, kind):
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    change = kinds.make(kind, page_of(tmp_path), tmp_path / "episodes", "1")
    for path, content in change.files.items():
        path.write_bytes(content)
    code, said = lesson_in(tmp_path, "check")
    assert code == 1
    assert f"episodes/01-small.md:{change.line}: the outputs differ" in said, change.words


def test_an_edited_script_is_not_what_the_episode_gives(recorded, tmp_path):
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    page = page_of(tmp_path)
    (tmp_path / "scripts").mkdir(exist_ok=True)
    path = tmp_path / "scripts" / scripts.script_name(page.name)
    path.write_text(scripts.to_script(page), "utf-8")
    (content,) = kinds.make("script_edited", page, tmp_path / "episodes", "1").files.values()
    assert content.decode("utf-8") != scripts.to_script(page)


def test_the_same_seed_makes_the_same_change(recorded):
    page = page_of(recorded)
    for kind, seed in CASES:
        first, second = (kinds.make(kind, page, recorded / "episodes", seed) for _ in "12")
        assert first == second
        assert re.search(r"\S", first.words)


def test_the_readme_tells_what_the_table_of_the_long_form_says():
    table = (ROOT / "benchmarks" / "results" / "mutations.txt").read_text("utf-8")
    made = int(re.search(r"^(\d+) single changes", table, re.MULTILINE)[1])
    survived = len(re.findall(r"^- ", table, re.MULTILINE))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"Of {made} changes, {made - survived} were caught." in readme
    assert made >= 200 and survived <= made / 100
