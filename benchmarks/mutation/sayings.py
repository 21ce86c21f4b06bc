"""Kinds of changes to what a page says: its numbers, answers, claims and names.

Four kinds are left out, since no check can decide them: a word turned round where no claim quotes
it ("rises" for "falls"), two options exchanged that differ in words alone, a reason that is wrong
in words, and another word's definition in the glossary. Only a reader knows.
"""

import re
from collections.abc import Callable

from lesson_engine.core import choices
from lesson_engine.core.lesson import find_lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.quantities import NUMBER, UNITS, Quantity, quantities
from mutation.changes import (
    Change,
    in_page,
    other_digit,
    other_letter,
    replace_match,
    square_painted,
)

KEY_POINTS = {"questions", "objectives", "keypoints", "prereq", "discussion"}
EPISODE_LINK = r"(?<=\[episode )\d+(?=\])"


_known: dict[str, list[Quantity]] = {}  # text of a page -> its numbers, which take a while to find


def numbers_of(page: Episode) -> list[Quantity]:
    """The numbers of a page, read once."""
    if page.text not in _known:
        _known[page.text] = quantities(page)
    return _known[page.text]


def place_of(page: Episode, one: Quantity) -> str:
    """Where a number is said: "challenge", "hint", "table", "picture", "comment", … or "text"."""
    names = {div.name for div in page.around(one.line)}
    if any(block.first_line <= one.line <= block.last_line for block in page.blocks):
        return "comment"
    if any(each.first_line <= one.line <= each.last_line for each in page.all_figures):
        return "picture"
    if page.text.split("\n")[one.line - 1].lstrip().startswith("|"):
        return "table"
    for name in ("hint", "solution", "challenge"):
        if name in names:
            return name
    return "key points" if names & KEY_POINTS else "text"


def number_said(where: str) -> Callable:
    """The kind of change to a number or number word in one place of a page."""

    def kind(page, folder, chance):
        found = [one for one in numbers_of(page) if place_of(page, one) == where]
        return another_number(page, folder, chance.choice(found), chance) if found else None

    kind.__name__ = f"number_in_{where.replace(' ', '_')}"
    return kind


def another_number(page, folder, one: Quantity, chance) -> Change | None:
    """A Change of one number: another digit, or the word for another number."""
    line = page.text.split("\n")[one.line - 1]
    begin = line.find("#") if place_of(page, one) == "comment" else 0  # not the code before it
    found = (match for match in NUMBER.finditer(line, begin))
    match = next((each for each in found if " ".join(each[0].split()) == one.text), None)
    if match is None:
        return None
    if match["word"]:
        new = chance.choice([word for word in UNITS[:8] if word != match[0].lower()])
        new = new.capitalize() if match[0][0].isupper() else new
    else:
        new = other_digit(match[0], chance)
    text = line[: match.start()] + new + line[match.end() :]
    return in_page(page, folder, one.line, (one.line, one.line), [text], one.line)


def answer_letter(page, folder, chance):
    """The letter of an answer that is declared."""
    found = [(q, answer) for q in choices.questions(page) for answer in q.answers]
    if not found:
        return None
    question, answer = chance.choice(found)

    def other(text, chance):
        return chance.choice([letter for letter in question.letters if letter != text])

    line, where = answer.line, question.solution[0][0] if question.solution else answer.line
    return replace_match(page, folder, line, line, r"(?<=answer: )[A-Z]", other, chance, where)


def answer_in_solution(page, folder, chance):
    """The letter that a solution says is right."""
    found = [
        (question, line)
        for question in choices.questions(page)
        for line, text in question.solution
        if question.answers and choices.BOLD.search(text)
    ]
    if not found:
        return None
    question, line = chance.choice(found)

    def other(text, chance):
        return chance.choice([letter for letter in question.letters if letter != text])

    return replace_match(
        page, folder, line, line, r"(?<=\*\*)[A-Z](?=[.:]?\*\*)", other, chance, line
    )


