"""Run the sweeps of episode 6 once with all pictures, and keep their result tables.

Run it in this folder, after episode 5:

    python full_size.py

In 06_evaluate_tune.py, lines such as `sweep_epochs = 3  # full size: 6` hold two sizes. Here the
second one is used. The tables go to ../data/full_size/, with a note of how they were made.
"""

import hashlib
import json
import platform
import re
import shutil
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve()
SCRIPT = HERE.with_name("06_evaluate_tune.py")
RESULTS = HERE.parents[1] / "data" / "full_size"
# The search on a Dask cluster gives the same table again, and last time's tables are not needed.
LEFT_OUT = re.compile(r"\bclient\b|\bdask\b|data/full_size")
SIZE = re.compile(r"^(?P<name>\w+ = )\S+(?P<comment>  # full size: (?P<full>\S+))$", re.M)


def read_cells(script):
    """The script's cells, as a list of text."""
    return re.split(r"^# %%.*\n", script.read_text(encoding="utf-8"), flags=re.M)


def digest(cells):
    """A fingerprint of the cells that have a full size, and of the functions that they call.

    Empty lines do not count, so that a cell may be split.
    """
    code = ""
    for cell in reversed(cells):  # functions come before what calls them
        functions = re.findall(r"^def (\w+)", cell, flags=re.M)
        called = any(re.search(rf"\b{name}\b", code) for name in functions)
        if SIZE.search(cell) or called:
            code = re.sub(r"\n+", "\n", f"{cell.strip()}\n{code}")
    return hashlib.sha256(code.encode("utf-8")).hexdigest()[:16]


def at_full_size(cells):
    """All code up to the last cell that has a full size, with the small sizes replaced."""
    last = max(number for number, cell in enumerate(cells) if SIZE.search(cell))
    code = "\n".join(cell for cell in cells[: last + 1] if not LEFT_OUT.search(cell))
    return SIZE.sub(lambda match: match["name"] + match["full"] + match["comment"], code)


def main():
    """Run the cells and copy the tables that they save."""
    cells = read_cells(SCRIPT)
    start = time.perf_counter()
    exec(compile(at_full_size(cells), str(SCRIPT), "exec"), {"__name__": "__main__"})
    minutes = (time.perf_counter() - start) / 60

    import keras

    RESULTS.mkdir(parents=True, exist_ok=True)
    tables = sorted(Path("fit_outputs").glob("sweep_*.csv"))
    for table in tables:
        shutil.copy(table, RESULTS / table.name)
    note = {
        "command": "python full_size.py",
        "date": date.today().isoformat(),
        "minutes": round(minutes),
        "machine": f"{platform.system()} {platform.machine()}",
        "keras": f"{keras.__version__}, {keras.backend.backend()}",
        "code": digest(cells),
        "tables": [table.name for table in tables],
    }
    (RESULTS / "sweeps.json").write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
