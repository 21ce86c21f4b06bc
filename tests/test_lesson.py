"""The lesson itself: what is derived from the episodes is in step with them."""

import hashlib
import re
import runpy

import jupytext
import nbformat
import pytest
from the_lesson import LESSON, ROOT

from lesson_engine.core import exporter, reader, scripts, structure
from lesson_engine.core.markdown import markdown_parser

EPISODES = [reader.read_page(LESSON, path) for path in LESSON.episode_paths()]
PAGES = [reader.read_page(LESSON, path) for path in LESSON.page_paths()]


def by_name(pages):
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.name)


@by_name(PAGES)
def test_pages_keep_the_rules(page):
    faults = structure.faults(page, LESSON)
    assert not faults, "\n".join(map(str, faults))


@by_name(EPISODES)
def test_the_script_is_what_the_episode_gives(page):
    path = LESSON.root / "scripts" / scripts.script_name(page.name)
    assert path.is_file(), f"{path} is missing: run `lesson export`"
    script = scripts.to_script(page, LESSON.script_start)
    assert path.read_text("utf-8") == script, "run `lesson export`"


@by_name(EPISODES)
def test_the_script_holds_every_block_in_spyder_cells(page):
    text = (LESSON.root / "scripts" / scripts.script_name(page.name)).read_text("utf-8")
    cells = [
        cell.source for cell in jupytext.reads(text, "py:percent").cells if cell.cell_type == "code"
    ]
    assert "\n".join(cells).startswith(LESSON.script_start + "\n")
    cells[0] = cells[0].removeprefix(LESSON.script_start).lstrip("\n")
    assert cells == [block.source for block in page.blocks]
    assert text.count("# %%\n") == len(page.blocks)


@by_name(EPISODES)
def test_the_solution_notebook_holds_every_block_and_output(page):
    book = exporter.to_solutions(page, LESSON.root / "episodes")
    sources = [cell.source for cell in book.cells if cell.cell_type == "code"]
    pieces = sorted([*page.blocks, *offered(page)], key=lambda piece: piece.first_line)
    assert sources == [piece.source for piece in pieces if "instructor" not in piece.divs]
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert len(outputs) == sum(len(block.recorded) + len(block.figures) for block in page.blocks)


@by_name(EPISODES)
def test_the_solution_notebook_shows_code_with_blanks_as_text_that_is_not_run(page):
    book = exporter.to_solutions(page, LESSON.root / "episodes")
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    for skeleton in page.skeletons:
        assert re.sub(r"\n{3,}", "\n\n", f"```python\n{skeleton.source}\n```") in text


@by_name(EPISODES)
def test_the_exercise_notebook_gives_nothing_away(page):
    book = exporter.to_exercises(page, LESSON.root / "episodes")
    nbformat.validate(book)
    assert not any(cell.get("outputs") for cell in book.cells)
    sources = [cell.source for cell in book.cells if cell.cell_type == "code"]
    pieces = [*page.blocks, *page.skeletons, *offered(page)]
    given = [piece for piece in pieces if "solution" not in piece.divs]
    assert set(sources) <= {piece.source for piece in given}
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert [line for line in hidden_prose(page) if line in text] == []


def offered(page):
    """Code that only notebooks hold, for readers to try."""
    return [piece for piece in page.hidden if piece.offered]


def hidden_prose(page):
    """Longer lines of prose in solutions and instructor notes."""
    lines = dict(enumerate(page.text.split("\n"), 1))
    for block in page.blocks:
        for line in range(block.first_line, block.last_line + 1):
            lines[line] = ""
    return [
        lines[line]
        for div in page.divs
        if div.name in ("solution", "instructor")
        for line in range(div.first_line, div.last_line)
        if len(lines[line]) > 40
    ]


@by_name(EPISODES)
def test_links_in_notebooks_lead_somewhere(page):
    site = LESSON.config["url"]
    for convert in (exporter.to_exercises, exporter.to_solutions):
        for cell in convert(page, LESSON.root / "episodes", site).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"\]\((?!https://)", cell.source)
                assert not re.search(r"\]\[[\w-]+\](?!:)", links_resolved(cell.source))
                for name in re.findall(re.escape(site) + r"/([\w/-]+)\.html", cell.source):
                    written = [LESSON.root / f"{name}.{kind}" for kind in ("md", "html")]
                    assert any(path.is_file() for path in written), name


def links_resolved(text):
    """The text as HTML without code: a link without its definition keeps its brackets."""
    html = markdown_parser().render(text)
    return re.sub(r"<pre>.*?</pre>", "", html, flags=re.DOTALL)


def test_exporting_twice_gives_the_same_notebooks():
    folder = LESSON.root / "episodes"
    for page in EPISODES:
        first, second = (nbformat.writes(exporter.to_solutions(page, folder)) for _ in "12")
        assert first == second


@pytest.mark.slow
def test_every_diagram_is_what_its_code_draws(tmp_path):
    pytest.importorskip("matplotlib")
    tool = runpy.run_path(str(LESSON.root / "fig" / "draw" / "__main__.py"))
    drawn = {path.name: path.read_bytes() for path in tool["draw"](tmp_path)}
    kept = {path.name: path.read_bytes() for path in (LESSON.root / "fig").glob("*.svg")}
    assert set(drawn) == set(kept)
    assert [name for name in drawn if drawn[name] != kept[name]] == []


def test_every_picture_is_used():
    used = set()
    for page in PAGES:
        used |= {figure.source for figure in page.all_figures}
    kept = {f"fig/{path.name}" for path in (LESSON.root / "fig").iterdir() if path.is_file()}
    assert kept - used == set()


def test_the_folders_of_the_workbench_are_links():
    for name in ("fig", "data"):
        link = LESSON.root / "episodes" / name
        assert link.is_symlink()
        assert link.resolve() == LESSON.root / name


def test_no_file_of_data_differs_from_the_one_that_is_described():
    """What takes too long to be made again in a test must not be altered by hand."""
    described = (ROOT / "data" / "SOURCES.txt").read_text("utf-8")
    files = [p for p in (ROOT / "data").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    for path in files:
        if path.suffix != ".py" and path.name != "SOURCES.txt":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert digest in described, f"{path.relative_to(ROOT)} is not the one in SOURCES.txt"
