"""What a stranger's lesson can't do to the person who builds or records it."""

import base64
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib

import pytest
from lxml import etree, html
from small_lessons import PAGE, code, lesson_in, page

from lesson_engine.core import comparer, patterns, pictures, reader, structure, yaml_text
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import find_lesson
from lesson_engine.core.notebook import cells_of
from lesson_engine.run import kernels

DRAWS = code("import matplotlib.pyplot as plt", "_ = plt.plot([1])", "plt.show()")
SUBSTITUTED = """\
title: Small
myst:
  enable_extensions: [substitution]
  substitutions:
    x: "{{ cycler.__init__.__globals__.os.system('touch PLACE') }}"
"""


def faults(lesson):
    (path,) = lesson.episode_paths()
    return [str(fault) for fault in structure.faults(reader.read_page(lesson, path), lesson)]


def test_front_matter_runs_nothing(old, tmp_path):
    place = tmp_path / "ran"
    text = PAGE.replace("title: Small\n", SUBSTITUTED.replace("PLACE", str(place)))
    old(episodes__01_a=text.replace("## Begin", "## Begin\n\n{{ x }} is text."))
    code_, said = lesson_in(tmp_path, "build")
    assert code_ == 0, said
    assert not place.exists()
    html = (tmp_path / "_site" / "episodes" / "01-a.html").read_text("utf-8")
    assert "{{ x }} is text." in html


LEAKS = r"""
```{include} ../../S.txt
```

```{literalinclude} ../../S.txt
```

```{=html}
:file: ../../S.txt

```

text
::::{eval-rst}

.. include:: ../../S.txt

.. literalinclude:: ../../S.txt

.. csv-table::
   :file: ../../S.txt

.. raw:: html
   :file: ../../S.txt

:download:`x <../../S.txt>`

[A link](../../S.txt), [one from the root](/../S.txt), [a whole one](PLACE/S.txt), [ref].

[ref]: ../../S.txt

![A picture.](../../S.png){alt='x'}

![Text.](../../S.txt){alt='x'}

In ![a sentence](../../S.png), ![from the root](/../S.png), ![a whole one](PLACE/S.png).

<img src="../../S.png" alt="x">
"""


@pytest.fixture
def secret(tmp_path):
    """A lesson's folder, with a text and a picture beside it; gives it, and what they hold."""
    folder = tmp_path / "lesson"
    folder.mkdir()
    picture = b"\x89PNG\r\n\x1a\n" + b"a picture that is nobody's business"
    (tmp_path / "S.txt").write_text("a text that is nobody's business", "utf-8")
    (tmp_path / "S.png").write_bytes(picture)
    return folder, (b"nobody's business", base64.b64encode(picture)[:30])


def test_a_site_holds_nothing_from_outside_the_lesson(secret):
    """Not in pages, as downloads, as pictures, in notebooks or in the zip of everything."""
    folder, secrets = secret
    for name in ("episodes", "learners"):
        (folder / name).mkdir()
    (folder / "config.yaml").write_text("title: Old\n", "utf-8")
    (folder / "index.md").write_text("---\ntitle: Home\n---\n\nWelcome.\n", "utf-8")
    pages = {"episodes/01-a.md": "{eval-rst}", "learners/setup.md": "{include} ../../S.txt"}
    for path, directive in pages.items():
        text = LEAKS.replace("PLACE", folder.parent.as_posix()).replace("{eval-rst}", directive)
        (folder / path).write_text(page(text), "utf-8")
    returned, said = lesson_in(folder, "build")
    assert returned == 0, said
    assert "episodes/01-a.md" in said and "../../S.png leads out of the lesson" in said
    for path in (folder / "_site").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for one in secrets:
            assert one not in content, path
    with zipfile.ZipFile(next((folder / "_site").glob("*.zip"))) as archive:
        for name in archive.namelist():
            assert not any(one in archive.read(name) for one in secrets), name


KEYS = "title description keywords contact source branch license carpentry life_cycle url"
EVIL = "{}\"'></title></script><script>alert('{}')</script>&"


