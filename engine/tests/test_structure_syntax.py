"""Code on a page is Python, or what IPython makes of it; anything else is named with its line."""

import sys
from pathlib import Path

import pytest
from small_lessons import PAGE

from lesson_engine.core import reader, structure
from lesson_engine.core.lesson import Lesson

LESSON = Lesson(root=Path("/not/there"), config={}, rules="strict")
BLOCK = 'total = 3 + 4\nprint("total:", total)'
FIRST = PAGE.split("\n").index("total = 3 + 4") + 1  # line of the code


def faults(code, text=PAGE):
    """(line, message) of all that is wrong with the page once its code is another."""
    assert BLOCK in text
    page = reader.read(text.replace(BLOCK, code), "episodes/01-small.md")
    return [(fault.line, fault.message) for fault in structure.faults(page, LESSON)]


def inside(code, prefix):
    """A page with code in a list or a quotation, below other text."""
    block = "\n".join(prefix + line for line in f"```python\n{code}\n```".split("\n"))
    return reader.read(f"Text.\n\n{block.replace(prefix, '- ', 1) if prefix == '  ' else block}\n")


MAGICS = [
    "%matplotlib inline\nx = 1",
    "x = 1\n!ls -l *.md",
    "names = !ls\nprint(names)",
    "took = %timeit -o sum(range(9))",
    "%%time\nx = 1",
    "?print",
    "print?",
    "print??",
    "!ls \\\n    -l \\\n*.md\nx = 1",
    "for n in range(3):\n    !ls {n}",
    "if True:\n    # a reason\n    %time x = 1\nelse:\n    !ls \\\n  -l\n    y = 2",
    "%matplotlib inline\nx = [\n    # why?\n    1,\n]",
    'text = """\n%not a magic\n"""\n%matplotlib inline',
    "%%bash\nfor name in *.md; do echo $name; done",
    "\n%%html\n<b>bold</b>",
]


@pytest.mark.parametrize("code", MAGICS)
@pytest.mark.parametrize("prefix", ["", "  ", "> "], ids=["alone", "in a list", "in a quotation"])
def test_magics_are_no_faults(code, prefix):
    page = inside(code, prefix)
    assert page.blocks[0].source == code
    assert structure.faults(page, LESSON) == []


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = 1\ny = = 2\nz = 3", 2),
        ("%matplotlib inline\nx = 1\ny = = 2", 3),
        ("!ls \\\n  -l\nx = 1\ny = = 2", 4),
        ("for n in range(3):\n    !ls\n    y = = 2", 3),
        ("%%time\nx = 1\ny = = 2", 3),
        ("!ls\nan ordinary sentence\nx = 1", 2),
        ("an ordinary sentence", 1),
    ],
)
def test_what_is_neither_python_nor_magic_is_a_fault_with_its_line(code, line):
    assert faults(code) == [(FIRST + line - 1, "this code is not Python: invalid syntax")]


def test_code_that_shows_a_syntax_error_is_right_as_it_is():
    wrong, recorded = "y = = 2", "```output\ntotal: 7\n```"
    error = "```error\nSyntaxError: invalid syntax\n```"
    assert faults(wrong, PAGE.replace(recorded, error)) == []
    other = "```error\nValueError: no\n```"
    assert faults(wrong, PAGE.replace(recorded, other)) == faults(wrong) != []


def test_python_is_checked_without_anything_that_takes_long_to_load(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext.magics", None)  # can't be imported
    assert faults(BLOCK) == []
    with pytest.raises(ImportError):
        faults("!ls")


@pytest.mark.parametrize("text", ["Text.\n\n### One", "Text.", "> ### Quoted", "One\n---", "- # A"])
def test_tabs_that_do_not_begin_with_a_heading_are_a_fault(text):
    tabs = f"::: tab\n\n{text}\n\nMore.\n\n:::\n\n::: keypoints"
    (fault,) = faults(BLOCK, PAGE.replace("::: keypoints", tabs))
    line = PAGE.split("\n").index("::: keypoints") + 1
    assert fault == (line, "tabs begin with a heading, such as '### Linux': the first tab's name")
