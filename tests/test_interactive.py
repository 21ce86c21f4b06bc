"""The interactive figures: made from what was recorded, driven by keys, within limits.

`python interactive` makes files/NAME.html from interactive/; see interactive/__main__.py. The tests
of a page with such a figure in it come last.
"""

import ast
import base64
import contextlib
import csv
import gzip
import hashlib
import io
import json
import os
import re
import runpy

import numpy as np
import pytest
from PIL import Image
from the_lesson import LESSON, ROOT, pause

from lesson_engine.core import interactive, reader

MAKER = runpy.run_path(str(ROOT / "interactive" / "__main__.py"), run_name="maker")
NAMES = sorted(MAKER["FIGURES"])
CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()
LARGEST = 60_000  # bytes, gzipped

by_name = pytest.mark.parametrize("name", NAMES)


def recorded(name):
    return MAKER["recorded"](name)


def episode(name):
    return (ROOT / "episodes" / f"{name}.md").read_text("utf-8")


def output_after(name, words):
    """What is recorded of the first block of an episode that holds some words."""
    page = reader.read_page(LESSON, ROOT / "episodes" / f"{name}.md")
    block = next(block for block in page.blocks if words in block.source and block.recorded)
    return block.recorded[0].text


def probe_images():
    """The images of the occlusion probe, from 0 to 255."""
    sheet = Image.open(ROOT / "interactive" / "recorded" / "occlusion.webp")
    return np.array(sheet.convert("RGB")).reshape(32, -1, 32, 3).swapaxes(0, 1)


# Made from what is recorded


@by_name
def test_a_figure_is_what_its_sources_give(name):
    assert (ROOT / "files" / f"{name}.html").read_text("utf-8") == MAKER["made"](name), (
        "run `python interactive`"
    )


def test_every_figure_has_a_source_and_no_other_file_lies_beside_them():
    assert sorted(path.stem for path in (ROOT / "files").iterdir()) == NAMES


@by_name
def test_a_figure_weighs_at_most_60_kilobytes(name):
    weight = len(gzip.compress((ROOT / "files" / f"{name}.html").read_bytes()))
    print(f"{name}: {weight:,} bytes gzipped")
    assert weight <= LARGEST


@by_name
def test_a_figure_asks_nothing_of_the_network(name):
    text = (ROOT / "files" / f"{name}.html").read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', text)[1]
    assert policy.startswith("default-src 'none';") and "connect-src" not in policy
    assert not re.search(r"(?:src|href)=\"(?!data:)", text)
    assert not re.search(r"\b(?:fetch|XMLHttpRequest|WebSocket|sendBeacon)\b|import\(", text)


def test_the_network_is_the_one_that_the_lesson_ships():
    digest = hashlib.sha256((ROOT / "data" / "model_best.keras").read_bytes()).hexdigest()
    assert recorded("network")["sha256"] == digest, "run interactive/record.py"


def test_the_recorded_answers_are_those_that_episode_6_prints():
    rows = output_after("06-evaluate-tune", "probability_table.head(3)").split("\n")[2:]
    known = recorded("answers")
    for row in rows:
        number, *printed = row.split()
        shown = known["answers"][-1][known["images"].index(int(number))]
        assert np.array(shown) / 1000 == pytest.approx(np.array(printed, float), abs=0.0056)


def test_the_recorded_matrix_is_the_one_that_episode_6_describes():
    matrix = np.array(recorded("confusion")["matrix"])
    alt = next(
        line for line in episode("06-evaluate-tune").split("\n") if "06_confusion.png" in line
    )
    for number, name in enumerate(CLASSES):
        assert f"{name} {matrix[number, number]}" in alt
    assert matrix.sum() == 10_000


def test_the_pictures_beside_the_figures_show_recorded_answers():
    """Episode 1's alt text is what readers without scripts, and without the picture, have."""
    known = recorded("answers")
    alt = next(line for line in episode("01-introduction").split("\n") if "01_answer_by" in line)
    alt = alt.partition("alt=")[2]

    def shares(image, name):
        place = known["images"].index(image)
        return [f"{one[place][CLASSES.index(name)] / 1000 + 1e-9:.2f}" for one in known["answers"]]

    horse, frog = shares(13, "horse"), shares(52, "frog")
    first, *between, last = horse
    assert f"rises from {first} to {', '.join(between)} and {last}" in alt
    assert f"from {frog[0]} to {frog[1]} after one epoch, {frog[2]} after two" in alt
    assert f"is {frog[5]} after five" in alt
    assert all(one[known["images"].index(52)][0] < 10 for one in known["answers"][1:])


@pytest.mark.slow
def test_the_recorded_weights_are_those_of_the_network():
    keras = pytest.importorskip("keras")
    record = runpy.run_path(str(ROOT / "interactive" / "record.py"), run_name="record")
    model = keras.models.load_model(ROOT / "data" / "model_best.keras")
    assert record["network"](model) == recorded("network")


@pytest.mark.slow
@pytest.mark.skipif("CIFAR10_FOLDER" not in os.environ, reason="the real images are not at hand")
@pytest.mark.usefixtures("original_images")
def test_the_recorded_answers_are_the_networks():
    keras = pytest.importorskip("keras")
    record = runpy.run_path(str(ROOT / "interactive" / "record.py"), run_name="record")
    images, labels = record["test_set"]()
    model = keras.models.load_model(ROOT / "data" / "model_best.keras")
    given = record["answers"](model, images)
    known = recorded("answers")
    assert known["labels"] == [labels[index] for index in known["images"]]
    again = 1000 * given[known["images"]]
    assert np.array(known["answers"][-1]) == pytest.approx(again, abs=3)  # another processor's
    matrix, chosen = record["confusion"](labels, given)
    assert np.abs(np.array(matrix["matrix"]) - recorded("confusion")["matrix"]).max() <= 2
    for name, shown, across in (
        ("answers", [images[index] for index in known["images"]], 6),
        ("confusion", list(images[recorded("confusion")["images"]]), 12),
    ):
        sheet = np.array(Image.open(ROOT / "interactive" / "recorded" / f"{name}.webp"), float)
        exact = np.array(record["sheet"](shown, across), float)
        assert np.abs(sheet - exact).mean() < 8, f"{name}.webp shows other images"
    covered, labels = record["validation_set"]()
    numbers = recorded("occlusion")["images"]
    assert (probe_images() == covered[numbers]).all(), "not one pixel is different"
    assert [CLASSES[label] for label in labels[numbers]] == [
        "automobile", "ship", "airplane", "frog",
    ]  # fmt: skip


