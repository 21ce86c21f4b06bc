"""The comparer: what counts as a difference, and what does not."""

from dataclasses import replace
from io import BytesIO

import pytest
from nbformat import v4
from PIL import Image, ImageDraw

from lesson_engine.core import comparer, pictures, reader


def block(output="", tolerance=None, figure=None):
    text = "```python\nx\n```\n"
    if tolerance is not None:
        text += f"\n<!-- tolerance: {tolerance}, because machines differ -->\n"
    if output:
        text += f"\n```output\n{output}\n```\n"
    if figure:
        text += f"\n![c]({figure}){{.cell-output alt='a'}}\n"
    return reader.read(text).blocks[0]


def printed(text):
    return [v4.new_output("stream", name="stdout", text=text)]


def png(colour, size=(4, 3)):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "png")
    return file.getvalue()


def drawn(data):
    import base64

    picture = base64.b64encode(data).decode()
    return [v4.new_output("display_data", {"image/png": picture, "text/plain": "<Figure>"})]


TIMES = {r"\d+s (?:- )?\d+(?:\.\d+)?(?:s|ms)/(?:step|epoch)": "TIME"}  # what a lesson may ask for
EXACT = comparer.Rules(sanitise={**TIMES, **comparer.SANITISE})
STRUCTURE = comparer.Rules(structure_only=True, data_words=("cat", "dog"))


@pytest.mark.parametrize(
    ("recorded", "fresh", "same"),
    [
        ("a 1", "a 1\n", True),
        ("a 1", "a 2\n", False),
        ("a 1", "a 1 \n\n", True),  # blanks at the ends are not seen
        ("a  1", "a 1\n", False),
        ("a\nb", "a\n", False),
        ("", "a\n", False),
        ("a", "", False),
        ("20s 32ms/step - loss: 1.5", "9s 8ms/step - loss: 1.5\n", True),
        ("20s 32ms/step - loss: 1.5", "9s 8ms/step - loss: 1.6\n", False),
        ("9/9 - 2s - 38ms/step - loss: 1.5", "9/9 - 1s - 9ms/step - loss: 1.5\n", True),
        (
            "CPU times: user 11 μs, sys: 2 μs, total: 13 μs\nWall time: 15.7 μs\n5",
            "CPU times: user 1 ms, sys: 0 ns, total: 1 ms\nWall time: 1min 2s\n5\n",
            True,
        ),
        ("Wall time: 15.7 μs\n5", "Wall time: 15.7 μs\n6\n", False),
        (
            "1.2 ms ± 3 μs per loop (mean ± std. dev. of 7 runs, 1,000 loops each)\n5",
            "The slowest run took 5.20 times longer than the fastest. This could mean that an "
            "intermediate result is being cached.\n"
            "12 ns ± 1 ns per loop (mean ± std. dev. of 7 runs, 10,000 loops each)\n5\n",
            True,
        ),
        ("<f at 0x7f00aa11bb>", "<f at 0x7e11cc22dd>\n", True),
        ("<f at 0x7f00aa11bb>", "<g at 0x7e11cc22dd>\n", False),
        ("3/3 done", " 1/3 wait\x08\x08\r\x1b[1m3/3\x1b[0m done\n", True),
    ],
)
def test_every_character_counts_that_a_reader_sees(recorded, fresh, same):
    assert comparer.agrees(block(recorded), printed(fresh) if fresh else [], EXACT) is same


@pytest.mark.parametrize(
    ("recorded", "fresh", "same"),
    [
        ("loss: 1.50", "loss: 1.52", True),
        ("loss: 1.50", "loss: 1.53", False),
        ("loss: 1.50", "loss: -1.50", False),
        ("loss: 1.50", "less: 1.50", False),
        ("9.99 | a", "10.00 | a", True),  # a digit more moves the columns
        ("[[0.5   0.04 ]]", "[[0.501 0.041]]", True),  # NumPy fills up
        ("[[0.5   0.04 ]]", "[[0.501 0.071]]", False),
        ("cat   1.50", "cat 1.51", False),  # these were moved by something else
        ("1 2", "1 2 3", False),
        ("1,250 steps", "1,251 steps", False),
        ("conv2d 5", "conv3d 5", False),
        ("1e-3", "2e-3", True),
    ],
)
def test_a_tolerance_holds_number_by_number(recorded, fresh, same):
    assert comparer.agrees(block(recorded, tolerance=0.02), printed(fresh), EXACT) is same


