"""`lesson build | serve | check | record | …`: files, terminal, exit codes."""

import argparse
import contextlib
import errno
import importlib.util
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from lesson_engine.core import files, locks, reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson, find_lesson
from lesson_engine.core.model import Episode

if TYPE_CHECKING:  # what a command needs is imported by it: `lesson --help` is fast
    from types import FrameType

    from lesson_engine.run.runner import Sessions

CONF = Path(__file__).parent / "site" / "theme"
VIEWS = ("learner", "instructor")
HINTS = {
    errno.ENOSPC: "free some space and run it again; no file was half-written",
    errno.EACCES: "make the file and its folder writable and run it again",
    errno.EROFS: "copy the lesson to a disk that can be written to",
}
NOT_WATCHED = r"/(build|_site|recorded|engine|tests|\.[^/]+)/"

STOPS = ("SIGTERM", "SIGHUP")
# What a command has for itself alone while it runs; see core/locks
SHARED = {
    "build": (locks.PAGES, locks.SITE),
    "serve": (locks.SITE,),  # a page that is written meanwhile is shown a moment later
    "check": (locks.WORK,),
    "record": (locks.WORK, locks.PAGES),
    "adopt": (locks.WORK, locks.PAGES),
    "export": (locks.WORK, locks.PAGES),
    "coverage": (locks.PAGES,),
    "drift": (locks.WORK,),
}

Command = Callable[[Lesson, argparse.Namespace], int]


def program() -> int:
    """The program `lesson`: as main; while it ends, a stop that comes too late changes nothing."""
    code = main()
    _on_stops(signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: by default the command line's.

    Returns: exit code: 0, 1 for a fault in the lesson, 2 for a fault in the call,
        130 if interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack some of our characters
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    _on_stops(_stop)
    try:
        code = _run(options)
        sys.stdout.flush()  # what is left to be said may have no reader either
        return code
    except LessonError as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        _say_no_more()
        return 1
    except KeyboardInterrupt:
        print("interrupted; every file is as it was or complete", file=sys.stderr)
        return 130
    except OSError as error:
        hint = HINTS.get(error.errno or 0, "see whether it is there and can be used")
        print(f"{error.filename or 'file'}: {error.strerror or error}; {hint}", file=sys.stderr)
    return 1


def _run(options: argparse.Namespace) -> int:
    """Run the command that was asked for, with nobody else at what it needs for itself."""
    lesson = find_lesson(options.lesson)
    command: Command = options.command
    needed = SHARED[options.name]
    if not getattr(options, "write", True):  # `adopt` that only proposes
        needed = (locks.WORK,)
    elif not (getattr(options, "run", True) and getattr(options, "accept", True)):
        needed = ()  # `drift` and `coverage` that only list
    with locks.hold(lesson.build_folder, needed, f"lesson {options.name}"):
        return command(lesson, options)


def _on_stops(handler: "signal.Handlers | Callable[[int, FrameType | None], None]") -> None:
    for name in STOPS:
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), handler)


def _stop(number: int, frame: "FrameType | None") -> None:
    """A signal is as good as Ctrl-C: kernels end, and no file is half-written."""
    _on_stops(signal.SIG_IGN)  # a terminal that closes sends several; the first one counts
    raise KeyboardInterrupt


