"""Find the data, wherever a script of the lesson is started from: each imports this first.

`python scripts/05_fit_cnn.py` then works from any folder. If the variable CIFAR10_FOLDER is set,
the images are read from the folder that it names; if not, from Keras's cache or the internet.
Notebooks don't need this file.
"""

import os
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "data" / "cifar10_source.py"
NO_DOWNLOAD = (
    "CIFAR-10 could not be downloaded. Type: CIFAR10_FOLDER=FOLDER python SCRIPT, where FOLDER is "
    "cifar-10-batches-py from the unpacked archive (learners/setup.md says where to get it)"
)


def say(kind, error, trace):
    """In place of Python's own report: one line, if all that's missing is the download."""
    if "URL fetch failure" in str(error):
        print(NO_DOWNLOAD, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


if not SOURCE.is_file():
    sys.exit(f"{SOURCE} is missing: unpack the lesson's zip file, and run the script in there")

os.chdir(HERE)  # "../data" starts from here
sys.excepthook = say
try:
    runpy.run_path(str(SOURCE))["prepare"]()
except ValueError as wrong:  # the folder isn't what it should be
    sys.exit(str(wrong))
