"""The tables of trainings with several seeds: of the networks of the episodes, and complete."""

import runpy

import pytest
from instructor_tables import function_source
from the_lesson import LESSON, ROOT

from lesson_engine.core import reader

pytest.importorskip("keras")
pandas = pytest.importorskip("pandas")

pytestmark = pytest.mark.slow

EXPERIMENTS = runpy.run_path(str(ROOT / "scripts" / "experiments.py"), run_name="experiments")
TABLES = ROOT / "data" / "full_size"
MEASURED = [name for name in EXPERIMENTS["experiments"]() if (TABLES / f"{name}.csv").is_file()]


def function_of(episode, name):
    """A function of an episode, made from its source alone."""
    import keras

    page = reader.read_page(LESSON, ROOT / "episodes" / f"{episode}.md")
    known = {"keras": keras, "layers": keras.layers}
    exec(function_source(name, page.blocks), known)
    return known[name]


def layers_of(model):
    """What each layer is, without its name."""
    return [
        {key: value for key, value in layer.get_config().items() if key != "name"}
        for layer in model.layers
    ]


@pytest.mark.parametrize("name", ["intro", "dropout", "dense"])
def test_the_networks_are_those_of_the_episode(name):
    ours = EXPERIMENTS[f"create_{name}"]()
    theirs = function_of("05-fit-cnn", f"create_model_{name}")()
    assert layers_of(ours) == layers_of(theirs)
    assert ours.count_params() == theirs.count_params()


def test_the_schedule_is_that_of_episode_10():
    ours = EXPERIMENTS["create_schedule"](0.004, 5 * 625)
    theirs = function_of("10-faster", "create_schedule")(0.004, 5 * 625)
    assert theirs.get_config() == ours.get_config()


@pytest.mark.parametrize("name", MEASURED)
def test_a_table_has_every_epoch_of_every_training(name):
    table = pandas.read_csv(TABLES / f"{name}.csv", keep_default_na=False, dtype={"network": str})
    assert tuple(table.columns) == EXPERIMENTS["COLUMNS"]
    expected = {
        (network, seed, epoch)
        for network, training in EXPERIMENTS["experiments"]()[name].items()
        for seed in EXPERIMENTS["SEEDS"]
        for epoch in range(1, training.epochs + 1)
    }
    rows = list(zip(table["network"].astype(str), table["seed"], table["epoch"], strict=True))
    assert set(rows) == expected and len(rows) == len(expected)
    assert table["val_accuracy"].between(0.05, 0.9).all()


def test_something_was_measured():
    assert "networks" in MEASURED
