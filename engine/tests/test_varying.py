"""What differs from run to run, what is hidden, and lessons that are one long session."""

import subprocess
import sys

import nbformat
import pytest
from small_lessons import code, lesson_in, page

from lesson_engine.core import causes, comparer, reader, scripts, working_files
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import find_lesson
from lesson_engine.run import sources, watch

RANDOM = code("import random", "print('lucky number:', random.SystemRandom().random())")
SAID = "```output\nlucky number: 0.5\n```"
UNSEEDED = "<!-- varies: because no seed is set -->"
NUMBER = r'<!-- varies: "0\.\d+", because no seed is set -->'


def text_of(folder, name="01-a"):
    return (folder / "episodes" / f"{name}.md").read_text("utf-8")


# ---- what varies


@pytest.mark.parametrize("directive", [UNSEEDED, NUMBER])
def test_what_varies_is_not_compared_and_is_counted(old, tmp_path, directive):
    old(episodes__01_a=page(RANDOM, directive, SAID))
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said
    assert "Compared except for what varies: 1 block, because no seed is set" in said
    before = text_of(tmp_path)
    assert lesson_in(tmp_path, "record")[0] == 0
    assert text_of(tmp_path) == before


def test_a_pattern_does_not_hide_what_is_known_to_vary():
    """A mask in the middle of `Wall time: 9 μs` must leave it a time."""
    directive = r'<!-- varies: "all|\d+", because so -->'
    block = reader.read(page(code("x"), directive, "```output\nWall time: 9.3 μs\n```")).blocks[0]
    fresh = [{"output_type": "stream", "name": "stdout", "text": "Wall time: 10 ms\n"}]
    recorded, shown = comparer.compare(block, fresh, comparer.Rules())
    assert recorded == shown


def test_what_stands_beside_a_pattern_is_compared(old, tmp_path):
    old(episodes__01_a=page(RANDOM, NUMBER, SAID.replace("lucky", "unlucky")))
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 1
    assert "- unlucky number: [varies]" in said and "+ lucky number: [varies]" in said


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("<!-- varies: -->", "say why: <!-- varies: because no seed is set -->"),
        ("<!-- varies: '[', because it does -->", "'[' is not a regular expression"),
        ("Text.\n\n" + UNSEEDED, "'varies' belongs directly below a block of code"),
    ],
)
def test_a_directive_that_makes_no_sense_is_refused_with_its_line(directive, message):
    with pytest.raises(LessonError, match="varies|regular") as raised:
        reader.read(page(RANDOM, directive))
    assert message in raised.value.message
    assert raised.value.line == 22 + directive.count("\n")


def test_adopting_runs_twice_and_marks_what_differs(old, tmp_path):
    drawing = ["import random, matplotlib.pyplot as plt"]
    drawing += ["_ = plt.plot([random.SystemRandom().random(), 0, 9])", "plt.show()"]
    old(
        episodes__01_a=page(
            RANDOM,
            SAID,
            code("print(7)"),
            "```output\n7\n```",
            code(*drawing),
            "![A line.](fig/01_line.png){.cell-output alt='a line'}",
        )
    )
    returned, said = lesson_in(tmp_path, "adopt", "--write")
    assert returned == 0, said
    assert "episodes/01-a.md:20: gives a different result the second time" in said
    mark = "<!-- varies: because two runs gave different results -->"
    assert text_of(tmp_path).count(mark) == 2
    assert f"```\n\n{mark}\n\n{SAID}" in text_of(tmp_path)
    assert lesson_in(tmp_path, "record")[0] == 0
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said
    assert "Nothing to fix; `lesson build` makes the site." in said


# ---- code that runs and is not shown

HIDDEN = "<!-- run:\nnumbers = [1, 2]\n\ntotal = sum(numbers)\n-->"
IN_LIST = "  " + HIDDEN.replace("\n", "\n  ")


