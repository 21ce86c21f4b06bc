"""What the benchmarks share."""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
VERSIONS = "pytest nbval tensorflow tensorflow_cpu keras numpy matplotlib sphinx myst_nb".split()
RUNS = 3


def machine():
    """What stands behind a result: date, Python, machine, versions; dict of text."""
    found = {each.name.lower().replace("-", "_"): each.version for each in distributions()}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": date.today().isoformat(),
        "python": f"Python {platform.python_version()}",
        "machine": f"{platform.system()} {platform.machine()}, {processor()}, {os.cpu_count()} "
        f"cores, {memory:.0f} GiB",
        "versions": ", ".join(f"{n} {found[n]}" for n in VERSIONS if n in found),
    }


def processor():
    """The processor's name, as Linux tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def save(name, lines):
    """Write a table to benchmarks/results/, with the machine above it, and show it."""
    RESULTS.mkdir(exist_ok=True)
    text = "\n".join([*machine().values(), "", *lines]) + "\n"
    (RESULTS / f"{name}.txt").write_text(text, "utf-8")
    print(text)


def git(*arguments):
    """What git says, run in the lesson."""
    return subprocess.check_output(["git", *arguments], cwd=ROOT, text=True)


def copy_of_lesson(folder):
    """Copy the files that git knows or would, so that nothing built comes along."""
    for name in git("ls-files", "-co", "--exclude-standard").split("\n")[:-1]:
        if (ROOT / name).exists():  # a link to a folder is one, too
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def lesson_command(folder, *arguments):
    """`lesson ARGUMENTS` in a folder, as arguments of subprocess: (list, dict)."""
    environment = {**os.environ, "BROWSER": "true"}
    command = [sys.executable, "-m", "lesson_engine", *arguments]
    return command, {"cwd": folder, "env": environment}


def seconds_of(folder, *arguments):
    """How long `lesson ARGUMENTS` takes in a copy."""
    call, options = lesson_command(folder, *arguments)
    start = time.perf_counter()
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def pages(site):
    """The home page, the episodes, and what the menu leads to; no old address, no file to load."""
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    left_out = ("instructor/", "episodes/files/", "_downloads/")
    found = [page for page in found if not page.startswith(left_out)]
    moved = 'http-equiv="refresh"'
    return [page for page in found if moved not in (site / page).read_text("utf-8")]


def row(name, values, target=None):
    """A line: name, median, target, all values."""
    shown = ", ".join(f"{value:.1f}" for value in values)
    wanted = f"target {target:g} s; " if target else ""
    return f"{name:36}{statistics.median(values):8.1f} s  ({wanted}{shown})"
