"""Make a USB stick for a workshop without internet.  In the folder scripts:

    python -m pip install uv
    python make_stick.py E:\\

It puts on the stick, for Windows, macOS and Linux: the lesson, the packages, the images, and a page
START-HERE.html that says what to do. If it's interrupted, start it again: what is whole stays. The
file SHA256SUMS comes last, so a stick without it isn't finished.
"""

import argparse
import hashlib
import html
import os
import platform
import re
import runpy
import shutil
import string
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
LESSON = HERE.parent
REQUIREMENTS = LESSON / "requirements.txt"
EDITORS = ["spyder", "jupyterlab"]  # as on the setup page
PYTHONS = ["3.11", "3.12", "3.13"]
MANYLINUX = [
    "manylinux2014",
    "manylinux2010",
    "manylinux1",
    *[f"manylinux_2_{n}" for n in range(5, 29)],
]
ARCHIVE = "cifar-10-python.tar.gz"
FOLDER = "cifar-10-batches-py"
SUMS = "SHA256SUMS"
INSTALLERS = {  # name on the stick -> file in scripts/stick
    "install.py": "install.py",
    "install-windows.bat": "install-windows.bat",
    "install-macos.command": "install.sh",
    "install-linux.sh": "install.sh",
}
# Of each system: its name for people, what uv calls it, and the tags of wheels that run there.
# macOS 12 is the oldest that the setup page promises.
SYSTEMS = {
    "windows": ("Windows", "x86_64-pc-windows-msvc", ["win_amd64"]),
    "macos-arm64": ("macOS, Apple chip", "aarch64-apple-darwin", ["macosx_12_0_arm64"]),
    "macos-x86_64": ("macOS, Intel processor", "x86_64-apple-darwin", ["macosx_12_0_x86_64"]),
    "linux": ("Linux", "x86_64-manylinux_2_28", [f"{tag}_x86_64" for tag in MANYLINUX]),
}


class Fault(Exception):
    """What stands in the way, and what to do about it."""


def main(arguments=None):
    """Make the stick; returns 0, or 1 if it lacks something that was asked for."""
    options = parse(arguments)
    stick = Path(options.folder).resolve()
    try:
        lacking = make(stick, options)
    except KeyboardInterrupt:
        print("\nStopped. Start it again to go on; what is whole stays.", file=sys.stderr)
        return 130
    except (Fault, OSError) as fault:
        print(f"\nThe stick isn't finished: {fault}", file=sys.stderr)
        return 1
    for name, size in sizes(stick):
        print(f"{size / 1e6:8,.0f} MB  {name}")
    for sentence in lacking:
        print(f"Not on the stick: {sentence}")
    print(f"Finished: open {stick / 'START-HERE.html'}, with the wifi off.")
    return 1 if any(not sentence.startswith("Python itself") for sentence in lacking) else 0


def parse(arguments):
    """Read the command line; see --help."""
    parser = argparse.ArgumentParser(description=__doc__.partition("  ")[0])
    parser.add_argument("folder", help="the stick, or a folder to copy to sticks afterwards")
    parser.add_argument("--python", nargs="+", default=PYTHONS, metavar="3.X", help="which Pythons")
    parser.add_argument("--system", nargs="+", default=list(SYSTEMS), choices=SYSTEMS)
    parser.add_argument("--zip", type=Path, help="lesson.zip, from the home page")
    parser.add_argument("--images", type=Path, help=f"{ARCHIVE}, or the folder {FOLDER}")
    return parser.parse_args(arguments)


def make(stick, options):
    """Do everything, the short things first; returns what the stick lacks, list of sentences."""
    lesson = options.zip or LESSON / "_site" / "lesson.zip"
    if not zipfile.is_zipfile(lesson):
        raise Fault(f"{lesson} is not the lesson's zip file: name it with --zip.")
    (stick / SUMS).unlink(missing_ok=True)
    wheels = stick / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    clear_parts(stick)
    print(f"lesson: {lesson}", flush=True)
    put(lesson, stick / "lesson.zip")
    unpack(stick / "lesson.zip", stick / "lesson")
    lacking = put_images(stick, options.images)
    for system in options.system:
        for version in options.python:
            lacking += put_wheels(wheels, system, version)
    drop_unfinished(wheels)
    if not any((stick / "python").glob("*.*")):
        lacking.append(
            "Python itself. Put the installers of a Python from the list, for Windows and macOS, "
            "into its folder python, from https://www.python.org/downloads/"
        )
        (stick / "python").mkdir(exist_ok=True)
    remove_unlisted(wheels)
    for name, source in INSTALLERS.items():
        put(HERE / "stick" / source, stick / name)
    write(stick / "START-HERE.html", start_page(stick, lacking))
    write(stick / SUMS, sums(stick))
    return lacking


# ---- packages


def put_wheels(wheels, system, version):
    """Get the packages of one system and one Python; returns what's lacking, list of sentences."""
    name = f"{SYSTEMS[system][0]}, Python {version}"
    print(f"packages: {name}", flush=True)
    lock = wheels / f"{system}-{version}.txt"
    complaint = write_lock(lock, system, version)
    if not complaint and not complete(wheels, lock):
        complaint = pip("download", wheels, lock, "-d", wheels)
    if complaint:
        lock.unlink(missing_ok=True)
        return [f"the packages for {name} ({complaint})"]
    if not complete(wheels, lock):
        raise Fault(f"the packages for {name} don't agree with {lock.name}; start it again.")
    return []


def write_lock(lock, system, version):
    """Choose a version of every package, unless that's been done; returns a complaint or "".

    A lock is kept as long as requirements.txt is the same, so that going on later doesn't mix
    what was chosen on different days.
    """
    wanted = "\n".join([REQUIREMENTS.read_text("utf-8"), *EDITORS, ""])
    mark = f"# {hashlib.sha256(wanted.encode()).hexdigest()}\n"
    if lock.is_file() and lock.read_text("utf-8").startswith(mark):
        return ""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if not uv:
        raise Fault("uv is missing, which chooses the packages. Type: python -m pip install uv")
    command = [uv, "pip", "compile", "-", "-q", "--no-header", "--no-annotate", "--no-config"]
    command += ["--generate-hashes", "--only-binary", ":all:"]
    command += ["--python-platform", SYSTEMS[system][1], "--python-version", version]
    oldest = {"MACOSX_DEPLOYMENT_TARGET": "12.0"}
    done = subprocess.run(
        command, input=wanted, env={**os.environ, **oldest}, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        return " ".join(done.stderr.split())[:300]
    write(lock, mark + done.stdout)
    return ""


def complete(wheels, lock):
    """Whether all packages of a lock file are there, with the right digests; pip says so.

    What else this computer's pip looks at is left out, since learners' computers don't have it.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    alone = {**kept, "PIP_CONFIG_FILE": os.devnull}
    with tempfile.TemporaryDirectory() as nowhere:
        options = ["--dry-run", "--ignore-installed", "--target", nowhere, "--no-index"]
        options.append("--ignore-requires-python")  # pip would mean the one that runs this
        return not pip("install", wheels, lock, *options, environment=alone)


def pip(command, wheels, lock, *options, environment=None):
    """Have pip do something for another system; returns what it complains of, or ""."""
    system, _, version = lock.stem.rpartition("-")
    tags = [word for tag in SYSTEMS[system][2] for word in ("--platform", tag)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, "-q", "--disable-pip-version-check", "--no-deps"]
        + ["--only-binary", ":all:", "--implementation", "cp", "--python-version", version, *tags]
        + ["--require-hashes", "-r", lock, "--find-links", wheels, *options],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    said = [line for line in done.stderr.splitlines() if "ERROR" in line]
    return (" ".join(said)[:300] or f"pip ended with {done.returncode}") if done.returncode else ""


def drop_unfinished(wheels):
    """Forget what was asked for another time and interrupted: nobody could install from it."""
    for lock in wheels.glob("*.txt"):
        if not complete(wheels, lock):
            lock.unlink()


def remove_unlisted(wheels):
    """Remove the packages that no lock file names any more."""
    listed = "".join(path.read_text("utf-8") for path in wheels.glob("*.txt"))
    for path in wheels.glob("*.whl"):
        if digest(path) not in listed:
            path.unlink()


# ---- images and lesson


def put_images(stick, images):
    """Put the images there, checked; returns what's lacking, list of sentences."""
    source = runpy.run_path(str(LESSON / "data" / "cifar10_source.py"))
    kept = source["keras_home"]() / "datasets" / source["ARCHIVE"]
    named = os.environ.get(source["FOLDER_VARIABLE"])
    candidates = [images] if images else [stick / ARCHIVE, kept, *([Path(named)] if named else [])]
    for path in candidates:
        if path.is_file() and source["digest"](path, "sha256") == source["ARCHIVE_SHA256"]:
            print(f"images: {path}", flush=True)
            put(path, stick / ARCHIVE)
            return []
        if path.is_dir():
            print(f"images: {path}", flush=True)
            source["check_batches"](path)
            for name in source["BATCHES"]:
                put(path / name, stick / FOLDER / name)
            return [f"{ARCHIVE}: the unpacked images are there instead, which need one line more"]
    if images:
        raise Fault(f"{images} is neither the published archive nor its unpacked folder.")
    raise Fault(
        f"the images aren't on this computer. Type: python check_setup.py --download, or name "
        f"{ARCHIVE} with --images."
    )


def unpack(archive, folder):
    """Unpack the lesson, which appears under its name when it's whole."""
    part = folder.with_name(f".{folder.name}.part")
    with zipfile.ZipFile(archive) as file:
        (top,) = [
            name for name in file.namelist() if re.fullmatch(r"([^/]+/)?requirements.txt", name)
        ]
        file.extractall(part)
    shutil.rmtree(folder, ignore_errors=True)
    (part / top).parent.replace(folder)
    shutil.rmtree(part, ignore_errors=True)


# ---- files


def put(source, target):
    """Copy a file, unless it's there; it appears under its name when it's whole."""
    if source.resolve() == target.resolve():
        return
    if target.is_file() and digest(source) == digest(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


def write(path, text):
    """Write a text file, which appears under its name when it's whole."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8", newline="\n")
    part.replace(path)


def clear_parts(stick):
    """Remove what an interrupted run left half-done."""
    for part in stick.rglob(".*.part"):
        shutil.rmtree(part) if part.is_dir() else part.unlink()


def digest(path):
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files(stick):
    """All files of the stick that are ours, sorted."""
    ours = [stick / name for name in (*INSTALLERS, "START-HERE.html", "lesson.zip", ARCHIVE)]
    for folder in (FOLDER, "lesson", "python", "wheels"):
        ours += (stick / folder).rglob("*")
    return sorted(path for path in ours if path.is_file())


def sums(stick):
    """The digests of all files, as `sha256sum -c` reads them."""
    lines = [f"{digest(path)}  {path.relative_to(stick).as_posix()}\n" for path in files(stick)]
    return "".join(lines)


def sizes(stick):
    """Bytes of each part, then of the whole: list of (name, bytes)."""
    parts = {}
    for path in files(stick):
        name = path.relative_to(stick).parts[0]
        parts[name] = parts.get(name, 0) + path.stat().st_size
    return [*sorted(parts.items()), ("together", sum(parts.values()))]


def start_page(stick, lacking):
    """START-HERE.html, from its template."""
    locks = [path.stem.rpartition("-") for path in sorted((stick / "wheels").glob("*.txt"))]
    had = {}
    for system, _, version in locks:
        had.setdefault(SYSTEMS[system][0], []).append(version)
    template = string.Template((HERE / "stick" / "START-HERE.html").read_text("utf-8"))
    return template.substitute(
        date=date.today().isoformat(),
        made_on=html.escape(platform.system()),
        systems="".join(f"<li>{name}: Python {', '.join(vs)}</li>\n" for name, vs in had.items()),
        lacking="".join(f"<li>{html.escape(sentence)}</li>\n" for sentence in lacking),
    )


if __name__ == "__main__":
    sys.exit(main())
