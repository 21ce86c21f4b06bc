"""The home page's table: when each episode starts, what it asks, how long its code computes."""

import re

from lesson_engine import episode_frame, notes


def markdown(lesson, pages):
    """The schedule as a Markdown table.

    Args:
        lesson: Settings.
        pages: list of Episode, in teaching order.

    Returns: text, "" if the lesson has no episodes with times.
    """
    rows, minutes, seconds, machines = [], 0, 0, set()
    for number, page in enumerate(pages, 1):
        noted = notes.of_blocks(page, lesson)
        machines |= episode_frame.machines_of(noted)
        computing = episode_frame.seconds_of(noted)
        address = f"episodes/{page.name}.md"
        cells = [_clock(minutes), f"[{number}. {page.title}]({address})", _questions(page)]
        rows.append([*cells, episode_frame.in_words(computing) if computing else "–"])
        minutes += page.front_matter.get("teaching", 0) + page.front_matter.get("exercises", 0)
        seconds += computing
    if not rows:
        return ""
    rows.append([_clock(minutes), "End", "", episode_frame.in_words(seconds)])
    head = ["Start", "Episode", "Questions", "Computing"]
    table = [head, ["---", "---", "---", "---:"], *rows]
    text = "\n".join(f"| {' | '.join(row)} |" for row in table)
    note = (
        "Start is in hours and minutes from the beginning, without breaks; how to share the "
        "episodes out over days is the instructor's choice. Computing is what the blocks that take "
        f"more than {episode_frame.LONG} seconds needed when they were recorded"
    )
    note += f" (on {' or '.join(sorted(machines))})." if machines else "."
    return f"\n\n## Schedule\n\n{text}\n\n{note}\n"


def _clock(minutes):
    return f"{int(minutes) // 60}:{int(minutes) % 60:02}"


def _questions(page):
    """The questions of an episode, each on a line of its own."""
    lines = page.text.split("\n")
    for div in page.divs:
        if div.name == "questions":
            inside = lines[div.first_line : div.last_line - 1]
            items = re.findall(r"^- (.*(?:\n  .*)*)", "\n".join(inside), re.M)
            return "<br>".join(" ".join(item.split()).replace("|", r"\|") for item in items)
    return ""
