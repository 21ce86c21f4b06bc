"""How much the checker catches: single changes to the recorded lesson, each judged alone.

    CIFAR10_FOLDER=/media/usb/cifar-10-batches-py python benchmarks/mutations.py

Works on a copy of the lesson as it is committed. What a page says is changed on every page, code
and outputs in a few episodes that run quickly. `lesson check` of the episode comes first, then the
tests of pages that start nothing, up to the first failure. Where a change leaves
all code as it is, the kept outputs of one real run of the episode are compared again (see
lesson_engine/run/kept_runs.py); where it does not, the code is run. Results are appended to
build/mutations/results.jsonl, from which a later call goes on; the table is written to
benchmarks/results/mutations.txt.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from common import ROOT, git, machine, save

BUILD = ROOT / "build" / "mutations"


def main(arguments=None):
    options = parse(arguments)
    BUILD.mkdir(parents=True, exist_ok=True)
    if not options.report:
        commit = options.commit or git("rev-parse", "--short", "HEAD").strip()
        copy = copy_of_lesson(BUILD / f"lesson-{options.name}", commit)
        run_unchanged(copy)
        sys.path[:0] = [str(copy / "engine" / "src"), str(Path(__file__).parent)]
        judge_all(copy, commit, options)
    write_table(options)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="how many changes (default 300)")
    parser.add_argument("--seed", default="1", help="other changes (default 1)")
    parser.add_argument("--kinds", nargs="*", metavar="KIND", help="only these kinds of changes")
    parser.add_argument(
        "--episodes",
        nargs="*",
        default=["01", "02", "03", "04", "07"],
        metavar="NUMBER",
        help="where code and outputs are changed",
    )
    parser.add_argument("--commit", help="of the lesson to judge (default: HEAD)")
    parser.add_argument("--name", default="0", help="of the copy, if two runs share the work")
    parser.add_argument("--report", action="store_true", help="only write the table")
    return parser.parse_args(arguments)


def copy_of_lesson(folder, commit):
    """The lesson as it was committed, with what this one keeps of its runs."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = subprocess.Popen(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", folder], stdin=archive.stdout, check=True)
    if archive.wait():
        raise SystemExit(f"git archive {commit} failed; is it a commit?")
    if (ROOT / "build" / "kept").is_dir():
        shutil.copytree(ROOT / "build" / "kept", folder / "build" / "kept")
    return folder


def run_unchanged(copy):
    """See that the copy passes, and keep the runs that all changes to text are judged by."""
    call = [sys.executable, "-m", "lesson_engine", "check"]
    environment = {**os.environ, "PYTHONPATH": str(copy / "engine" / "src")}
    if subprocess.call(call, cwd=copy, env=environment):
        raise SystemExit("the lesson fails without any change: see above")


def judge_all(copy, commit, options):
    """Make and judge changes, one kind after the other, until there are enough."""
    done = {(r["seed"], r["kind"], r["page"]) for r in results()}
    for made, (seed, kind, path) in enumerate(plan(copy, options), 1):
        if (seed, kind, path.relative_to(copy).with_suffix("").as_posix()) in done:
            continue
        result = judge_one(copy, path, kind, seed, options, commit)
        if result is not None:
            result.update(commit=commit, **machine())
            with open(BUILD / "results.jsonl", "a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")
            print(
                made, kind, result["page"], result["by"], f"{result['seconds']:.0f} s", flush=True
            )


def plan(copy, options):
    """(seed, kind, path) of `count` changes: kinds in turn, pages in turn or by chance."""
    from mutation import kinds, sayings

    from lesson_engine.core import reader
    from lesson_engine.core.lesson import find_lesson

    lesson = find_lesson(copy)
    pages = {path: reader.read_page(lesson, path) for path in lesson.page_paths()}
    few = [path for path in lesson.episode_paths() if path.stem[:2] in options.episodes]
    of_text = {kind.__name__ for kind in sayings.KINDS}
    count = number = 0
    while count < options.count and number < 100 * options.count:
        for place, kind in enumerate(options.kinds or kinds.KINDS):
            seed = f"{options.seed}.{number}"
            turn = (number + place) % len(few)
            paths = few[turn:] + few[:turn]
            if kind in of_text:  # on any page; those of each folder as often as those of others
                paths = shuffled_by_folder(pages, random.Random(f"{seed} {kind}"))
            offering = (p for p in paths if kinds.make(kind, pages[p], p.parent, seed))
            path = next(offering, None) if count < options.count else None
            if path is not None:
                count += 1
                yield seed, kind, path
        number += 1


