"""The reader and the recorder against Markdown that nobody would write, drawn by hypothesis.

The examples are the same in every run. To look for more, on as many as you have time for:

    LESSON_FUZZ_EXAMPLES=100000 pytest tests/test_reader_fuzz.py
"""

import base64
import os
from io import BytesIO

import pytest
from nbformat import v4
from PIL import Image

from lesson_engine.core import comparer, model, notebook, reader, recorder
from lesson_engine.core.divs import DIV_KINDS
from lesson_engine.core.errors import LessonError

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import strategies as st  # noqa: E402

pytestmark = pytest.mark.slow
MORE = int(os.environ.get("LESSON_FUZZ_EXAMPLES", "0"))
PROFILE = hypothesis.settings(
    max_examples=MORE or 150,
    derandomize=not MORE,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)

ODD = "\t\v\f\x1b\x85\xa0\u2028\ufeff\u202e\u0301é漢😀"
REFUSED = "\0\r"  # in few of the texts, or all would be refused
LONG = ["x" * 3000, ":" * 3000 + "x", "`" * 500, "[" * 300]
# a file that is UTF-8 holds no half of a pair (Cs)
words = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=REFUSED), max_size=12),
    st.text("`~:#>-*_[](){}<>!\\|'\"=.,0 \t\n" + ODD, max_size=12),
    st.sampled_from(["plain words", "more words", "", "a\n\n  b\n", *LONG]),
)
printed_text = st.one_of(words, words, st.text(ODD + REFUSED + "ab\n", max_size=12))

YAML = [
    "title: A",
    "title: [",
    "- a",
    "teaching: 5",
    "date: 2026-13-45",
    "a: !!int ''",
    "a: &a [*a]",
]
YAML += ["? [a]\n: b", "\tx: y", "a: b: c", "b: !!bool maybe", "c: " + "[" * 2000, "1: 2", "---"]
odd_front_matter = st.lists(st.one_of(st.sampled_from(YAML), words), max_size=3)
front_matter = st.one_of(
    *[st.just(["title: A"])] * 3, st.just(["title: A", "date: 2026-11-21"]), odd_front_matter
).map(lambda lines: "\n".join(["---", *lines, "---"]))
CLAIM = ["claim: str(1)", 'claim "plain": True', "claim: 1 +", "claim: " + "(" * 500, "claim: '\0'"]
NUMBERS = [
    "0.01, because so",
    "0.01",
    "much",
    "٣, because so",
    "9" * 400 + ", because so",
    "-1, so it",
]
DIRECTIVES = [f"{name}: {number}" for name in reader.NUMBERED for number in NUMBERS]
GOOD = ["tolerance: 0.01, because so", "timeout: 5", "todo: x", "some remark"]
directives = st.one_of(
    st.sampled_from(GOOD),
    st.sampled_from(GOOD),
    st.sampled_from(CLAIM + DIRECTIVES + ["tolerence: 1, so"]),
    words,
)
comments = st.builds(
    "{}{}{}".format,
    st.sampled_from(["<!-- ", "<!--", "a <!-- "]),
    directives,
    st.sampled_from([" -->", " -->", " -->", "-->", "", " --> b"]),
)
INFO = (
    ["python"] * 8
    + ["bash", "r"] * 4
    + ["output", "warning", "error", "r", "", "{.python .skeleton}"]
)
INFO += ["{.python}", "{.output}", "{", "python more", "{#id}"]


@st.composite
def fences(draw):
    """A fence; usually whole, sometimes with another end or none."""
    mark = draw(st.sampled_from(["```", "~~~", "`````", "~~~~"]))
    end = draw(st.sampled_from([mark] * 12 + [mark + mark[0], "```", "~~~", "text ```", ""]))
    code = draw(st.one_of(words, st.just("x = 1\n\nprint(x)"), st.just("```\ninside\n```")))
    indent = draw(st.sampled_from(["", "", "", " ", "   ", "\t"]))
    return f"{indent}{mark}{draw(st.sampled_from(INFO))}\n{code}\n{indent}{end}"


@st.composite
def runs(draw):
    """A block with what usually follows it."""
    block = f"```python\n{draw(st.sampled_from(['x', 'x = 1', 'raise x', '', '%time x']))}\n```"
    parts = [block]
    if draw(st.booleans()):
        parts.append(draw(comments))
    for kind in draw(st.lists(st.sampled_from(reader.RECORDED), max_size=3, unique=True)):
        text = "Name: no" if kind == "error" else draw(words)
        parts.append(f"~~~~{kind}\n{text}\n~~~~")
    if draw(st.booleans()):
        parts.append("![a](fig/a.png){.cell-output alt='a line'}")
    return draw(st.sampled_from(["\n\n", "\n\n", "\n"])).join(parts)


attributes = st.sampled_from(["", "{alt='a'}", '{alt="a\nb"}', "{.cell-output}", "{alt='", "{"])
figures = st.builds("![{}](fig/a.png){}".format, words, attributes)
CELL = ["| a | b |\n|---|---|\n| 1 | <!-- claim: 1 --> |", "# Head", "## Head {#id}", "Head\n---"]
LOOSE = ["", "***", "[a]: https://a.org", "[a]", "<div>", "</details>", "text\n:::", "Text, plain."]
sentences = st.builds("plain words\n<!-- {} -->".format, st.sampled_from(CLAIM[:2]))
pieces = st.one_of(
    runs(), runs(), fences(), comments, sentences, figures, words, st.sampled_from(CELL + LOOSE)
)
openings = st.one_of(
    *[st.sampled_from(list(DIV_KINDS))] * 8,
    st.sampled_from(["{.challenge #id}", "{#id}", "{}", "chalenge", "hint :::", ""]),
    words,
)


