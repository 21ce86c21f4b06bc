"""Minutes and times of schedules.md: in step with the episodes, and they add up."""

import re
import runpy

import pytest
from instructor_tables import (
    LESSON,
    PAGES,
    challenges,
    episode_pages,
    minutes_after,
    number_of,
    seconds_in,
    sections,
    table,
)

from lesson_engine.core import pacing as engine
from lesson_engine.core import timetables

EVERY_EPISODE = pytest.mark.parametrize("place", range(1, len(episode_pages()) + 1))
EVERY_DAY = pytest.mark.parametrize("day", LESSON.days, ids=lambda day: day.title)
DAYS = "schedules.md"


def test_tables_are_in_step_with_the_episodes():
    text = (PAGES / DAYS).read_text("utf-8")
    episodes = timetables.timed_episodes(LESSON)
    assert timetables.filled(text, PAGES / DAYS, LESSON, episodes) == text, "run `lesson export`"


def test_no_table_is_missing():
    made = [match["name"] for match in timetables.BEGIN.finditer((PAGES / DAYS).read_text("utf-8"))]
    assert made == ["times of each day", "minutes of all episodes"]


# Minutes of the episodes


def timed(place):
    """The sections of an episode, with their minutes."""
    return engine.timed_sections(LESSON, episode_pages()[place - 1])


@EVERY_EPISODE
def test_minutes_of_sections_add_up_to_what_the_front_matter_promises(place):
    promised = episode_pages()[place - 1].front_matter
    assert [plain(part.title) for part in timed(place)] == [one.title for one in sections(place)]
    assert sum(part.teaching for part in timed(place)) == promised["teaching"]
    stated = sum(part.exercises for part in timed(place))
    assert stated == promised["exercises"], "change the titles of challenges, or `exercises:`"


def test_the_overview_adds_up():
    rows = table(DAYS, "All episodes").rows
    sums = [row for row in rows if row["Episode"].episode is None]
    shown = [row for row in rows if row["Episode"].episode is not None]
    pages = [LESSON.root / page.path for page in episode_pages()]
    order = [*LESSON.workshop_paths(), *LESSON.further_paths()]
    for row, path in zip(shown, order, strict=True):
        place = pages.index(path) + 1
        page = episode_pages()[place - 1]
        promised = page.front_matter
        assert row["Episode"].text == f"{number_of(place)}. {page.title}"
        assert row["Teaching"].minutes == promised["teaching"]
        assert row["Exercises"].minutes == promised["exercises"]
        assert row["Together"].minutes == promised["teaching"] + promised["exercises"]
        recorded = sum(sum(section.seconds) for section in sections(place))
        assert seconds_in(row["Waiting"].text) == recorded, page.title
    workshop = len(LESSON.workshop_paths())
    parts = [part for part in (shown[:workshop], shown[workshop:]) if part]
    for end, part in zip(sums, parts, strict=True):
        for name in ("Teaching", "Exercises", "Together"):
            assert end[name].minutes == sum(row[name].minutes for row in part)
        waiting = sum(seconds_in(row["Waiting"].text) for row in part)
        assert seconds_in(end["Waiting"].text) == waiting


# Times of the days


def plain(title):
    """A heading as it reads: without the marks of code."""
    return title.replace("`", "")


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
    numbers = {LESSON.root / page.path: n for n, page in enumerate(episode_pages(), 1)}
    rows = table(DAYS, day.title).rows[:-1]
    for place in [numbers[slot.path] for slot in day.plan if slot.path]:
        own = [row for row in rows if row["What"].episode == number_of(place)]
        named = [title for row in own for title in row["What"].link_texts]
        assert named == [section.title for section in sections(place)]
        done = [title for row in own for title, _, _ in row["Challenges"].named]
        assert done == [one.title for one in challenges(place) if one.kind == "challenge"]
        minutes = {plain(part.title): part.minutes for part in timed(place)}
        stated = {one.title: one.minutes for one in challenges(place)}
        places = {engine.anchor(h.text) for h in episode_pages()[place - 1].headings if not h.divs}
        for row in own:
            spent = sum(minutes[title] for title in row["What"].link_texts)
            assert row["Minutes"].minutes == spent, row["What"].text
            for title, _, after in row["Challenges"].named:
                assert (minutes_after(after) or 0) == stated[title], title
            for link in row["What"].links:
                address, _, anchor = link.partition("#")
                assert (PAGES / address).resolve() == LESSON.root / episode_pages()[place - 1].path
                assert anchor in places | {""}


@EVERY_DAY
def test_the_sum_of_a_day_says_what_it_is_made_of(day):
    end = table(DAYS, day.title).rows[-1]
    head, _, parts = end["What"].text.partition(": ")
    assert head == "Together"
    assert sum(int(part.split()[-1]) for part in parts.split(", ")) == end["Minutes"].minutes


def test_what_is_not_a_table_is_short():
    text = (PAGES / DAYS).read_text("utf-8").partition("\n---\n")[2]
    own = re.sub(r"(?s)<!-- made by.*?<!-- end -->", "", text)
    assert len(own.split()) <= 200


# The schedule to print

TOOL = runpy.run_path(str(LESSON.root / "tools" / "schedule_to_print.py"))


def test_the_schedule_to_print_is_in_step():
    kept = (PAGES / "files" / "schedule.html").read_text("utf-8")
    assert kept == TOOL["made"](LESSON), "run `make export`"


@pytest.fixture
def printed(browser):
    """The schedule to print, in a browser."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.goto((PAGES / "files" / "schedule.html").as_uri())
    yield page
    page.close()


@pytest.mark.slow
def test_each_half_day_prints_on_one_page(printed):
    paper = printed.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == len(LESSON.days)


@pytest.mark.slow
def test_another_start_shifts_all_times_of_its_day(printed):
    def times(day):
        cells = printed.locator("section").nth(day).locator("td:nth-child(-n+2)")
        return [clock(text) for text in cells.all_text_contents()]

    before, other = times(0), times(1)
    start = 13 * 60 + 30
    printed.locator("input").first.fill("13:30")
    assert times(0) == [time + start - LESSON.days[0].start for time in before]
    assert times(1) == other
