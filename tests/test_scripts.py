"""Each script runs from scripts/ as a learner's run in Spyder does.

On a few drawn images, whatever data are at hand: the same code is run on the real ones
in the episodes.
"""

import os
import re
import subprocess
import sys

import pytest
from the_lesson import ROOT

pytest.importorskip("keras")

pytestmark = pytest.mark.slow

NUMBERED = sorted((ROOT / "scripts").glob("[0-9]*.py"), reverse=True)
SCRIPTS = [ROOT / "scripts" / "full_size_recipe.py", *NUMBERED]  # what takes longest comes first
REAL = os.environ.get("CIFAR10_FOLDER")
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


@pytest.fixture
def run_from_elsewhere(learner_folder, few_images, tmp_path):
    """Run a script by its path, from another folder; gives the finished process."""

    def run(name, **variables):
        return subprocess.run(
            [sys.executable, str(learner_folder / name)],
            cwd=tmp_path,
            env={**few_images, "KERAS_HOME": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


def test_a_script_runs_from_any_folder(run_from_elsewhere):
    process = run_from_elsewhere("03_image_data.py")
    assert process.returncode == 0, process.stderr[-3000:]


@pytest.mark.skipif(not REAL, reason="CIFAR10_FOLDER names no folder with the original batches")
def test_a_script_reads_the_folder_that_the_variable_names(run_from_elsewhere):
    process = run_from_elsewhere("03_image_data.py", CIFAR10_FOLDER=REAL)
    assert process.returncode == 0, process.stderr[-3000:]
    assert "(50000, 32, 32, 3)" in process.stdout


def test_a_wrong_folder_is_said_in_one_line(run_from_elsewhere, tmp_path):
    process = run_from_elsewhere("03_image_data.py", CIFAR10_FOLDER=str(tmp_path))
    assert process.returncode == 1
    (line,) = said(process)
    assert line.startswith(f"CIFAR10_FOLDER names {tmp_path}, which holds no data_batch_1; give")


def test_a_download_that_fails_is_said_in_one_line(run_from_elsewhere):
    nowhere = {"CIFAR10_STAND_IN": "", "https_proxy": "http://127.0.0.1:9"}
    process = run_from_elsewhere("01_introduction.py", **nowhere)
    assert process.returncode == 1
    (line,) = said(process)
    assert line.startswith("CIFAR-10 could not be downloaded. Type: CIFAR10_FOLDER=FOLDER python")


def said(process):
    """Lines of standard error without what TensorFlow notes as it starts."""
    lines = process.stderr.splitlines()
    return [line for line in lines if not re.match(r"WARNING|[IWE]0000", line)]
