"""Is this computer ready for the lesson?  In the folder scripts:  python check_setup.py

Prints a table of what the lesson needs and what is here. The last line says that you are ready,
or what to do next. In Spyder, open this file and run it; in a notebook:  %run check_setup.py

Only the standard library is imported. Whatever may be broken is tried in a Python process of its
own, so that a package that cannot be imported, or that ends Python, takes nothing with it.
"""

import argparse
import builtins
import ctypes
import importlib
import json
import os
import platform
import re
import runpy
import shutil
import subprocess
import sys
import time
import traceback
from collections import namedtuple
from importlib.util import find_spec
from pathlib import Path

OLDEST_PYTHON = (3, 11)  # of NumPy
NEWEST_PYTHON = (3, 13)  # of TensorFlow
GIGABYTE = 10**9
DISK_NEEDED = 1  # GB: the archive, the images unpacked from it, and what you save
MEMORY_OF_AN_EPISODE = 2.8  # GB, as measured: the most that one of them takes
MEMORY_NEEDED = 4  # GB: the system and the editor take theirs
PATIENCE = 600  # seconds for one package: the first import after installing is slow

HERE = Path(__file__).resolve().parent
LESSON = HERE.parent
WANTED = LESSON / "requirements.txt"
SOURCE = LESSON / "data" / "cifar10_source.py"
FILES = (
    "requirements.txt",
    "data/cat.png",
    "data/cifar10_source.py",
    "data/efficientnet_lite0.keras",
    "data/full_size/activations.csv",
    "data/full_size/dropout_rates.csv",
    "data/full_size/few_images.csv",
    "data/full_size/learning_rates.csv",
    "data/full_size/networks.csv",
    "data/full_size/optimizers.csv",
    "data/full_size/recipe.csv",
    "data/full_size/recipe.txt",
    "data/full_size/regularisation.csv",
    "data/full_size/schedules.csv",
    "data/full_size/transfer.csv",
    "data/full_size/transfer_uneven.csv",
    "data/model_best.keras",
)
MODULES = {"pillow": "PIL", "scikit-learn": "sklearn"}  # whose name is another one
BACKENDS = ("tensorflow", "jax", "torch")
IN_CACHE = "Keras's archive"  # where the images are found, if all is as it should be
EDITORS = ("spyder", "jupyterlab", "notebook")
READY = "READY: everything that the lesson needs is here."
BY_FOLDER = " Begin your own code as under 'Only the unpacked folder' on the setup page."
IN_NOTEBOOK = hasattr(builtins, "__IPYTHON__")  # so IPython says that it is there, Spyder's too

# One line of the table; `todo` is what to do about it, or empty if nothing has to be done.
Row = namedtuple("Row", "what wanted found verdict todo")


