"""Small lessons, each in a folder of its own, and the one way in which tests start `lesson`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lesson_engine.core.lesson import find_lesson

LESSONS = Path(__file__).with_name("lessons")  # three that use all that a page can hold
COMMAND = [sys.executable, "-m", "lesson_engine"]
LIMIT = 1800  # seconds; nothing here takes so long, not even beside other work

PAGE = """\
---
title: Small
teaching: 5
exercises: 5
---

::: questions
- What?
:::

::: objectives
- That.
:::

## Begin

```python
total = 3 + 4
print("total:", total)
```

```output
total: 7
```

The total is 7, which is more than six.
<!-- claim: str(total) -->
<!-- claim "more than six": total > 6 -->

::: keypoints
- Done.
:::
"""

BEGINNING, ENDING = PAGE.split("## Begin")[0], "\n::: keypoints\n- Done.\n:::\n"


def page(*parts):
    """An episode with these parts below its first heading."""
    return f"{BEGINNING}## Begin\n\n" + "\n\n".join(parts) + f"\n{ENDING}"


def code(*lines):
    """A block of Python."""
    return "```python\n" + "\n".join(lines) + "\n```"


def start(folder, *arguments, environment=None, **options):
    """Start `lesson ARGUMENTS` in a folder; gives the process, whose output is captured as text.

    Args:
        folder: the lesson's.
        arguments: of the command line.
        environment: variables beside those of this process.
        options: of subprocess.Popen.
    """
    captured = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    variables = {**os.environ, **(environment or {})}
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, env=variables, **{**captured, **options}
    )


def run(folder, *arguments, **options):
    """As start, to the end; gives subprocess.CompletedProcess."""
    process = start(folder, *arguments, **options)
    try:
        out, err = process.communicate(timeout=LIMIT)
    except BaseException:
        process.kill()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def lesson_in(folder, *arguments, **options):
    """As run; gives (exit code, all that it said)."""
    done = run(folder, *arguments, **options)
    return done.returncode, done.stdout + done.stderr


RUNS_PROGRAMS = {"lesson_command", "old", "built", "site", "browser", "few_images"}  # fixtures


def pytest_collection_modifyitems(items):
    """Mark as slow what starts other programs; `make fast` leaves it out."""
    for item in items:
        calls = getattr(getattr(item, "function", None), "__code__", None)
        starts = calls is not None and "lesson_in" in calls.co_names
        if starts or RUNS_PROGRAMS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.fixture
def make_lesson(tmp_path):
    """Make a lesson of one page; gives it as a Lesson.

    Args of what it gives: text: the page; name: its file name; options: the lines below
    [tool.lesson] in pyproject.toml.
    """

    def make(text=PAGE, name="01-small.md", options=""):
        (tmp_path / "episodes" / "fig").mkdir(parents=True, exist_ok=True)
        if not (tmp_path / "config.yaml").exists():
            (tmp_path / "config.yaml").write_text("title: Small\n", "utf-8")
        (tmp_path / "index.md").write_text("---\ntitle: Home\n---\n\nWelcome.\n", "utf-8")
        rules = "" if "rules =" in options else 'rules = "strict"'
        options = f"[tool.lesson]\n{rules}\n{options}\n"
        (tmp_path / "pyproject.toml").write_text(options, "utf-8")
        (tmp_path / "episodes" / name).write_text(text, "utf-8")
        return find_lesson(tmp_path)

    return make


@pytest.fixture
def lesson_command(tmp_path):
    """Run `lesson ARGUMENTS` in the folder of make_lesson; gives the finished process."""

    def command(*arguments, **environment):
        return run(tmp_path, *arguments, environment=environment)

    return command


@pytest.fixture
def old(tmp_path):
    """Make a lesson that nobody prepared; args of what it gives: name -> text of its pages."""

    def make(**pages):
        for folder in ("episodes/fig", "learners", "instructors"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "config.yaml").write_text("title: Old\n", "utf-8")
        (tmp_path / "index.md").write_text("---\ntitle: Home\n---\n\nWelcome.\n", "utf-8")
        for name, text in pages.items():
            path = tmp_path / (name.replace("__", "/").replace("_", "-") + ".md")
            path.write_text(text, "utf-8")
        return find_lesson(tmp_path)

    return make
