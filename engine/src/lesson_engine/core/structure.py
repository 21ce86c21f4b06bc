"""Everything about a page that can be wrong without running it, and whose rule it breaks."""

import difflib
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import quote, unquote

from lesson_engine.core import (
    choices,
    interactive,
    links,
    magics,
    pacing,
    provenance,
    said,
    stretches,
)
from lesson_engine.core.divs import TABS
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Div, Episode, Figure, Heading, Skeleton, number

Fault = Callable[[int | None, str], None]  # takes a line and what is wrong there

TITLE, MINUTES = "title", ("teaching", "exercises")  # in the front matter
LAZY_LINK_TEXTS = {"here", "this", "link", "click here", "this link", "this page", "page"}
BLANK = "_____"
EPISODE = re.compile(r"\bepisode\s*(\d+)\W*$", re.I)
MENTIONED = re.compile(r"""(?P<around>["“*`])(?P<word>[A-Za-z]{3,})["”*`]""")
DRAWN = re.compile(r"\(<?([^()<>\s]+)>?\s*\)\{[^}]*\.cell-output")
ALIKE = 0.85  # so alike are two long words of which one may be meant to be the other
BEGIN_TABS = "tabs begin with a heading, such as '### Linux'"
TAB_TITLE = re.compile(r"^([\s>]*)#{1,6}\s+(.+?)(?:\s+#*)?\s*$")  # what stands before it, its text
REQUIRED_DIVS = ("questions", "objectives", "keypoints")
MOST_OPTIONAL = 2  # challenges per episode


class Level(Enum):
    """Whose rule it is that something breaks."""

    ENGINE = "what nothing here can work with"
    WORKBENCH = "what the Workbench itself reports, or shows in another way"
    STRICT = 'what only rules = "strict" asks for'


@dataclass(frozen=True)
class Finding:
    """Something that is wrong on a page. Attributes: where and what, and whose rule it breaks."""

    error: LessonError
    level: Level


def faults(page: Episode, lesson: Lesson) -> list[LessonError]:
    """What is wrong with one page, in the order of the lines; empty if all is well.

    With rules = "strict" that is everything; else what nothing here can work with.
    """
    return faults_and_advice(page, lesson)[0]


def faults_and_advice(page: Episode, lesson: Lesson) -> tuple[list[LessonError], list[LessonError]]:
    """The faults of one page, and what the Workbench itself would report beside them."""
    found = findings(page, lesson)
    if lesson.strict:
        return [one.error for one in found], []
    of_level = {level: [one.error for one in found if one.level is level] for level in Level}
    return of_level[Level.ENGINE], of_level[Level.WORKBENCH]


def findings(page: Episode, lesson: Lesson) -> list[Finding]:
    """Everything that is wrong with one page, in the order of the lines."""
    found: list[Finding] = []

    def teller(level: Level) -> Fault:
        def fault(line: int | None, message: str) -> None:
            found.append(Finding(LessonError(page.path, line, message), level))

        return fault

    engine, workbench, strict = map(teller, Level)
    for oddity in page.oddities:
        workbench(oddity.line, oddity.message)
    for difference in page.differences:
        workbench(difference.line, difference.message)
    path = lesson.root / page.path
    if path.parent.name == "episodes" and page.pause is None:
        _check_front_matter(page, workbench)
        _check_divs(page, workbench)
        _check_stretches(page, lesson.longest_stretch, engine)
        if lesson.challenge_minutes and path in lesson.workshop_paths():
            _check_challenge_minutes(page, engine)
    _check_boxes(page, workbench, strict)
    _check_headings(page, workbench, strict)
    _check_tables(page, strict)
    _check_figures(page, lesson, engine, workbench, strict)
    _check_links(page, lesson, workbench)
    _check_numbers_of_links(page, lesson, workbench)
    _check_data_words(page, lesson, strict)
    _check_blocks(page, lesson, engine, strict)
    _check_skeletons(page, engine, strict)
    choices.check(page, engine if lesson.strict else workbench, strict)
    found += [Finding(change, Level.ENGINE) for change in said.changes(page, lesson)]
    found += [Finding(fault, Level.ENGINE) for fault in provenance.gone(page, lesson)]
    return sorted(found, key=lambda one: one.error.line or 0)


def _check_front_matter(page: Episode, fault: Fault) -> None:
    for name in (TITLE, *MINUTES):
        value = page.front_matter.get(name)
        if value is None:
            fault(1, f"the front matter lacks '{name}:'")
        elif name == TITLE and not isinstance(value, str):
            fault(1, f"'{name}:' in the front matter is text")
        elif name in MINUTES and number(value) is None:
            fault(1, f"'{name}:' in the front matter is a number of minutes")


