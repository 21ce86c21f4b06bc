"""Options to choose from or to put in order, and what their solution says of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lesson_engine.core.markdown import COMMENT, lines_of, tokens_of
from lesson_engine.core.model import Answer, Div, Episode, Option

OPTION = re.compile(r"(?P<letter>[A-Z])[.:)]\s+(?P<text>.*)", re.S)
BOLD = re.compile(r"\*\*(?P<letter>[A-Z])[.:]?\*\*")
NOT_A_WORD = r"(?<![\w`'’.-]){}(?![\w`'’-])"
# "A" as in "A step takes a while", which begins a sentence; "A takes the first" is option A
ARTICLE = re.compile(r"(?<=[.!?:*] )A(?= [a-z])(?! (?:[a-z]*[^su]s|and|or|would)\b)")

Fault = Callable[[int | None, str], None]


@dataclass
class Question:
    """A challenge with options.

    Attributes:
        div: the challenge.
        options: each of them, in order.
        solution: (line, text) of each paragraph and list item of its solutions.
        answers: what is declared of it.
    """

    div: Div
    options: list[Option] = field(default_factory=list)
    solution: list[tuple[int, str]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def letters(self) -> list[str]:
        """Of its options, in order."""
        return [option.letter for option in self.options]


def questions(page: Episode) -> list[Question]:
    """The challenges of a page that have options."""
    if not page.options:  # so that most pages are read once
        return []
    found = [Question(div) for div in page.divs if div.name == "challenge"]
    for line, text in _paragraphs(page):
        if "solution" in [div.name for div in page.around(line)]:
            for question in found:
                if question.div.holds(line):
                    question.solution.append((line, text))
    for question in found:
        question.options = [one for one in page.options if question.div.holds(one.line)]
        question.answers = [one for one in page.answers if question.div.holds(one.line)]
    return [question for question in found if question.options]


def _paragraphs(page: Episode) -> Iterator[tuple[int, str]]:
    for token in tokens_of(page.text):
        if token.type == "inline":
            yield lines_of(token)[0], " ".join(COMMENT.sub(" ", token.content).split())


def check(page: Episode, fault: Fault, strict: Fault) -> None:
    """Tell what does not fit together in the challenges of a page.

    Args:
        page: the page.
        fault: told of what contradicts itself.
        strict: told of what no machine can check.
    """
    for question in questions(page):
        _check_letters(question, fault)
        _check_solution(question, fault, strict)
        _check_answers(question, fault, strict)


def _check_letters(question: Question, fault: Fault) -> None:
    for place, option in enumerate(question.options):
        expected = chr(ord("A") + place)
        if option.letter != expected:
            message = f"this option is {option.letter}; after those above it would be {expected}"
            fault(option.line, message)
            return


def _check_solution(question: Question, fault: Fault, strict: Fault) -> None:
    """Every option is spoken of, and no letter that is none."""
    if not question.solution:
        return
    text = " ".join(words for _, words in question.solution)
    for option in question.options:
        letter = option.letter
        message = f"the solution says nothing about {letter}: why is it right, or wrong?"
        if not re.search(NOT_A_WORD.format(letter), text):
            fault(option.line, message)
        elif letter == "A" and not re.search(NOT_A_WORD.format(letter), ARTICLE.sub("a", text)):
            strict(option.line, message)
    for line, words in question.solution:
        named = BOLD.search(words) or OPTION.match(words)
        if named and named["letter"] not in question.letters:
            fault(line, f"there is no option {named['letter']} in this challenge")


def _check_answers(question: Question, fault: Fault, strict: Fault) -> None:
    """What is declared is what the solution says, option for option or in order."""
    told = _told(question)
    text = " ".join(words for _, words in question.solution)
    each = set(re.findall(r"(?<!\w)([A-Z])[.:](?=\s)", text))
    if not question.answers and question.solution and not each.issuperset(question.letters):
        message = "say which option is right: <!-- answer: C --> below them, or the order of all"
        strict(question.options[-1].line, message)
    for answer in question.answers:
        declared, number = " ".join(answer.letters), len(answer.letters)
        if len(set(answer.letters)) < number:
            fault(answer.line, f"{declared} names an option twice")
        elif question.solution and list(answer.letters) not in (
            told[:number],
            _begins(question) if number > 1 else [],
        ):
            says = " ".join(told[:number]) or "none of them"
            fault(question.solution[0][0], f"this says {says}, and the answer is {declared}")


def _begins(question: Question) -> list[str]:
    """The letters with which the paragraphs of a solution begin, as where things are matched."""
    found = [re.match(r"([A-Z])\b", words) for _, words in question.solution]
    return [match[1] for match in found if match and match[1] in question.letters]


def _told(question: Question) -> list[str]:
    """The letters that a solution names first, each once."""
    for _, words in question.solution:
        bold = [match["letter"] for match in BOLD.finditer(words)]
        named = bold or re.findall(NOT_A_WORD.format("([A-Z])"), words)
        letters = [letter for letter in dict.fromkeys(named) if letter in question.letters]
        if letters:
            return letters
    return []