def test_hidden_code_runs_and_stands_nowhere_on_the_page(old, tmp_path):
    lesson = old(episodes__01_a=page("- item\n\n" + IN_LIST, code("print(total)"), HIDDEN))
    before = text_of(tmp_path)
    returned, said = lesson_in(tmp_path, "record", "--all")
    assert returned == 0, said
    assert text_of(tmp_path) == before.replace(
        "print(total)\n```", "print(total)\n```\n\n```output\n3\n```"
    )
    assert lesson_in(tmp_path, "check")[0] == 0
    assert lesson_in(tmp_path, "export")[0] == 0
    script = tmp_path / "scripts" / "01_a.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.stdout == "3\n", done.stderr
    for kind in ("exercises", "solutions"):
        book = nbformat.read(tmp_path / "build" / "notebooks" / f"01-a-{kind}.ipynb", 4)
        cells = [cell for cell in book.cells if cell.cell_type == "code"]
        assert [cell.metadata.get("tags") for cell in cells] == [
            ["hide-input"],
            None,
            ["hide-input"],
        ]
    assert lesson_in(tmp_path, "build")[0] == 0
    html = (lesson.site_folder / "episodes" / "01-a.html").read_text("utf-8")
    assert "numbers" not in html and "total" in html


def test_hidden_code_that_raises_is_told_with_its_line(old, tmp_path):
    old(episodes__01_a=page("<!-- run:\nx = 1\n1 / 0\n-->", code("print(x)")))
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 1 and "episodes/01-a.md:19: ZeroDivisionError" in said, said


TRIED = "<!-- try:\n# Change the number.\nprint(total + 39)\n-->"


def test_code_to_try_runs_and_only_notebooks_have_it(old, tmp_path):
    lesson = old(episodes__01_a=page("<!-- run: total = 3 -->", code("print(total)"), TRIED))
    before = text_of(tmp_path)
    returned, said = lesson_in(tmp_path, "record", "--all")
    assert returned == 0, said
    assert text_of(tmp_path).endswith(before[before.index("<!-- try:") :])
    assert lesson_in(tmp_path, "export")[0] == 0
    script = (tmp_path / "scripts" / "01_a.py").read_text("utf-8")
    assert "print(total)" in script and "Change the number" not in script
    for kind in ("exercises", "solutions"):
        book = nbformat.read(tmp_path / "build" / "notebooks" / f"01-a-{kind}.ipynb", 4)
        cell = [cell for cell in book.cells if cell.cell_type == "code"][-1]
        assert cell.source == "# Change the number.\nprint(total + 39)"
        assert "tags" not in cell.metadata and "jupyter" not in cell.metadata, "it isn't folded"
    assert lesson_in(tmp_path, "build")[0] == 0
    html = (lesson.site_folder / "episodes" / "01-a.html").read_text("utf-8")
    assert "total" in html and "Change the number" not in html


def test_code_to_try_that_raises_is_told_with_its_line(old, tmp_path):
    old(episodes__01_a=page(code("x = 1"), "<!-- try:\nx\n1 / 0\n-->"))
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 1 and "ZeroDivisionError" in said, said
    line = text_of(tmp_path).split("\n").index("1 / 0") + 1
    assert f"episodes/01-a.md:{line}: " in said


@pytest.mark.parametrize(
    "text",
    [
        "<!-- run: -->",
        "<!-- try: -->",
        "Text <!-- run: x = 1 --> in a line.",
        "Text <!-- try: 1 -->",
    ],
)
def test_hidden_code_in_the_wrong_place_is_refused(text):
    with pytest.raises(LessonError) as raised:
        reader.read(page(text))
    assert raised.value.line == 17


# ---- one session

PARTS = {
    "episodes__01_a": page(code("numbers = [1, 2, 3]")),
    "episodes__02_b": page(code("numbers.append(4)", "print(numbers)"), "```output\n[0]\n```"),
    "episodes__03_c": page(code("print(sum(numbers))"), "```output\n0\n```"),
}


