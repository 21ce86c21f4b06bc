"""Numbers in the text: which are covered and how, and that none changes unnoticed."""

import json

import pytest
from small_lessons import PAGE, code, lesson_in, page

from lesson_engine.core import coverage, provenance, quantities, reader, said
from lesson_engine.core.coverage import How
from lesson_engine.core.errors import LessonError


def said_by(text):
    return [(one.text, one.value) for one in quantities.quantities(reader.read(page(text)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It has 10,000 images of 32 × 32.", [("10,000", 10000), ("32", 32), ("32", 32)]),
        ("From 0.5 to −1.5, or 65 %.", [("0.5", 0.5), ("−1.5", -1.5), ("65 %", 65)]),
        ("Two layers, three times.", [("Two", 2), ("three", 3)]),
        ("Twenty, or half a million.", [("Twenty", 20), ("half", 0.5), ("million", 1e6)]),
        ("CIFAR-10 with Conv2D, float32 and v2.", []),
        ("See episode 5, and episodes 1 to 4.", []),
        ("Python 3.11 and Keras 3 in half a day.", []),
        ("At 9:30, [a paper](https://x.org/12) of 2017.", []),
        ("In 2017, it was 3.", [("2017", 2017), ("3", 3)]),
        ("The shape is `(32, 3)`.", [("32", 32), ("3", 3)]),
        ("1. One\n2. Item", []),
        ("| a | b |\n| :- | -: |\n| 7 | eight |", [("7", 7), ("eight", 8)]),
        ("![Nine dots.](fig/a.svg){alt='4 rows'}", [("Nine", 9), ("4", 4)]),
        ("::: challenge\n\n### Do it (5 minutes)\n\nSix.\n\n:::", [("Six", 6)]),
        ("<!-- made by lesson export: x -->\n\n| 5 |\n| - |\n| 6 |\n\n<!-- end -->", []),
        (code("x = 5  # 6 rows", "# ten"), [("6", 6), ("ten", 10)]),
    ],
)
def test_what_counts_as_a_number(text, expected):
    assert said_by(text) == expected


def covered(*parts, lesson):
    return [
        (one.quantity.text, one.how) for one in coverage.coverage(reader.read(page(*parts)), lesson)
    ]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("There are 7.", code("print(7)")), How.CODE),
        (("There are 7.",), How.SAID),
        (("There are 7.", "## Other", code("print(7)")), How.SAID),
        (("There are 765.", "## Other", code("print(765)")), How.CODE),
        (("It is 0.65.", code("x"), "```output\n0.6512\n```"), How.CODE),
        (("It is 65%.", code("x"), "```output\n0.6512\n```"), How.CODE),
        (("It is 66%.", code("x"), "```output\n0.6512\n```"), How.SAID),
        (("It is 6.", code("x"), "```output\n5.6\n```"), How.SAID),
        (('Seven days.\n<!-- given: "Seven days", a week -->',), How.GIVEN),
        (('Seven days.\n<!-- claim "Seven days": True -->',), How.CLAIM),
        (("| a |\n| - |\n| 7 |\n| b |\n\n<!-- given: '7', so it is -->",), How.GIVEN),
        ((code("x = 1  # 7 rows"),), How.SAID),
        ((code("x = 7  # 7 rows"),), How.CODE),
        (("::: challenge\n\n## T\n\nAre there 7?\n\n:::", code("print(7)")), How.SAID),
        (("::: challenge\n\n## T\n\n7?\n\n" + code("print(7)") + "\n\n:::",), How.CODE),
    ],
)
def test_how_a_number_is_covered(make_lesson, parts, expected):
    assert [how for _, how in covered(*parts, lesson=make_lesson())] == [expected]


def test_a_wrong_option_states_nothing(make_lesson):
    text = "::: challenge\n\n## T\n\nA. 4\n\nB. 5\n\n<!-- answer: B -->\n\n:::"
    assert covered(text, lesson=make_lesson()) == [("4", How.OPTION), ("5", How.SAID)]


def test_what_the_lesson_takes_for_granted_is_given(make_lesson):
    """A phrase, wherever it stands and breaks; what stands beside it is not."""
    lesson = make_lesson(options="given = { '(ten|10) classes' = 'CIFAR-10 has them' }")
    found = covered("Ten images of ten\nclasses, and 10 classes.", lesson=lesson)
    assert found == [("Ten", How.SAID), ("ten", How.GIVEN), ("10", How.GIVEN)]


