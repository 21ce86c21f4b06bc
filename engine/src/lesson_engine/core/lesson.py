"""Where the lesson's files are and what its maintainers chose."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from lesson_engine.core import yaml_text
from lesson_engine.core.errors import LessonError
from lesson_engine.core.options import DayOptions, fail, read_day, read_options
from lesson_engine.core.words import DEFAULT, Words, words_in

CONFIG = "config.yaml"
READ_AT_THE_TOP = (CONFIG, "pyproject.toml", "CITATION.cff", "requirements.txt", "environment.yml")
TEXTS = (
    "title description keywords lang url contact license license_url life_cycle source branch"
    " carpentry created analytics"
).split()  # keys of config.yaml that are text
WRITTEN = (  # what commands empty and fill
    "_site recorded build build/site build/work build/work-stand-in build/kept "
    "build/kept-stand-in build/notebooks build/data"
).split()
PAGE_FOLDERS = ("episodes", "learners", "instructors", "profiles")
NO_PAGES = ("README.md", "CONTRIBUTING.md", "links.md")  # at the top level, as in the Workbench
NOT_READ = (".rmd", ".qmd", ".ipynb")  # pages of other tools; see inventory
CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
OLD = (
    "this is a lesson for the template from before 2022, which is not read: convert it to the "
    "Workbench first, see github.com/carpentries/lesson-transition; a config.yaml comes with that"
)
PAUSE = re.compile(r"(?P<name>[^:]*\S)\s*:\s*(?P<minutes>[1-9]\d{0,2})")


@dataclass(frozen=True)
class Slot:
    """One entry in a day's plan.

    Attributes:
        name: what a break, a welcome and so on is called; for an episode, its file's stem.
        minutes: how long it takes; None for an episode, whose front matter says it.
        path: the episode's file; None for everything else.
    """

    name: str
    minutes: int | None
    path: Path | None


@dataclass(frozen=True)
class Day:
    """One day of the workshop.

    Attributes:
        title: such as "Day 1".
        start: minutes since midnight.
        plan: Slots, in order.
    """

    title: str
    start: int
    plan: tuple[Slot, ...]

    def paths(self) -> list[Path]:
        """Paths of the day's episodes, in order."""
        return [slot.path for slot in self.plan if slot.path is not None]


