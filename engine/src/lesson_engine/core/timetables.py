"""Tables of minutes and clock times, which `lesson export` writes into pages that ask for them.

A page of the lesson asks with two comments, each on a line of its own:

    <!-- made by lesson export: minutes of each section -->
    <!-- end -->

Whatever is between them is replaced. The names of the tables are the keys of TABLES.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesson_engine.core import files, pacing, reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Day, Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.pacing import Challenge, Section

WAITS = 10  # seconds: a block that takes less is not worth a word
ROW = 10  # minutes after which a row of a day's table ends, challenge or not
BEGIN = re.compile(r"^<!-- made by lesson export: *(?P<name>.*?) *-->[ \t\r]*\n", re.M)
END = re.compile(r"^<!-- end -->[ \t\r]*$", re.M)


@dataclass(frozen=True)
class TimedEpisode:
    """An episode with the minutes of its sections.

    Attributes:
        page: the episode.
        number: as people call it, see Lesson.number_of.
        sections: its sections, with all minutes.
    """

    page: Episode
    number: int
    sections: tuple[Section, ...]

    @property
    def teaching(self) -> int:
        """Minutes for teaching."""
        return sum(section.teaching for section in self.sections)

    @property
    def exercises(self) -> int:
        """Minutes for challenges."""
        return sum(section.exercises for section in self.sections)

    @property
    def waiting(self) -> int:
        """Seconds of all blocks that make one wait."""
        return sum(sum(waits(section)) for section in self.sections)


def export(lesson: Lesson) -> list[Path]:
    """Bring the tables of all pages up to date.

    Returns: the paths that changed.
    Raises: LessonError, with the line, for a table that is not known and for one without an
        end; nothing is written then.
    """
    paths = [path for path in lesson.page_paths() if path.is_file()]
    texts = [reader.text_of(path, lesson.shown(path)) for path in paths]
    pages = {path: text for path, text in zip(paths, texts, strict=True) if BEGIN.search(text)}
    if not pages:
        return []
    episodes = timed_episodes(lesson)
    return files.write_all(
        {path: filled(text, path, lesson, episodes) for path, text in pages.items()}
    )


def timed_episodes(lesson: Lesson) -> dict[Path, TimedEpisode]:
    """All episodes of a lesson, in teaching order, by their paths."""
    found = {}
    for path in lesson.episode_paths():
        page = reader.read_page(lesson, path)
        timed = tuple(pacing.timed_sections(lesson, page))
        found[path] = TimedEpisode(page, lesson.number_of(path), timed)
    return found


def filled(text: str, path: Path, lesson: Lesson, episodes: dict[Path, TimedEpisode]) -> str:
    """The text of a page with its tables made anew.

    Args:
        text: the page's.
        path: where it is: links in the tables start from its folder.
        lesson: the lesson.
        episodes: from timed_episodes.

    Raises: as export.
    """
    pieces, at = [], 0
    for begin in BEGIN.finditer(text):
        line = text.count("\n", 0, begin.start()) + 1
        end, following = END.search(text, begin.end()), BEGIN.search(text, begin.end())
        if end is None or (following and following.start() < end.start()):
            raise LessonError(lesson.shown(path), line, "this table lacks its <!-- end -->")
        make = _table_called(begin["name"], lesson.shown(path), line)
        pieces += [text[at : begin.end()], "\n", make(lesson, episodes, path.parent), "\n\n"]
        at = end.start()
    return "".join([*pieces, text[at:]])


def _table_called(name: str, shown: Path, line: int) -> Callable[..., str]:
    if name not in TABLES:
        close = difflib.get_close_matches(name, TABLES, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(TABLES)}"
        raise LessonError(shown, line, f"'{name}' is not a table that is made; {hint}")
    return TABLES[name]


# The tables


def all_episodes(lesson: Lesson, episodes: dict[Path, TimedEpisode], folder: Path) -> str:
    """The minutes of every episode, with the sum of those in the workshop and of the others."""
    head = ["Episode", "Teaching", "Exercises", "Together", "Waiting"]
    workshop = [episodes[path] for path in lesson.workshop_paths()]
    further = [episodes[path] for path in lesson.further_paths()]
    rows = [_overview_row(one, lesson, folder) for one in workshop]
    rows.append(_overview_sum("The workshop" if further else "Together", workshop))
    if further:
        rows += [_overview_row(one, lesson, folder) for one in further]
        rows.append(_overview_sum("Going further", further))
    return _markdown(head, [":---", *["---:"] * 4], rows)


def _overview_row(episode: TimedEpisode, lesson: Lesson, folder: Path) -> list[str]:
    name = _escaped(f"{episode.number}. {episode.page.title}")
    return [f"[{name}]({_address(episode, lesson, folder)})", *_amounts([episode])]


def _overview_sum(name: str, episodes: Sequence[TimedEpisode]) -> list[str]:
    return [name, *_amounts(episodes)]


def _amounts(episodes: Sequence[TimedEpisode]) -> list[str]:
    teaching = sum(episode.teaching for episode in episodes)
    exercises = sum(episode.exercises for episode in episodes)
    waiting = sum(episode.waiting for episode in episodes)
    minutes = [teaching, exercises, teaching + exercises]
    return [*map(str, minutes), f"{waiting} s" if waiting else "none"]


def each_section(lesson: Lesson, episodes: dict[Path, TimedEpisode], folder: Path) -> str:
    """For every episode, a heading and a table of its sections."""
    return "\n\n".join(
        f"## Episode {episode.number}: {episode.page.title}\n\n"
        + _sections_table(episode, _address(episode, lesson, folder))
        for episode in episodes.values()
    )


def _sections_table(episode: TimedEpisode, address: str) -> str:
    head = ["Section", "Minute", "Teaching", "Exercises", "Challenges, and what runs"]
    rows, minute = [], 0
    for section in episode.sections:
        amounts = [minute, section.teaching, section.exercises or ""]
        rows.append([_link(section, address), *map(str, amounts), _challenges_and_runs(section)])
        minute += section.minutes
    rows.append(["Together", *map(str, (minute, episode.teaching, episode.exercises)), ""])
    return _markdown(head, [":---", *["---:"] * 3, ":---"], rows)


def _challenges_and_runs(section: Section) -> str:
    runs = [f"runs {seconds} s" for seconds in waits(section)]
    return "; ".join([*map(_challenge, section.challenges), *runs])


def waits(section: Section) -> list[int]:
    """Whole seconds of every block of a section that makes one wait."""
    return [round(seconds) for seconds in section.seconds if seconds >= WAITS]


def each_day(lesson: Lesson, episodes: dict[Path, TimedEpisode], folder: Path) -> str:
    """For every day, a heading and a table by the clock; "" if the lesson has no days."""
    return "\n\n".join(
        f"## {day.title}\n\n{_day_table(day, lesson, episodes, folder)}" for day in lesson.days
    )


def _day_table(day: Day, lesson: Lesson, episodes: dict[Path, TimedEpisode], folder: Path) -> str:
    head = ["From", "To", "Minutes", "What", "Challenges"]
    rows, now, parts = [], day.start, {"teaching": 0, "exercises": 0}

    def add(minutes: int, what: str, challenges: str = "") -> None:
        nonlocal now
        rows.append([clock(now), clock(now + minutes), str(minutes), what, challenges])
        now += minutes

    for slot in day.plan:
        if slot.path is None:
            minutes = slot.minutes or 0
            add(minutes, _escaped(slot.name))
            parts[slot.name.lower()] = parts.get(slot.name.lower(), 0) + minutes
            continue
        episode = episodes[slot.path]
        parts["teaching"] += episode.teaching
        parts["exercises"] += episode.exercises
        address = _address(episode, lesson, folder)
        for group in grouped(episode.sections):
            links = ", ".join(_link(section, address) for section in group)
            challenges = "; ".join(_challenge(one) for s in group for one in s.challenges)
            minutes = sum(section.minutes for section in group)
            add(minutes, f"Episode {episode.number}: {links}", challenges)
    sums = ", ".join(f"{name} {minutes}" for name, minutes in parts.items())
    total = [clock(day.start), clock(now), str(now - day.start), f"Together: {_escaped(sums)}", ""]
    return _markdown(head, [":---", ":---", "---:", ":---", ":---"], [*rows, total])


def grouped(sections: Iterable[Section]) -> list[list[Section]]:
    """Sections that share a row: up to the next challenge, or for ten minutes.

    Sections too short to have a minute join the row above.
    """
    groups: list[list[Section]] = []
    for section in sections:
        last = groups[-1] if groups else None
        full = last is not None and (
            any(one.exercises for one in last) or sum(one.minutes for one in last) >= ROW
        )
        if last is None or (full and section.minutes):
            groups.append([section])
        else:
            last.append(section)
    return groups


def clock(minutes: int) -> str:
    """Minutes since midnight as a time of day, such as "09:05"."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _challenge(challenge: Challenge) -> str:
    time = "optional" if challenge.optional else f"{challenge.minutes} min"
    return f"*{_escaped(challenge.title)}* ({time})"


def _address(episode: TimedEpisode, lesson: Lesson, folder: Path) -> str:
    path = os.path.relpath(lesson.root / episode.page.path, folder)
    return Path(path).as_posix()


def _link(section: Section, address: str) -> str:
    place = f"#{section.anchor}" if section.anchor else ""
    return f"[{_escaped(section.title)}]({address}{place})"


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")


def _markdown(head: list[str], rule: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [head, rule, *rows]]
    return "\n".join(re.sub(r"\|  (?=\|)", "| ", line) for line in lines)


TABLES: dict[str, Callable[[Lesson, dict[Path, TimedEpisode], Path], str]] = {
    "minutes of all episodes": all_episodes,
    "minutes of each section": each_section,
    "times of each day": each_day,
}
