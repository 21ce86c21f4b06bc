"""What an installation costs: python benchmarks/install.py

Each environment is made anew, with an empty cache of pip: seconds, megabytes from the network
(the sizes of the wheels) and on the disk.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, save

ENVIRONMENTS = {
    "make site": "requirements/site.txt",
    "make test": "requirements/test-cpu.txt",
    "learners (requirements.txt)": "requirements.txt",
}


def main():
    lines = [
        f"{'environment':32}{'seconds':>8}{'MB fetched':>12}{'MB on disk':>12}{'packages':>10}"
    ]
    heaviest = []
    for name, requirements in ENVIRONMENTS.items():
        with tempfile.TemporaryDirectory() as folder:
            seconds, fetched = install(Path(folder), ROOT / requirements)
            disk = megabytes(Path(folder) / "venv")
            packages = Path(folder).glob("venv/lib/python*/site-packages/*")
            sizes = {path.name: megabytes(path) for path in packages if path.is_dir()}
        largest = sorted(sizes, key=sizes.get, reverse=True)[:6]
        heaviest.append(f"{name}: " + ", ".join(f"{each} {sizes[each]:.0f}" for each in largest))
        count = sum(each.endswith(".dist-info") for each in sizes)
        lines.append(f"{name:32}{seconds:8.0f}{fetched:12.0f}{disk:12.0f}{count:10}")
        print(lines[-1], flush=True)
    save("install", [*lines, "", "largest folders, MB:", *heaviest])


def install(folder, requirements):
    """(seconds, megabytes of wheels) of a new environment in folder/venv: fetch, then install."""
    environment = {**os.environ, "PIP_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": ""}
    wheels = folder / "wheels"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)

    def pip(*arguments):
        command = [folder / "venv" / "bin" / "pip", "-q", "--disable-pip-version-check", *arguments]
        subprocess.run([*command, "-r", requirements], check=True, env=environment, cwd=ROOT)

    pip("download", "--dest", wheels)
    pip("install", "--no-index", "--find-links", wheels)
    return time.perf_counter() - start, megabytes(wheels)


def megabytes(path):
    """Size of all files in a folder."""
    files = (each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
    return sum(each.stat().st_size for each in files) / 1e6


if __name__ == "__main__":
    main()