@dataclass(frozen=True)
class Lesson:
    """One lesson. All but root, config and days is chosen in pyproject.toml; see options.

    Attributes:
        root: folder that holds config.yaml.
        config: what config.yaml says.
        rules: "workbench" for the Workbench's own, "strict" for ours on top; see structure.
        timeout: seconds a block may take.
        largest_tolerance, largest_figure_tolerance: the most that an author may allow.
        data_source: path of a Python file that chooses the data, or None; see run.sources.
        data_words: words in outputs that depend on the data, masked on a stand-in.
        setup: code that runs in every kernel before the first block, and is shown nowhere.
        versions_of: modules that no block imports and results depend on all the same.
        environment: variables that every kernel starts with, unless they are set outside.
        pass_variables: names, or patterns such as "TF_*", of further variables that kernels
            get from outside; everything else stays there.
        scratch_folders: names of folders that blocks make to save in; they are neither copied
            nor packed.
        sanitise: regular expression -> what replaces it on both sides of a comparison: what
            no two runs share, such as the times in a log.
        given: regular expression of phrases with numbers -> why they are so, wherever the lesson
            says them; see coverage.
        independent_episodes: True if no episode reads what another one writes. Then several
            can run at a time, and one whose code is as it was need not run again.
        one_session: True if episodes go on where the one before ended, with all its names.
        days: the days of the workshop; empty if the lesson doesn't say.
        longest_stretch: words an instructor may say in an episode before there is something
            to look at or to do; 0 for any number. See structure.
        challenge_minutes: True if challenges of the workshop must state their minutes.
        beside_episodes: names of pages in instructors/ whose parts are shown beside the sections
            of episodes that they lead to; see site/teaching.
        script_start: a line of code that every exported script begins with, "" for none.
        colab_branch: the branch from which Google Colab opens notebooks, "" for no links to it.
    """

    root: Path
    config: Mapping[str, Any]
    rules: str = "workbench"
    timeout: float = 600
    largest_tolerance: float = 0.05
    largest_figure_tolerance: float = 0.05
    data_source: Path | None = None
    data_words: tuple[str, ...] = ()
    setup: str = ""
    versions_of: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    pass_variables: tuple[str, ...] = ()
    scratch_folders: tuple[str, ...] = ()
    sanitise: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    independent_episodes: bool = False
    one_session: bool = False
    days: tuple[Day, ...] = ()
    longest_stretch: int = 0
    challenge_minutes: bool = False
    beside_episodes: tuple[str, ...] = ()
    script_start: str = ""
    colab_branch: str = ""

    @property
    def strict(self) -> bool:
        """True if everything that can be wrong is a fault."""
        return self.rules == "strict"

    @property
    def words(self) -> Words:
        """The engine's words in the lesson's language."""
        language = self.config.get("lang")
        if language is False:  # YAML's reading of "lang: no", Norwegian
            language = "no"
        return words_in(str(language or DEFAULT))

    @property
    def title(self) -> str:
        """The lesson's title."""
        return str(self.config.get("title") or self.words("home.lesson"))

    @property
    def build_folder(self) -> Path:
        """Everything that can be thrown away."""
        return self.root / "build"

    @property
    def provenance_folder(self) -> Path:
        """What the recorder knows beside the Markdown: versions, dates, times."""
        return self.root / "recorded"

    @property
    def site_folder(self) -> Path:
        """The finished site."""
        return self.root / "_site"

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Names of folders below data/ and scripts/ that are neither read, copied nor packed."""
        return ("__pycache__", *self.scratch_folders)

    @property
    def beside_code(self) -> dict[str, Path]:
        """Folders that code finds: where they lie for a learner, who works in scripts/ -> here.

        The Workbench has them beside the episodes: there, episodes/data is "data" for a block.
        """
        folders = {name: self.root / name for name in ("data", "scripts")}
        for name in ("data", "files"):
            folder = self.root / "episodes" / name
            if not folder.is_symlink():
                folders[f"scripts/{name}"] = folder
        return {place: folder for place, folder in folders.items() if folder.is_dir()}

    @property
    def shared_links(self) -> str:
        """Text of links.md, whose link definitions hold on every page; "" if there is none."""
        path = self.root / "links.md"
        try:
            return path.read_text("utf-8") if path.is_file() else ""
        except UnicodeDecodeError as error:
            message = "is not UTF-8 text; save the file as UTF-8"
            raise LessonError("links.md", None, message) from error

    def shown(self, path: Path) -> Path:
        """The path as a maintainer would type it from the lesson's folder."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def episode_paths(self) -> list[Path]:
        """Paths of the episodes, in teaching order (config.yaml's, else by name)."""
        return self._pages("episodes")

    def workshop_paths(self) -> list[Path]:
        """Paths of the episodes that the days hold, in order; of all if there are no days."""
        if not self.days:
            return self.episode_paths()
        return [path for day in self.days for path in day.paths()]

    def path_before(self, path: Path) -> Path | None:
        """The episode from which another one goes on; None if each begins anew."""
        paths = self.episode_paths()
        place = paths.index(path)
        return paths[place - 1] if self.one_session and place else None

    def further_paths(self) -> list[Path]:
        """Paths of the episodes that are in no day, in teaching order."""
        planned = self.workshop_paths()
        return [path for path in self.episode_paths() if path not in planned]

    def number_of(self, path: Path) -> int:
        """The number that people call an episode by.

        That is what its file name begins with, so that "12-more.md" stays episode 12 while others
        are missing; without digits there, its place from 1.
        """
        digits = re.match(r"\d+", path.name)
        return int(digits[0]) if digits else self.episode_paths().index(path) + 1

    def page_paths(self, view: str = "instructor") -> list[Path]:
        """Paths of all Markdown pages: the home page, each folder's, then the top level's.

        Args:
            view: "instructor" for all of them, "learner" for those that learners see.
        """
        home = self.root / "index.md"
        folders = [name for name in PAGE_FOLDERS if view == "instructor" or name != "instructors"]
        pages = [path for folder in folders for path in self._pages(folder)]
        others = [path for path in sorted(self.root.glob("*.md")) if path.name not in NO_PAGES]
        return [home, *pages, *(path for path in others if path != home)]

    def _pages(self, folder: str) -> list[Path]:
        listed = self.config.get(folder) or []
        paths = sorted((self.root / folder).glob("*.md"))
        if not listed:
            return paths
        chosen = [self.root / folder / name for name in listed]
        chosen = [p for p in chosen if p.suffix.lower() not in NOT_READ or not p.is_file()]
        for path in chosen:
            if chosen.count(path) > 1:
                message = f"lists {folder}/{path.name} twice; remove one"
                raise LessonError(CONFIG, self.line_of(path.name), message)
            if path not in paths:
                message = f"lists {folder}/{path.name}, which is not there"
                raise LessonError(CONFIG, self.line_of(path.name), message)
        setup = self.root / folder / "setup.md"
        unlisted = (
            [setup] if folder == "learners" and setup in paths and setup not in chosen else []
        )
        return [*unlisted, *chosen]  # the Workbench has it on the home page, listed or not

    def line_of(self, words: str) -> int | None:
        """The first line of config.yaml that holds some words."""
        lines = (self.root / CONFIG).read_text("utf-8").splitlines()
        return next((n for n, line in enumerate(lines, 1) if words in line), None)


def find_lesson(start: str | Path = ".") -> Lesson:
    """The lesson that holds the folder `start`.

    Raises: LessonError if no config.yaml is found there or above, or if config.yaml or
        pyproject.toml's [tool.lesson] cannot be understood.
    """
    start = Path(start).resolve()
    for root in (start, *start.parents):
        if (root / CONFIG).is_file():
            return _load(root)
        if (root / "_config.yml").is_file():
            raise LessonError("_config.yml", None, OLD)
    raise LessonError(start, None, "no config.yaml in this folder or above; go to your lesson")


