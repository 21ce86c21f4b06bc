"""What Pandoc reads and MyST does not: shown as the Workbench shows it, or named with its line.

What is expected was seen with Pandoc 3.9 and the options of sandpaper; see core/pandoc.
"""

import pytest
from lxml import html as lxml_html
from small_lessons import PAGE, lesson_in

from lesson_engine.core import exporter, pandoc, reader, structure
from lesson_engine.core.lesson import find_lesson

BEGINNING, ENDING = PAGE.split("## Begin")[0], "\n::: keypoints\n- Done.\n:::\n"
PNG = b"\x89PNG"
TITLE = '"Using *pandas* & H~2~O"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("H~2~O, x^2^ and 10^-3^", "H<sub>2</sub>O, x<sup>2</sup> and 10<sup>-3</sup>"),
        ("about ~5 and ~6 items, x^a b^, ~/home and ~/tmp", None),
        (r"P~a\ cat~", "P<sub>a&nbsp;cat</sub>"),
        ("**b^2^** [l~i~nk](https://a.org/~me~x)", "**b<sup>2</sup>** [l<sub>i</sub>nk](https://a.org/~me~x)"),
        ("`H~2~O` $x^2^$ ~~gone~~ <https://a.org/~a~b> [^1]: x [^1]", None),
        (r"H\~2\~O \:smile: \\(x\\)", None),
        (":smile: :+1: 10:30:45 :none_such: `:smile:`", "😄 👍 10:30:45 :none_such: `:smile:`"),
        ("See https://a.org/a_b_c. (https://a.org/x(y))", "See <https://a.org/a_b_c>. (<https://a.org/x(y)>)"),
        ("me@a.org, www.a.org, [https://x.org](https://y.org)", "<me@a.org>, www.a.org, [https://x.org](https://y.org)"),
        ("`https://a.org` localhost:8888 note: this", None),
        (r"\(x^2\) and 5\(x\)6", r"$x^2$ and 5\(x\)6"),
        (r"\begin{align}a &= b\end{align}", r"$$\begin{align}a &= b\end{align}$$"),
        ("[a]{.underline} [b]{.mark} [c]{.x key='v'}", "<u>a</u> <mark>b</mark> [c]{.x}"),
        ("[l](https://a.org){target='_blank' .btn}", "[l](https://a.org){.btn}"),
        ("`<b>x</b>`{=html} `x`{=latex}", "<b>x</b> "),
        ("{braces} and [brackets] stay", None),
    ],
)  # fmt: skip
def test_within_a_line(text, shown):
    assert pandoc.rewritten(text, "site") == (text if shown is None else shown)


def test_a_title_without_its_markup():
    assert (
        pandoc.plain("Using *pandas* and `code`: H~2~O^[note] :tada:")
        == "Using pandas and code: H2O 🎉"
    )


PAGE_TEXT = r"""
H~2~O.^[An *inline* note
over lines] And :tada:. Text \[ y = 1 \] text. [Section two] is a link. [twice] [shared]

[twice]: https://first.org
[twice]: https://last.org
[shared]: https://page.org

| A | B |
|---|---|
| x^2^ | b |

Table: Below *it* {#tbl}

: Above

| C |
|---|
| d |

| E |
|---|
| f |
: directly

| A line
|   indented

![Wide.](fig/a.png){width="50%" alt='wide'}

![][ref]{alt='by *reference*'}

![Below.][ref]
{alt='below'}

- Inside ![a](fig/a.png){alt='in a "list"' width=20px}

| G | H |
|---|---|
| ![a](fig/a.png){alt='in a table'} | beside |

<p align="center"><img src="fig/a.png" alt="in HTML" width="30%"></p>

Text <img src='fig/none.png' alt='x'> text.

[ref]: fig/a.png

::: {.challenge #own key='v'}

### Of *pandas* H~2~O

Text.

:::

::: instructor

Secret^[hidden].

:::

## Section two

[a](#own) [b](#tbl) [c](02-b.md#there)

```mermaid
graph
```
"""
OTHER = "::: {#there .callout}\n\nText.\n\n:::\n"


