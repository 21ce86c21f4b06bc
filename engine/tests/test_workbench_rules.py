"""A lesson that nobody prepared: nothing is damaged, and nothing is green that did not run."""

import contextlib
import posixpath
import signal
import socket
import time
import urllib.request

import pytest
from lxml import html as lxml_html
from small_lessons import PAGE, code, lesson_in, page, start

from lesson_engine.core import exporter, links, reader, structure

BLOCK = '```python\ntotal = 3 + 4\nprint("total:", total)\n```\n'


def shown(folder, name):
    return lxml_html.parse(str(folder / "_site" / f"{name}.html")).getroot().find(".//article")


# ---- building


def test_nothing_odd_stops_the_build_and_all_of_it_is_told(old, tmp_path):
    old(
        episodes__01_odd=page(
            "Text.",
            "```output\nloose\n```",
            "::: mystery\n\nInside.\n\n:::",
            "[x](none.md) is away.",
        ),
        episodes__02_bad="---\ntitle: Bad one\n---\n\n::: challenge\n\nNever closed.\n",
        episodes__03_lunch="---\ntitle: Lunch\nbreak: 45\n---\n",
    )
    code, said = lesson_in(tmp_path, "build")
    assert code == 0, said
    again = lesson_in(tmp_path, "build")[1]  # nothing has changed, and nothing is forgotten
    assert sorted(again.splitlines()) == sorted(said.splitlines())
    assert lesson_in(tmp_path, "build", "--strict")[0] == 1
    for words in (
        "episodes/01-odd.md:19: this output belongs to no block",
        "episodes/01-odd.md:23: 'mystery' is not a div of the Workbench",
        "none.md: leads nowhere",
        "episodes/02-bad.md:5: this 'challenge' div is never closed",
        " remarks above; `lesson build --strict` would keep the last site",
    ):
        assert words in said
    assert "WARNING" not in said and "[myst" not in said
    text = shown(tmp_path, "episodes/01-odd").text_content()
    assert "loose" in text and "Inside." in text
    assert (
        "t be shown yet. episodes/02-bad.md:5: "
        in shown(tmp_path, "episodes/02-bad").text_content()
    )
    assert "0:55End" in shown(tmp_path, "index").text_content().replace("\n", "")


def test_strictly_the_last_site_is_kept(old, tmp_path):
    old(episodes__01_a=PAGE)
    assert lesson_in(tmp_path, "build")[0] == 0
    before = (tmp_path / "_site" / "index.html").read_bytes()
    old(episodes__01_a=PAGE.replace("::: keypoints", "Text.\n\n```output\n1\n```\n\n::: keypoints"))
    assert lesson_in(tmp_path, "build", "--strict")[0] == 1
    assert (tmp_path / "_site" / "index.html").read_bytes() == before


LINKS = {
    "../learners/setup.html": "learners/setup.html",
    "learners/setup.md": "learners/setup.html",
    "setup.html": "learners/setup.html",
    "02-b.html#own": "episodes/02-b.html#own",
    "02-b.md#in-a-box": "episodes/02-b.html#in-a-box",
    "02-b.md#a-title.-its-two": "episodes/02-b.html#a-title.-its-two",
    "aio.html": "aio.html",
    "files/a.zip": "a.zip",
}