def _say_no_more() -> None:
    """Python would fail once more, for the same reason, when it empties its streams at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lesson", description="Run, compare, record, export and publish a lesson's code."
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.add_argument(
        "--lesson", default=".", metavar="FOLDER", help="the lesson (default: this folder)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(command=command, name=name)
        return sub

    build_parser = add("build", build, "make the site from the recorded outputs; nothing is run")
    build_parser.add_argument(
        "--strict",
        action="store_true",
        help='keep the last site if anything is odd, as with rules = "strict"',
    )
    serve_parser = add("serve", serve, "build, show in a browser, rebuild when a file changes")
    serve_parser.add_argument("--port", default="8000", help="of the local address (default 8000)")
    what = "look through a lesson: what runs, what does not, which edits would make it green"
    adopt_parser = add("adopt", adopt, what)
    _add_episodes(adopt_parser)
    adopt_parser.add_argument(
        "--write", action="store_true", help="make the edits; `git diff` shows them"
    )
    _add_check(add("check", check, "run every block and compare with what is recorded"))
    record_parser = add("record", record, "run every block and write its outputs and figures")
    _add_episodes(record_parser)
    record_parser.add_argument(
        "--all",
        action="store_true",
        help="write outputs also where none stands, and remove those that nothing gives any more",
    )
    record_parser.add_argument(
        "--rewrite", action="store_true", help="replace also what agrees, such as times in a log"
    )
    what = "say with which versions outputs were recorded, and are here"
    drift_parser = add("drift", drift, what)
    _add_episodes(drift_parser)
    drift_parser.add_argument(
        "--run", action="store_true", help="then check: what differs with the versions here?"
    )
    what = "list the numbers that neither code nor a claim nor the author vouches for"
    coverage_parser = add("coverage", coverage, what)
    coverage_parser.add_argument(
        "pages", nargs="*", metavar="PAGE", help="file, such as learners/setup.md (default: all)"
    )
    coverage_parser.add_argument(
        "--given", action="store_true", help="list also what authors vouch for, with their reasons"
    )
    coverage_parser.add_argument(
        "--accept",
        action="store_true",
        help="note the numbers as they stand: a check tells changes",
    )
    export_parser = add("export", export, "write scripts/*.py, the notebooks and tables of minutes")
    _add_episodes(export_parser)
    export_parser.add_argument(
        "--notebooks",
        default="build/notebooks",
        metavar="FOLDER",
        help="where notebooks go (default: build/notebooks)",
    )
    return parser


def _version() -> str:
    return f"lesson-engine {metadata.version('lesson-engine')}"


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_episodes(parser)
    parser.add_argument(
        "--form", action="store_true", help="list what the Workbench would remark on form"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show differences in full")
    parser.add_argument(
        "--download", action="store_true", help="fetch the data first if it is not at hand"
    )
    parser.add_argument(
        "--rerun", action="store_true", help="run also what cannot have changed since it last ran"
    )
    parser.add_argument(
        "--jobs",
        type=_number,
        default=os.cpu_count() or 1,
        metavar="N",
        help="how many independent episodes run at a time (default: one for each core)",
    )


def _add_episodes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "episodes",
        nargs="*",
        metavar="EPISODE",
        help="file, name or number, such as 05 (default: all)",
    )


def _number(text: str) -> int:
    """A whole number from 1, or argparse's own kind of error."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def choose_paths(lesson: Lesson, wanted: Sequence[str]) -> list[Path]:
    """Episodes that the user named, in teaching order.

    Args:
        lesson: the lesson.
        wanted: for each a path, a file name, a name or its beginning; [] for all.

    Raises: LessonError if a name fits none.
    """
    paths = lesson.episode_paths()
    if not paths:
        raise LessonError(
            "episodes", None, "holds no episode; write one, such as 01-introduction.md"
        )
    chosen: set[Path] = set()
    for name in wanted:
        fits = [path for path in paths if path.stem.startswith(Path(name).stem)]
        if not fits:
            known = ", ".join(path.stem for path in paths)
            raise LessonError(name, None, f"is not an episode; there are {known}")
        chosen.update(fits)
    return [path for path in paths if path in chosen or not wanted]


def choose_episodes(lesson: Lesson, wanted: Sequence[str]) -> list[Episode]:
    """As choose_paths, but read."""
    return [reader.read_page(lesson, path) for path in choose_paths(lesson, wanted)]


def read_episodes(lesson: Lesson, wanted: Sequence[str]) -> tuple[list[Episode], list[LessonError]]:
    """As choose_episodes; gives what cannot be read, too, instead of stopping there."""
    episodes, faults = [], []
    for path in choose_paths(lesson, wanted):
        try:
            episodes.append(reader.read_page(lesson, path))
        except LessonError as error:
            faults.append(error)
    return episodes, faults


