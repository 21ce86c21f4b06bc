"""Days and their schedule, given blocks, signatures, and two rules that a lesson may ask for."""

import re

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from lxml import html
from small_lessons import PAGE
from the_lesson import LESSON

from lesson_engine.core import exporter, reader, stretches, structure
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Slot, find_lesson
from lesson_engine.site import schedule

by_episode = pytest.mark.parametrize("path", LESSON.episode_paths(), ids=lambda path: path.stem)

DAYS = """\
[[tool.lesson.days]]
title = "Day 1"
start = "09:00"
plan = ["Welcome: 5", "01-one.md", "Break: 20", "02-two.md"]

[[tool.lesson.days]]
title = "Day 2"
start = "13:30"
plan = ["04-four.md"]
"""
NAMES = ("01-one", "02-two", "03-three", "04-four")
TIMES = {"01-one": (45, 30), "02-two": (30, 15), "03-three": (20, 25), "04-four": (60, 60)}


def page_for(name):
    """A page of its own title and times."""
    teaching, exercises = TIMES[name]
    text = PAGE.replace("title: Small", f"title: {name[3:].capitalize()}")
    text = text.replace("teaching: 5", f"teaching: {teaching}")
    return text.replace("exercises: 5", f"exercises: {exercises}")


@pytest.fixture
def make_workshop(make_lesson, tmp_path):
    """Make a lesson of four episodes; its option is the text on days. Gives a Lesson."""

    def make(days=DAYS):
        for name in NAMES:
            make_lesson(page_for(name), f"{name}.md")
        (tmp_path / "pyproject.toml").write_text("[tool.lesson]\n" + days, "utf-8")
        return find_lesson(tmp_path)

    return make


def pages_of(lesson):
    return [reader.read_page(lesson, path) for path in lesson.episode_paths()]


def test_a_hint_is_folded_in_notebooks(make_lesson):
    challenge = "::: challenge\n### Try\n\n::: hint\nLook up.\n:::\n\n:::\n\n"
    lesson = make_lesson(PAGE.replace("## Begin", challenge + "## Begin"))
    (page,) = pages_of(lesson)
    for convert in (exporter.to_exercises, exporter.to_solutions):
        text = "\n".join(cell.source for cell in convert(page, lesson.root / "episodes").cells)
        folded = "<details><summary>Give me a hint</summary>\n\nLook up.\n\n</details>"
        assert folded in text


# Days


def test_days_hold_episodes_and_breaks_in_order(make_workshop):
    lesson = make_workshop()
    first, second = lesson.days
    assert (first.title, first.start, second.start) == ("Day 1", 540, 810)
    assert first.plan == (
        Slot("Welcome", 5, None),
        Slot("01-one", None, lesson.root / "episodes" / "01-one.md"),
        Slot("Break", 20, None),
        Slot("02-two", None, lesson.root / "episodes" / "02-two.md"),
    )
    assert [path.stem for path in lesson.workshop_paths()] == ["01-one", "02-two", "04-four"]
    assert [path.stem for path in lesson.further_paths()] == ["03-three"]


