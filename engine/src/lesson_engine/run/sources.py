"""What a kernel finds when it starts: the data, the files beside it, a few variables."""

import functools
import os
import runpy
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.run import watch

WATCH = Path(watch.__file__)

# What a kernel may know of this machine; a lesson adds its own (pass_variables in [tool.lesson]).
# Secrets stay outside.
PASSED = (
    *"PATH HOME USER LOGNAME LANG LANGUAGE LC_* TZ TMPDIR TEMP TMP SHELL".split(),
    *"LD_LIBRARY_PATH VIRTUAL_ENV PYTHONUTF8 NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE".split(),
    *"SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE APPDATA LOCALAPPDATA".split(),
    *"PROGRAMDATA".split(),
    # how to reach the network from here, and where libraries keep what they fetched
    *"HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy".split(),
    *"SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE".split(),
    *watch.CACHES,
)


@dataclass(frozen=True)
class Data:
    """What stands behind the lesson's data calls in this run.

    Attributes:
        sentence: what is used, for people; "" if the lesson has no choice of data.
        real: False if it is a stand-in, whose results are never recorded.
        environment: variables that the kernel needs.
        prepare: code that puts the data in place, run first by every kernel; "" for none.
        watch: code that makes a kernel notice what is written outside its working folder.
    """

    sentence: str = ""
    real: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: str = ""
    watch: str = ""

    @property
    def startup(self) -> str:
        """All code that a kernel runs before the first block."""
        return "\n".join(code for code in (self.prepare, self.watch) if code)


def choose_data(lesson: Lesson, download: bool = False, stand_in: bool = False) -> Data:
    """Ask the lesson what its blocks shall read.

    The lesson's file named by `data_source` in pyproject.toml has two functions:
    `choose(folder, download, stand_in)`, called here, returns Data's first three fields as a dict;
    `prepare()`, called in each kernel before the first block, puts the data in place.

    Args:
        lesson: the lesson.
        download: True if fetching the data from the network is wanted.
        stand_in: True if the stand-in is wanted, whatever is at hand.

    Raises: LessonError if the lesson's data are there and not what they should be.
    """
    watching = f"__import__('runpy').run_path({str(WATCH)!r})['start']('..', {str(lesson.root)!r})"
    if lesson.data_source is None:
        return Data(watch=watching)
    path = lesson.data_source
    if not path.is_file():
        raise LessonError("pyproject.toml", None, f"data_source names {path}, which is not there")
    folder = lesson.build_folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        chosen = runpy.run_path(str(path))["choose"](folder, download, stand_in)
    except (OSError, ValueError) as error:
        raise LessonError(lesson.shown(path), None, str(error)) from error
    prepare = f"__import__('runpy').run_path({str(path)!r})['prepare']()"
    return Data(**chosen, prepare=prepare, watch=watching)


def working_folder(lesson: Lesson, data: Data, fresh: bool, episode_name: str = "") -> Path:
    """A folder in which blocks run as a learner's do in scripts/, with ../data beside it.

    What the Workbench has beside the episodes is there, too: episodes/data is data/.

    Args:
        lesson: if its episodes are independent, each gets a folder of its own, which is empty
            when it starts.
        data: a stand-in gets a folder of its own, so that no model of one kind is loaded in a
            run of the other.
        fresh: True to start without the files of earlier episodes.
        episode_name: name of the episode that will run there.

    Returns: the folder in which kernels start.
    """
    place = lesson.build_folder / ("work" if data.real else "work-stand-in")
    if lesson.independent_episodes:
        place, fresh = place / episode_name, True
    scripts = place / "scripts"
    if fresh:
        shutil.rmtree(place, ignore_errors=True)
    scripts.mkdir(parents=True, exist_ok=True)
    without = shutil.ignore_patterns(*lesson.left_alone)
    for name, folder in lesson.beside_code.items():
        shutil.copytree(folder, place / name, ignore=without, dirs_exist_ok=True)
    return scripts


def kernel_environment(lesson: Lesson, data: Data) -> dict[str, str]:
    """Environment variables of a kernel: the lesson's, a few of this machine's, the data's."""
    patterns = (*PASSED, *lesson.pass_variables)
    passed = {name: value for name, value in os.environ.items() if _is_passed(name, patterns)}
    return {**lesson.environment, **passed, **data.environment}


@functools.cache  # asked of every variable for every episode
def _is_passed(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
