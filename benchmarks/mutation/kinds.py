"""The kinds of single changes. Each takes a lesson and gives one change, or None.

A kind is a function of (page: Episode, folder: Path of the episodes, chance: random.Random).
"""

import random
import re
from pathlib import Path

from lesson_engine.core import reader, scripts
from lesson_engine.core.lesson import find_lesson
from mutation import sayings
from mutation.changes import (
    Change,
    drawn_by,
    in_page,
    other_digit,
    other_letter,
    replace_match,
    square_painted,
)

SIZES = r"(?:units|filters|kernel_size|pool_size|rate|num_classes|shape|strides)=\(?[\d.]+"
IMPORT = r"^(?:import|from) .+$"
NUMBER = r"\d+(?:\.\d+)?"


def outputs_of(page, test=lambda block: True):
    """(block, its Recorded) for each recorded output of blocks that pass the test."""
    return [
        (block, part)
        for block in page.blocks
        for part in block.recorded
        if part.kind == "output" and test(block)
    ]


def _in_output(page, folder, chance, pattern, change, test=lambda block: True):
    pairs = outputs_of(page, test)
    if not pairs:
        return None
    block, part = chance.choice(pairs)
    inside = part.first_line + 1, part.last_line - 1
    return replace_match(page, folder, *inside, pattern, change, chance, block.first_line)


def digit_in_output(page, folder, chance):
    """A digit of an output in which every digit counts."""
    return _in_output(
        page, folder, chance, r"\d", other_digit, lambda block: block.tolerance is None
    )


def number_beyond_tolerance(page, folder, chance):
    """A number of an output with a tolerance, moved by two to four times the tolerance."""
    pairs = outputs_of(page, lambda block: block.tolerance)
    if not pairs:
        return None
    block, part = chance.choice(pairs)

    def move(text, chance):
        step = block.tolerance * chance.uniform(2, 4)
        places = len(text.partition(".")[2])
        return f"{float(text) + max(step, 2 * 10**-places):.{places}f}"

    inside = part.first_line + 1, part.last_line - 1
    decimal = r"(?<![\w.])\d\.\d{2,}(?!\w)"
    return replace_match(page, folder, *inside, decimal, move, chance, block.first_line)


def word_in_output(page, folder, chance):
    """A letter of a word in an output."""
    return _in_output(page, folder, chance, r"[A-Za-z]{3,}", other_letter)


def row_dropped(page, folder, chance):
    """A row of an output of several."""
    pairs = [(b, p) for b, p in outputs_of(page) if p.last_line - p.first_line > 2]
    if not pairs:
        return None
    block, part = chance.choice(pairs)
    rows = range(part.first_line + 1, part.last_line)
    filled = [row for row in rows if page.text.split("\n")[row - 1].strip()]
    row = chance.choice(filled)
    return in_page(page, folder, block.first_line, (row, row), [], block.first_line)


def output_removed(page, folder, chance):
    """A whole recorded output."""
    pairs = outputs_of(page)
    if not pairs:
        return None
    block, part = chance.choice(pairs)
    return in_page(
        page, folder, block.first_line, (part.first_line, part.last_line), [], block.first_line
    )


def output_under_another_block(page, folder, chance):
    """An output, moved under the next or the previous block."""
    pairs = outputs_of(page)
    if not pairs or len(page.blocks) < 2:
        return None
    block, part = chance.choice(pairs)
    target = chance.choice([other for other in page.blocks if other is not block])
    lines = page.text.split("\n")
    moved = lines[part.first_line - 1 : part.last_line]
    if target.prefix != block.prefix:
        return None
    new = list(lines)
    new[part.first_line - 1 : part.last_line] = [None] * len(moved)
    new[target.last_line : target.last_line] = ["", *moved]
    text = "\n".join(line for line in new if line is not None)
    path = Path(folder) / f"{page.name}.md"
    words = f"the output of line {part.first_line} below the block of line {target.first_line}"
    line = min(block.first_line, target.first_line)
    return Change(words, line, {path: text.encode("utf-8")})


def figures_exchanged(page, folder, chance):
    """Two figures' files, each with the other's content."""
    drawn = drawn_by(page)
    if len(drawn) < 2:
        return None
    (block, first), (other, second) = chance.sample(drawn, 2)
    paths = [(Path(folder) / figure.source).resolve() for figure in (first, second)]
    contents = [path.read_bytes() for path in paths]
    words = f"{first.source} and {second.source} exchanged"
    line = min(block.first_line, other.first_line)
    return Change(words, line, dict(zip(paths, reversed(contents), strict=True)))


def figure_address(page, folder, chance):
    """A drawn figure's address: another picture of the folder."""
    drawn = drawn_by(page)
    pictures = sorted(path.name for path in (Path(folder) / "fig").glob("*.png"))
    if not drawn or len(pictures) < 2:
        return None
    block, figure = chance.choice(drawn)
    others = [f"fig/{name}" for name in pictures if f"fig/{name}" != figure.source]
    new = chance.choice(others)
    lines = figure.first_line, figure.last_line
    text = "\n".join(page.text.split("\n")[lines[0] - 1 : lines[1]])
    text = text.replace(f"({figure.source})", f"({new})")
    return in_page(page, folder, block.first_line, lines, text.split("\n"), block.first_line)


