"""The pages for instructors: the titles, seconds, files and people that they name are there."""

import re

import pytest
import yaml
from instructor_tables import (
    LESSON,
    PAGES,
    cell_of,
    episode_pages,
    function_source,
    inlines,
    number_of,
    seconds_in,
    sections,
    table,
    tables,
    titles,
    undefined_names,
)

from lesson_engine.core import reader
from lesson_engine.site import episode_frame

# places of the episodes that are taught; those that go further have their notes in themselves
PATHS = [LESSON.root / page.path for page in episode_pages()]
WORKSHOP = [PATHS.index(path) + 1 for path in LESSON.workshop_paths()]
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
    assert f'"{episode_frame.whole_lesson("").astext().partition(":")[0]}"' in text


# how a block saves a network or a table in `folder`
SAVED = r'(?:\.save|\.to_csv|ModelCheckpoint)\(\s*folder / "([\w.]+)"'


def code_of(blocks):
    return "\n".join(block.source for block in blocks)


def code_to_go_on_with():
    """What live-coding.md gives in place of trainings, as (that of episode 5, that of 1)."""
    *fifth, first = reader.read_page(LESSON, PAGES / "live-coding.md").blocks
    return code_of(fifth), first.source


def test_networks_to_go_on_with_are_saved_by_the_episodes():
    fifth, first = code_to_go_on_with()
    named = set(re.findall(r'folder / "(\w+\.\w+)"', fifth))
    assert named == {"model_intro.keras", "history_intro.csv", "model_best.keras"}
    assert named <= set(re.findall(SAVED, code_of(episode_pages()[4].blocks)))
    ((place, name),) = re.findall(r'"(\w+)/(\w+\.keras)"', first)
    code = code_of(episode_pages()[0].blocks)
    assert name in re.findall(SAVED, code) and f'folder = Path("{place}")' in code
    # one file does for both, since both train the same network in the same way
    assert name in named


def test_code_to_go_on_with_makes_all_that_the_trainings_would():
    blocks = episode_pages()[4].blocks
    others = [block for block in blocks if ".fit(" not in block.source]
    assert len(others) == len(blocks) - 4  # a trial run and three trainings
    missing = {name for _, name in undefined_names(others)}
    code = "\n" + code_to_go_on_with()[0]
    made = {name for name in missing if f"\n{name} = " in code}
    # the one that the page speaks of, in a block that later ones do without
    assert made and missing - made == {"model_few"}
    assert "`NameError` for\n`model_few`" in (PAGES / "live-coding.md").read_text("utf-8")
    left = [block for block in others if "model_few" not in block.source]
    assert len(left) == len(others) - 1
    assert {name for _, name in undefined_names(left)} == made


def test_code_to_go_on_with_gives_the_history_that_was_saved(tmp_path):
    keras, pandas = pytest.importorskip("keras"), pytest.importorskip("pandas")
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    for name in ("model_intro.keras", "model_best.keras"):
        network.save(tmp_path / name)
    trained = keras.callbacks.History()
    trained.history = {"loss": [2.0, 1.5], "val_loss": [2.1, 1.7]}
    scope = {"keras": keras, "pd": pandas, "folder": tmp_path}
    exec(function_source("history_table", episode_pages()[4].blocks), scope)
    saved = scope["history_table"](trained)
    saved.to_csv(tmp_path / "history_intro.csv")
    exec(code_to_go_on_with()[0], scope)
    assert scope["history_table"](scope["history_intro"]).equals(saved)
    for name in ("model_intro", "model_dropout"):
        assert scope[name].count_params() == network.count_params()


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
    seconds = [seconds_in(row["When recorded"].text) for row in rows]
    assert seconds == [recorded for _, _, recorded in expected]


def test_every_training_has_something_to_say():
    rows = table("while-it-trains.md", "").rows
    page = reader.read_page(LESSON, PAGES / "while-it-trains.md")
    assert [heading.text for heading in page.headings] == [row["Training"].text for row in rows]


# The notes, episode by episode


@EVERY_EPISODE
@pytest.mark.parametrize("name, least", [("instructor-notes.md", 3), ("what-learners-say.md", 6)])
def test_titles_in_italics_are_in_the_episode(name, least, number):
    heading = f"Episode {number_of(number)}:"
    below = [cell for _, under, cell in cells(name) if under.startswith(heading)]
    assert len(below) >= least, f"{name} says next to nothing of episode {number}"
    named = [title for cell in below for title, _, _ in cell.named]
    assert [title for title in named if title not in titles(number)] == []


@pytest.mark.parametrize("name", ["schedules.md", "live-coding.md", "checklists.md"])
def test_titles_on_other_pages_are_in_some_episode(name):
    known = set().union(*map(titles, range(1, len(episode_pages()) + 1)))
    menus = {"Preferences", "Appearance", "Fonts", "IPython console", "Graphics", "Inline"}
    menus |= {"View", "Simple Interface", "Settings", "Theme", "Increase Code Font Size"}
    menus |= {"Enable Scrolling for Outputs", "Consoles", "Restart kernel", "Kernel"}
    menus |= {"Restart Kernel", "Restart Kernel and Run up to Selected Cell"}
    named = {title for _, _, cell in cells(name) for title, _, _ in cell.named}
    assert named - known - menus == set()


@pytest.mark.parametrize("name", [path.name for path in sorted(PAGES.glob("*.md"))])
def test_a_link_to_an_episode_that_gives_its_number_gives_the_right_one(name):
    for _, _, cell in cells(name):
        for link, text in zip(cell.links, cell.link_texts, strict=True):
            target = re.search(r"episodes/(\d+)-", link)
            number = re.match(r"(?:Episode )?(\d+)\b", text, re.IGNORECASE)
            if target and number:
                assert int(target[1]) == int(number[1]), text


def test_goals_name_every_episode_of_the_workshop():
    (goals,) = [found for found in tables("instructor-notes.md") if "It hands on" in found.head]
    shown = [row["Episode"].text for row in goals.rows]
    assert shown == [f"{number_of(n)}. {episode_pages()[n - 1].title}" for n in WORKSHOP]


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


def test_questions_are_numbered_through():
    before, *after = [[row["No."].minutes for row in found.rows] for found in tables("survey.md")]
    for numbers in (before, sum(after, [])):
        assert numbers == list(range(1, len(numbers) + 1))


@EVERY_EPISODE
def test_statements_of_the_survey_quote_objectives(number):
    page = episode_pages()[number - 1]
    (div,) = [div for div in page.divs if div.name == "objectives"]
    text = " ".join(" ".join(page.text.split("\n")[div.first_line : div.last_line]).split())
    rows = table("survey.md", "How sure do you feel?").rows
    cells = [row["Objectives behind it"] for row in rows]
    quoted = [name for cell in cells if cell.episode == number for name, _, _ in cell.named]
    assert quoted
    assert [words for words in quoted if f"- {words}" not in text] == []


def test_the_survey_asks_for_what_was_taught():
    for row in table("survey.md", "What would you answer?").rows:
        where = row["Where it was taught"]
        assert where.named[0][0] in titles(where.episode)