def _check_divs(page: Episode, fault: Fault) -> None:
    names = [div.name for div in page.divs]
    for name in REQUIRED_DIVS:
        if name not in names:
            fault(None, f"an episode needs a div '{name}'")
        for div in [div for div in page.divs if div.name == name][1:]:
            fault(div.first_line, f"an episode has one '{name}' div; this is another")


def _check_boxes(page: Episode, fault: Fault, strict: Fault) -> None:
    for div in page.divs:
        if div.name in ("solution", "hint") and not _is_in_challenge(page, div):
            strict(div.first_line, f"a '{div.name}' stands inside a challenge")
        if div.last_line - div.first_line == 1:
            fault(div.first_line, f"this '{div.name}' div is empty")
        elif div.name in TABS:
            _check_tabs(page, div, fault)


def _check_tabs(page: Episode, div: Div, fault: Fault) -> None:
    tabs = tabs_of(page, div)
    lines = page.text.split("\n")
    above = lines[div.first_line : tabs[0].line - 1] if tabs else ["nothing"]
    if any(line.strip(" \t\r>") for line in above):
        fault(div.first_line, f"{BEGIN_TABS}: the first tab's name")


def tabs_of(page: Episode, div: Div) -> list[Heading]:
    """The headings that open the tabs of a div: those on the first level that occurs in it.

    Args:
        page: the page.
        div: one of its divs; of any other kind than "tab" and "group-tab" there are none.
    """
    if div.name not in TABS:
        return []
    lines = page.text.split("\n")
    quoted = lines[div.first_line - 1].partition(":::")[0].count(">")
    inner = [other for other in page.divs if div.holds(other.first_line)]
    found = []
    for heading in page.headings:
        title = TAB_TITLE.fullmatch(lines[heading.line - 1].rstrip("\r"))
        if not div.holds(heading.line) or any(other.holds(heading.line) for other in inner):
            continue
        if title is not None and title[1].count(">") == quoted:
            found.append(heading)
    first_level = min((heading.level for heading in found), default=0)
    return [heading for heading in found if heading.level == first_level]


def _is_in_challenge(page: Episode, inner: Div) -> bool:
    return "challenge" in [div.name for div in page.around(inner.first_line)]


def _check_headings(page: Episode, fault: Fault, strict: Fault) -> None:
    """The Workbench counts the headings inside divs, too, but those of tabs.

    It lets a heading recur below another parent: "Solution" does so in many a lesson.
    """
    level = 1
    seen: dict[str, int] = {}
    above: list[Heading] = []
    siblings: dict[tuple[str, ...], int] = {}
    for heading in page.headings:
        if heading.divs and heading.divs[-1] in TABS:
            continue  # the same systems in every group of tabs
        if not heading.text:
            fault(heading.line, "this heading is empty")
        if heading.level == 1:
            fault(heading.line, "headings begin at level 2: '##', not '#'")
        elif heading.level > level + 1:
            fault(heading.line, f"this heading skips a level; use {'#' * (level + 1)}")
        level = heading.level
        above = [*(one for one in above if one.level < level), heading]
        place = tuple(one.text for one in above)
        tell = fault if place in siblings and not heading.divs else strict
        if heading.text in seen:
            first = siblings.get(place, seen[heading.text])
            tell(heading.line, f"this heading stands in line {first}, too")
        seen[heading.text] = siblings[place] = heading.line


def _check_tables(page: Episode, fault: Fault) -> None:
    """Screen readers read the head of the column with each cell."""
    for head in page.table_heads:
        if not all(head.cells):
            fault(head.line, "a column of this table has no heading; name what stands in it")


def _check_stretches(page: Episode, most: int, fault: Fault) -> None:
    """Nobody listens for long without something to look at or to do."""
    for words, line in stretches.stretches(page) if most else []:
        if words > most:
            fault(
                line,
                f"{words} words from here on without code, a figure, a list, a table or a box; "
                f"the most is {most}: show something, or let learners do something",
            )