@pytest.fixture(params=["workbench", "strict"])
def lesson(request, tmp_path):
    for folder in ("episodes/fig", "learners", "learners/fig"):
        (tmp_path / folder).mkdir(parents=True)
    pages = {
        "config.yaml": "title: Old\n",
        "index.md": "---\ntitle: Home\n---\n\nH~2~O.\n",
        "links.md": "[shared]: https://links.org\n",
        "pyproject.toml": f'[tool.lesson]\nrules = "{request.param}"\n',
        "episodes/01-a.md": BEGINNING.replace("Small", TITLE) + PAGE_TEXT + ENDING,
        "episodes/02-b.md": BEGINNING + OTHER + ENDING,
        "learners/c.md": "---\ntitle: C\n---\n\nx^2^ ![a](fig/a.png){alt='a'} :tada:\n",
    }  # fmt: skip
    for name, text in pages.items():
        if request.param == "strict":  # there, these stop the build
            text = text.replace("[twice]: https://first.org\n", "").replace("fig/none", "fig/a")
            text = text.replace("[shared]: https://page.org\n", "")
        (tmp_path / name).write_text(text, "utf-8")
    for place in ("episodes/fig/a.png", "learners/fig/a.png"):
        (tmp_path / place).write_bytes(PNG)
    return find_lesson(tmp_path)


def article(folder, name):
    return lxml_html.parse(str(folder / "_site" / f"{name}.html")).getroot().find(".//article")


def test_a_built_page_shows_what_the_workbench_shows(lesson, tmp_path):
    returned, said = lesson_in(tmp_path, "build")
    assert returned == 0, said
    if not lesson.strict:
        lines = (tmp_path / "episodes" / "01-a.md").read_text("utf-8").split("\n")
        line = lines.index("[twice]: https://first.org") + 1
        assert f"episodes/01-a.md:{line}: [shared], [twice]: defined more than once" in said
        assert "fig/none.png is missing" in said
    assert "nowhere" not in said
    for view in ("", "instructor/"):
        page = article(tmp_path, f"{view}episodes/01-a")
        _look_at_text(page, view)
        _look_at_pictures(page)
        captions = [one.text_content().strip("¶") for one in page.iter("caption")]
        assert captions == ["Below it", "Above", "directly"]
        assert page.xpath(".//div[@id='own' and contains(@class, 'challenge')]")
        assert page.xpath(".//a[@href='#own']") and page.xpath(".//a[@href='#tbl']")
        assert page.xpath(".//a[@href='02-b.html#there']")
        assert page.xpath("boolean(.//pre[contains(., 'graph')])")
    assert article(tmp_path, "index").xpath(".//p/sub[.='2']")
    assert article(tmp_path, "learners/c").xpath(".//p/sup[.='2']")
    assert article(tmp_path, "learners/c").xpath(".//img[@alt='a']")
    menu = (tmp_path / "_site" / "index.html").read_text("utf-8")
    assert "1. Using pandas &amp; H2O</a>" in menu and "1. Using pandas &amp; H2O</span>" in menu
    whole = (tmp_path / "_site" / "episodes" / "01-a.html").read_text("utf-8")
    assert "<title>Using pandas &amp; H2O - Old</title>" in whole


def _look_at_text(page, view):
    assert page.xpath(".//h1/em[.='pandas']") and page.xpath(".//h1/sub[.='2']")
    assert page.xpath(".//p/sub[.='2']") and "🎉" in page.text_content()
    assert page.xpath(".//td//sup[.='2']") and page.xpath(".//math[@display='block']")
    notes = [
        note.text_content().split("]")[1].strip() for note in page.iter("aside") if note.get("id")
    ]
    assert notes == ["An inline note over lines"] + ["hidden"] * bool(view)
    links = {link.text_content(): link.get("href") for link in page.iter("a")}
    assert links["Section two"] == "#section-two"
    assert (links["twice"], links["shared"]) == ("https://last.org", "https://links.org")
    assert page.xpath(".//p[contains(., 'A line')]/br")
    assert "{" not in page.xpath("string(.)").replace("graph", "")


