"""Tests of data/standin.py, which draws pictures in the place of CIFAR-10."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

np = pytest.importorskip("numpy")
Image = pytest.importorskip("PIL.Image")

PATH = Path(__file__).parent.parent / "data" / "standin.py"


@pytest.fixture(scope="module")
def standin():
    specification = importlib.util.spec_from_file_location("standin", PATH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def data(standin):
    return standin.make(600, 200)


def as_bytes(data):
    return b"".join(array.tobytes() for part in data for array in part)


def test_classes_are_those_of_cifar10_in_order(standin):
    assert standin.CLASS_NAMES == [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ]


def test_same_seed_gives_same_bytes(standin):
    assert as_bytes(standin.make(30, 20, seed=3)) == as_bytes(standin.make(30, 20, seed=3))


def test_other_seed_gives_other_bytes(standin):
    assert as_bytes(standin.make(30, 20, seed=3)) != as_bytes(standin.make(30, 20, seed=4))


def test_asking_for_more_leaves_the_first_as_they_were(standin, data):
    for few, many in zip(standin.make(30, 20), data, strict=True):
        assert np.array_equal(few[0], many[0][: len(few[0])])
        assert np.array_equal(few[1], many[1][: len(few[1])])


def test_training_and_test_pictures_differ(data):
    (x_train, _), (x_test, _) = data
    assert not {picture.tobytes() for picture in x_train} & {
        picture.tobytes() for picture in x_test
    }


def test_shapes_and_types_are_those_of_keras(data):
    for (x, y), number in zip(data, (600, 200), strict=True):
        assert x.shape == (number, 32, 32, 3) and x.dtype == np.uint8
        assert y.shape == (number, 1) and y.dtype == np.uint8


def test_classes_are_about_equally_frequent_and_shuffled(data):
    for _, y in data:
        counts = np.bincount(y[:, 0], minlength=10)
        assert len(counts) == 10
        assert counts.min() > 0.5 * len(y) / 10 and counts.max() < 1.6 * len(y) / 10
        assert len(set(counts)) > 1
        assert len(set(y[:20, 0])) > 5


@pytest.mark.parametrize("class_index", range(10))
def test_every_class_draws_a_picture_that_is_not_flat(standin, class_index):
    for seed in range(20):
        picture = standin.draw_picture(class_index, Random(seed))
        assert picture.size == (32, 32) and picture.mode == "RGB"
        assert np.asarray(picture).std() > 5


def test_command_writes_a_sheet_of_ten_columns(tmp_path):
    file = tmp_path / "picture.png"
    subprocess.run([sys.executable, str(PATH), str(file)], check=True, timeout=60)
    with Image.open(file) as sheet:
        assert sheet.width % 10 == 0 and sheet.width >= 10 * 32
        assert sheet.height > sheet.width / 2


@pytest.mark.slow
def test_the_function_in_the_place_of_keras_works_as_contributors_read():
    """CONTRIBUTING, "Another data set": the block gives what is printed below it."""
    pytest.importorskip("keras")
    page = (PATH.parents[1] / "CONTRIBUTING.md").read_text("utf-8")
    section = page.partition("\n## Another data set\n")[2].partition("\n## ")[0]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    output = re.search(r"```output\n(.*?)```", section, re.DOTALL)[1]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PATH.parents[1] / "scripts",
        env={name: text for name, text in os.environ.items() if name != "CIFAR10_FOLDER"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.stdout == output, done.stderr
