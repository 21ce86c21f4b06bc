"""Exercise notebooks in a learner's hands: with blanks filled, with blanks left, cells run twice.

On a few drawn images, as the scripts are: the same code is run on the real ones in the episodes.
"""

import re

import nbclient
import nbformat
import pytest
from conftest import ROOT

from lesson_engine import exporter, reader, runner, settings, structure

pytest.importorskip("keras")

LESSON = settings.find(ROOT)
PATHS = [*LESSON.days[0].paths(), *LESSON.further_paths()]
PAGES = [reader.read_page(LESSON, path) for path in PATHS]
by_episode = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture
def run(few_images, learner_folder):
    """Run a notebook as Jupyter does, whatever fails; gives its code cells, executed."""

    def execute(book):
        start = runpy_call(ROOT / "data" / "cifar10_source.py")
        book.cells.insert(0, nbformat.v4.new_code_cell(start))
        client = nbclient.NotebookClient(
            book,
            timeout=600,
            allow_errors=True,
            kernel_name="python3",
            resources={"metadata": {"path": str(learner_folder)}},
            extra_arguments=runner.KERNEL_ARGUMENTS,
        )
        client.execute(env=few_images)
        return [cell for cell in book.cells[1:] if cell.cell_type == "code"]

    return execute


def runpy_call(path):
    """Code that puts the lesson's data in place."""
    return f"__import__('runpy').run_path({str(path)!r})['prepare']()"


def exercises(page):
    """The exercise notebook, as it is exported."""
    return exporter.to_exercises(page, LESSON.root / "episodes")


def failed(cells):
    """(source, message) of every cell that raised."""
    return [
        (cell.source, output.evalue)
        for cell in cells
        for output in cell.outputs
        if output.output_type == "error"
    ]


def printed(cell):
    """What a cell shows: all its text (which comes in pieces), and each picture."""
    text = "".join(output.get("text", "") for output in cell.outputs)
    return text, [output.data for output in cell.outputs if "data" in output]


@by_episode
def test_only_cells_with_blanks_fail(page, run):
    cells = run(exercises(page))
    without = [(source, why) for source, why in failed(cells) if structure.BLANK not in source]
    assert without == []


@by_episode
def test_filled_in_nothing_fails_and_a_cell_run_twice_gives_the_same(page, run):
    book = exercises(page)
    solutions = {
        skeleton.source: structure.solution_of(page, skeleton).source
        for skeleton in page.skeletons
        if structure.BLANK in skeleton.source
    }
    twice = []
    for cell in book.cells:
        if cell.cell_type == "code":
            source = solutions.get(cell.source, cell.source)
            twice += [nbformat.v4.new_code_cell(source), nbformat.v4.new_code_cell(source)]
    book.cells = twice
    cells = run(book)
    assert failed(cells) == []
    for first, second in zip(cells[::2], cells[1::2], strict=True):
        if ".fit(" in first.source:  # goes on training, and says so
            assert re.search(r"#.*goes on training", first.source)
        else:
            assert printed(first) == printed(second), first.source


@by_episode
def test_the_cell_before_a_training_makes_the_network_anew(page):
    sources = [block.source for block in page.blocks]
    for before, source in zip(sources, sources[1:], strict=False):
        if ".fit(" in source:
            assert "create_model" in before and "compile(" in before