def test_what_config_and_front_matter_say_is_text_on_every_page(old, tmp_path):
    evil = EVIL.format("page", "page")
    old(episodes__01_a=PAGE.replace("title: Small", f"title: {json.dumps(evil)}"))
    cited = dict.fromkeys(("cff-version", "title", "message", "version", "doi"), evil)
    cited["authors"] = [{"family-names": evil, "given-names": evil}, {"name": evil}]
    config = {key: EVIL.format(key, key) for key in KEYS.split()}
    (tmp_path / "CITATION.cff").write_text(json.dumps(cited), "utf-8")
    (tmp_path / "config.yaml").write_text(json.dumps({**config, "lang": "../../x"}), "utf-8")
    returned, said = lesson_in(tmp_path, "build")
    assert returned == 0, said
    for path in (tmp_path / "_site").rglob("*.html"):
        read = html.parse(path)
        scripts = [one.text or "" for one in read.iter("script")]
        assert not any("alert('" in one for one in scripts if not one.startswith(("{", "["))), path
        assert not read.xpath("//*[@onerror or @onload]")
    xml = etree.parse(tmp_path / "_site" / "sitemap.xml")
    assert len(xml.getroot()) > 3


def test_values_are_text_in_the_head_and_the_menu(old, tmp_path):
    old(episodes__01_a=PAGE)
    (tmp_path / "config.yaml").write_text("title: 'if a < b & c > d: <i>x</i>'\n", "utf-8")
    assert lesson_in(tmp_path, "build")[0] == 0
    read = html.parse(tmp_path / "_site" / "episodes" / "01-a.html")
    (brand,) = read.xpath("//span[@class='sidebar-brand-text']")
    assert brand.text == "if a < b & c > d: <i>x</i>"


MODULES = ("sphinx", "sphinx_autobuild", "docutils", "html", "json", "conf", "sitecustomize")