# Driven by the keyboard alone

# A figure's images are in no document until they are read: tests wait for those it has made
IMAGES_MADE = """{
    const Plain = Image;
    window.imagesMade = [];
    window.Image = function (...size) {
        const one = new Plain(...size);
        window.imagesMade.push(one);
        return one;
    };
}"""


@pytest.fixture
def open_figure(browser):
    """Open a figure's own file; gives a Playwright page."""
    opened, wrong = [], []

    def open_one(name, **options):
        options = {"reduced_motion": "reduce", **options}
        page = browser.new_page(**options)
        page.set_default_timeout(60_000)
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.add_init_script(IMAGES_MADE)
        page.goto((ROOT / "files" / f"{name}.html").as_uri())
        until(page, "imagesMade.every(one => one.complete)")
        until(page, "document.querySelector('[role=status]').textContent !== ''")
        pause(page, 300)  # images that are there are drawn
        opened.append(page)
        return page

    yield open_one
    for page in opened:
        page.close()
    assert not wrong


def until(page, script):
    """Wait until a script gives true. (Playwright's own way is against the figure's policy.)"""
    for _ in range(600):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {script}")


def tab_to(page, wanted, back=False):
    """Press Tab until something has the focus; it has to show that it has."""
    for _ in range(150):
        if wanted.evaluate("one => one === document.activeElement"):
            style = wanted.evaluate("one => getComputedStyle(one).outlineStyle")
            assert style != "none" or wanted.evaluate("one => one.type") == "file"
            return wanted
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab doesn't reach {wanted}")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    pause(page, 350)  # what is said waits for a quarter of a second


def arrow_to(page, wanted):
    """Press arrow keys, within the group that has the focus, until something has it."""
    place = """([wanted, now = document.activeElement]) => {
        const [to, from] = [wanted, now].map(one => one.getBoundingClientRect());
        return wanted === now ? [0, 0] : [to.y - from.y, to.x - from.x];
    }"""
    for _ in range(60):
        down, right = page.evaluate(place, [wanted.element_handle()])
        if (down, right) == (0, 0):
            return wanted
        if abs(down) > 8:
            press(page, "ArrowDown" if down > 0 else "ArrowUp")
        else:
            press(page, "ArrowRight" if right > 0 else "ArrowLeft")
    raise AssertionError(f"the arrow keys don't lead to {wanted}")


def choose(page, name, back=False):
    """Choose one of a few by its name, as one does with radio buttons."""
    wanted = page.get_by_role("radio", name=name, exact=True)
    group = wanted.evaluate("one => one.name")
    for _ in range(150):
        if page.evaluate("document.activeElement.name") == group:
            break
        page.keyboard.press("Shift+Tab" if back else "Tab")
    names = page.locator(f"[name={group}]").evaluate_all("all => all.map(one => one.value)")
    for _ in names:
        if wanted.evaluate("one => one === document.activeElement"):
            break
        press(page, "ArrowRight")
    if not wanted.is_checked():
        press(page, "Space")
    assert wanted.is_checked()
    style = wanted.evaluate("one => getComputedStyle(one.nextSibling).outlineStyle")
    assert style != "none", "what has the focus shows it"


def choose_image(page, name, back=False):
    """Choose one of the test images of “Ask the network”."""
    tab_to(page, page.locator(".gallery [tabindex='0']"), back)
    arrow_to(page, page.get_by_role("button", name=name, exact=True))


def push(page, name, back=False):
    """Reach a button by its name and press it, with the keyboard."""
    tab_to(page, page.get_by_role("button", name=name, exact=True), back)
    press(page, "Enter")


def said(page):
    return page.locator("[role=status]").inner_text()


def opened_table(page):
    """The rows of the numbers behind a figure, opened with the keyboard if need be."""
    if page.locator("details[open]").count() == 0:
        tab_to(page, page.locator("summary"))
        press(page, "Enter")
    rows = page.locator("details tr").all()[1:]
    return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


@pytest.mark.slow
def test_the_network_is_asked_with_the_keyboard(open_figure):
    page = open_figure("ask-the-network")
    known = recorded("answers")
    place = known["images"].index(52)
    choose_image(page, "Test image 52: an airplane")
    assert "ask without guessing" in said(page)
    push(page, "airplane")
    assert said(page) == (
        "The network says “frog”, with a probability of 64%. That’s wrong: it’s an airplane, a "
        "class it gave under 1%.\n\nYou guessed “airplane”. "
        "So far you’ve predicted 0 of 1 correctly."
    )
    shown = page.locator(".answers tr").nth(6)
    assert shown.locator("td").last.inner_text() == "64%"
    table = opened_table(page)
    for number, name in enumerate(CLASSES):
        expected = [one[place][number] / 1000 for one in known["answers"]]
        assert [float(cell) for cell in table[name]] == pytest.approx(expected, abs=1e-9)
    tab_to(page, page.locator("#epochs"), back=True)
    press(page, "Home")
    assert said(page).startswith("Before any training, it says “horse”")
    press(page, "ArrowRight")
    assert said(page).startswith("After one epoch, it says “frog”, with a probability of 67%")
    choose_image(page, "Test image 13: a horse", back=True)
    push(page, "horse")
    assert "That’s right." in said(page) and "predicted 1 of 2 correctly" in said(page)


