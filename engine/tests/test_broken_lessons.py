"""A lesson that is broken somewhere: file and remedy are named, and there is no traceback.

Lessons are drawn from a valid one: a key is dropped, a type changed, a file cut, emptied, moved or
saved in another encoding. For more than a few: LESSON_BROKEN=100 pytest this file.
"""

import os
import random
import re
import shutil

import pytest
from small_lessons import LESSONS, PAGE, lesson_in

from lesson_engine import cli
from lesson_engine.core import inventory, reader, structure
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import find_lesson
from lesson_engine.site import citation

NUMBER = int(os.environ.get("LESSON_BROKEN", "12"))
COMMANDS = (["check"], ["build"], ["export"], ["record"], ["adopt"], ["drift"])
READ_ONLY = (["coverage"], ["drift"], ["export"], ["coverage", "--accept"])
NAMED = re.compile(r"\w+\.(?:md|yaml|toml|cff|json|py)\b|episodes")
VALUES = (
    "[1, 2]", "{a: 1}", "5", "-5", ".nan", "''", "null", "true", "2026-13-01", "2026-02-03",
    "'<script>'", "&x [*x]", "!!python/object:os.system {}", "'\\ud800'", '"\\0"', "[", "text: : x",
)  # fmt: skip
TOML = ("5", '"text"', "[1]", "{ a = 1 }", "true", "-1", '"/etc/passwd"', '"../.."', "[", "nan")
PRINTED = (
    "\ud800",
    "\v",
    "\f",
    "\a",
    "\x1b]0;title\a",
    "\x1b]8;;x",
    "\0",
    "\x85",
    "\u2028",
    "\r",
    "\ufffe",
)
BYTES = (b"\xff\xfe", b"\xc3\x28", b"\0", b"\x1b]0;x\x07", b"\x0b", b"\x0c", b"\xed\xa0\x80")


class Breaker:
    """Breaks a lesson in one place. Attributes: what it did, as a sentence."""

    def __init__(self, folder, number):
        self.folder, self.random = folder, random.Random(number)
        kinds = [self.value, self.option, self.cut, self.empty, self.delete, self.encode]
        kinds += [self.bytes, self.twin, self.record, self.line, self.said, self.prints]
        self.what = self.random.choice(kinds)()

    def pick(self, pattern):
        found = sorted(path for path in self.folder.glob(pattern) if path.is_file())
        return self.random.choice(found) if found else self.folder / "config.yaml"

    def text_file(self):
        patterns = ["episodes/*.md", "*.md", "learners/*.md", "config.yaml", "instructors/*.md"]
        patterns += ["CITATION.cff", "links.md", "index.md", "pyproject.toml"]
        return self.pick(self.random.choice(patterns))

    def value(self):
        """Another value for a key of YAML, or none."""
        path = self.pick(self.random.choice(["episodes/*.md", "config.yaml", "CITATION.cff"]))
        lines = path.read_text("utf-8").split("\n")
        keys = [n for n, line in enumerate(lines[:25]) if re.match(r"[\w-]+:", line)]
        if not keys:
            return self.empty()
        n, new = self.random.choice(keys), self.random.choice((*VALUES, None))
        key = lines[n].partition(":")[0]
        lines[n : n + 1] = [] if new is None else [f"{key}: {new}"]
        path.write_text("\n".join(lines), "utf-8")
        return f"{path.name}: {key} is {new}"

    def option(self):
        names = "rules timeout data_source data_words setup environment sanitise days one_session"
        name, value = self.random.choice(names.split()), self.random.choice(TOML)
        path = self.folder / "pyproject.toml"
        path.write_text(f"[tool.lesson]\n{name} = {value}\n", "utf-8")
        return f"option {name} = {value}"

    def cut(self):
        path = self.text_file()
        content = path.read_bytes()
        at = self.random.randrange(len(content) + 1)
        path.write_bytes(content[:at])
        return f"{path.name} ends after {at} bytes"

    def empty(self):
        path = self.text_file()
        path.write_bytes(b"")
        return f"{path.name} is empty"

    def delete(self):
        path = self.text_file()
        path.unlink()
        if self.random.randrange(3) == 0:
            path.mkdir()
            return f"{path.name} is a folder"
        return f"{path.name} is gone"

    def encode(self):
        path = self.text_file()
        encoding = self.random.choice(["utf-16", "latin-1", "utf-8-sig"])
        path.write_bytes((path.read_text("utf-8") + "\nGröße\n").encode(encoding, "replace"))
        return f"{path.name} is {encoding}"

    def bytes(self):
        path, odd = self.text_file(), self.random.choice(BYTES)
        content = path.read_bytes()
        at = self.random.randrange(len(content) + 1)
        path.write_bytes(content[:at] + odd + content[at:])
        return f"{path.name} has {odd!r} at {at}"

    def twin(self):
        path = self.pick("episodes/*.md")
        name = self.random.choice([path.name.upper(), path.name.replace("-", "_"), "a b.md"])
        shutil.copy(path, path.with_name(name))
        return f"{path.name} is there as {name}, too"

    def record(self):
        folder = self.folder / "recorded"
        folder.mkdir(exist_ok=True)
        path = self.pick("episodes/*.md")
        content = self.random.choice(
            [
                '{"blocks": [',
                "[]",
                '{"blocks": 5}',
                '{"environments": []}',
                "",
                '{"environments": {"a": {}}}',
                '{"claims": [{"claim": 5}]}',
                "[" * 5000,
                '{"blocks": [{"code": "a", "place": 1, "seconds": 1, "environment": "7"}]}',
            ]  # fmt: skip
        )
        (folder / f"{path.stem}.json").write_text(content, "utf-8")
        return f"the record of {path.name} is {content}"

    def said(self):
        path = self.pick("*/*.md")
        noted = self.folder / "recorded" / "said" / path.parent.name / f"{path.stem}.json"
        noted.parent.mkdir(parents=True, exist_ok=True)
        content = self.random.choice(['{"a": ', "[]", '{"a": 5}', ""])
        noted.write_text(content, "utf-8")
        return f"the numbers of {path.name} are {content}"

    def prints(self):
        """A block whose output no page or file can hold as it is."""
        path, odd = self.pick("episodes/*.md"), self.random.choice(PRINTED)
        block = f"\n\n```python\nprint('a' + {odd!a} + 'b')\n```\n\n```output\nc\n```\n"
        path.write_text(path.read_text("utf-8") + block, "utf-8")
        return f"{path.name} prints {odd!a}"

    def line(self):
        path = self.text_file()
        lines = path.read_text("utf-8").split("\n")
        n = self.random.randrange(len(lines))
        lines[n] = self.random.choice(
            [":::", "::: challenge", "```python", "<!--", "---", "> ::: tab", "\t\t- - -", "[x]: <"]
        )
        path.write_text("\n".join(lines), "utf-8")
        return f"{path.name}: line {n + 1} is {lines[n]!r}"


