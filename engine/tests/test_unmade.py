"""Names of code that isn't run: what reads them is neither recorded nor called right."""

import pytest
from small_lessons import code, lesson_in, page

from lesson_engine.core import names, reader
from lesson_engine.core.notebook import cells_of
from lesson_engine.core.unmade import Unmade

SKIPPED = "<!-- skip: needs a key -->\n\n" + code("total = ask()")
TASK = (
    "::: challenge\n\n## Fill in\n\n" + code("total = ____", "limit = 5") + "\n\n::: solution\n\n"
)
END = "\n\n:::\n\n:::"


@pytest.mark.parametrize(
    ("source", "needed", "given"),
    [
        ("x = x + 1", {"x"}, {"x"}),
        ("x = 1\nprint(x)", set(), {"x"}),
        ("x += 1", {"x"}, {"x"}),
        ("x: int = y", {"y"}, {"x"}),
        ("for a in b:\n    c = a", {"b"}, {"a", "c"}),
        ("[a for a in b if a > c]", {"b", "c"}, set()),
        ("{k: v for k, v in d.items()}", {"d"}, set()),
        ("def f(a, b=c):\n    inner = a + z\n    return inner", {"c", "z"}, {"f"}),
        ("g = lambda a: a + z", {"z"}, {"g"}),
        ("import os.path as p, sys", set(), {"p", "sys"}),
        ("with open(n) as file:\n    t = file.read()", {"n"}, {"file", "t"}),
        ("try:\n    f()\nexcept E as error:\n    print(error)", {"f", "E"}, {"error"}),
        ("class A(B):\n    x = 1", {"B"}, {"A"}),
        ("d['k'] = v", {"d", "v"}, set()),
    ],
)
def test_names_are_read_in_the_order_of_a_run(source, needed, given):
    assert names.names_in(source) == (needed, given)


def missing(*parts):
    """Name and line of what each cell of a page lacks; None if it has all."""
    episode = reader.read(page(*parts))
    unmade = Unmade(episode)
    found = [unmade.needed_by(cell) for cell in cells_of(episode)]
    return [None if one is None else one.name for one in found]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((code("total = 1"), SKIPPED, code("print(total)")), [None, "total"]),
        ((SKIPPED, code("total = 1"), code("print(total)")), [None, None]),
        ((SKIPPED, code("half = total / 2"), code("half")), ["total", "half"]),
        ((TASK + code("print(total)") + END,), ["total"]),
        ((TASK + code("total = 3") + "\n\n" + code("total") + END,), [None, None]),
        ((code("total = 1"), TASK + END, code("total")), [None, None]),  # another task's affair
        ((SKIPPED, code("%time half = total"), code("!ls", "half")), ["total", "half"]),
    ],
)
def test_what_needs_a_name_of_code_that_is_not_run_is_known(parts, expected):
    assert missing(*parts) == expected


def test_a_wrong_result_is_not_written_into_a_solution(old, tmp_path):
    solution = TASK + code("print(total)") + "\n\n```output\n8\n```" + END
    text = page(code("total = 1"), solution, code("print('ran')"), "```output\nran\n```")
    old(episodes__01_a=text)
    assert lesson_in(tmp_path, "record") == (0, lesson_in(tmp_path, "record")[1])
    assert (tmp_path / "episodes" / "01-a.md").read_text("utf-8") == text
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said
    assert "2 blocks of Python ran: 2 as recorded" in said
    assert "Not run: 1 block, as what they need comes from code that isn't run" in said
    assert lesson_in(tmp_path, "adopt")[1].count("edit") == 0


@pytest.mark.slow
def test_with_strict_rules_it_is_a_fault_with_a_remedy(make_lesson, tmp_path):
    text = page(code("total = 1"), SKIPPED, code("print(total)"), "```output\n1\n```")
    make_lesson(text)
    lines = text.split("\n")
    line, skipped = lines.index("print(total)"), lines.index("total = ask()")  # of the fences
    for command in ("check", "record"):
        returned, said = lesson_in(tmp_path, command)
        assert returned == 1
        assert f"01-small.md:{line}: needs total, from the block in line {skipped}, which" in said
        assert "give it a value above, in <!-- run: total = … -->" in said