@pytest.mark.slow
def test_the_kernel_lab_gives_what_the_episode_prints(open_figure):
    page = open_figure("kernel-lab")
    assert said(page).startswith("9 + 9 + 8 − 1 − 1 − 1 = 23")
    numbers = page.locator(".cells th, .map th").all_inner_texts()
    assert numbers == [*"01234", *"012345", *"012", *"0123"], "rows and columns have numbers"
    tab_to(page, page.get_by_role("button", name="Row 1, column 1: 23"))
    press(page, "ArrowRight")
    assert "rows 1 to 3 and columns 2 to 4" in said(page)
    tab_to(page, page.locator("#guess"))
    page.keyboard.type("22")
    press(page, "Enter")
    assert said(page) == "9 + 8 + 9 − 1 − 1 − 2 = 22\n\nYou predicted 22: right."
    for words, preset in (
        ("print(slide_kernel(bright_above_dark, edge_kernel))", None),
        ("print(slide_kernel(bright_above_dark, edge_kernel.T))", "Vertical edges"),
    ):
        if preset:
            choose(page, preset, back=True)
        push(page, "Fill in the whole map")
        printed = re.findall(r"\[([-\d. ]+)\]", output_after("04-build-cnn", words))
        rows = [[f"{float(n):.0f}".replace("-", "−") for n in row.split()] for row in printed]
        assert list(opened_table(page).values()) == [
            [n.replace("−0", "0") for n in r] for r in rows
        ]


@pytest.mark.slow
def test_a_weight_that_is_typed_changes_the_map(open_figure):
    page = open_figure("kernel-lab")
    tab_to(page, page.get_by_label("Weight in row 0, column 0"))
    press(page, "Control+a")
    page.keyboard.type("-2")
    press(page, "Tab")
    assert "map is empty again" in said(page)
    push(page, "Fill in the whole map")
    image, kernel = MAKER["kernel_lab"]()["small"], MAKER["kernel_lab"]()["kernel"]
    kernel = [[-2, *kernel[0][1:]], *kernel[1:]]
    expected = np.sum(np.array(image)[0:3, 0:3] * kernel)
    assert opened_table(page)["0"][0] == str(expected).replace("-", "−")


@pytest.mark.slow
def test_learned_filters_are_the_networks(open_figure):
    page = open_figure("kernel-lab")
    choose(page, "The cat, learned filters")
    first = recorded("network")["layers"][0]
    weights = np.frombuffer(base64.b64decode(first["weights"]), "int8").reshape(first["shape"])
    weights = weights * np.array(first["scales"])
    cat = np.array(Image.open(ROOT / "interactive" / "recorded" / "cat.webp").convert("RGB")) / 255
    for filter_, row, column in ((0, 0, 0), (4, 33, 62), (15, 97, 147)):
        window = cat[row : row + 3, column : column + 3]
        expected = max(0, (window * weights[..., filter_]).sum() + first["biases"][filter_])
        script = f"lessonFigure.filterAt({filter_}, {row}, {column}).result"
        assert page.evaluate(script) == pytest.approx(expected, abs=0.02)
    tab_to(page, page.get_by_role("button", name="Filter 1", exact=True))
    arrow_to(page, page.get_by_role("button", name="Filter 5", exact=True))
    tab_to(page, page.locator("#row"))
    press(page, "Home")
    assert page.locator("#row").input_value() == "0"
    assert said(page).startswith("Filter 5: red, green, blue and bias give")


@pytest.mark.slow
def test_the_valley_ends_where_the_episode_says(open_figure):
    page = open_figure("learning-rate-valley")
    endings = ["… lower, but not there yet", "… at the bottom", "… higher than at the start"]
    printed = output_after("02-neural-networks", "descend(learning_rate)").split("\n")
    assert len(printed) == 3
    for text, guess in zip(printed, endings, strict=True):
        rate, weight, loss = re.findall(r"-?[\d.]+\d", text)
        set_rate(page, float(rate))
        push(page, guess)
        assert f"weight {weight}, loss {loss}.".replace("-", "−") in said(page)
        assert "You predicted that correctly." in said(page)
    for rate in (0.133, 0.134):
        set_rate(page, rate)
        push(page, "… at the bottom")
    assert "You’ve found it: 0.133 still leads down, 0.134 leads up" in said(page)
    assert len(opened_table(page)) == 9


def set_rate(page, rate):
    tab_to(page, page.locator("#rate"), back=True)
    press(page, "Home", *["ArrowRight"] * round((rate - 0.002) * 1000))
    assert page.locator("#rate").input_value() == f"{rate:g}"