def content(folder, *without):
    """Every file of a folder: path -> bytes."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    found = [path for path in found if path.relative_to(folder).parts[0] not in without]
    return {path: path.read_bytes() for path in found}


def test_a_build_runs_no_file_of_the_lesson_and_writes_into_two_folders(secret):
    folder, _ = secret
    for name in ("episodes", "scripts", "data"):
        (folder / name).mkdir()
    (folder / "config.yaml").write_text("title: Old\n", "utf-8")
    (folder / "index.md").write_text("---\ntitle: Home\n---\n\nWelcome.\n", "utf-8")
    (folder / "episodes" / "01-a.md").write_text(PAGE, "utf-8")
    ran = folder.parent / "ran.txt"
    for name in (*MODULES, "data/source", "scripts/helper"):
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'w').write({name!r})\n", "utf-8")
    options = "[tool.lesson]\ndata_source = \"data/source.py\"\nsetup = \"open('ran.txt', 'w')\"\n"
    (folder / "pyproject.toml").write_text(options, "utf-8")
    before = content(folder.parent)
    command = [sys.executable, "-P", "-m", "lesson_engine", "build"]  # as the program `lesson`
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not ran.exists(), ran.read_text("utf-8")
    after = content(folder, "build", "_site")
    assert after == {path: one for path, one in before.items() if path.is_relative_to(folder)}
    assert {path.name for path in folder.parent.iterdir()} == {"lesson", "S.txt", "S.png"}


@pytest.mark.parametrize("target", ["../../x.png", "../index.png", "fig/../../x.png", "fig/a.py"])
def test_a_recording_writes_into_the_figure_folder_only(old, tmp_path, target):
    lesson = old(episodes__01_a=page(DRAWS, f"![A.]({target}){{.cell-output alt='a'}}"))
    (tmp_path / "episodes" / "fig").mkdir(exist_ok=True)
    assert any(f"a block draws into fig/name.png, not {target}" in one for one in faults(lesson))


@pytest.mark.parametrize("target", ["../../x.png", "../index.png", "fig/a.py", "fig/notes.png"])
def test_a_recording_writes_no_figure_elsewhere_nor_over_something_else(secret, target):
    folder, _ = secret
    (folder / "episodes" / "fig").mkdir(parents=True)
    (folder / "config.yaml").write_text("title: Old\n", "utf-8")
    (folder / "index.md").write_text("---\ntitle: Home\n---\n\nWelcome.\n", "utf-8")
    text = page(DRAWS, f"![A.]({target}){{.cell-output alt='a'}}")
    (folder / "episodes" / "01-a.md").write_text(text, "utf-8")
    mine = (folder / "episodes" / target).resolve()
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine", "utf-8")
    returned, said = lesson_in(folder, "record")
    assert returned == 1 and f"{target}" in said, said
    assert mine.read_text("utf-8") == "mine"


def test_two_episodes_that_draw_one_figure_are_told(old, tmp_path):
    drawn = page(DRAWS, "![A.](fig/a.png){.cell-output alt='a'}")
    old(episodes__01_a=drawn, episodes__02_b=drawn, episodes__03_c=page("![A](fig/a.png){alt='a'}"))
    returned, said = lesson_in(tmp_path, "record")
    assert returned == 1
    assert "episodes/01-a.md:23: fig/a.png is drawn by episodes/02-b.md, too; rename one" in said
    assert not list((tmp_path / "episodes" / "fig").iterdir())


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        ("fig/a.png", "fig/a.png", True),
        ("fig/a.png", "../fig/a.png", True),
        ("../fig/a.png", "../fig/a.png", True),
        ("fig/a.png", "fig/b.png", False),
        ("fig/a.png", "fig/aa.png", False),
    ],
)
def test_one_figure_is_known_by_each_of_its_addresses(make_lesson, mine, theirs, told):
    make_lesson(page(DRAWS, f"![A.]({theirs}){{.cell-output alt='a'}}"), name="02-b.md")
    lesson = make_lesson(page(DRAWS, f"![A.]({mine}){{.cell-output alt='a'}}"))
    episode = reader.read_page(lesson, lesson.root / "episodes" / "01-small.md")
    said = structure.wrong_place(episode, lesson, mine)
    assert (said is not None and "is drawn by episodes/02-b.md" in said) is told, said


def test_a_recording_never_replaces_a_picture_that_the_author_shows(old, tmp_path):
    shown = "![Logo.](fig/logo.png){alt='the logo'}"
    drawn = "![A.](fig/logo.png){.cell-output alt='a'}"
    lesson = old(episodes__01_a=page(shown, DRAWS, drawn))
    (tmp_path / "episodes" / "fig" / "logo.png").write_bytes(b"\x89PNG")
    assert any("fig/logo.png is shown elsewhere, too" in one for one in faults(lesson))


@pytest.mark.parametrize("name", ["_site", "build", "build/work", "build/site", "recorded"])
def test_a_folder_that_is_emptied_does_not_lie_elsewhere(old, tmp_path, name):
    old(episodes__01_a=PAGE)
    mine = tmp_path.parent / f"{tmp_path.name}-mine"
    (mine / "scripts").mkdir(parents=True)
    (mine / "scripts" / "mine.txt").write_text("mine", "utf-8")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).symlink_to(mine)
    returned, said = lesson_in(tmp_path, "build")
    assert returned == 1 and f"{name}: is a link that leads out of the lesson" in said
    assert (mine / "scripts" / "mine.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "name", ["episodes/fig/a.png", "files", "data", "learners/b.md", "links.md"]
)
def test_a_link_that_leads_out_of_the_lesson_is_refused(old, tmp_path, name):
    old(episodes__01_a=PAGE)
    secret = tmp_path.parent / f"{tmp_path.name}-secret"
    secret.mkdir()
    (tmp_path / name).symlink_to(secret)
    with pytest.raises(LessonError) as raised:
        find_lesson(tmp_path)
    assert str(raised.value).startswith(f"{name}: is a link that leads out of the lesson")
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to(tmp_path / "episodes")
    find_lesson(tmp_path)


def test_front_matter_that_grows_without_end_is_refused():
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 9)]
    text = PAGE.replace("title: Small", "title: *a8").replace(
        "---\n", "---\n" + "\n".join(lines) + "\n", 1
    )
    start = time.process_time()
    with pytest.raises(LessonError, match="references such as"):
        reader.read(text)
    assert time.process_time() - start < 3


PIECES = (
    "x", "/", "/a", "'", "a\b", "1,", "1.", "1e", "(1, ", "a\r", "['", "at 0x", "ipykernel_1/",
    "\x1b[", "\x1b]0;", "... ", " ", "\n", " \n", "CPU times: ", "C:\\a", "[ ", "-", "0xabcdef",
    " per loop (mean ± std. dev. of ", "The slowest run took ",
)  # fmt: skip


@pytest.mark.parametrize("piece", [*PIECES, "backspaces"])
def test_a_long_text_is_compared_in_a_time_that_grows_with_its_length(piece):
    text = (
        "a" * 100_000 + "\b" * 100_000 if piece == "backspaces" else piece * (200_000 // len(piece))
    )
    start = time.process_time()
    for of_text in (comparer.tidy, comparer.sanitised, comparer.structure):
        of_text(f"a{text}b")
    comparer.reconcile(text, f"{text}1", 0.1)
    assert not comparer._abridges(f"... {text[:10_000]}? ...", text)
    assert time.process_time() - start < 10


@pytest.mark.skipif(os.name == "nt", reason="nothing interrupts a pattern there")
@pytest.mark.parametrize("where", ["sanitise", "varies"])
def test_a_pattern_of_an_author_that_never_ends_is_stopped(old, tmp_path, where, monkeypatch):
    slow = "(a+)+$"
    varies = f'<!-- varies: "{slow}", because it is slow -->' if where == "varies" else ""
    lesson = old(episodes__01_a=page(code("print('a' * 40 + '!')"), varies, "```output\nb\n```"))
    if where == "sanitise":
        (tmp_path / "pyproject.toml").write_text(
            f"[tool.lesson.sanitise]\n'{slow}' = 'A'\n", "utf-8"
        )
        lesson = find_lesson(tmp_path)
    monkeypatch.setattr(patterns, "MOST_SECONDS", 0.5)
    (path,) = lesson.episode_paths()
    (block,) = reader.read_page(lesson, path).blocks
    printed = {"output_type": "stream", "name": "stdout", "text": "a" * 40 + "!\n"}
    with pytest.raises(LessonError, match="was stopped after 0.5 s") as raised:
        comparer.compare(block, [printed], comparer.rules_for(lesson, path))
    where = (
        "pyproject.toml: the pattern" if where == "sanitise" else "episodes/01-a.md:21: the pattern"
    )
    assert str(raised.value).startswith(where)


def test_an_output_that_nobody_reads_is_not_recorded(old, tmp_path):
    old(episodes__01_a=page(code("print('x' * 300_000)"), "```output\nold\n```"))
    code_, said = lesson_in(tmp_path, "record")
    assert code_ == 1
    assert "episodes/01-a.md:17: its output has 300,000 characters" in said
    assert "```output\nold\n```" in (tmp_path / "episodes" / "01-a.md").read_text("utf-8")


FLOODS = {
    "prints": "for _ in range(500): print('x' * 10_000)",
    "prints at once": "print('x' * 50_000_000)",
    "raises": "raise ValueError('x' * 3_000_000)",
    "displays": "from IPython.display import display\nfor _ in range(50): display('x' * 100_000)",
}


def cell_of(source):
    (cell,) = cells_of(reader.read(page(code(source))))
    return cell


@pytest.mark.parametrize("how", FLOODS)
def test_an_output_without_end_is_cut_with_a_sentence(tmp_path, how):
    with kernels.Kernel(tmp_path, dict(os.environ)) as kernel:
        run = kernel.run(cell_of(FLOODS[how]), 300)
        again = kernel.run(cell_of("print(1)"), 300)
    kept = json.dumps(run.outputs)
    assert len(kept) < 1_100_000
    if how != "raises":
        assert kept.count("cut here: a block's outputs may have 1,000,000 characters") == 1
    assert again.outputs[0]["text"] == "1\n"


def test_a_picture_that_would_fill_the_memory_is_not_unpacked():
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head
    chunk += struct.pack(">I", zlib.crc32(b"IHDR" + head))
    trap = b"\x89PNG\r\n\x1a\n" + chunk
    assert pictures.distances(trap, trap + b"x") == (1.0, 1.0)


def test_yaml_of_any_length_is_refused():
    with pytest.raises(ValueError, match="the most is 200,000"):
        yaml_text.load("a: " + "x" * 200_000)


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "{" * 50_000, "- " * 50_000, "? " * 50_000, "a: " * 50_000]
)
def test_yaml_that_nests_without_end_is_refused_soon(text):
    start = time.process_time()
    with pytest.raises(yaml_text.FAILURES):
        yaml_text.load(text)
    assert time.process_time() - start < 10


def test_toml_that_nests_without_end_is_refused(old, tmp_path):
    old(episodes__01_a=PAGE)
    (tmp_path / "pyproject.toml").write_text("a = " + "[" * 50_000, "utf-8")
    with pytest.raises(LessonError, match="pyproject.toml: is not TOML"):
        find_lesson(tmp_path)