EPISODE = "episodes/01-a.md"
DAYS = '[[tool.lesson.days]]\ntitle = "a"\nstart = "99:99"\nplan = ["01-a.md"]'
# a file, what it holds, and how what is said of it begins or goes on
CASES = [
    ("config.yaml", "[1, 2]", ":1: needs lines such as"),
    ("config.yaml", "just text", ":1: needs lines such as"),
    ("config.yaml", "created: 2026-13-01", "month must be in 1..12"),
    ("config.yaml", b"title: Gr\xf6\xdfe", "is not UTF-8 text; save the file as UTF-8"),
    ("config.yaml", "episodes: [1]", "is a list of file names"),
    ("config.yaml", "episodes: 5", "is a list of file names"),
    ("config.yaml", "title: [1]", "'title:' is text"),
    ("config.yaml", "title: : x", ":1: is not YAML"),
    ("config.yaml", "episodes:\n- 02-b.md", ":2: lists episodes/02-b.md, which is not there"),
    ("config.yaml", "episodes:\n- ../../passwd.md", ":2: lists episodes/passwd.md, which is not"),
    ("config.yaml", "episodes:\n- 01-a.md\n- 01-a.md", ":2: lists episodes/01-a.md twice"),
    ("pyproject.toml", "[tool.lesson]\ndata_source = 5", "data_source is the path of a Python"),
    ("pyproject.toml", '[tool.lesson]\ndata_source = "../x.py"', "is not in the lesson"),
    ("pyproject.toml", "[tool]\nlesson = 5", "is a table of options"),
    ("pyproject.toml", b"\xff\xfe", "is not TOML"),
    ("pyproject.toml", "[tool.lesson]\ntimeout = nan", "timeout is a number of seconds"),
    ("pyproject.toml", "[tool.lesson.sanitise]\n'(' = 'x'", "is not a regular expression"),
    ("pyproject.toml", "[tool.lesson.sanitise]\n'a' = '\\9'", "cannot take the place of 'a'"),
    ("pyproject.toml", DAYS, "'99:99' is not a time"),
    ("CITATION.cff", "[1]", "needs authors, title, message"),
    ("CITATION.cff", "title: x\nmessage: y\nauthors: text", "'authors:' is a list"),
    ("CITATION.cff", "title: x\nmessage: y\nauthors: [text]", "'authors:' is a list"),
    ("CITATION.cff", b"\xff", "is not UTF-8 text"),
    (EPISODE, "", ":1: the front matter lacks 'title:'"),
    (EPISODE, PAGE.encode("utf-16"), ":1: is not UTF-8 text"),
    *(
        (EPISODE, PAGE.replace("teaching: 5", f"teaching: {value}"), ":1: 'teaching:' in the")
        for value in ('"5"', ".nan", ".inf", "-5", "[1]", "1e300")
    ),
    (EPISODE, PAGE.replace("title: Small", "title: [1]"), ":1: 'title:' in the front matter is"),
    (EPISODE, PAGE.replace(":::\n", "", 1), ":7: this 'questions' div is never closed"),
    (EPISODE, PAGE.replace("str(total)", "str(total"), ":27: the claim is not a Python"),
    ("links.md", "Text.\n\n::: callout\n", ":3: this 'callout' div is never closed"),
    ("links.md", b"\xff", "is not UTF-8 text"),
    ("episodes/01_a.md", PAGE, "its script would be 01_a.py, as that of 01-a.md is"),
    ("episodes/01-A.md", PAGE, "differs from 01-"),
    ("index.md", None, "is missing; write one"),
    ("index.md", b"\xff", "is not UTF-8 text"),
    ("index.md", "::: callout\n", ":1: this 'callout' div is never closed"),
    ("recorded/01-a.json", '{"blocks": [', "is no record that can be read"),
    ("recorded/01-a.json", '{"environments": {"a": {}}}', "is no record that can be read"),
    ("recorded/said/episodes/01-a.json", "[1]", "cannot be read"),
]