@pytest.mark.slow
@pytest.mark.parametrize(("run", "network", "seed"), [(1, "intro", "1"), (6, "dropout", "3")])
def test_stopping_is_judged_by_the_recorded_run(open_figure, run, network, seed):
    with (ROOT / "data" / "full_size" / "few_images.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if (r["network"], r["seed"]) == (network, seed)]
    losses = [float(row["val_loss"]) for row in rows]
    best = int(np.argmin(losses))
    page = open_figure("where-to-stop")
    choose(page, str(run))
    push(page, "Train five epochs")
    push(page, "Train one epoch", back=True)
    assert f"Epoch 7: training loss {float(rows[6]['loss']):.2f}" in said(page)
    assert len(opened_table(page)) == 7, "what comes next is hidden"
    push(page, "Stop here", back=True)
    first = said(page).split("\n")[0]
    assert f"after epoch 7, at a validation loss of {losses[6]:.2f}" in first
    assert f"after epoch {best + 1}: {losses[best]:.2f}" in first
    assert f"{best - 6} epochs too early" in first
    assert f"validation loss is {losses[6] - losses[best]:.2f} higher" in first
    assert [row[1] for row in opened_table(page).values()] == [f"{one:.3f}" for one in losses]
    tab_to(page, page.locator("#patience"), back=True)
    press(page, "Home")
    end = next((n for n in range(1, 30) if losses[n] >= min(losses[:n])), 29)
    assert f"a patience of 1 would have stopped after epoch {end + 1}" in said(page)


@pytest.mark.slow
def test_the_matrix_is_explored_with_the_keyboard(open_figure):
    page = open_figure("confusion-explorer")
    matrix = np.array(recorded("confusion")["matrix"])
    assert page.locator(".matrix td button").first.inner_text() == "?"
    for name, choice in (("One class", "cat"), ("The other", "dog")):
        tab_to(page, page.get_by_label(name, exact=True))
        page.keyboard.type(choice)
    push(page, "Check")
    both = matrix[3, 5] + matrix[5, 3]
    assert f"Yes: cats and dogs are mixed up most often, {both} times." in said(page)
    shown = [int(text) for text in page.locator(".matrix td button").all_inner_texts()]
    assert shown == matrix.flatten().tolist()
    tab_to(page, page.get_by_role("button", name="True airplane: the row"))
    press(page, *["ArrowDown"] * 5)
    assert said(page).startswith(f"Of the 1,000 dogs, it found {matrix[5, 5]}.")
    press(page, *["ArrowRight"] * 4)
    assert (
        said(page)
        == f"{matrix[5, 3]} dogs were taken for cats. The other way round: {matrix[3, 5]}."
    )
    assert page.locator(".examples canvas").count() == 4
    note = page.locator(".examples").evaluate("one => one.previousSibling.textContent")
    assert note == "The first 4 of them in the test set, with the probability it gave."
    press(page, *["ArrowLeft"] * 4, "ArrowDown")
    assert f"Of the 1,000 frogs, it found {matrix[6, 6]}." in said(page)
    assert "For each answer, the first frog in the test set that got it" in page.inner_text("main")
    press(page, *["ArrowRight"] * 7)
    assert f"{matrix[6, 6]} of the 1,000 frogs were called “frog”" in said(page)
    press(page, *["ArrowUp"] * 7)
    assert f"It said “frog” {matrix[:, 6].sum():,} times" in said(page)
    assert "the first image in the test set that the network called “frog”" in page.inner_text(
        "main"
    )
    table = opened_table(page)
    report = output_after("06-evaluate-tune", "print(classification_report").split("\n")
    for line in report[2:12]:
        name, precision, recall, f1, _ = line.split()
        assert table[name][:3] == [precision, recall, f1]


@pytest.mark.slow
def test_the_probe_says_what_episode_11_prints(open_figure):
    page = open_figure("occlusion-probe")
    assert set(page.locator(".map td button").all_inner_texts()) == {"?"}, "first, a prediction"
    assert "Where will it cost the most?" in said(page)
    tab_to(page, page.locator(".map [tabindex='0']"))
    press(page, *["ArrowDown"] * 3, *["ArrowRight"] * 3)
    assert "covers rows 12 to 19 and columns 12 to 19" in said(page)
    push(page, "Check this place")
    before, after = re.findall(r"[\d.]+", output_after("11-looking-inside", "covered[12:20, 12"))
    assert f"“automobile” falls from {before} to {after}." in said(page)
    shown = opened_table(page)["automobile"]
    assert [f"{float(number):.2f}" for number in shown] == [before, after]
    tab_to(page, page.locator(".map [tabindex='0']"), back=True)
    press(page, "ArrowDown")
    assert "rows 16 to 23" in said(page) and "“automobile” falls from" in said(page)
    text = episode("11-looking-inside")
    black, grey = re.search(
        r"middle lowers the probability by ([\d.]+), but no grey square lowers it by more than "
        r"([\d.]+\d)\.",
        " ".join(text.split()),
    ).groups()
    push(page, "Try all 49 places")
    until(page, "document.querySelector('[role=status]').textContent.includes('falls by')")
    assert "?" not in page.locator(".map").inner_text()
    assert f"falls by {grey}." in said(page) and "You expected rows 12 to 19" in said(page)
    choose(page, "Black", back=True)
    assert "Will it be the same place now?" in said(page)
    push(page, "Try all 49 places")
    until(page, "document.querySelector('[role=status]').textContent.includes('falls by')")
    assert (
        "With a black patch, rows 12 to 19 and columns 12 to 19 cost the most: the probability "
        f"falls by {black}." in said(page)
    )
    before = said(page)
    push(page, "Check this place", back=True)
    assert said(page) != before and "Is there a place that costs more?" not in said(page), (
        "who has seen the map can't predict any more"
    )


@pytest.mark.slow
def test_the_probes_maps_are_those_of_keras(open_figure):
    keras = pytest.importorskip("keras")
    model = keras.models.load_model(ROOT / "data" / "model_best.keras")
    page = open_figure("occlusion-probe")
    agree = {}
    for name, pixels in zip(recorded("occlusion")["names"], probe_images() / 255, strict=True):
        whole = model.predict(pixels[None], verbose=0)[0]
        agree[name] = set(range(49))
        choose(page, name, back=True)
        for label, colour in (
            ("Grey", 0.5), ("Black", 0), ("The image’s mean colour", pixels.mean(axis=(0, 1)))
        ):  # fmt: skip
            copies = np.repeat(pixels[None], 49, axis=0)
            for place, copy in enumerate(copies):
                row, column = 4 * (place // 7), 4 * (place % 7)
                copy[row : row + 8, column : column + 8] = colour
            best = whole.argmax()
            drops = whole[best] - model.predict(copies, verbose=0)[:, best]
            choose(page, label, back=True)
            push(page, "Try all 49 places")
            until(page, "!document.querySelector('.map').textContent.includes('?')")
            texts = page.locator(".map td button").all_inner_texts()
            shown = np.array([float(text.replace("−", "-")) for text in texts])
            assert shown == pytest.approx(drops, abs=0.02), f"{name}, {label}"
            found = page.evaluate("lessonFigure.costliest()")
            assert found["most"] == pytest.approx(drops.max(), abs=0.01)
            assert drops[found["places"]] == pytest.approx(drops.max(), abs=0.02)
            agree[name] &= set(found["places"])
        until(
            page, "document.querySelector('[role=status]').textContent.match(/colours|colour of/)"
        )
        assert ("All three colours agree" in said(page)) == bool(agree[name])
    assert [bool(places) for places in agree.values()] == [False, False, True, True]


# The same in a notebook


def offered(name, words, calls):
    """What code to try prints, with other calls in the place of its own.

    Args:
        name: the episode's.
        words: some that the code holds.
        calls: the calls.
    """
    page = reader.read_page(LESSON, ROOT / "episodes" / f"{name}.md")
    code = next(one.source for one in page.hidden if one.offered and words in one.source)
    functions = [block.source for block in page.blocks if "def " in block.source]
    names = {"np": np}
    for source in [*functions, code]:
        for part in ast.parse(source).body:
            if isinstance(part, ast.FunctionDef):
                exec(ast.unparse(part), names)
    for array in ("hours", "growth", "bright_above_dark", "edge_kernel"):
        if f"{array} = np.array(" in page.text:
            names[array] = np.array(MAKER["array_in"](name, array))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(calls, names)
    return printed.getvalue()


def test_code_to_try_in_notebooks_gives_what_the_figures_show():
    last = offered(
        "02-neural-networks", "descend_from", "descend_from(start=0, learning_rate=0.138)"
    ).split("\n")[-2]
    known = output_after("02-neural-networks", "descend(learning_rate)").split("\n")[-1]
    assert re.findall(r"-?\d+\.\d+", last) == re.findall(r"-?\d+\.\d+", known)[1:]
    counted = offered("04-build-cnn", "count_parameters", "count_parameters()")
    summary = output_after("04-build-cnn", "model_intro.summary()")
    for number in re.findall(r"│ +([\d,]+) │", summary):
        assert f": {number}\n" in counted
    assert counted.endswith("together      79,530\n")
    slid = offered(
        "04-build-cnn", "my_kernel", "print(slide_kernel(bright_above_dark, edge_kernel))"
    )
    assert slid.strip() == output_after("04-build-cnn", "bright_above_dark, edge_kernel))")


# The forward pass


@pytest.fixture
def thousand_images(request):
    """1,000 test images; drawn ones where the original ones are not at hand."""
    if "CIFAR10_FOLDER" in os.environ:
        return request.getfixturevalue("original_images")()[1][0][:1000]
    return runpy.run_path(str(ROOT / "data" / "standin.py"))["make"]()[1][0][:1000]


@pytest.mark.slow
def test_the_page_answers_as_keras_does(open_figure, thousand_images):
    keras = pytest.importorskip("keras")
    images = thousand_images
    model = keras.models.load_model(ROOT / "data" / "model_best.keras")
    expected = model.predict(images.astype("float32") / 255, verbose=0)
    page = open_figure("ask-the-network")
    given = page.evaluate(
        """text => {
            const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
            return Array.from({ length: bytes.length / 3072 }, (_, n) => {
                const image = bytes.subarray(3072 * n, 3072 * (n + 1));
                return lessonFigure.ask(Float32Array.from(image, one => one / 255));
            });
        }""",
        base64.b64encode(images.tobytes()).decode("ascii"),
    )
    same = (np.array(given).argmax(axis=1) == expected.argmax(axis=1)).mean()
    apart = np.abs(np.array(given) - expected).max(axis=1)
    print(
        f"same class as Keras on {len(images)} images: {same:.1%}; probabilities apart by "
        f"{apart.mean():.4f} on average, {apart.max():.3f} at most"
    )
    assert same >= 0.98
    assert np.quantile(apart, 0.99) < 0.05


# What one answer takes: multiplications in the network's four layers with weights.
MULTIPLICATIONS = 30**2 * 27 * 16 + 13**2 * 144 * 32 + 4**2 * 288 * 64 + 1024 * 10


@pytest.mark.slow
def test_an_answer_takes_little_longer_than_its_multiplications(open_figure):
    """How long that is depends on the machine, so it's measured beside a plain loop of them.

    On a processor slowed down fourfold, an answer may take 200 ms; there, a loop takes about 20.
    """
    page = open_figure("ask-the-network")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    answer, loop = page.evaluate(
        """count => {
            const weights = new Float32Array(4096).fill(0.5), sums = new Float32Array(4096);
            const plain = () => {
                for (let n = 0; n < count; n++) sums[n & 4095] += 0.4 * weights[n & 4095];
            };
            const image = new Float32Array(3072).fill(0.4);
            const once = (work) => {
                const start = performance.now();
                work();
                return performance.now() - start;
            };
            const runs = Array.from({ length: 15 },
                () => [once(() => lessonFigure.ask(image)), once(plain)]);
            return [0, 1].map(n => runs.map(run => run[n]).sort((a, b) => a - b)[7]);
        }""",
        MULTIPLICATIONS,
    )
    print(
        f"{answer:.0f} ms per answer on a processor slowed down fourfold, {loop:.0f} ms for "
        f"{MULTIPLICATIONS:,} multiplications in a plain loop: {answer / loop:.1f} times as long"
    )
    assert answer < 5 * loop


# An image of one's own


def image_file(kind, image, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def halves(left, right, size=(60, 40), mode="RGB"):
    """An image with two halves, side by side."""
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


RED, BLUE = (250, 10, 10), (10, 10, 250)


def turned():
    """A photograph as from a phone held upright: stored on its side, with a note to turn it."""
    notes = Image.Exif()
    notes[0x0112] = 6  # turn it clockwise: the left becomes the top
    return image_file("jpeg", halves(RED, BLUE), exif=notes, quality=95)


def large():
    gradient = Image.linear_gradient("L").resize((5200, 3900))
    return image_file("jpeg", Image.merge("RGB", [gradient] * 3), quality=80)


def clear():
    return image_file("png", halves((0, 0, 0, 0), (10, 10, 250, 255), mode="RGBA"))


# name, content, (top left, bottom right) as it should arrive
OWN = {
    "photo.jpg": (lambda: image_file("jpeg", halves(RED, BLUE), quality=95), RED, BLUE),
    "picture.png": (lambda: image_file("png", halves(RED, BLUE)), RED, BLUE),
    "picture.webp": (lambda: image_file("webp", halves(RED, BLUE), quality=95), RED, BLUE),
    "upright.jpg": (turned, RED, BLUE),
    "20-megapixels.jpg": (large, (4, 4, 4), (251, 251, 251)),
    "clear.png": (clear, (255, 255, 255), BLUE),
    "grey.png": (
        lambda: image_file("png", halves(20, 200, mode="L")), (20, 20, 20), (200, 200, 200)
    ),
    "grey-clear.png": (
        lambda: image_file("png", halves((0, 0), (200, 255), mode="LA")), (255,) * 3, (200,) * 3
    ),
    "16-bit.png": (
        lambda: image_file("png", Image.new("I;16", (60, 40), 128 * 257)), (128,) * 3, (128,) * 3
    ),
    "print.jpg": (
        lambda: image_file("jpeg", halves((0, 0, 0, 0), (0, 0, 0, 255), mode="CMYK"), quality=95),
        (255,) * 3, (0,) * 3,
    ),
    "one-pixel.png": (lambda: image_file("png", Image.new("RGB", (1, 1), RED)), RED, RED),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_an_image_of_ones_own_is_shrunk_and_answered(open_figure, name, tmp_path):
    make, first, last = OWN[name]
    path = tmp_path / name
    path.write_bytes(make())
    page = open_figure("ask-the-network")
    tab_to(page, page.locator("#file"))
    page.set_input_files("#file", path)
    until(page, "lessonFigure.state.own !== null")
    pixels = np.array(page.evaluate("Array.from(lessonFigure.state.own.pixels)")).reshape(32, 32, 3)
    assert 255 * pixels[1, 1] == pytest.approx(np.array(first), abs=12)
    assert 255 * pixels[-2, -2] == pytest.approx(np.array(last), abs=12)
    if name == "upright.jpg":
        assert 255 * pixels[1, -2] == pytest.approx(np.array(RED), abs=12), "it isn't turned"
    push(page, "Ask without guessing")
    shares = [float(row[0]) for row in opened_table(page).values()]
    assert sum(shares) == pytest.approx(1, abs=0.006)
    best = CLASSES[int(np.argmax(shares))]
    assert f"The network says “{best}”" in said(page) and "whatever your image shows" in said(page)
    assert page.locator("#epochs").is_disabled()
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requested)
    stored = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert stored == [0, 0, ""]
    assert "nothing is uploaded, and nothing is stored" in page.inner_text("main")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200, "can’t read HEIC"),
        ("photo", b"\0\0\0\x18ftypmif1\0\0\0\0heic" + b"\0" * 200, "can’t read HEIC"),
        ("notes.txt", b"Not an image at all.", "can’t read “notes.txt” as an image"),
        ("broken.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 50, "can’t read “broken.jpg”"),
        ("empty.png", b"", "can’t read “empty.png”"),
    ],
)
def test_what_is_no_image_is_refused_in_words(open_figure, name, content, words, tmp_path):
    (tmp_path / name).write_bytes(content)
    page = open_figure("ask-the-network")
    choose_image(page, "Test image 13: a horse")
    page.set_input_files("#file", tmp_path / name)
    until(page, f"document.body.innerText.includes({json.dumps(words)})")
    assert "JPEG" in said(page)
    push(page, "horse", back=False)
    assert "“horse”, with a probability of 96%" in said(page), "what was there before still works"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["drop", "paste"])