@pytest.fixture
def session(old, tmp_path):
    old(**PARTS)
    (tmp_path / "pyproject.toml").write_text("[tool.lesson]\none_session = true\n", "utf-8")
    return tmp_path


def test_episodes_of_one_session_go_on_where_the_one_before_ended(session):
    assert lesson_in(session, "record", "03")[0] == 0
    assert "```output\n10\n```" in text_of(session, "03-c")
    assert "```output\n[0]\n```" in text_of(session, "02-b")
    assert lesson_in(session, "record")[0] == 0
    assert "```output\n[1, 2, 3, 4]\n```" in text_of(session, "02-b")
    for wanted in ([], ["03"]):
        returned, said = lesson_in(session, "check", *wanted)
        assert returned == 0, said
    returned, said = lesson_in(session, "adopt")
    assert "0 edits" not in said and "edits proposed" not in said, said


def test_scripts_and_notebooks_of_one_session_run_by_themselves(session):
    assert lesson_in(session, "export", "--notebooks", "scripts")[0] == 0
    scripts = session / "scripts"
    done = subprocess.run([sys.executable, "03_c.py"], cwd=scripts, capture_output=True, text=True)
    assert done.stdout.endswith("10\n"), done.stderr
    book = nbformat.read(scripts / "03-c-solutions.ipynb", 4)
    sources_ = [cell.source for cell in book.cells if cell.cell_type == "code"]
    needed, *rest = sources_
    assert '"scripts/02_b.py"' in needed and needed.endswith("\n\n%run 02_b.py")
    assert rest == ["print(sum(numbers))"]


def test_what_an_earlier_episode_did_not_make_is_told_once(session):
    path = session / "episodes" / "01-a.md"
    path.write_text(page(code("numbers = open('none.csv')")), "utf-8")
    returned, said = lesson_in(session, "check")
    assert returned == 1
    assert "episodes/01-a.md:18: FileNotFoundError" in said
    assert "2 blocks raised only because one above did; fix that one first" in said
    assert "NameError" not in said


def test_what_an_episode_needs_is_looked_for_once(session, monkeypatch):
    """Each goes on from the one before, so that a look at all from each would be n³."""
    looked, look = [], working_files._read_in
    monkeypatch.setattr(
        working_files, "_read_in", lambda code, known: looked.append(code) or look(code, known)
    )
    lesson = find_lesson(session)
    pages = [reader.read_page(lesson, path) for path in lesson.episode_paths()]
    names = [f"scripts/{scripts.script_name(each.name)}" for each in pages]
    needs = working_files.Needs(lesson)
    for _ in range(2):
        assert [needs.of(each) for each in pages] == [[], names[:1], names[:2]]
        assert needs.of_any == []  # scripts are made, so none of them is a file of the lesson
    assert len(looked) == 5  # the code of each, and for two of them that of scripts' start


def test_one_session_and_independent_episodes_contradict_each_other(session):
    options = "[tool.lesson]\none_session = true\nindependent_episodes = true\n"
    (session / "pyproject.toml").write_text(options, "utf-8")
    with pytest.raises(LessonError, match="contradict each other"):
        find_lesson(session)


# ---- what names this machine


