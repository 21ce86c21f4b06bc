"""What this lesson promises about its workshop: minutes, practice, length of lines, its words."""

import csv
import re
from collections import Counter

import pytest
from instructor_tables import cell_of
from the_lesson import LESSON

from lesson_engine.core import pacing, provenance, reader, stretches
from lesson_engine.core.markdown import markdown_parser

DAY_1, DAY_2 = LESSON.days
PATHS = [*LESSON.workshop_paths(), *LESSON.further_paths()]
PAGES = {path.stem: reader.read_page(LESSON, path) for path in PATHS}
REWRITTEN = pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
CORE = pytest.mark.parametrize("path", LESSON.workshop_paths(), ids=lambda path: path.stem)

# One thing has one name: how it is not said, and how it is. The list for people is in CONTRIBUTING.
NOT_SAID = {
    r"\bpictures?\b": "image",
    r"\bdatasets?\b": "data set",
    r"\blearnt\b": "learned",
    r"\boptimizers?\b": "optimiser, and `optimizer` in code only",
    r"\b(simply|obviously)\b|\bjust (?!as\b)": "nothing: cut it",
    r"\bby heart\b": "memorise, or overfit",
    r"(?<!Jupyter )\bkernel (died|restart|that remembers)": "the Python session",
}


def promised(path):
    page = reader.read_page(LESSON, path)
    return pacing.promised(page, "teaching") + pacing.promised(page, "exercises")


@pytest.mark.parametrize("day", LESSON.days, ids=lambda day: day.title)
def test_a_day_is_taught_in_180_minutes(day):
    assert sum(map(promised, day.paths())) == 180


def test_each_day_takes_three_and_a_half_hours_with_one_break():
    for day in LESSON.days:
        pauses = {slot.name: slot.minutes for slot in day.plan if slot.path is None}
        assert list(pauses) == ["Welcome", "Break", "Close"]
        assert 15 <= pauses["Break"] <= 20
        assert sum(pauses.values()) + 180 == 210
    assert [slot.name for slot in DAY_1.plan].index("Break") == 3  # after episode 2
    assert [slot.name for slot in DAY_2.plan].index("Break") == 2  # after episode 5


@CORE
def test_an_instructor_needs_no_more_than_the_promised_minutes(path):
    page = reader.read_page(LESSON, path)
    noted = provenance.of_blocks(page, LESSON)
    parts = pacing.sections(page, [one.seconds if one else 0 for one in noted])
    teaching = pacing.promised(page, "teaching")
    assert sum(part.estimate for part in parts) <= 1.1 * teaching
    assert sum(part.typed for part in parts) / pacing.TYPED <= teaching / 2


@CORE
def test_the_challenges_take_the_promised_minutes(path):
    page = reader.read_page(LESSON, path)
    found = [one for part in pacing.sections(page) for one in part.challenges]
    assert None not in [one.minutes for one in found], "a title states no minutes"
    assert sum(one.minutes for one in found) == pacing.promised(page, "exercises")
    assert sum(one.optional for one in found) <= 2


def test_nobody_listens_to_more_than_250_words_in_a_row():
    """The longest: printed by pytest -rP."""
    words, place = max(
        (stretches.longest_stretch(page)[0], f"{page.path}:{stretches.longest_stretch(page)[1]}")
        for page in PAGES.values()
    )
    print(f"longest stretch: {words} words, {place}")
    assert words <= 250 == LESSON.longest_stretch


@REWRITTEN
def test_lines_of_code_fit_beside_an_exercise(page):
    code = [(part.first_line, part.source) for part in (*page.blocks, *page.skeletons)]
    long = [
        f"{page.path}:{first + n}"
        for first, source in code
        for n, line in enumerate(source.split("\n"), 1)
        if len(line) > 88
    ]
    assert not long, "more than 88 characters:\n" + "\n".join(long)