def _check_challenge_minutes(page: Episode, fault: Fault) -> None:
    """Challenges of the workshop state their minutes, which add up to those of the episode."""
    minutes, optional = 0, 0
    for div in [div for div in page.divs if div.name == "challenge"]:
        title = pacing.title_of(page, div)
        challenge = pacing.challenge_of(title)
        if challenge.optional:
            optional += 1
            if optional > MOST_OPTIONAL:
                fault(div.first_line, f"an episode has {MOST_OPTIONAL} optional challenges at most")
        elif pacing.states_minutes(title):
            minutes += challenge.minutes or 0
        else:
            fault(
                div.first_line,
                "the title of this challenge doesn't state its minutes; write "
                "'### Title (5 minutes)', '(optional)' or '(homework)'",
            )
    planned = page.front_matter.get("exercises", 0)
    if minutes != planned:
        fault(1, f"the challenges state {minutes} minutes together, 'exercises:' says {planned}")


def _check_figures(
    page: Episode, lesson: Lesson, engine: Fault, fault: Fault, strict: Fault
) -> None:
    drawn = page.drawn
    for figure in page.all_figures:
        if not figure.alt:  # alt='' is for decoration
            tell = fault if figure.alt is None else strict
            tell(figure.first_line, f"{figure.source} has no alt text: add {{alt='…'}} after it")
        if links.leads_elsewhere(figure.source):
            strict(figure.first_line, "pictures come with the lesson, not from the network")
        elif not _is_there(lesson, page, quote(figure.source)):
            todo = "run `lesson record`" if figure in drawn else "draw it or correct its address"
            tell = engine if figure in drawn else fault
            tell(figure.first_line, f"{figure.source} is missing; {todo}")
        if interactive.is_interactive(figure):
            _check_form(figure, page, lesson, fault)
    sources = [figure.source for figure in drawn]
    for figure in drawn:
        place = wrong_place(page, lesson, figure.source)
        if place is not None:
            engine(figure.first_line, place)
        if sources.count(figure.source) > 1:
            engine(figure.first_line, f"{figure.source} is drawn by two blocks; rename one")


def wrong_place(page: Episode, lesson: Lesson, source: str) -> str | None:
    """Why a recording does not write a figure: it may lie elsewhere, or not be its own.

    Args:
        page, lesson: the page with the block, and its lesson.
        source: address of the figure, from the page's folder.
    """
    target = ((lesson.root / page.path).parent / source).resolve()
    folders = [(lesson.root / name).resolve() for name in ("episodes/fig", "fig")]
    if target.suffix != ".png" or not any(map(target.is_relative_to, folders)):
        return f"a block draws into fig/name.png, not {source}"
    if source in {figure.source for figure in page.figures}:
        return f"{source} is shown elsewhere, too; draw another file"
    if target.is_dir() or (target.is_file() and not _is_png(target)):
        return f"{source} holds something else than a PNG picture; draw another file"
    for other in lesson.episode_paths():
        if other == lesson.root / page.path or not other.is_file():
            continue
        found = other.stat()
        if quote(source) in _drawn_on(other, found.st_mtime_ns, found.st_size):
            return f"{source} is drawn by {lesson.shown(other)}, too; rename one"
    return None


@functools.lru_cache(maxsize=256)  # else every figure would have every page read again
def _drawn_on(path: Path, changed: int, size: int) -> frozenset[str]:
    """Addresses of the figures that blocks of a page draw, as they are and without "../"."""
    found: set[str] = set()
    for address in DRAWN.findall(path.read_bytes().decode("utf-8", "replace")):
        above = address.count("../")
        found |= {address.removeprefix("../" * number) for number in range(above + 1)}
    return frozenset(found)


