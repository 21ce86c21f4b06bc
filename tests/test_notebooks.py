"""Exercise notebooks in a learner's hands: with blanks filled, with blanks left, cells run twice.

On a few drawn images, as the scripts are: the same code is run on the real ones in the episodes.
"""

import ast
import re

import nbclient
import nbformat
import pytest
from the_lesson import LESSON, ROOT

from lesson_engine.core import exporter, magics, reader, structure
from lesson_engine.run import kernels

pytest.importorskip("keras")

pytestmark = pytest.mark.slow

PATHS = [*LESSON.workshop_paths(), *LESSON.further_paths()]
PAGES = [reader.read_page(LESSON, path) for path in PATHS]
MAKES_A_NETWORK = re.compile(r"create_\w+\(|keras\.(Model|Sequential)\(|GridSearchCV\(")
# In the room, blanks are left and cells are run twice. For going further, one run of everything is
# enough, which takes long there: test_scripts.py has it.
by_episode_of_the_workshop = pytest.mark.parametrize(
    "page", PAGES[: len(LESSON.workshop_paths())], ids=lambda page: page.name
)
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
            extra_arguments=kernels.ARGUMENTS,
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
    """What a cell shows: its text (in pieces) without times and warnings, and each picture."""
    text = "".join(output.get("text", "") for output in cell.outputs)
    text = re.sub(r"WARNING:tensorflow:.*\n", "", text)  # it counts calls, and advises
    text = re.sub(r"\d+m?s(/step)?", "", text)
    shown = [output.data for output in cell.outputs if "data" in output]
    # Keras numbers the layers of a session through: dropout, dropout_1, ...
    return text, [data for data in shown if "Layer (type)" not in str(data)]


@by_episode
def test_cells_without_blanks_need_nothing_that_a_cell_with_blanks_gives(page):
    known = {"__name__"}
    for cell in exercises(page).cells:
        if cell.cell_type == "code" and structure.BLANK not in cell.source:
            read, bound = magics.names_in(cell.source)
            assert read - bound <= known, cell.source
            known |= bound


@by_episode_of_the_workshop
def test_only_cells_with_blanks_fail(page, run):
    fault = failed(run(exercises(page)))
    assert [(source, why) for source, why in fault if structure.BLANK not in source] == []


@by_episode_of_the_workshop
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
        if not goes_on_training(first.source):
            assert printed(first) == printed(second), first.source


def goes_on_training(source):
    """True for a cell that trains a network that another cell has made."""
    outside = [node for node in ast.parse(source).body if not isinstance(node, ast.FunctionDef)]
    called = {
        node.func.attr
        for statement in outside
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return "fit" in called and not MAKES_A_NETWORK.search(source)


@by_episode
def test_a_cell_that_goes_on_training_says_so_and_a_cell_close_above_starts_afresh(page):
    sources = [block.source for block in page.blocks]
    for number, source in enumerate(sources):
        if goes_on_training(source):
            assert re.search(r"# If you run this again, training goes on\.", source)
            assert MAKES_A_NETWORK.search("\n".join(sources[max(0, number - 2) : number]))