def test_an_image_is_dropped_or_pasted(open_figure, way):
    page = open_figure("ask-the-network")
    content = base64.b64encode(image_file("png", halves(RED, BLUE))).decode("ascii")
    page.evaluate(
        """([way, text]) => {
            const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "own.png", { type: "image/png" }));
            const event = way === "drop"
                ? new DragEvent("drop", { dataTransfer: carried, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: carried });
            document.dispatchEvent(event);
        }""",
        [way, content],
    )
    until(page, "lessonFigure.state.own !== null")


@pytest.mark.slow
def test_what_is_dropped_and_no_file_is_refused_in_words(open_figure):
    page = open_figure("ask-the-network")
    page.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.setData("text/plain", "a sentence");
            document.dispatchEvent(new DragEvent("drop", { dataTransfer: carried }));
        }"""
    )
    assert said(page) == "That was no image. JPEG, PNG and WebP images work."


@pytest.mark.slow
def test_who_chooses_another_image_meanwhile_gets_that_one(open_figure, tmp_path):
    """One's own image takes a second and a half to shrink."""
    (tmp_path / "own.png").write_bytes(image_file("png", halves(RED, BLUE)))
    page = open_figure("ask-the-network", reduced_motion="no-preference")
    page.set_input_files("#file", tmp_path / "own.png")
    until(page, "document.querySelector('[role=status]').textContent.includes('being shrunk')")
    page.get_by_role("button", name="Test image 13: a horse").click()
    pause(page, 2500)
    assert page.evaluate("[lessonFigure.state.own, lessonFigure.state.gallery]") == [None, 2]
    assert page.locator(".stage figcaption").inner_text() == "Test image 13, 32 × 32 pixels"


