"""The built site as files: nothing is missing, nothing leads nowhere, the HTML is valid."""

import gzip
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import html
from the_lesson import LESSON, ROOT, pages_of

from lesson_engine.core import reader

pytestmark = pytest.mark.slow

# the Nu HTML checker, the validator of the WHATWG's and W3C's pages: `make checkers`
CHECKER = ROOT / "build" / "npm" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def test_html_is_valid(site):
    if shutil.which("java") is None or not CHECKER.is_file():
        pytest.skip("no HTML checker: make checkers, which needs npm, and Java")
    options = ["--errors-only", "--skip-non-html", "--format", "json"]
    command = ["java", "-jar", CHECKER, *options, site]
    process = subprocess.run(command, capture_output=True, text=True, timeout=300)
    faults = json.loads(process.stderr)["messages"]
    shown = [f"{fault['url']}:{fault['lastLine']}: {fault['message']}" for fault in faults]
    assert not shown, "\n".join(shown[:50])


def test_no_id_occurs_twice_and_every_link_inside_the_site_leads_somewhere(site):
    ids, faults = {}, []
    trees = {name: html.parse(str(site / name)) for name in pages_of(site)}
    for name, tree in trees.items():
        found = tree.xpath("//@id")
        ids[name] = set(found)
        faults += [f"{name}: the id {one} occurs twice" for one in found if found.count(one) > 1]
    for name, tree in trees.items():
        for target in tree.xpath("//a/@href | //img/@src | //link/@href | //script/@src"):
            if re.match(r"(https?|mailto|data):", target):
                continue
            address, _, place = target.partition("#")
            address = address.partition("?")[0]
            path = (site / name).parent / address if address else site / name
            path = Path(os.path.normpath(path))
            if not path.is_file():
                faults.append(f"{name}: {target} is not there")
            elif place and path.suffix == ".html" and place not in ids[_name(path, site)]:
                faults.append(f"{name}: {target} has no such place")
    assert not faults, "\n".join(sorted(set(faults)))


def _name(path, site):
    return path.relative_to(site).as_posix()


def test_instructor_notes_are_not_in_learner_pages_nor_in_their_search(site):
    others = ("instructor/", "episodes/files/")  # figures are code, and quote no page
    learner = [name for name in pages_of(site) if not name.startswith(others)]
    assert learner
    for name in learner:
        text = (site / name).read_text("utf-8")
        assert not re.search(r'class="[^"]*\blesson-div instructor\b', text), name
    # words that occur in notes only are not in what learners search
    notes, others = words_of_notes()
    index = (site / "search-data.js").read_text("utf-8").lower()
    own = (site / "instructor" / "search-data.js").read_text("utf-8").lower()
    only_in_notes = sorted(notes - others)
    indexed = [word for word in only_in_notes if re.search(rf"\b{word}\b", own)]
    assert len(indexed) >= 5, "this test needs words that only notes hold"
    texts = [_text_of(site / name) for name in learner]
    assert not [word for word in indexed if re.search(rf"\b{word}\b", index)]
    for word in only_in_notes:
        assert not any(re.search(rf"\b{word}\b", text) for text in texts), word


def _text_of(path):
    """What a page's author wrote, without the words around it."""
    articles = html.parse(str(path)).xpath("//article")
    return " ".join(one.text_content() for one in articles).lower()


def words_of_notes():
    """Long words inside instructor notes, and all other words of the lesson's pages."""
    notes, others = set(), set()
    for path in LESSON.page_paths():
        page = reader.read_page(LESSON, path)
        inside = [(div.first_line, div.last_line) for div in page.divs if div.name == "instructor"]
        for number, line in enumerate(page.text.split("\n"), 1):
            is_note = any(first < number < last for first, last in inside)
            found = set(re.findall(r"[a-z]{6,}", line.lower()))
            if is_note and "<!--" not in line:
                notes |= found
            elif path.parent.name != "instructors":
                others |= found
    # parts of words that occur elsewhere would be found inside them
    joined = " ".join(others)
    return {word for word in notes if word not in joined}, others


def test_the_home_page_gives_the_whole_lesson_as_one_file(site):
    with zipfile.ZipFile(site / "lesson.zip") as archive:
        names = [name.removeprefix("image-classification-cnn/") for name in archive.namelist()]
    assert "scripts/05-fit-cnn-exercises.ipynb" in names, "code finds ../data from scripts/ only"
    for start in ("scripts/", "data/", "site/"):
        assert any(name.startswith(start) for name in names), start
    assert "environment.yml" in names and "site/index.html" in names
    assert "lesson.zip" in (site / "index.html").read_text("utf-8")


def test_times_beside_blocks_are_those_of_the_recording(site):
    notes = json.loads((ROOT / "recorded" / "05-fit-cnn.json").read_text("utf-8"))
    text = (site / "episodes" / "05-fit-cnn.html").read_text("utf-8")
    shown = re.findall(r"took (?:(\d+) min )?(\d+) s in our run", text)
    seconds = [60 * int(minutes or 0) + int(rest) for minutes, rest in shown]
    expected = [round(block["seconds"]) for block in notes["blocks"] if block["seconds"] >= 5]
    assert seconds == expected


def test_every_page_that_the_workbench_has_is_there(site):
    wanted = ["index", "aio", "key-points", "images", "citation", "404", "LICENSE", "search"]
    wanted += [
        "CODE_OF_CONDUCT",
        "learners/setup",
        "learners/reference",
        "profiles/learner-profiles",
    ]
    for view in ("", "instructor/"):
        pages = [page for page in wanted if not view or page != "404"]  # a server has one
        missing = [page for page in pages if not (site / f"{view}{page}.html").is_file()]
        assert not missing, f"{view}: {missing}"
    assert (site / "instructor" / "instructors" / "instructor-notes.html").is_file()
    assert "</urlset>" in (site / "sitemap.xml").read_text("utf-8")


def test_the_site_can_be_unpacked_on_any_disk(site):
    """Windows and macOS keep one of two names that differ in case only."""
    names = [path.relative_to(site).as_posix().casefold() for path in site.rglob("*")]
    assert len(set(names)) == len(names)


def test_each_episode_offers_its_notebooks_and_its_script(site, lesson):
    for path in lesson.episode_paths():
        page = html.parse(str(site / "episodes" / f"{path.stem}.html"))
        links = [link.text_content() for link in page.xpath("//p[@class='lesson-files']/a")]
        assert links == ["Exercise notebook", "Solution notebook", "Script"]


def test_pages_describe_themselves_to_search_engines(site, lesson):
    for path in lesson.episode_paths():
        page = html.parse(str(site / "episodes" / f"{path.stem}.html"))
        described = json.loads(page.findtext(".//script[@type='application/ld+json']"))
        assert described["@type"] == "LearningResource"
        assert described["name"] == page.findtext(".//h1").strip()
        assert described["url"].endswith(f"episodes/{path.stem}.html")


def test_an_episode_weighs_at_most_100_kilobytes_without_its_pictures(site, lesson):
    for path in lesson.episode_paths():
        page = site / "episodes" / f"{path.stem}.html"
        tree = html.parse(str(page))
        addresses = tree.xpath("//script/@src | //link[@rel='stylesheet']/@href")
        files = {page, *((page.parent / address.partition("?")[0]) for address in addresses)}
        weight = sum(len(gzip.compress(file.read_bytes())) for file in files)
        assert weight < 100_000, path.stem
