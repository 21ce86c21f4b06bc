"""The lesson's site as it is deployed: below a folder of a server, and unpacked from lesson.zip."""

import hashlib
import subprocess
import sys
from collections import Counter

import nbformat
import pytest
from the_lesson import pages_of
from where_it_is_put import dead_links_in_folder, dead_links_online, served, unpacked

from lesson_engine.core import working_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(site, tmp_path_factory):
    """lesson.zip, unpacked somewhere: the folder that it makes."""
    return unpacked(site / "lesson.zip", tmp_path_factory.mktemp("elsewhere"))


def test_no_link_is_dead_on_a_server(site):
    with served(site) as top:
        assert dead_links_online(site, top) == []


def test_no_link_is_dead_in_the_zip_and_no_file_is_in_it_twice(folder):
    assert dead_links_in_folder(folder) == []
    files = [path for path in folder.rglob("*") if path.is_file()]
    times = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
    assert not [one for one, count in times.items() if count > 1]
    assert not list(folder.rglob("*solutions*"))


@pytest.mark.parametrize("where", ["server", "folder"])
def test_no_request_fails_on_any_page(site, folder, browser, where):
    page = browser.new_page()
    failed = []

    def tell(request):
        if request.failure != "net::ERR_ABORTED":  # by the next page, as an icon's may be
            failed.append(f"{page.url}: {request.url}: {request.failure}")

    page.on("requestfailed", tell)
    page.on(
        "response",
        lambda answer: answer.status >= 400 and failed.append(f"{page.url}: {answer.url}"),
    )
    page.on("pageerror", lambda error: failed.append(f"{page.url}: {error}"))
    start = site if where == "server" else folder / "site"
    with served(site) as top:
        for name in pages_of(start):
            moved = "http-equiv" in (start / name).read_text("utf-8")  # goes on to another at once
            if name != "404.html" and not moved:
                page.goto(top + name if where == "server" else (start / name).as_uri())
    page.close()
    assert not failed


@pytest.mark.parametrize("script", [True, False])
def test_a_page_that_is_not_there_leads_back_from_any_depth(site, browser, script):
    """Without scripts, from where config.yaml says that the site is; with them, from anywhere."""
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    with served(site) as top:
        answer = page.goto(f"{top}a/b/c/nothing.html")
        assert answer.status == 404
        assert page.locator("h1").inner_text() == "There is no such page"
        home = page.locator("main li a").first
        if script:
            page.wait_for_function("document.baseURI.endsWith('/some/where/')")
            home.click()
            page.wait_for_url(f"{top}index.html")
        else:
            assert home.evaluate("one => new URL(one.href).pathname") == (
                "/image-classification-cnn/index.html"
            )
    context.close()


def test_a_download_is_saved_by_the_browser(site, browser):
    page = browser.new_page()
    with served(site) as top:
        page.goto(f"{top}episodes/03-image-data.html")
        for link in page.locator(".lesson-files a[download]").all():
            with page.expect_download() as saved:
                link.click()
            assert saved.value.suggested_filename in link.get_attribute("href")
    page.close()


def test_the_first_cell_of_a_notebook_fetches_all_that_its_code_names(site, lesson, tmp_path):
    """Run from the first line of code, and with files in place of those that are fetched."""
    for path in lesson.episode_paths():
        book = nbformat.read(site / "notebooks" / f"{path.stem}-solutions.ipynb", 4)
        code = [cell.source for cell in book.cells if cell.cell_type == "code"]
        place = tmp_path / path.stem
        with served(site) as top:
            fetch = code[0].replace(f"{lesson.config['url']}/", top)
            _run(fetch, place)
        scripts = place / working_files.folder_name(lesson) / "scripts"
        for text in code:
            for match in working_files.TEXT.finditer(text):
                if match["text"].startswith("../data/") and "{" not in match["text"]:
                    assert (scripts / match["text"]).exists(), f"{path.stem}: {match['text']}"
        assert (scripts / "matplotlibrc").is_file() or "matplotlib" not in "".join(code)


def _run(code, place):
    """Run code in a new folder, in a Python of its own."""

    place.mkdir()
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("05-fit-cnn.html", "episodes/05-fit-cnn.html"),
        ("reference.html", "learners/reference.html"),
        ("profiles.html", "profiles/learner-profiles.html"),
        ("instructor/05-fit-cnn.html", "instructor/episodes/05-fit-cnn.html"),
    ],
)
def test_an_old_address_leads_on_with_its_place(site, browser, old, new):
    page = browser.new_page()
    with served(site) as top:
        for start in (top, f"{site.as_uri()}/"):
            page.goto(f"{start}{old}#begin")
            page.wait_for_url(f"{start}{new}#begin")
    page.close()
