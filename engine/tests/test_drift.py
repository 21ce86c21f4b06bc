"""`lesson drift`: what was recorded with which versions, beside those that are installed."""

import json
import platform

import pytest
from small_lessons import PAGE

from lesson_engine.core import provenance, reader

pytestmark = pytest.mark.slow


def note(folder, **environment):
    """Notes that say with what the page's block was recorded."""
    recorded = {"date": "2026-01-02", "machine": "M", **environment}
    code, place = provenance.keys([reader.read(PAGE).blocks[0].source])[0]
    block = {"code": code, "place": place, "seconds": 1, "environment": "1"}
    path = folder / "recorded" / "01-small.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"environments": {"1": recorded}, "blocks": [block]}), "utf-8")


def rows(text):
    return {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}


def test_a_block_that_was_never_recorded_is_named(make_lesson, lesson_command):
    make_lesson()
    process = lesson_command("drift")
    assert process.returncode == 0, process.stderr
    line = PAGE.split("\n").index("```python") + 1
    assert f"never recorded: the blocks in lines {line}" in process.stdout


def test_versions_that_differ_are_marked(make_lesson, lesson_command, tmp_path):
    make_lesson()
    note(tmp_path, python=platform.python_version(), matplotlib="0.1", gone="7")
    table = rows(lesson_command("drift", "01").stdout)
    assert table["python"] == [platform.python_version()] * 2
    assert table["matplotlib"][0] == "0.1" and table["matplotlib"][-1] == "differs"
    assert table["gone"] == ["7", "-", "differs"]


def test_what_differs_is_checked_on_request(make_lesson, lesson_command, tmp_path):
    make_lesson(PAGE.replace("total: 7\n```", "total: 8\n```"))
    note(tmp_path, python="3.0")
    process = lesson_command("drift", "--run")
    assert process.returncode == 1
    assert "python" in process.stdout and "total: 8" in process.stdout
