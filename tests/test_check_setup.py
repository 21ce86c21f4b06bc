"""scripts/check_setup.py on computers that are not ready: its last line says what to do next.

The real script runs in a process of its own, in a copy of the lesson's folder, mostly with a
Python that has nothing but stubs of the packages.
"""

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from the_lesson import ROOT

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "scripts" / "check_setup.py"
PICTURES = os.environ.get("CIFAR10_FOLDER")
NO_NETWORK = {"https_proxy": "http://127.0.0.1:9", "no_proxy": ""}  # nobody listens there
CHECK = runpy.run_path(str(SCRIPT))
SOURCE = runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))


class Computer:
    """A learner's: the lesson's folder, a Python, its packages and Keras's folder."""

    def __init__(self, place, python):
        self.python, self.place = python, place
        self.lesson, self.packages = place / "lesson", place / "packages"
        self.images = place / "keras" / "datasets"
        self.lesson.mkdir()
        self.scripts = self.lesson / "scripts"
        self.scripts.mkdir()
        shutil.copy(SCRIPT, self.scripts)
        shutil.copy(ROOT / "requirements.txt", self.lesson)
        shutil.copytree(ROOT / "data", self.lesson / "data")
        for name, version in CHECK["wanted_versions"]().items():
            self.install(name, f"__version__ = {version.replace('*', '0')!r}")

    def install(self, name, code):
        """Put a package there that consists of this code."""
        folder = self.packages / CHECK["MODULES"].get(name, name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(code, "utf-8")

    def remove(self, name):
        shutil.rmtree(self.packages / CHECK["MODULES"].get(name, name))

    def check(self, *arguments, before=(), **variables):
        """Run the script as a learner does; returns (exit code, last line, all lines)."""
        process = subprocess.run(
            [*before, self.python, "check_setup.py", *arguments],
            cwd=self.scripts,
            env={**self.environment(), **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert "Traceback" not in process.stdout + process.stderr
        lines = process.stdout.strip().splitlines()
        assert process.returncode == (0 if lines[-1].startswith("READY") else 1)
        return process.returncode, lines[-1], lines

    def environment(self):
        mine = {"PYTHONPATH": str(self.packages), "KERAS_HOME": str(self.images.parent)}
        ours = ("CIFAR10_FOLDER", "KERAS_BACKEND", "PYTHONPATH")
        return {**{key: text for key, text in os.environ.items() if key not in ours}, **mine}


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory):
    """A Python without any package."""
    place = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    return place / ("Scripts" if sys.platform == "win32" else "bin") / "python"


@pytest.fixture
def computer(tmp_path, bare_python):
    """One with stubs of all packages, and without the images."""
    return Computer(tmp_path, bare_python)


def row(lines, what):
    """The row of the table on something."""
    return next(line for line in lines if line.startswith(what))


def test_without_any_package_it_asks_for_the_environment(computer):
    shutil.rmtree(computer.packages)
    code, last, _ = computer.check()
    assert code == 1
    assert "has none of the lesson's packages: activate the lesson's environment" in last


def test_a_missing_package_is_named_with_the_command_that_installs_it(computer):
    computer.remove("scikit-learn")
    code, last, lines = computer.check()
    assert code == 1
    requirements = computer.lesson / "requirements.txt"
    assert "the package scikit-learn is not installed." in last
    assert f'python -m pip install -r "{requirements}"' in last
    assert row(lines, "scikit-learn").endswith("missing")
    assert row(lines, "pandas").endswith("ok")


def test_without_its_backend_keras_waits(computer):
    computer.remove("tensorflow")
    code, last, lines = computer.check()
    assert code == 1
    assert "the package tensorflow is not installed" in last
    assert row(lines, "keras").endswith("waits for tensorflow")
    assert row(lines, "training step").endswith("packages first")


def test_an_unknown_backend_is_named(computer):
    _, last, _ = computer.check(KERAS_BACKEND="tensorfloww")
    assert "Keras is told to use the backend tensorfloww" in last


def test_another_backend_needs_no_tensorflow(computer):
    computer.remove("tensorflow")
    settings = computer.images.parent / "keras.json"
    settings.parent.mkdir()
    settings.write_text('{"backend": "jax"}', "utf-8")
    _, last, lines = computer.check()
    assert row(lines, "jax").endswith("ok")
    assert "the images are not here yet" in last


def test_an_old_package_is_refused_unless_any_will_do(computer):
    computer.install("numpy", "__version__ = '2.3.11'")
    code, last, lines = computer.check()
    assert code == 1
    assert "numpy 2.3.11 is too old, 2.4.* is wanted." in last
    assert row(lines, "numpy").endswith("older")
    _, last, lines = computer.check("--any-version")
    assert "numpy" not in last
    assert row(lines, "numpy").endswith("older")


def test_a_newer_package_will_do(computer):
    computer.install("numpy", "__version__ = '2.10.0rc1'")
    _, last, lines = computer.check()
    assert row(lines, "numpy").endswith("newer than tested")
    assert "the images are not here yet" in last


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise ImportError('DLL load failed')", "fails (ImportError: DLL load failed). Type: "),
        ("import not_there", "No module named 'not_there'). Type: python -m pip install -r "),
        ("import os; os.kill(os.getpid(), 4)", "fails (Python ended with code -4). Type: "),
        ("raise SystemExit(0)", "fails (SystemExit: 0). Type: "),
        ("", "has no attribute '__version__'). Type: "),
        ("print('chatter'); 1 / 0", "fails (ZeroDivisionError: division by zero). Type: "),
        (
            "try: 1 / 0\nexcept ZeroDivisionError:\n    import traceback\n"
            "    raise ImportError(traceback.format_exc())",
            "fails (ZeroDivisionError: division by zero). Type: ",
        ),
    ],
)
def test_a_package_that_cannot_be_imported_is_reported(computer, code, words):
    computer.install("pandas", code)
    status, last, lines = computer.check()
    assert status == 1
    assert "pandas is here, but importing it " in last
    assert words in last
    assert row(lines, "pandas").endswith("broken")
    assert row(lines, "scipy").endswith("ok")