@pytest.mark.parametrize("folder", ["episodes", "learners", "instructors"])
def test_links_lead_to_where_they_lead_in_the_workbench(old, tmp_path, folder):
    places = "## Title {#own}\n\n## A title. It's `two`!\n\n"
    places += "::: challenge\n\n### In a box\n\nText.\n\n:::\n"
    lines = "\n".join(f"- [to\n  {n}]({target})" for n, target in enumerate(LINKS))
    lines += "\n- [to the set-up][shared]"
    name = f"{folder}__a" if folder != "episodes" else "episodes__01_a"
    pages = {
        name: page(lines, "![Grey.](fig/a.png){alt='grey'}"),
        "learners__setup": "---\ntitle: Setup\n---\n\nText.\n",
        "episodes__02_b": page(places),
    }
    old(**pages)
    (tmp_path / "links.md").write_text("[shared]: ../learners/setup.md\n", "utf-8")
    (tmp_path / "episodes" / "files").mkdir()
    (tmp_path / "episodes" / "files" / "a.zip").write_bytes(b"PK")
    (tmp_path / "episodes" / "fig" / "a.png").write_bytes(b"\x89PNG")
    code, said = lesson_in(tmp_path, "build")
    assert code == 0 and "nowhere" not in said and "missing" not in said, said
    view = "instructor/" if folder == "instructors" else ""
    here = name.replace("__", "/").replace("_", "-")
    article = shown(tmp_path, view + here)
    targets = [*LINKS.values(), "learners/setup.html"]
    for link, target in zip(article.xpath(".//li/a | .//li/p/a"), targets, strict=True):
        address = posixpath.join(posixpath.dirname(here), link.get("href"))
        assert posixpath.normpath(address).endswith(target)
    assert article.xpath(".//img[@alt='grey']")


def test_a_section_called_as_its_page_has_its_place(old, tmp_path):
    named = page("Text.", "## Parts", "Text.", code("1")).replace("title: Small", "title: Parts")
    old(episodes__01_a=named, episodes__02_b=page("[there](01-a.md#parts)", code("1")))
    returned, said = lesson_in(tmp_path, "build")
    assert returned == 0, said
    article = shown(tmp_path, "episodes/01-a")
    assert article.findtext(".//h1") == "Parts", "the page is called as its section is"
    (place,) = article.xpath(".//*[@id='parts']")
    assert place.xpath("self::section/h2 | parent::section/h2"), "not the page's title"
    (link,) = article.xpath(".//h1/a[@class='headerlink']/@href")
    assert link != "#parts" and article.xpath(f".//*[@id='{link[1:]}']")
    (link,) = shown(tmp_path, "episodes/02-b").xpath(".//a[.='there']/@href")
    assert link == "01-a.html#parts"


def test_a_file_of_another_folder_is_none_of_the_lesson(old, tmp_path):
    lesson = old(episodes__01_a=PAGE)
    (tmp_path.parent / "secret.md").write_text("x", "utf-8")
    here = tmp_path / "episodes" / "01-a.md"
    assert links.file_of(lesson.root, here, "../../secret.md") is None
    assert links.file_of(lesson.root, here, "#begin") == here


# ---- what is a fault, and whose


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("## A\n\n### Same\n\nText.\n\n## B\n\n### Same\n\nText.", 0),
        ("## A\n\n### Same\n\nText.\n\n### Same\n\nText.", 1),
        ("| | A |\n|---|---|\n| b | 1 |", 0),
        ("![Grey.](https://example.org/a.png){alt=''}", 0),
        ("![Grey.](https://example.org/a.png)", 1),
        ("#### Deep", 1),
        ("Look [here](https://example.org).", 1),
        ("::: solution\n\nText.\n\n:::", 0),
    ],
)
def test_by_default_the_rules_are_the_workbenchs_and_none_is_a_fault(old, text, advice):
    lesson = old(episodes__01_a=page(BLOCK, text))
    read = reader.read_page(lesson, lesson.episode_paths()[0])
    assert structure.faults(read, lesson) == []
    assert len(structure.faults_and_advice(read, lesson)[1]) == advice


# ---- checking


@pytest.mark.parametrize(
    "info",
    ["python", "Python", "py", "python3", "python,nolint", "{python}", "{.python}", " python"],
)
def test_whatever_python_is_called_it_runs(old, tmp_path, info):
    old(episodes__01_a=page(f"```{info}\n1 / 0\n```"))
    code, said = lesson_in(tmp_path, "check")
    assert code == 1 and "ZeroDivisionError" in said and "1 block of Python ran" in said


