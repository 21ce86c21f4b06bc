"""pytest: every block and every claim of an episode is a test, run and compared by nbval.

    pytest -p lesson_engine.pytest_plugin episodes/05-fit-cnn.md

nbval executes the cells and compares; what is added here is that the cells come from
Markdown, that both sides are first brought into the form a reader sees (comparer), and
that a failure names the line of the Markdown.
"""

import ast
from collections import defaultdict

import pytest
from nbformat import v4
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from lesson_engine.core import comparer, notebook, reader, settings, structure
from lesson_engine.core.errors import LessonError
from lesson_engine.run import kept_runs, kernels, runner


def pytest_addoption(parser):
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
        "--lesson-kept",
        action="store_true",
        help="compare the outputs of the last run where code, data and versions are as they were",
    )


def pytest_configure(config):
    config.stash[RUN] = _Run(config)


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".md" and file_path.parent.name == "episodes":
        return EpisodeFile.from_parent(parent, path=file_path)


def pytest_terminal_summary(terminalreporter, config):
    data = config.stash[RUN].data
    if data is not None:
        compared = "outputs compared in full" if data.real else "structure of outputs compared"
        terminalreporter.write_line(f"{data.sentence} ({compared})")
        kept = config.stash[RUN].kept
        if kept:
            names = ", ".join(kept)
            terminalreporter.write_line(f"Not run again, since nothing they need changed: {names}")


class _Run:
    """What all episodes of one pytest run share; found out when the first one starts."""

    def __init__(self, config):
        self.config, self.data, self.kept = config, None, []

    def start(self, lesson):
        """Choose the data and empty the working folder, once."""
        if self.data is None:
            option = self.config.option
            self.data = runner.choose_data(lesson, option.lesson_download, option.lesson_stand_in)
            if not option.lesson_keep and not lesson.independent_episodes:
                runner.working_folder(lesson, self.data, fresh=True)

    def kernel_for(self, episode, lesson):
        """A kernel for an episode's cells, ready for the first block.

        Raises: LessonError if the lesson's own preparation fails.
        """
        if self.config.option.lesson_kept:
            kept = kept_runs.read(episode, lesson, self.data)
            if kept is not None:
                self.kept.append(episode.name)
                return kernels.ReplayingKernel(kept)
        folder = runner.working_folder(lesson, self.data, fresh=False, episode_name=episode.name)
        kernel = kernels.EpisodeKernel(folder, runner.kernel_environment(lesson, self.data))
        if self.data.startup:
            kernel.run_startup(self.data.startup, lesson.timeout)
        return kernel


RUN = pytest.StashKey[_Run]()


class EpisodeFile(IPyNbFile):
    """An episode, whose items are its structure, its blocks and its claims."""

    def collect(self):
        self.lesson = settings.find(self.path.parent)
        self.episode = reader.read_page(self.lesson, self.path)
        yield StructureItem.from_parent(self, name="structure")
        self.nb = notebook.to_notebook(self.episode)
        for place, cell in enumerate(self.nb.cells):
            lesson = cell.metadata["lesson"]
            options = defaultdict(bool, check=True)
            options["check_exception"] = "raises-exception" in cell.metadata.get("tags", [])
            kind = ClaimItem if lesson["kind"] == notebook.CLAIM else BlockItem
            yield kind.from_parent(
                self,
                name=f"{lesson['kind']} in line {lesson['line']}",
                cell_num=place,
                cell=cell,
                options=options,
            )

    def setup(self):
        run = self.config.stash[RUN]
        run.start(self.lesson)
        self.rules = comparer.Rules(
            structure_only=not run.data.real,
            data_words=self.lesson.data_words,
            figure_folder=self.path.parent,
        )
        self.kernel = run.kernel_for(self.episode, self.lesson)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, LessonError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class StructureItem(pytest.Item):
    """The rules that an episode keeps without running."""

    def runtest(self):
        faults = structure.faults(self.parent.episode, self.parent.lesson)
        if faults:
            raise LessonFaults(faults)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, LessonFaults):
            return "\n".join(str(fault) for fault in excinfo.value.faults)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, f"{self.parent.episode.path}: structure"


class LessonFaults(Exception):
    """What structure.faults() found."""

    def __init__(self, faults):
        self.faults = faults
        super().__init__(f"{len(faults)} faults")


class BlockItem(IPyNbCell):
    """A block: nbval runs it; its outputs are compared as a reader sees them."""

    @property
    def line(self):
        return self.cell.metadata["lesson"]["line"]

    def runtest(self):
        episode = self.parent.episode
        self.config.option.nbval_cell_timeout = runner.timeout_of(
            episode, self.cell, self.parent.lesson
        )
        super().runtest()

    def compare_outputs(self, test, ref, skip_compare=None):
        block = self.parent.episode.blocks[self.cell.metadata["lesson"]["index"]]
        outputs = self.parent.kernel.outputs  # `test` is the same, reordered by channel
        recorded, fresh = comparer.compare(block, outputs, self.parent.rules)
        return super().compare_outputs(_streams(fresh), _streams(recorded), skip_compare)

    def repr_failure(self, excinfo):
        error, path = excinfo.value, self.parent.episode.path
        if isinstance(error, (LessonError, kernels.KernelDied)):
            return f"{path}:{self.line}: {error}"
        if isinstance(error, NbCellError):
            line, message = self.line, str(error)
            if self.parent.timed_out:
                seconds = self.config.option.nbval_cell_timeout
                message = runner.too_long(seconds)
            elif message != "Cell outputs differ":
                line = runner.line_of_error(self.line, [error.inner_traceback or ""])
            return f"{path}:{line}: {message}\n{super().repr_failure(excinfo)}"
        return f"{path}:{self.line}: {error}"

    def reportinfo(self):
        return self.path, self.line - 1, f"{self.parent.episode.path}:{self.line}"


class ClaimItem(BlockItem):
    """A claim: its expression is evaluated in the kernel and held against the sentence."""

    def compare_outputs(self, test, ref, skip_compare=None):
        claim = self.parent.episode.claims[self.cell.metadata["lesson"]["index"]]
        fault = claim_fault(claim, test, self.parent.rules)
        self.comparison_traceback = [fault or ""]
        return fault is None


def claim_fault(claim, outputs, rules):
    """What is wrong with a claim, given what its expression was in the kernel.

    Args:
        claim: Claim.
        outputs: outputs of the claim's cell: a list that holds the expression's value.
        rules: Rules; on a stand-in it is enough that there is a value of the right kind.

    Returns: text, or None if the claim holds.
    """
    shown = comparer.fresh_view(outputs)["output"]
    try:
        (value,) = ast.literal_eval(shown)
    except (ValueError, SyntaxError):
        return f"the claim gives {shown}; it has to give words, such as f'{{accuracy:.2f}}'"
    if claim.words is not None:
        if value is True or rules.structure_only:
            return None
        return f'the sentence says "{claim.words}", and {claim.expression} is not true'
    wanted = value if isinstance(value, (list, tuple)) else [value]
    if not wanted or not all(isinstance(words, str) for words in wanted):
        return f'the claim gives {value!r}; to test a judgement, quote it: claim "words": …'
    for words in wanted:
        if not rules.structure_only and not reader.contains(claim.sentence, words):
            return f'the sentence should say "{words}"; it says "{claim.sentence}"'
    return None


def _streams(view):
    return [v4.new_output("stream", name=kind, text=text) for kind, text in view.items()]