def test_a_package_that_complains_when_python_ends_will_do(computer):
    complain = "import atexit, sys; atexit.register(lambda: sys.stderr.write('core dumped'))"
    computer.install("pandas", f"__version__ = '3.1.9'\n{complain}")
    assert row(computer.check()[2], "pandas").endswith("ok")


def test_a_file_of_ones_own_that_hides_a_package_is_found(computer):
    (computer.scripts / "scipy.py").write_text("import scipy\nscipy.stats", "utf-8")
    code, last, _ = computer.check()
    assert code == 1
    assert f"your own file {computer.scripts / 'scipy.py'} for the package scipy" in last


def test_an_environment_in_the_folder_scripts_is_not_ones_own_file(computer):
    inside = computer.scripts / "cnn-lesson" / "lib"
    inside.mkdir(parents=True)
    computer.packages = computer.packages.rename(inside / "site-packages")
    assert row(computer.check()[2], "scipy").endswith("ok")


def test_missing_images_are_not_downloaded_unasked(computer):
    computer.install("keras", STUB_WITH_PICTURES)
    code, last, _ = computer.check()
    assert code == 1
    assert "the images are not here yet. Type: python check_setup.py --download" in last
    assert not (computer.place / "asked").exists()
    computer.check("--download")
    assert (computer.place / "asked").exists()


STUB_WITH_PICTURES = """
import pathlib
__version__ = "3.15.0"
class datasets:
    class cifar10:
        def load_data():
            pathlib.Path(__file__).parents[2].joinpath("asked").touch()
"""


@pytest.fixture
def archive(computer, tmp_path):
    """A file that passes for the archive on this computer, because its digest is expected."""
    file = tmp_path / "stick" / "cifar-10-python.tar.gz"
    file.parent.mkdir()
    file.write_bytes(b"the images")
    source = computer.lesson / "data" / "cifar10_source.py"
    text = source.read_text("utf-8")
    source.write_text(
        text.replace(SOURCE["ARCHIVE_SHA256"], SOURCE["digest"](file, "sha256")), "utf-8"
    )
    return file


def test_an_archive_is_copied_from_a_stick(computer, archive):
    _, last, lines = computer.check("--archive", str(archive))
    assert row(lines, "images").endswith("ok")
    assert "images are not here" not in last
    assert (computer.images / SOURCE["ARCHIVE"]).read_bytes() == b"the images"
    assert os.listdir(computer.images) == [SOURCE["ARCHIVE"]]


def test_an_archive_is_copied_though_a_folder_is_named(computer, archive):
    if not PICTURES:
        pytest.skip("CIFAR10_FOLDER is not set: the images are not at hand")
    computer.check("--archive", str(archive), CIFAR10_FOLDER=PICTURES)
    assert (computer.images / SOURCE["ARCHIVE"]).is_file()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.write_bytes(b"the pict"), "(8 bytes) is not the published archive"),
        (lambda file: file.unlink(), "cannot be copied to"),
    ],
)
def test_a_broken_archive_is_not_copied(computer, archive, harm, words):
    harm(archive)
    code, last, _ = computer.check("--archive", str(archive))
    assert code == 1
    assert words in last
    assert not computer.images.exists() or not os.listdir(computer.images)


