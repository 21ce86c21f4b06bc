"""The recipe of episode 9 takes too long to be trained in every test; its log is kept."""

import pytest
from the_lesson import ROOT

pytestmark = pytest.mark.slow

RESULTS = ROOT / "data" / "full_size"


def test_the_recipe_reached_what_the_lesson_promises():
    pandas = pytest.importorskip("pandas")
    log = pandas.read_csv(RESULTS / "recipe.csv", index_col="epoch")
    lines = dict(
        line.split(":", 1) for line in (RESULTS / "recipe.txt").read_text("utf-8").splitlines()
    )
    assert float(lines["test accuracy"]) >= 0.85
    assert int(lines["epochs"]) == len(log)
    last = log["val_accuracy"].iloc[-1]
    assert float(lines["validation accuracy"]) == pytest.approx(last, abs=1e-4)
