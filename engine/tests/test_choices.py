"""Options, answers and solutions of a challenge have to fit together."""

import pytest
from small_lessons import code, lesson_in, page

from lesson_engine.core import choices, reader, structure
from lesson_engine.core.errors import LessonError

OPTIONS = "A. one\n\nB. two\n\nC. three"
SOLUTION = "::: solution\n\n{solution}\n\n:::"
TASK = f"::: challenge\n\n## How many?\n\n{{options}}\n\n{{answer}}\n\n{SOLUTION}\n\n:::"
RIGHT = "**B.** One more than one. If you chose A, you stopped early; if C, late."


def told(options=OPTIONS, answer="<!-- answer: B -->", solution=RIGHT):
    """What is wrong with a challenge, as (strictly only?, message)."""
    found = []
    text = page(TASK.format(options=options, answer=answer, solution=solution))
    choices.check(
        reader.read(text),
        lambda _, message: found.append((False, message)),
        lambda _, message: found.append((True, message)),
    )
    return found


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"options": "- A: one\n- B: two\n- C: three"},
        {"answer": "", "solution": "A. No.\n\nB. Yes.\n\nC. No."},
        {"answer": "", "solution": "A: 1. B: 2. C: 3."},
        {"answer": "<!-- answer: C A B -->", "solution": "C, A and then B."},
        {"answer": "<!-- answer: C A -->", "solution": "C, A. B is not needed."},
        {"answer": "<!-- answer: B C A -->", "solution": "1. B, not A.\n2. C, not B.\n3. A."},
        {"options": "Nothing to choose from.", "answer": ""},
    ],
)
def test_what_fits_together_is_not_told(parts):
    assert told(**parts) == []


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"options": "A. one\n\nC. three\n\nB. two"}, "this option is C; after those above"),
        ({"options": "A. one\n\nB. two\n\nB. three\n\nC. four"}, "this option is B; after those"),
        ({"solution": RIGHT.replace("**B.**", "**C.**")}, "this says C, and the answer is B"),
        ({"answer": "<!-- answer: A -->"}, "this says B, and the answer is A"),
        (  # what explains a wrong option names no answer
            {"answer": "<!-- answer: A -->", "solution": "**B.** Yes.\n\n- A is late.\n- C too."},
            "this says B, and the answer is A",
        ),
        ({"solution": "**B.** If you chose A, …"}, "the solution says nothing about C"),
        ({"solution": RIGHT + "\n\n**D.** Never."}, "there is no option D in this challenge"),
        (
            {"answer": "<!-- answer: C A B -->", "solution": "C, B and then A."},
            "this says C B A, and the answer is C A B",
        ),
        ({"answer": "<!-- answer: C C B -->", "solution": "A B C"}, "C C B names an option twice"),
    ],
)
def test_what_contradicts_itself_is_told(parts, expected):
    assert any(expected in message for strictly, message in told(**parts) if not strictly)


def test_an_answer_that_no_machine_can_check_is_told_strictly():
    assert told(answer="") == [
        (True, "say which option is right: <!-- answer: C --> below them, or the order of all")
    ]


@pytest.mark.parametrize(
    ("solution", "found"),
    [
        ("**B.** A step takes a while.\n\n- C is late.", True),
        ("**B.** It does. A loss is none.\n\n- C is late.", True),
        ("**B.** It does. A takes a while.\n\n- C is late.", False),
        ("**B.** A and C are late.", False),
        ("**B.** A step takes a while.\n\n- A forgets it.\n- C is late.", False),
    ],
)
def test_an_article_is_no_option(solution, found):
    message = "the solution says nothing about A: why is it right, or wrong?"
    assert ((True, message) in told(answer="<!-- answer: B -->", solution=solution)) is found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TASK.format(options=OPTIONS, answer="<!-- answer: D -->", solution=RIGHT), "no option D"),
        (TASK.format(options=OPTIONS, answer="<!-- answer: -->", solution=RIGHT), "answer: C"),
        ("Text.\n\n<!-- answer: B -->", "below the options of a challenge"),
        (
            TASK.format(options=OPTIONS, answer='<!-- answer "B": 1 + -->', solution=RIGHT),
            "is not a Python expression",
        ),
    ],
)
def test_an_answer_to_nothing_is_refused(text, message):
    with pytest.raises(LessonError, match="answer|option|Python") as raised:
        reader.read(page(text))
    assert message in raised.value.message


def test_an_answer_can_be_worked_out(old, tmp_path):
    options = "A. 9\n\nB. 12\n\nC. 16"
    right = TASK.format(options=options, answer='<!-- answer "B": str(x * 4) -->', solution=RIGHT)
    old(episodes__01_a=page(code("x = 3"), right))
    assert lesson_in(tmp_path, "check")[0] == 0
    old(episodes__01_a=page(code("x = 4"), right))
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 1 and 'the sentence should say "16"; it says "12"' in said


@pytest.mark.slow
def test_strict_rules_make_it_a_fault(make_lesson, tmp_path):
    parts = {"options": OPTIONS, "answer": "<!-- answer: A -->", "solution": RIGHT}
    make_lesson(page(TASK.format(**parts), code("1")))
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 1 and "this says B, and the answer is A" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("See [episode 2](02-b.md).", None),
        ("See [episode 3](02-b.md).", "'episode 3' leads to episode 2, 02-b.md"),
        ("See [episode\n3](02-b.md#end).", "leads to episode 2, 02-b.md"),
        ("See [the end of episode 1](02-b.md).", "leads to episode 2, 02-b.md"),
        ("Images of a *horse*, of “horses”, worse.", None),
        ("Images of a *hors*.", "hors is spelled horse in the data"),
        ("What is worse is “worse”.", None),  # a word that the lesson has, too
        ("It is “worse”.", "worse is spelled horse in the data; if it is another word, add it"),
        ("It says `hoarse`.", "hoarse is spelled horse in the data"),
        ("A *forg* and a *dog*.", "forg is spelled frog in the data"),
        ("A “fog” in the fog.", None),
        ("It says “cmt”.", "cmt is spelled cat in the data"),
    ],
)
def test_links_and_words_agree_with_what_they_name(make_lesson, text, message):
    make_lesson(page("Text."), name="02-b.md")
    lesson = make_lesson(page(text), options='data_words = ["horse", "frog", "cat"]')
    episode = reader.read_page(lesson, lesson.root / "episodes" / "01-small.md")
    faults = [str(fault) for fault in structure.faults(episode, lesson)]
    assert [fault for fault in faults if message is None or message not in fault] == []
    assert len(faults) == (message is not None)