def test_half_an_archive_is_found(computer, archive):
    computer.images.mkdir(parents=True)
    kept = computer.images / SOURCE["ARCHIVE"]
    kept.write_bytes(b"the pict")
    code, last, lines = computer.check()
    assert code == 1
    assert f"{kept} is not complete" in last
    assert row(lines, "images").endswith("broken")
    assert row(computer.check("--archive", str(archive))[2], "images").endswith("ok")


def test_unpacked_images_alone_are_not_taken_for_the_archive(computer):
    unpacked = SOURCE["ARCHIVE"].replace("_archive", "")
    (computer.images / unpacked / "cifar-10-batches-py").mkdir(parents=True)
    code, last, _ = computer.check()
    assert code == 1
    assert "Keras asks for the archive, and only what was in it is here" in last


def test_a_folder_that_lacks_a_batch_is_refused(computer, tmp_path):
    code, last, lines = computer.check(CIFAR10_FOLDER=str(tmp_path))
    assert code == 1
    assert row(lines, "images").endswith("broken")
    assert f"CIFAR10_FOLDER names {tmp_path}, which holds no data_batch_1" in last


def test_a_missing_file_of_the_lesson_is_named(computer):
    (computer.lesson / "data" / "cat.png").unlink()
    code, last, _ = computer.check()
    assert code == 1
    assert f"data/cat.png is not in {computer.lesson}" in last


def test_a_script_that_was_taken_out_of_the_lesson_says_so(computer, tmp_path):
    computer.scripts = tmp_path / "alone" / "scripts"
    computer.scripts.mkdir(parents=True)
    shutil.copy(SCRIPT, computer.scripts)
    code, last, _ = computer.check()
    assert code == 1
    assert f"requirements.txt is not in {computer.scripts.parent}" in last


def test_a_full_disk_is_found(computer):
    """A disk of 16 MB, mounted in a namespace of the test's own."""
    computer.images.mkdir(parents=True)
    mount = 'mount -t tmpfs -o size=16m none "$0" && exec "$@"'
    small = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(computer.images)]
    if shutil.which("unshare") is None or subprocess.run([*small, "true"]).returncode:
        pytest.skip("this system does not let us mount a small disk")
    code, last, _ = computer.check(before=small)
    assert code == 1
    assert f"make room on the disk of {computer.images}: 0.02 GB are free, 1 needed." in last


def test_too_little_memory_is_found(monkeypatch):
    monkeypatch.setitem(CHECK["check_memory"].__globals__, "MEMORY_NEEDED", 10**6)
    found = CHECK["check_memory"]()
    assert found.verdict == "too little"
    here = f"{CHECK['memory']()[0]:.1f} GB"
    assert f"this computer has {here} of memory and 1000000 GB are needed" in found.todo


def test_memory_that_other_programs_use_is_mentioned(monkeypatch):
    total, free = CHECK["memory"]()
    if free is None:
        pytest.skip("this system does not tell how much memory is free")
    assert 0 < free < total < 10**5, "in GB"
    monkeypatch.setitem(CHECK["check_memory"].__globals__, "MEMORY_OF_AN_EPISODE", total)
    found = CHECK["check_memory"]()
    assert found.verdict == "ok, but close other programs"
    assert not found.todo


@pytest.mark.parametrize(
    ("place", "name", "value", "words"),
    [
        (sys, "version_info", (3, 14, 0), "no TensorFlow for Python 3.14 yet"),
        (sys, "platform", "darwin", "no TensorFlow for Macs with an Intel processor"),
    ],
)
def test_where_there_is_no_tensorflow_it_says_so(monkeypatch, place, name, value, words):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(place, name, value)
    assert words in CHECK["missing_package"]("tensorflow")


def test_several_faults_give_one_thing_to_do_and_their_number(computer):
    computer.install("numpy", "__version__ = '1.26.4'")
    computer.remove("seaborn")
    code, last, _ = computer.check()
    assert code == 1
    assert last.startswith("NOT READY: numpy 1.26.4 is too old")
    assert last.endswith("(After that, 2 more to do; see the table.)")


