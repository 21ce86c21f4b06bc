"""pytest: every block and every claim of an episode is a test, run and compared by nbval.

    pytest -p lesson_engine.pytest_plugin episodes/05-fit-cnn.md

nbval executes the cells and compares; what is added here is that the cells come from
Markdown, that both sides are first brought into the form a reader sees (comparer), and
that a failure names the line of the Markdown.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from lesson_engine.core import comparer, locks, structure, verdicts
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson, find_lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.notebook import Cell, CellRun, Output, cells_of, to_notebook
from lesson_engine.core.reader import read_page
from lesson_engine.core.tally import Tally
from lesson_engine.core.verdicts import Judge, Outcome
from lesson_engine.run import kept_runs, runner, sources
from lesson_engine.run.kernels import Kernel
from lesson_engine.run.sources import Data


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lesson", "Carpentries lesson")
    group.addoption(
        "--lesson-download",
        action="store_true",
        help="fetch the lesson's data if it is not at hand, instead of using a stand-in",
    )
    group.addoption(
        "--lesson-stand-in",
        action="store_true",
        help="use the stand-in even where the data are at hand, and compare structure only",
    )
    group.addoption(
        "--lesson-keep",
        action="store_true",
        help="keep the files that earlier runs left, so that one episode can run by itself",
    )
    group.addoption(
        "--lesson-form",
        action="store_true",
        help="list what the Workbench would remark on form",
    )
    group.addoption(
        "--lesson-kept",
        action="store_true",
        help="compare the outputs of the last run where code, data and versions are as they were",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUN] = _Run(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".md" and file_path.parent.name == "episodes":
        file: pytest.Collector = EpisodeFile.from_parent(parent, path=file_path)
        return file
    return None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    run = config.stash[RUN]
    well = exitstatus == pytest.ExitCode.OK
    run.tally.write(terminalreporter.write_line, config.option.lesson_form, well)
    if run.data is not None:
        compared = "outputs compared in full" if run.data.real else "structure of outputs compared"
        terminalreporter.write_line(f"{run.data.sentence} ({compared})".lstrip())
    if run.kept:
        names = ", ".join(run.kept)
        terminalreporter.write_line(f"Not run again, since nothing they need changed: {names}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing is green that did not run."""
    session.config.stash[RUN].end()
    session.config.stash[RUN].held.close()
    tally = session.config.stash[RUN].tally
    if tally.pages and not tally.blocks and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class _Run:
    """What all episodes of one pytest run share; found out when the first one needs it."""

    def __init__(self, config: pytest.Config) -> None:
        self.option = config.option
        self.held = contextlib.ExitStack()
        self.one_of_several = hasattr(config, "workerinput")  # of pytest-xdist, in one run
        self.data: Data | None = None
        self.kept: list[str] = []
        self.tally = Tally()
        self.lessons: dict[Path, Lesson] = {}
        self.sessions: runner.Sessions | None = None
        self.broken: verdicts.Broken = {}

    def lesson_of(self, path: Path) -> Lesson:
        """The lesson that a page belongs to, read once for all of a folder."""
        if path.parent not in self.lessons:
            self.lessons[path.parent] = find_lesson(path.parent)
        return self.lessons[path.parent]

    def start(self, lesson: Lesson) -> Data:
        """Choose the data and empty the working folder, once."""
        if self.data is None:
            if not self.one_of_several:
                alone = locks.hold(lesson.build_folder, [locks.WORK], "pytest")
                self.held.enter_context(alone)
            self.data = sources.choose_data(
                lesson, self.option.lesson_download, self.option.lesson_stand_in
            )
            if not self.option.lesson_keep and not lesson.independent_episodes:
                sources.working_folder(lesson, self.data, fresh=True)
        return self.data

    def begin(self, episode: Episode, lesson: Lesson) -> Kernel:
        """A kernel for an episode."""
        if self.sessions is None or self.sessions.lesson is not lesson:
            self.end()
            self.sessions = runner.Sessions(lesson, self.start(lesson))
        return self.sessions.kernel_of(episode)

    def end(self) -> None:
        """Stop the kernel."""
        if self.sessions is not None:
            self.sessions.close()

    def kept_of(self, episode: Episode, lesson: Lesson) -> list[CellRun] | None:
        """What an episode gave when it last ran, if that is wanted and would be the same."""
        if not self.option.lesson_kept:
            return None
        return kept_runs.kept(episode, lesson, self.start(lesson))


RUN = pytest.StashKey[_Run]()


