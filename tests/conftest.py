"""What tests share: small lessons, each in a folder of its own, and the real lesson's site."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lesson_engine import runner, settings

ROOT = Path(__file__).resolve().parents[1]

collect_ignore = ["lessons"]  # not ours: test_other_lessons.py runs them, stale outputs and all

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


@pytest.fixture(scope="session")
def lesson():
    """Settings of the real lesson."""
    return settings.find(ROOT)


@pytest.fixture
def make_lesson(tmp_path):
    """Make a lesson of one page; gives its Settings.

    Args of what it gives: text: the page; name: its file name; options: the lines below
    [tool.lesson] in pyproject.toml.
    """

    def make(text=PAGE, name="01-small.md", options=""):
        (tmp_path / "episodes" / "fig").mkdir(parents=True, exist_ok=True)
        if not (tmp_path / "config.yaml").exists():
            (tmp_path / "config.yaml").write_text("title: Small\n", "utf-8")
        (tmp_path / "index.md").write_text("---\ntitle: Home\n---\n\nWelcome.\n", "utf-8")
        (tmp_path / "pyproject.toml").write_text(f"[tool.lesson]\n{options}\n", "utf-8")
        (tmp_path / "episodes" / name).write_text(text, "utf-8")
        return settings.find(tmp_path)

    return make


@pytest.fixture
def lesson_command(tmp_path):
    """Run `lesson ARGUMENTS` in the folder of make_lesson; gives the finished process."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "lesson_engine", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


@pytest.fixture(scope="module")
def learner_folder(tmp_path_factory):
    """A copy of what a learner has: scripts/ and data/, side by side."""
    place = tmp_path_factory.mktemp("learner")
    without = shutil.ignore_patterns("fit_outputs", "__pycache__")
    for name in ("scripts", "data"):
        shutil.copytree(ROOT / name, place / name, ignore=without)
    return place / "scripts"


@pytest.fixture(scope="module")
def few_images(tmp_path_factory, lesson):
    """Variables of a run on a few thousand drawn images."""
    numpy = pytest.importorskip("numpy")
    draw = runpy.run_path(str(ROOT / "data" / "standin.py"))["make"]
    (x_train, y_train), (x_test, y_test) = draw()
    path = tmp_path_factory.mktemp("data") / "few.npz"
    numpy.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    source = runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))
    kept = {name: value for name, value in os.environ.items() if name != source["FOLDER_VARIABLE"]}
    ours = {"MPLBACKEND": "agg", source["STAND_IN_VARIABLE"]: str(path)}
    return {**runner.SET, **lesson.environment, **kept, **ours}


@pytest.fixture(scope="session")
def site():
    """The real lesson's site, built once; Path of its folder."""
    command = [sys.executable, "-m", "lesson_engine", "build"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert process.returncode == 0, process.stderr
    return ROOT / "_site"


@pytest.fixture(scope="session")
def browser():
    """Debian's chromium, driven by Playwright; skips with a reason where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        # a container's root may not make a sandbox of its own
        launched = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


def pages_of(site):
    """Names of all pages, such as "episodes/05-fit-cnn.html"."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
