"""Minutes and times of pacing.md and schedules.md: in step with the episodes, and they add up."""

import re

import pytest
from instructor_tables import (
    LESSON,
    PAGES,
    challenges,
    episode_pages,
    minutes_after,
    number_of,
    pacing,
    seconds_in,
    sections,
    table,
)

from lesson_engine.core import pacing as engine
from lesson_engine.core import timetables

EVERY_EPISODE = pytest.mark.parametrize("place", range(1, len(episode_pages()) + 1))
EVERY_DAY = pytest.mark.parametrize("day", LESSON.days, ids=lambda day: day.title)
DAYS = "schedules.md"


@pytest.mark.parametrize("name", ["pacing.md", DAYS])
def test_tables_are_in_step_with_the_episodes(name):
    text = (PAGES / name).read_text("utf-8")
    episodes = timetables.timed_episodes(LESSON)
    assert timetables.filled(text, PAGES / name, LESSON, episodes) == text, "run `lesson export`"


def test_no_table_is_missing():
    texts = {name: (PAGES / name).read_text("utf-8") for name in ("pacing.md", DAYS)}
    made = {name: [m["name"] for m in timetables.BEGIN.finditer(t)] for name, t in texts.items()}
    assert made["pacing.md"] == ["minutes of all episodes", "minutes of each section"]
    assert made[DAYS] == ["times of each day"]


# pacing.md


@EVERY_EPISODE
def test_pacing_names_all_sections_in_their_order_and_links_to_them(place):
    rows = pacing(place)[:-1]
    assert [row["Section"].text for row in rows] == [section.title for section in sections(place)]
    page = episode_pages()[place - 1]
    places = {engine.anchor(h.text) for h in page.headings if not h.divs} | {""}
    for row in rows:
        (link,) = row["Section"].links
        address, _, anchor = link.partition("#")
        assert (PAGES / address).resolve() == LESSON.root / page.path
        assert anchor in places


@EVERY_EPISODE
def test_pacing_adds_up(place):
    *rows, end = pacing(place)
    at = 0
    for row in rows:
        assert row["Minute"].minutes == at, row["Section"].text
        at += row["Teaching"].minutes + row["Exercises"].minutes
    assert at == end["Minute"].minutes
    for column in ("Teaching", "Exercises"):
        assert sum(row[column].minutes for row in rows) == end[column].minutes, column


@EVERY_EPISODE
def test_teaching_is_what_the_front_matter_promises(place):
    promised = episode_pages()[place - 1].front_matter["teaching"]
    assert pacing(place)[-1]["Teaching"].minutes == promised


@EVERY_EPISODE
def test_exercises_are_what_the_front_matter_promises(place):
    promised = episode_pages()[place - 1].front_matter["exercises"]
    stated = pacing(place)[-1]["Exercises"].minutes
    assert stated == promised, "change the titles of challenges, or `exercises:`"


@EVERY_EPISODE
def test_pacing_gives_each_challenge_the_minutes_in_its_title(place):
    for row, section in zip(pacing(place), sections(place), strict=False):
        cell = row["Challenges, and what runs"]
        done = [challenge for challenge in section.challenges if challenge.kind == "challenge"]
        assert [name for name, _, _ in cell.named] == [challenge.title for challenge in done]
        for challenge, (name, _, after) in zip(done, cell.named, strict=True):
            if challenge.minutes == 0:
                assert after.startswith(" (optional)"), name
            elif challenge.minutes:
                assert minutes_after(after) == challenge.minutes, name
        minutes = sum(minutes_after(after) or 0 for _, _, after in cell.named)
        assert minutes == row["Exercises"].minutes, section.title


@EVERY_EPISODE
def test_pacing_names_every_block_that_makes_one_wait(place):
    for row, section in zip(pacing(place), sections(place), strict=False):
        text = row["Challenges, and what runs"].text
        seconds = [int(value) for value in re.findall(r"runs (\d+) s", text)]
        assert seconds == list(section.seconds), section.title


