"""The home page's schedule: when each episode starts, what it asks, how long its code computes.

A lesson that plans days gets a short table per day, by the clock; all else is said of each episode
below. One that plans none gets one table.
"""

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from urllib.parse import quote

from lesson_engine.core import pandoc, provenance
from lesson_engine.core.lesson import Day, Lesson
from lesson_engine.core.markdown import parse
from lesson_engine.core.model import Episode
from lesson_engine.core.timetables import clock
from lesson_engine.core.words import Words
from lesson_engine.site import episode_frame, myst


def markdown(lesson: Lesson, pages: Sequence[Episode]) -> str:
    """The schedule as Markdown; "" if the lesson has no episodes.

    Args:
        lesson: the lesson.
        pages: all episodes, in teaching order.
    """
    if not pages:
        return ""
    words = lesson.words
    rows = {lesson.root / page.path: _row(lesson, page) for page in pages}
    if lesson.days:
        parts = [_day(day, rows, words) for day in lesson.days]
        taught = [rows[path] for path in lesson.workshop_paths()]
        parts += [f"## {words('menu.episodes')}", _each(taught, words)]
        further = [rows[path] for path in lesson.further_paths()]
        parts += [_further(further, words)] if further else []
        parts.append(_on_computing(rows.values(), words))
    else:
        notes = f"{words('schedule.start_note')} {_on_computing(rows.values(), words)}"
        parts = [_whole(rows.values(), words), notes]
    return "\n\n".join([f"\n\n## {words('schedule.schedule')}", *parts]) + "\n"


@dataclass(frozen=True)
class _Row:
    """What the tables say of one episode.

    Attributes:
        link: its numbered title, with its address.
        questions: each on a line of its own.
        minutes: teaching and exercises together.
        seconds: how long its blocks computed.
        computing: the same in words.
        machines: where they were recorded.
    """

    link: str
    questions: str
    minutes: float
    seconds: float
    computing: str
    machines: frozenset[str]


def _row(lesson: Lesson, page: Episode) -> _Row:
    noted = provenance.of_blocks(page, lesson)
    number = lesson.number_of(lesson.root / page.path)
    seconds = episode_frame.seconds_of(noted)
    title = pandoc.PUNCTUATION.sub(r"\\\1", pandoc.plain(page.title))
    return _Row(
        link=_cell(f"[{number}. {title}](<{_address(page.name)}>)"),
        questions=_questions(page),
        minutes=page.takes,
        seconds=seconds,
        computing=episode_frame.in_words(seconds, lesson.words) if seconds else "–",
        machines=frozenset(episode_frame.machines_of(noted)),
    )


def _address(name: str) -> str:
    """How MyST is told to link to an episode from the home page."""
    odd = myst.ODD_IN_ADDRESS.search(name)
    return f"{myst.MADE}episodes/{quote(name)}" if odd else f"episodes/{name}.md"


def _whole(rows: Collection[_Row], words: Words) -> str:
    """All episodes, counted from the beginning."""
    cells, minutes = [], 0.0
    for row in rows:
        cells.append([_hours(minutes), row.link, row.questions, row.computing])
        minutes += row.minutes
    cells.append([_hours(minutes), words("schedule.end"), "", _all_computing(rows, words)])
    return _table(_head(words, "start", "episode", "questions", "computing"), cells)


def _day(day: Day, rows: Mapping[Path, _Row], words: Words) -> str:
    """One day by the clock, and its sum."""
    cells, now = [], float(day.start)
    for slot in day.plan:
        if slot.path is None:
            minutes = float(slot.minutes or 0)
            cells.append([clock(int(now)), _cell(slot.name), _number(minutes)])
        else:
            minutes = rows[slot.path].minutes
            cells.append([clock(int(now)), rows[slot.path].link, _number(minutes)])
        now += minutes
    cells.append([clock(int(now)), words("schedule.end"), ""])
    table = _table(_head(words, "time", "what", "minutes"), cells)
    taught = sum(rows[path].minutes for path in day.paths())
    total = words(
        "schedule.day_breaks" if now - day.start > taught else "schedule.day",
        day=day.title,
        minutes=_number(taught),
        span=span(now - day.start, words),
    )
    return f"### {day.title}\n\n{table}\n\n{total}"


