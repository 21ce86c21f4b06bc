"""Names of all kinds, names that collide, and what is not done: each is right, or is said."""

import base64
import zipfile
from urllib.parse import unquote

import pytest
from lxml import html as lxml_html
from small_lessons import PAGE, lesson_in

from lesson_engine.core import inventory, links, scripts
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import find_lesson

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NAMES = ["05 größe", "06 100% #1", "07 it's & co?", "08+plus.v2", "09(x)", "10_a,b;c"]
LINKS = """
[one](<05 größe.md>) [two](06%20100%25%20%231.md) [three](07%20it's%20&%20co%3F.html)
[four](08+plus.v2.md#begin) [five](my%20page.html) [six](<data/größe 1.csv>)
[seven](08%2Bplus.v2.html) [eight](a&b.html) [nine](05%20gr%C3%B6%C3%9Fe.md#begin)

![Cap.](fig/a%20b%20%231.png){alt='first'}

Text ![in a line](<fig/my pics/ä+c.png>){alt='second'}.

"""
BLOCK = '\n```python\nprint(open("data/größe 1.csv").read())\n```\n\n```output\na\n```\n'


@pytest.fixture
def lesson_of(tmp_path):
    """Make a lesson; args of what it gives: name -> text or bytes of its files."""

    def make(files, config="title: Odd\n"):
        for name, content in {"index.md": "---\ntitle: Home\n---\n\nHi.\n", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        (tmp_path / "config.yaml").write_text(config, "utf-8")
        return find_lesson(tmp_path)

    return make


def said_of(lesson):
    return [str(one) for one in inventory.oddities(lesson)]


# ---- odd names


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A built and exported lesson, in a folder with blanks, whose names are all odd."""
    folder = tmp_path_factory.mktemp("odd") / "my lesson's 100% #1"
    for name in ("episodes/fig/my pics", "episodes/data", "learners"):
        (folder / name).mkdir(parents=True)
    for name in NAMES:
        text = PAGE.replace("::: keypoints", f"{BLOCK}{LINKS}::: keypoints")
        (folder / "episodes" / f"{name}.md").write_text(text, "utf-8")
    for name in ("my page", "a&b"):
        text = f"---\ntitle: {name}\n---\n\n[x](05%20größe.md)\n"
        (folder / "learners" / f"{name}.md").write_text(text, "utf-8")
    (folder / "episodes/fig/a b #1.png").write_bytes(PNG)
    (folder / "episodes/fig/my pics/ä+c.png").write_bytes(PNG)
    (folder / "episodes/fig/README.md").write_text("# About\n", "utf-8")
    (folder / "episodes/data/README.md").write_text("# About\n", "utf-8")
    (folder / "episodes/data/größe 1.csv").write_text("a\n", "utf-8")
    (folder / "config.yaml").write_text("title: Odd\nurl: https://example.org\n", "utf-8")
    (folder / "index.md").write_text("---\ntitle: Home\n---\n\nHi.\n", "utf-8")
    code, said = lesson_in(folder, "build")
    assert code == 0, said
    return folder, said


@pytest.mark.slow
def test_nothing_is_remarked_but_what_windows_refuses(odd):
    folder, said = odd
    refused = "episodes/07 it's & co?.md: a name with ? is refused by other systems and tools"
    remarks = [line for line in said.splitlines() if ".md:" in line]
    assert [line.partition(";")[0] for line in remarks] == [refused]


@pytest.mark.slow
def test_every_address_of_the_site_leads_to_a_file(odd):
    folder, _ = odd
    site = folder / "_site"
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    for view in (site, site / "instructor"):
        for name in NAMES:
            assert view / "episodes" / f"{name}.html" in pages
            assert view / f"{name}.html" in pages  # as the Workbench has it
            assert (view / "slides" / f"{name}.html" in pages) == (view != site)
    for page in pages:
        for element, _, address, _ in lxml_html.parse(str(page)).getroot().iterlinks():
            if not links.leads_elsewhere(address) and not address.startswith(("#", "data:")):
                target = page.parent / unquote(address.partition("#")[0].partition("?")[0])
                assert target.exists(), f"{page}: {element.tag} {address}"


@pytest.mark.slow
def test_links_pictures_and_downloads_stand_on_each_page(odd):
    folder, _ = odd
    for name in NAMES:
        page = lxml_html.parse(str(folder / "_site" / "episodes" / f"{name}.html")).getroot()
        targets = {link.text_content(): unquote(link.get("href")) for link in page.iterfind(".//a")}
        assert targets["two"].endswith("06 100% #1.html") or name == NAMES[1]
        assert targets["four"].endswith("08+plus.v2.html#begin") or name == NAMES[3]
        assert targets["five"] == "../learners/my page.html"
        assert targets["six"].endswith("größe 1.csv")
        alts = {image.get("alt") for image in page.iterfind(".//img")}
        assert {"first"} <= alts and len(page.findall(".//article//img")) == 2


@pytest.mark.slow
def test_the_zip_and_the_sitemap_hold_them(odd):
    folder, _ = odd
    names = zipfile.ZipFile(folder / "_site" / "lesson.zip").namelist()
    assert all(name.startswith("lesson/") for name in names)
    names = [name.removeprefix("lesson/") for name in names]
    for name in NAMES:
        assert f"scripts/{name}-exercises.ipynb" in names
        assert f"site/episodes/{name}.html" in names
    assert "scripts/data/größe 1.csv" in names
    sitemap = (folder / "_site" / "sitemap.xml").read_text("utf-8")
    assert "<loc>https://example.org/episodes/06%20100%25%20%231.html</loc>" in sitemap
    book = (folder / "_site" / "notebooks" / "05 größe-exercises.ipynb").read_text("utf-8")
    assert book.count("data:image/png;base64") == 2
    assert "https://example.org/episodes/06%20100%25%20%231.html" in book


@pytest.mark.slow
def test_odd_names_are_checked_and_exported(odd):
    folder, _ = odd
    code, said = lesson_in(folder, "check")
    assert code == 0 and "12 blocks of Python ran: 12 as recorded" in said, said
    assert lesson_in(folder, "export")[0] == 0
    found = sorted(path.name for path in (folder / "scripts").glob("*.py"))
    assert found == sorted(scripts.script_name(name) for name in NAMES)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("05-fit-cnn", "05_fit_cnn"),
        ("05 größe", "05_größe"),
        ("05 gro\u0308ße", "05_größe"),
        ("08+plus.v2", "08_plus_v2"),
        ("what?!", "what"),
    ],
)
def test_a_script_has_a_name_that_python_can_import(name, module, tmp_path, monkeypatch):
    assert scripts.script_name(name) == f"{module}.py"
    assert f"m{module}".isidentifier()


def test_addresses_are_changed_however_they_are_written():
    seen = []
    links.readdressed("[a](<x y.md> 'T') ![b](z(1).png) [c][d] [e](f)", seen.append)
    assert seen == ["x%20y.md", "z(1).png", "f"]
    assert links.readdressed("[a](<x y.md>) [b](c)", lambda _: "n") == "[a](n) [b](n)"


# ---- names that collide


def test_names_that_collide_are_said(lesson_of):
    made = ("images", "aio", "404", "citation", "key-points", "search")
    lesson = lesson_of(
        {f"{name}.md": "---\ntitle: Mine\n---\n\nOwn text.\n" for name in made}
        | {"episodes/reference.md": PAGE, "learners/reference.md": "---\ntitle: R\n---\n\nR.\n"}
        | {"episodes/a-b.md": PAGE, "episodes/a_b.md": PAGE, "episodes/A-b.md": PAGE}
    )
    said = said_of(lesson)
    for name in made[:-1]:
        assert f"{name}.md: takes the place of a page of this name that is made from the epi" in (
            " ".join(said)
        )
    assert "search.md: the page for searching has this name and takes its place; rename it" in said
    assert (
        "learners/reference.md: has the name of episodes/reference.md: both are shown here, and "
        "the Workbench, which has one folder for all pages, loses one; rename it"
    ) in said
    assert (
        "episodes/a_b.md: its script would be a_b.py, as that of a-b.md is; rename one of them"
    ) in said
    assert any("a-b.md: differs from A-b.md in case only" in line for line in said)
    assert len(said) == len(made) + 3


@pytest.mark.slow
def test_a_page_that_an_author_wrote_is_never_lost(lesson_of, tmp_path):
    made = ("images", "aio", "404", "citation", "key-points", "genindex")
    text = "---\ntitle: Mine\n---\n\nOwn text.\n"
    lesson_of(
        {f"{name}.md": text for name in made}
        | {"episodes/reference.md": PAGE, "learners/reference.md": text, "learners/empty.md": ""}
        | {"learners/12.md": "---\ntitle: 12\norphan: x\nkernelspec: 3\n---\n\nOwn text.\n"}
    )
    code, said = lesson_in(tmp_path, "build")
    assert code == 0, said
    for name in (*made, "learners/reference", "learners/12"):
        assert "Own text." in (tmp_path / "_site" / f"{name}.html").read_text("utf-8"), name
    home = lxml_html.parse(str(tmp_path / "_site" / "index.html")).getroot()
    empty = home.xpath(
        "//div[starts-with(@class, 'sidebar-tree') or @class='lesson-about']/ul[not(li)]"
    )
    assert not empty, "all that we make is the author's here"
    menu = {link.get("href") for link in home.xpath("//*[contains(@class, 'sidebar-tree')]//a")}
    for name in (
        *made,
        "episodes/reference",
        "learners/reference",
        "learners/12",
        "learners/empty",
    ):
        assert f"{name}.html" in menu, name


@pytest.mark.slow
def test_two_scripts_of_one_name_are_not_exported(lesson_of, tmp_path):
    lesson_of({"episodes/a-b.md": PAGE, "episodes/a_b.md": PAGE})
    code, said = lesson_in(tmp_path, "export")
    assert code == 1 and not (tmp_path / "scripts").exists()
    assert "episodes/a_b.md: its script would be a_b.py" in said


# ---- what is not done


def test_a_lesson_for_the_old_template_is_told_what_to_do(tmp_path):
    (tmp_path / "_config.yml").write_text("title: Old\n", "utf-8")
    (tmp_path / "_episodes").mkdir()
    with pytest.raises(LessonError) as raised:
        find_lesson(tmp_path / "_episodes")
    assert "this is a lesson for the template from before 2022" in str(raised.value)
    assert "lesson-transition" in str(raised.value)


NOT_DONE = {
    "episodes/01-a.md": PAGE,
    "episodes/02-b.Rmd": "x",
    "episodes/03-c.qmd": "x",
    "learners/d.ipynb": "{}",
    "_config.yml": "title: Old\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "check", "adopt"])
def test_what_is_not_done_is_said(lesson_of, tmp_path, command):
    lesson_of(NOT_DONE, "title: T\nepisodes:\n- 01-a.md\n- 02-b.Rmd\nlang: tlh\nlearner: []\n")
    code, said = lesson_in(tmp_path, command)
    assert code == 0, said
    for sentence in (
        "config.yaml:5: there are no words in 'tlh', so English ones are shown; there are de, en,",
        "config.yaml:6: 'learner:' means nothing here; did you mean 'learners:'?",
        "episodes: not run and not shown, as only .md is read here: 02-b.Rmd, 03-c.qmd",
        "learners: not run and not shown, as only .md is read here: d.ipynb",
        "_config.yml: belongs to the template from before 2022 and is not read; remove it",
    ):
        assert sentence in said


# ---- in our words


@pytest.mark.slow
def test_nothing_is_said_in_sphinxs_words(lesson_of, tmp_path):
    begin, _, end = PAGE.partition("## Begin")
    odd = {
        "01-notes": "Text[^none] and [^a].\n\n[^a]: note\n\n[^a]: again\n",
        "02-math": "$\\nomacro{x}$\n\n```{note}\nx\n```\n\n::: {#id}\n\nKept.\n\n:::\n",
        "03-links": "[a](nope.md) [b](#none) [c](01-notes.md#none) [d]() ![x](fig/no.png)\n",
        "04-tables": "| a | b |\n|---|\n| 1 |\n\n| a | b |\n|---|---|\n| 1 |\n",
        "04-lists": "* a\n   - b\n1) c\n3) d\n",
        "05-myst": "```{toctree}\nx\n```\n\n```{include} x\n```\n\n{{ x }}\n\n(t)=\n\n+++\n",
        "06-ids": "<p id='a'>x</p>\n\n<p id='a'>x</p>\n\n## A {#one}\n\nx\n\n## B {#one}\n\nx\n",
    }
    lesson_of(
        {f"episodes/{name}.md": f"{begin}## Begin\n\n{text}" for name, text in odd.items()}
        | {"episodes/07-front.md": "---\ntitle: [x\n---\n\nText\n"}
        | {"episodes/08-keys.md": "---\ntitle: T\nhtml_meta: b\nmyst:\n  a: b\n---\n\nText\n"}
        | {f"episodes/{name}/README.md": "# Readme\n" for name in ("fig", "data", "files")}
    )
    code, said = lesson_in(tmp_path, "build")
    assert code == 0, said
    assert "Kept." in (tmp_path / "_site/episodes/02-math.html").read_text("utf-8")
    remarks = [line for line in said.splitlines() if line.startswith(("episodes", "index"))]
    for sentence in (
        "episodes/01-notes.md:17: [^none] refers to a note that is not there",
        "episodes/02-math.md:17: this formula cannot be shown: Unknown LaTeX command",
        "episodes/03-links.md:17: nope.md: leads nowhere",
        "episodes/03-links.md:17: #none: leads nowhere",
        "episodes/01-notes.md#none: leads nowhere",
        "episodes/03-links.md:17: a link has no address",
        "fig/no.png is missing; draw it or correct its address",
        "episodes/07-front.md:2: the front matter is not YAML",
    ):
        assert sentence in said
    for word in ("WARNING", "ERROR", "toctree", "[myst", "directive", "docname", "Traceback"):
        assert word not in said
    assert f"{len(remarks)} remarks above" in said


@pytest.mark.slow
def test_what_stops_the_build_is_one_sentence(lesson_of, tmp_path):
    lesson_of({"episodes/01-a.md": PAGE, "learners/b.md": b"---\ntitle: Gr\xf6\xdfe\n---\n"})
    code, said = lesson_in(tmp_path, "build")
    assert code == 1
    assert said == "learners/b.md:2: is not UTF-8 text; save the file as UTF-8\n"
    (tmp_path / "index.md").unlink()
    code, said = lesson_in(tmp_path, "build")
    assert (
        code == 1 and said.startswith("index.md: is missing; write one") and "\n" not in said[:-1]
    )


def test_a_failure_of_sphinx_itself_is_one_line():
    from lesson_engine.site import remarks

    text = (
        "a.md:1: x\nVersions\n========\n* Sphinx 9\nTraceback\n=========\n  KeyError: 'x'\n"
        "The full traceback has been saved in:\n/tmp/sphinx-err-1.log\n"
    )
    told = remarks._without_crash(text)
    assert told.splitlines()[0] == "a.md:1: x"
    assert told.endswith(
        "the site could not be made: KeyError: 'x'; please report this with /tmp/sphinx-err-1.log"
    )