def _refuse_links_out(root: Path) -> None:
    """Raise LessonError for a symbolic link that leads out of the lesson.

    What it leads to would be read, packed or written over by whoever builds the lesson.
    """
    places = [root / name for name in (*PAGE_FOLDERS, "fig", "files", "data", "scripts")]
    files = [*root.glob("*.md"), *(root / name for name in (*READ_AT_THE_TOP, *WRITTEN))]
    found = [path for path in (*places, *files) if path.is_symlink()]
    for place in places:
        for folder, folders, names in os.walk(place):
            inside = (Path(folder, name) for name in (*folders, *names))
            found += [path for path in inside if path.is_symlink()]
    for path in found:
        if not path.resolve().is_relative_to(root):
            message = "is a link that leads out of the lesson; put a copy in its place"
            raise LessonError(path.relative_to(root), None, message)


def _load(root: Path) -> Lesson:
    _refuse_links_out(root)
    options = read_options(root / "pyproject.toml")
    chosen = {
        name: getattr(options, name)
        for name in options.__struct_fields__
        if name not in ("data_source", "days")
    }
    source = None if options.data_source is None else root / options.data_source
    if source is not None and not source.resolve().is_relative_to(root):
        fail(f"data_source: {options.data_source} is not in the lesson; put a copy there")
    lesson = Lesson(root=root, config=_config(root / CONFIG), data_source=source, **chosen)
    entries = [read_day(entry, place) for place, entry in enumerate(options.days, 1)]
    return replace(lesson, days=_days(entries, lesson.episode_paths())) if entries else lesson


def _config(path: Path) -> dict[str, Any]:
    """What config.yaml says.

    Raises: LessonError if it is not YAML, not a mapping, or lists pages in another way.
    """
    try:
        config = yaml_text.load(path.read_text("utf-8")) or {}
    except yaml_text.FAILURES as error:
        raise LessonError(CONFIG, *yaml_text.what_failed(error)) from error
    if not isinstance(config, dict):
        raise LessonError(CONFIG, 1, "needs lines such as 'title: …'; it holds something else")
    for folder in PAGE_FOLDERS:
        try:
            msgspec.convert(config.get(folder), list[str] | None)
        except msgspec.ValidationError as error:
            message = f"'{folder}:' is a list of file names; it says {config[folder]!r}"
            raise LessonError(CONFIG, None, message) from error
    for name in TEXTS:
        value = config.get(name)
        if isinstance(value, list | dict):
            message = f"'{name}:' is text, such as {name}: 'some words'; it says {value!r}"
            raise LessonError(CONFIG, None, message)
        if not isinstance(value, bool):  # "lang: no" is Norwegian
            config[name] = "" if value is None else str(value)
    return {name: value for name, value in config.items() if value != ""}


def _days(entries: list[DayOptions], episodes: list[Path]) -> tuple[Day, ...]:
    """The days of the workshop.

    Args:
        entries: as written.
        episodes: the lesson's, in teaching order.

    Raises: LessonError for a value that cannot be understood, and for episodes that are
        unknown, planned twice or in another order.
    """
    days = tuple(_day(entry, place, episodes) for place, entry in enumerate(entries, 1))
    titles = [day.title for day in days]
    for title in titles:
        if titles.count(title) > 1:
            fail(f"title: two days are called '{title}'; give each its own")
    planned = [path for day in days for path in day.paths()]
    for path in planned:
        if planned.count(path) > 1:
            fail(f"plan: {path.name} is planned twice; remove one")
    for first, second in pairwise(planned):
        if episodes.index(first) > episodes.index(second):
            fail(
                f"plan: {second.name} comes before {first.name} in the teaching order; "
                "put them in the order of config.yaml"
            )
    return days


def _day(entry: DayOptions, place: int, episodes: list[Path]) -> Day:
    where = f"day {place} of days"
    if not entry.title.strip():
        fail(f'title of {where}: write text, such as title = "Day {place}"')
    clock = CLOCK_TIME.fullmatch(entry.start)
    if clock is None:
        fail(f'start of {where}: {entry.start!r} is not a time; write start = "09:00"')
    slots = tuple(_slot(text, where, episodes) for text in entry.plan)
    return Day(entry.title.strip(), 60 * int(clock[1]) + int(clock[2]), slots)


def _slot(text: str, where: str, episodes: list[Path]) -> Slot:
    if text.endswith(".md"):
        path = next((path for path in episodes if path.name == text), None)
        if path is None:
            known = ", ".join(path.name for path in episodes)
            fail(f"plan of {where}: {text} is not an episode; there are {known}")
        return Slot(path.stem, None, path)
    pause = PAUSE.fullmatch(text.strip())
    if pause is None:
        fail(
            f"plan of {where}: {text!r} is neither an episode's file name nor a name with whole "
            'minutes; write "01-begin.md" or "Break: 20"'
        )
    return Slot(pause["name"], int(pause["minutes"]), None)