@REWRITTEN
def test_words_are_those_of_the_lesson(page):
    lines = page.plain_lines()
    for part in (*page.blocks, *page.skeletons):
        lines[part.first_line - 1 : part.last_line] = [""] * (part.last_line - part.first_line + 1)
        for below in (*getattr(part, "recorded", ()),):
            count = below.last_line - below.first_line + 1
            lines[below.first_line - 1 : below.last_line] = [""] * count
    # what is not prose: code, links, and the title of a step, which names an argument of Keras
    not_prose = r"`[^`]*`|\]\([^)]*\)|\bhttps?://\S+|<!--.*?-->"
    prose = re.sub(not_prose, " ", "\n".join(lines), flags=re.S)
    prose = re.sub(r"choose loss, optimizer and metric|loss,\s+optimizer", " ", prose, flags=re.I)
    for wrong, right in NOT_SAID.items():
        found = re.search(wrong, prose, re.I)
        assert not found, f"{page.path}: '{found[0]}': say {right}"


AROUND = [
    path
    for folder in ("learners", "instructors", "profiles")
    for path in sorted((LESSON.root / folder).glob("*.md"))
]


@pytest.mark.parametrize("path", AROUND, ids=lambda path: path.stem)
def test_pages_around_the_episodes_use_the_same_words(path):
    prose = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", path.read_text("utf-8"), flags=re.DOTALL)
    for wrong, right in NOT_SAID.items():
        found = re.search(wrong, prose, re.IGNORECASE)
        allowed = path.stem == "reference" and found and found[0] in ("optimizer", "Optimizer")
        assert not found or allowed, f"{path.name}: '{found[0]}': say {right}"


def test_what_learners_are_expected_to_have_seen_is_what_the_workshop_uses():
    """The lesson teaches Keras itself, and shows the little that it needs of scikit-learn."""
    home = (LESSON.root / "index.md").read_text("utf-8")
    said = home.partition("::: prereq")[2].partition("\n:::\n")[0]
    code = "\n".join(
        block.source for path in LESSON.workshop_paths() for block in PAGES[path.stem].blocks
    )
    imported = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    for module, name in {"numpy": "NumPy", "pandas": "pandas", "matplotlib": "matplotlib"}.items():
        assert module in imported and re.search(rf"\b{name}\b", said), name


def test_no_letter_is_the_right_answer_much_more_often_than_others():
    """Who always ticks B, without reading, should get about a quarter of them."""
    text = "".join(path.read_text("utf-8") for path in PATHS)
    letters = Counter(re.findall(r"^<!-- answer: ([A-F]) -->$", text, re.MULTILINE))
    assert set(letters) == set("ABCD")
    assert min(letters.values()) >= 0.6 * max(letters.values()), letters


@REWRITTEN
def test_no_line_within_a_paragraph_begins_like_a_list(page):
    """ "6 − 3" and "+ 1 = 4" on two lines are a sum to an author, and a list to Markdown."""
    lines = page.plain_lines()
    wrong = [
        f"{page.path}:{number}"
        for number, (above, line) in enumerate(zip(lines, lines[1:], strict=False), 2)
        if re.match(r"\s*[+*] ", line) and re.match(r"\s*[A-Za-z0-9]", above)
    ]
    code = {
        line
        for part in (*page.blocks, *page.skeletons)
        for line in range(part.first_line, part.last_line + 1)
    }
    assert [place for place in wrong if int(place.rpartition(":")[2]) not in code] == []


# Practice


def objectives(page):
    """The objectives of an episode, as texts in one line."""
    lines = page.text.split("\n")
    (div,) = [div for div in page.divs if div.name == "objectives"]
    inside = "\n".join(lines[div.first_line : div.last_line - 1])
    return [" ".join(item.split()) for item in re.findall(r"^- (.*(?:\n  .*)*)", inside, re.M)]


@REWRITTEN
def test_every_objective_is_practised_by_a_challenge(page):
    with (LESSON.root / "instructors" / "files" / "objectives.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["episode"]) == int(page.name[:2])]
    stated = [plain(words) for words in objectives(page)]
    assert [row["objective"] for row in rows] == stated, "bring objectives.csv up to date"
    known = [plain(one.title) for part in pacing.sections(page) for one in part.challenges]
    for row in rows:
        named = row["practised by"].split(";")
        assert [title for title in named if title not in known] == [], "objectives.csv"


def plain(words):
    """Markdown as it reads."""
    (inline,) = [t for t in markdown_parser().parse(words) if t.type == "inline"]
    return cell_of(inline).text