def _is_png(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"\x89PNG"


def _check_form(figure: Figure, page: Episode, lesson: Lesson, fault: Fault) -> None:
    """What is interactive names the file with its interactive form."""
    form = interactive.form_of(figure)
    if form is None:
        fault(
            figure.first_line,
            "an interactive figure links to its interactive form in its caption: "
            "[Try it out](files/NAME.html)",
        )
    elif not _is_there(lesson, page, form):
        fault(figure.first_line, f"{form}, the interactive form of this figure, is missing")


def _is_there(lesson: Lesson, page: Episode, target: str) -> bool:
    """Whether a link within the lesson leads somewhere; strictly, from the page's own folder."""
    if lesson.strict:
        return ((lesson.root / page.path).parent / unquote(target)).is_file()
    found = links.file_of(lesson.root, page.path, target)
    return found is not None or links.page_made(target) is not None


def _check_links(page: Episode, lesson: Lesson, fault: Fault) -> None:
    for link in page.links:
        if link.target.startswith("http://"):
            fault(link.line, f"{link.target} is not secure; use https://")
        if link.text.strip(" .").lower() in LAZY_LINK_TEXTS:
            fault(link.line, f"'{link.text}' says nothing; name what is behind the link")
        if links.leads_elsewhere(link.target) or not link.target:
            continue
        path, _, _ = link.target.partition("#")
        if path and not _is_there(lesson, page, path):
            fault(link.line, f"{path} is not there")


def _check_numbers_of_links(page: Episode, lesson: Lesson, fault: Fault) -> None:
    """ "[episode 5](06-evaluate.md)" names another episode than it leads to."""
    episodes = lesson.episode_paths()
    for link in page.links:
        named = EPISODE.search(link.text)
        found = links.file_of(lesson.root, page.path, link.target) if named else None
        if named is None or found not in episodes or found is None:
            continue
        number = lesson.number_of(found)
        if number != int(named[1]):
            fault(link.line, f"'{link.text}' leads to episode {number}, {found.name}")


def _check_data_words(page: Episode, lesson: Lesson, fault: Fault) -> None:
    """Words of the data, in quotes or emphasis, are spelled as in data_words."""
    known = [word.lower() for word in lesson.data_words]
    for at, line in enumerate(page.text.split("\n"), 1):
        for match in MENTIONED.finditer(line) if known else ():
            word = match["word"].lower()
            but_for_a_letter = (len(word) - 1) / len(word)  # as difflib's ratio is rounded
            close = difflib.get_close_matches(word, known, 1, min(ALIKE, but_for_a_letter))
            if not close or word.removesuffix("s").startswith(close[0]):
                continue
            if not _is_said_elsewhere(word, lesson):
                message = f"{match['word']} is spelled {close[0]} in the data"
                fault(at, f"{message}; if it is another word, add it to data_words")


def _is_said_elsewhere(word: str, lesson: Lesson) -> bool:
    """True for a word that stands somewhere in the lesson without quotes: "deep" is no deer."""
    said = re.compile(rf"(?<![\w\"“*`]){re.escape(word)}(?![\w\"”*`])", re.I)
    pages = (path for path in lesson.page_paths() if path.is_file())
    return any(said.search(path.read_text("utf-8", errors="replace")) for path in pages)


def _check_blocks(page: Episode, lesson: Lesson, fault: Fault, strict: Fault) -> None:
    for hidden in page.hidden:
        _check_syntax(hidden.source, hidden.first_code_line - 1, strict)
    for block in page.blocks:
        if not block.expects_syntax_error:
            _check_syntax(block.source, block.first_line, strict)
        limits = {
            "tolerance": (block.tolerance, lesson.largest_tolerance),
            "figure-tolerance": (block.figure_tolerance, lesson.largest_figure_tolerance),
        }
        for name, (value, largest) in limits.items():
            if value is not None and value > largest:
                line = block.directive_lines[name]
                fault(line, f"a {name} of {value:g} hides errors; the most is {largest:g}")


def _check_skeletons(page: Episode, engine: Fault, strict: Fault) -> None:
    """A skeleton with its blanks filled is a block that runs, in the same challenge."""
    for skeleton in page.skeletons:
        fault = engine if skeleton.marked else strict
        if BLANK not in skeleton.source:
            continue
        if "challenge" not in skeleton.divs:
            fault(skeleton.first_line, "blanks to fill belong in a challenge")
        elif solution_of(page, skeleton) is None:
            message = "no block in the solution is this skeleton with its blanks filled"
            fault(skeleton.first_line, message)


def solution_of(page: Episode, skeleton: Skeleton) -> Block | None:
    """The block that is a skeleton with its blanks filled.

    Args:
        page: the page.
        skeleton: one of its, in a challenge.

    Returns: the block, in the same challenge; None if there is none.
    """
    around = [div for div in page.around(skeleton.first_line) if div.name == "challenge"]
    parts = [re.escape(part) for part in re.split(f"{BLANK}_*", skeleton.source)]
    filled = re.compile(".+?".join(parts))
    blocks = [block for block in page.blocks if around[-1].holds(block.first_line)]
    return next((block for block in blocks if filled.fullmatch(block.source)), None)


def _check_syntax(source: str, line: int, fault: Fault) -> None:
    """Python, or what IPython makes of it; what `lesson export` can't comment out is neither."""
    error = magics.syntax_error(source)
    if error is not None:
        error = magics.syntax_error(magics.without_magics(source))
    if error is not None:
        fault(line + (error.lineno or 0), f"this code is not Python: {error.msg}")
