"""Minutes of sections: the estimate, the sharing out, and the tables made of them."""

import json

import pytest

from lesson_engine.core import files, pacing, provenance, reader, timetables
from lesson_engine.core.errors import LessonError
from lesson_engine.core.pacing import Challenge, Section

FRONT = "---\ntitle: Small\nteaching: 10\nexercises: 6\n---\n"


def sections(text, seconds=()):
    """Sections of a page with this body."""
    return pacing.sections(reader.read(FRONT + text), seconds)


def only(text):
    """The one section of a page with this body."""
    (section,) = sections(text)
    return section


# Sections


def test_sections_begin_at_headings_outside_boxes():
    box = "::: callout\n\n### Box\n\n:::"
    found = sections(f"a\n\n## One\n\n{box}\n\n### Two\n\nb\n\n#### Deep\n\nc\n")
    assert [section.title for section in found] == ["Opening", "One", "Two"]
    assert [section.anchor for section in found] == ["", "one", "two"]


def test_a_heading_with_nothing_of_its_own_is_no_section():
    assert [section.title for section in sections("## Above\n\n### Below\n\nText.\n")] == ["Below"]


def test_an_episode_without_text_has_no_sections():
    assert pacing.sections(reader.read("---\ntitle: T\n---\n")) == []


@pytest.mark.parametrize(
    "heading, expected",
    [
        ("Step 3: prepare the data", "step-3-prepare-the-data"),
        ("1. Use `model.fit`, twice", "use-model.fit-twice"),
        ("32 × 32 pixels", "pixels"),
    ],
)
def test_anchors_are_those_of_pandoc(heading, expected):
    assert pacing.anchor(heading) == expected


# What is typed


def test_characters_are_counted_without_indentation_and_comments():
    code = "# a comment\nfor n in [1]:\n    print(n)  # another\n\ncolour = '#fff'\n"
    section = only(f"```python\n{code}```\n")
    assert section.typed == len("for n in [1]:") + len("print(n)") + len("colour = '#fff'")


@pytest.mark.parametrize("div", ["challenge", "solution", "instructor"])
def test_what_the_instructor_does_not_type_costs_nothing(div):
    assert only(f"::: {div}\n\n```python\nx = 1\n```\n\n:::\n").typed == 0


def test_pasted_code_and_code_that_is_only_shown_costs_nothing():
    text = "<!-- paste -->\n\n```python\nx = 1\n```\n\n"
    assert only(text).typed == 0
    assert only(text + "```python\ny\n```\n").typed == 1
    assert only("```{.python .skeleton}\nx = _____\n```\n\n```bash\nls\n```\n").typed == 0


# What is said


@pytest.mark.parametrize(
    "text, words",
    [
        ("Don't say `x` twice,\nplease.", 5),
        ("A [link to x](../a/long/address.md) and [another][one].\n\n[one]: https://b.c\n", 6),
        ("An ![image](fig/a.png){alt='six words of\nno use here'} inside.", 2),
        ("![Caption.](fig/a.png){.cell-output alt='a'}\n\n<!-- no word -->\nWord.", 1),
        ("| one | two |\n|---|---|\n| three | four |\n", 4),
        ("- one\n- two\n\n> three\n", 3),
        ("```python\nx\n```\n\n```output\nno words\n```\n\nOne.", 1),
        ("::: callout\n\nTwo words.\n\n:::\n", 2),
    ],
)
def test_words_are_those_that_are_read_out(text, words):
    if "cell-output" in text:
        text = f"```python\nx\n```\n\n{text}"
    assert only(text).said == words


@pytest.mark.parametrize("div", ["challenge", "solution", "hint", "spoiler", "instructor"])
def test_what_learners_read_for_themselves_is_not_said(div):
    assert only(f"Said.\n\n::: {div}\n\n### Not this\n\nNor that.\n\n:::\n").said == 1


def test_the_words_of_a_heading_are_said_in_its_section():
    found = sections("one\n\n## Two words\n\nthree four five\n")
    assert [section.said for section in found] == [1, 5]


# The estimate


def test_an_estimate_as_worked_out_by_hand():
    code = "\n".join(["total = 123"] * 15)  # 11 characters in each of 15 lines
    text = f"## One\n\n{'word ' * 298}\n\n```python\n{code}\n```\n\n## Two\n\n```python\nx\n```\n"
    one, two = sections(text, [30, 12])
    assert (one.typed, one.said, one.seconds) == (165, 299, (30,))
    assert one.estimate == pytest.approx(165 / 150 + 299 / 150 + 0.5)
    assert two.estimate == pytest.approx(1 / 150 + 1 / 150 + 0.2)


# Challenges


