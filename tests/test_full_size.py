"""Results at full size are not run again in every test; they must fit the code of today."""

import json
import runpy

import pytest
from conftest import ROOT

RESULTS = ROOT / "data" / "full_size"
FULL_SIZE = runpy.run_path(str(ROOT / "scripts" / "full_size.py"))


def test_the_sweeps_were_run_with_the_code_of_the_episode():
    note = json.loads((RESULTS / "sweeps.json").read_text("utf-8"))
    cells = FULL_SIZE["read_cells"](FULL_SIZE["SCRIPT"])
    assert note["code"] == FULL_SIZE["digest"](cells), (
        "a sweep of episode 06 has changed since its full size was run: "
        "python full_size.py in scripts/"
    )
    assert note["tables"] == sorted(path.name for path in RESULTS.glob("sweep_*.csv"))


def test_every_small_size_is_replaced():
    cells = FULL_SIZE["read_cells"](FULL_SIZE["SCRIPT"])
    code = FULL_SIZE["at_full_size"](cells)
    sizes = list(FULL_SIZE["SIZE"].finditer(code))
    assert len(sizes) >= 3, "each of the three sweeps has a size"
    assert code.count("# full size:") == len(sizes), "a size is not written as the script expects"
    for size in sizes:
        assert size[0].startswith(f"{size['name']}{size['full']} ")


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
