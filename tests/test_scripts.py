"""Each script runs from scripts/ as a learner's run in Spyder does.

On the stand-in, whatever data are at hand: the episodes are run on the real ones.
"""

import os
import runpy
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

from lesson_engine import runner, settings

pytest.importorskip("keras")

SCRIPTS = sorted((ROOT / "scripts").glob("[0-9]*.py"))
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
def environment():
    """Variables of a run on the stand-in."""
    lesson = settings.find(ROOT)
    source = runpy.run_path(str(lesson.data_source))
    (lesson.build_folder / "data").mkdir(parents=True, exist_ok=True)
    path = source["draw_stand_in"](lesson.build_folder / "data")
    kept = {name: value for name, value in os.environ.items() if name != source["FOLDER_VARIABLE"]}
    return {**kept, **runner.SET, "MPLBACKEND": "agg", source["STAND_IN_VARIABLE"]: str(path)}


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