@pytest.mark.parametrize("fence", ["```bash\nls\n```", "~~~\n1 / 0\n~~~\n{: .language-python}"])
def test_nothing_is_green_that_did_not_run(old, tmp_path, fence):
    old(episodes__01_a=page(fence))
    code, said = lesson_in(tmp_path, "check", "--form")
    assert code == 1 and "No block of Python ran" in said
    assert ("Shown and not run, as this runs Python only: 1 the shell" in said) == ("bash" in fence)
    assert ("stands below it, as in lessons from before 2022" in said) == ("{:" in fence)


AGREES = {
    "what has nothing below it": (["print(1)"], ""),
    "a warning that the author left out": (
        ["import sys", "print(1)", "print('w', file=sys.stderr)"],
        "```output\n1\n```",
    ),
    "a shortened output": (["print(*range(99), sep='\\n')"], "```output\n0\n1\n...\n98\n```"),
    "an output shortened by several dots": (
        ["print(*range(99), sep='\\n')"],
        "```output\n0\n1\n⋮ ⋮ ⋮\n98\n```",
    ),
    "a shortened line": (["print('a b c d')"], "```output\na … d\n```"),
    "a traceback that is called an output": (
        ["1 / 0"],
        "```output\nTraceback (most recent call last):\n  old\n"
        "ZeroDivisionError: division by zero\n```",
    ),
    "an old traceback of a syntax error": (
        ["age = = 52"],
        '```error\n  File "<ipython-input-57>", line 2\n    ^\nSyntaxError: invalid syntax\n```',
    ),
    "a figure that nobody adopted": (
        ["import matplotlib.pyplot as plt", "_ = plt.plot([1])", "plt.show()"],
        "![A line.](fig/none.png)",
    ),
    "blanks to fill": (["total = 1"], "::: challenge\n\n```python\nprint(____)\n```\n\n:::"),
}


@pytest.mark.parametrize("name", AGREES)
def test_what_an_author_means_is_no_false_alarm(old, tmp_path, name):
    lines, below = AGREES[name]
    old(episodes__01_a=page(code(*lines), below))
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said
    assert "1 block of Python ran: 1 as recorded" in said


def test_what_is_stale_is_found_and_a_consequence_names_its_cause(old, tmp_path):
    old(
        episodes__01_a=page(
            code("print(2)"),
            "```output\n1\n```",
            code("table = open('none.csv')"),
            code("rows = table.read()"),
            code("print(rows)"),
            "```output\nabc\n```",
        )
    )
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 1
    assert "episodes/01-a.md:17: the outputs differ\n  output (- recorded, + fresh):" in said
    assert "    - 1\n    + 2" in said
    assert "episodes/01-a.md:26: FileNotFoundError" in said
    assert "2 blocks raised only because one above did; fix that one first" in said
    assert "NameError" not in said
    assert "1 block needs a file that isn't there (none.csv): put it into episodes/data/" in said
    assert "4 blocks of Python ran: 0 as recorded, 1 with other outputs, 3 raised" in said
    assert "Traceback" not in said and "NbCell" not in said


def test_a_block_or_an_episode_is_skipped_with_its_reason(old, tmp_path):
    old(
        episodes__01_a=page("<!-- skip: needs a GPU -->", code("1 / 0"), code("print(1)")),
        episodes__02_b=PAGE.replace("title: Small", "title: Small\nskip: needs the sea"),
    )
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said
    assert "Not run: 1 block, needs a GPU" in said and "Not run: 1 block, needs the sea" in said


