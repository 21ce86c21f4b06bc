"""The site: cells stand inside their divs, with their outputs, and pages say what is wrong."""

import html.parser
import importlib.util
import json
import runpy
import zipfile
from pathlib import Path

import pytest
from lxml import html as lxml_html
from small_lessons import PAGE

from lesson_engine import cli, site
from lesson_engine.core import provenance, reader
from lesson_engine.site import myst

NESTED = PAGE.replace(
    "::: keypoints",
    """\
::: challenge

### Create a `Dense` layer

- In a list:

  ```python
  print("in", "list")
  ```

  ```output
  in list
  ```

::: solution

:::: callout

```{.python}
plot()
```

![A *small* figure with $x^2$.](fig/a.png){.cell-output alt='a [red] "dot"'}

::::

:::

:::

```{.python .skeleton}
x = _____
```

![A diagram.](fig/b.png){alt='two boxes'}

Inline $y_1$.

::: instructor
Say this.
:::

::: keypoints""",
)
PIXEL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc"
    b"d\xf8\xcfP\x0f\0\x03\x86\x01\x80Z4}k\0\0\0\0IEND\xaeB`\x82"
)


class Page(html.parser.HTMLParser):
    """Collects texts and pictures with the lesson divs and cells around them."""

    VOID = {"img", "br", "hr", "input", "meta", "link", "path", "circle"}

    def __init__(self, text):
        super().__init__()
        self.stack, self.seen = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.seen.append((attributes.get("alt"), self.around()))
        if tag not in self.VOID:
            self.stack.append((tag, (attributes.get("class") or "").split()))

    def handle_endtag(self, tag):
        while tag not in self.VOID and self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        self.seen.append((data.strip(), self.around()))

    def around(self):
        names = {"challenge", "solution", "callout", "cell", "cell_output", "li", "math"}
        classes = [name for tag, classes in self.stack for name in [*classes, tag] if name in names]
        return "/".join(classes)

    def where(self, text):
        return next(around for seen, around in self.seen if seen and text in seen)


@pytest.fixture
def built(make_lesson, lesson_command, tmp_path):
    pytest.importorskip("furo")

    def build(text):
        make_lesson(text)
        for name in ("a.png", "b.png"):
            (tmp_path / "episodes" / "fig" / name).write_bytes(PIXEL)
        return lesson_command("build")

    return build


def test_cells_stand_in_their_divs_with_their_outputs(built, tmp_path):
    process = built(NESTED)
    assert process.returncode == 0, process.stderr
    text = (tmp_path / "_site" / "episodes" / "01-small.html").read_text("utf-8")
    page = Page(text)
    assert page.where("total: 7") == "cell/cell_output"
    assert page.where("in list") == "challenge/li/cell/cell_output"
    assert page.where('a [red] "dot"') == "challenge/solution/callout/cell"
    assert page.where("two boxes") == ""
    assert "<math" in text and "mathjax" not in text.lower().replace("mathjax_ignore", "")
    assert "claim" not in text
    assert (tmp_path / "_site" / "notebooks" / "01-small-exercises.ipynb").is_file()


def test_a_second_build_and_a_rebuild_work(built, tmp_path, lesson_command):
    assert built(NESTED).returncode == 0
    assert built(NESTED.replace("total: 7", "total: 9")).returncode == 0
    assert "total: 9" in (tmp_path / "_site" / "episodes" / "01-small.html").read_text("utf-8")


@pytest.mark.parametrize("noted", [True, False])
def test_a_second_build_reads_no_page_again(built, tmp_path, lesson_command, noted):
    if noted:
        (tmp_path / "recorded").mkdir(parents=True)
        (tmp_path / "recorded" / "01-small.json").write_text("{}", "utf-8")
    built(NESTED)
    views = tmp_path / "build" / "site"
    first = {path: path.stat().st_mtime_ns for path in views.glob("*/doctrees/**/*.doctree")}
    assert lesson_command("build").returncode == 0
    assert first
    assert first == {path: path.stat().st_mtime_ns for path in first}