def test_the_numbers_in_a_picture_cover_those_that_describe_it(make_lesson):
    lesson = make_lesson()
    svg = '<svg width="9"><!-- 4 × 4 --><text x="8">seven</text></svg>'
    (lesson.root / "episodes" / "fig").mkdir(exist_ok=True)
    (lesson.root / "episodes" / "fig" / "a.svg").write_text(svg, "utf-8")
    text = "![4 rows, 7 columns.](fig/a.svg){alt='8 and 9'}"
    found = coverage.coverage(reader.read(page(text), "episodes/01-a.md"), lesson)
    assert [(one.quantity.text, one.how) for one in found] == [
        ("4", How.PICTURE),
        ("7", How.PICTURE),
        ("8", How.SAID),
        ("9", How.SAID),
    ]


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ('<!-- given: "eight days", a week -->', 'no longer says "eight days"'),
        ('<!-- given: "Seven days" -->', "quote the words and say why"),
        ("<!-- given: a week -->", "quote the words and say why"),
    ],
)
def test_what_is_given_is_quoted_and_has_a_reason(directive, message):
    with pytest.raises(LessonError, match="given|no longer") as raised:
        reader.read(page(f"Seven days.\n{directive}"))
    assert message in raised.value.message


SAID = page("It has 7 rows.", "It has two columns.", "## More", "And 9 cells.")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("7 rows", "8 rows", "17: this says 8, and said 7 when it was last read"),
        ("two columns", "columns", "17: two stood here and is gone"),
        ("And 9", "And 9 of 12", "23: 12 is new here and nobody has read it"),
        ("rows", "lines", None),
        ("## More", "## Much more", "is new here"),
    ],
)
def test_no_number_changes_unnoticed(make_lesson, tmp_path, old, new, message):
    lesson = make_lesson(SAID)
    path = lesson.root / "episodes" / "01-small.md"
    assert said.changes(reader.read_page(lesson, path), lesson) == []  # as nothing is noted yet
    assert said.accept(reader.read_page(lesson, path), lesson)
    assert not said.accept(reader.read_page(lesson, path), lesson)
    path.write_text(SAID.replace(old, new), "utf-8")
    changes = [str(one) for one in said.changes(reader.read_page(lesson, path), lesson)]
    if message is None:
        assert changes == []
    else:
        assert message in "\n".join(changes)
        assert f"episodes/{path.name}:" in changes[0]


def test_a_check_names_what_was_not_read_and_the_command_notes_it(old, tmp_path):
    text = page("It has 7 rows.", code("x = 1"))
    old(episodes__01_a=text)
    returned, told = lesson_in(tmp_path, "coverage")
    assert returned == 0
    assert "episodes/01-a.md:17: 7\n" in told
    assert "episodes/01-a.md: 1 number: 1 neither tested nor given; 0% covered" in told
    assert (
        "wrote recorded/said/episodes/01-a.json" in lesson_in(tmp_path, "coverage", "--accept")[1]
    )
    old(episodes__01_a=text.replace("7 rows", "8 rows"))
    returned, told = lesson_in(tmp_path, "check")
    assert returned == 1 and "episodes/01-a.md:17: this says 8, and said 7" in told
    assert lesson_in(tmp_path, "coverage", "--accept", "01-a")[0] == 0
    assert lesson_in(tmp_path, "check")[0] == 0
    assert lesson_in(tmp_path, "coverage", "09-z")[0] == 1


def test_a_claim_that_goes_and_a_tolerance_that_widens_are_told(make_lesson, tmp_path):
    lesson = make_lesson(
        PAGE.replace("```output", "<!-- tolerance: 0.01, so it is -->\n\n```output")
    )
    assert lesson_in(tmp_path, "record")[0] == 0
    path = lesson.root / "episodes" / "01-small.md"
    text = path.read_text("utf-8")
    noted = json.loads((tmp_path / "recorded" / "01-small.json").read_text("utf-8"))
    assert noted["claims"] == [
        {"claim": "str(total)", "gives": ["7"]},
        {"claim": "total > 6", "words": "more than six"},
    ]
    assert coverage.claimed(reader.read_page(lesson, path), lesson) == {"str(total)": ["7"]}
    changes = {
        "<!-- claim: str(total) -->\n": ("", "the claim str(total) is gone"),
        "total > 6 -->": ("total > 5 -->", 'the claim "more than six": total > 6 is gone'),
        "tolerance: 0.01": ("tolerance: 0.02", "tolerance was 0.01 and is 0.02"),
    }
    for old, (new, message) in changes.items():
        path.write_text(text.replace(old, new), "utf-8")
        returned, told = lesson_in(tmp_path, "check")
        assert returned == 1 and message in told
        assert "if that is meant, `lesson record` notes it" in told
    path.write_text(text.replace("tolerance: 0.01", "tolerance: 0.005"), "utf-8")
    assert provenance.gone(reader.read_page(lesson, path), lesson) == []
    path.write_text(text.replace("<!-- claim: str(total) -->\n", ""), "utf-8")
    returned, told = lesson_in(tmp_path, "record")
    assert returned == 0
    assert (
        "noted: episodes/01-small.md: the claim str(total) is gone or says something else\n" in told
    )
    assert lesson_in(tmp_path, "check")[0] == 0
