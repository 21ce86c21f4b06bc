"""scripts/catch_up.py: it brings somebody who is behind to any section or challenge."""

import re
import runpy
import subprocess
import sys

import pytest
from instructor_tables import (
    LESSON,
    PAGES,
    challenges,
    episode_pages,
    function_source,
    sections,
    titles,
    undefined_names,
)

from lesson_engine.core import reader, scripts

TOOL = runpy.run_path(str(LESSON.root / "scripts" / "catch_up.py"))
PLACES = range(1, len(LESSON.workshop_paths()) + 1)
EVERY_EPISODE = pytest.mark.parametrize("place", PLACES)


def script_of(place):
    page = episode_pages()[place - 1]
    return (LESSON.root / "scripts" / scripts.script_name(page.name)).read_text("utf-8")


@EVERY_EPISODE
def test_it_knows_the_titles_of_all_that_has_code(place):
    found = [title.replace("`", "") for title in TOOL["TITLE"].findall(script_of(place))]
    assert found
    assert set(found) <= titles(place)
    named = [part.title for part in (*sections(place), *challenges(place))]
    assert len({title.lower() for title in named}) == len(named), "a title leads to two places"


@EVERY_EPISODE
def test_nothing_is_missing_up_to_any_title(place):
    for title in TOOL["TITLE"].findall(script_of(place)):
        found, code = TOOL["code_before"](script_of(place), title.upper())
        assert found == title
        assert code.count("# %%\n") <= script_of(place).count("# %%\n")
        compile(code, title, "exec")


def test_a_title_that_is_not_there_is_answered_with_all():
    there = "\n    One neuron\n    A neuron on paper\n"
    with pytest.raises(SystemExit, match=f"No title begins with 'Lunch'. There are:{there}"):
        TOOL["code_before"](script_of(2), "Lunch")
    with pytest.raises(SystemExit, match=f"Say up to where:{there}"):
        TOOL["code_before"](script_of(2), "")


# In place of training runs

SAVES = r'(?:\.save|\.to_csv|ModelCheckpoint)\(\s*folder / "([\w.]+)"'
FILES = {file for files, _ in TOOL["SAVED"].values() for file in files}


def with_all_saved(place, folder):
    for name in FILES:
        (folder / name).touch()
    return TOOL["with_saved"](script_of(place), f"{place:02}", folder)


def blocks_without_training(place):
    blocks = episode_pages()[place - 1].blocks
    replaced = [name for number, name in TOOL["SAVED"] if int(number) == place]
    wanted = [rf"^{name} = \w+\.fit\(" for name in replaced]
    return [b for b in blocks if not any(re.search(one, b.source, re.M) for one in wanted)]


@pytest.mark.parametrize("place, count", [(1, 1), (5, 2)])
def test_what_is_loaded_makes_all_that_the_trainings_would(place, count, tmp_path):
    code, loaded = with_all_saved(place, tmp_path)
    assert loaded == count
    left = blocks_without_training(place)
    assert len(left) == len(episode_pages()[place - 1].blocks) - count
    missing = {name for _, name in undefined_names(left)}
    instead = "".join(text for (n, _), (_, text) in TOOL["SAVED"].items() if int(n) == place)
    assert [name for name in missing if f"{name} = " not in instead] == []


def test_no_title_is_listed_with_a_question_mark():
    """IPython takes a line that ends with one for a question about an object."""
    with pytest.raises(SystemExit) as stopped:
        TOOL["code_before"](script_of(5), "")
    assert "The loss: how wrong is it\n" in str(stopped.value)
    assert TOOL["code_before"](script_of(5), "The loss: how wrong is it")


def test_nothing_is_loaded_that_is_not_there(tmp_path):
    (tmp_path / "model_intro.keras").touch()
    code, loaded = TOOL["with_saved"](script_of(5), "05", tmp_path)
    assert (code, loaded) == (script_of(5), 0)  # its history is missing
    assert TOOL["with_saved"](script_of(1), "01", tmp_path)[1] == 1


def test_networks_that_are_loaded_are_saved_by_the_episodes():
    code = ["\n".join(b.source for b in episode_pages()[place - 1].blocks) for place in (1, 5)]
    first, fifth = (set(re.findall(SAVES, text)) for text in code)
    assert fifth >= FILES and "model_intro.keras" in first


@pytest.mark.slow
def test_the_history_that_is_loaded_is_the_one_that_was_saved(tmp_path):
    keras, pandas = pytest.importorskip("keras"), pytest.importorskip("pandas")
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    for name in ("model_intro.keras", "model_best.keras"):
        network.save(tmp_path / name)
    trained = keras.callbacks.History()
    trained.history = {"loss": [2.0, 1.5], "val_loss": [2.1, 1.7]}
    scope = {"keras": keras, "pd": pandas, "folder": tmp_path}
    exec(function_source("history_table", episode_pages()[4].blocks), scope)
    saved = scope["history_table"](trained)
    saved.to_csv(tmp_path / "history_intro.csv")
    for name in ("history_intro", "history_dropout"):
        exec(TOOL["SAVED"]["05", name][1], scope)
    assert scope["history_table"](scope["history_intro"]).equals(saved)
    for name in ("model_intro", "model_dropout"):
        assert scope[name].count_params() == network.count_params()


# In a session


def test_the_page_gives_a_line_that_works():
    text = (PAGES / "live-coding.md").read_text("utf-8")
    lines = re.findall(r"^%run -i catch_up\.py (\d+) (.+)$", text, re.M)
    assert lines
    for place, title in lines:
        assert TOOL["code_before"](script_of(int(place)), title)
    blocks = reader.read_page(LESSON, PAGES / "live-coding.md").blocks
    assert not blocks, "its one line is no Python"


@pytest.mark.slow
def test_variables_are_there_afterwards(learner_folder, few_images):
    pytest.importorskip("keras")
    process = subprocess.run(
        [
            *(sys.executable, "-m", "IPython", "--colors=NoColor", "-c"),
            "%run -i catch_up.py 5 Compile and fit\n"
            "print('I have', train_images.shape[1:], create_model_intro().count_params())",
        ],
        cwd=learner_folder,
        env=few_images,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "I have (32, 32, 3) 79530" in process.stdout, process.stdout + process.stderr[-3000:]
    assert "You are at 'Compile and fit'." in process.stdout
    assert "validation:" not in process.stdout
