"""With which versions each output was recorded, beside the versions that are installed here."""

from collections.abc import Mapping, Sequence

from lesson_engine.core import provenance
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode

NOT_VERSIONS = ("date", "machine")
ABSENT = "-"


def report(episode: Episode, lesson: Lesson) -> list[str]:
    """What an episode's outputs were recorded with, and what is other here.

    Returns: lines of text: blocks that were recorded together, then a line for each version,
        in which "differs" marks those that are other than installed here.
    """
    here = provenance.environment_of(episode, lesson)
    lines = [str(lesson.shown(episode.path))]
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    found = provenance.of_blocks(episode, lesson)
    for block, one in zip(episode.blocks, found, strict=True):
        environment = tuple(one.environment.items()) if one else ()
        groups.setdefault(environment, []).append(block.first_line)
    for environment, places in groups.items():
        lines += _group(dict(environment), places, here)
    return lines


def _group(
    recorded: Mapping[str, str], places: Sequence[int], here: Mapping[str, str]
) -> list[str]:
    shown = ", ".join(map(str, places))
    if not recorded:
        return [f"  never recorded: the blocks in lines {shown}"]
    lines = [f"  recorded {recorded['date']} on {recorded['machine']}: the blocks in lines {shown}"]
    names = [name for name in {**recorded, **here} if name not in NOT_VERSIONS]
    for name in names:
        then, now = recorded.get(name, ABSENT), here.get(name, ABSENT)
        verdict = "" if then == now else "differs"
        lines.append(f"    {name:20} {then:12} {now:12} {verdict}".rstrip())
    return lines