def figure_painted_over(page, folder, chance):
    """A square of a figure, a fifth of its width, turned to its negative."""
    from PIL import ImageOps

    def turn(picture, box):
        picture.paste(ImageOps.invert(picture.crop(box)), box)

    return square_painted(page, folder, chance, 5, turn)


def figure_removed(page, folder, chance):
    """A drawn figure's paragraph."""
    drawn = drawn_by(page)
    if not drawn:
        return None
    block, figure = chance.choice(drawn)
    lines = figure.first_line, figure.last_line
    return in_page(page, folder, block.first_line, lines, [], block.first_line)


def _in_code(page, folder, chance, pattern, change, test=lambda block: True):
    blocks = [b for b in page.blocks if test(b) and re.search(pattern, b.source, re.M)]
    if not blocks:
        return None
    block = chance.choice(blocks)
    inside = block.first_line + 1, block.last_line - 1
    where = block.first_line
    found = replace_match(page, folder, *inside, pattern, change, chance, where)
    return found and with_script(page, folder, found)


def with_script(page, folder, change):
    """The change, and the script made from it: as after `lesson export`."""
    path = Path(folder) / f"{page.name}.md"
    changed = reader.read(change.files[path].decode("utf-8"), page.path)
    script = Path(folder).parent / "scripts" / scripts.script_name(page.name)
    if script.is_file():
        start = find_lesson(folder).script_start
        change.files[script] = scripts.to_script(changed, start).encode("utf-8")
    return change


def layer_size(page, folder, chance):
    """A number that makes a layer: units, filters, a shape."""
    return _in_code(page, folder, chance, SIZES, other_digit)


def number_in_code(page, folder, chance):
    """Any number in code."""
    return _in_code(page, folder, chance, r"(?<![\w.#])\d+(?:\.\d+)?(?!\w)", other_digit)


def import_removed(page, folder, chance):
    """An import."""
    return _in_code(page, folder, chance, IMPORT, lambda text, chance: "")


def _claim_change(page, folder, chance, pattern, change, quoted):
    claims = [c for c in page.claims if (c.words is not None) == quoted]
    if not claims:
        return None
    claim = chance.choice(claims)
    return claim, replace_match(
        page, folder, claim.line, claim.line, pattern, change, chance, claim.line
    )


def claim_quoted_word(page, folder, chance):
    """A letter of the words that a claim quotes."""
    found = _claim_change(page, folder, chance, r'(?<=claim ")[^"]*[a-z][^"]*', other_letter, True)
    return found and found[1]


def claim_turned_round(page, folder, chance):
    """The comparison in a claim: < for >, == for !=."""
    turned = {"<": ">", ">": "<", "==": "!=", "!=": "==", "<=": ">", ">=": "<"}
    pattern = r"(?<= )(?:[<>]=?|[=!]=)(?= )"
    found = _claim_change(page, folder, chance, pattern, lambda m, _: turned[m], True)
    if not found or not found[1]:
        return None
    return found[1]


def claimed_sentence(page, folder, chance):
    """A digit in the sentence of a claim that gives its words."""
    claims = [c for c in page.claims if c.words is None and re.search(r"\d", c.sentence)]
    if not claims:
        return None
    claim = chance.choice(claims)
    lines = page.text.split("\n")
    last = claim.line if lines[claim.line - 1].partition("<!--")[0].strip() else claim.line - 1
    while lines[last - 1].lstrip().startswith("<!--"):
        last -= 1
    first = last
    while lines[first - 2].strip() and not lines[first - 2].lstrip().startswith((":::", "```")):
        first -= 1
    pattern = rf"{NUMBER}(?![^\n]*-->)"
    return replace_match(page, folder, first, last, pattern, other_digit, chance, claim.line)


def words_quoted_in_prose(page, folder, chance):
    """A letter, in the sentence, of the words that its claim quotes."""
    claims = [c for c in page.claims if c.words and re.search("[a-z]", c.words)]
    if not claims:
        return None
    claim = chance.choice(claims)
    lines = page.text.split("\n")
    for line in range(claim.line, 0, -1):
        at = lines[line - 1].partition("<!--")[0].find(claim.words)
        if at >= 0:
            old = lines[line - 1]
            new = old[:at] + other_letter(claim.words, chance) + old[at + len(claim.words) :]
            return in_page(page, folder, claim.line, (line, line), [new], claim.line)
    return None