class EpisodeFile(IPyNbFile):  # type: ignore[misc]  # nbval has no types
    """An episode, whose items are its structure, its blocks and its claims.

    Attributes:
        lesson, episode: what was read.
        kept: what its cells gave when they last ran; None if they have to run.
        judge: of what its cells give.
        kernel: the running kernel; None if nothing has to run.
    """

    lesson: Lesson
    episode: Episode
    kept: list[CellRun] | None
    judge: Judge
    kernel: Kernel | None = None

    def collect(self) -> Iterator[pytest.Item]:
        run = self.config.stash[RUN]
        self.lesson = run.lesson_of(self.path)
        self.episode = read_page(self.lesson, self.path)
        run.tally.take(self.episode)
        yield StructureItem.from_parent(self, name="structure")
        self.kept = run.kept_of(self.episode, self.lesson)
        cells = cells_of(self.episode)
        if self.kept is None:  # nbval runs and compares the cells of a notebook
            kind, shown = RunItem, to_notebook(self.episode).cells
        else:
            kind, shown = KeptItem, [NotebookNode(source=cell.source) for cell in cells]
        for place, cell in enumerate(cells):
            yield kind.from_parent(
                self, name=cell.name, cell_num=place, cell=shown[place], part=cell
            )

    def setup(self) -> None:
        run = self.config.stash[RUN]
        data = run.start(self.lesson)
        rules = comparer.rules_for(self.lesson, self.path, structure_only=not data.real)
        self.judge = Judge(self.episode, rules, run.broken if self.lesson.one_session else None)
        if self.kept is None:
            self.kernel = run.begin(self.episode, self.lesson)
        else:
            run.kept.append(self.episode.name)

    def teardown(self) -> None:
        if not self.lesson.one_session:
            self.config.stash[RUN].end()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        if isinstance(excinfo.value, LessonError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class StructureItem(pytest.Item):
    """The rules that an episode keeps without running."""

    parent: EpisodeFile

    def runtest(self) -> None:
        faults, advice = structure.faults_and_advice(self.parent.episode, self.parent.lesson)
        self.config.stash[RUN].tally.advice += advice
        if faults:
            raise LessonFaults(faults)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, LessonFaults):
            return "\n".join(str(fault) for fault in excinfo.value.faults)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.parent.episode.path}: structure"


class LessonFaults(Exception):
    """What structure.faults() found."""

    def __init__(self, faults: Sequence[LessonError]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} faults")


class CellItem(IPyNbCell):  # type: ignore[misc]  # nbval has no types
    """A block or a claim: what it gave is compared as a reader sees it.

    Args:
        part: the cell that it stands for; the others are nbval's.
    """

    parent: EpisodeFile

    def __init__(
        self, name: str, parent: EpisodeFile, cell_num: int, cell: NotebookNode, part: Cell
    ) -> None:
        # whether a block may raise is for verdicts to say, as in `lesson record`
        options: defaultdict[str, bool] = defaultdict(bool, check=True, check_exception=True)
        super().__init__(name, parent, cell_num, cell, options)
        self.part = part
        self.difference = ""
        self.comparison_traceback: list[str] = []  # nbval's, which fills it where it compares

    def judge(self, run: CellRun) -> bool:
        """Whether a run agrees with what is recorded."""
        verdict = self.parent.judge.verdict(run)
        self.config.stash[RUN].tally.count(self.part, verdict)
        follows = verdict.outcome in (Outcome.FOLLOWS, Outcome.STARVED)
        if follows and verdict.fault is not None:
            pytest.skip(verdict.fault.message)  # its cause is told, and told once
        if verdict.fault is not None:
            raise verdict.fault
        if verdict.views is not None:
            most = 12 if self.config.option.verbose < 1 else 10**6
            self.difference = verdicts.difference(*verdict.views, most)
        return verdict.outcome is Outcome.AGREES

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        error, path = excinfo.value, self.parent.episode.path
        if isinstance(error, LessonError):
            full = self.config.option.verbose > 0
            return "\n".join([str(error), *(_traceback_in(self.shown()) if full else [])])
        if isinstance(error, NbCellError):
            what = self.difference or str(error)
            return f"{path}:{self.part.line}: the outputs differ\n{what}"
        return f"{path}:{self.part.line}: {error}"

    def shown(self) -> Sequence[Output]:
        """What the cell gave."""
        raise NotImplementedError

    def reportinfo(self) -> tuple[Path, int, str]:
        line = self.part.line
        return self.path, line - 1, f"{self.parent.episode.path}:{line}"


class RunItem(CellItem):
    """A cell that nbval runs now."""

    def runtest(self) -> None:
        kernel = self.parent.kernel
        assert kernel is not None
        kernel.limit = runner.limit_of(self.part, self.parent.lesson)
        try:
            super().runtest()
        except NbCellError as error:
            if self.parent.timed_out:  # and the block would not even be interrupted
                raise self.too_long() from error
            raise

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        """nbval's hook: `test` is the outputs once more, as nbval collected them."""
        kernel = self.parent.kernel
        assert kernel is not None
        if self.parent.timed_out:
            raise self.too_long()
        return self.judge(CellRun(self.part, kernel.outputs, kernel.seconds))

    def too_long(self) -> LessonError:
        limit = runner.limit_of(self.part, self.parent.lesson)
        return verdicts.took_too_long(self.parent.episode.path, self.part.line, limit)

    def shown(self) -> Sequence[Output]:
        return [] if self.parent.kernel is None else self.parent.kernel.outputs


class KeptItem(CellItem):
    """A cell that need not run: what it gave when it last ran is compared."""

    def runtest(self) -> None:
        if not self.judge(self.kept_run()):
            self.raise_cell_error("the outputs differ", "")

    def kept_run(self) -> CellRun:
        assert self.parent.kept is not None
        return self.parent.kept[self.cell_num]

    def shown(self) -> Sequence[Output]:
        return self.kept_run().outputs


def _traceback_in(outputs: Iterable[Output]) -> list[str]:
    """The kernel's own account of an error, if there is one."""
    return [line for one in outputs if one["output_type"] == "error" for line in one["traceback"]]
