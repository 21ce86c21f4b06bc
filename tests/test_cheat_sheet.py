"""The cheat sheet: its blocks are a program that runs, of the calls that the workshop uses."""

import ast
import re
from collections import Counter

import pytest
from PIL import Image
from the_lesson import LESSON

from lesson_engine.core import reader
from lesson_engine.run import runner, sources

SHEET = reader.read_page(LESSON, LESSON.root / "learners" / "cheat-sheet.md")
EPISODES = [reader.read_page(LESSON, path) for path in LESSON.workshop_paths()]

# Several episodes use these, and no step of a project needs them: they show what a layer
# does inside, ask which library computes, or count what the summary counts, too.
LEFT_OUT = ("keras.ops.", "keras.backend.", "model.count_params")


def calls(page):
    """The Keras functions, layers and methods that a page calls, such as "keras.Input".

    A method of any variable whose name begins with "model" is one of "model".
    """
    names = set()
    for block in page.blocks:
        for node in ast.walk(ast.parse(block.source)):
            if isinstance(node, ast.Call):
                names.add(re.sub(r"^model\w*", "model", ast.unparse(node.func)))
    return {name for name in names if re.fullmatch(r"(keras|layers|model)(\.\w+)+", name)}


@pytest.mark.slow
def test_the_blocks_run_one_after_the_other(tmp_path):
    folder = tmp_path / "scripts"
    folder.mkdir()
    (tmp_path / "data").symlink_to(LESSON.root / "data")
    for name, colour in [("day", "white"), ("night", "black")]:
        own = folder / "own_images" / "train" / name
        own.mkdir(parents=True)
        for number in range(2):
            Image.new("RGB", (160, 160), colour).save(own / f"{number}.png")
    data = sources.choose_data(LESSON, stand_in=True)
    with runner.kernel_for(LESSON, data, folder) as kernel:
        runs = runner.run(SHEET, LESSON, kernel)  # raises, with the line, if a block does
    assert [run.cell.source for run in runs] == [block.source for block in SHEET.blocks]
    assert (folder / "model_share.keras").is_file()
    # images of one's own were found, and the new last layer learned from them
    (run,) = [run for run in runs if "own_images" in run.cell.source]
    printed = "".join(output.get("text", "") for output in run.outputs)
    assert "belonging to 2 classes" in printed and "Epoch 3/3" in printed


def test_the_headings_are_the_ten_steps_in_order():
    steps = []
    for heading in SHEET.headings:
        numbers = [int(number) for number in re.findall(r"\d+", heading.text)]
        steps += range(numbers[0], numbers[-1] + 1)
    assert steps == list(range(1, 11))


def test_the_episodes_use_every_call():
    assert calls(SHEET) - set().union(*map(calls, EPISODES)) == set()


def test_no_call_that_several_episodes_use_is_missing():
    uses = Counter(name for page in EPISODES for name in calls(page))
    often = {name for name, pages in uses.items() if pages > 1 and not name.startswith(LEFT_OUT)}
    assert often - calls(SHEET) == set()


def test_it_prints_on_one_page(site, browser):
    page = browser.new_page(viewport={"width": 514, "height": 730})  # one column of A4
    page.goto((site / "learners" / "cheat-sheet.html").as_uri())
    page.emulate_media(media="print")
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_no_line_of_code_is_too_long_for_a_column():
    longest = max(len(line) for block in SHEET.blocks for line in block.source.split("\n"))
    assert longest <= 78
