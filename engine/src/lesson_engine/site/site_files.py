"""The finished site: both views, and what is made for them as a whole."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from lesson_engine.core import exporter, files, working_files
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.site import old_addresses, plain_pages, relocate, taken_along

LEFT_OUT = ("__pycache__", ".doctrees", ".buildinfo", "objects.inv")  # and the lesson's own
SPHINX = ("searchtools.js", "language_data.js")  # for its search, which is not ours
MARK = "lesson.json"  # by which a page that is at an unknown address finds the site's top


def derive(lesson: Lesson, episodes: Sequence[Episode], place: Path) -> None:
    """Write scripts and notebooks.

    Args:
        lesson: the lesson.
        episodes: all of its episodes.
        place: a folder for them alone.
    """
    shutil.rmtree(place, ignore_errors=True)
    exporter.export_notebooks(lesson, episodes, place / "notebooks")
    for episode in episodes:
        path, text = exporter.script_of(lesson, episode)
        files.write(place / path, text)


def assemble(
    lesson: Lesson, episodes: Sequence[Episode], derived: Path, views: Sequence[Path]
) -> None:
    """Put the site together and replace the old one in one step.

    Args:
        lesson: the lesson.
        episodes: all of its episodes.
        derived: the folder that derive() has filled.
        views: folders of HTML: the learner view's, the instructor view's.
    """
    learner, instructor = views
    place = lesson.build_folder / "site" / "whole"
    shutil.rmtree(place, ignore_errors=True)
    ignore = shutil.ignore_patterns(*LEFT_OUT, *SPHINX)
    shutil.copytree(learner, place, ignore=ignore)
    shutil.copytree(instructor, place / "instructor", ignore=ignore)
    share_files(place)
    _publish_needed_files(lesson, episodes, place)
    if derived.is_dir():  # a lesson without episodes has none
        shutil.copytree(derived, place, dirs_exist_ok=True)
    taken_along.write_zips(lesson, place)
    _add_for_the_web(lesson, episodes, place)
    files.replace_folder(lesson.site_folder, place)


def _publish_needed_files(lesson: Lesson, episodes: Sequence[Episode], place: Path) -> None:
    """Put what notebooks fetch where they look for it; see core/working_files."""
    needs = working_files.Needs(lesson)
    needed = {name for page in episodes for name in needs.of(page)}
    for name in sorted(needed & set(needs.known)):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(needs.known[name], place / name)


def _add_for_the_web(lesson: Lesson, episodes: Sequence[Episode], place: Path) -> None:
    """Add what a site on a server needs, and a folder doesn't."""
    write_sitemap(lesson, place)
    for view in (place, place / "instructor"):
        old_addresses.add(lesson, view)
    if not (lesson.root / "404.md").is_file():
        files.write(place / "404.html", plain_pages.not_found(lesson, episodes))
    files.write(place / MARK, json.dumps({"title": lesson.title}, ensure_ascii=False) + "\n")


def share_files(place: Path) -> None:
    """Leave one copy of what both views have: the instructor's pages lead to the learners'.

    Args:
        place: the top of the site.
    """
    instructor, moved = place / "instructor", {}
    for path in sorted(instructor.rglob("*")):
        name = path.relative_to(instructor).as_posix()
        if not path.is_file() or not name.startswith(relocate.SHARED):
            continue
        there = place / name
        if there.is_file() and there.read_bytes() != path.read_bytes():
            continue
        there.parent.mkdir(parents=True, exist_ok=True)
        path.replace(there)
        moved[f"instructor/{name}"] = name
    for page in relocate.page_names(instructor):
        name = f"instructor/{page}"
        text = (place / name).read_text("utf-8")
        files.write(place / name, relocate.relocated(name, text, moved))


def write_sitemap(lesson: Lesson, place: Path) -> None:
    """Write sitemap.xml: the addresses of the learner pages; needs `url:` in config.yaml."""
    base = str(lesson.config.get("url", "")).rstrip("/")
    if not base:
        return
    pages = relocate.page_names(place)
    shown = [page for page in pages if not page.startswith(("instructor/", "404.html"))]
    entries = "".join(
        f"<url><loc>{escape(f'{base}/{quote(page)}')}</loc></url>\n" for page in shown
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )
    files.write(place / "sitemap.xml", text)
