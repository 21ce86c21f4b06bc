"""`lesson build | serve | check | record | drift | export`: files, terminal, exit codes."""

import argparse
import contextlib
import errno
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from lesson_engine.core import files, reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson, find_lesson
from lesson_engine.core.model import Episode

if TYPE_CHECKING:  # what a command needs is imported by it: `lesson --help` is fast
    from lesson_engine.run.sources import Data

CONF = Path(__file__).parent / "site" / "theme"
VIEWS = ("learner", "instructor")
HINTS = {
    errno.ENOSPC: "free some space and run it again; no file was half-written",
    errno.EACCES: "make the file and its folder writable and run it again",
    errno.EROFS: "copy the lesson to a disk that can be written to",
}
NOT_WATCHED = r"/(build|_site|recorded|engine|tests|\.[^/]+)/"

Command = Callable[[Lesson, argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: by default the command line's.

    Returns: exit code: 0, 1 for a fault in the lesson, 2 for a fault in the call,
        130 if interrupted.
    """
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(find_lesson(options.lesson), options)
    except LessonError as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print("interrupted; every file is as it was or complete", file=sys.stderr)
        return 130
    except OSError as error:
        hint = HINTS.get(error.errno or 0, "see whether it is there and can be used")
        print(f"{error.filename or 'file'}: {error.strerror or error}; {hint}", file=sys.stderr)
    return 1


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
        sub.set_defaults(command=command)
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
    from lesson_engine.site import citation, site_files
    from lesson_engine.site.remarks import run_sphinx

    strict = options.strict or lesson.strict
    episodes, unread = read_episodes(lesson, [])
    if unread and strict:
        raise unread[0]
    citation.load_citation(lesson)  # a fault in it is best told before Sphinx starts
    code, remarks = run_sphinx(
        lesson, [(_sphinx("sphinx", lesson, view), _environment(lesson, view)) for view in VIEWS]
    )
    for remark in remarks:
        print(remark, file=sys.stderr)
    if code or (strict and remarks):
        return code or 1
    site_files.assemble(lesson, episodes, [_html(lesson, view) for view in VIEWS])
    if remarks:
        print(f"{len(remarks)} remarks above; `lesson build --strict` would keep the last site")
    print(f"the site is in {lesson.shown(lesson.site_folder)}/: open index.html there")
    return 0


def serve(lesson: Lesson, options: argparse.Namespace) -> int:
    """Build, serve on this machine only, rebuild after every change: the instructor view."""
    command = _sphinx("sphinx_autobuild", lesson, "instructor")
    command += ["--port", options.port, "--open-browser", "--re-ignore", NOT_WATCHED]
    environment = {**_environment(lesson, "instructor"), "LESSON_DRAFT": "1"}
    return subprocess.call(command, env=environment)


def _html(lesson: Lesson, view: str) -> Path:
    """Where Sphinx works; _site/ gets a copy once all is well."""
    return lesson.build_folder / "site" / view / "html"


def _sphinx(module: str, lesson: Lesson, view: str) -> list[str]:
    cache = lesson.build_folder / "site" / view / "doctrees"
    command = [sys.executable, "-m", module, "-q"]
    command += ["-c", str(CONF), "-d", str(cache)]
    return [*command, str(lesson.root), str(_html(lesson, view))]


def _environment(lesson: Lesson, view: str) -> dict[str, str]:
    return {**os.environ, "LESSON_ROOT": str(lesson.root), "LESSON_VIEW": view}


def check(lesson: Lesson, options: argparse.Namespace) -> int:
    """Run what has changed, then compare everything: pytest's exit code."""
    wanted = options.episodes
    _need_test_environment("check")
    paths = choose_paths(lesson, wanted)
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
    return int(pytest.main([*arguments, *map(str, paths)]))


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
    from lesson_engine.run import sources

    episodes, faults = read_episodes(lesson, options.episodes)
    data = sources.choose_data(lesson, download=True)
    if not data.real:
        message = "results of a stand-in are not recorded; provide the real data"
        raise LessonError("data", None, f"{data.sentence} {message}")
    print(data.sentence)
    if not options.episodes and not lesson.independent_episodes:
        sources.working_folder(lesson, data, fresh=True)
    for episode in episodes:
        try:
            faults += _record_one(lesson, episode, data, options)
        except LessonError as error:
            faults.append(error)
            if not lesson.independent_episodes:  # the next may need what this one saves
                break
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _record_one(
    lesson: Lesson, episode: Episode, data: "Data", options: argparse.Namespace
) -> list[LessonError]:
    """Run and record an episode; gives all for which `lesson check` would fail."""
    from lesson_engine.core import comparer, recorder, structure, verdicts
    from lesson_engine.run import runner, sources

    folder = sources.working_folder(lesson, data, fresh=False, episode_name=episode.name)
    runs = runner.run(episode, lesson, data, folder, progress=print)
    rules = comparer.rules_for(lesson, lesson.root / episode.path)
    if options.all:
        rules = replace(rules, recorded_only=False)
    went_well = [run for run in runs if verdicts.raised(episode, run) is None]
    recording = recorder.record(episode, went_well, rules, options.rewrite)
    for path in recorder.write(episode, lesson, recording, runs):
        print(f"wrote {lesson.shown(path)}")
    written = reader.read_page(lesson, lesson.root / episode.path)
    raised = verdicts.all_raised(episode, runs)
    refuted = verdicts.all_refuted(written, runs)
    return [*raised, *recording.faults, *refuted, *structure.faults(written, lesson)]


def adopt(lesson: Lesson, options: argparse.Namespace) -> int:
    """Say in one screen where a lesson stands, and propose edits or make them."""
    _need_test_environment("adopt")
    from lesson_engine.core import adopt as edits
    from lesson_engine.core.tally import Tally
    from lesson_engine.run import runner, sources

    episodes, unread = read_episodes(lesson, options.episodes)
    data = sources.choose_data(lesson, download=True)
    tally, found, faults = Tally(), 0, [*unread]
    for episode in episodes:
        tally.take(episode, lesson)
        folder = sources.working_folder(lesson, data, fresh=False, episode_name=episode.name)
        try:
            runs = runner.run(episode, replace(lesson, rules="workbench"), data, folder)
        except LessonError as error:
            faults.append(error)
            continue
        tally.judge(episode, lesson, runs)
        proposed = edits.proposals(episode, runs)
        found += len(proposed)
        for one in proposed:
            print(f"{episode.path}:{one.line}: {one.why}")
        if options.write and proposed:
            path = lesson.root / episode.path
            files.write(path, edits.edited(episode.text, proposed))
    for fault in faults:
        print(fault, file=sys.stderr)
    tally.write(print)
    if found:
        done = "made" if options.write else "proposed; `lesson adopt --write` makes them"
        print(f"{found} edits {done}")
    return 1 if faults else 0


def drift(lesson: Lesson, options: argparse.Namespace) -> int:
    """Report the versions of every output; with --run also what the ones here change."""
    from lesson_engine.core import drift as versions

    print("package, version when recorded, version here")
    for episode in choose_episodes(lesson, options.episodes):
        print("\n".join(versions.report(episode, lesson)))
    if not options.run:
        return 0
    return check(lesson, _parser().parse_args(["check", "--rerun", *options.episodes]))


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