def build(lesson: Lesson, options: argparse.Namespace) -> int:
    """Make the site in _site/."""
    from lesson_engine.core import inventory
    from lesson_engine.site import citation, pictures, site_files
    from lesson_engine.site.remarks import run_sphinx

    strict = options.strict or lesson.strict
    _refuse_unreadable(lesson)
    episodes, unread = read_episodes(lesson, [])
    if unread and strict:
        raise unread[0]
    citation.load_citation(lesson)  # a fault in it is best told before Sphinx starts
    derived = lesson.build_folder / "site" / "derived"

    def meanwhile() -> None:
        pictures.prepare(lesson, episodes)
        site_files.derive(lesson, episodes, derived)

    code, remarks = run_sphinx(
        lesson,
        [(_sphinx("sphinx", lesson, view), _environment(lesson, view)) for view in VIEWS],
        meanwhile=meanwhile,
    )
    remarks = [*map(str, inventory.oddities(lesson)), *remarks]
    for remark in remarks:
        print(remark, file=sys.stderr)
    if code or (strict and remarks):
        return code or 1
    site_files.assemble(lesson, episodes, derived, [_html(lesson, view) for view in VIEWS])
    if remarks:
        print(f"{len(remarks)} remarks above; `lesson build --strict` would keep the last site")
    print(f"the site is in {lesson.shown(lesson.site_folder)}/: open index.html there")
    return 0


def _refuse_unreadable(lesson: Lesson) -> None:
    """Raise LessonError for what Sphinx cannot begin with: no home page, a page that is no text."""
    from lesson_engine.core import inventory, provenance

    if not (lesson.root / "index.md").is_file():
        message = "is missing; write one, with a few lines on what the lesson is about"
        raise LessonError("index.md", None, message)
    broken = inventory.shared_links(lesson)
    if broken is not None:
        raise broken
    for path in lesson.episode_paths():
        provenance.load(path.stem, lesson)
    for path in lesson.page_paths():
        reader.text_of(path, lesson.shown(path))


