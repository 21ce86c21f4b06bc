"""How long `lesson check` takes: from nothing, and after an edit.

    CIFAR10_FOLDER=/media/usb/cifar-10-batches-py python benchmarks/check.py

Works on a copy of the lesson; nothing else should run meanwhile. One run of the whole lesson takes
minutes, so that it is measured once in each way unless --runs asks for more.
"""

import argparse
import os
import re
import tempfile
from pathlib import Path

from common import RUNS, copy_of_lesson, row, save, seconds_of

TEXT, CODE = "episodes/05-fit-cnn.md", "episodes/02-neural-networks.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1, help="of the whole lesson (default 1)")
    parser.add_argument(
        "--jobs",
        nargs="+",
        default=["1", str(os.cpu_count())],
        metavar="N",
        help="so many episodes at a time (default: one, and as many as there are cores)",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_of_lesson(Path(folder) / "lesson")
        whole = {jobs: [] for jobs in options.jobs}
        for _ in range(options.runs):
            for jobs, seconds in whole.items():
                seconds.append(seconds_of(copy, "check", "--rerun", "--jobs", jobs))
        lines = [
            row(f"from nothing, {jobs} episode(s) at a time", seconds, 900)
            for jobs, seconds in whole.items()
        ]
        times = {"no change": [], "text edited": [], "code edited in one short episode": []}
        for number in range(RUNS):
            times["no change"].append(seconds_of(copy, "check"))
            edit(copy / TEXT, r"(\n## .*\n\n.+)", rf"\1 Edited {number}.")
            times["text edited"].append(seconds_of(copy, "check"))
            edit(copy / CODE, r"(\n```python\n)", rf"\1# edited {number}\n")
            times["code edited in one short episode"].append(seconds_of(copy, "check"))
        targets = {"text edited": 5}
        lines += [row(name, seconds, targets.get(name)) for name, seconds in times.items()]
        save("check", lines)


def edit(path, pattern, replacement):
    """Change the first place that fits."""
    path.write_text(re.sub(pattern, replacement, path.read_text("utf-8"), count=1), "utf-8")


if __name__ == "__main__":
    main()
