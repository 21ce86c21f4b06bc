"""How long each section of an episode takes: minutes for teaching, and for its challenges.

An estimate weighs the sections of an episode against each other: what is typed, what is said, how
long the code ran when it was recorded. The minutes that the front matter promises are then shared
out in these proportions, so that a table of sections always adds up to the promise.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

from lesson_engine.core import pandoc, provenance
from lesson_engine.core.divs import DIV_KINDS
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.markdown import markdown_parser
from lesson_engine.core.model import Block, Div, Episode, Heading
from lesson_engine.core.words import words_in

TYPED = 150  # characters per minute, and
SAID = 150  # words per minute: an instructor who has practised
OPENING = "Opening"  # the section above the first heading
NOT_SAID = {"challenge"} | {name for name, kind in DIV_KINDS.items() if kind.folds}
NOT_TYPED = {"challenge", "solution", "instructor"}

CODE_COMMENT = re.compile(r"(?:^|\s)#.*")
WORD = re.compile(r"[\w’']+")
IMAGE = "\ufffc"  # Unicode's place for an object
IMAGE_AND_ATTRIBUTES = re.compile(f"{IMAGE}(?:{pandoc.ATTRIBUTES.pattern})?", re.S)
# in the languages that the Workbench has: "5 min", "5分", "5 хв"; "freiwillig", "任意", …
STATED = re.compile(r"[(（][^()（）]*?(\d+)\s*(?:min|分|хв)[^()（）]*[)）]", re.I)
STATED_PLAINLY = re.compile(r"\((?:1 minute|(?!1 )[1-9]\d* minutes)\)")
OPTIONAL = re.compile(
    r"\b(?:optional|homework|freiwillig|opcional|facultati[fv]|facoltativ|необов)|任意", re.I
)
REMARK = re.compile(
    rf"\s*[(（][^()（）]*?(?:\d+\s*(?:min|分|хв)|{OPTIONAL.pattern})[^()（）]*[)）]$", re.I
)


@dataclass(frozen=True)
class Challenge:
    """A challenge.

    Attributes:
        title: without the remark in brackets about its time.
        minutes: as the title states; 0 if it is optional; None if the title says neither.
        optional: True for a title that says "optional" or "homework".
    """

    title: str
    minutes: int | None
    optional: bool = False


@dataclass(frozen=True)
class Section:
    """A heading of level 2 or 3 outside divs, with everything down to the next one.

    Attributes:
        title: the heading's Markdown, or "Opening".
        anchor: the id of the heading on the page, "" for the opening.
        typed: characters of code that the instructor types.
        said: words of text that the instructor says.
        seconds: what each of its blocks took when it was recorded, in order; 0.0 for a block
            that never was.
        challenges: its challenges, in order.
        teaching: minutes promised for teaching it; 0 until they are shared out.
    """

    title: str
    anchor: str
    typed: int = 0
    said: int = 0
    seconds: tuple[float, ...] = ()
    challenges: tuple[Challenge, ...] = ()
    teaching: int = 0

    @property
    def estimate(self) -> float:
        """Minutes that teaching it is likely to take."""
        return self.typed / TYPED + self.said / SAID + sum(self.seconds) / 60

    @property
    def exercises(self) -> int:
        """Minutes of its challenges, as far as they're known."""
        return sum(challenge.minutes or 0 for challenge in self.challenges)

    @property
    def minutes(self) -> int:
        """Teaching and exercises together."""
        return self.teaching + self.exercises


def timed_sections(lesson: Lesson, page: Episode) -> list[Section]:
    """The sections of an episode, in order, with all their minutes.

    How long blocks ran is taken from the lesson's records. The minutes for teaching add up to
    those of the front matter.
    """
    noted = provenance.of_blocks(page, lesson)
    found = sections(page, [one.seconds if one else 0.0 for one in noted])
    teaching = share(promised(page, "teaching"), [section.estimate for section in found])
    found = [replace(one, teaching=share_) for one, share_ in zip(found, teaching, strict=True)]
    return _with_all_challenges_timed(found, promised(page, "exercises"))


def promised(page: Episode, kind: str) -> int:
    """Minutes in an episode's front matter, 0 if it states none.

    Args:
        page: the episode.
        kind: "teaching" or "exercises".
    """
    minutes = page.front_matter.get(kind)
    return int(minutes) if isinstance(minutes, (int, float)) else 0


def sections(page: Episode, seconds: Sequence[float] = ()) -> list[Section]:
    """The sections of an episode, in order, measured; without minutes for teaching.

    A heading with nothing below it before the next one is no section of its own. An episode
    without any text has none.

    Args:
        page: the episode.
        seconds: what each of its blocks took; by default nothing.
    """
    lines = page.text.split("\n")
    starts: list[tuple[int, Heading | None]] = [(page.body_line - 1, None)]
    starts += [(h.line, h) for h in page.headings if not h.divs and h.level <= 3]
    ends = [line - 1 for line, _ in starts[1:]] + [len(lines)]
    filled = [
        (line, heading)
        for (line, heading), end in zip(starts, ends, strict=True)
        if any(text.strip() for text in lines[line:end])
    ]
    if not filled:
        return []
    lasts = [line - 1 for line, _ in filled[1:]] + [len(lines)]
    said = words_by_line(page)
    took = dict(zip((block.first_line for block in page.blocks), seconds, strict=False))
    return [
        _section(page, heading, (line, last), said, took)
        for (line, heading), last in zip(filled, lasts, strict=True)
    ]