def explanation_removed(page, folder, chance):
    """What a solution says of one wrong option."""
    lines = page.text.split("\n")
    found = []
    for question in choices.questions(page):
        for line, text in question.solution:
            right = {letter for answer in question.answers for letter in answer.letters}
            if re.match(r"[A-Z]\b", text) and text[0] in set(question.letters) - right:
                last = line
                while lines[last].startswith("  ") and lines[last].strip():
                    last += 1
                found.append((line, last, question, text[0]))
    if not found:
        return None
    first, last, question, letter = chance.choice(found)
    line = next(one.line for one in question.options if one.letter == letter)
    return in_page(page, folder, line, (first, last), [], line)


def claim_removed(page, folder, chance):
    """A claim."""
    lines = page.text.split("\n")
    whole = [c for c in page.claims if re.fullmatch(r"\s*<!-- claim.*-->", lines[c.line - 1])]
    if not whole:
        return None
    line = chance.choice(whole).line
    return in_page(page, folder, line, (line, line), [], None)


def claim_weakened(page, folder, chance):
    """A comparison in a claim that lets more through: <= for <, a second condition dropped."""
    weaker = {" < ": " <= ", " > ": " >= ", " == ": " >= "}
    claims = [c for c in page.claims if c.words is not None]
    if not claims:
        return None
    line = chance.choice(claims).line
    pattern = r" (?:[<>]|==) "
    return replace_match(
        page, folder, line, line, pattern, lambda text, _: weaker[text], chance, None
    )


def tolerance_doubled(page, folder, chance):
    """A tolerance, twice as wide, within what the lesson allows."""
    blocks = [b for b in page.blocks if "tolerance" in b.directive_lines]
    if not blocks:
        return None
    line = chance.choice(blocks).directive_lines["tolerance"]

    def wider(text, _):
        return f"{min(0.05, 2 * float(text)):g}"

    return replace_match(page, folder, line, line, r"(?<=tolerance: )[\d.]+", wider, chance, line)


def link_number(page, folder, chance):
    """The number in a link to another episode."""
    last = page.text.count("\n") + 1
    change = replace_match(page, folder, 1, last, EPISODE_LINK, other_digit, chance, None)
    if change is not None:
        change.line = _first_difference(page, change)
    return change


def name_misspelt(page, folder, chance):
    """A letter of a class's name in quotes or code, in the text."""
    inside = {n for b in page.blocks for n in range(b.first_line, b.last_line + 1)}
    words = "|".join(find_lesson(folder).data_words)
    pattern = re.compile(rf"(?<=[\"`“])(?:{words})(?=[\"`”])")
    lines = page.text.split("\n")
    found = [
        number
        for number, line in enumerate(lines, 1)
        if number not in inside and "<!--" not in line and pattern.search(line)
    ]
    if not found:
        return None
    line = chance.choice(found)
    return replace_match(page, folder, line, line, pattern.pattern, other_letter, chance, line)


def figure_touched(page, folder, chance):
    """A square of a figure, a twentieth of its width, painted black or white."""
    from PIL import ImageStat

    def paint(picture, box):
        light = sum(ImageStat.Stat(picture.crop(box)).mean) / 3
        picture.paste("black" if light > 127 else "white", box)

    return square_painted(page, folder, chance, 20, paint)


def _first_difference(page, change: Change) -> int:
    (content,) = change.files.values()
    pairs = zip(page.text.split("\n"), content.decode("utf-8").split("\n"), strict=False)
    return next(number for number, (old, new) in enumerate(pairs, 1) if old != new)


PLACES = ("text", "challenge", "hint", "solution", "table", "picture", "comment", "key points")
KINDS = [
    *(number_said(where) for where in PLACES),
    answer_letter, answer_in_solution, explanation_removed, claim_removed, claim_weakened,
    tolerance_doubled, link_number, name_misspelt, figure_touched,
]  # fmt: skip
