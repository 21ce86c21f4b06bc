"""What the pages say in numbers: noted, so that none changes unnoticed, and covered so far."""

import pytest
from the_lesson import LESSON

from lesson_engine.core import coverage, reader, said

# Percent of the numbers that something tests or their author vouches for, by folder. Raise it when
# pages have got better; on the pages of other folders it is none so far.
LEAST = {"episodes": 75, "learners": 24}
PAGES = [path for path in LESSON.page_paths() if path.parent.name or path.name == "index.md"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_numbers_of_a_page_are_those_that_were_read(path):
    page = reader.read_page(LESSON, path)
    assert said.path_of(page, LESSON).is_file(), "lesson coverage --accept notes what it says"
    assert [str(change) for change in said.changes(page, LESSON)] == []


def test_no_page_is_noted_that_is_not_there():
    folder = LESSON.provenance_folder / "said"
    noted = {path.relative_to(folder).with_suffix(".md") for path in folder.rglob("*.json")}
    assert noted == {LESSON.shown(path) for path in LESSON.page_paths()}


@pytest.mark.parametrize("folder", LEAST)
def test_so_much_is_covered(folder):
    found = []
    for path in LESSON.page_paths():
        page = reader.read_page(LESSON, path)
        if page.path.parent.name == folder:
            found += coverage.coverage(page, LESSON)
    print(folder, coverage.summary(found))
    assert coverage.percentage(found) >= LEAST[folder]
