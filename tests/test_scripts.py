"""Each script runs from scripts/ as a learner's run in Spyder does.

On a few drawn pictures, whatever data are at hand: the same code is run on the real ones
in the episodes.
"""

import os
import runpy
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

from lesson_engine import runner

pytest.importorskip("keras")

SCRIPTS = [*sorted((ROOT / "scripts").glob("[0-9]*.py")), ROOT / "scripts" / "full_size_recipe.py"]
START = """
import runpy, sys
runpy.run_path(sys.argv[1])["prepare"]()
runpy.run_path(sys.argv[2], run_name="__main__")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of what a learner has: scripts/ and data/, side by side."""
    place = tmp_path_factory.mktemp("learner")
    without = shutil.ignore_patterns("fit_outputs", "__pycache__")
    for name in ("scripts", "data"):
        shutil.copytree(ROOT / name, place / name, ignore=without)
    return place / "scripts"


@pytest.fixture(scope="module")
def environment(tmp_path_factory, lesson):
    """Variables of a run on a few hundred drawn pictures."""
    numpy = pytest.importorskip("numpy")
    draw = runpy.run_path(str(ROOT / "data" / "standin.py"))["make"]
    # 384 remain to learn from: whole batches of 64 and of 128; episode 07 looks at picture 796
    (x_train, y_train), (x_test, y_test) = draw(480, 1000)
    path = tmp_path_factory.mktemp("data") / "few.npz"
    numpy.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    source = runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))
    kept = {name: value for name, value in os.environ.items() if name != source["FOLDER_VARIABLE"]}
    ours = {"MPLBACKEND": "agg", source["STAND_IN_VARIABLE"]: str(path)}
    return {**runner.SET, **lesson.environment, **kept, **ours}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs_from_its_folder(script, folder, environment):
    source = str(folder.parent / "data" / "cifar10_source.py")
    process = subprocess.run(
        [sys.executable, "-c", START, source, script.name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert process.returncode == 0, process.stderr[-3000:]


def test_there_are_scripts():
    assert SCRIPTS