def _further(rows: Collection[_Row], words: Words) -> str:
    """The episodes that are in no day."""
    table = _each(rows, words)
    return f"### {words('menu.further')}\n\n{table}\n\n{words('schedule.further_note')}"


def _each(rows: Collection[_Row], words: Words) -> str:
    """What is said of each episode but when it is taught."""
    cells = [[row.link, row.questions, _number(row.minutes), row.computing] for row in rows]
    return _table(_head(words, "episode", "questions", "minutes", "computing"), cells, numbers=2)


def _head(words: Words, *keys: str) -> list[str]:
    return [words(f"schedule.{key}") for key in keys]


def _on_computing(rows: Collection[_Row], words: Words) -> str:
    machines = sorted({machine for row in rows for machine in row.machines})
    if not machines:
        return words("schedule.computing_note", seconds=episode_frame.LONG)
    named = reduce(lambda one, other: words("schedule.or", one=one, other=other), machines)
    return words("schedule.computing_note_on", seconds=episode_frame.LONG, machines=named)


def _all_computing(rows: Collection[_Row], words: Words) -> str:
    return episode_frame.in_words(sum(row.seconds for row in rows), words)


def _table(head: list[str], rows: list[list[str]], numbers: int = 1) -> str:
    """A Markdown table, whose last columns, as many as `numbers`, are aligned to the right."""
    rule = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def _hours(minutes: float) -> str:
    """Hours and minutes from the beginning, such as "1:05"."""
    return f"{int(minutes) // 60}:{int(minutes) % 60:02}"


def span(minutes: float, words: Words) -> str:
    """A length of time, such as "3 h 30 min"."""
    hours, rest = divmod(int(minutes), 60)
    parts = [words("time.hours", hours=hours)] if hours else []
    parts += [words("time.minutes", minutes=rest)] if rest or not hours else []
    return " ".join(parts)


def _number(minutes: float) -> str:
    """Minutes as people write them: 30, not 30.0."""
    return f"{minutes:g}"


def _questions(page: Episode) -> str:
    """The questions of an episode, each on a line of its own."""
    div = next((div for div in page.divs if div.name == "questions"), None)
    if div is None:
        return ""
    lines = page.text.splitlines()[div.first_line : div.last_line - 1]
    tokens = parse("\n".join(lines)).tokens
    items = [pandoc.rewritten(one.content, "site") for one in tokens if one.type == "inline"]
    return "<br>".join(_cell(_as_seen_from_home(item, page)) for item in items)


def _cell(text: str) -> str:
    """Markdown as a cell of a table: on one line, without borders."""
    return re.sub(r"(?<!\\)\|", r"\|", " ".join(text.split()))


def _as_seen_from_home(text: str, page: Episode) -> str:
    """Markdown of an episode whose links lead to where they lead there; without footnotes."""

    def written_out(link: re.Match[str]) -> str:
        label = " ".join((link["label"] or link["text"]).split()).upper()
        target = page.references.get(label)
        return link[0] if target is None else f"[{link['text']}]({target})"

    def moved(link: re.Match[str]) -> str:
        target = link["target"]
        if re.match(r"[a-z][a-z0-9+.-]*:|/", target):
            return link[0]
        path, _, place = target.partition("#")
        path = posixpath.normpath(f"episodes/{path}" if path else f"episodes/{page.name}.md")
        return f"]({path}{'#' + place if place else ''})"

    text = re.sub(r"\[\^[^\]\s]+\]", "", text)
    text = re.sub(r"\[(?P<text>[^\[\]]+)\](?:\[(?P<label>[^\[\]]*)\])?(?!\()", written_out, text)
    return re.sub(r"\]\((?P<target>[^()\s]+)\)", moved, text)
