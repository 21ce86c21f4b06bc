"""What stands behind `keras.datasets.cifar10.load_data()` when the lesson is run by machine.

Lesson code calls Keras, as a learner does. In this order, and said aloud once a run:

1. Keras's own cache, or, where the network is wanted, Keras's own download into it;
2. a folder with the original batch files, named by the variable CIFAR10_FOLDER (a
   workshop's USB stick, a CI cache): checked before anything in it is unpickled;
3. a stand-in of the same shape, drawn by standin.py; its results are never recorded.

`choose` runs in the process that starts kernels and needs the standard library only;
`prepare` runs in each kernel before the first block.
"""

import hashlib
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER_VARIABLE = "CIFAR10_FOLDER"
STAND_IN_VARIABLE = "CIFAR10_STAND_IN"

# SHA-256 of cifar-10-python.tar.gz, as Keras checks it
ARCHIVE_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
ARCHIVE = "cifar-10-batches-py-target_archive"

# MD5 of each file, as published with CIFAR-10
BATCHES = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
    "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
}


def choose(folder, download, stand_in=False):
    """Decide what this run reads.

    Args:
        folder: Path for files that are made once and can be thrown away.
        download: True if a download is wanted where nothing else is at hand.
        stand_in: True if the stand-in is wanted, whatever is at hand.

    Returns: dict with "sentence" (for people), "real" (bool) and "environment" (variables
        that `prepare` reads).
    Raises: OSError or ValueError if CIFAR10_FOLDER names something else than the batches.
    """
    if stand_in:
        return drawn("A drawn stand-in for CIFAR-10, as asked for.", folder)
    cached = keras_home() / "datasets" / ARCHIVE
    if cached.is_file() and digest(cached, "sha256") == ARCHIVE_SHA256:
        return real(f"CIFAR-10 from Keras’s cache, {cached.parent}.")
    batches = os.environ.get(FOLDER_VARIABLE)
    if batches:
        check_batches(batches)
        batches = str(Path(batches).resolve())
        return real(f"CIFAR-10 from the folder {batches}.", {FOLDER_VARIABLE: batches})
    if download:
        fetch()
        return real(f"CIFAR-10, downloaded to {cached.parent}.")
    reason = f"neither in Keras’s cache nor in a folder named by {FOLDER_VARIABLE}"
    return drawn(f"A drawn stand-in for CIFAR-10: the real data are {reason}.", folder)


def real(sentence, environment=None):
    """What `choose` returns for the real data."""
    return {"sentence": sentence, "real": True, "environment": environment or {}}


def drawn(sentence, folder):
    """What `choose` returns for the stand-in."""
    environment = {STAND_IN_VARIABLE: str(draw_stand_in(folder))}
    return {"sentence": sentence, "real": False, "environment": environment}


def keras_home():
    """Folder in which Keras keeps what it downloads.

    If that can't be written, as on some managed computers, Keras goes to the temporary folder.
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if os.access(there, os.W_OK):
        return home
    return Path("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()) / ".keras"


def digest(path, algorithm):
    """Hexadecimal digest of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def check_batches(folder):
    """Hold every batch file against its published MD5.

    Raises: ValueError if one is missing or altered; nothing has been unpickled then.
    """
    for name, expected in BATCHES.items():
        path = Path(folder) / name
        if not path.is_file():
            raise ValueError(
                f"{FOLDER_VARIABLE} names {folder}, which holds no {name}; give the folder "
                "cifar-10-batches-py of the unpacked archive, or unset the variable"
            )
        if digest(path, "md5") != expected:
            raise ValueError(
                f"{path} is not the published file (its MD5 differs; {path.stat().st_size:,} "
                "bytes): copy it again"
            )


def fetch():
    """Let Keras download, check and unpack the archive, with its progress bar.

    Raises: OSError if that fails; Keras keeps no part of a broken download.
    """
    code = "import keras; keras.datasets.cifar10.load_data()"
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if subprocess.call([sys.executable, "-c", code], env=quiet):
        raise OSError(
            "CIFAR-10 could not be downloaded; try again, or set "
            f"{FOLDER_VARIABLE} to a folder with the original batches"
        )


def draw_stand_in(folder):
    """Draw the stand-in once; returns the path of an .npz file."""
    import numpy

    source = Path(__file__).with_name("standin.py")
    path = Path(folder) / f"stand-in-{digest(source, 'md5')[:12]}.npz"
    if not path.is_file():
        (x_train, y_train), (x_test, y_test) = runpy.run_path(str(source))["make"]()
        part = path.with_suffix(f".{os.getpid()}.npz")
        numpy.savez(part, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        part.replace(path)
    return path


def prepare():
    """Put the chosen data behind Keras's call, in this process.

    Keras has no public way to be given a data set, so its function is replaced by one that
    returns the same thing. With Keras's own cache nothing is replaced.
    """
    batches, stand_in = os.environ.get(FOLDER_VARIABLE), os.environ.get(STAND_IN_VARIABLE)
    if not (batches or stand_in):
        return
    import keras

    if batches:
        check_batches(batches)
        keras.datasets.cifar10.load_data = lambda: read_batches(Path(batches))
    else:
        keras.datasets.cifar10.load_data = lambda: read_stand_in(stand_in)


def read_batches(folder):
    """The original batches, as `keras.datasets.cifar10.load_data()` returns them.

    Args:
        folder: Path of checked batch files.

    Returns: ((x_train, y_train), (x_test, y_test)): uint8 images (n, 32, 32, 3), uint8
        labels (n, 1).
    """
    import numpy
    from keras.src.datasets.cifar import load_batch  # Keras's own reader

    def read(names):
        parts = [load_batch(str(folder / name)) for name in names]
        pictures = numpy.concatenate([pictures for pictures, _ in parts])
        labels = numpy.concatenate([labels for _, labels in parts]).astype("uint8")
        return pictures.transpose(0, 2, 3, 1), labels.reshape(-1, 1)

    return read([f"data_batch_{number}" for number in range(1, 6)]), read(["test_batch"])


def read_stand_in(path):
    """The drawn images, in the same form."""
    import numpy

    with numpy.load(path) as arrays:
        train = arrays["x_train"], arrays["y_train"]
        return train, (arrays["x_test"], arrays["y_test"])
