"""Install the lesson from a USB stick, without internet. START-HERE.html says how to start it.

It makes a folder with the lesson and, in it, an environment from the packages on the stick, puts
the images where Keras looks for them, and runs the check of the setup page. If it's interrupted,
start it again.
"""

import argparse
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

STICK = Path(__file__).resolve().parent
ARCHIVE = "cifar-10-python.tar.gz"
FOLDER = "cifar-10-batches-py"


def main(arguments=None):
    """Install everything; returns the check's exit code, or 1 after saying what's wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition(". ")[0] + ".")
    parser.add_argument("--to", type=Path, default=Path.home() / "cnn-lesson", help="where")
    lesson = parser.parse_args(arguments).to.resolve()
    lock = STICK / "wheels" / f"{system()}-{sys.version_info[0]}.{sys.version_info[1]}.txt"
    try:
        check(lock)
        unpack(lesson)
        python = install(lock, lesson / "cnn-lesson")
    except (OSError, ValueError, subprocess.CalledProcessError) as fault:
        print(f"\nNot installed: {fault}", file=sys.stderr)
        return 1
    tell_keras(lock)
    say(f"Checking this computer. From now on, the lesson is in {lesson}")
    return ask_for_verdict(lesson, python)


def say(sentence):
    """What happens now, for somebody who watches."""
    print(f"\n{sentence}", flush=True)


def system():
    """This computer, as the stick's lock files call it."""
    names = {"Windows": "windows", "Linux": "linux", "Darwin": f"macos-{platform.machine()}"}
    return names.get(platform.system(), platform.system())


def check(lock):
    """Make sure that the stick has this Python's packages, and that the lesson on it is whole.

    pip checks each package itself, and Keras the images.
    """
    others = sorted(path.stem for path in lock.parent.glob(f"{system()}-*.txt"))
    machine = platform.machine() in ("AMD64", "x86_64") or platform.system() == "Darwin"
    if not others or not machine:
        raise ValueError(f"the stick has nothing for {system()} on {platform.machine()}.")
    if not lock.is_file() or sys.maxsize < 2**32:
        raise ValueError(
            f"this is Python {platform.python_version()}, and the stick has packages for "
            f"{', '.join(others)}, 64 bit. Start it with one of these."
        )
    sums = STICK / "SHA256SUMS"
    if not sums.is_file():
        raise ValueError("the stick isn't finished: SHA256SUMS is missing.")
    listed = dict(line.split("  ", 1)[::-1] for line in sums.read_text("utf-8").splitlines())
    for name in ("lesson.zip", f"wheels/{lock.name}"):
        if hashlib.sha256((STICK / name).read_bytes()).hexdigest() != listed.get(name):
            raise ValueError(f"{name} on the stick is damaged: take another stick.")


def unpack(lesson):
    """Unpack the lesson, which appears under its name when it's whole; what's there stays."""
    if (lesson / "requirements.txt").is_file():
        return
    if lesson.exists() and any(lesson.iterdir()):
        raise ValueError(f"{lesson} is there and is not the lesson: give another with --to FOLDER.")
    say(f"Unpacking the lesson into {lesson}")
    part = lesson.with_name(f".{lesson.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with zipfile.ZipFile(STICK / "lesson.zip") as archive:
        names = archive.namelist()
        (top,) = [name for name in names if re.fullmatch(r"([^/]+/)?requirements.txt", name)]
        archive.extractall(part)
    if lesson.exists():
        lesson.rmdir()
    (part / top).parent.replace(lesson)
    shutil.rmtree(part, ignore_errors=True)


def install(lock, environment):
    """Make the environment from the stick alone; returns its Python."""
    say(f"Installing the packages of {lock.stem}. This takes some minutes.")
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    options = ["--no-index", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    others = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    subprocess.run(
        [environment / inside, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        + [*options, "--find-links", lock.parent, "-r", lock],
        env={**others, "PIP_CONFIG_FILE": os.devnull},  # whatever pip is told on this computer
        check=True,
    )
    return environment / inside


def tell_keras(lock):
    """Where the packages have no TensorFlow, tell Keras to use JAX, unless it's been told."""
    if re.search(r"^tensorflow", lock.read_text("utf-8"), re.MULTILINE):
        return
    told = Path.home() / ".keras" / "keras.json"
    if "jax==" in lock.read_text("utf-8") and not told.is_file():
        told.parent.mkdir(exist_ok=True)
        told.write_text('{"backend": "jax"}\n', "utf-8")


def ask_for_verdict(lesson, python):
    """Run the check of the setup page with the images of the stick; returns its exit code."""
    command, variables = [python, "check_setup.py"], {**os.environ}
    if (STICK / ARCHIVE).is_file():
        command += ["--archive", STICK / ARCHIVE]
    elif (STICK / FOLDER).is_dir():
        images = lesson / "data" / FOLDER
        if not images.is_dir():
            part = images.with_name(f".{FOLDER}.part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(STICK / FOLDER, part)
            part.replace(images)
        variables["CIFAR10_FOLDER"] = str(images)
    return subprocess.run(command, cwd=lesson / "scripts", env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
