"""What tests of the lesson share: its site, a learner's folder, a browser."""

import os
import runpy
import shutil
import time
from contextlib import ExitStack, contextmanager, suppress

import pytest
from small_lessons import (  # noqa: F401
    lesson_command,
    lesson_in,
    make_lesson,
    pytest_collection_modifyitems,
)
from the_lesson import LESSON, ROOT

from lesson_engine.core import locks
from lesson_engine.core.errors import LessonError


@pytest.fixture(scope="session")
def lesson():
    """The real lesson."""
    return LESSON


@pytest.fixture(scope="module")
def learner_folder(tmp_path_factory):
    """A copy of what a learner has: scripts/ and data/, side by side."""
    place = tmp_path_factory.mktemp("learner")
    without = shutil.ignore_patterns("fit_outputs", "__pycache__")
    for name in ("scripts", "data"):
        shutil.copytree(ROOT / name, place / name, ignore=without)
    return place / "scripts"


@pytest.fixture(scope="module")
def few_images(tmp_path_factory, lesson):
    """Variables of a run on a few thousand drawn images."""
    numpy = pytest.importorskip("numpy")
    draw = runpy.run_path(str(ROOT / "data" / "standin.py"))["make"]
    (x_train, y_train), (x_test, y_test) = draw()
    path = tmp_path_factory.mktemp("data") / "few.npz"
    numpy.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    source = runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))
    kept = {name: value for name, value in os.environ.items() if name != source["FOLDER_VARIABLE"]}
    ours = {"MPLBACKEND": "agg", source["STAND_IN_VARIABLE"]: str(path)}
    # `make test` runs one process for each core: more threads would only get in each other's way
    one_thread = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    return {**lesson.environment, **one_thread, **kept, **ours}


@pytest.fixture
def original_images(monkeypatch, tmp_path):
    """The original pictures behind Keras's call, for one test: nothing is left replaced."""
    keras = pytest.importorskip("keras")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", None)  # noted, so put back at the end
    runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))["prepare"]()
    return keras.datasets.cifar10.load_data


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The real lesson's site, built by the first process that needs it; Path of its folder."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    with alone_in(shared):
        built = shared / "site-is-built"
        if not built.is_file():
            code, said = lesson_in(ROOT, "build")
            assert code == 0, said
            built.touch()
    return ROOT / "_site"


@contextmanager
def alone_in(folder):
    """Wait until no other process of these tests is in here."""
    with ExitStack() as stack:
        while True:
            with suppress(LessonError):  # another one is
                stack.enter_context(locks.hold(folder, [locks.SITE], "pytest"))
                break
            time.sleep(0.2)
        yield


@pytest.fixture(scope="session")
def browser():
    """Debian's chromium, driven by Playwright; skips with a reason where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        # a container's root may not make a sandbox of its own
        launched = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()
