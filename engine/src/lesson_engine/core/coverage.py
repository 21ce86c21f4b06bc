"""Which numbers of a page something would notice if they were wrong, and which nothing would.

A number is covered if a claim gives it, if it stands in code or output of the same section or
challenge (one of three digits and more: of the same page), if it stands in the picture that it
describes, if it's part of a wrong option to choose, or if its author vouches for it: with
<!-- given: … --> for one place, or with the lesson's option `given` for what the whole lesson
takes for granted.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lesson_engine.core import choices, provenance
from lesson_engine.core.comparer import values_in
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Claim, Episode, Given, Hidden, Skeleton
from lesson_engine.core.quantities import Quantity, numbers_in, quantities
from lesson_engine.core.tally import counted


class How(Enum):
    """How a number is covered."""

    CLAIM = "by a claim"
    CODE = "by code or output beside it"
    PICTURE = "by the picture itself"
    OPTION = "an option that is wrong"
    GIVEN = "given by the author"
    SAID = "neither tested nor given"


@dataclass(frozen=True)
class Covered:
    """A number and how it is covered."""

    quantity: Quantity
    how: How


def coverage(page: Episode, lesson: Lesson) -> list[Covered]:
    """Every number of a page, in the order of its lines, with how it is covered."""
    gives = claimed(page, lesson)
    granted = [re.compile(phrase, re.I) for phrase in lesson.given]
    folder = (lesson.root / page.path).parent
    drawn = {figure.source: _drawn(folder / figure.source) for figure in page.all_figures}
    wrong = _wrong_options(page)
    found = []
    for one in quantities(page):
        how = How.OPTION if one.line in wrong else _how_in_picture(one, page, drawn)
        found.append(Covered(one, how or _how(one, page, gives, granted)))
    return found


def _wrong_options(page: Episode) -> set[int]:
    """Lines of options that are not the answer, where the answer is declared."""
    found: set[int] = set()
    for question in choices.questions(page):
        right = {letter for answer in question.answers for letter in answer.letters}
        if len(right) == 1:  # several: an order, or a pair, of which none is wrong
            found |= {one.line for one in question.options if one.letter not in right}
    return found


def _drawn(path: Path) -> set[float]:
    """The numbers that can be read in a picture: matplotlib and others keep them as text in SVG."""
    if path.suffix != ".svg" or not path.is_file():
        return set()
    text = path.read_text("utf-8", errors="replace")
    words = re.findall(r"<!--(.*?)-->|>([^<>]*\S[^<>]*)<", text, re.S)
    return {value for one in words for part in one for value in numbers_in(part)}


def _how_in_picture(one: Quantity, page: Episode, drawn: dict[str, set[float]]) -> How | None:
    described = [
        figure for figure in page.all_figures if figure.first_line <= one.line <= figure.last_line
    ]
    found = any(one.value in drawn[figure.source] for figure in described)
    return How.PICTURE if found else None


def claimed(page: Episode, lesson: Lesson) -> dict[str, list[str]]:
    """What the claims of a page gave when it was recorded: expression -> words."""
    noted = provenance.load(page.name, lesson).get("claims", [])
    return {entry["claim"]: entry["gives"] for entry in noted if "gives" in entry}


def _how(
    one: Quantity,
    page: Episode,
    gives: dict[str, list[str]],
    granted: Sequence[re.Pattern[str]],
) -> How:
    claims = [claim for claim in page.claims if _is_about(claim, one, page)]
    for claim in claims:
        words = [claim.words] if claim.words is not None else gives.get(claim.expression, [])
        if any(one.value in numbers_in(each) for each in words):
            return How.CLAIM
    given = [each for each in page.given if _is_about(each, one, page)]
    if any(one.value in numbers_in(each.words) for each in given) or is_granted(one, granted):
        return How.GIVEN
    span = (1, page.text.count("\n") + 1) if _is_distinctive(one) else one.span
    near = any(_is(one, value) for value in _beside(one, page, span))
    return How.CODE if near else How.SAID


def is_granted(one: Quantity, phrases: Iterable[re.Pattern[str]]) -> bool:
    """True for a number within a phrase that the whole lesson takes for granted."""
    found = (match for phrase in phrases for match in phrase.finditer(one.paragraph))
    return any(match.start() <= one.start < match.end() for match in found)


def _is_distinctive(one: Quantity) -> bool:
    """True for a number that hardly stands anywhere by chance, such as 79,530 or 0.652."""
    return len(re.sub(r"\D", "", one.text).lstrip("0")) >= 3


def _is_about(directive: Claim | Given, one: Quantity, page: Episode) -> bool:
    """True if a directive stands below the number's paragraph, and only its kind is between."""
    if directive.line < one.below:
        return False
    between = page.text.split("\n")[one.below - 1 : directive.line - 1]
    return not re.sub(r"<!--.*?-->", "", "\n".join(between), flags=re.S).strip(" >\n\r")


def _beside(one: Quantity, page: Episode, span: tuple[int, int]) -> Iterable[float]:
    """All numbers in code and outputs between two lines; a comment does not prove itself."""
    first, last = span
    parts: list[Block | Skeleton | Hidden] = [*page.blocks, *page.skeletons, *page.hidden]
    # what a reader of the page doesn't get to see vouches for nothing there
    parts = [part for part in parts if not (isinstance(part, Hidden) and part.offered)]
    for part in parts:
        if not first <= part.first_line <= last:
            continue
        if not part.first_line <= one.line <= part.last_line:
            yield from values_in(part.source)
        elif isinstance(part, Block):
            yield from values_in(re.sub(r"#.*", "", part.source))
        for recorded in part.recorded if isinstance(part, Block) else ():
            yield from values_in(recorded.text)


def _is(one: Quantity, value: float) -> bool:
    """True if a value, rounded as a reader is told it, is the number."""
    if value == one.value:
        return True
    told = 100 * value if one.percent else value
    return (one.percent or one.decimals > 0 or abs(value) >= 10) and (
        abs(round(told, one.decimals) - one.value) < 1e-9
    )


def summary(found: Sequence[Covered]) -> str:
    """ "123 numbers: 40 by a claim, …; 92% covered" """
    counts = {how: sum(one.how is how for one in found) for how in How}
    parts = ", ".join(f"{number} {how.value}" for how, number in counts.items() if number)
    return f"{counted(len(found), 'number')}: {parts or 'none'}; {percentage(found):.0f}% covered"


def percentage(found: Sequence[Covered]) -> float:
    """How many of some numbers are covered, in percent; 100 of none."""
    said = sum(one.how is How.SAID for one in found)
    return 100.0 if not found else 100 * (1 - said / len(found))