def test_the_overview_adds_up():
    rows = table("pacing.md", "All episodes").rows
    sums = [row for row in rows if row["Episode"].episode is None]
    shown = [row for row in rows if row["Episode"].episode is not None]
    pages = [LESSON.root / page.path for page in episode_pages()]
    order = [*LESSON.workshop_paths(), *LESSON.further_paths()]
    for row, path in zip(shown, order, strict=True):
        place = pages.index(path) + 1
        page, end = episode_pages()[place - 1], pacing(place)[-1]
        assert row["Episode"].text == f"{number_of(place)}. {page.title}"
        assert row["Teaching"].minutes == end["Teaching"].minutes
        assert row["Exercises"].minutes == end["Exercises"].minutes
        assert row["Together"].minutes == end["Minute"].minutes
        recorded = sum(sum(section.seconds) for section in sections(place))
        assert seconds_in(row["Waiting"].text) == recorded, page.title
    workshop = len(LESSON.workshop_paths())
    parts = [part for part in (shown[:workshop], shown[workshop:]) if part]
    for end, part in zip(sums, parts, strict=True):
        for name in ("Teaching", "Exercises", "Together"):
            assert end[name].minutes == sum(row[name].minutes for row in part)
        waiting = sum(seconds_in(row["Waiting"].text) for row in part)
        assert seconds_in(end["Waiting"].text) == waiting


# schedules.md


def clock(text):
    """Minutes since midnight of a time such as 09:30."""
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def test_there_are_two_days():
    assert [day.title for day in LESSON.days] == ["Day 1", "Day 2"]


@EVERY_DAY
def test_clock_times_follow_one_another(day):
    *rows, end = table(DAYS, day.title).rows
    assert clock(rows[0]["From"].text) == day.start
    for row in rows:
        assert clock(row["To"].text) - clock(row["From"].text) == row["Minutes"].minutes > 0
    assert [row["To"].text for row in rows[:-1]] == [row["From"].text for row in rows[1:]]
    assert (end["From"].text, end["To"].text) == (rows[0]["From"].text, rows[-1]["To"].text)
    assert end["Minutes"].minutes == sum(row["Minutes"].minutes for row in rows)


@EVERY_DAY
def test_a_day_has_its_episodes_and_breaks_where_the_plan_says(day):
    numbers = {LESSON.root / page.path: number_of(n) for n, page in enumerate(episode_pages(), 1)}
    planned = [numbers[slot.path] if slot.path else (slot.name, slot.minutes) for slot in day.plan]
    shown = []
    for row in table(DAYS, day.title).rows[:-1]:
        number = row["What"].episode
        found = (row["What"].text, row["Minutes"].minutes) if number is None else number
        if shown[-1:] != [found]:
            shown.append(found)
    assert shown == planned


@EVERY_DAY
def test_every_section_and_challenge_of_a_day_is_in_it_with_its_minutes(day):
    places = {LESSON.root / page.path: n for n, page in enumerate(episode_pages(), 1)}
    rows = table(DAYS, day.title).rows[:-1]
    for place in [places[slot.path] for slot in day.plan if slot.path]:
        own = [row for row in rows if row["What"].episode == number_of(place)]
        named = [title for row in own for title in row["What"].link_texts]
        assert named == [section.title for section in sections(place)]
        done = [title for row in own for title, _, _ in row["Challenges"].named]
        assert done == [one.title for one in challenges(place) if one.kind == "challenge"]
        minutes = {row["Section"].text: row for row in pacing(place)}
        for row in own:
            parts = [minutes[title] for title in row["What"].link_texts]
            spent = sum(part["Teaching"].minutes + part["Exercises"].minutes for part in parts)
            assert row["Minutes"].minutes == spent, row["What"].text


@EVERY_DAY
def test_the_sum_of_a_day_says_what_it_is_made_of(day):
    end = table(DAYS, day.title).rows[-1]
    head, _, parts = end["What"].text.partition(": ")
    assert head == "Together"
    assert sum(int(part.split()[-1]) for part in parts.split(", ")) == end["Minutes"].minutes


@pytest.mark.parametrize("name", ["pacing.md", DAYS])
def test_what_is_not_a_table_is_short(name):
    text = (PAGES / name).read_text("utf-8").partition("\n---\n")[2]
    own = re.sub(r"(?s)<!-- made by.*?<!-- end -->", "", text)
    own = re.sub(r"(?m)^\|.*", "", own)
    assert len(own.split()) <= 350
