"""`lesson build | serve | check | record | drift | export`: files, terminal, exit codes."""

import argparse
import contextlib
import errno
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from lesson_engine.core import reader, settings
from lesson_engine.core.errors import LessonError

CONF = Path(__file__).parent / "site" / "theme"
VIEWS = ("learner", "instructor")
HINTS = {
    errno.ENOSPC: "free some space and run it again; no file was half-written",
    errno.EACCES: "make the file and its folder writable and run it again",
    errno.EROFS: "copy the lesson to a disk that can be written to",
}
NOT_WATCHED = r"/(build|_site|recorded|engine|tests|\.[^/]+)/"


def main(arguments=None):
    """Run one command.

    Args:
        arguments: list of text; by default the command line's.

    Returns: exit code: 0, 1 for a fault in the lesson, 2 for a fault in the call,
        130 if interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        lesson = settings.find(options.lesson)
        return options.command(lesson, options) or 0
    except LessonError as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print("interrupted; every file is as it was or complete", file=sys.stderr)
        return 130
    except OSError as error:
        hint = HINTS.get(error.errno, "see whether it is there and can be used")
        print(f"{error.filename or 'file'}: {error.strerror or error}; {hint}", file=sys.stderr)
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog="lesson", description="Run, compare, record, export and publish a lesson's code."
    )
    parser.add_argument(
        "--lesson", default=".", metavar="FOLDER", help="the lesson (default: this folder)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name, command, help):
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(command=command)
        return sub

    def add_episodes(sub):
        sub.add_argument(
            "episodes",
            nargs="*",
            metavar="EPISODE",
            help="file, name or number, such as 05 (default: all)",
        )

    add("build", build, "make the site from the recorded outputs; nothing is run")
    serve_parser = add("serve", serve, "build, show in a browser, rebuild when a file changes")
    serve_parser.add_argument("--port", default="8000", help="of the local address (default 8000)")
    check_parser = add("check", check, "run every block and compare with what is recorded")
    add_episodes(check_parser)
    check_parser.add_argument(
        "--download", action="store_true", help="fetch the data first if it is not at hand"
    )
    check_parser.add_argument(
        "--anew", action="store_true", help="run also what cannot have changed since it last ran"
    )
    check_parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count(),
        metavar="N",
        help="how many independent episodes run at a time (default: one for each core)",
    )
    record_parser = add("record", record, "run every block and write its outputs and figures")
    add_episodes(record_parser)
    record_parser.add_argument(
        "--renew", action="store_true", help="replace also what agrees, such as times in a log"
    )
    drift_parser = add(
        "drift", drift, "say with which versions outputs were recorded, and are here"
    )
    add_episodes(drift_parser)
    drift_parser.add_argument(
        "--run", action="store_true", help="then check: what differs with the versions here?"
    )
    drift_parser.set_defaults(download=False, anew=True, jobs=os.cpu_count())
    export_parser = add("export", export, "write scripts/*.py, the notebooks and tables of minutes")
    add_episodes(export_parser)
    export_parser.add_argument(
        "--notebooks",
        default="build/notebooks",
        metavar="FOLDER",
        help="where notebooks go (default: build/notebooks)",
    )
    return parser


def choose_paths(lesson, wanted):
    """Episodes that the user named.

    Args:
        lesson: Settings.
        wanted: list of text: a path, a file name, a name or its beginning; [] for all.

    Returns: list of Path, in teaching order.
    Raises: LessonError if a name fits none.
    """
    paths = lesson.episode_paths()
    if not paths:
        raise LessonError(
            "episodes", None, "holds no episode; write one, such as 01-introduction.md"
        )
    chosen = set()
    for name in wanted:
        fits = [path for path in paths if path.stem.startswith(Path(name).stem)]
        if not fits:
            known = ", ".join(path.stem for path in paths)
            raise LessonError(name, None, f"is not an episode; there are {known}")
        chosen.update(fits)
    return [path for path in paths if path in chosen or not wanted]


def choose_episodes(lesson, wanted):
    """As choose_paths, but read: list of Episode."""
    return [reader.read_page(lesson, path) for path in choose_paths(lesson, wanted)]


def build(lesson, options):
    """Make the site in _site/."""
    from lesson_engine.site import citation, site_files

    episodes = choose_episodes(lesson, [])
    citation.read(lesson)  # a fault in it is best told before Sphinx starts
    runs = [
        subprocess.Popen(_sphinx("sphinx", lesson, view), env=_environment(lesson, view))
        for view in VIEWS
    ]
    codes = [run.wait() for run in runs]
    if any(codes):
        return max(codes)
    site_files.assemble(lesson, episodes, [_html(lesson, view) for view in VIEWS])
    print(f"the site is in {lesson.shown(lesson.site_folder)}/: open index.html there")
    return 0


def serve(lesson, options):
    """Build, serve on this machine only, rebuild after every change: the instructor view."""
    command = _sphinx("sphinx_autobuild", lesson, "instructor")
    command += ["--port", options.port, "--open-browser", "--re-ignore", NOT_WATCHED]
    environment = {**_environment(lesson, "instructor"), "LESSON_DRAFT": "1"}
    return subprocess.call(command, env=environment)


def _html(lesson, view):
    """Where Sphinx works; _site/ gets a copy once all is well."""
    return lesson.build_folder / "site" / view / "html"


def _sphinx(module, lesson, view):
    folders = [str(lesson.root), str(_html(lesson, view))]
    cache = str(lesson.build_folder / "site" / view / "doctrees")
    return [
        sys.executable,
        "-m",
        module,
        "-q",
        "-W",
        "--keep-going",
        "-c",
        str(CONF),
        "-d",
        cache,
        *folders,
    ]


def _environment(lesson, view):
    return {**os.environ, "LESSON_ROOT": str(lesson.root), "LESSON_VIEW": view}


def check(lesson, options):
    """Run what has changed, then compare everything: pytest on the episodes."""
    _need_test_environment("check")
    paths = choose_paths(lesson, options.episodes)
    if lesson.independent_episodes:
        _run_missing(lesson, paths, options)
    import pytest

    arguments = ["--disable-plugin-autoload", "-p", "nbval.plugin"]  # others only take time
    arguments += ["-p", "lesson_engine.pytest_plugin", "-o", "addopts="]
    arguments += ["--continue-on-collection-errors", "--lesson-kept"]
    arguments += ["--lesson-download"] if options.download else []
    arguments += ["--lesson-keep"] if options.episodes else []
    os.chdir(lesson.root)
    return int(pytest.main([*arguments, *(str(lesson.shown(path)) for path in paths)]))


def _run_missing(lesson, paths, options):
    """Run the episodes of which no run is kept; what cannot be read is left to pytest."""
    from lesson_engine.run import kept_runs, runner

    data = runner.choose_data(lesson, options.download)
    episodes = []
    for path in paths:
        with contextlib.suppress(LessonError):
            episodes.append(reader.read_page(lesson, path))
    if options.anew:
        for episode in episodes:
            kept_runs.path_of(episode.name, lesson, data).unlink(missing_ok=True)
    kept_runs.run_missing(episodes, lesson, data, options.jobs)


def record(lesson, options):
    """Run the episodes on the real data and write what has changed."""
    _need_test_environment("record")
    from lesson_engine.core import comparer, recorder
    from lesson_engine.run import runner

    episodes = choose_episodes(lesson, options.episodes)
    data = runner.choose_data(lesson, download=True)
    if not data.real:
        message = "results of a stand-in are not recorded; provide the real data"
        raise LessonError("data", None, f"{data.sentence} {message}")
    print(data.sentence)
    if not options.episodes and not lesson.independent_episodes:
        runner.working_folder(lesson, data, fresh=True)
    faults = []
    for episode in episodes:
        folder = runner.working_folder(lesson, data, fresh=False, episode_name=episode.name)
        rules = comparer.Rules(figure_folder=(lesson.root / episode.path).parent)
        book = runner.run(episode, lesson, data, folder, progress=print)
        recording = recorder.record(episode, book, rules, options.renew)
        for path in recorder.write(episode, lesson, recording, book):
            print(f"wrote {lesson.shown(path)}")
        faults += recording.faults
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def drift(lesson, options):
    """Report the versions of every output; with --run also what the ones here change."""
    from lesson_engine.core import drift as versions

    print("package, version when recorded, version here")
    for episode in choose_episodes(lesson, options.episodes):
        print("\n".join(versions.report(episode, lesson)))
    return check(lesson, options) if options.run else 0


def export(lesson, options):
    """Write scripts, notebooks, and the tables of minutes in pages that ask for them."""
    from lesson_engine.core import exporter, timetables

    episodes = choose_episodes(lesson, options.episodes)
    paths = exporter.export_scripts(lesson, episodes)
    paths += exporter.export_notebooks(lesson, episodes, lesson.root / options.notebooks)
    paths += timetables.export(lesson)  # last: it needs all episodes, named or not
    for path in paths:
        print(f"wrote {lesson.shown(path)}")


def _need_test_environment(command):
    for module in ("nbval", "nbclient", "PIL"):
        if importlib.util.find_spec(module) is None:
            message = (
                f"`lesson {command}` runs code and needs {module}; use the environment of "
                "`make test`"
            )
            raise LessonError(module, None, message)