def _section(
    page: Episode,
    heading: Heading | None,
    span: tuple[int, int],
    said: dict[int, int],
    took: dict[int, float],
) -> Section:
    """Measure a section. span: the line of its heading, and its last line."""
    inside = range(span[0], span[1] + 1)
    blocks = [block for block in page.blocks if block.first_line in inside]
    return Section(
        title=heading.text if heading else OPENING,
        anchor=anchor(heading.text) if heading else "",
        typed=sum(typed_characters(block) for block in blocks),
        said=sum(count for line, count in said.items() if line in inside),
        seconds=tuple(took.get(block.first_line, 0.0) for block in blocks),
        challenges=tuple(_challenges(page, inside)),
    )


def anchor(heading: str) -> str:
    """The id that Pandoc, and so the Workbench, gives a heading."""
    kept = re.sub(r"[^\w\s.-]", "", heading.lower())
    return re.sub(r"^[^a-z]+", "", "-".join(kept.split()))


def typed_characters(block: Block) -> int:
    """How much of a block the instructor types: no comments, no indentation.

    Blocks of challenges and solutions are the learners' work, and pasted ones are given: 0.
    """
    if NOT_TYPED & set(block.divs) or block.paste:
        return 0
    return sum(len(CODE_COMMENT.sub("", line).strip()) for line in block.source.split("\n"))


def words_by_line(page: Episode) -> dict[int, int]:
    """How many words of each paragraph, heading and table cell are said.

    Code, comments, images with their captions, and addresses of links are not.

    Returns: the line on which the text begins, from 1 -> number of words.
    """
    silent = [div for div in page.divs if div.name in NOT_SAID]
    found: dict[int, int] = {}
    for token in markdown_parser().parse("\n".join(page.plain_lines())):
        if token.type != "inline" or token.map is None:
            continue
        line = token.map[0] + 1
        if not any(div.first_line < line < div.last_line for div in silent):
            found[line] = found.get(line, 0) + words_said(token.children or ())
    return found


def words_said(children: Iterable[Token]) -> int:
    """How many words of a paragraph a listener hears: no comments, images or addresses.

    Args:
        children: of markdown-it's inline token.
    """
    pieces = []
    for child in children:
        if child.type == "image":
            pieces.append(IMAGE)
        elif child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
    return len(WORD.findall(IMAGE_AND_ATTRIBUTES.sub(" ", "".join(pieces))))


def _challenges(page: Episode, inside: range) -> Iterable[Challenge]:
    for div in page.divs:
        if div.name == "challenge" and div.first_line in inside:
            yield challenge_of(title_of(page, div))


def title_of(page: Episode, div: Div) -> str:
    """The heading of a challenge; what the page shows for one that has none."""
    inside = range(div.first_line, div.last_line)
    own = [h.text for h in page.headings if h.line in inside and h.divs[-1] == div.name]
    return own[0] if own else words_in()(f"box.{div.name}")


def challenge_of(heading: str) -> Challenge:
    """Read a challenge's heading, such as "Read the shapes (5 minutes)"."""
    stated = STATED.search(heading)
    optional = OPTIONAL.search(heading) is not None
    minutes = 0 if optional else int(stated[1]) if stated else None
    return Challenge(REMARK.sub("", heading), minutes, optional)


def states_minutes(heading: str) -> bool:
    """True if a challenge's heading says "(1 minute)" or "(5 minutes)", and in no other way.

    That is what a lesson can ask for; see challenge_minutes in lesson.
    """
    return STATED_PLAINLY.search(heading) is not None


def _with_all_challenges_timed(found: list[Section], promise: int) -> list[Section]:
    """Give challenges whose title states no minutes an even share of what the others leave."""
    every = [challenge for section in found for challenge in section.challenges]
    untimed = [challenge for challenge in every if challenge.minutes is None]
    left = max(0, promise - sum(section.exercises for section in found))
    shares = iter(share(left, [1.0] * len(untimed)))

    def timed(challenge: Challenge) -> Challenge:
        return replace(challenge, minutes=next(shares)) if challenge.minutes is None else challenge

    return [replace(one, challenges=tuple(map(timed, one.challenges))) for one in found]


def share(total: int, weights: Sequence[float]) -> list[int]:
    """Share a number out in whole parts, in proportion to weights (largest remainder).

    Args:
        total: what to share out, 0 or more.
        weights: numbers, 0 or more; if all are 0, the parts are even.

    Returns: parts that add up to the total exactly; [] without weights. Of equal remainders,
        the earlier one is rounded up.
    """
    weights = weights if sum(weights) else [1.0] * len(weights)
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda at: parts[at] - exact[at])
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts
