"""What maintainers do every day, on Linux, macOS and Windows, with or without make.

    python tools/develop.py site

`make site` calls this file, so both do the same. The tasks are in TASKS; each makes the environment
that it needs, `.venv-site` and so on, from its lock file, unless it is there already. It's the
Python that runs this file that the environments get, and only its standard library is used.
"""

import argparse
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINKS = ("data", "fig", "files")  # in episodes/, to the folders at the top

LESSON = ["-m", "lesson_engine"]
PYTEST = ["-m", "pytest"]
# Tests that share nothing run on every core. These share the built site: each file of them stays
# with one process. Episodes train networks on all cores and run one after the other.
USE_THE_SITE = """
    browser browser_reading browser_teaching cheat_sheet deployed interactive keyboard pages
    programs schedules search setup_page states
"""
SHARED = [f"tests/test_{name}.py" for name in USE_THE_SITE.split()]
WORKERS = ["-n", "auto", "--maxprocesses", "4"]
PARALLEL = [*WORKERS, "--durations", "20", "--dist"]

# Of each task: the environments it needs, and what the Python of the first one is given
TASKS = {
    "site": (["site"], [[*LESSON, "build"]]),
    "serve": (["site"], [[*LESSON, "serve"]]),
    "test": (
        ["test", "programs"],
        [
            [
                *PYTEST,
                *PARALLEL,
                "worksteal",
                "engine/tests",
                "tests",
                *[f"--ignore={p}" for p in SHARED],
            ],
            [*PYTEST, *PARALLEL, "loadfile", *SHARED],
            [*PYTEST, "episodes"],
        ],
    ),
    "fast": (["test"], [[*PYTEST, "-q", *WORKERS, "-m", "not slow", "engine/tests", "tests"]]),
    "lint": (
        ["test"],
        [["-m", "ruff", "check"], ["-m", "ruff", "format", "--check"], ["-m", "mypy"]],
    ),
    "check": (["test"], [[*LESSON, "check"]]),
    "record": (["test"], [[*LESSON, "record"]]),
    "export": (["test"], [[*LESSON, "export"], ["tools/schedule_to_print.py"]]),
    # What learners/setup.md asks of a learner: their packages, the images, the check
    "learner": (["learner"], [["scripts/check_setup.py", "--download"]]),
}
TORCH = "torch==2.13.0"  # in no lock file: which build is wanted differs between machines
ENVIRONMENTS = ("site", "test", "programs", "learner", "jax", "torch")


def main(arguments=None):
    """Do a task; returns the exit code of the first command that fails, or 0."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older one
        sys.exit(
            "Python 3.11 or newer is needed: make PYTHON=/path/to/python, or start this with it"
        )
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("task", choices=[*TASKS, "environment"])
    parser.add_argument("kind", nargs="?", choices=ENVIRONMENTS, help="which environment to make")
    options = parser.parse_args(arguments)
    if (options.task == "environment") != (options.kind is not None):
        parser.error("a kind is for the task environment, which needs one")
    check_links()
    kinds, commands = TASKS.get(options.task, ([options.kind], []))
    try:
        for kind in kinds:
            make(kind)
        for command in commands:
            run(kinds[0], *command)
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    except KeyboardInterrupt:  # how `serve` is meant to end
        return 130
    return 0


def check_links():
    """Git on Windows writes links as small text files, unless it's told not to."""
    if any((ROOT / "episodes" / name).is_file() for name in LINKS):
        sys.exit(
            "The links in episodes/ are plain files. Turn on Windows's developer mode, then get "
            "the lesson again with: git clone -c core.symlinks=true ADDRESS"
        )


def run(kind, *arguments):
    """Give the Python of an environment something to do."""
    # A package of ours reads its own files in the system's encoding, which fails on Windows
    variables = {**os.environ, "PYTHONUTF8": "1"}
    print(f"{python_of(kind).relative_to(ROOT)} {' '.join(arguments)}", flush=True)
    subprocess.run([python_of(kind), *arguments], cwd=ROOT, env=variables, check=True)


def make(kind):
    """Make an environment, unless there is one that is newer than what it's made from."""
    if kind == "programs":  # finds the rest in the test environment
        make("test")
    made_from = [lock_of(kind), ROOT / "engine" / "pyproject.toml"]
    stamp = folder(kind) / "ready"
    if stamp.is_file() and stamp.stat().st_mtime > max(path.stat().st_mtime for path in made_from):
        return
    print(f"making {folder(kind).name} from {made_from[0].relative_to(ROOT)}", flush=True)
    if folder(kind).is_symlink():  # it would be emptied where it leads to
        sys.exit(
            f"{folder(kind).name} is a link; remove it, and an environment is made in its place"
        )
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder(kind)], check=True)
    if kind == "programs":
        place = Path(path_of(kind, "purelib")) / "test.pth"
        place.write_text(path_of("test", "purelib") + "\n", "utf-8")
    install = ["-m", "pip", "install", "-q", "--disable-pip-version-check"]
    # A lock file holds a digest of every file that may come; learners choose from ranges
    digests = [] if kind == "learner" else ["--require-hashes"]
    run(kind, *install, *digests, "-r", str(made_from[0]))
    if kind == "torch":
        run(kind, *install, TORCH)
    if kind not in ("programs", "learner"):
        run(kind, *install, "--no-deps", "-e", "engine")
    stamp.touch()


def lock_of(kind):
    """The file that names an environment's packages."""
    if kind == "learner":
        return ROOT / "requirements.txt"
    name = f"test-{kind}" if kind in ("jax", "torch") else kind
    if kind == "test":
        name = "test-gpu" if has_gpu() else "test-cpu"
    return ROOT / "requirements" / f"{name}.txt"


def has_gpu():
    """Whether an NVIDIA GPU is found."""
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, check=False).stdout
    except OSError:
        return False
    return b"GPU" in listed


def folder(kind):
    """Where an environment is."""
    return ROOT / f".venv-{kind}"


def path_of(kind, what):
    """A folder of an environment: "scripts" is bin/ or Scripts/, "purelib" has the packages."""
    base = str(folder(kind))
    return sysconfig.get_path(what, "venv", vars={"base": base, "platbase": base})


def python_of(kind):
    """The Python of an environment."""
    return Path(path_of(kind, "scripts")) / ("python.exe" if os.name == "nt" else "python")


if __name__ == "__main__":
    sys.exit(main())