def test_sphinx_walks_through_folders_of_pages_only(make_lesson, tmp_path, monkeypatch):
    """An environment beside the episodes holds thousands of files: walking took 12 s."""
    matching = pytest.importorskip("sphinx.util.matching")
    make_lesson(NESTED)
    for folder in (".venv-site", "environment", "_site", "episodes/.ipynb_checkpoints"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.md").write_text("# Page\n", "utf-8")
    monkeypatch.setenv("LESSON_ROOT", str(tmp_path))
    monkeypatch.setenv("LESSON_VIEW", "learner")
    excluded = runpy.run_path(str(cli.CONF / "conf.py"))["exclude_patterns"]
    walked = list(matching.get_matching_files(tmp_path, ["**"], excluded))
    assert "episodes/01-small.md" in walked
    assert not [path for path in walked if path.endswith("page.md")]


def test_a_build_that_fails_leaves_the_last_site(built, tmp_path):
    assert built(NESTED).returncode == 0
    assert built(NESTED.replace("::: callout", "::: calout")).returncode != 0
    assert "total: 7" in (tmp_path / "_site" / "episodes" / "01-small.html").read_text("utf-8")
    assert not list(tmp_path.glob(".*.part"))


def test_a_page_that_cannot_be_read_stops_the_build_with_its_line(built):
    for text, words in [
        (PAGE.replace("::: keypoints", "::: keypont"), "01-small.md:30: 'keypont' is not a div"),
        (
            PAGE.replace("- Done.\n:::\n", "- Done.\n"),
            "01-small.md:30: this 'keypoints' div is never",
        ),
    ]:
        process = built(text)
        assert process.returncode != 0
        assert words in process.stderr


def test_a_missing_picture_stops_the_build_with_its_line(built):
    process = built(PAGE + "\n![A.](fig/none.png){alt='a'}\n")
    assert process.returncode != 0
    assert "01-small.md:34" in process.stderr and "none.png" in process.stderr


def test_a_formula_that_cannot_be_shown_stops_the_build_with_its_line(built):
    process = built(PAGE + "\nA formula: $\\nonsense{x}$.\n")
    assert process.returncode != 0
    assert "01-small.md:34: this formula cannot be shown" in process.stderr


def test_notes_are_in_the_instructor_view_only(built, tmp_path):
    assert built(NESTED).returncode == 0
    site = tmp_path / "_site"
    for name in ("episodes/01-small.html", "aio.html"):
        assert "Say this." not in (site / name).read_text("utf-8")
        assert "Say this." in (site / "instructor" / name).read_text("utf-8")


def test_collected_pages_hold_what_their_names_say(built, tmp_path):
    assert built(NESTED).returncode == 0
    pages = {
        name: (tmp_path / "_site" / f"{name}.html").read_text("utf-8")
        for name in ("aio", "key-points", "images", "404", "index")
    }
    assert "total: 7" in pages["aio"] and "two boxes" in pages["aio"]
    assert "Done." in pages["key-points"] and "total: 7" not in pages["key-points"]
    assert pages["images"].count("two boxes") == 2, "as the alt text, and in words below"
    assert "no such page" in pages["404"]
    for words in ("Schedule", "1. Small", "What?", "lesson.zip", "0:10"):
        assert words in pages["index"]


def test_a_second_build_gives_the_same_collected_pages(built, tmp_path, lesson_command):
    assert built(NESTED).returncode == 0
    path = tmp_path / "_site" / "aio.html"
    first = path.read_text("utf-8").partition("<article")[2]
    assert lesson_command("build").returncode == 0
    assert path.read_text("utf-8").partition("<article")[2] == first != ""


def test_what_was_recorded_is_said_on_the_page(built, tmp_path, lesson_command):
    assert built(NESTED).returncode == 0
    page = tmp_path / "_site" / "episodes" / "01-small.html"
    assert "were produced by running its code" not in page.read_text("utf-8")
    environment = {"date": "2026-01-02", "python": "3.11.7", "machine": "M", "keras": "3"}
    noted = {
        "environments": {"1": environment},
        "blocks": [{"code": digest(PAGE), "place": 1, "seconds": 75.2, "environment": "1"}],
    }
    folder = tmp_path / "recorded"
    folder.mkdir(parents=True)
    (folder / "01-small.json").write_text(json.dumps(noted), "utf-8")
    assert lesson_command("build").returncode == 0
    text = page.read_text("utf-8")
    assert "most recently on 2026-01-02, with Python 3.11.7, keras 3, on M." in text
    assert "took 1 min 15 s in our run" in text
    assert "Computing time in our run: 1 min 15 s" in text
    assert "1 min 15 s" in (tmp_path / "_site" / "index.html").read_text("utf-8")


TABS = PAGE.replace(
    "::: keypoints",
    """\
::: group-tab

### Windows

Press this.

::: callout

Inside.

:::

### macOS and *Linux*

```python
print("in a", "tab")
```

```output
in a tab
```

:::

::: keypoints""",
)


def test_headings_in_a_tab_div_are_tabs(built, tmp_path):
    process = built(TABS)
    assert process.returncode == 0, process.stderr
    text = (tmp_path / "_site" / "episodes" / "01-small.html").read_text("utf-8")
    tree = lxml_html.fromstring(text)
    labels = tree.xpath("//article//label")
    assert [label.text_content() for label in labels] == ["Windows", "macOS and Linux"]
    first, second = tree.xpath("//div[contains(@class, 'tab-content')]")
    assert "Press this." in first.text_content()
    assert first.xpath(".//div[contains(@class, 'callout')]")
    assert second.xpath(".//div[contains(@class, 'cell_output')]")


def test_a_fault_inside_a_tab_has_its_line(built):
    text = TABS.replace("Press this.", "![A.](fig/none.png){alt='a'}")
    line = text.split("\n").index("![A.](fig/none.png){alt='a'}") + 1
    assert f"01-small.md:{line}" in built(text).stderr
    text = TABS.replace("### Windows", "Windows:")
    line = text.split("\n").index("::: group-tab") + 1
    process = built(text)
    assert f"01-small.md:{line}" in process.stderr and "begin with a heading" in process.stderr


def test_a_comment_in_code_is_no_tab_and_tabs_may_hold_tabs(built, tmp_path):
    inner = "::: tab\n\n#### bash\n\n```bash\n# install it\nls\n```\n\n#### fish\n\nText.\n\n:::"
    process = built(TABS.replace("Press this.", inner))
    assert process.returncode == 0, process.stderr
    tree = lxml_html.parse(str(tmp_path / "_site" / "episodes" / "01-small.html"))
    labels = [label.text_content() for label in tree.xpath("//article//label")]
    assert labels == ["Windows", "bash", "fish", "macOS and Linux"]
    assert "# install it" in tree.getroot().find(".//article").text_content()


EMPTY = {
    "nothing": "",
    "a remark": "<!-- nobody sees it -->",
    "code that is not shown": "<!-- run: n = 1 -->",
    "headings one below the other": None,
}


@pytest.mark.parametrize("quoted", ["", "> "])
@pytest.mark.parametrize("kind", EMPTY)
def test_a_tab_may_be_empty(built, tmp_path, kind, quoted):
    """As in the Workbench; what the tabs are shown by wants something in each."""
    first = "### One" if EMPTY[kind] is None else f"### One\n\n{EMPTY[kind]}\n"
    tabs = f"::: tab\n\n{first}\n### Two\n\n{EMPTY[kind] or ''}\n\n:::"
    tabs = "\n".join(f"{quoted}{line}".rstrip() for line in tabs.split("\n"))
    process = built(PAGE.replace("::: keypoints", f"{tabs}\n\n::: keypoints"))
    assert process.returncode == 0, process.stderr
    tree = lxml_html.parse(str(tmp_path / "_site" / "episodes" / "01-small.html"))
    assert [label.text_content() for label in tree.xpath("//article//label")] == ["One", "Two"]
    shown = [
        tab.text_content().strip() for tab in tree.xpath("//div[@class='tab-content docutils']")
    ]
    assert shown == ["", ""]


def test_a_remark_in_a_quotation_does_not_end_it():
    inside = "::: callout\n\nIt is 7.\n\n<!-- claim:\ntotal == 7\n-->\n\nMore.\n\n:::"
    quoted = "\n".join(f"> {line}".rstrip() for line in inside.split("\n"))
    page = reader.read(PAGE.replace("::: keypoints", f"{quoted}\n\n::: keypoints"))
    lines = myst.to_myst(page).split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("> :::"))
    assert [line[:1] for line in lines[begin : begin + 11]] == [">"] * 11
    assert not any("claim" in line for line in lines)