def test_hidden_code_prepares_every_episode(old, tmp_path):
    old(
        episodes__01_a=page(code("numbers", "len(In)"), "```output\n2\n```"),
        episodes__02_b=page(code("numbers")),
    )
    (tmp_path / "pyproject.toml").write_text('[tool.lesson]\nsetup = "numbers = [1, 2]"\n', "utf-8")
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said
    (tmp_path / "pyproject.toml").write_text('[tool.lesson]\nsetup = "1 / 0"\n', "utf-8")
    returned, said = lesson_in(tmp_path, "record")
    assert returned == 1
    assert "pyproject.toml: its preparation failed: ZeroDivisionError: division by zero" in said


# ---- recording


def recorded(folder, *arguments):
    returned, said = lesson_in(folder, "record", *arguments)
    return returned, said, (folder / "episodes" / "01-a.md").read_text("utf-8")


def test_outputs_are_written_where_some_stand(old, tmp_path):
    text = page(code("print(2)"), "```output\n1\n```", code("print(3)"))
    old(episodes__01_a=text)
    returned, said, now = recorded(tmp_path)
    assert returned == 0, said
    assert now == text.replace("\n1\n", "\n2\n")
    assert recorded(tmp_path, "--all")[2] == now.replace(
        "print(3)\n```", "print(3)\n```\n\n```output\n3\n```"
    )
    assert not (tmp_path / "recorded").exists()


def test_what_an_author_wrote_is_not_removed_unless_asked(old, tmp_path):
    text = page(code("x = 1"), "```output\nby hand\n```")
    old(episodes__01_a=text)
    returned, said, now = recorded(tmp_path)
    assert returned == 1 and now == text
    assert "episodes/01-a.md:21: the block above gives no output any more" in said
    assert "by hand" not in recorded(tmp_path, "--all")[2]


def test_a_shortened_output_that_is_stale_is_the_authors_to_shorten(old, tmp_path):
    text = page(code("print(*range(9), sep='\\n')"), "```output\n0\n...\n7\n```")
    old(episodes__01_a=text)
    returned, said, now = recorded(tmp_path)
    assert returned == 1 and now == text
    assert "is shortened and agrees no more" in said


def test_a_full_traceback_stays_full_and_a_failing_block_does_not_stop_the_rest(old, tmp_path):
    full = "```error\nTraceback (most recent call last):\n  old\nKeyError: 'a'\n```"
    text = page(code("1 / 0"), code("{}['b']"), full, code("print(2)"), "```output\n1\n```")
    old(episodes__01_a=text)
    returned, said, now = recorded(tmp_path)
    assert returned == 1 and "episodes/01-a.md:18: ZeroDivisionError" in said
    assert "```output\n2\n```" in now
    assert "Traceback (most recent call last)" in now and "KeyError: 'b'\n```" in now


# ---- adopting


def test_after_the_proposed_edits_and_a_recording_a_lesson_is_green(old, tmp_path):
    old(
        episodes__01_a=page(
            code("print(2)"),
            "```output\n1\n```",
            code("import no_such_package as none"),
            code("none.open()"),
            "> ```python\n> nothing\n> ```",
            code("import matplotlib.pyplot as plt", "_ = plt.plot([1])", "plt.show()"),
            "![A line.](fig/01_line.png){alt='a line'}",
        )
    )
    (tmp_path / "episodes" / "fig" / "01_line.png").write_bytes(b"\x89PNG")
    path = tmp_path / "episodes" / "01-a.md"
    before = path.read_text("utf-8")
    returned, said = lesson_in(tmp_path, "adopt")
    assert returned == 0, said
    assert path.read_text("utf-8") == before
    assert "5 blocks of Python ran: 1 as recorded, 1 with other outputs, 3 raised" in said
    assert "4 edits proposed; `lesson adopt --write` makes them" in said
    assert lesson_in(tmp_path, "adopt", "--write")[0] == 0
    now = path.read_text("utf-8")
    assert "<!-- skip: needs the package no_such_package -->\n\n```python\nimport no_such" in now
    assert "<!-- skip: needs none, from a block that isn't run -->\n\n```python\nnone" in now
    assert "> <!-- skip: raises NameError: name 'nothing' is not defined -->\n>\n> ```python" in now
    assert "![A line.](fig/01_line.png){.cell-output alt='a line'}" in now
    assert lesson_in(tmp_path, "record")[0] == 0
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said