def serve(lesson: Lesson, options: argparse.Namespace) -> int:
    """Build, serve on this machine only, rebuild after every change: the instructor view."""
    from lesson_engine.core.guard import Guard
    from lesson_engine.site import remarks

    # a server is ended at any moment, so the next build writes every page anew
    files.write(remarks.told_in(lesson), remarks.UNFINISHED)
    command = _sphinx("sphinx_autobuild", lesson, "instructor")
    command += ["--port", options.port, "--open-browser", "--re-ignore", NOT_WATCHED]
    environment = {**_environment(lesson, "instructor"), "LESSON_DRAFT": "1"}
    with Guard() as guard:
        server = subprocess.Popen(
            command,
            # a line is told when it is written
            env={**environment, **guard.variables, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
        )
        for words in remarks.while_serving(server.stdout or (), lesson):
            print(words, flush=True)
        return server.wait()


def _html(lesson: Lesson, view: str) -> Path:
    """Where Sphinx works; _site/ gets a copy once all is well."""
    return lesson.build_folder / "site" / view / "html"


def _sphinx(module: str, lesson: Lesson, view: str) -> list[str]:
    cache = lesson.build_folder / "site" / view / "doctrees"
    command = [sys.executable, "-m", module, "-q"]
    command += ["-c", str(CONF), "-d", str(cache)]
    return [*command, str(lesson.root), str(_html(lesson, view))]


def _environment(lesson: Lesson, view: str) -> dict[str, str]:
    # a file such as sphinx.py in the lesson is no module of ours
    own = {"LESSON_ROOT": str(lesson.root), "LESSON_VIEW": view, "PYTHONSAFEPATH": "1"}
    return {**os.environ, **own}


def check(lesson: Lesson, options: argparse.Namespace) -> int:
    """Run what has changed, then compare everything: pytest's exit code."""
    wanted = options.episodes
    _need_test_environment("check")
    odd = _tell_oddities(lesson)
    paths = choose_paths(lesson, wanted)
    if "[" in "".join(map(str, paths)):
        raise LessonError("episodes", None, "pytest takes no path with [; rename file or folder")
    if lesson.independent_episodes:
        _run_missing(lesson, paths, options.download, options.rerun, options.jobs)
    import pytest

    arguments = ["--disable-plugin-autoload", "-p", "nbval.plugin"]  # others only take time
    arguments += ["-p", "lesson_engine.pytest_plugin", "-o", "addopts="]
    arguments += ["--continue-on-collection-errors", "--lesson-kept", "--no-header", "-rN"]
    arguments += ["--rootdir", str(lesson.root)]
    arguments += ["--lesson-download"] if options.download else []
    arguments += ["--lesson-form"] if options.form else []
    arguments += ["-v"] if options.verbose else []
    arguments += ["--lesson-keep"] if wanted else []
    code = int(pytest.main([*arguments, *map(str, paths)]))
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return code or int(odd and lesson.strict)


def _tell_oddities(lesson: Lesson) -> bool:
    """Say what is odd about the lesson as a whole; gives True if anything is."""
    from lesson_engine.core import inventory

    found = inventory.oddities(lesson)
    for oddity in found:
        print(oddity, file=sys.stderr)
    return bool(found)


def _run_missing(
    lesson: Lesson, paths: Sequence[Path], download: bool, rerun: bool, jobs: int
) -> None:
    """Run the episodes of which no run is kept; what cannot be read is left to pytest."""
    from lesson_engine.run import kept_runs, sources

    data = sources.choose_data(lesson, download)
    episodes = []
    for path in paths:
        with contextlib.suppress(LessonError):
            episodes.append(reader.read_page(lesson, path))
    if rerun:
        for episode in episodes:
            kept_runs.path_of(episode.name, lesson, data).unlink(missing_ok=True)
    kept_runs.run_missing(episodes, lesson, data, jobs)


def record(lesson: Lesson, options: argparse.Namespace) -> int:
    """Run the episodes on the real data and write what has changed."""
    _need_test_environment("record")
    from lesson_engine.run import runner, sources

    episodes, faults = read_episodes(lesson, options.episodes)
    data = sources.choose_data(lesson, download=True)
    if not data.real:
        message = "results of a stand-in are not recorded; provide the real data"
        raise LessonError("data", None, f"{data.sentence} {message}")
    if data.sentence:
        print(data.sentence)
    if not options.episodes and not lesson.independent_episodes:
        sources.working_folder(lesson, data, fresh=True)
    with runner.Sessions(lesson, data) as sessions:
        for episode in episodes:
            try:
                faults += _record_one(episode, sessions, options)
            except LessonError as error:
                faults.append(error)
                if not lesson.independent_episodes:  # the next may need what this one saves
                    break
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _record_one(
    episode: Episode, sessions: "Sessions", options: argparse.Namespace
) -> list[LessonError]:
    """Run and record an episode; gives all for which `lesson check` would fail."""
    from lesson_engine.core import comparer, provenance, recorder, structure, verdicts
    from lesson_engine.run import runner

    lesson = sessions.lesson
    runs = runner.run(episode, lesson, sessions.kernel_of(episode), progress=print)
    rules = comparer.rules_for(lesson, lesson.root / episode.path)
    judge = verdicts.Judge(episode, rules)
    judged = [judge.verdict(run) for run in runs]
    went_well = [run for run, verdict in zip(runs, judged, strict=True) if verdict.went_well]
    recording = recorder.record(episode, went_well, rules, options.rewrite, options.all)
    for change in provenance.gone(episode, lesson):
        print(f"noted: {change}".removesuffix(provenance.REMEDY))
    for path in recorder.write(episode, lesson, recording, runs):
        print(f"wrote {lesson.shown(path)}")
    written = reader.read_page(lesson, lesson.root / episode.path)
    raised = verdicts.all_raised(judged)
    refuted = verdicts.all_refuted(written, runs)
    return [*raised, *recording.faults, *refuted, *structure.faults(written, lesson)]


def adopt(lesson: Lesson, options: argparse.Namespace) -> int:
    """Say in one screen where a lesson stands, and propose edits or make them."""
    _need_test_environment("adopt")
    from lesson_engine.core import adopt as edits
    from lesson_engine.core import comparer, structure
    from lesson_engine.core.tally import Tally, counted
    from lesson_engine.core.verdicts import Broken, Judge, Outcome
    from lesson_engine.run import runner, sources

    _tell_oddities(lesson)
    episodes, faults = read_episodes(lesson, options.episodes)
    data = sources.choose_data(lesson, download=True)
    first, failed = runner.run_all(episodes, lesson, data)
    again, _ = runner.run_all(episodes, lesson, data)  # what differs now differs in each run
    tally, found = Tally(), 0
    free = edits.shown_once(read_episodes(lesson, [])[0])
    broken: Broken = {}
    for episode in episodes:
        tally.take(episode)
        tally.advice += structure.faults_and_advice(episode, lesson)[1]
        runs = first.get(episode.name)
        if runs is None:
            continue
        rules = comparer.rules_for(lesson, lesson.root / episode.path)
        judge = Judge(episode, rules, broken if lesson.one_session else None)
        judged = [judge.verdict(run) for run in runs]
        for run, verdict in zip(runs, judged, strict=True):
            tally.count(run.cell, verdict)
            if verdict.outcome is Outcome.STALE:
                print(f"{episode.path}:{run.cell.line}: gives another output; see `lesson check`")
        proposed = edits.proposals(episode, runs, again.get(episode.name, ()), judged, rules, free)
        found += len(proposed)
        for one in proposed:
            print(f"{episode.path}:{one.line}: {one.why}")
        if options.write and proposed:
            path = lesson.root / episode.path
            files.write(path, edits.edited(episode.text, proposed))
    for fault in [*faults, *failed]:
        print(fault, file=sys.stderr)
    tally.write(print)
    if found:
        done = "made" if options.write else "proposed; `lesson adopt --write` makes them"
        print(f"{counted(found, 'edit')} {done}")
    return 1 if faults or failed else 0


def drift(lesson: Lesson, options: argparse.Namespace) -> int:
    """Report the versions of every output; with --run also what the ones here change."""
    from lesson_engine.core import drift as versions

    print("package, version when recorded, version here")
    for episode in choose_episodes(lesson, options.episodes):
        print("\n".join(versions.report(episode, lesson)))
    if not options.run:
        return 0
    return check(lesson, _parser().parse_args(["check", "--rerun", *options.episodes]))


def coverage(lesson: Lesson, options: argparse.Namespace) -> int:
    """List what a page says and nothing would notice; with --accept, note what it says."""
    from lesson_engine.core import coverage as covered
    from lesson_engine.core import said

    found: list[covered.Covered] = []
    for path in _choose_pages(lesson, options.pages):
        page = reader.read_page(lesson, path)
        if options.accept:
            if said.accept(page, lesson):
                print(f"wrote {lesson.shown(said.path_of(page, lesson))}")
            continue
        of_page = covered.coverage(page, lesson)
        found += of_page
        for one in of_page:
            if one.how is covered.How.SAID:
                print(f"{page.path}:{one.quantity.line}: {one.quantity.text}")
        for given in page.given if options.given else ():
            print(f'{page.path}:{given.line}: given: "{given.words}", {given.reason}')
        print(f"{page.path}: {covered.summary(of_page)}")
    for phrase, reason in lesson.given.items() if options.given else ():
        pattern = [re.compile(phrase, re.I)]
        times = sum(covered.is_granted(one.quantity, pattern) for one in found)
        print(f'pyproject.toml: given {times} times: "{phrase}", {reason}')
    if not options.accept:
        print(f"all: {covered.summary(found)}")
    return 0


def _choose_pages(lesson: Lesson, wanted: Sequence[str]) -> list[Path]:
    """Pages that the user named, by file or by a part of its name; all if none is named."""
    paths = lesson.page_paths()
    for name in wanted:
        if not any(name in lesson.shown(path).as_posix() for path in paths):
            raise LessonError(name, None, "is no page of this lesson")
    return [
        path
        for path in paths
        if not wanted or any(name in lesson.shown(path).as_posix() for name in wanted)
    ]


def export(lesson: Lesson, options: argparse.Namespace) -> int:
    """Write scripts, notebooks, and the tables of minutes in pages that ask for them."""
    from lesson_engine.core import exporter, timetables

    episodes = choose_episodes(lesson, options.episodes)
    paths = exporter.export_scripts(lesson, episodes)
    paths += exporter.export_notebooks(lesson, episodes, lesson.root / options.notebooks)
    paths += timetables.export(lesson)  # last: it needs all episodes, named or not
    for path in paths:
        print(f"wrote {lesson.shown(path)}")
    return 0


def _need_test_environment(command: str) -> None:
    for module in ("nbval", "nbclient", "PIL"):
        if importlib.util.find_spec(module) is None:
            message = (
                f"`lesson {command}` runs code and needs {module}; use the environment of "
                "`make test`"
            )
            raise LessonError(module, None, message)
