"""Each script runs from scripts/ as a learner's run in Spyder does.

On a few drawn pictures, whatever data are at hand: the same code is run on the real ones
in the episodes.
"""

import subprocess
import sys

import pytest
from conftest import ROOT

pytest.importorskip("keras")

SCRIPTS = [*sorted((ROOT / "scripts").glob("[0-9]*.py")), ROOT / "scripts" / "full_size_recipe.py"]
START = """
import runpy, sys
runpy.run_path(sys.argv[1])["prepare"]()
runpy.run_path(sys.argv[2], run_name="__main__")
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs_from_its_folder(script, learner_folder, few_images):
    source = str(learner_folder.parent / "data" / "cifar10_source.py")
    process = subprocess.run(
        [sys.executable, "-c", START, source, script.name],
        cwd=learner_folder,
        env=few_images,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert process.returncode == 0, process.stderr[-3000:]


def test_there_are_scripts():
    assert SCRIPTS
