"""The home page's schedule: when each episode starts, what it asks, how long its code computes.

A lesson that plans days gets a table per day, by the clock, and one for what is in no day.
"""

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesson_engine.core import provenance
from lesson_engine.core.lesson import FURTHER, Day, Lesson
from lesson_engine.core.markdown import parse
from lesson_engine.core.model import Episode
from lesson_engine.core.timetables import clock
from lesson_engine.site import episode_frame


def markdown(lesson: Lesson, pages: Sequence[Episode]) -> str:
    """The schedule as Markdown; "" if the lesson has no episodes.

    Args:
        lesson: the lesson.
        pages: all episodes, in teaching order.
    """
    if not pages:
        return ""
    rows = {lesson.root / page.path: _row(lesson, page) for page in pages}
    if lesson.days:
        parts = [_day(day, rows) for day in lesson.days]
        further = [rows[path] for path in lesson.further_paths()]
        parts += [_further(further)] if further else []
        parts.append(_on_computing(rows.values()))
    else:
        start = (
            "Start is in hours and minutes from the beginning, without breaks; how to share the "
            "episodes out over days is the instructor's choice."
        )
        parts = [_whole(rows.values()), f"{start} {_on_computing(rows.values())}"]
    return "\n\n".join(["\n\n## Schedule", *parts]) + "\n"


@dataclass(frozen=True)
class _Row:
    """What the tables say of one episode.

    Attributes:
        link: its numbered title, with its address.
        questions: each on a line of its own.
        minutes: teaching and exercises together.
        seconds: how long its blocks computed.
        machines: where they were recorded.
    """

    link: str
    questions: str
    minutes: float
    seconds: float
    machines: frozenset[str]

    @property
    def computing(self) -> str:
        """How long its blocks computed, in words."""
        return episode_frame.in_words(self.seconds) if self.seconds else "–"


def _row(lesson: Lesson, page: Episode) -> _Row:
    noted = provenance.of_blocks(page, lesson)
    number = lesson.number_of(lesson.root / page.path)
    return _Row(
        link=_cell(f"[{number}. {page.title}](<episodes/{page.name}.md>)"),
        questions=_questions(page),
        minutes=page.minutes if page.pause is None else page.pause,
        seconds=episode_frame.seconds_of(noted),
        machines=frozenset(episode_frame.machines_of(noted)),
    )


def _whole(rows: Collection[_Row]) -> str:
    """All episodes, counted from the beginning."""
    cells, minutes = [], 0.0
    for row in rows:
        cells.append([_hours(minutes), row.link, row.questions, row.computing])
        minutes += row.minutes
    cells.append([_hours(minutes), "End", "", _all_computing(rows)])
    return _table(["Start", "Episode", "Questions", "Computing"], cells)


def _day(day: Day, rows: Mapping[Path, _Row]) -> str:
    """One day by the clock, and its sum."""
    cells, now = [], float(day.start)
    for slot in day.plan:
        if slot.path is None:
            cells.append([clock(int(now)), _cell(slot.name), "", ""])
            now += slot.minutes or 0
        else:
            row = rows[slot.path]
            cells.append([clock(int(now)), row.link, row.questions, row.computing])
            now += row.minutes
    shown = [rows[path] for path in day.paths()]
    cells.append([clock(int(now)), "End", "", _all_computing(shown)])
    table = _table(["Time", "What", "Questions", "Computing"], cells)
    taught = sum(row.minutes for row in shown)
    total = f"{day.title}: {_number(taught)} minutes of teaching and exercises; "
    total += f"{_span(now - day.start)} by the clock"
    total += ", breaks included." if now - day.start > taught else "."
    return f"### {day.title}\n\n{table}\n\n{total}"


def _further(rows: Collection[_Row]) -> str:
    """The episodes that are in no day."""
    cells = [[row.link, row.questions, _number(row.minutes), row.computing] for row in rows]
    table = _table(["Episode", "Questions", "Minutes", "Computing"], cells, numbers=2)
    total = (
        "Minutes are for teaching and exercises together. These episodes aren't in the workshop's "
        "clock: read them afterwards, or teach them on another day."
    )
    return f"### {FURTHER}\n\n{table}\n\n{total}"


def _on_computing(rows: Collection[_Row]) -> str:
    machines = {machine for row in rows for machine in row.machines}
    text = (
        "Computing is what the blocks that take "
        f"more than {episode_frame.LONG} seconds needed when they were recorded"
    )
    return text + (f" (on {' or '.join(sorted(machines))})." if machines else ".")


def _all_computing(rows: Collection[_Row]) -> str:
    return episode_frame.in_words(sum(row.seconds for row in rows))


def _table(head: list[str], rows: list[list[str]], numbers: int = 1) -> str:
    """A Markdown table, whose last columns, as many as `numbers`, are aligned to the right."""
    rule = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def _hours(minutes: float) -> str:
    """Hours and minutes from the beginning, such as "1:05"."""
    return f"{int(minutes) // 60}:{int(minutes) % 60:02}"


def _span(minutes: float) -> str:
    """A length of time, such as "3 h 30 min"."""
    hours, rest = divmod(int(minutes), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def _number(minutes: float) -> str:
    """Minutes as people write them: 30, not 30.0."""
    return f"{minutes:g}"


def _questions(page: Episode) -> str:
    """The questions of an episode, each on a line of its own."""
    div = next((div for div in page.divs if div.name == "questions"), None)
    if div is None:
        return ""
    lines = page.text.splitlines()[div.first_line : div.last_line - 1]
    tokens, _ = parse("\n".join(lines))
    items = [token.content for token in tokens if token.type == "inline"]
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