@pytest.mark.slow
@pytest.mark.parametrize("other", ["Vertical edges", "The cat"])
def test_who_changes_the_kernel_lab_while_its_map_fills_gets_an_empty_map(open_figure, other):
    page = open_figure("kernel-lab", reduced_motion="no-preference")
    page.locator("#guess").fill("22")
    page.get_by_role("button", name="Fill in the whole map").click()
    until(page, "lessonFigure.state.known.size > 3")
    page.get_by_text(other, exact=True).click()
    pause(page, 1500)
    assert page.evaluate("lessonFigure.state.known.size") == 0
    assert page.locator("#guess").input_value() == ""
    assert said(page).endswith("What will the sum be?")


@pytest.mark.slow
def test_a_number_that_falls_says_to_how_much(open_figure):
    page = open_figure("architecture-calculator")
    page.get_by_label("Rows and columns of the kernels").select_option("5")
    push(page, "It rises")
    before, after = 79_530, 65_962
    share = f"{100 * after / before:.0f}%"
    assert f"falls from {before:,} to {after:,}, {share} of what it was." in said(page)


@pytest.mark.slow
def test_who_chooses_no_pair_is_asked_to(open_figure):
    page = open_figure("confusion-explorer")
    push(page, "Check")
    assert said(page) == "Choose two different classes."
    assert page.locator(".matrix td button").first.inner_text() == "?"


@pytest.mark.slow
def test_an_image_shrinks_in_front_of_ones_eyes(open_figure, tmp_path):
    (tmp_path / "own.png").write_bytes(image_file("png", halves(RED, BLUE)))
    page = open_figure("ask-the-network", reduced_motion="no-preference")
    page.evaluate(
        """() => {
            window.widths = [];
            const stage = document.querySelector(".stage canvas");
            new MutationObserver(() => widths.push(stage.width))
                .observe(stage, { attributes: true });
        }"""
    )
    page.set_input_files("#file", tmp_path / "own.png")
    until(page, "lessonFigure.state.own !== null")
    assert sorted(set(page.evaluate("widths")), reverse=True) == [256, 128, 64, 32]


# Everybody