@pytest.mark.parametrize(
    ("recorded", "fresh", "same"),
    [
        ("(40000, 32, 32, 3)", "(3200, 32, 32, 3)", True),
        ("(40000, 32, 32, 3)", "(3200, 28, 28, 3)", False),
        ("(40000, 32, 32, 3)", "(3200, 32, 32)", False),
        ("true: cat", "true: dog", True),
        ("true: cat", "true: cow", False),
        ("[0.1 0.2\n 0.3]", "[ 0.11 0.22 0.33]", True),
        ("[0.25 0.1]", "[0.5 0.1 ]", True),
        ("[0.1 0.2]", "[0.1 0.2 0.3]", False),
        ("float32", "float64", False),
        ("(5,) (6, 2)", "(7,) (8, 2)", True),
        ("(1, 2) 3 (4, 5)", "(9, 2) 9 (9, 6)", False),
    ],
)
def test_on_a_stand_in_structure_is_compared(recorded, fresh, same):
    assert comparer.agrees(block(recorded), printed(fresh), STRUCTURE) is same


def test_values_and_prints_stay_in_their_order():
    outputs = [
        *printed("first\n"),
        v4.new_output("display_data", {"text/plain": "second", "text/html": "<b>second</b>"}),
        *printed("third\n"),
    ]
    assert comparer.fresh_view(outputs).output == "first\nsecond\nthird"
    assert comparer.fresh_view(outputs).output == "first\nsecond\nthird"  # and unchanged


def test_a_warning_that_is_not_recorded_is_a_difference():
    fresh = [*printed("a\n"), v4.new_output("stream", name="stderr", text="careful\n")]
    recorded, seen = comparer.compare(block("a"), fresh, EXACT)
    assert recorded != seen
    assert seen.warning == "careful"


@pytest.mark.parametrize(("message", "same"), [("no", True), ("yes", False)])
def test_errors_are_compared_by_name_and_message(message, same):
    text = "```python\nx\n```\n\n```error\nTraceback …\nValueError: no\n```\n"
    fresh = [v4.new_output("error", ename="ValueError", evalue=message, traceback=[])]
    assert comparer.agrees(reader.read(text).blocks[0], fresh, EXACT) is same


def test_figures_are_compared_pixel_by_pixel(tmp_path):
    (tmp_path / "a.png").write_bytes(png("#102030"))
    rules = comparer.Rules(figure_folder=tmp_path)
    recorded = block(figure="a.png")
    assert comparer.agrees(recorded, drawn(png("#102030")), rules)
    assert not comparer.agrees(recorded, drawn(png("#102031")), rules)
    assert not comparer.agrees(recorded, drawn(png("#102030", size=(8, 3))), rules)
    assert not comparer.agrees(recorded, [], rules)
    assert not comparer.agrees(recorded, drawn(png("#102030")) * 2, rules)
    recorded = replace(recorded, figure_tolerance=0.01)
    assert comparer.agrees(recorded, drawn(png("#102031")), rules)
    assert not comparer.agrees(recorded, drawn(png("#804030")), rules)
    (tmp_path / "a.png").unlink()
    assert not comparer.agrees(recorded, drawn(png("#102030")), rules)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("tolerance", [0.002, 0.05])
def test_a_tolerance_lets_no_painted_place_through(tmp_path, mode, tolerance):
    """A digit of a title may be another one, but nothing as large as a twentieth of the width."""
    recorded = replace(block(figure="a.png"), figure_tolerance=tolerance)
    (tmp_path / "a.png").write_bytes(plot(mode, "0.87"))
    rules = comparer.Rules(figure_folder=tmp_path)
    assert comparer.agrees(recorded, drawn(plot(mode, "0.88")), rules)
    for corner in ((0, 0), (37, 81), (400, 200), (609, 449)):
        painted = drawn(plot(mode, "0.87", corner))
        assert pictures.mean_distance(plot(mode, "0.87"), plot(mode, "0.87", corner)) < 0.002
        assert not comparer.agrees(recorded, painted, rules), corner


def plot(mode, title, painted=None):
    """A white picture of 640 by 480 pixels with a title, and a grey square if a corner is given."""
    picture = Image.new(mode, (640, 480), "white")
    drawing = ImageDraw.Draw(picture)
    drawing.text((300, 5), title, fill="black", font_size=17)
    if painted:
        left, upper = painted
        drawing.rectangle((left, upper, left + 31, upper + 31), fill="#777")
    file = BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def test_on_a_stand_in_figures_are_counted():
    assert comparer.agrees(block(figure="none.png"), drawn(png("red")), STRUCTURE)
    assert not comparer.agrees(block(figure="none.png"), [], STRUCTURE)


def test_an_empty_output_block_equals_none():
    assert comparer.agrees(block(), [], EXACT)


def test_pictures_that_are_no_pictures_differ():
    assert pictures.mean_distance(b"nonsense", png("red")) == 1.0
    assert pictures.mean_distance(png("black"), png("white")) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("0\n...\n9", True),
        ("[1, 2, ..., 9]", True),
        ("a [...] b", True),
        ("a … b", True),
        ("TypeError: round(...) takes 2 arguments", False),
        ("f(a, ...)", False),
        ("1.5", False),
    ],
)
def test_what_counts_as_shortened(text, shortened):
    assert (comparer.ABRIDGED.search(text) is not None) is shortened
