"""Where the images come from: the order of the sources, and what is refused."""

import hashlib
import os
import random
import re
import runpy
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from small_lessons import lesson_in
from the_lesson import ROOT

from lesson_engine.core.errors import LessonError
from lesson_engine.run import sources

SOURCE = ROOT / "data" / "cifar10_source.py"
REAL = os.environ.get("CIFAR10_FOLDER")


@pytest.fixture
def source(monkeypatch, tmp_path):
    """The module's names, with an empty home for Keras and no folder named."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("CIFAR10_FOLDER", raising=False)
    return runpy.run_path(str(SOURCE))


@pytest.mark.slow
def test_where_the_home_folder_cannot_be_written_it_looks_where_keras_does(tmp_path):
    """In a process of its own, in which a folder below the home can't be written."""
    home = tmp_path / "home"
    (home / ".keras").mkdir(parents=True)
    (tmp_path / "image").write_bytes(b"image")
    code = f"""
        import os, runpy
        allowed, denied = os.access, {str(home)!r}
        os.access = lambda path, *mode: not str(path).startswith(denied) and allowed(path, *mode)
        ours = runpy.run_path({str(SOURCE)!r})["keras_home"]()
        import keras
        origin = {(tmp_path / "image").as_uri()!r}
        theirs = keras.utils.get_file({tmp_path.name!r}, origin, cache_subdir="")
        os.remove(theirs)
        print(str(ours) == os.path.dirname(theirs) or (str(ours), theirs))
    """
    ours = {name: text for name, text in os.environ.items() if name != "KERAS_HOME"}
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**ours, "HOME": str(home), "USERPROFILE": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert told.stdout.splitlines()[-1:] == ["True"], told.stdout + told.stderr


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
        sources.choose_data(lesson)


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


@pytest.mark.slow
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
    chosen = 'environment = {TF_OF_LESSON = "1", KERAS_BACKEND = "jax"}\n'
    lesson = make_lesson(options=chosen + 'pass_variables = ["KERAS_*"]')
    data = sources.Data(environment={"CIFAR10_FOLDER": "x"})
    environment = sources.kernel_environment(lesson, data)
    assert "MY_TOKEN" not in environment
    assert environment["TF_OF_LESSON"] == "1"
    assert environment["KERAS_BACKEND"] == "tensorflow", "what is set outside goes first"
    assert environment["CIFAR10_FOLDER"] == "x"


def test_stand_in_and_real_runs_have_folders_of_their_own(make_lesson):
    lesson = make_lesson()
    real = sources.working_folder(lesson, sources.Data(), fresh=True)
    (real / "model.keras").write_text("x")
    drawn = sources.working_folder(lesson, sources.Data(real=False), fresh=True)
    assert drawn != real
    assert (sources.working_folder(lesson, sources.Data(), fresh=False) / "model.keras").is_file()
    assert not (sources.working_folder(lesson, sources.Data(), fresh=True) / "model.keras").exists()
    shutil.rmtree(lesson.build_folder)


# Python reads this at its start: the network gives so many bytes of the archive, and then no more
CUT = """\
import email.message, io, urllib.request
class Answer(io.BytesIO):
    headers = email.message.Message()
    headers["Content-Length"] = "{promised}"
    def info(self):
        return self.headers
urllib.request.urlopen = lambda address, *_, **__: Answer(bytes({given}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("given", [1000, 5000], ids=["cut", "altered"])
def test_a_cut_or_altered_download_is_not_kept(tmp_path, given):
    pytest.importorskip("keras")
    (tmp_path / "sitecustomize.py").write_text(CUT.format(given=given, promised=5000), "utf-8")
    home = tmp_path / "keras"
    code = textwrap.dedent(
        f"""
        import pathlib, runpy
        source = runpy.run_path({str(ROOT / "data" / "cifar10_source.py")!r})
        try:
            source["choose"](pathlib.Path({str(tmp_path)!r}), True)
        except OSError as error:
            print("said:", error)
        print("then:", source["choose"](pathlib.Path({str(tmp_path)!r}), False)["sentence"])
        """
    )
    without = {k: v for k, v in os.environ.items() if k != "CIFAR10_FOLDER"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**without, "PYTHONPATH": str(tmp_path), "KERAS_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert "said: CIFAR-10 could not be downloaded; try again" in done.stdout, done.stderr
    assert "then: A drawn stand-in" in done.stdout, "what is broken is not taken for the archive"


def test_one_altered_byte_of_a_real_batch_is_found(tmp_path, lesson):
    given = os.environ.get("CIFAR10_FOLDER")
    if not given:
        pytest.skip("the real batches are not at hand: set CIFAR10_FOLDER")
    folder = tmp_path / "batches"
    folder.mkdir()
    for path in Path(given).iterdir():
        if path.name != "data_batch_2":
            (folder / path.name).symlink_to(path.resolve())
    data = bytearray((Path(given) / "data_batch_2").read_bytes())
    data[random.Random(1).randrange(len(data))] ^= 1
    (folder / "data_batch_2").write_bytes(data)
    variables = {"CIFAR10_FOLDER": str(folder), "KERAS_HOME": str(tmp_path / "keras")}
    code, said = lesson_in(ROOT, "check", "02", environment=variables)
    assert code == 1
    assert re.search(r"data_batch_2 is not the published file.*copy it again", said)
