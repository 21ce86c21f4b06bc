"""The site works where it is put: below a folder of a server, in a folder of a USB stick."""

import hashlib
import re
import shutil
import zipfile
from collections import Counter
from urllib.parse import unquote

import nbclient
import nbformat
import pytest
from lxml import html
from small_lessons import LESSONS, PAGE, lesson_in
from where_it_is_put import BELOW, dead_links_in_folder, dead_links_online, served, unpacked

from lesson_engine.core import reader, working_files

pytestmark = pytest.mark.slow
NAMES = ("workshop", "numbers", "garten")


@pytest.fixture(scope="module", params=NAMES)
def site(request, tmp_path_factory):
    """The site of each small lesson, which says nothing about where it will be."""
    return _built(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A site at the address that its config.yaml names: its folder, and that address."""
    place = tmp_path_factory.mktemp("published")
    with served(place / "weather" / "_site") as top:  # the address comes first
        yield _built("workshop", place, top), top


def _built(name, place, url=""):
    pytest.importorskip("furo")
    folder = place / "weather"
    shutil.copytree(LESSONS / name, folder)
    if url:
        config = folder / "config.yaml"
        config.write_text(f"{config.read_text('utf-8')}\nurl: {url}\n", "utf-8")
    code, said = lesson_in(folder, "build")
    assert code == 0, said
    return folder / "_site"


def test_no_link_is_dead_below_a_folder_of_a_server(site):
    with served(site) as top:
        assert dead_links_online(site, top) == []


def test_no_link_is_dead_in_the_zip_and_nothing_is_in_it_twice(site, tmp_path):
    top = unpacked(site / "lesson.zip", tmp_path)
    assert dead_links_in_folder(top) == []
    files = [path for path in (top / "site").rglob("*") if path.is_file()]
    content = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
    twice = [path for path in files if content[hashlib.sha256(path.read_bytes()).hexdigest()] > 1]
    assert twice == []
    working = {path.name for path in (top / "scripts").iterdir()}
    assert not working & {path.name for path in files}


def test_the_zip_has_one_folder_whose_first_page_leads_everywhere(site, tmp_path):
    top = unpacked(site / "lesson.zip", tmp_path)
    page = html.parse(str(top / "START-HERE.html")).getroot()
    targets = {link.get("href") for link in page.iter("a")}
    assert {"site/index.html", "site/instructor/index.html", "scripts/"} <= targets
    assert ("site/learners/setup.html" in targets) == (top / "site/learners/setup.html").is_file()
    assert page.get("lang")


def test_solutions_are_a_download_of_their_own_for_the_same_folder(site, tmp_path):
    top = unpacked(site / "lesson.zip", tmp_path / "all")
    assert list(top.rglob("*-exercises.ipynb")) and not list(top.rglob("*-solutions.ipynb"))
    solutions = unpacked(site / "solutions.zip", tmp_path / "solutions")
    assert solutions.name == top.name
    names = {path.relative_to(solutions).as_posix() for path in solutions.rglob("*.ipynb")}
    assert names and all(re.fullmatch(r"scripts/.*-solutions\.ipynb", name) for name in names)
    for view, offered in (("", False), ("instructor/", True)):
        home = (site / f"{view}index.html").read_text("utf-8")
        assert ("solutions.zip" in home) == offered


def test_what_lies_beside_the_episodes_is_in_the_zip(published, tmp_path):
    site, _ = published
    folder = unpacked(site / "lesson.zip", tmp_path)
    for place in (site, folder):  # what no notebook fetches need not be on the site
        assert (place / "scripts" / "data" / "rain.csv").is_file()
    assert (folder / "scripts" / "files" / "about.txt").is_file()


def test_downloads_are_saved_and_not_shown(site):
    pages = [*(site / "episodes").glob("*.html"), site / "index.html"]
    found = 0
    for page in pages:
        for link in html.parse(str(page)).iterfind(".//a"):
            if link.get("href", "").endswith((".ipynb", ".py", ".zip")):
                assert "download" in link.attrib, f"{page}: {link.get('href')}"
                found += 1
    assert found >= 3


def test_a_page_that_is_not_there_says_so_at_any_depth_without_other_files(site):
    page = html.parse(str(site / "404.html")).getroot()
    assert not page.xpath("//link[@rel='stylesheet'] | //script[@src] | //img")
    assert page.find(".//base").get("href") == "/"
    targets = [link.get("href") for link in page.iter("a")]
    assert len(targets) >= 2
    missing = [target for target in targets if not (site / unquote(target)).is_file()]
    assert not missing


def test_a_page_that_is_not_there_knows_where_the_site_is_published(published):
    site, _ = published
    assert f'<base href="{BELOW}">' in (site / "404.html").read_text("utf-8")


@pytest.mark.parametrize("place", ["episodes", "learners", "profiles"])
def test_addresses_of_the_workbench_lead_on(site, place):
    for page in (site / place).glob("*.html"):
        for view in ("", "instructor/"):
            old = (site / view / page.name).read_text("utf-8")
            assert f'<meta http-equiv="refresh" content="0; url={place}/' in old
    if (site / "profiles").is_dir():
        assert "url=profiles/" in (site / "profiles.html").read_text("utf-8")


@pytest.mark.parametrize("kind", ["solutions", "exercises"])
def test_notebooks_saved_on_their_own_get_what_they_need(published, tmp_path, kind):
    """In a folder with nothing else, one after the other: the second reads what the first saved."""
    site, _ = published
    for path in sorted((site / "notebooks").glob(f"*-{kind}.ipynb")):
        _run(path.read_text("utf-8"), tmp_path)
    assert (tmp_path / "where" / "scripts" / "wet.txt").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["where"]


def _run(book, place):
    """Run all cells of a notebook, given as text, in a folder."""
    folder = {"metadata": {"path": str(place)}}
    book = nbformat.reads(book, 4)
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3", resources=folder).execute()


def test_a_notebook_that_cannot_fetch_says_what_to_do(published, tmp_path):
    site, top = published
    (path,) = (site / "notebooks").glob("01-*-exercises.ipynb")
    book = path.read_text("utf-8").replace(top, f"http://127.0.0.1:9{BELOW}")  # nobody answers
    with pytest.raises(nbclient.exceptions.CellExecutionError) as failed:
        _run(book, tmp_path)
    assert "scripts/data/rain.csv: this file of the lesson isn't here." in str(failed.value)
    assert list(tmp_path.iterdir()) == []


def test_what_may_be_any_file_is_not_fetched(make_lesson, tmp_path):
    """Such names are most likely of files that the code makes itself."""
    code = "list(Path('fit').glob('*'))\nopen(f'{name}.csv')\nopen(f'../data/{name}.csv')"
    lesson = make_lesson(PAGE.replace("total = 3 + 4", code))
    for name in ("scripts/other.csv", "data/a.csv", "data/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", "utf-8")
    page = reader.read_page(lesson, tmp_path / "episodes" / "01-small.md")
    assert working_files.Needs(lesson).of(page) == ["data/a.csv"]


def test_a_lesson_whose_code_reads_nothing_has_no_such_cell(make_lesson, lesson_command, tmp_path):
    make_lesson(PAGE)
    assert lesson_command("build").returncode == 0
    book = (tmp_path / "_site" / "notebooks" / "01-small-solutions.ipynb").read_text("utf-8")
    assert "needed" not in book
    with zipfile.ZipFile(tmp_path / "_site" / "lesson.zip") as archive:
        assert "lesson/START-HERE.html" in archive.namelist()