def shuffled_by_folder(pages, chance):
    """The pages, folder after folder, in an order of chance."""
    folders = list({path.parent: None for path in pages})
    chance.shuffle(folders)
    return sorted(
        chance.sample(list(pages), len(pages)), key=lambda path: folders.index(path.parent)
    )


def judge_one(copy, path, kind, seed, options, commit):
    """Apply one change to the copy, judge it, take it back; gives the result as a dict."""
    from mutation import kinds

    from lesson_engine.core import reader
    from lesson_engine.core.lesson import find_lesson

    page = reader.read_page(find_lesson(copy), path)
    change = kinds.make(kind, page, path.parent, seed)
    before = {file: file.read_bytes() for file in change.files}
    try:
        for file, content in change.files.items():
            file.write_bytes(content)
        by, said, seconds = verdict(copy, path, change, options.name)
    finally:
        for file, content in before.items():
            file.write_bytes(content)
    named = change.line is None or f"{path.name}:{change.line}:" in said
    page = path.relative_to(copy).with_suffix("").as_posix()
    result = {"seed": seed, "kind": kind, "page": page, "change": change.words}
    return {**result, "by": by, "line": change.line, "named": named, "seconds": seconds}


def verdict(copy, path, change, name):
    """(what caught the change or "survived", what was said, seconds)."""
    from mutation import judge

    log = BUILD / f"said-{name}.txt"
    shown = path.relative_to(copy).as_posix()
    tests = [lambda: judge.static(copy, path.stem, log)]
    if path.parent.name == "episodes" and change.by_check:  # it begins with the page's structure
        tests.insert(0, lambda: judge.episode(copy, shown, log, change.only))
    seconds = 0
    for test in tests:
        code, said, more = test()
        seconds += more
        if code in (1, 2):  # tests failed, or the episode could not be read
            return judge.catcher(said), said, seconds
        if code != 0:
            raise SystemExit(f"pytest could not judge {change.words} ({code}): see {log}")
    return "survived", said, seconds


def results():
    """All results so far, as a list of dict."""
    path = BUILD / "results.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [json.loads(line) for line in lines]


def by_folder(rows):
    """The results of each folder's pages."""
    found = {}
    for row in rows:
        found.setdefault(row["page"].rpartition("/")[0] or "top level", []).append(row)
    return found


def write_table(options):
    """Write the table of all results with this seed."""
    rows = [row for row in results() if row["seed"].partition(".")[0] == options.seed]
    if not rows:
        raise SystemExit("no results yet")
    kinds = sorted({row["kind"] for row in rows})
    survivors = [row for row in rows if row["by"] == "survived"]
    share = 100 * (1 - len(survivors) / len(rows))
    lines = [f"{len(rows)} single changes, {share:.1f} % caught; seed {options.seed}"]
    for name in machine():
        lines.append("made with " + "; ".join(sorted({str(row[name]) for row in rows})))
    lines += ["commit " + ", ".join(sorted({row["commit"] for row in rows})), ""]
    lines.append(f"{'kind':28}{'made':>5}{'caught':>7}  caught by")
    for kind in kinds:
        by = Counter(row["by"] for row in rows if row["kind"] == kind)
        told = ", ".join(f"{name} {n}" for name, n in by.most_common() if name != "survived")
        lines.append(f"{kind:28}{by.total():5}{by.total() - by['survived']:7}  {told}")
    lines += ["", f"{'pages':28}{'made':>5}{'caught':>7}"]
    for folder, found in sorted(by_folder(rows).items()):
        caught = sum(row["by"] != "survived" for row in found)
        lines.append(f"{folder:28}{len(found):5}{caught:7}")
    named = sum(row["named"] for row in rows if row["by"] != "survived")
    lines += ["", f"{named} of the caught ones are named with the line meant here."]
    lines += ["", "Survivors:" if survivors else "No survivors."]
    lines += [f"- {r['kind']}, {r['page']}, {r['change']} (seed {r['seed']})" for r in survivors]
    save("mutations", lines)


if __name__ == "__main__":
    main()