def test_without_days_every_episode_belongs_to_the_workshop(make_workshop):
    lesson = make_workshop("")
    assert lesson.days == ()
    assert lesson.workshop_paths() == lesson.episode_paths()
    assert lesson.further_paths() == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("02-two.md", "05-five.md", "day 1 of days: 05-five.md is not an episode; there are 01"),
        ("02-two.md", "01-one.md", "plan: 01-one.md is planned twice"),
        ('"04-four.md"', '"04-four.md", "01-one.md"', "plan: 01-one.md is planned twice"),
        ('"01-one.md", "Break: 20", ', '"02-two.md", "01-one.md"] # ', "order of config.yaml"),
        ("Break: 20", "Break: soon", "'Break: soon' is neither"),
        ("Break: 20", "Break: 0", 'write "01-begin.md" or "Break: 20"'),
        ("Break: 20", "Break", "'Break' is neither"),
        ('"Break: 20"', "20", "plan of day 1 of days is a list of episodes and breaks"),
        ('"09:00"', '"nine"', "start of day 1 of days: 'nine' is not a time; write start = "),
        ('"09:00"', '"24:00"', "is not a time"),
        ('"09:00"', "9", 'start of day 1 of days is a time, such as "09:00"; it says 9'),
        ('start = "09:00"\n', "", "day 1 of days lacks start"),
        ('title = "Day 1"\n', "", "day 1 of days lacks title"),
        ('plan = ["04-four.md"]\n', "", "day 2 of days lacks plan"),
        ('["04-four.md"]', "[]", "plan of day 2 of days is a list of episodes and breaks"),
        (
            '["04-four.md"]',
            '"04-four.md"',
            "plan of day 2 of days is a list of episodes and breaks",
        ),
        ('"Day 2"', "2", "title of day 2 of days is text"),
        ('"Day 2"', '"Day 1"', "two days are called 'Day 1'"),
        (
            'title = "Day 2"\n',
            'title = "Day 2"\nbreak = 20\n',
            "'break' of day 2 of days is not known",
        ),
        (DAYS, 'days = ["01-one.md"]\n', "days is written as tables: [[tool.lesson.days]]"),
        (DAYS, "longest_stretch = true\n", "longest_stretch is a number of words, such as 250"),
        (DAYS, "longest_stretch = -1\n", "longest_stretch is a number of words, such as 250"),
        (DAYS, 'challenge_minutes = "yes"\n', "challenge_minutes is true or false"),
        (DAYS, 'script_start = "a\\nb"\n', "script_start is one line of code"),
    ],
)
def test_wrong_options_are_refused_with_what_to_write(make_workshop, old, new, words):
    assert old in DAYS
    with pytest.raises(LessonError) as caught:
        make_workshop(DAYS.replace(old, new, 1))
    assert str(caught.value).startswith("pyproject.toml: [tool.lesson]: ")
    assert words in str(caught.value)


# The schedule


def test_the_schedule_goes_by_the_clock_of_each_day(make_workshop):
    lesson = make_workshop()
    text = schedule.markdown(lesson, pages_of(lesson))
    lines = [line for line in text.split("\n") if line]
    assert lines == [
        "## Schedule",
        "### Day 1",
        "| Time | What | Minutes |",
        "| --- | --- | ---: |",
        "| 09:00 | Welcome | 5 |",
        "| 09:05 | [1. One](<episodes/01-one.md>) | 75 |",
        "| 10:20 | Break | 20 |",
        "| 10:40 | [2. Two](<episodes/02-two.md>) | 45 |",
        "| 11:25 | End |  |",
        "Day 1: 120 minutes of teaching and exercises; 2 h 25 min by the clock, breaks included.",
        "### Day 2",
        "| Time | What | Minutes |",
        "| --- | --- | ---: |",
        "| 13:30 | [4. Four](<episodes/04-four.md>) | 120 |",
        "| 15:30 | End |  |",
        "Day 2: 120 minutes of teaching and exercises; 2 h by the clock.",
        "## Episodes",
        "| Episode | Questions | Minutes | Computing |",
        "| --- | --- | ---: | ---: |",
        "| [1. One](<episodes/01-one.md>) | What? | 75 | – |",
        "| [2. Two](<episodes/02-two.md>) | What? | 45 | – |",
        "| [4. Four](<episodes/04-four.md>) | What? | 120 | – |",
        "### Going further",
        "| Episode | Questions | Minutes | Computing |",
        "| --- | --- | ---: | ---: |",
        "| [3. Three](<episodes/03-three.md>) | What? | 45 | – |",
        *lines[-2:],
    ]
    assert "aren't in the workshop's clock" in lines[-2]
    assert lines[-1].startswith("Computing is what the blocks that take more than 5 seconds needed")


def test_without_days_the_schedule_counts_from_the_beginning(make_workshop):
    lesson = make_workshop("")
    text = schedule.markdown(lesson, pages_of(lesson))
    assert "| 1:15 | [2. Two](<episodes/02-two.md>) | What? | – |" in text
    assert "| 4:45 | End |" in text
    assert "instructor's choice. Computing is" in text
    assert "###" not in text and "by the clock" not in text


def test_a_lesson_without_episodes_has_no_schedule(make_workshop):
    assert schedule.markdown(make_workshop(""), []) == ""


