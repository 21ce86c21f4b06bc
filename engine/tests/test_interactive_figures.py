"""Figures with an interactive form: any lesson can have them, and no page needs them."""

import nbformat
from lxml import html as lxml_html
from small_lessons import PAGE, lesson_in

from lesson_engine.core import interactive, reader, structure
from lesson_engine.core.lesson import find_lesson

FORM = '<!DOCTYPE html><meta name="figure-heights" content="300:640 600:420"><p>Try.</p>'
CAPTION = "A valley. [Open the valley on a page of its own](files/valley.html)"
FIGURE = f"![{CAPTION}](fig/a.png){{.interactive alt='a valley'}}"
DRAWN = FIGURE.replace("fig/a.png", "fig/01_b.png").replace("{", "{.cell-output ")
TEXT = PAGE.replace("::: keypoints", f"{FIGURE}\n\n::: keypoints")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def filled(folder, text=TEXT, name="01-small", options='url: "https://example.org/x"\n'):
    """A lesson with a picture, and a form of it."""
    for place in ("episodes/fig", "episodes/files"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(f"title: Valleys\n{options}", "utf-8")
    home = f"---\ntitle: Home\n---\n\n{FIGURE.replace('fig/', 'episodes/fig/')}\n"
    (folder / "index.md").write_text(home, "utf-8")
    (folder / "episodes" / f"{name}.md").write_text(text, "utf-8")
    for picture in ("a", "01_b"):
        (folder / "episodes" / "fig" / f"{picture}.png").write_bytes(PNG)
    (folder / "episodes" / "files" / "valley.html").write_text(FORM, "utf-8")
    return find_lesson(folder)


def test_a_page_has_the_picture_the_place_for_a_button_and_the_link(tmp_path):
    drawn = TEXT.replace("```output\ntotal: 7\n```", f"```output\ntotal: 7\n```\n\n{DRAWN}")
    filled(tmp_path, drawn)
    code, said = lesson_in(tmp_path, "build")
    assert code == 0, said
    site = tmp_path / "_site"
    seen = {"index.html": 1, "aio.html": 2, "images.html": 2, "episodes/01-small.html": 2}
    for name, count in [*seen.items(), *((f"instructor/{name}", n) for name, n in seen.items())]:
        page = lxml_html.parse(str(site / name)).getroot()
        figures = page.xpath("//figure[contains(@class, 'interactive')]")
        assert len(figures) == count, name
        for figure in figures:
            (link,) = figure.xpath(".//figcaption//a[contains(@class, 'interactive-link')]")
            form = (site / name).parent / link.get("href")
            assert form.read_text("utf-8") == FORM
            assert link.text_content() == "Open the valley on a page of its own"
            (tools,) = figure.xpath("div[@class='interactive-tools']")
            assert tools.get("data-heights") == "300:640 600:420" and len(tools) == 0
            assert figure.find(".//img").get("alt") == "a valley"
        assert not page.xpath("//iframe"), "nothing is loaded before anyone asks"
    assert "valley" not in (site / "sitemap.xml").read_text("utf-8")


def test_a_new_form_is_there_after_the_next_build(tmp_path):
    filled(tmp_path)
    assert lesson_in(tmp_path, "build")[0] == 0
    (tmp_path / "episodes" / "files" / "valley.html").write_text("<p>Other.</p>", "utf-8")
    assert lesson_in(tmp_path, "build")[0] == 0
    assert "Other." in (tmp_path / "_site/episodes/files/valley.html").read_text("utf-8")
    assert 'data-heights=""' in (tmp_path / "_site/episodes/01-small.html").read_text("utf-8")


def test_a_form_may_be_in_another_encoding(tmp_path):
    filled(tmp_path)
    written = f'<meta charset="iso-8859-1">{FORM}Prévert'.encode("iso-8859-1")
    (tmp_path / "episodes" / "files" / "valley.html").write_bytes(written)
    code, said = lesson_in(tmp_path, "build")
    assert code == 0, said
    site = tmp_path / "_site"
    assert (site / "episodes/files/valley.html").read_bytes() == written
    page = (site / "episodes/01-small.html").read_text("utf-8")
    assert 'data-heights="300:640 600:420"' in page


def test_notebooks_lead_to_the_published_form(tmp_path):
    filled(tmp_path)
    assert lesson_in(tmp_path, "export")[0] == 0
    for kind in ("exercises", "solutions"):
        path = tmp_path / "build" / "notebooks" / f"01-small-{kind}.ipynb"
        text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
        published = "https://example.org/x/episodes/files/valley.html"
        assert f"*A valley. [Open the valley on a page of its own]({published})*" in text
        assert "![a valley][a.png]" in text and "{.interactive" not in text


def test_notebooks_lead_to_the_form_of_a_figure_that_a_cell_draws(tmp_path):
    filled(
        tmp_path, TEXT.replace("```output\ntotal: 7\n```", f"```output\ntotal: 7\n```\n\n{DRAWN}")
    )
    assert lesson_in(tmp_path, "export")[0] == 0
    for kind in ("exercises", "solutions"):
        path = tmp_path / "build" / "notebooks" / f"01-small-{kind}.ipynb"
        cells = nbformat.read(path, 4).cells
        at = next(n for n, cell in enumerate(cells) if "total" in cell.source and n)
        below = next(cell for cell in cells[at:] if cell.cell_type == "markdown")
        published = "https://example.org/x/episodes/files/valley.html"
        assert below.source.startswith(
            f"*A valley. [Open the valley on a page of its own]({published})*"
        )
        assert "01_b.png" not in below.source, "the cell draws it"


def test_without_an_address_a_notebook_has_no_link():
    figure = reader.read(TEXT).figures[0]
    assert interactive.published_caption(figure, "") == "A valley."
    assert interactive.form_of(figure) == "files/valley.html"


def test_a_figure_without_its_form_is_a_fault(tmp_path):
    for text, words in (
        (TEXT.replace(CAPTION, "A valley."), "links to its interactive form in its caption"),
        (TEXT.replace("files/valley", "files/hill"), "files/hill.html, the interactive form"),
    ):
        filled(tmp_path, text)
        (tmp_path / "pyproject.toml").write_text('[tool.lesson]\nrules = "strict"\n', "utf-8")
        lesson = find_lesson(tmp_path)
        page = reader.read_page(lesson, tmp_path / "episodes" / "01-small.md")
        (fault,) = structure.faults(page, lesson)
        assert words in fault.message
        assert text.split("\n")[fault.line - 1].startswith("![")
