"""The pages for instructors: the titles, seconds, files and people that they name are there."""

import csv
import re
import runpy

import pytest
import yaml
from instructor_tables import (
    LESSON,
    PAGES,
    cell_of,
    episode_pages,
    inlines,
    number_of,
    seconds_in,
    sections,
    table,
    tables,
    titles,
)

from lesson_engine.core import pacing, reader, scripts
from lesson_engine.core.words import words_in
from lesson_engine.site import episode_frame

# places of the episodes that are taught; those that go further have their notes in themselves
PATHS = [LESSON.root / page.path for page in episode_pages()]
WORKSHOP = [PATHS.index(path) + 1 for path in LESSON.workshop_paths()]
PAGES_OF_WORKSHOP = [episode_pages()[place - 1] for place in WORKSHOP]
KINDS = ("teaching", "exercises")
EVERY_EPISODE = pytest.mark.parametrize("number", WORKSHOP)


@pytest.mark.parametrize("folder", ["instructors", "profiles"])
def test_every_page_of_a_folder_is_listed(folder):
    listed = yaml.safe_load((LESSON.root / "config.yaml").read_text("utf-8"))[folder]
    assert sorted(listed) == sorted(path.name for path in (LESSON.root / folder).glob("*.md"))


def test_the_notes_lead_to_every_other_page():
    links = [cell.links for _, _, cell in cells("instructor-notes.md")]
    names = {path.name for path in PAGES.glob("*.md")} - {"instructor-notes.md"}
    assert names <= {link for found in links for link in found}


def cells(name):
    """(kind of block, heading above, Cell) of every piece of text on a page."""
    return [(kind, under, cell_of(token)) for kind, under, token in inlines(name)]


# Files


def test_files_that_pages_name_are_there():
    pattern = re.compile(r"(?<![\w/.])(?:scripts|data|instructors)/[\w./-]+\.\w+|check_setup\.py")
    named = {
        name for path in PAGES.glob("*.md") for name in pattern.findall(path.read_text("utf-8"))
    }
    paths = [name if "/" in name else f"scripts/{name}" for name in sorted(named)]
    assert [path for path in paths if not (LESSON.root / path).is_file()] == []
    assert {"data/model_best.keras", "check_setup.py"} <= named


def test_the_last_line_of_the_check_is_what_the_checklists_say():
    check = (LESSON.root / "scripts" / "check_setup.py").read_text("utf-8")
    assert 'READY = "READY' in check
    assert "begins with `READY`" in (PAGES / "checklists.md").read_text("utf-8")


def test_the_home_page_offers_the_zip_under_the_name_in_the_checklists():
    text = (PAGES / "checklists.md").read_text("utf-8")
    assert episode_frame.ZIP in text
    notes = (PAGES / "instructor-notes.md").read_text("utf-8")
    for page in (text, notes):  # where solutions aren't in the first one
        assert f"`{episode_frame.SOLUTIONS}`" in page
    assert f'"{episode_frame.whole_lesson("", words_in()).astext().partition(":")[0]}"' in text


# how a block saves a network or a table in `folder`
SAVED = r'(?:\.save|\.to_csv|ModelCheckpoint)\(\s*folder / "([\w.]+)"'
CATCH_UP = runpy.run_path(str(LESSON.root / "scripts" / "catch_up.py"))


def code_of(blocks):
    return "\n".join(block.source for block in blocks)


def codes(cell):
    """What stands as code in a cell."""
    return [child.content for child in cell.children if child.type == "code_inline"]


def test_files_to_catch_up_from_are_those_that_the_episodes_and_the_script_use():
    cells = [
        t for kind, u, t in inlines("live-coding.md") if (kind, u) == ("td_open", "Catching up")
    ]
    rows = [cells[at : at + 4] for at in range(0, len(cells), 4)]
    assert [cell_of(row[0]).episode for row in rows] == [number_of(place) for place in WORKSHOP]
    for place, (_, start, within, instead) in zip(WORKSHOP, rows, strict=True):
        page = episode_pages()[place - 1]
        code = code_of(page.blocks)
        needed = set(re.findall(r"\"\.\./(data/[\w.]+)\"", code))
        needed -= {"data/cat.png"}  # it comes with the lesson, and is small
        assert set(codes(start)) == needed
        assert ("the images" in start.content) == ("cifar10.load_data" in code)
        assert codes(within) == [scripts.script_name(page.name)]
        loaded = [
            files for (number, _), (files, _) in CATCH_UP["SAVED"].items() if int(number) == place
        ]
        names = dict.fromkeys(name for files in loaded for name in files)
        assert codes(instead) == list(names)
        waits = any(section.seconds for section in sections(place))
        assert (instead.content == "nothing trains") == (not waits)