@pytest.mark.slow
def test_the_calculator_counts_as_keras_does(open_figure):
    page = open_figure("architecture-calculator")
    summary = output_after("04-build-cnn", "model_intro.summary()")
    printed = re.findall(r"│ \w+ \((\w+)\) +│ \(None, ([\d, ]+)\) +│ +([\d,]+) │", summary)
    rows = page.locator(".layers tbody tr").all()
    shown = [[row.locator("th").inner_text(), *row.locator("td").all_inner_texts()] for row in rows]
    assert [
        (name.split(" ")[0], shape.replace(",", "").replace(" × ", ", "), count)
        for name, shape, count in shown
    ] == [(name.replace("Layer", ""), shape, count) for name, shape, count in printed]
    assert "79,530 parameters" in said(page)
    pooling = tab_to(page, page.get_by_label("Second pooling layer"))
    page.keyboard.press("Space")
    assert page.locator(".layers td").last.inner_text() == "?"
    push(page, "It rises")
    expected = output_after("04-build-cnn", "without_pooling = ").removeprefix("parameters: ")
    assert (
        f"from 79,530 to {int(expected):,}, 4.4 times as many. You predicted that correctly."
        in said(page)
    )
    tab_to(page, pooling, back=True)
    page.keyboard.press("Space")
    push(page, "It stays the same")
    assert "from 351,914 to 79,530" in said(page) and "You predicted" in said(page)
    tab_to(page, page.get_by_label("Rows and columns of the image"), back=True)
    page.keyboard.type("64")
    push(page, "It rises")
    first = page.locator(".layers tbody tr").nth(1).locator("td").all_inner_texts()
    assert first == ["62 × 62 × 16", "448"]
    push(page, "Back to the network from the introduction")
    assert said(page).startswith("This is the network from the introduction, with 79,530")
    assert page.get_by_label("Rows and columns of the image").input_value() == "32"
    assert [
        [row.locator("th").inner_text(), *row.locator("td").all_inner_texts()]
        for row in page.locator(".layers tbody tr").all()
    ] == shown
    assert list(opened_table(page))[-1] == "Rows and columns of the image: 32 → 64"


@pytest.mark.slow
@pytest.mark.parametrize("kernel", [3, 5])
def test_the_calculator_agrees_with_keras_on_other_networks(open_figure, kernel):
    keras = pytest.importorskip("keras")
    layers = keras.layers
    inputs = keras.Input((48, 48, 3))
    hidden = layers.Conv2D(8, kernel)(inputs)
    hidden = layers.Conv2D(64, kernel)(layers.MaxPooling2D()(hidden))
    hidden = layers.Dense(128)(layers.Flatten()(layers.MaxPooling2D()(hidden)))
    model = keras.Model(inputs, layers.Dense(10)(hidden))
    page = open_figure("architecture-calculator")
    settings = f"{{ size: 48, first: 8, second: 64, kernel: {kernel}, units: 128, pool: true }}"
    counted = page.evaluate(f"lessonFigure.layersOf({settings}).map(layer => layer.count)")
    assert sum(counted) == model.count_params()


DRIVE = {  # buttons that lead to what is to be seen
    "ask-the-network": ["Ask without guessing"],
    "kernel-lab": ["The cat", "Fill in the whole map"],
    "architecture-calculator": [],
    "learning-rate-valley": ["… at the bottom"],
    "where-to-stop": ["Train five epochs", "Stop here"],
    "confusion-explorer": ["Show without guessing", "True dog, called cat: 272"],
    "occlusion-probe": ["Check this place", "Try all 49 places"],
}


def drive(page, name):
    """Press what leads to what is to be seen in a figure."""
    for text in DRIVE[name]:
        button = page.get_by_role("button", name=text, exact=True)
        if button.count():
            button.click()
        else:
            page.get_by_role("radio", name=text, exact=True).check(force=True)


