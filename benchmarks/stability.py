"""Do the recorded outputs hold on another machine? The whole lesson, run under other settings.

    CIFAR10_FOLDER=/media/usb/cifar-10-batches-py python benchmarks/stability.py

Threads and oneDNN change the order in which a sum is added up, as another processor does. Each
setting gets a copy of the lesson as it is committed and one `lesson check` of it, which has to
pass. Two more copies are trained with other seeds: there, outputs differ, and every claim of the
prose has to hold. What the runs gave stays in build/stability/: a later call runs only episodes
whose code has changed.
The table of what came closest to its tolerance is written to benchmarks/results/stability.txt.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from common import ROOT, git, save
from nbformat import from_dict

sys.path.insert(0, str(ROOT))

from lesson_engine.core import comparer, notebook, pictures, reader, verdicts  # noqa: E402
from lesson_engine.core.lesson import find_lesson  # noqa: E402
from lesson_engine.core.model import Block, Claim  # noqa: E402
from lesson_engine.run import kept_runs, sources  # noqa: E402

BUILD = ROOT / "build" / "stability"
LESSON = find_lesson(ROOT)
SETTINGS = {
    "two threads": {"TF_NUM_INTRAOP_THREADS": "2", "TF_NUM_INTEROP_THREADS": "2"},
    "one thread": {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"},
    "four threads": {"TF_NUM_INTRAOP_THREADS": "4", "TF_NUM_INTEROP_THREADS": "4"},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "eight threads": {"TF_NUM_INTRAOP_THREADS": "8", "TF_NUM_INTEROP_THREADS": "8"},
}
OTHER_SEEDS = {f"seed {seed}": seed for seed in ("7", "8")}
SEED = re.compile(r"(?<=set_random_seed\()42(?=\))")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1, help="settings at a time (default 1)")
    parser.add_argument("--report", action="store_true", help="only write the table")
    parser.add_argument("--episodes", nargs="*", default=[], help="only these (default: all)")
    parser.add_argument("--settings", nargs="*", default=[*SETTINGS, *OTHER_SEEDS], metavar="NAME")
    options = parser.parse_args(arguments)
    if not options.report:
        with ThreadPoolExecutor(options.jobs) as pool:
            jobs = [pool.submit(run, name, options) for name in options.settings]
        for job in jobs:
            job.result()  # raises what it raised
    write_table()


def run(name, options):
    """One `lesson check`, in a copy, under one setting; keeps what it says."""
    folder = folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_dir() and old.name != "build":  # in which runs are kept
            shutil.rmtree(old)
    archive = subprocess.Popen(["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", folder], stdin=archive.stdout, check=True)
    if name in OTHER_SEEDS:
        for path in (folder / "episodes").glob("*.md"):
            path.write_text(SEED.sub(OTHER_SEEDS[name], path.read_text("utf-8")), "utf-8")
    environment = {**os.environ, **SETTINGS.get(name, {}), "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "lesson_engine", "check", "--jobs", "1", *options.episodes]
    with open(folder / "said.txt", "w", encoding="utf-8") as said:
        code = subprocess.call(command, cwd=folder, env=environment, stdout=said, stderr=said)
    print(f"{name}: exit code {code}", flush=True)


def folder_of(name):
    return BUILD / name.replace(" ", "-")


def runs():
    """(setting, Episode as it is now, outputs by source of cell) of all runs that are there.

    The last is None where a block is another one now. A claim that is newer than the run is not
    among the outputs.
    """
    for name in [*SETTINGS, *OTHER_SEEDS]:
        for path in LESSON.episode_paths():
            text = path.read_text("utf-8")
            if name in OTHER_SEEDS:
                text = SEED.sub(OTHER_SEEDS[name], text)
            episode = reader.read(text, path.relative_to(ROOT), LESSON.shared_links)
            kept = kept_runs.path_of(episode.name, find_lesson(folder_of(name)), sources.Data())
            cells = kept_runs.load(kept)["cells"] if kept.is_file() else []
            keys = numbered(cell["source"] for cell in cells)
            outputs = ([from_dict(each) for each in cell["outputs"]] for cell in cells)
            given = dict(zip(keys, outputs, strict=True))
            blocks = [block.source for block in episode.blocks]
            same = blocks == [cell["source"] for cell in cells if cell["source"] in blocks]
            yield name, episode, given if same else None


def numbered(sources):
    """(source, how many such were before it) of each."""
    seen = Counter()
    for source in sources:
        yield source, seen[source]
        seen[source] += 1


def given_by(episode, outputs, kind):
    """CellRun of all blocks of an episode, or of all its claims that were evaluated."""
    cells = notebook.cells_of(episode)
    for cell, key in zip(cells, numbered(cell.source for cell in cells), strict=True):
        if isinstance(cell.part, kind) and key in outputs:
            yield notebook.CellRun(cell, outputs[key], 0.0)


def judged(episode, outputs):
    """How many blocks and claims of an episode have outputs."""
    return len(list(given_by(episode, outputs, Block | Claim)))


def distances(episode, outputs):
    """(line, what, largest difference, tolerance) of every block that has a tolerance."""
    patterns = comparer.rules_for(LESSON, episode.path).sanitise
    for run in given_by(episode, outputs, Block):
        block = run.cell.part
        recorded, fresh = comparer.recorded_view(block), comparer.fresh_view(run.outputs)
        if block.tolerance is not None:
            largest = comparer.largest_difference(recorded.output, fresh.output, patterns)
            yield block.first_line, "numbers", largest, block.tolerance
        for figure, picture in zip(block.figures, fresh.pictures, strict=False):
            path = ROOT / "episodes" / figure.source
            distance = pictures.mean_distance(path.read_bytes(), picture)
            if distance or block.figure_tolerance:
                yield block.first_line, figure.source, distance, block.figure_tolerance


def blocks_that_differ(episode, outputs):
    """Messages, with the line, of the blocks whose outputs do not agree with what is recorded."""
    rules = comparer.rules_for(LESSON, episode.path)
    for run in given_by(episode, outputs, Block):
        if not comparer.agrees(run.cell.part, run.outputs, rules):
            yield f"{episode.path}:{run.cell.line}: its outputs differ"


def claims_that_fail(episode, outputs):
    """Messages, with the line, of the claims that do not hold."""
    for run in given_by(episode, outputs, Claim):
        fault = verdicts.refuted(run.cell.part, run)
        if fault:
            yield f"{episode.path}:{run.cell.line}: {fault}"


def write_table():
    """Write how each run ended, and for each tolerance the largest difference of all runs."""
    closest, faults, compared = {}, [], {}
    for name, episode, outputs in runs():
        if outputs is None:
            faults.append(f"{name}: {episode.path} was not run, or its code has changed since")
            continue
        every = [len(episode.blocks) + len(episode.claims), judged(episode, outputs)]
        compared[name] = [sum(pair) for pair in zip(compared.get(name, [0, 0]), every, strict=True)]
        faults += [f"{name}: {fault}" for fault in claims_that_fail(episode, outputs)]
        if name in OTHER_SEEDS:
            continue
        faults += [f"{name}: {fault}" for fault in blocks_that_differ(episode, outputs)]
        for line, what, distance, tolerance in distances(episode, outputs):
            place = f"{episode.path}:{line}", what
            closest[place] = max(closest.get(place, (-1, "", 0)), (distance, name, tolerance))
    lines = [
        "lesson at commit " + git("rev-parse", "--short", "HEAD"),
        "setting, variables, cells judged (claims may be newer than the run)",
    ]
    for name, (number, done) in compared.items():
        variables = ", ".join(f"{k}={v}" for k, v in SETTINGS.get(name, {}).items())
        lines.append(
            f"{name:26} {variables or 'claims compared, outputs not':52} {done} of {number}"
        )
    lines.append("")
    lines.append(f"{'block':36}{'what':32}{'largest':>8}{'allowed':>9}  under")
    for (place, what), (distance, name, tolerance) in sorted(closest.items()):
        lines.append(
            f"{place:36}{what:32}{distance:8.4f}{tolerance:9g}  {name if distance else '-'}"
        )
    lines += [
        "",
        "Faults:" if faults else "All outputs agreed, and every claim held, in every run.",
    ]
    lines += [f"- {fault}" for fault in faults]
    save("stability", lines)


if __name__ == "__main__":
    main()