AS_WRITTEN = """A {ref}`role`, and {braces}.

% no remark

+++

(target)=

> ***

```{r}
x
```

A note[^1] is waited for.

[^1]: Here.

[^2]: Nobody waits for this one.

::: keypoints"""


def test_what_only_myst_knows_stands_on_the_page_as_in_the_workbench(built, tmp_path):
    process = built(PAGE.replace("::: keypoints", AS_WRITTEN))
    assert process.returncode == 0, process.stderr
    tree = lxml_html.parse(str(tmp_path / "_site" / "episodes" / "01-small.html"))
    text = tree.getroot().find(".//article").text_content()
    for words in ("{ref}role", "% no remark", "+++", "(target)=", "x\n", "Here."):
        assert words in text
    assert tree.xpath("//article//blockquote//hr")


def test_more_of_pandocs_markdown(built, tmp_path):
    text = "It costs $5, or $6 for two. A $x^2$. ~~Wrong~~.\n\n"
    text += "- [ ] to do\n- [x] done\n\n::: keypoints"
    process = built(PAGE.replace("::: keypoints", text))
    assert process.returncode == 0, process.stderr
    article = lxml_html.parse(str(tmp_path / "_site" / "episodes" / "01-small.html"))
    article = article.getroot().find(".//article")
    assert "It costs $5, or $6 for two." in article.text_content()
    assert len(article.xpath(".//math")) == 1
    assert article.xpath(".//s[text()='Wrong'] | .//del[text()='Wrong']")
    boxes = article.xpath(".//li/input[@type='checkbox'] | .//li/p/input[@type='checkbox']")
    assert [box.get("checked") is not None for box in boxes] == [False, True]