def test_the_home_page_and_the_menu_follow_the_days(make_workshop, lesson_command, tmp_path):
    pytest.importorskip("furo")
    make_workshop()
    process = lesson_command("build")
    assert process.returncode == 0, process.stderr
    assert menu(tmp_path, "index") == ["Day 1", "Day 2", "Going further", "Whole lesson"]
    home = html.parse(str(tmp_path / "_site" / "index.html"))
    headings = [one.text_content().strip("¶") for one in home.xpath("//article//h3")]
    assert headings == ["Day 1", "Day 2", "Going further"]
    assert home.xpath("//td//a[string()='4. Four']/@href") == 2 * ["episodes/04-four.html"]
    # other days are in every page's menu at once
    (tmp_path / "pyproject.toml").write_text(
        "[tool.lesson]\n" + DAYS.replace("Day 2", "Evening"), "utf-8"
    )
    assert lesson_command("build").returncode == 0
    wanted = ["Day 1", "Evening", "Going further", "Whole lesson"]
    assert menu(tmp_path, "episodes/01-one") == menu(tmp_path, "index") == wanted
    (tmp_path / "pyproject.toml").unlink()
    assert lesson_command("build").returncode == 0
    assert menu(tmp_path, "episodes/01-one") == ["Episodes", "Whole lesson"]


def menu(folder, name):
    """Headings in the menu of a page."""
    page = html.parse(str(folder / "_site" / f"{name}.html"))
    captions = page.xpath("//*[contains(@class, 'sidebar-tree')]/p[contains(@class, 'caption')]")
    return [caption.text_content().strip() for caption in captions]


# Given blocks

GIVEN = PAGE.replace("```python\n", "<!-- paste -->\n```python\n")