def _look_at_pictures(page):
    pictures = {one.get("alt"): one for one in page.iter("img")}
    wide = pictures["wide"]
    assert "50%" in wide.get("style", "") + wide.get("width", "")
    assert wide.xpath("ancestor::figure")
    assert "20px" in pictures['in a "list"'].get("style", "") + pictures['in a "list"'].get(
        "width", ""
    )
    for alt in ("by *reference*", "below", "in a table", "in HTML"):
        assert pictures[alt].get("src").endswith("_images/a.png"), alt
    assert pictures["in HTML"].get("width") == "30%"
    assert page.xpath(".//tr[td//img]/td[contains(., 'beside')]")


def test_a_notebook_shows_it_too(lesson):
    page = reader.read_page(lesson, lesson.episode_paths()[0])
    book = exporter.to_solutions(page, lesson.root / "episodes")
    text = "\n".join(cell.source for cell in book.cells)
    assert "# Using *pandas* & H<sub>2</sub>O" in text and "H<sub>2</sub>O. (An *inline*" in text
    assert "$$ y = 1 $$" in text and "🎉" in text and "hidden" not in text
    assert "| ![in a table][a.png] | beside |" in text and "![by *reference*][a.png]" in text
    assert '<img src="data:image/png;base64,' in text
    assert "{width" not in text and "{alt" not in text


DIFFERENT = {
    "Text\n- a": "takes this list for text",
    "Text\n# a": "takes this heading for text",
    "Text\n| A |\n|---|\n| b |": "takes this table for text",
    "(a) one\n(b) two": "makes a list of this",
    "(@) one": "makes a list of this",
    "+---+---+\n| a | b |\n+---+---+": "only Pandoc reads",
    " A    B\n---- ----\n a    b": "only Pandoc reads",
    "<div>\n**bold**\n</div>": "leave empty lines around it",
    '<div class="callout">\n\nText.\n\n</div>': "write ::: callout",
    "```mermaid\ngraph\n```": "draws this diagram",
    "![a](fig/a.png)\n{alt='a'}": "shows these braces as text",
}


@pytest.mark.parametrize("text", DIFFERENT)
def test_what_is_shown_otherwise_is_named_with_its_line(lesson, text):
    path = lesson.root / "episodes" / "01-a.md"
    path.write_text(BEGINNING + "## Begin\n\n" + text + "\n" + ENDING, "utf-8")
    read = reader.read_page(lesson, path)
    faults, advice = structure.faults_and_advice(read, lesson)
    found = faults if lesson.strict else advice
    (told,) = [one for one in found if DIFFERENT[text] in one.message]
    assert told.line == 18 if text.startswith(("Text\n", "![", " A ")) else 17


@pytest.mark.parametrize(
    "text",
    [
        "- a\n  - b\n\n- c",
        "> a\n\n- b",
        "```text\nx\n- a\n--- ---\n```",
        "A. Smith wrote it.",
    ],
)
def test_what_both_show_alike_is_not_named(lesson, text):
    path = lesson.root / "episodes" / "01-a.md"
    path.write_text(BEGINNING + "## Begin\n\n" + text + "\n" + ENDING, "utf-8")
    assert not reader.read_page(lesson, path).differences


def test_a_div_with_a_word_and_braces_is_read_and_told(lesson):
    read = reader.read("::: challenge {#id}\n\nText.\n\n:::\n")
    assert (read.divs[0].name, read.divs[0].place) == ("challenge", "id")
    assert "write ::: {.challenge #id}" in read.oddities[0].message


def test_a_picture_in_html_is_checked_as_others(lesson):
    path = lesson.root / "episodes" / "01-a.md"
    path.write_text(BEGINNING + '## Begin\n\nText <img src="fig/b.png"> and.\n' + ENDING, "utf-8")
    found = structure.findings(reader.read_page(lesson, path), lesson)
    assert {one.error.message for one in found} >= {
        "fig/b.png has no alt text: add {alt='…'} after it",
        "fig/b.png is missing; draw it or correct its address",
    }