def prefixed(first, rest):
    return lambda text: first + text.replace("\n", "\n" + rest)


def contained(inner):
    """Markdown in lists, quotations and divs."""
    several = st.lists(inner, min_size=1, max_size=4).map("\n\n".join)
    colons = st.integers(3, 6).map(":".__mul__)
    return st.one_of(
        *[st.builds("{} {}\n\n{}\n\n{}".format, colons, openings, several, colons)] * 4,
        st.builds("{} {}\n{}".format, colons, openings, several),
        several.map(prefixed("- ", "  ")),
        several.map(prefixed("10. ", "    ")),
        several.map(prefixed("-\t", "\t")),
        several.map(prefixed("> ", "> ")),
        several.map(prefixed(">", ">")),
        several.map(prefixed("> - ", ">   ")),
    )


bodies = st.lists(st.recursive(pieces, contained, max_leaves=10), max_size=6).map("\n\n".join)


@st.composite
def texts(draw):
    text = draw(bodies)
    if draw(st.booleans()):
        text = draw(front_matter) + "\n\n" + text
    text += draw(st.sampled_from(["\n", "\n", "", "\n\n\n", " "]))
    if draw(st.integers(0, 29)) == 29:
        text = text.replace("a", draw(st.sampled_from(REFUSED)), 1)
    return text.replace("\n", "\r\n") if draw(st.integers(0, 5)) == 0 else text


def accepted(text):
    """The page, or None if it is refused, and then as it should be: with file and line."""
    try:
        page = reader.read(text, "episodes/01-x.md")
    except LessonError as error:
        assert error.line is not None and 1 <= error.line <= text.count("\n") + 1, error
        assert str(error).startswith(f"episodes/01-x.md:{error.line}: ")
        return None
    return page


def png():
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "png")
    return file.getvalue()


PICTURE = png()


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    (folder / "fig").mkdir()
    (folder / "fig" / "a.png").write_bytes(PICTURE)
    return comparer.Rules(figure_folder=folder)


def drawn(count):
    data = {"image/png": base64.b64encode(PICTURE).decode("ascii")}
    return [v4.new_output("display_data", data) for _ in range(count)]


def recording(page, rules, outputs):
    """What the recorder makes of a page whose block number n gave outputs(n)."""
    blocks = [cell for cell in notebook.cells_of(page) if isinstance(cell.part, model.Block)]
    runs = [notebook.CellRun(cell, outputs(cell.index), 0.0) for cell in blocks]
    return recorder.record(page, runs, rules)


@PROFILE
@hypothesis.given(texts())
def test_what_is_accepted_is_given_back_unchanged(rules, text):
    page = accepted(text)
    if page is None:
        return

    def outputs(index):
        block = page.blocks[index]
        return notebook.recorded_outputs(block) + drawn(len(block.figures))

    if any(
        part.text != "Name: no"
        for block in page.blocks
        for part in block.recorded
        if part.kind == "error"
    ):
        return  # a pasted traceback: what the kernel gave is not known
    assert recording(page, rules, outputs).text == text
    # repr: a front matter that holds itself cannot be compared with ==
    assert repr(reader.read(page.text, page.path)) == repr(page)
    assert len(page.plain_lines()) == len(text.split("\n"))


@PROFILE
@hypothesis.given(texts())
def test_the_lines_of_a_block_are_those_of_its_code(text):
    page = accepted(text)
    if page is None:
        return
    lines = text.replace("\r\n", "\n").split("\n")
    for block in page.blocks:
        inside = lines[block.first_line : block.last_line - 1]
        code = block.source.split("\n") if inside else []
        assert len(inside) == len(code)
        for line, shown in zip(code, inside, strict=True):
            assert shown.strip().endswith(line.strip())


@PROFILE
@hypothesis.given(
    texts(), st.lists(st.tuples(printed_text, printed_text, st.booleans()), min_size=1, max_size=4)
)
def test_what_is_recorded_is_read_back(rules, text, printed):
    """New outputs below every block: nothing else changes, and a second recording is none."""
    page = accepted(text)
    if page is None:
        return

    def outputs(index):
        out, warning, fails = printed[index % len(printed)]
        given = [v4.new_output("stream", name="stdout", text=out)] if out else []
        given += [v4.new_output("stream", name="stderr", text=warning)] if warning else []
        given += [v4.new_output("error", ename="E", evalue=warning)] if fails else []
        return given + drawn(len(page.blocks[index].figures))

    first = recording(page, rules, outputs)
    if first.faults:
        return
    again = reader.read(first.text, page.path)
    assert [block.source for block in again.blocks] == [block.source for block in page.blocks]
    assert [div.name for div in again.divs] == [div.name for div in page.divs]
    for block in again.blocks:
        assert comparer.agrees(block, outputs(again.blocks.index(block)), rules)
    assert recording(again, rules, outputs).text == first.text
