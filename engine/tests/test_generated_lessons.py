"""What holds for every page, tried on pages that a program wrote.

Whatever `record` writes passes `check` and builds; whatever `check` passes builds; every exported
notebook and script runs whole from the unzipped lesson.zip. For more than a few pages:

    LESSON_GENERATED=40 pytest engine/tests/test_generated_lessons.py

makes 40 lessons of 25 pages; beside it, LESSON_GENERATED=40:80 makes the next 40.
"""

import os
import subprocess
import sys
import zipfile

import nbclient
import nbformat
import pytest
from generated_pages import Page
from PIL import Image
from small_lessons import LIMIT, lesson_in

from lesson_engine.core import files, notebook, reader, structure
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import find_lesson
from lesson_engine.run.kernels import ARGUMENTS

pytestmark = pytest.mark.slow

PAGES = 25  # of a lesson
LESSONS = range(*map(int, os.environ.get("LESSON_GENERATED", "1").split(":")))
OPTIONS = '[tool.lesson]\nrules = "strict"\nindependent_episodes = true\n'
RECORD_MENDS = "run `lesson record`"
FORGET = (
    "%reset -f\nimport warnings\nwarnings.resetwarnings()\nglobals().pop('__warningregistry__', 0)"
)


def name_of(number):
    return f"{number:04}-page"


def written(folder, numbers):
    """Write a lesson of generated pages; gives it, and how many pages are refused as they are."""
    (folder / "episodes" / "fig").mkdir(parents=True)
    Image.new("RGB", (8, 8), "grey").save(folder / "episodes" / "fig" / "plain.png")
    files.write(folder / "config.yaml", "title: Generated\n")
    files.write(folder / "index.md", "---\ntitle: Home\n---\n\nWelcome.\n")
    files.write(folder / "links.md", "[shared]: https://example.org/shared\n")
    files.write(folder / "pyproject.toml", OPTIONS)
    for number in numbers:
        following = name_of(number + 1 if number + 1 in numbers else numbers[0])
        text = Page(number, following).text
        (folder / "episodes" / f"{name_of(number)}.md").write_bytes(text.encode("utf-8"))
    lesson = find_lesson(folder)
    refused = {path: why for path in lesson.episode_paths() if (why := refusal(lesson, path))}
    for path in refused:  # a plain page in its place, so that links lead somewhere
        path.write_text(Page(0, path.stem).text.replace("\r\n", "\n"), "utf-8")
    return lesson, refused


def refusal(lesson, path):
    """Why a page is refused before it runs; "" if it is not."""
    try:
        faults = structure.faults(reader.read_page(lesson, path), lesson)
    except LessonError as error:
        return str(error)
    return "; ".join(str(fault) for fault in faults if RECORD_MENDS not in fault.message)


@pytest.fixture(scope="module", params=LESSONS)
def recorded(request, tmp_path_factory):
    """A lesson of generated pages, recorded."""
    numbers = range(request.param * PAGES, (request.param + 1) * PAGES)
    lesson, refused = written(tmp_path_factory.mktemp("generated") / "lesson", numbers)
    assert len(refused) <= PAGES / 5, refused
    code, said = lesson_in(lesson.root, "record")
    assert code == 0, said
    return lesson


def test_a_second_recording_changes_nothing(recorded):
    code, said = lesson_in(recorded.root, "record", *first_names(recorded))
    assert code == 0 and "wrote" not in said, said


def first_names(lesson):
    """A few pages where many lessons are tried, or all of them."""
    return [path.stem for path in lesson.episode_paths()][: PAGES if len(LESSONS) == 1 else 2]


def test_what_is_recorded_passes_the_check(recorded):
    code, said = lesson_in(recorded.root, "check", "--jobs", "2")
    assert code == 0, said


@pytest.fixture(scope="module")
def unzipped(recorded):
    """The lesson's site is built; what is in lesson.zip, as a learner has it."""
    code, said = lesson_in(recorded.root, "build")
    assert code == 0, said
    place = recorded.root.with_name("unzipped")
    with zipfile.ZipFile(recorded.site_folder / "lesson.zip") as archive:
        archive.extractall(place)
    with zipfile.ZipFile(recorded.site_folder / "solutions.zip") as archive:
        archive.extractall(place)
    return place / "lesson" / "scripts"


def test_the_site_shows_every_page(recorded, unzipped):
    for path in recorded.episode_paths():
        page = reader.read_page(recorded, path)
        html = (recorded.site_folder / "episodes" / f"{path.stem}.html").read_text("utf-8")
        shown = [block for block in page.blocks if "instructor" not in block.divs]
        assert page.blocks and html.count('class="highlight-') >= len(shown), path


def test_every_script_runs_whole(recorded, unzipped):
    environment = {**os.environ, "MPLBACKEND": "agg"}
    for path in sorted(unzipped.glob("*.py")):
        done = subprocess.run(
            [sys.executable, path.name],
            cwd=unzipped,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
        assert done.returncode == 0, f"{path}\n{done.stderr}\n{path.read_text('utf-8')}"


@pytest.mark.parametrize("kind", ["solutions", "exercises"])
def test_every_notebook_runs_whole(recorded, unzipped, kind):
    """All in one kernel, which forgets in between: to start one takes longer than all the rest."""
    book = notebook.new_notebook()
    for path in sorted(unzipped.glob(f"*-{kind}.ipynb")):
        page = reader.read_page(recorded, recorded.root / "episodes" / f"{path.stem[:9]}.md")
        filled = {
            skeleton.source: structure.solution_of(page, skeleton).source
            for skeleton in page.skeletons
        }
        book.cells.append(notebook.code_cell(FORGET))
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                cell.source = filled.get(cell.source, cell.source)
                cell.metadata["from"] = path.name
                book.cells.append(cell)
    nbclient.NotebookClient(
        notebook.number(book),
        timeout=LIMIT,
        kernel_name="python3",
        resources={"metadata": {"path": str(unzipped)}},
        extra_arguments=ARGUMENTS,
    ).execute(env={**os.environ, "MPLBACKEND": "agg"})
