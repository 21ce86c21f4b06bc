"""Minutes and times of pacing.md and schedules.md: they add up, and agree with the episodes."""

import re

import pytest
from instructor_tables import (
    WORKSHOPS,
    blocks_of,
    challenges,
    episode_pages,
    exercise,
    pacing,
    parts,
    plan,
    seconds_in,
    sections,
    set_challenges,
    shown_challenges,
    table,
    tables,
    taught,
    teaching,
    undefined_names,
)

EVERY_EPISODE = pytest.mark.parametrize("number", range(1, len(episode_pages()) + 1))
PLANS = ("One day", "First half day", "Second half day")


# pacing.md


@EVERY_EPISODE
def test_pacing_names_all_sections_in_their_order(number):
    named = [row["Section"].text for row in pacing(number)[:-1]]
    assert named == [section.title for section in sections(number)]


@EVERY_EPISODE
def test_pacing_adds_up_to_the_minutes_of_the_episode(number):
    *rows, end = pacing(number)
    page = episode_pages()[number - 1]
    at = 0
    for row in rows:
        assert row["Minute"].minutes == at, row["Section"].text
        at += row["Teaching"].minutes + row["Exercises"].minutes
    for column in ("Teaching", "Exercises"):
        total = sum(row[column].minutes for row in rows)
        assert total == end[column].minutes == page.front_matter[column.lower()], column
    assert at == end["Minute"].minutes


@EVERY_EPISODE
def test_pacing_gives_each_challenge_its_minutes(number):
    for row, section in zip(pacing(number), sections(number), strict=False):
        cell = row["Challenges, and what runs"]
        assert [name for name, _, _ in cell.named] == [c.title for c in section.challenges]
        for challenge, (name, _, after) in zip(section.challenges, cell.named, strict=True):
            given = re.match(r" \((?:(\d+) min|not counted|homework)\)", after)
            assert given, f"say how long: {name}"
            if given[1] and challenge.minutes:
                assert int(given[1]) == challenge.minutes, name
        minutes = sum(map(int, re.findall(r"\((\d+) min\)", cell.text)))
        assert minutes == row["Exercises"].minutes, section.title


@EVERY_EPISODE
def test_pacing_names_every_block_that_makes_one_wait(number):
    for row, section in zip(pacing(number), sections(number), strict=False):
        text = row["Challenges, and what runs"].text
        seconds = [int(value) for value in re.findall(r"runs (\d+) s", text)]
        assert seconds == list(section.seconds), section.title


@EVERY_EPISODE
def test_the_timetable_in_the_episode_is_the_same_to_a_few_minutes(number):
    page = episode_pages()[number - 1]
    lines = page.text.split("\n")
    notes = [div for div in page.divs if div.name == "instructor"]
    text = "\n".join("\n".join(lines[div.first_line : div.last_line]) for div in notes)
    parts = [tuple(map(int, part)) for part in re.findall(r"^\| (\d+)–(\d+) \|", text, re.M)]
    borders = [row["Minute"].minutes for row in pacing(number)]
    for first, last in parts:
        assert min(abs(first - border) for border in borders) <= 3, first
        assert min(abs(last - border) for border in borders) <= 3, last
    if parts:
        assert (parts[0][0], parts[-1][1]) == (0, borders[-1])
        assert [last for _, last in parts[:-1]] == [first for first, _ in parts[1:]]


def test_the_overview_adds_up():
    *rows, end = table("pacing.md", "All episodes").rows
    assert len(rows) == len(episode_pages())
    for number, (row, page) in enumerate(zip(rows, episode_pages(), strict=True), 1):
        assert row["Episode"].episode == number
        assert row["Episode"].text == f"{number}. {page.title}"
        minutes = [page.front_matter["teaching"], page.front_matter["exercises"]]
        shown = [row[name].minutes for name in ("Teaching", "Exercises", "Together")]
        assert shown == [*minutes, sum(minutes)]
        recorded = sum(sum(section.seconds) for section in sections(number))
        assert seconds_in(row["Waiting"].text) == recorded, row["Episode"].text
    for name in ("Teaching", "Exercises", "Together"):
        assert end[name].minutes == sum(row[name].minutes for row in rows)
    together = sum(seconds_in(row["Waiting"].text) for row in rows)
    assert seconds_in(end["Waiting"].text) == together


# schedules.md


def clock(text):
    """Minutes since midnight of a time such as 09:30."""
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


@pytest.mark.parametrize("name", PLANS)
def test_times_of_a_plan_follow_each_other(name):
    rows = plan(name)
    for row in rows:
        assert clock(row["To"].text) - clock(row["From"].text) == row["Minutes"].minutes > 0
    assert [row["To"].text for row in rows[:-1]] == [row["From"].text for row in rows[1:]]


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_names_what_the_episodes_hold_in_its_order(name):
    at = (0, 0)
    for row in plan(name):
        number = row["What"].episode
        if number is None:
            assert not row["What"].named and not row["Challenges"].named
            continue
        order = [section.title for section in sections(number)]
        for title, _ in parts(row):
            assert title in order, title
            assert at < (number, order.index(title)), f"{title} is out of order"
            at = (number, order.index(title))
        known = [challenge.title for challenge in challenges(number)]
        assert {*set_challenges(row), *shown_challenges(row)} <= set(known)