def test_a_picture_that_is_shown_twice_is_nobodys_to_draw(old, tmp_path):
    drawing = code("import matplotlib.pyplot as plt", "_ = plt.plot([1])", "plt.show()")
    shown = "![A line.](fig/{}.png){{alt='a line'}}"
    old(
        episodes__01_a=page(drawing, shown.format("both"), drawing, shown.format("own")),
        episodes__02_b=page(drawing, shown.format("both"), "Text.", shown.format("again")),
        episodes__03_c=page(drawing, shown.format("again")),
    )
    for name in ("both", "own", "again"):
        (tmp_path / "episodes" / "fig" / f"{name}.png").write_bytes(b"\x89PNG")
    for wanted in ([], ["03"]):  # asked for one episode, it knows the others, too
        assert lesson_in(tmp_path, "adopt", "--write", *wanted)[0] == 0
    pages = "".join(path.read_text("utf-8") for path in tmp_path.glob("episodes/*.md"))
    assert pages.count(".cell-output") == 1 and "(fig/own.png){.cell-output" in pages
    assert lesson_in(tmp_path, "record")[0] == 0
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said


def test_what_would_change_the_environment_is_never_run(old, tmp_path):
    old(
        episodes__01_a=page(
            code("%pip install no-such-package"),
            code("import os", "!pip install no-such-package"),
            code("round?"),
            code("print(1)"),
            "```output\n2\n```",
        )
    )
    returned, said = lesson_in(tmp_path, "adopt")
    assert returned == 0, said
    assert "Not run: 2 blocks, installs software" in said
    assert "Not run: 1 block, shows help in Jupyter's pager" in said
    assert "episodes/01-a.md:30: gives another output; see `lesson check`" in said
    assert "edit" not in said.split("1 block of Python ran")[1]


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("02-b.html", "episodes/02-b.html"),
        ("02-b.html#end", "episodes/02-b.html#end"),
        ("../learners/setup.html", "learners/setup.html"),
        ("setup.md", "learners/setup.html"),
        ("../aio.html", "aio.html"),
        ("../instructor/schedule.html", "index.html"),
    ],
)
def test_a_notebook_leads_to_the_published_page(old, target, address):
    lesson = old(episodes__01_a=page(f"[there]({target})"), episodes__02_b=PAGE, learners__setup="")
    episode = reader.read_page(lesson, lesson.root / "episodes" / "01-a.md")
    book = exporter.to_exercises(episode, lesson.root / "episodes", "https://example.org/les")
    text = "".join(cell.source for cell in book.cells)
    assert f"[there](https://example.org/les/{address})" in text


def fetched(address):
    """What a server that has just been started gives."""
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(address) as answer:
            return answer.read().decode("utf-8")
        time.sleep(0.1)
    raise AssertionError(f"nobody answers at {address}")


def test_serving_is_told_in_our_words(old, tmp_path):
    old(episodes__01_a=page("[x](none.md)"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = start(tmp_path, "serve", "--port", str(port), environment={"BROWSER": "true"})
    said = []
    try:
        for line in server.stdout:
            said.append(line.strip())
            if line.startswith("waiting"):
                break
        assert "Welcome." in fetched(f"http://127.0.0.1:{port}/index.html")
    finally:
        server.send_signal(signal.SIGINT)
        _, more = server.communicate(timeout=60)
    assert said == [
        "making the site",
        "episodes/01-a.md:17: none.md: leads nowhere",
        f"the site is at http://127.0.0.1:{port}",
        "waiting for changes; Ctrl-C ends this",
    ]
    assert server.returncode == 130 and "Traceback" not in more
