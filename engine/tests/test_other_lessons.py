"""Lessons that are not ours: the engine knows no more of them than the Workbench's config.yaml.

Three small lessons in lessons/ use together all that a Workbench page can hold.
"""

import shutil

import pytest
from small_lessons import LESSONS as PLACE
from small_lessons import lesson_in

from lesson_engine.core import reader
from lesson_engine.core.divs import DIV_KINDS
from lesson_engine.core.lesson import find_lesson

pytestmark = pytest.mark.slow

LESSONS = {
    # old, new, and the line of the block that has to be named
    "numbers": [
        ("01-count", "    pea: 30", "    pea: 31", 29),
        ("01-count", "     49\n", "     48\n", 43),
        ("01-count", "> largest heap: pea", "> largest heap: bean", 66),
        ("01-count", ">   ['bean', 'lentil'", ">   ['lentil', 'bean'", 76),
        ("01-count", "KeyError: 'rice'", "KeyError: 'corn'", 88),
        ("01-count", "\n```warning\nCELL:3: Us", "\n```warning\nCELL:3: De", 98),
        ("01-count", "4 and 1 left", "4 and 2 left", 146),
        ("01-count", "```output\n8\n", "```output\n9\n", 159),
        ("02-share", "4)\n```\n\n```output\n12\n", "4)\n```\n\n```output\n13\n", 35),
        ("02-share", "2 24\n", "2 25\n", 69),
    ],
    "garten": [
        ("01-grüße", "Größe: 12 m² 🌱\n```\n", "Größe: 12 m² 🌵\n```\n", 23),
        ("01-grüße", "```output\n3.0\n", "```output\n3\n", 53),
        ("zwiebeln-zählen", "Lauch\t8\n", "Lauch\t9\n", 21),
    ],
    "workshop": [
        ("01-read", "3 days", "4 days", 21),
        ("02-wet", "['Mon', 'Wed']", "['Mon', 'Tue']", 17),
        ("02-wet", "   > 'Mon'", "   > 'Wed'", 34),
        ("02-wet", "IndexError: list index", "IndexError: tuple index", 46),
    ],
}
every_lesson = pytest.mark.parametrize("name", LESSONS)


def copied(name, folder):
    """A lesson in a folder of its own; gives that folder."""
    shutil.copytree(PLACE / name, folder / name)
    return folder / name


def contents(folder):
    """All files of a lesson but those that can be thrown away."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not {"build", "_site", "recorded"} & set(path.parts[len(folder.parts) :])
    }


def pages_of_all():
    for name in LESSONS:
        lesson = find_lesson(PLACE / name)
        yield from (reader.read_page(lesson, path) for path in lesson.page_paths())


def test_together_they_use_what_a_workbench_page_can_hold():
    pages = list(pages_of_all())
    assert {div.name for page in pages for div in page.divs} == set(DIV_KINDS)
    assert max(len(block.divs) for page in pages for block in page.blocks) == 5
    prefixes = {block.prefix for page in pages for block in page.blocks}
    assert prefixes >= {"   ", "     ", "> ", ">   ", "   > "}
    languages = {opening.language for page in pages for opening in page.fence_openings}
    assert languages >= {"r", "bash", "sql", "output", "warning", "error", "", "python"}
    text = "".join(page.text for page in pages)
    assert all(mark in text for mark in ("[^rest]", "$$", "|---", "~~~", "\r\n", "\n### R\n"))


@every_lesson
def test_what_is_fresh_passes_the_check_and_what_is_stale_is_named(name, tmp_path):
    folder = copied(name, tmp_path)
    code, said = lesson_in(folder, "check")
    assert code == 0, said
    fresh = contents(folder)

    for episode, old, new, _ in LESSONS[name]:
        path = folder / "episodes" / f"{episode}.md"
        content = path.read_bytes()
        assert content.count(old.encode()) == 1, old
        path.write_bytes(content.replace(old.encode(), new.encode()))
    code, said = lesson_in(folder, "check")
    assert code == 1
    for episode, _, new, line in LESSONS[name]:
        assert f"episodes/{episode}.md:{line}: the outputs differ" in said, new
    assert f" {len(LESSONS[name])} failed, " in said, "nothing else is"

    code, said = lesson_in(folder, "record")
    assert code == 0, said
    mended = contents(folder)
    for path, content in fresh.items():
        assert written_by_hand(mended[path], path) == written_by_hand(content, path)
    code, said = lesson_in(folder, "record")
    assert code == 0 and "wrote" not in said, said
    assert contents(folder) == mended


def written_by_hand(content, path):
    """A file's lines, without the outputs if it is an episode."""
    if not path.startswith("episodes/") or not path.endswith(".md"):
        return content
    page = reader.read(content.decode("utf-8"), path)
    parts = [part for block in page.blocks for part in block.recorded]
    made = {line for part in parts for line in range(part.first_line, part.last_line + 1)}
    return [line for n, line in enumerate(page.text.split("\n"), 1) if n not in made]


SHOWN = {
    "numbers": [
        (
            "episodes/02-share.html",
            ["<math", "The birds get it", "tab-label"],
        ),
        ("episodes/01-count.html", ["KeyError", "lentil", "this bag has a hole", "testimonial"]),
        ("instructor/episodes/01-count.html", ["Bring real seeds"]),
        ("index.html", ["episodes/01-count.html", "Seeds are small"]),
    ],
    "garten": [
        ("episodes/01-grüße.html", ['lang="de"', "Größe: 12 m² 🌱", "Übung: Wie breit?"]),
        ("episodes/zwiebeln-zählen.html", ["Säulen: Lauch 8", "Drei Sorten."]),
        ("learners/einrichtung.html", ["Einrichtung"]),
    ],
    "workshop": [
        ("episodes/01-read.html", ["read.csv", "SELECT", "https://www.example.org/station"]),
        ("episodes/02-wet.html", ["IndexError", "Which of the days comes first?"]),
        ("index.html", ["https://www.example.org/gauge"]),
    ],
}


@every_lesson
def test_the_site_shows_all_of_it(name, tmp_path):
    folder = copied(name, tmp_path)
    code, said = lesson_in(folder, "build")
    assert code == 0, said
    for page, words in SHOWN[name]:
        html = (folder / "_site" / page).read_text("utf-8")
        for text in words:
            assert text in html, f"{page} lacks {text}"
    code, said = lesson_in(folder, "export")
    assert code == 0, said


def test_a_home_page_without_a_title_has_the_lessons(tmp_path):
    """As the Workbench does it; lessons made from its template have no other."""
    folder = copied("workshop", tmp_path)
    home = folder / "index.md"
    home.write_text(home.read_text("utf-8").replace("title: 'Home'\n", ""), "utf-8")
    code, said = lesson_in(folder, "build")
    assert code == 0, said
    assert "<h1>Weather: “Rain” &amp; Shine" in (folder / "_site" / "index.html").read_text("utf-8")