def test_no_episode_needs_a_network_that_an_earlier_one_saved():
    for page in episode_pages():
        code = code_of(page.blocks)
        loaded = re.findall(r'load_model\(folder / "([\w.]+)"\)', code)
        assert [name for name in loaded if name not in re.findall(SAVED, code)] == []


# While it trains


def test_every_training_of_the_workshop_has_its_row_and_its_seconds():
    rows = table("while-it-trains.md", "").rows
    expected = [
        (number_of(number), section.title, seconds)
        for number in WORKSHOP
        for section in sections(number)
        for seconds in section.seconds
    ]
    shown = [(row["Where"].episode, row["Where"].named[0][0]) for row in rows]
    assert shown == [(number, title) for number, title, _ in expected]
    assert len(rows) == 6 and "Six blocks" in (PAGES / "while-it-trains.md").read_text("utf-8")
    seconds = [seconds_in(row["When recorded"].text) for row in rows]
    assert seconds == [recorded for _, _, recorded in expected]


def test_every_training_has_something_to_say():
    rows = table("while-it-trains.md", "").rows
    page = reader.read_page(LESSON, PAGES / "while-it-trains.md")
    assert [heading.text for heading in page.headings] == [row["Training"].text for row in rows]


def test_what_may_be_left_out_wins_what_the_table_says():
    minutes = {}
    for number in WORKSHOP:
        titles = re.findall(r"(?m)^### (.+) \((\d+) minutes?\)$", episode_pages()[number - 1].text)
        minutes |= {(number, title.replace("`", "")): int(planned) for title, planned in titles}
    halves = [(1, 2), (3, 4), (5,), (6, 7)]  # before and after each day's break
    rows = table("instructor-notes.md", "If you're late").rows
    for row, half in zip(rows, halves, strict=True):
        names = [name for name, *_ in row["Leave out"].named]
        won = sum(
            minutes[number, name] for name in names for number in half if (number, name) in minutes
        )
        assert len(names) > 1 and all(any((n, name) in minutes for n in half) for name in names)
        assert seconds_in(row["Wins"].text.replace("min", "s")) == won


# The notes, episode by episode


@EVERY_EPISODE
@pytest.mark.parametrize("name, least", [("instructor-notes.md", 1), ("what-learners-say.md", 4)])
def test_titles_in_italics_are_in_the_episode(name, least, number):
    heading = f"Episode {number_of(number)}:"
    below = [cell for _, under, cell in cells(name) if under.startswith(heading)]
    assert len(below) > least, f"{name} says next to nothing of episode {number}"
    named = [title for cell in below for title, _, _ in cell.named]
    missing = [title for title in named if title not in titles(number)]
    assert missing == [], f"instructors/{name}: episode {number} has no such section or challenge"


# what is in italics and no title: entries of menus
MENUS = {"Preferences", "Appearance", "View", "Simple Interface", "Settings", "Theme", "Teach"}
MENUS |= {"Increase Code Font Size", "Enable Scrolling for Outputs", "Consoles", "Restart kernel"}
MENUS |= {"Kernel", "Restart Kernel", "Restart Kernel and Run up to Selected Cell"}
OTHERS = {"above"}
EVERY_PAGE = pytest.mark.parametrize("name", [path.name for path in sorted(PAGES.glob("*.md"))])


@EVERY_PAGE
def test_titles_on_a_page_are_in_some_episode(name):
    known = set().union(*map(titles, range(1, len(episode_pages()) + 1)))
    named = {title for _, _, cell in cells(name) for title, _, _ in cell.named}
    missing = named - known - MENUS - OTHERS
    assert missing == set(), f"instructors/{name}: no episode has such a section or challenge"


@EVERY_PAGE
def test_a_link_to_an_episode_that_gives_its_number_gives_the_right_one(name):
    for _, _, cell in cells(name):
        for link, text in zip(cell.links, cell.link_texts, strict=True):
            target = re.search(r"episodes/(\d+)-", link)
            number = re.match(r"(?:Episode )?(\d+)\b", text, re.IGNORECASE)
            if target and number:
                assert int(target[1]) == int(number[1]), text


def test_the_notes_have_a_part_on_every_episode_of_the_workshop():
    page = reader.read_page(LESSON, PAGES / "instructor-notes.md")
    shown = [h.text.lower() for h in page.headings if h.text.startswith("Episode ")]
    expected = [f"episode {number_of(n)}: {episode_pages()[n - 1].title}" for n in WORKSHOP]
    assert shown == [title.lower() for title in expected]


