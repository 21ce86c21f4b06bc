"""Where the pictures come from: the order of the sources, and what is refused."""

import hashlib
import os
import runpy
import shutil
from pathlib import Path

import pytest
from conftest import ROOT

from lesson_engine import runner
from lesson_engine.errors import LessonError

SOURCE = ROOT / "data" / "cifar10_source.py"
REAL = os.environ.get("CIFAR10_FOLDER")


@pytest.fixture
def source(monkeypatch, tmp_path):
    """The module's names, with an empty home for Keras and no folder named."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("CIFAR10_FOLDER", raising=False)
    return runpy.run_path(str(SOURCE))


@pytest.fixture
def batches(source, tmp_path):
    """A folder of files that pass for the batches, because their digests are expected."""
    folder = tmp_path / "batches"
    folder.mkdir()
    for name in source["BATCHES"]:
        (folder / name).write_bytes(name.encode())
        source["BATCHES"][name] = hashlib.md5(name.encode()).hexdigest()
    return folder


def test_a_folder_of_batches_is_used(source, batches, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR10_FOLDER", str(batches))
    chosen = source["choose"](tmp_path, False)
    assert chosen["real"]
    assert str(batches) in chosen["sentence"]
    assert chosen["environment"] == {"CIFAR10_FOLDER": str(batches)}


@pytest.mark.parametrize("harm", ["altered", "truncated", "missing"])
def test_a_harmed_batch_is_refused_before_it_is_read(source, batches, tmp_path, monkeypatch, harm):
    path = batches / "data_batch_3"
    if harm == "altered":
        path.write_bytes(b"data_batch_4")
    elif harm == "truncated":
        path.write_bytes(b"data_bat")
    else:
        path.unlink()
    monkeypatch.setenv("CIFAR10_FOLDER", str(batches))
    with pytest.raises(ValueError, match="data_batch_3.*(copy it again|unset the variable)"):
        source["choose"](tmp_path, False)


def test_a_harmed_batch_stops_the_run_with_a_message(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("CIFAR10_FOLDER", str(tmp_path / "nowhere"))
    with pytest.raises(LessonError, match="data/cifar10_source.py: CIFAR10_FOLDER names .*nowhere"):
        runner.choose_data(lesson)


def test_the_cache_of_keras_comes_first(source, batches, tmp_path, monkeypatch):
    archive = tmp_path / "keras" / "datasets" / source["ARCHIVE"]
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"archive")
    digest = hashlib.sha256(b"archive").hexdigest()
    monkeypatch.setitem(source["choose"].__globals__, "ARCHIVE_SHA256", digest)
    monkeypatch.setenv("CIFAR10_FOLDER", str(batches))
    chosen = source["choose"](tmp_path, False)
    assert chosen["real"] and "cache" in chosen["sentence"]
    assert chosen["environment"] == {}

    archive.write_bytes(b"half an arch")  # a broken download is not taken for the data
    assert "folder" in source["choose"](tmp_path, False)["sentence"]


def test_with_nothing_at_hand_a_stand_in_is_drawn_once(source, tmp_path):
    pytest.importorskip("numpy")
    chosen = source["choose"](tmp_path, False)
    assert not chosen["real"]
    assert "stand-in" in chosen["sentence"]
    path = Path(chosen["environment"]["CIFAR10_STAND_IN"])
    written = path.stat().st_mtime_ns
    source["choose"](tmp_path, False)
    assert path.stat().st_mtime_ns == written
    (x_train, y_train), (x_test, y_test) = source["read_stand_in"](path)
    assert x_train.shape[1:] == x_test.shape[1:] == (32, 32, 3)
    assert x_train.dtype == y_train.dtype == "uint8"
    assert y_train.shape == (len(x_train), 1)


def test_a_download_that_fails_is_said(source, tmp_path, monkeypatch):
    monkeypatch.setattr(source["fetch"].__globals__["subprocess"], "call", lambda *_, **__: 1)
    with pytest.raises(OSError, match="could not be downloaded; try again, or set CIFAR10_FOLDER"):
        source["choose"](tmp_path, True)


def test_a_download_is_keras_own(source, tmp_path, monkeypatch):
    asked = []

    def call(command, env):
        asked.append(command)
        return 0

    monkeypatch.setattr(source["fetch"].__globals__["subprocess"], "call", call)
    assert source["choose"](tmp_path, True)["real"]
    assert "keras.datasets.cifar10.load_data()" in asked[0][-1]


@pytest.mark.skipif(not REAL, reason="CIFAR10_FOLDER names no folder with the original batches")
def test_the_split_of_the_real_data_is_the_published_one(source):
    """Class counts of the lesson plan: other counts mean other data or another order."""
    numpy = pytest.importorskip("numpy")
    selection = pytest.importorskip("sklearn.model_selection")
    (x, y), (x_test, _) = source["read_batches"](Path(REAL))
    assert x.shape == (50000, 32, 32, 3) and x_test.shape == (10000, 32, 32, 3)
    train, validation = selection.train_test_split(y.ravel(), test_size=0.2, random_state=42)
    assert numpy.bincount(train).tolist() == [
        4027, 4021, 3970, 3977, 4067, 3985, 4004, 4006, 3983, 3960,
    ]  # fmt: skip
    assert numpy.bincount(validation).tolist() == [
        973, 979, 1030, 1023, 933, 1015, 996, 994, 1017, 1040,
    ]  # fmt: skip


def test_kernels_do_not_see_secrets(monkeypatch, make_lesson):
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    lesson = make_lesson(options='environment = {TF_OF_LESSON = "1", KERAS_BACKEND = "jax"}')
    data = runner.Data(environment={"CIFAR10_FOLDER": "x"})
    environment = runner.kernel_environment(lesson, data)
    assert "MY_TOKEN" not in environment
    assert environment["TF_OF_LESSON"] == "1"
    assert environment["KERAS_BACKEND"] == "tensorflow", "what is set outside goes first"
    assert environment["CIFAR10_FOLDER"] == "x"


def test_stand_in_and_real_runs_have_folders_of_their_own(make_lesson):
    lesson = make_lesson()
    real = runner.working_folder(lesson, runner.Data(), fresh=True)
    (real / "model.keras").write_text("x")
    drawn = runner.working_folder(lesson, runner.Data(real=False), fresh=True)
    assert drawn != real
    assert (runner.working_folder(lesson, runner.Data(), fresh=False) / "model.keras").is_file()
    assert not (runner.working_folder(lesson, runner.Data(), fresh=True) / "model.keras").exists()
    shutil.rmtree(lesson.build_folder)