def all_told(folder):
    """What commands say of a lesson before they run anything."""
    told = []
    try:
        lesson = find_lesson(folder)
        told += inventory.oddities(lesson)
        citation.load_citation(lesson)
        cli._refuse_unreadable(lesson)
        for path in lesson.page_paths():
            page = reader.read_page(lesson, path)
            told += [found.error for found in structure.findings(page, lesson)]
    except LessonError as error:
        told.append(error)
    return "\n".join(map(str, told))


@pytest.mark.parametrize(("name", "content", "message"), CASES)
def test_what_is_broken_is_named_with_its_file_and_a_remedy(old, tmp_path, name, content, message):
    old(episodes__01_a=PAGE)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    told = all_told(tmp_path)
    where = "episodes/01-" if name == "episodes/01-A.md" else name
    assert any(line.startswith(where) and message in line for line in told.splitlines()), told


@pytest.mark.slow
@pytest.mark.parametrize("number", range(NUMBER))
def test_a_broken_lesson_gives_no_traceback(tmp_path, number):
    folder = tmp_path / "lesson"
    names = sorted(path.name for path in LESSONS.iterdir() if path.is_dir())
    shutil.copytree(LESSONS / names[number % len(names)], folder)
    what = Breaker(folder, number).what
    for command in COMMANDS[number % 3 :: 3]:
        code, said = lesson_in(folder, *command)
        told = f"{what}\n{command}\n{said}"
        assert "Traceback (most recent call last)" not in said, told
        assert "INTERNALERROR" not in said, told
        assert code in (0, 1, 4), told
        if code:
            assert NAMED.search(said), told


@pytest.mark.parametrize("number", range(NUMBER))
def test_a_broken_lesson_is_read_without_a_traceback(tmp_path, monkeypatch, capsys, number):
    """As above, in this process and with nothing run: so more of them, and each command."""
    monkeypatch.setattr(cli, "_on_stops", lambda handler: None)
    names = sorted(path.name for path in LESSONS.iterdir() if path.is_dir())
    for place in range(5):
        folder = tmp_path / str(place)
        shutil.copytree(LESSONS / names[place % len(names)], folder)
        what = Breaker(folder, 1000 + 5 * number + place).what
        all_told(folder)
        for command in READ_ONLY:
            code = cli.main(["--lesson", str(folder), *command])
            said = "".join(capsys.readouterr())
            told = f"{what}\n{command}\n{said}"
            assert code in (0, 1), told
            if code:
                assert NAMED.search(said), told