def test_no_id_occurs_twice(built, tmp_path):
    titles = ["### It's the same\n\nText.", "### Same\n\nText."]
    boxes = [f"::: callout\n\n{title}\n\n:::" for title in titles]
    text = "\n\n".join([*boxes, *titles, *boxes, "See [it](#begin).", "::: keypoints"])
    process = built(PAGE.replace("::: keypoints", text))
    assert process.returncode == 0, process.stderr
    page = lxml_html.parse(str(tmp_path / "_site" / "episodes" / "01-small.html"))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_questions_on_the_home_page_lead_to_where_they_lead_in_the_episode(built, tmp_path):
    questions = """* A [title](#begin), a [page](../index.md)[^1] or `a|b`?
* A [label][far] or
  [far]?
:::

[far]: https://example.org/far

[^1]: Here."""
    process = built(PAGE.replace("- What?\n:::", questions).replace("title: Small", "title: A | b"))
    assert process.returncode == 0, process.stderr
    cells = lxml_html.parse(str(tmp_path / "_site" / "index.html")).xpath("//article//td")
    start, title, asked, computing = cells[:4]
    assert title.text_content() == "1. A | b"
    assert asked.text_content() == "A title, a page or a|b?A label or far?"
    assert [link.get("href") for link in asked.xpath(".//a")] == [
        "episodes/01-small.html#begin",
        "#",
        "https://example.org/far",
        "https://example.org/far",
    ]