@pytest.mark.parametrize("beside_data", [True, False])
def test_in_a_notebook_it_says_where_code_runs_and_does_not_exit(computer, beside_data):
    pytest.importorskip("IPython")
    folder = computer.scripts if beside_data else computer.place
    process = subprocess.run(
        [sys.executable, "-m", "IPython", "-c", f"%run {computer.scripts / 'check_setup.py'}"],
        cwd=folder,
        env={**computer.environment(), "IPYTHONDIR": str(computer.place)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert process.returncode == 0
    assert not re.search("SystemExit|Traceback|exception", process.stdout + process.stderr)
    last = process.stdout.strip().splitlines()[-1]
    assert last.startswith("NOT READY: ")
    elsewhere = f"your code runs in {folder}, and the folder data is not beside"
    assert (elsewhere in last) != beside_data


def test_the_syntax_is_one_that_old_pythons_can_read():
    """So that a Python that is too old gets to the line that says so."""
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))


def old_pythons():
    """Paths of all Pythons of this computer that are too old."""
    found = [shutil.which(f"python3.{minor}") for minor in range(6, 11)]
    found += map(str, Path.home().glob(".pyenv/versions/3.*/bin/python"))
    code = f"import sys; sys.exit(sys.version_info >= {CHECK['OLDEST_PYTHON']})"
    return [python for python in found if python and works(python, code)]


def works(python, code):
    return subprocess.run([python, "-c", code], capture_output=True).returncode == 0


def test_an_old_python_is_told_so(computer):
    if not old_pythons():
        pytest.skip("no Python is here that is too old")
    for python in old_pythons():
        computer.python = python
        code, last, lines = computer.check()
        assert code == 1
        assert row(lines, "Python").endswith("too old")
        assert "make the environment with a 64-bit Python 3.11 to 3.13" in last


def test_the_pythons_are_those_of_the_packages():
    try:
        numpy = metadata.metadata("numpy")
        tensorflow = metadata.metadata(next(filter(installed, ("tensorflow-cpu", "tensorflow"))))
    except (metadata.PackageNotFoundError, StopIteration):
        pytest.skip("NumPy or TensorFlow is not installed")
    assert numpy["Requires-Python"] == ">=" + dotted("OLDEST_PYTHON")
    versions = re.findall(r"Python :: 3\.(\d+)", str(tensorflow.get_all("Classifier")))
    assert CHECK["NEWEST_PYTHON"] == (3, max(map(int, versions)))


def installed(name):
    return any(metadata.distributions(name=name))


def dotted(name):
    return CHECK["dotted"](CHECK[name])


def test_the_files_are_those_that_the_scripts_read():
    read = set()
    for script in (ROOT / "scripts").glob("[0-9]*.py"):
        code = script.read_text("utf-8")
        read |= set(re.findall(r'"\.\./(data/[^"{]+)"', code))
        # episode 9 has a function for its tables
        read |= {f"data/full_size/{n}.csv" for n in re.findall(r'read_trainings\("(\w+)"\)', code)}
    assert read
    assert read | {"requirements.txt", "data/cifar10_source.py"} == set(CHECK["FILES"])


@pytest.fixture
def real_computer(tmp_path):
    """One with this Python and its packages."""
    pytest.importorskip("keras")
    pytest.importorskip("tensorflow")
    computer = Computer(tmp_path, sys.executable)
    shutil.rmtree(computer.packages)
    return computer


def test_without_a_network_it_points_to_the_stick(real_computer):
    code, last, lines = real_computer.check("--download", **NO_NETWORK)
    assert code == 1
    assert "could not be downloaded (Exception: URL fetch failure on https://" in last
    assert "copy them from a USB stick" in last
    for name in CHECK["wanted_versions"]():
        if name != "jax":
            assert row(lines, name).endswith("ok")
    assert "random images    tensorflow on " in row(lines, "training step")


def test_with_everything_it_is_ready(real_computer):
    if not PICTURES:
        pytest.skip("CIFAR10_FOLDER is not set: the images are not at hand")
    code, last, lines = real_computer.check(CIFAR10_FOLDER=PICTURES)
    assert code == 0
    assert last == CHECK["READY"] + CHECK["BY_FOLDER"]
    assert row(lines, "images").endswith("ok")
    assert "real images      tensorflow on " in row(lines, "training step")


@pytest.mark.slow
def test_training_is_judged_where_keras_keeps_no_list_of_devices(monkeypatch):
    """So it is with PyTorch: Keras's own module for it is None."""
    keras = pytest.importorskip("keras")
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: None.list_devices)
    found = CHECK["try_training"]("random")
    assert found["backend"] == keras.backend.backend() and "CPU" in found["devices"].upper()