@pytest.mark.parametrize(
    "text",
    [
        "<!-- paste -->\n```python\nx\n```\n",
        "text\n<!-- paste -->\n\n\n```python\nx\n```\n",
        "- item\n\n  <!--paste-->\n  ~~~python\n  x\n  ~~~\n",
        "::: solution\n<!-- paste -->\n```{.python .more}\nx\n```\n:::\n",
    ],
)
def test_a_block_below_paste_is_given(text):
    page = reader.read(text + "\n```python\ny\n```\n")
    assert [block.paste for block in page.blocks] == [True, False]
    line = text[: text.index("<!--")].count("\n") + 1
    assert page.comment_lines == ((line, line),)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("<!-- paste -->\n\ntext\n", 1, "directly above a ```python block"),
        ("a\n\n<!-- paste -->\n", 3, "directly above a ```python block"),
        ("<!-- paste -->\n```bash\nls\n```\n", 1, "directly above a ```python block"),
        ("<!-- paste -->\n```{.python .skeleton}\nx\n```\n", 1, "directly above"),
        ("```python\n1\n```\n<!-- paste -->\n```output\n1\n```\n", 4, "directly above"),
        ("<!-- paste -->\n::: hint\n```python\n1\n```\n:::\n", 1, "directly above"),
        ("- <!-- paste -->\n\n```python\n1\n```\n", 1, "directly above"),
        ("<!-- paste -->\n<!-- note -->\n```python\n1\n```\n", 1, "directly above"),
        ("<!-- paste -->\n<!-- paste -->\n```python\n1\n```\n", 1, "directly above"),
        ("text <!-- paste -->\n```python\n1\n```\n", 1, "on a line of its own"),
        ("<!-- paste --> text\n```python\n1\n```\n", 1, "on a line of its own"),
        ("<!-- Paste -->\n```python\n1\n```\n", 1, "did you mean <!-- paste -->?"),
        ("<!-- pasted -->\n```python\n1\n```\n", 1, "did you mean <!-- paste -->?"),
        ("<!-- past -->\n```python\n1\n```\n", 1, "did you mean <!-- paste -->?"),
        ("<!-- paste: this -->\n```python\n1\n```\n", 1, "takes no value"),
    ],
)
def test_a_paste_that_belongs_to_no_block_is_refused_with_its_line(text, line, words):
    with pytest.raises(LessonError) as caught:
        reader.read(text, "episodes/x.md")
    assert str(caught.value).startswith(f"episodes/x.md:{line}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize("remark", ["they paste this in episode 2", "taste", "see also"])
def test_a_remark_is_no_directive(remark):
    page = reader.read(f"<!-- {remark} -->\n\n```python\n1\n```\n")
    assert not page.blocks[0].paste


def test_a_given_block_says_so_on_its_page(make_lesson, lesson_command, tmp_path):
    pytest.importorskip("furo")
    make_lesson(GIVEN)
    process = lesson_command("build")
    assert process.returncode == 0, process.stderr
    path = tmp_path / "_site" / "episodes" / "01-small.html"
    (cell,) = html.parse(str(path)).xpath("//article//div[contains(@class, 'cell docutils')]")
    assert cell[0].text_content() == "Ready-made code: paste this block"
    assert cell[0].get("class") == "cell-given"
    assert "<!-- paste" not in path.read_text("utf-8")
    make_lesson(PAGE)
    assert lesson_command("build").returncode == 0
    assert "Ready-made code" not in path.read_text("utf-8")


@pytest.mark.parametrize("convert", [exporter.to_exercises, exporter.to_solutions])
def test_a_given_block_is_a_cell_of_the_notebooks_like_any_other(make_lesson, convert):
    cells = {}
    for text in (PAGE, GIVEN):
        lesson = make_lesson(text)
        (page,) = pages_of(lesson)
        cells[text] = [cell.source for cell in convert(page, lesson.root / "episodes").cells]
    assert cells[GIVEN] == cells[PAGE]
    assert 'total = 3 + 4\nprint("total:", total)' in cells[GIVEN]


# Signatures

SIGNATURES = PAGE.replace(
    "::: keypoints",
    """\
```{.python .skeleton}
Layer(size, activation=None)
```

::: challenge

### Fill in (5 minutes)

```{.python .skeleton}
layer = Layer(_____)
```

::: solution

```python
layer = Layer(3)
```

:::

:::

::: keypoints""",
)


def test_a_signature_is_text_in_exercises_and_a_skeleton_in_a_challenge_a_cell(make_lesson):
    lesson = make_lesson(SIGNATURES)
    (page,) = pages_of(lesson)
    cells = exporter.to_exercises(page, lesson.root / "episodes").cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert code == [page.blocks[0].source, "layer = Layer(_____)"]
    assert "```python\nLayer(size, activation=None)\n```" in text
    assert "_____" not in text and "Layer(3)" not in text


@by_episode
def test_exercise_notebooks_compile_once_their_blanks_are_filled(path):
    page = reader.read_page(LESSON, path)
    solutions = {
        skeleton.source: structure.solution_of(page, skeleton).source
        for skeleton in page.skeletons
        if structure.BLANK in skeleton.source
    }
    wrong = {  # blocks that show a mistake
        block.source
        for block in page.blocks
        if any("SyntaxError" in part.text for part in block.recorded if part.kind == "error")
    }
    for cell in exporter.to_exercises(page, LESSON.root / "episodes").cells:
        if cell.cell_type == "code" and cell.source not in wrong:
            source = solutions.get(cell.source, cell.source)
            assert structure.BLANK not in source
            compile(TransformerManager().transform_cell(source), cell.source, "exec")


# The rule on stretches


def words(count):
    return "word " * count


@pytest.mark.parametrize(
    "between",
    [
        "```python\nx = 1\n```\n",
        "```bash\nls\n```\n",
        "    indented\n",
        "- an item\n",
        "1. an item\n",
        "| a | b |\n|---|---|\n| many many words | here |\n",
        "![A caption of its own.](fig/a.png){alt='a\nlong text'}\n",
        "::: callout\n\n:::\n",
        "::: challenge\n\n### Title\n\n:::\n",
        "<div>\nsomething\n</div>\n",
    ],
)
def test_a_stretch_ends_where_there_is_something_to_look_at(between):
    page = reader.read(f"{words(7)}\n\n{between}\n{words(6)}\n")
    found = stretches.stretches(page)
    last = page.text.rstrip().count("\n") + 1
    assert (found[0], found[-1]) == ((7, 1), (6, last))
    assert stretches.longest_stretch(page) == (7, 1)


@pytest.mark.parametrize(
    "between",
    [
        "## Head\n",
        "<!-- a comment\nof many words -->\n",
        "::: instructor\n\n- Say it.\n\n```python\n1\n```\n\n:::\n",
        "> quoted\n",
        "***\n",
    ],
)
def test_a_stretch_goes_on_across_what_interrupts_nothing(between):
    page = reader.read(f"---\ntitle: A\n---\n\n{words(7)}\n\n{between}\n{words(6)}\n")
    spoken = 14 if "Head" in between or "quoted" in between else 13
    assert stretches.stretches(page) == [(spoken, 5)]


def test_words_are_those_that_are_said():
    text = "Don't say `a.b` or\n[this one](https://example.org/not/said) <!-- nor this -->.\n"
    assert stretches.longest_stretch(reader.read(text)) == (7, 1)
    text = "::: challenge\n\nGo on.\n\n::: solution\n\nOne two three.\n\n:::\n\nMore.\n\n:::\n"
    text += "\nA b.\n"
    assert stretches.stretches(reader.read(text)) == [(2, 3), (1, 11), (2, 15)]
    assert stretches.longest_stretch(reader.read("")) == (0, 1)


def test_a_stretch_that_is_too_long_is_a_fault_with_its_line(make_lesson):
    text = PAGE.replace("::: keypoints", f"{words(20)}\n\n{words(25)}\n\n::: keypoints")
    for option, wanted in (("longest_stretch = 40", 1), ("longest_stretch = 0", 0), ("", 0)):
        lesson = make_lesson(text, options=option)
        assert len(structure.faults(pages_of(lesson)[0], lesson)) == wanted
    lesson = make_lesson(text, options="longest_stretch = 40")
    (fault,) = structure.faults(pages_of(lesson)[0], lesson)
    start = text.split("\n").index("The total is 7, which is more than six.") + 1
    assert str(fault).startswith(f"episodes/01-small.md:{start}: 54 words from here on without")
    home = reader.read_page(lesson, lesson.root / "index.md")
    assert structure.faults(home, make_lesson(text, options="longest_stretch = 1")) == []


@by_episode
def test_the_longest_stretch_of_an_episode_can_be_quoted(path):
    page = reader.read_page(LESSON, path)
    count, line = stretches.longest_stretch(page)
    assert count > 0 and page.text.split("\n")[line - 1].strip()


# The rule on the minutes of challenges

CHALLENGES = """\
::: challenge

### {} {}

Do it.

:::

"""


def with_challenges(*titles):
    """A page whose `exercises:` is 5."""
    parts = "".join(CHALLENGES.format(number, title) for number, title in enumerate(titles))
    return PAGE.replace("::: keypoints", parts + "::: keypoints")


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        (["(5 minutes)"], None),
        (["(4 minutes)", "(1 minute)"], None),
        (["Fill in `x` (5 minutes)", "(optional)", "(homework)"], None),
        (["(5 minutes)", "(optional, 10 minutes)"], None),
        (["(5 minutes)", ""], "the title of this challenge doesn't state its minutes"),
        (["(5 min)", "(5 minutes)"], "write '### Title (5 minutes)'"),
        (["(1 minutes)", "(5 minutes)"], "doesn't state its minutes"),
        (["(5 minutes)", "(1 minute)"], "state 6 minutes together, 'exercises:' says 5"),
        (["(5 minutes)", *["(optional)"] * 2, "(homework)"], "2 optional challenges at most"),
    ],
)
def test_challenges_state_their_minutes(make_lesson, titles, words):
    text = with_challenges(*titles)
    lesson = make_lesson(text)
    assert structure.faults(pages_of(lesson)[0], lesson) == []
    lesson = make_lesson(text, options="challenge_minutes = true")
    found = structure.faults(pages_of(lesson)[0], lesson)
    assert [words in fault.message for fault in found] == ([] if words is None else [True])
    if words and "together" not in words:
        assert text.split("\n")[found[0].line - 1] == "::: challenge"


def test_a_challenge_without_a_title_states_nothing(make_lesson):
    text = re.sub(r"### .*\n", "", with_challenges("(5 minutes)"))
    text = text.replace("exercises: 5", "exercises: 0")
    lesson = make_lesson(text, options="challenge_minutes = true")
    (fault,) = structure.faults(pages_of(lesson)[0], lesson)
    assert "doesn't state its minutes" in fault.message


def test_challenges_for_going_further_may_take_their_time(make_workshop, tmp_path):
    make_workshop()
    path = tmp_path / "episodes" / "03-three.md"
    path.write_text(with_challenges("without end"), "utf-8")
    (tmp_path / "pyproject.toml").write_text(
        f"[tool.lesson]\nchallenge_minutes = true\n{DAYS}", "utf-8"
    )
    lesson = find_lesson(tmp_path)
    faults = {page.name: structure.faults(page, lesson) for page in pages_of(lesson)}
    assert faults["03-three"] == []
    assert "state 0 minutes together" in faults["01-one"][0].message