def test_the_zip_is_laid_out_as_code_runs(built, tmp_path):
    """A script finds what the Workbench has beside its episodes."""
    for place in ("episodes/data/a.csv", "episodes/files/b.txt", "data/c.csv", "scripts/d.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("", "utf-8")
    assert built(PAGE).returncode == 0
    with zipfile.ZipFile(tmp_path / "_site" / "lesson.zip") as archive:
        names = {name.removeprefix("lesson/") for name in archive.namelist()}
    assert {name for name in names if not name.startswith("site/")} == {
        "START-HERE.html",
        "data/c.csv",
        "scripts/01-small-exercises.ipynb",
        "scripts/01_small.py",
        "scripts/d.py",
        "scripts/data/a.csv",
        "scripts/files/b.txt",
    }


CITATION = """\
message: Please cite it.
title: Small
authors:
- family-names: Doe
  given-names: Jo
- name: A Group
date-released: 2026-01-02
"""


def test_the_page_on_citing_says_what_citation_cff_says(built, tmp_path, lesson_command):
    assert built(PAGE).returncode == 0
    assert not (tmp_path / "_site" / "citation.html").is_file()
    (tmp_path / "CITATION.cff").write_text(CITATION + "doi: 10.1/abc\n", "utf-8")
    assert lesson_command("build").returncode == 0
    page = lxml_html.parse(str(tmp_path / "_site" / "citation.html"))
    text = page.getroot().find(".//article").text_content()
    assert "Doe, Jo, A Group (2026). Small. https://doi.org/10.1/abc" in text
    assert "author = {Doe, Jo and {A Group}}" in text and "doi = {10.1/abc}" in text
    assert "citation.html" in (tmp_path / "_site" / "index.html").read_text("utf-8")
    names = [path.name.casefold() for path in (tmp_path / "_site").iterdir()]
    assert len(set(names)) == len(names), "unpacked on Windows or macOS, one of two is lost"


def test_a_citation_that_lacks_its_authors_stops_the_build(built, tmp_path):
    (tmp_path / "CITATION.cff").write_text("title: Small\n", "utf-8")
    process = built(PAGE)
    assert process.returncode != 0
    assert process.stderr.startswith("CITATION.cff: needs authors, message")


def test_the_sitemap_names_every_learner_page(built, tmp_path):
    (tmp_path / "config.yaml").write_text("title: Small\nurl: https://example.org/a\n", "utf-8")
    assert built(PAGE).returncode == 0
    text = (tmp_path / "_site" / "sitemap.xml").read_text("utf-8")
    assert "<loc>https://example.org/a/episodes/01-small.html</loc>" in text
    assert "instructor/" not in text and "404" not in text


def digest(text):
    """The key under which the first block of a page is noted."""
    return provenance.keys([reader.read(text).blocks[0].source])[0][0]


def test_no_file_of_the_theme_has_the_name_of_another_packages():
    """They share one folder of the site, where the last one to come would be the only one."""
    ours = {path.name for path in (Path(site.__file__).parent / "theme" / "static").iterdir()}
    theirs = set()
    packages = ("furo", "myst_nb", "sphinx", "sphinx_copybutton", "sphinx_inline_tabs")
    for name in packages:
        folder = Path(importlib.util.find_spec(name).origin).parent
        folder /= "themes/basic" if name == "sphinx" else ""  # furo is built on that one
        theirs |= {path.name for path in folder.rglob("*") if "static" in str(path.parent)}
    assert "tabs.js" in theirs and not ours & theirs