def tolerance_widened(page, folder, chance):
    """A tolerance beyond what the lesson allows."""
    blocks = [b for b in page.blocks if "tolerance" in b.directive_lines]
    blocks += [b for b in page.blocks if "figure-tolerance" in b.directive_lines]
    if blocks:
        names = chance.choice(blocks).directive_lines
        line = chance.choice([n for name, n in names.items() if "tolerance" in name])
        wider = f"{chance.uniform(0.051, 0.5):.3f}"
        return replace_match(
            page, folder, line, line, r"(?<=tolerance: )[\d.]+", lambda *_: wider, chance, line
        )
    pairs = outputs_of(page)
    if not pairs:
        return None
    block, part = chance.choice(pairs)
    new = ["<!-- tolerance: 0.2, because machines differ -->", ""]
    line = part.first_line
    return in_page(page, folder, line, (line, line - 1), new, line)


def _in_challenges(page):
    """(skeleton, challenge, block that is the skeleton filled) where there are blanks."""
    for skeleton in page.skeletons:
        if "_____" not in skeleton.source:
            continue
        filled = ".+?".join(re.escape(p) for p in re.split("_____+", skeleton.source))
        for div in page.divs:
            if div.name == "challenge" and div.first_line < skeleton.first_line < div.last_line:
                for block in page.blocks:
                    inside = div.first_line < block.first_line < div.last_line
                    if inside and re.fullmatch(filled, block.source):
                        yield skeleton, div, block


def solution_moved_out(page, folder, chance):
    """A block with its output, moved from its solution to below the challenge."""
    found = list(_in_challenges(page))
    if not found:
        return None
    skeleton, div, block = chance.choice(found)
    ends = [p.last_line for p in [*block.recorded, *block.figures]]
    first, last = block.first_line, max([block.last_line, *ends])
    lines = page.text.split("\n")
    new = [*lines[: first - 1], *lines[last : div.last_line], "", *lines[first - 1 : last], ""]
    new += lines[div.last_line :]
    path = Path(folder) / f"{page.name}.md"
    words = f"the block of line {first}, moved below its challenge"
    return Change(words, skeleton.first_line, {path: "\n".join(new).encode("utf-8")})


def skeleton_changed(page, folder, chance):
    """A letter or digit of a skeleton, outside its blanks."""
    found = list(_in_challenges(page))
    if not found:
        return None
    skeleton, _, _ = chance.choice(found)
    inside = skeleton.first_line + 1, skeleton.last_line - 1

    def change(text, chance):
        return other_digit(text, chance) if text[0].isdigit() else other_letter(text, chance)

    pattern = r"[A-Za-z]{2,}|\d+"
    return replace_match(page, folder, *inside, pattern, change, chance, skeleton.first_line)


def script_edited(page, folder, chance):
    """A letter or digit of the script made from the episode."""
    path = Path(folder).parent / "scripts" / scripts.script_name(page.name)
    if not path.is_file():
        return None
    text = path.read_text("utf-8")
    match = chance.choice(list(re.finditer(r"[A-Za-z]{3,}|\d+", text)))
    changed = other_digit if match[0][0].isdigit() else other_letter
    new = text[: match.start()] + changed(match[0], chance) + text[match.end() :]
    words = f"{path.name} line {text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}"
    return Change(words, None, {path: new.encode("utf-8")}, by_check=False)


def full_size_table(page, folder, chance):
    """A digit of a table in data/full_size that the episode prints."""
    readers = [
        (block, name)
        for block in page.blocks
        for name in re.findall(r"data/full_size/(\w+\.csv)", block.source)
    ]
    if not readers:
        return None
    block, name = chance.choice(readers)
    path = Path(folder).parent / "data" / "full_size" / name
    text = path.read_text("utf-8")
    match = chance.choice(list(re.finditer(r"\d\.\d+", text)))
    new = text[: match.start()] + other_digit(match[0], chance) + text[match.end() :]
    words = f"{name}: {match[0]} -> {new[match.start() : match.end()]}"
    imports = [b.first_line for b in page.blocks if "import pandas" in b.source]
    only = (*imports[:1], block.first_line)
    return Change(words, block.first_line, {path: new.encode("utf-8")}, only)


KINDS = {
    kind.__name__: kind
    for kind in [
        digit_in_output, number_beyond_tolerance, word_in_output, row_dropped, output_removed,
        output_under_another_block, figures_exchanged, figure_address, figure_painted_over,
        figure_removed, layer_size, number_in_code, import_removed, claim_quoted_word,
        claim_turned_round, claimed_sentence, words_quoted_in_prose, tolerance_widened,
        solution_moved_out, skeleton_changed, script_edited, full_size_table,
        *sayings.KINDS,
    ]
}  # fmt: skip


def make(kind, page, folder, seed):
    """The change of this kind that belongs to the seed; None if the page offers none.

    Args: kind: a name of KINDS; page: Episode; folder: Path of episodes/; seed: text.
    """
    chance = random.Random(f"{seed} {kind} {page.name}")
    for _ in range(20):
        change = KINDS[kind](page, folder, chance)
        if change is not None and any(
            not path.is_file() or path.read_bytes() != new for path, new in change.files.items()
        ):
            change.kind = kind
            return change
    return None
