"""`lesson check` runs again only what an edit can affect."""

import json
import subprocess
import sys

import pytest
from small_lessons import PAGE

from lesson_engine.core import notebook, reader
from lesson_engine.run import kept_runs, sources

pytestmark = pytest.mark.slow

INDEPENDENT = """\
independent_episodes = true
pass_variables = ["OF_*"]
scratch_folders = ["saved"]
"""
NOT_AGAIN = "Not run again, since nothing they need changed: "


@pytest.fixture
def lesson(make_lesson):
    """Two independent episodes."""
    make_lesson(PAGE.replace("3 + 4", "4 + 3"), "02-second.md", INDEPENDENT)
    return make_lesson(PAGE, options=INDEPENDENT)


def pages(lesson):
    return [reader.read_page(lesson, path) for path in lesson.episode_paths()]


def missing(lesson):
    """Names of the episodes that a check would run."""
    found = [p for p in pages(lesson) if kept_runs.kept(p, lesson, sources.Data()) is None]
    return [episode.name for episode in found]


@pytest.fixture
def kept(lesson):
    """The lesson, of which runs are kept."""
    for episode in pages(lesson):
        runs = [notebook.CellRun(cell, [], 0.0) for cell in notebook.cells_of(episode)]
        kept_runs.keep(episode, lesson, sources.Data(), runs)
    assert missing(lesson) == []
    return lesson


def edit(lesson, name, old, new):
    path = lesson.root / "episodes" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("## Begin\n", "## Begin\n\nAnother sentence.\n"),
        ("total: 7", "total: 8"),
        ("The total is 7", "The total is 8"),
        ("- Done.", "- Done with it."),
        ('claim "more than six": ', 'claim "more than": '),
    ],
)
def test_an_edit_that_is_no_code_needs_no_run(kept, old, new):
    edit(kept, "01-small.md", old, new)
    assert missing(kept) == []


@pytest.mark.parametrize(("old", "new"), [("3 + 4", "2 + 5"), ("total > 6", "6 < total")])
def test_a_code_edit_needs_a_run_of_its_episode_alone(kept, old, new):
    edit(kept, "01-small.md", old, new)
    assert missing(kept) == ["01-small"]


def test_data_and_helper_modules_count_and_exported_scripts_do_not(kept):
    for folder, name in [("data", "table.csv"), ("scripts", "helper.py")]:
        (kept.root / folder).mkdir()
        (kept.root / folder / name).write_text("a = 1\n", "utf-8")
        assert missing(kept) == ["01-small", "02-second"]
        (kept.root / folder / name).unlink()
        assert missing(kept) == []
    (kept.root / "scripts" / "01_small.py").write_text("# derived\n", "utf-8")
    (kept.root / "scripts" / "saved").mkdir()
    (kept.root / "scripts" / "saved" / "model.keras").write_text("trained\n", "utf-8")
    assert missing(kept) == []


def test_variables_count_that_kernels_see(kept, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "1")
    assert missing(kept) == []
    monkeypatch.setenv("OF_LESSON", "1")
    assert missing(kept) == ["01-small", "02-second"]


def test_versions_of_packages_and_the_source_of_the_data_count(kept, monkeypatch):
    (episode, _) = pages(kept)
    other = sources.Data(sentence="Other data.")
    assert kept_runs.kept(episode, kept, other) is None
    newer = [type("Distribution", (), {"metadata": {"Name": "keras", "Version": "99.0"}})]
    monkeypatch.setattr(kept_runs.metadata, "distributions", lambda: newer)
    kept_runs.installed_packages.cache_clear()
    assert missing(kept) == ["01-small", "02-second"]
    kept_runs.installed_packages.cache_clear()


def test_what_a_stand_in_gave_is_kept_apart(kept):
    (episode, _) = pages(kept)
    drawn = sources.Data(real=False)
    assert kept_runs.path_of(episode.name, kept, drawn) != kept_runs.path_of(
        episode.name, kept, sources.Data()
    )


def test_a_broken_file_of_a_run_is_as_none(kept):
    (kept.build_folder / "kept" / "01-small.json").write_text('{"finge', "utf-8")
    assert missing(kept) == ["01-small"]


def test_episodes_that_need_each_other_are_always_run(kept, make_lesson):
    assert missing(make_lesson(PAGE)) == ["01-small", "02-second"]


def said_of(process, code):
    said = process.stdout + process.stderr
    assert process.returncode == code, said
    return said


def test_a_check_runs_what_is_missing_and_compares_everything(lesson, lesson_command):
    said = said_of(lesson_command("check"), 0)
    assert "01-small: running" in said and "02-second: running" in said
    edit(lesson, "01-small.md", "4\nprint", "4  # as before\nprint")
    edit(lesson, "02-second.md", "The total is 7", "The total is 8")
    said = said_of(lesson_command("check"), 1)
    assert "01-small: running" in said and "02-second: running" not in said
    assert NOT_AGAIN + "01-small, 02-second" in said
    assert "episodes/02-second.md:27: " in said and 'should say "7"' in said
    assert "02-second: running" in said_of(lesson_command("check", "02", "--rerun"), 1)
    # `make test` executes every block: what was kept is not used unless asked for
    path = lesson.build_folder / "kept" / "01-small.json"
    cells = json.loads(path.read_text("utf-8"))
    cells["cells"][0]["outputs"] = []
    path.write_text(json.dumps(cells), "utf-8")
    said_of(lesson_command("check", "01"), 1)
    command = [sys.executable, "-m", "pytest", "-p", "lesson_engine.pytest_plugin"]
    subprocess.run([*command, "episodes/01-small.md"], cwd=lesson.root, check=True)


def test_a_block_that_raises_is_run_and_told_each_time(lesson, lesson_command):
    edit(lesson, "01-small.md", "3 + 4", "3 + four")
    for _ in range(2):  # it may go well the next time: a file or the network may be back
        said = said_of(lesson_command("check", "01"), 1)
        assert said.count("01-small: running") == 1
        assert "episodes/01-small.md:18: " in said and "NameError" in said


def test_a_kernel_that_dies_is_not_kept(lesson, lesson_command):
    edit(lesson, "01-small.md", "total = 3 + 4", "import os\ntotal = os._exit(1)")
    said = said_of(lesson_command("check", "01"), 1)
    assert "the kernel died in this block" in said
    assert not (lesson.build_folder / "kept" / "01-small.json").exists()