@pytest.mark.slow
@by_name
def test_a_figure_breaks_no_rule_of_axe(open_figure, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe here")
    page = open_figure(name)
    for driven in (False, True):
        if driven:
            drive(page, name)
        page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            until(page, f"document.documentElement.dataset.theme === '{scheme}'")
            found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response
            faults = [
                f"{rule['id']}: {node['html'][:150]}"
                for rule in found["violations"]
                for node in rule["nodes"]
            ]
            assert not faults, f"{scheme}: {faults}"


@pytest.mark.slow
@by_name
@pytest.mark.parametrize("width", [270, 360, 1400])
def test_a_figure_fits_and_asks_for_no_other_file(open_figure, name, width):
    page = open_figure(name, viewport={"width": width, "height": 800})
    drive(page, name)
    pause(page, 400)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = """[...document.querySelectorAll(
            "button, .button, input:not(.hidden-text), select, summary")]
        .filter(one => one.offsetParent && Math.min(one.offsetWidth, one.offsetHeight) < 20)
        .map(one => one.outerHTML)"""
    assert page.evaluate(small) == []
    assert [url for url in page.requested if not url.startswith(("data:", "blob:"))] == [page.url]


@pytest.mark.slow
@by_name
def test_a_figure_can_be_seen_in_forced_colours(open_figure, name):
    page = open_figure(name, forced_colors="active")
    drive(page, name)
    colours = page.evaluate(
        """() => {
            const probe = document.createElement("i");
            document.body.append(probe);
            probe.style.color = "Canvas";
            const drawn = document.querySelectorAll("svg path, svg circle, svg rect, .bar > span");
            const seen = [...drawn].map(one => getComputedStyle(one))
                .map(style => [style.fill, style.stroke, style.backgroundColor]);
            return [getComputedStyle(probe).color, seen];
        }"""
    )
    paper, seen = colours
    hidden = [
        one for one in seen if all(colour in (paper, "none", "rgba(0, 0, 0, 0)") for colour in one)
    ]
    texts = """paper => [...document.querySelectorAll("button, select, summary, p, th, td")]
        .filter(one => getComputedStyle(one).color === paper).map(one => one.textContent)"""
    assert page.evaluate(texts, paper) == []
    # what covers the epochs to come may have the paper's colour
    assert len(hidden) <= 1


@pytest.mark.slow
def test_a_figure_follows_the_colours_of_its_page_and_moves_nothing_unasked(open_figure):
    page = open_figure("learning-rate-valley", color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    moving = """[...document.querySelectorAll("*")]
        .filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"""
    assert page.evaluate(moving) == 0


# On a page of the lesson


def pages_with_figures():
    """(page, file of the interactive form) for every interactive figure of the lesson."""
    found = []
    for path in LESSON.page_paths():
        page = reader.read_page(LESSON, path)
        figures = page.all_figures
        for figure in figures:
            if interactive.is_interactive(figure):
                name = path.relative_to(LESSON.root).with_suffix(".html").as_posix()
                found.append((name, interactive.form_of(figure)))
    return found


def test_a_picture_in_a_figures_place_asks_and_gives_nothing_away():
    """Its alt text says what is in it, and the drawing has no access to the answers."""
    for page, form in pages_with_figures():
        text = (ROOT / page).with_suffix(".md").read_text("utf-8")
        figures = reader.read(text, page).figures
        figure = next((one for one in figures if interactive.form_of(one) == form), None)
        if figure is None:  # drawn by a block, in episode 2: three rates, and a search for a fourth
            assert form == "files/learning-rate-valley.html"
            continue
        words = f"{figure.caption} {figure.alt}"
        asks = "?" in words or "question mark" in words
        assert asks or form == "files/architecture-calculator.html", f"{page}: {form}"
        assert not re.search(r"0\.\d|says “|frog”", words), f"{page}: {form}"


def test_every_figure_is_used_and_episodes_1_4_5_and_6_do_a_challenge_with_one():
    used = pages_with_figures()
    assert {form.removeprefix("files/").removesuffix(".html") for _, form in used} == set(NAMES)
    for number in ("01", "04", "05", "06"):
        path = next(path for path in LESSON.episode_paths() if path.stem.startswith(number))
        page = reader.read_page(LESSON, path)
        lines = page.text.split("\n")
        challenges = [div for div in page.divs if div.name == "challenge"]
        texts = [" ".join(lines[div.first_line : div.last_line]) for div in challenges]
        assert any("*Try it here*" in text for text in texts), path.stem


@pytest.fixture
def open_page(site, browser):
    """Open a page of the site; gives a Playwright page that notes what shifts, and when."""
    contexts, wrong = [], []

    def open_one(name, **options):
        context = browser.new_context(**options)
        context.add_init_script(
            """window.shifts = [];
            new PerformanceObserver(list => { for (const one of list.getEntries())
                window.shifts.push(one.hadRecentInput ? 0 : one.value); })
                .observe({ type: "layout-shift", buffered: true });"""
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.goto((site / name).as_uri())
        contexts.append(context)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not wrong


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1400])
def test_a_figure_is_loaded_when_asked_for_and_nothing_moves(open_page, width):
    for name, form in sorted(set(pages_with_figures())):
        page = open_page(name, viewport={"width": width, "height": 900}, reduced_motion="reduce")
        assert not [url for url in page.requested if "/files/" in url], name
        figure = page.locator(f"figure.interactive:has(a[href*='{form}'])")
        button = figure.get_by_role("button", name="Try it here")
        before = sum(page.evaluate("shifts"))
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.tagName === 'IFRAME'")
        frame = figure.locator("iframe")
        frame.content_frame.locator("[role=status] p").first.wait_for()
        pause(page, 900)
        room = frame.bounding_box()["height"]
        inside = frame.content_frame.locator("main").bounding_box()["height"]
        assert inside <= room < inside + 140, f"{name}: {room} for {inside}"
        assert sum(page.evaluate("shifts")) - before < 0.001, name
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Tab")
        assert frame.evaluate("one => one === document.activeElement"), "Tab leads into it"
        figure.get_by_role("button", name="Show the picture").press("Enter")
        assert figure.locator("img").is_visible() and not frame.is_visible()


@pytest.mark.slow
def test_a_figure_has_the_colours_of_its_page(open_page):
    page = open_page("instructor/episodes/02-neural-networks.html", color_scheme="light")
    page.get_by_role("button", name="Try it here").click()
    inside = page.locator("figure.interactive iframe").content_frame
    inside.locator("html[data-theme=light]").wait_for()
    for _ in range(3):
        page.locator(".theme-toggle:visible").first.click()
        if page.evaluate("document.body.dataset.theme") == "dark":
            break
    inside.locator("html[data-theme=dark]").wait_for()


@pytest.mark.slow
def test_without_scripts_there_are_a_picture_and_a_link(open_page):
    page = open_page("episodes/04-build-cnn.html", java_script_enabled=False)
    figure = page.locator("figure.interactive").first
    assert figure.locator("img").is_visible() and figure.locator("button").count() == 0
    figure.get_by_role("link", name="kernel lab").click()
    assert page.url.endswith("files/kernel-lab.html")
    assert "needs JavaScript" in page.inner_text("noscript")


@pytest.mark.slow
def test_pages_grow_by_little_before_anyone_asks(site):
    """What comes with every page for figures to try out."""
    static = ROOT / "engine" / "src" / "lesson_engine" / "site" / "theme" / "static"
    script = (static / "lesson.js").read_text("utf-8")
    without = re.sub(
        r"// How high an interactive.*?(?=document\.addEventListener)", "", script, flags=re.S
    )
    style = (static / "lesson.css").read_text("utf-8")
    plain = re.sub(r"/\* Figures to try out \*/.*?(?=figcaption)", "", style, flags=re.S)
    assert len(without) < len(script) and len(plain) < len(style)
    packed = [len(gzip.compress(text.encode())) for text in (script, without, style, plain)]
    grown = packed[0] - packed[1] + packed[2] - packed[3]
    print(f"{grown:,} bytes gzipped for every page")
    assert grown < 5_000


def test_the_episodes_matrices_are_found():
    """The kernel lab and the valley begin with what their episodes define."""
    assert MAKER["array_in"]("02-neural-networks", "hours") == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="defines no nothing"):
        MAKER["array_in"]("02-neural-networks", "nothing")
    kernel = ast.literal_eval(json.dumps(MAKER["kernel_lab"]()["kernel"]))
    assert kernel == [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]


def test_the_picture_on_the_home_page_keeps_the_answer_to_itself():
    """Readers are asked to guess; "frog" beside the aircraft would be no question."""
    (figure,) = reader.read_page(LESSON, ROOT / "index.md").figures
    said = f"{figure.alt} {figure.caption}"
    assert not [name for name in CLASSES if re.search(rf"\b{name}\b", said)]
    assert not re.search(r"\d\.\d", said) and "?" in said