@pytest.mark.parametrize(
    "heading, expected",
    [
        ("Read it (5 minutes)", Challenge("Read it", 5)),
        ("Read it (1 minute)", Challenge("Read it", 1)),
        ("Read `it` (5 min)", Challenge("Read `it`", 5)),
        ("Train (12 minutes, one of them waiting)", Challenge("Train", 12)),
        ("Read (a figure) twice (in pairs, 4 minutes)", Challenge("Read (a figure) twice", 4)),
        ("More (optional)", Challenge("More", 0, True)),
        ("More (homework, 20 minutes)", Challenge("More", 0, True)),
        ("Read it (again)", Challenge("Read it (again)", None)),
        ("Lies es (5 Minuten)", Challenge("Lies es", 5)),
        ("読む（5分）", Challenge("読む", 5)),
        ("Прочитайте (5 хв)", Challenge("Прочитайте", 5)),
        ("Mehr (freiwillig)", Challenge("Mehr", 0, True)),
        ("Más (opcional)", Challenge("Más", 0, True)),
        ("En plus (facultatif)", Challenge("En plus", 0, True)),
        ("他（任意）", Challenge("他", 0, True)),
    ],
)
def test_a_challenge_takes_what_its_title_says(heading, expected):
    assert pacing.challenge_of(heading) == expected
    page = f"a\n\n::: challenge\n\n### {heading}\n\n::: solution\n\n### Why\n\n:::\n\n:::\n"
    assert only(page).challenges == (expected,)


def test_a_challenge_without_a_title_has_the_one_that_the_page_shows():
    assert only("::: challenge\n\nDo it.\n\n:::\n").challenges == (Challenge("Challenge", None),)


# Sharing out


@pytest.mark.parametrize(
    "total, weights, parts",
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (10, [5, 3, 2], [5, 3, 2]),
        (3, [0.2, 0.2, 2.6], [0, 0, 3]),
        (7, [14, 13, 8], [3, 3, 1]),  # of 2.8, 2.6 and 1.6, one of two equal remainders
        (5, [0, 0], [3, 2]),
        (0, [1, 2], [0, 0]),
        (0, [], []),
    ],
)
def test_whole_minutes_are_shared_out_by_largest_remainder(total, weights, parts):
    assert pacing.share(total, weights) == parts


@pytest.fixture
def lesson(make_lesson):
    """A lesson of one recorded episode, planned for a day, with a page for its tables."""
    box = "\n\n::: challenge\n\n### {}\n\n:::\n\n"
    text = (
        f"{FRONT}\nOpening words.\n\n## A | b\n\n{'word ' * 298}\n\n```python\nx = 1\n```\n"
        + box.format("First (1 minute)")
        + box.format("Too (optional)")
        + f"## C\n\n{'word ' * 149}"
        + box.format("Untimed")
        + box.format("Untimed too")
    )
    options = '[[tool.lesson.days]]\ntitle = "Day"\nstart = "09:50"\n'
    made = make_lesson(text, options=options + 'plan = ["Welcome: 5", "01-small.md", "Break: 20"]')
    entry = {
        "code": provenance.keys(["x = 1"])[0][0],
        "place": 1,
        "seconds": 59.6,
        "environment": "1",
    }
    made_with = {"date": "2026-11-01", "python": "3.11.7", "machine": "Linux"}
    place = provenance.path_of("01-small", made)
    files.write(place, json.dumps({"environments": {"1": made_with}, "blocks": [entry]}))
    return made


def page_with(lesson, *names):
    """Write a page that asks for tables; gives its path."""
    path = lesson.root / "instructors" / "times.md"
    asked = "\n".join(f"<!-- made by lesson export: {name} -->\n<!-- end -->\n" for name in names)
    files.write(path, f"---\ntitle: Times\n---\n\nBefore.\n\n{asked}\nAfter.\n")
    return path


def test_minutes_add_up_to_what_the_front_matter_promises(lesson):
    (path,) = lesson.episode_paths()
    found = pacing.timed_sections(lesson, reader.read_page(lesson, path))
    # estimated: 2 words; 300 words, 5 characters and a minute; 150 words
    assert [section.teaching for section in found] == [0, 8, 2]
    assert [section.exercises for section in found] == [0, 1, 5]
    assert [challenge.minutes for challenge in found[2].challenges] == [3, 2]


@pytest.mark.parametrize("front", ["teaching: 10", "exercises: soon\nteaching: 10"])
def test_an_episode_that_promises_no_minutes_for_exercises_has_none(lesson, front):
    page = reader.read(f"---\n{front}\n---\n\n## A\n\n::: challenge\n\n### B\n\n:::\n")
    (section,) = pacing.timed_sections(lesson, page)
    assert (section.teaching, section.exercises) == (10, 0)


# Tables