def test_what_to_do_the_evening_before_takes_an_hour():
    under = [cell.text for _, u, cell in cells("instructor-notes.md") if u == "If it is tomorrow"]
    minutes = [int(value) for text in under for value in re.findall(r"\((\d+) minutes\)", text)]
    assert "This takes an hour" in under[1]
    assert sum(minutes) == 60
    trains = [n for n in WORKSHOP if any(section.seconds for section in sections(n))]
    assert trains == [1, 5, 6, 7] and "of episodes 1, 5, 6 and 7" in " ".join(under)


def test_the_announcement_says_how_much_is_downloaded():
    setup = reader.read_page(LESSON, LESSON.root / "learners" / "setup.md")
    megabytes = setup.front_matter["measured"]["download_mb"] + 170  # CIFAR-10
    text = (PAGES / "templates.md").read_text("utf-8")
    assert f"about {megabytes / 1000:.1f} GB" in text


def test_the_certificate_states_the_hours_of_the_workshop():
    minutes = [pacing.promised(page, kind) for page in PAGES_OF_WORKSHOP for kind in KINDS]
    assert sum(minutes) == 6 * 60
    text = " ".join((PAGES / "templates.md").read_text("utf-8").split())
    assert "six hours of teaching and exercises" in text


# People


def test_the_notes_say_what_each_person_of_the_profiles_needs():
    page = reader.read_page(LESSON, LESSON.root / "profiles" / "learner-profiles.md")
    names = [heading.text.partition(",")[0] for heading in page.headings]
    rows = table("instructor-notes.md", "Whom you will meet").rows
    assert [row["Person"].text.partition(",")[0] for row in rows] == names
    assert 3 <= len(names) <= 5
    for name in names:
        notes = [cell.text for _, under, cell in cells("instructor-notes.md") if "Episode" in under]
        assert sum(name in text for text in notes) >= 3, f"episodes hardly mention {name}"


# Survey


def asked(name):
    """The questions in a file to import."""
    with (PAGES / "files" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SCALE = "1 (not at all);2;3;4;5 (without help)"


def test_the_files_to_import_ask_what_the_page_asks():
    before, sure, know, last = tables("survey.md")
    shown = [(row["Question"].text, row["Answers"].text) for row in before.rows]
    assert shown == [written(row) for row in asked("survey-before")]
    shown = [(f"I can {row['I can …'].text}", SCALE.replace(";", "; ")) for row in sure.rows]
    shown += [(row["Question"].text, "free text") for row in know.rows]
    shown += [(row["Question"].text, row["Answers"].text) for row in last.rows]
    assert shown == [written(row) for row in asked("survey-after")]


def written(row):
    """A row of a file as the page has it: (question, answers)."""
    assert row["type"] in ("text", "scale", "single choice")
    assert (row["type"] == "text") == (not row["options"])
    options = row["options"].replace(";", "; ") or "free text"
    return row["question"].replace("`", ""), options


def test_questions_are_numbered_through():
    before, *after = [[row["No."].minutes for row in found.rows] for found in tables("survey.md")]
    for numbers, name in ((before, "survey-before"), (sum(after, []), "survey-after")):
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers == [int(row["number"]) for row in asked(name)]


@EVERY_EPISODE
def test_statements_of_the_survey_quote_objectives(number):
    page = episode_pages()[number - 1]
    (div,) = [div for div in page.divs if div.name == "objectives"]
    text = " ".join(page.text.split("\n")[div.first_line : div.last_line])
    objectives = {" ".join(words.split()) for words in re.split(r"(?:^|\s)- |:::", text)} - {""}
    rows = table("survey.md", "How sure do you feel?").rows
    abouts = {int(row["number"]): row["about"] for row in asked("survey-after")}
    quoted = 0
    for row in [row for row in rows if row["Episode"].episode == number]:
        place, _, about = abouts[row["No."].minutes].partition(": ")
        assert place == f"Episode {number}"
        for words in objectives:
            if words in about:
                about, quoted = about.replace(words, ""), quoted + 1
        assert about.strip() == "", f"survey-after.csv: no objective of {page.path}"
    assert quoted


def test_the_survey_asks_for_what_was_taught():
    abouts = {int(row["number"]): row["about"] for row in asked("survey-after")}
    for row in table("survey.md", "What would you answer?").rows:
        where = row["Taught in"]
        title = where.named[0][0]
        assert title in titles(where.episode), "instructors/survey.md"
        assert abouts[row["No."].minutes] == f"Episode {where.episode}: {title}"
