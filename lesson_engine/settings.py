"""Where the lesson's files are and what its maintainers chose."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lesson_engine.errors import LessonError

PAGE_FOLDERS = ("episodes", "learners", "instructors", "profiles")
NO_PAGES = ("README.md", "CONTRIBUTING.md", "links.md")  # at the top level, as in the Workbench


@dataclass(frozen=True)
class Settings:
    """One lesson.

    Attributes:
        root: folder that holds config.yaml.
        config: what config.yaml says.
        timeout: seconds a block may take.
        largest_tolerance, largest_figure_tolerance: the most that an author may allow.
        data_source: path of a Python file that chooses the data, or None; see runner.
        data_words: words in outputs that depend on the data, masked on a stand-in.
        versions_of: modules that no block imports and results depend on all the same.
        environment: variables that every kernel starts with, unless they are set outside.
        independent_episodes: True if no episode reads what another one writes. Then several
            can run at a time, and one whose code is as it was need not run again.
    """

    root: Path
    config: dict
    timeout: float = 600
    largest_tolerance: float = 0.05
    largest_figure_tolerance: float = 0.05
    data_source: Path | None = None
    data_words: tuple = ()
    versions_of: tuple = ()
    environment: dict = field(default_factory=dict)
    independent_episodes: bool = False

    @property
    def build_folder(self):
        """Everything that can be thrown away."""
        return self.root / "build"

    @property
    def records_folder(self):
        """What the recorder knows beside the Markdown: versions, dates, times."""
        return self.root / "tests" / "recorded"

    @property
    def site_folder(self):
        """The finished site."""
        return self.root / "_site"

    @property
    def shared_links(self):
        """Text of links.md, whose link definitions hold on every page; "" if there is none."""
        path = self.root / "links.md"
        return path.read_text("utf-8") if path.is_file() else ""

    def shown(self, path):
        """The path as a maintainer would type it from the lesson's folder."""
        path = Path(path)
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def episode_paths(self):
        """Paths of the episodes, in teaching order (config.yaml's, else by name)."""
        return self._pages("episodes")

    def page_paths(self, view="instructor"):
        """Paths of all Markdown pages: the home page, each folder's, then the top level's.

        Args:
            view: "instructor" for all of them, "learner" for those that learners see.
        """
        home = self.root / "index.md"
        folders = [name for name in PAGE_FOLDERS if view == "instructor" or name != "instructors"]
        pages = [path for folder in folders for path in self._pages(folder)]
        others = [path for path in sorted(self.root.glob("*.md")) if path.name not in NO_PAGES]
        return [home, *pages, *(path for path in others if path != home)]

    def _pages(self, folder):
        listed = self.config.get(folder) or []
        paths = sorted((self.root / folder).glob("*.md"))
        if not listed:
            return paths
        chosen = [self.root / folder / name for name in listed]
        for path in chosen:
            if path not in paths:
                message = f"lists {folder}/{path.name}, which is not there"
                raise LessonError("config.yaml", self._line_of(path.name), message)
        return chosen

    def _line_of(self, words):
        lines = (self.root / "config.yaml").read_text("utf-8").splitlines()
        return next((n for n, line in enumerate(lines, 1) if words in line), None)


def find(start="."):
    """Settings of the lesson that holds the folder `start`.

    Raises: LessonError if no config.yaml is found there or above, or if config.yaml or
        pyproject.toml's [tool.lesson] cannot be understood.
    """
    start = Path(start).resolve()
    for root in (start, *start.parents):
        if (root / "config.yaml").is_file():
            return _load(root)
    raise LessonError(start, None, "no config.yaml in this folder or above; go to your lesson")


def _load(root):
    try:
        config = yaml.safe_load((root / "config.yaml").read_text("utf-8")) or {}
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if getattr(error, "problem_mark", None) else None
        raise LessonError("config.yaml", line, "is not YAML") from error
    options = _options(root / "pyproject.toml")
    if "data_source" in options:
        options["data_source"] = root / options["data_source"]
    for name in ("data_words", "versions_of"):
        options[name] = tuple(options.get(name, ()))
    try:
        return Settings(root=root, config=config, **options)
    except TypeError as error:
        message = f"[tool.lesson]: {error}".replace("Settings.__init__() got an ", "")
        raise LessonError("pyproject.toml", None, message) from error


def _options(path):
    if not path.is_file():
        return {}
    try:
        return dict(tomllib.loads(path.read_text("utf-8")).get("tool", {}).get("lesson", {}))
    except tomllib.TOMLDecodeError as error:
        raise LessonError("pyproject.toml", None, str(error)) from error
