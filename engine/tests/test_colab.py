"""A link on each episode's page opens its exercise notebook in Google Colab, if that's wanted."""

import zipfile

import pytest
from lxml import html
from small_lessons import PAGE, lesson_in

from lesson_engine.core import colab
from lesson_engine.core.errors import LessonError

SOURCE = "https://github.com/somebody/a-lesson"
TOP = "https://colab.research.google.com/github/somebody/a-lesson/blob/books/"


def lesson_with(make_lesson, source, option='colab_branch = "books"'):
    lesson = make_lesson(PAGE, options=option)
    with open(lesson.root / "config.yaml", "a", encoding="utf-8") as file:
        file.write(f"\nsource: {source}\n")
    lesson.config["source"] = source
    return lesson


@pytest.mark.parametrize("ending", ["", "/", ".git"])
def test_the_address_names_repository_branch_and_exercise_notebook(make_lesson, ending):
    lesson = lesson_with(make_lesson, SOURCE + ending)
    assert colab.address(lesson, "05 fit") == f"{TOP}05%20fit-exercises.ipynb"


def test_without_the_option_there_is_none(make_lesson):
    assert colab.address(lesson_with(make_lesson, SOURCE, ""), "05-fit") == ""


@pytest.mark.parametrize("source", ["", "https://example.org/somebody/a-lesson"])
def test_a_repository_that_colab_cannot_reach_is_a_fault(make_lesson, source):
    with pytest.raises(LessonError, match="a repository on github.com"):
        colab.address(lesson_with(make_lesson, source), "05-fit")


def test_pages_have_the_link_and_the_pages_in_the_zip_do_not(make_lesson, tmp_path):
    pytest.importorskip("furo")
    lesson = lesson_with(make_lesson, SOURCE)
    code, said = lesson_in(lesson.root, "build")
    assert code == 0, said
    found = [link.get("href") for link in links(lesson.root / "_site" / "episodes")]
    assert found == [f"{TOP}01-small-exercises.ipynb"]
    assert (lesson.root / "_site" / "notebooks" / "01-small-exercises.ipynb").is_file()
    with zipfile.ZipFile(lesson.root / "_site" / "lesson.zip") as archive:
        archive.extractall(tmp_path / "zip")
    pages = list((tmp_path / "zip").rglob("01-small.html"))
    assert pages and not [link for page in pages for link in links(page.parent)]


def links(folder):
    """All links to Colab on the pages of a folder."""
    parsed = (html.parse(str(path)) for path in sorted(folder.glob("*.html")))
    return [a for page in parsed for a in page.iterfind(".//a") if "colab" in a.get("href", "")]