def test_tables_are_written_between_their_comments(lesson):
    path = page_with(lesson, "minutes of all episodes", "minutes of each section")
    assert timetables.export(lesson) == [path]
    assert (
        path.read_text("utf-8")
        == r"""---
title: Times
---

Before.

<!-- made by lesson export: minutes of all episodes -->

| Episode | Teaching | Exercises | Together | Waiting |
| :--- | ---: | ---: | ---: | ---: |
| [1. Small](../episodes/01-small.md) | 10 | 6 | 16 | 60 s |
| Together | 10 | 6 | 16 | 60 s |

<!-- end -->

<!-- made by lesson export: minutes of each section -->

## Episode 1: Small

| Section | Minute | Teaching | Exercises | Challenges, and what runs |
| :--- | ---: | ---: | ---: | :--- |
| [Opening](../episodes/01-small.md) | 0 | 0 | | |
| [A \| b](../episodes/01-small.md#a-b) | 0 | 8 | 1 | *First* (1 min); *Too* (optional); runs 60 s |
| [C](../episodes/01-small.md#c) | 9 | 2 | 5 | *Untimed* (3 min); *Untimed too* (2 min) |
| Together | 16 | 10 | 6 | |

<!-- end -->

After.
"""
    )


def test_a_day_goes_by_the_clock(lesson):
    path = page_with(lesson, "times of each day")
    timetables.export(lesson)
    rows = [line for line in path.read_text("utf-8").split("\n") if line.startswith(("|", "#"))]
    small = "../episodes/01-small.md"
    assert rows == [
        "## Day",
        "| From | To | Minutes | What | Challenges |",
        "| :--- | :--- | ---: | :--- | :--- |",
        "| 09:50 | 09:55 | 5 | Welcome | |",
        rf"| 09:55 | 10:04 | 9 | Episode 1: [Opening]({small}), [A \| b]({small}#a-b) | "
        "*First* (1 min); *Too* (optional) |",
        f"| 10:04 | 10:11 | 7 | Episode 1: [C]({small}#c) | "
        "*Untimed* (3 min); *Untimed too* (2 min) |",
        "| 10:11 | 10:31 | 20 | Break | |",
        "| 09:50 | 10:31 | 41 | Together: teaching 10, exercises 6, welcome 5, break 20 | |",
    ]


def test_episodes_in_no_day_have_a_sum_of_their_own(lesson):
    text = (lesson.root / "episodes" / "01-small.md").read_text("utf-8")
    (lesson.root / "episodes" / "12-further.md").write_text(text, "utf-8")
    path = page_with(lesson, "minutes of all episodes")
    timetables.export(lesson)
    rows = [line for line in path.read_text("utf-8").split("\n") if line.startswith("| ")]
    assert rows[2:] == [
        "| [1. Small](../episodes/01-small.md) | 10 | 6 | 16 | 60 s |",
        "| The workshop | 10 | 6 | 16 | 60 s |",
        "| [12. Small](../episodes/12-further.md) | 10 | 6 | 16 | none |",
        "| Going further | 10 | 6 | 16 | none |",
    ]


def test_a_second_export_changes_nothing(lesson):
    path = page_with(lesson, *timetables.TABLES)
    timetables.export(lesson)
    before = path.stat()
    assert timetables.export(lesson) == []
    assert path.stat().st_ino == before.st_ino


def test_a_lesson_without_such_comments_is_left_alone(make_lesson):
    small = make_lesson("---\nnot: [read\n")
    assert timetables.export(small) == []


def test_the_command_writes_the_tables(lesson, lesson_command):
    page_with(lesson, "times of each day")
    process = lesson_command("export")
    assert process.returncode == 0, process.stderr
    assert "wrote instructors/times.md" in process.stdout


@pytest.mark.parametrize(
    "text, message",
    [
        ("<!-- made by lesson export: time of each day -->\n<!-- end -->\n", "did you mean 'times"),
        ("<!-- made by lesson export: zzz -->\n<!-- end -->\n", "there are minutes of all"),
        ("<!-- made by lesson export: times of each day -->\n", "lacks its <!-- end -->"),
        ("<!-- made by lesson export: times of each day -->\n" * 2 + "<!-- end -->\n", "lacks its"),
    ],
)
def test_comments_that_make_no_sense_are_named_with_their_line(lesson, text, message):
    path = lesson.root / "instructors" / "times.md"
    files.write(path, f"---\ntitle: Times\n---\n\n{text}")
    with pytest.raises(LessonError, match=message) as caught:
        timetables.export(lesson)
    assert caught.value.line == 5
    assert path.read_text("utf-8").endswith(text)


def test_sections_share_a_row_up_to_a_challenge_or_for_ten_minutes():
    def section(title, teaching, *minutes):
        done = tuple(Challenge("x", one) for one in minutes)
        return Section(title, "", teaching=teaching, challenges=done)

    found = [section("a", 3), section("b", 2, 5), section("c", 0), section("d", 11)]
    found.append(section("e", 1))
    rows = [[one.title for one in row] for row in timetables.grouped(found)]
    assert rows == [["a", "b", "c"], ["d"], ["e"]]