def main(arguments=None):
    """Check everything, print the table and the last line.

    Args:
        arguments: list of str, as on the command line; None takes them from there.

    Returns: int, 0 if this computer is ready, otherwise 1.
    """
    options = parse(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a path may have letters that cannot be shown
    if options.task:
        return answer(options.task)
    try:
        rows = show(check(options))
        last = last_line(rows)
    except KeyboardInterrupt:
        last = "NOT READY: you stopped the check; run it again."
    except Exception as error:
        last = f"NOT READY: the check itself failed ({in_a_line(error)}); tell your instructors."
    print("\n" + last, flush=True)
    return 0 if last.startswith("READY") else 1


def parse(arguments):
    """Read the command line; see --help."""
    parser = argparse.ArgumentParser(description="Is this computer ready for the lesson?")
    parser.add_argument(
        "--download", action="store_true", help="fetch the images (170 MB) if they are not here"
    )
    parser.add_argument(
        "--archive",
        metavar="FILE",
        help="copy cifar-10-python.tar.gz from here, such as a USB stick, to Keras's folder",
    )
    parser.add_argument(
        "--any-version",
        action="store_true",
        help="be content with older packages, as in a hosted notebook, where they are given",
    )
    parser.add_argument("--task", nargs="+", help=argparse.SUPPRESS)  # in a process of its own
    return parser.parse_args(arguments)


def check(options):
    """All rows, one after the other: what matters most comes first.

    Args:
        options: what `parse` gave.

    Yields: Row.
    """
    python = check_python()
    yield python
    if python.todo:  # nothing that is installed here can be used
        return
    yield from check_place()
    yield check_disk(LESSON, "disk: lesson")
    yield check_memory()
    packages_work = yield from check_packages(options.any_version)
    yield check_editors()
    images = yield from check_images(options, packages_work)
    if packages_work:
        yield check_training("real" if images == "ok" else "random")
    else:
        yield Row("training step", "", "", "not tried: packages first", "")


def show(rows):
    """Print the rows as they come; returns them as a list."""
    shown = []
    for row in [Row("what", "wanted", "found", "verdict", ""), None]:
        print(line(row) if row else "-" * 78)
    for row in rows:
        print(line(row), flush=True)
        shown.append(row)
    return shown


def line(row):
    """A row as a line of text."""
    return f"{row.what:<17} {row.wanted:<16} {row.found:<24} {row.verdict}".rstrip()


def last_line(rows):
    """READY, or NOT READY with the first thing to do."""
    todos = [row.todo for row in rows if row.todo]
    if not todos:
        by_folder = any(row.found == "CIFAR10_FOLDER" for row in rows)
        return READY + (BY_FOLDER if by_folder else "")
    others = [todo for todo in todos if todo != todos[0]]
    more = f" (After that, {len(others)} more to do; see the table.)" if others else ""
    return f"NOT READY: {todos[0]}{more}"


# ---- the computer


def check_python():
    """Row: the version of Python, and whether it is a 64-bit one."""
    found = sys.version_info[:2]
    wanted = f"{dotted(OLDEST_PYTHON)} to {dotted(NEWEST_PYTHON)}"
    todo = (
        f"this is Python {platform.python_version()} ({sys.executable}): make the environment "
        f"with a 64-bit Python {wanted}, as the setup page describes."
    )
    verdict = "newer than tested" if found > NEWEST_PYTHON else "ok"
    if sys.maxsize < 2**32:
        verdict = "a 32-bit one"
    elif found < OLDEST_PYTHON:
        verdict = "too old"
    else:
        todo = ""
    return Row("Python", wanted, platform.python_version(), verdict, todo)


def check_place():
    """Rows: the lesson's own files, and the folder that your code runs in."""
    missing = [name for name in FILES if not (LESSON / name).is_file()]
    found = f"{len(FILES) - len(missing)} of {len(FILES)}"
    todo = ""
    if missing:
        todo = (
            f"{missing[0]} is not in {LESSON}: unpack the lesson's whole zip file again, and run "
            "the check_setup.py that is in its folder scripts."
        )
    yield Row("lesson's files", "", found, "missing" if missing else "ok", todo)
    if IN_NOTEBOOK:  # code in a notebook runs where the notebook is
        todo = ""
        if not Path("../data/cat.png").is_file():
            todo = (
                f"your code runs in {Path.cwd()}, and the folder data is not beside that: move "
                f"your notebook to {HERE} and open it there."
            )
        verdict = "another" if todo else "ok"
        yield Row("working folder", "beside data", Path.cwd().name, verdict, todo)


def check_disk(folder, what):
    """Row: free space on the disk that a folder is on, or will be on."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(str(folder)).free / GIGABYTE
    todo = ""
    if free < DISK_NEEDED:
        todo = f"make room on the disk of {folder}: {free:.2f} GB are free, {DISK_NEEDED} needed."
    verdict = "too little" if todo else "ok"
    return Row(what, f"{DISK_NEEDED} GB free", f"{free:.1f} GB free", verdict, todo)


def check_memory():
    """Row: memory of this computer; that other programs use too much of it is no fault."""
    wanted = f"{MEMORY_NEEDED} GB"
    try:
        total, free = memory()
    except Exception:
        return Row("memory", wanted, "cannot be told", "look yourself", "")
    found, verdict, todo = f"{total:.1f} GB", "ok", ""
    if total < MEMORY_NEEDED:
        verdict = "too little"
        todo = (
            f"this computer has {total:.1f} GB of memory and {wanted} are needed: use another one "
            "or a hosted notebook, as the setup page describes."
        )
    elif free is not None:
        found = f"{total:.1f} GB, {free:.1f} free"
        verdict = "ok" if free > MEMORY_OF_AN_EPISODE else "ok, but close other programs"
    return Row("memory", wanted, found, verdict, todo)


def memory():
    """GB of memory that this computer has, and that are free (None if that cannot be told)."""
    if sys.platform == "win32":
        return memory_of_windows()
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE
    told = Path("/proc/meminfo")  # of Linux
    if not told.is_file():
        return total, None
    kilobytes = re.search(r"MemAvailable: +(\d+) kB", told.read_text("utf-8")).group(1)
    return total, int(kilobytes) * 1024 / GIGABYTE


def memory_of_windows():
    """As `memory`, from the Windows API."""

    class Status(ctypes.Structure):  # MEMORYSTATUSEX
        _fields_ = [("length", ctypes.c_uint32), ("load", ctypes.c_uint32)] + [
            (name, ctypes.c_uint64)
            for name in ("total", "free", "a", "b", "c", "d", "e")  # what follows is not read
        ]

    status = Status(length=ctypes.sizeof(Status))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return status.total / GIGABYTE, status.free / GIGABYTE


# ---- packages


def check_packages(any_version):
    """Rows: each package of requirements.txt, imported; of TensorFlow and JAX, Keras's choice.

    Args:
        any_version: True if older versions will do.

    Yields: Row. Returns: bool, True if all can be used.
    """
    backend, wanted = chosen_backend(), wanted_versions()
    # Keras comes last: it imports its backend, and would repeat its fault.
    others = [name for name in wanted if name not in (*BACKENDS, "keras")]
    names = [backend, *others, "keras"]
    if not any(find_spec(MODULES.get(name, name)) for name in names):
        yield Row("packages", str(len(names)), "0", "missing", no_environment())
        return False
    faulty = []
    for name in names:
        if name == "keras" and backend in faulty:
            row = Row(name, wanted.get(name, ""), "", f"waits for {backend}", "")
        else:
            found = ask("import", MODULES.get(name, name))
            row = judge(name, wanted.get(name, ""), found, any_version)
        yield row
        if row.todo:
            faulty.append(name)
    return not faulty


def wanted_versions():
    """From requirements.txt: {"numpy": "2.4.*"}; {} if the file is missing.

    It is said elsewhere that the file is missing.
    """
    if not WANTED.is_file():
        return {}
    versions = {}
    for text in WANTED.read_text("utf-8").splitlines():
        name, equals, version = re.split("[#;]", text)[0].partition("==")
        if equals:
            versions[name.strip().replace("tensorflow-cpu", "tensorflow")] = version.strip()
    return versions


def chosen_backend():
    """Name of the library that Keras computes with, found the way Keras finds it."""
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"]
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        return json.loads((home / "keras.json").read_text("utf-8"))["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return "tensorflow"


def judge(name, wanted, found, any_version):
    """Row: what an import gave, beside what is wanted.

    Args:
        name: of the package, as pip knows it.
        wanted: version, such as "2.4.*"; empty if any will do.
        found: what `ask` gave.
        any_version: True if an older one will do.
    """
    if "missing" in found:
        return Row(name, wanted, "", "missing", missing_package(name))
    if HERE in list(Path(found.get("file", "")).parents)[:2]:  # a file or a folder of yours
        todo = f"Python takes your own file {found['file']} for the package {name}: rename it."
        return Row(name, wanted, "your own file", "hidden", todo)
    if "version" not in found:
        fault = f"{name} is here, but importing it fails ({found['message']})"
        return Row(name, wanted, "", "broken", f"{fault}. {cure(name, wanted, found)}")
    version = found["version"]
    here, there = numbers(version), numbers(wanted)
    if here[: len(there)] == there:
        return Row(name, wanted, version, "ok", "")
    if here > there:
        return Row(name, wanted, version, "newer than tested", "")
    todo = f"{name} {version} is too old, {wanted} is wanted. Type: {install_all()}"
    return Row(name, wanted, version, "older", "" if any_version else todo)


def missing_package(name):
    """What to do if a package is not there."""
    if name == "tensorflow" and sys.version_info[:2] > NEWEST_PYTHON:
        return (
            f"there is no TensorFlow for Python {dotted(sys.version_info[:2])} yet: make the "
            f"environment with Python {dotted(OLDEST_PYTHON)} to {dotted(NEWEST_PYTHON)}."
        )
    if name == "tensorflow" and sys.platform == "darwin" and platform.machine() == "x86_64":
        return (
            "there is no TensorFlow for Macs with an Intel processor: tell Keras to use JAX, as "
            "the setup page describes."
        )
    if name not in (*wanted_versions(), *BACKENDS):
        return f"Keras is told to use the backend {name}, which is not installed or not one."
    return f"the package {name} is not installed. Type: {install_all()}"


def no_environment():
    """What to do if none of the packages is there."""
    return (
        f"this Python ({sys.executable}) has none of the lesson's packages: activate the lesson's "
        "environment first, and start Spyder or Jupyter from it. If it is active, type: "
        f"{install_all()}"
    )


def cure(name, wanted, found):
    """How to mend a package whose import fails."""
    if "No module named" in found["message"]:  # of what the package needs itself
        return f"Type: {install_all()}"
    if name == "tensorflow":
        return "See 'When something goes wrong' on the setup page."
    version = f"=={wanted}" if wanted else ""
    return f'Type: python -m pip install --force-reinstall --no-deps "{name}{version}"'


def install_all():
    """The command that installs what is missing or old."""
    return f'python -m pip install -r "{WANTED}"'


def check_editors():
    """Row: which of the editors are installed in this environment; none is a fault."""
    found = [name for name in EDITORS if find_spec(name)]
    if not found:
        return Row("editor", "any", "none here", "fine if you use another one", "")
    return Row("editor", "any", ", ".join(found), "ok", "")


# ---- the images


def check_images(options, keras_works):
    """Rows: room for the images, and the images; gets them where that was asked for.

    Args:
        options: what `parse` gave.
        keras_works: bool; without Keras, nothing is downloaded.

    Yields: Row. Returns: str, verdict on the images.
    """
    if not SOURCE.is_file():  # told in the row on the lesson's files
        yield Row("images", "CIFAR-10", "", "not looked at", "")
        return ""
    source = runpy.run_path(str(SOURCE))
    place = source["keras_home"]() / "datasets"
    yield check_disk(place, "disk: images")
    row = find_images(source, place)
    if row.found == IN_CACHE:
        pass  # nothing to get
    elif options.archive:
        row = copy_archive(source, place, Path(options.archive)) or find_images(source, place)
    elif options.download and keras_works:
        print("Downloading 170 MB. Please wait.", flush=True)
        failure = ask("download", shows=True).get("message")
        row = find_images(source, place)
        if failure:
            row = row._replace(todo=download_failed(failure))
    yield row
    return row.verdict


def find_images(source, place):
    """Row: the images, verified.

    The archive is what counts in Keras's folder: Keras checks and unpacks it at every call.

    Args:
        source: dict, what data/cifar10_source.py defines.
        place: Path, Keras's folder of data sets.
    """
    what, wanted = "images", "CIFAR-10"
    archive = place / source["ARCHIVE"]
    folder = os.environ.get(source["FOLDER_VARIABLE"])
    get = "Type: python check_setup.py --download (or take them from a USB stick: setup page)"
    if archive.is_file() and source["digest"](archive, "sha256") == source["ARCHIVE_SHA256"]:
        return Row(what, wanted, IN_CACHE, "ok", "")
    if folder:
        try:
            source["check_batches"](folder)
        except (OSError, ValueError) as error:
            return Row(what, wanted, source["FOLDER_VARIABLE"], "broken", f"{error}.")
        return Row(what, wanted, source["FOLDER_VARIABLE"], "ok", "")
    if archive.is_file():
        size = f"{archive.stat().st_size:,} bytes"
        todo = f"{archive} is not complete. {get}, which replaces it."
        return Row(what, wanted, size, "broken", todo)
    if (place / archive.name.replace("_archive", "")).is_dir():
        todo = f"Keras asks for the archive, and only what was in it is here, in {place}. {get}."
        return Row(what, wanted, "no archive", "missing", todo)
    return Row(what, wanted, "", "missing", f"the images are not here yet. {get}.")


def copy_archive(source, place, archive):
    """Put an archive where Keras looks for it; returns a Row if that cannot be done."""
    row = Row("images", "CIFAR-10", archive.name, "", "")
    try:
        if source["digest"](archive, "sha256") != source["ARCHIVE_SHA256"]:
            size = f"{archive.stat().st_size:,} bytes"
            todo = f"{archive} ({size}) is not the published archive: get another copy of it."
            return row._replace(verdict="broken", todo=todo)
        place.mkdir(parents=True, exist_ok=True)
        part = place / "archive.part"
        shutil.copyfile(str(archive), str(part))  # under its name only when it is whole
        part.replace(place / source["ARCHIVE"])
    except OSError as error:
        todo = f"{archive} cannot be copied to {place} ({in_a_line(error)})."
        return row._replace(verdict="not copied", todo=todo)
    return None


def download_failed(message):
    """What to do if the images could not be fetched."""
    return (
        f"the images could not be downloaded ({message}): try another network, or copy them "
        "from a USB stick, as the setup page describes."
    )


# ---- training


def check_training(images):
    """Row: one step of training, as an episode does it.

    Args:
        images: "real" or "random".
    """
    begin = time.time()
    found = ask("train", images)
    if "backend" not in found:
        todo = f"training fails ({found['message']}): send this line to your instructors."
        return Row("training step", images + " images", "", "broken", todo)
    where = f"{found['backend']} on {found['devices']}"
    verdict = f"ok, {time.time() - begin:.0f} s"
    return Row("training step", images + " images", where, verdict, "")


# ---- a process of its own


def ask(*task, shows=False):
    """Run a task in another Python, with this file.

    Args:
        task: name of the task, and what it is about.
        shows: True if what it prints is for the user.

    Returns: dict that the task gave; with "message" in its place if it failed.
    """
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"}
    try:
        process = subprocess.run(
            [sys.executable, str(Path(__file__).resolve()), "--task", *task],
            cwd=str(HERE),  # where your own files may hide a package
            env=dict(os.environ, **quiet),
            stdin=subprocess.DEVNULL,
            stdout=None if shows else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE * 6 if shows else PATIENCE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows
        )
    except subprocess.TimeoutExpired:
        return {"message": f"no answer within {PATIENCE} seconds"}
    last = (process.stderr.strip().splitlines() or [""])[-1]
    try:
        return dict(json.loads(last))
    except (TypeError, ValueError):
        return {"message": f"Python ended with code {process.returncode} {last[:200]}".strip()}


def answer(task):
    """Do a task of `ask`, and write what it gave as the last line of stderr. Returns 0."""
    tasks = {"import": try_import, "train": try_training, "download": try_download}
    try:
        found = tasks[task[0]](*task[1:])
    except BaseException as error:
        found = {"message": in_a_line(error)}
    sys.stdout.flush()
    sys.stderr.write("\n" + json.dumps(found) + "\n")
    sys.stderr.flush()
    os._exit(0)  # some libraries crash when they are tidied up, which is no fault here


def try_import(name):
    """Import a module; returns its file and its version, or what is the matter with it."""
    spec = find_spec(name)
    if spec is None:
        return {"missing": True}
    found = {"file": str(spec.origin)}
    try:
        module = importlib.import_module(name)
        found["version"] = str(module.__version__)
    except BaseException as error:
        found["message"] = in_a_line(error)
    return found


def try_training(which):
    """Train a small network on 64 images, and tell on what.

    Args:
        which: "real" or "random".
    """
    import keras
    import numpy

    if which == "real":
        runpy.run_path(str(SOURCE))["prepare"]()  # minds CIFAR10_FOLDER
        (images, labels), _ = keras.datasets.cifar10.load_data()
        if images.shape != (50000, 32, 32, 3):
            raise ValueError(f"the images have the shape {images.shape}")
    else:
        images = numpy.random.default_rng(0).integers(0, 256, (64, 32, 32, 3))
        labels = numpy.arange(64).reshape(-1, 1) % 10
    inputs = keras.Input(shape=(32, 32, 3))
    features = keras.layers.Conv2D(4, (3, 3), activation="relu")(inputs)
    features = keras.layers.Flatten()(features)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(features))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    history = model.fit(images[:64].astype("float32") / 255, labels[:64], verbose=0)
    if not numpy.isfinite(history.history["loss"]).all():
        raise ValueError("the loss is not a number")
    try:
        devices = keras.distribution.list_devices()
    except AttributeError:  # Keras keeps no list for PyTorch
        devices = [model.weights[0].value.device]
    return {"backend": keras.backend.backend(), "devices": ", ".join(map(str, devices))}


def try_download():
    """Let Keras fetch, check and unpack the images, with its progress bar."""
    import keras

    keras.datasets.cifar10.load_data()
    return {}


# ---- small things


def in_a_line(error):
    """An error in one line: of one that holds a whole traceback, the error that began it."""
    while "Traceback" in str(error) and (error.__cause__ or error.__context__):
        error = error.__cause__ or error.__context__
    return traceback.format_exception_only(type(error), error)[-1].strip().splitlines()[0]


def dotted(version):
    """(3, 11) as "3.11"."""
    return ".".join(str(number) for number in version)


def numbers(version):
    """ "2.13.0+cpu" as [2, 13, 0]."""
    return [int(number) for number in re.findall(r"\d+", version.split("+")[0])]


if __name__ == "__main__":
    code = main()
    if not IN_NOTEBOOK:  # there, sys.exit would be shown as an error
        sys.exit(code)