@pytest.mark.parametrize("name", PLANS)
def test_every_minute_of_a_plan_is_accounted_for(name):
    for row in plan(name):
        number = row["What"].episode
        if number is None:
            continue
        minutes = sum(exercise(number, title) for title in set_challenges(row))
        for title, short in parts(row):
            assert short is None or short < teaching(number, title), title
            minutes += teaching(number, title) if short is None else short
        assert minutes == row["Minutes"].minutes, row["What"].text


def is_break(row):
    return row["What"].text in ("Break", "Lunch")


@pytest.mark.parametrize("name", PLANS)
def test_the_overview_of_plans_is_right(name):
    overview = {row["Plan"].text: row for row in tables("schedules.md")[0].rows}
    assert set(overview) == set(PLANS)
    rows, shown = plan(name), overview[name]
    assert (shown["From"].text, shown["To"].text) == (rows[0]["From"].text, rows[-1]["To"].text)
    net = sum(row["Minutes"].minutes for row in rows if not is_break(row))
    assert shown["Minutes without breaks"].minutes == net
    done = [(row["What"].episode, title) for row in rows for title in set_challenges(row)]
    assert shown["Of these, exercises"].minutes == sum(exercise(*one) for one in done)


def test_plans_are_as_long_as_a_day_and_as_half_a_day():
    net = [sum(row["Minutes"].minutes for row in plan(name) if not is_break(row)) for name in PLANS]
    assert net == [pytest.approx(360, abs=10), *2 * [pytest.approx(210, abs=10)]]
    total = sum(
        page.front_matter["teaching"] + page.front_matter["exercises"] for page in episode_pages()
    )
    assert 1.8 < total / net[0] < 2.2, "schedules.md says that all is twice as long as a day"


@pytest.mark.parametrize("name", PLANS)
def test_nobody_sits_longer_than_a_lesson_without_a_break(name):
    since = 0
    for row in plan(name):
        since = 0 if is_break(row) else since + row["Minutes"].minutes
        assert since <= 90


@pytest.mark.parametrize("heading", WORKSHOPS)
@EVERY_EPISODE
def test_what_is_left_out_is_said_in_full(heading, number):
    rows = {row["Episode"].episode: row for row in table("schedules.md", heading).rows}
    kept, done = taught(heading, number)
    left = [section.title for section in sections(number) if section.title not in kept]
    undone = [challenge.title for challenge in challenges(number) if challenge.title not in done]
    row = rows[number]
    assert [name for name, _, _ in row["Sections left out"].named] == left
    assert [name for name, _, _ in row["Challenges left out"].named] == undone


@pytest.mark.parametrize("heading", WORKSHOPS)
@EVERY_EPISODE
def test_code_that_is_taught_needs_nothing_that_was_left_out(heading, number):
    kept, done = taught(heading, number)
    assert undefined_names(blocks_of(number, kept, done)) == []
    late = late_rows(heading)
    dropped = {
        name
        for row in late
        if row["You should begin"].episode == number
        for name, _, _ in row["If you are late, drop"].named
    }
    assert undefined_names(blocks_of(number, kept - dropped, done - dropped)) == []


def late_rows(heading):
    """Rows of the table that says what to drop when a workshop runs late."""
    late = {
        "What the one day leaves out": "If the one day runs late",
        "What the two half days leave out": "If a half day runs late",
    }
    return table("schedules.md", late[heading]).rows


@pytest.mark.parametrize("heading", WORKSHOPS)
def test_what_to_drop_when_late_is_still_to_come_and_saves_what_it_says(heading):
    for row in late_rows(heading):
        name = f"{row['Day'].text} half day" if "Day" in row else "One day"
        number = row["You should begin"].episode
        begin = row["You should begin"].named[0][0]
        starts = [
            other
            for other in plan(name)
            if other["What"].episode == number and begin in dict(parts(other))
        ]
        assert [other["From"].text for other in starts] == [row["At"].text], begin
        assert next(parts(starts[0]))[0] == begin, "a row begins with its first section"
        later = [other for other in plan(name) if other["From"].text >= row["At"].text]
        saved = 0
        for dropped, _, _ in row["If you are late, drop"].named:
            (holder,) = [
                other
                for other in later
                if other["What"].episode == number
                and dropped in (*dict(parts(other)), *set_challenges(other))
            ]
            short = dict(parts(holder)).get(dropped)
            is_set = dropped in set_challenges(holder)
            saved += exercise(number, dropped) if is_set else short or teaching(number, dropped)
        assert saved == row["Saves"].minutes, row["At"].text
