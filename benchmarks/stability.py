"""Do the recorded outputs hold on another machine? The whole lesson, run under other settings.

    CIFAR10_FOLDER=/media/usb/cifar-10-batches-py python benchmarks/stability.py

Threads and oneDNN change the order in which a sum is added up, as another processor does. Each
setting gets a copy of the lesson as it is committed and one `lesson check` of it, which has to
pass. One more copy is trained with another seed: there, outputs differ, and every claim of the
prose has to hold. What the runs gave stays in build/stability/, and a later call goes on from it.
The table of what came closest to its tolerance is written to benchmarks/results/stability.txt.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from common import ROOT, git, save
from nbformat import from_dict

sys.path.insert(0, str(ROOT))

from lesson_engine import comparer, kept_runs, notebook, reader, runner, settings  # noqa: E402
from lesson_engine.nbval_plugin import claim_fault  # noqa: E402

BUILD = ROOT / "build" / "stability"
SETTINGS = {
    "two threads": {"TF_NUM_INTRAOP_THREADS": "2", "TF_NUM_INTEROP_THREADS": "2"},
    "one thread": {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"},
    "four threads": {"TF_NUM_INTRAOP_THREADS": "4", "TF_NUM_INTEROP_THREADS": "4"},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "oneDNN with SSE 4.1 only": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
}
OTHER_SEED = "another seed"
SEED = re.compile(r"(?<=set_random_seed\()42(?=\))")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1, help="settings at a time (default 1)")
    parser.add_argument("--seed", default="7", help="the other seed (default 7)")
    parser.add_argument("--report", action="store_true", help="only write the table")
    options = parser.parse_args(arguments)
    if not options.report:
        with ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(lambda name: run(name, options.seed), [*SETTINGS, OTHER_SEED]))
    write_table()


def run(name, seed):
    """One `lesson check`, in a copy, under one setting; keeps what it says."""
    folder = folder_of(name)
    if (folder / "code.txt").is_file():
        return  # done before
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = subprocess.Popen(["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", folder], stdin=archive.stdout, check=True)
    if name == OTHER_SEED:
        for path in (folder / "episodes").glob("*.md"):
            path.write_text(SEED.sub(seed, path.read_text("utf-8")), "utf-8")
    environment = {**os.environ, **SETTINGS.get(name, {}), "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "lesson_engine", "check", "--jobs", "1"]
    with open(folder / "said.txt", "w", encoding="utf-8") as said:
        code = subprocess.call(command, cwd=folder, env=environment, stdout=said, stderr=said)
    (folder / "commit.txt").write_text(git("rev-parse", "--short", "HEAD"), "utf-8")
    (folder / "code.txt").write_text(str(code), "utf-8")
    print(f"{name}: exit code {code}", flush=True)


def folder_of(name):
    return BUILD / name.replace(" ", "-")


def runs():
    """(setting, Episode, outputs of each of its cells) of all runs that are there."""
    for name in [*SETTINGS, OTHER_SEED]:
        if not (folder_of(name) / "code.txt").is_file():
            continue
        lesson = settings.find(folder_of(name))
        for path in lesson.episode_paths():
            episode = reader.read_page(lesson, path)
            kept = kept_runs.path_of(episode.name, lesson, runner.Data())
            cells = kept_runs.load(kept)["cells"] if kept.is_file() else []
            yield name, episode, [[from_dict(each) for each in cell["outputs"]] for cell in cells]


def distances(episode, outputs):
    """(line, what, largest difference, tolerance) of every block that has a tolerance."""
    cells = notebook.to_notebook(episode).cells
    for cell, given in zip(cells, outputs, strict=True):
        lesson = cell.metadata["lesson"]
        if lesson["kind"] != "block":
            continue
        block = episode.blocks[lesson["index"]]
        recorded, fresh = comparer.recorded_view(block), comparer.fresh_view(given)
        if block.tolerance is not None:
            largest = comparer.largest_difference(recorded["output"], fresh["output"])
            yield block.first_line, "numbers", largest, block.tolerance
        for source, picture in zip(recorded["figures"], fresh["figures"], strict=False):
            path = ROOT / "episodes" / source
            distance = comparer.picture_distance(path.read_bytes(), picture)
            if distance or block.figure_tolerance:
                yield block.first_line, source, distance, block.figure_tolerance


def claims_that_fail(episode, outputs):
    """Messages, with the line, of the claims that do not hold."""
    rules = comparer.Rules()
    for cell, given in zip(notebook.to_notebook(episode).cells, outputs, strict=True):
        lesson = cell.metadata["lesson"]
        if lesson["kind"] == notebook.CLAIM:
            claim = episode.claims[lesson["index"]]
            fault = claim_fault(claim, given, rules)
            if fault:
                yield f"{episode.path}:{claim.line}: {fault}"


def write_table():
    """Write how each run ended, and for each tolerance the largest difference of all runs."""
    closest, faults = {}, []
    for name, episode, outputs in runs():
        if not outputs:
            faults.append(f"{name}: no run of {episode.path}")
            continue
        faults += [f"{name}: {fault}" for fault in claims_that_fail(episode, outputs)]
        if name == OTHER_SEED:
            continue
        for line, what, distance, tolerance in distances(episode, outputs):
            place = f"{episode.path}:{line}", what
            closest[place] = max(closest.get(place, (-1, "", 0)), (distance, name, tolerance))
    names = [name for name in [*SETTINGS, OTHER_SEED] if (folder_of(name) / "code.txt").is_file()]
    commits = {(folder_of(name) / "commit.txt").read_text("utf-8").strip() for name in names}
    lines = ["commit " + ", ".join(sorted(commits)), ""]
    lines += [f"{name:26} exit code {(folder_of(name) / 'code.txt').read_text()}" for name in names]
    lines += ["(with another seed the outputs differ; its claims have to hold)", ""]
    lines.append(f"{'block':36}{'what':32}{'largest':>8}{'allowed':>9}  under")
    for (place, what), (distance, name, tolerance) in sorted(closest.items()):
        lines.append(
            f"{place:36}{what:32}{distance:8.4f}{tolerance:9g}  {name if distance else '-'}"
        )
    lines += ["", "Claims that did not hold:" if faults else "Every claim held in every run."]
    lines += [f"- {fault}" for fault in faults]
    save("stability", lines)


if __name__ == "__main__":
    main()