def test_nothing_that_is_recorded_names_this_machine(old, tmp_path):
    lines = [
        "import os, pathlib, sys, tempfile",
        "print(os.getcwd(), pathlib.Path.home() / 'a')",
        "print(sys.argv)",
        "print(tempfile.mkdtemp())",
        "print(object())",
        "print(hex(16777215), '~')",
    ]
    wrong = "```error\nIndentationError: old\n```"
    text = page(code(*lines), "```output\nold\n```", code("for n in [1]:", "print(n)"), wrong)
    old(episodes__01_a=text)
    assert lesson_in(tmp_path, "record")[0] == 0
    assert "after 'for' statement on line 1\n```" in text_of(tmp_path)
    expected = (
        "```output\n~/lesson/scripts ~/a\n['ipykernel_launcher.py']\n/tmp/tmp########\n"
        "<object object at 0x########>\n0xffffff ~\n```"
    )
    assert expected in text_of(tmp_path)
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x1b[2K\rdone", "done"),
        ("\x1b[?25lbar\x1b[1A\x1b[?25h", "bar"),
        ("1%\x08\x08\x08\x082%", "2%"),
        ("bell\x07 form\x0c feed\x0b", "bell form feed"),
    ],
)
def test_what_a_terminal_is_told_is_not_recorded(given, shown):
    assert comparer.tidy(given) == shown


def test_the_way_to_the_network_and_to_caches_reaches_kernels(old, tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ca.pem")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path.parent / "keras"))
    monkeypatch.setenv("TOKEN", "secret")
    lesson = old(episodes__01_a=page(code("1")))
    found = sources.kernel_environment(lesson, sources.Data())
    assert found["HTTPS_PROXY"] == "http://proxy:3128" and "TOKEN" not in found
    assert found["REQUESTS_CA_BUNDLE"] == "/etc/ca.pem"
    may_write = watch.rule(str(tmp_path / "work"), str(tmp_path), "/home/ada", "/nowhere")
    assert may_write(str(tmp_path.parent / "keras" / "a.h5"))
    assert may_write("/home/ada/seaborn-data/a.csv")
    assert not may_write("/home/ada/Documents/a.csv")


# ---- causes


def test_each_kind_of_cause_is_said_once_with_its_remedy():
    messages = [
        *["ModuleNotFoundError: No module named 'plotnine'"] * 2,
        "ModuleNotFoundError: No module named 'skimage.io'",
        "FileNotFoundError: [Errno 2] No such file or directory: 'data/a.csv'",
        "URLError: <urlopen error [Errno -2] Name or service not known>",
        "Exception: URL fetch failure on https://example.org/a.npz: None",
        "NameError: name 'data' is not defined",
        "ZeroDivisionError: division by zero",
    ]
    found = causes.summary(LessonError("a.md", n, message) for n, message in enumerate(messages))
    assert [sentence.split(":")[0] for sentence in found] == [
        "3 blocks need a package that isn't installed (plotnine, skimage.io)",
        "2 blocks need the internet",
        "1 block needs a file that isn't there (data/a.csv)",
        "1 block uses a name that no block above defines (data)",
        "1 block raises (ZeroDivisionError)",
    ]


def test_a_terminal_that_lacks_a_character_is_no_reason_to_stop(old, tmp_path):
    old(episodes__01_a=page(code("1 / 0  # größer")))
    environment = {"PYTHONIOENCODING": "ascii"}
    returned, said = lesson_in(tmp_path, "adopt", environment=environment)
    assert "Traceback" not in said and "1 edit proposed" in said


def test_an_error_of_which_the_text_speaks_is_proposed_as_one(old, tmp_path):
    speaks = "Python answers with a `ZeroDivisionError`."
    old(
        episodes__01_a=page(
            code("1 / 0"),
            speaks,
            code("int('seven')"),
            f"::: challenge\n\n## Guess\n\n{code('2 / 0')}\n\n{speaks}\n\n:::",
        )
    )
    returned, said = lesson_in(tmp_path, "adopt", "--write")
    assert returned == 0, said
    assert "raises ZeroDivisionError: division by zero, as meant" in said
    written = text_of(tmp_path)
    error = "```error\nZeroDivisionError: division by zero\n```"
    assert f"{code('1 / 0')}\n\n{error}\n\n{speaks}" in written
    assert written.count("```error") == 1  # a task doesn't give its answer away
    assert written.count("<!-- skip: raises") == 2
    assert lesson_in(tmp_path, "check")[0] == 0
