"""What can be taken along: one zip file with the whole lesson, one with the solutions.

Both unpack into the same folder. In it are START-HERE.html, the folders that code works in, and
the site. No file is in there twice: pages lead to the one copy.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from lesson_engine.core import exporter
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.working_files import folder_name, working_files
from lesson_engine.site.episode_frame import SOLUTIONS, ZIP
from lesson_engine.site.plain_pages import render
from lesson_engine.site.relocate import WORKING, page_names, relocated, without_online

START = "START-HERE.html"
AT_THE_TOP = ("environment.yml", "requirements.txt", "LICENSE.md")
COMPRESSED = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".gz")  # and whatever is a zip inside
FIXED_TIME = (2000, 1, 1, 0, 0, 0)  # the same content gives the same zip


def write_zips(lesson: Lesson, place: Path) -> None:
    """Write both zip files beside the pages.

    Args:
        lesson: the lesson.
        place: the finished site, with the folders notebooks, scripts and data.
    """
    top = folder_name(lesson)
    solutions = sorted((place / "notebooks").glob(exporter.notebook_name("*", "solutions")))
    if solutions:
        with zipfile.ZipFile(place / SOLUTIONS, "w") as archive:
            for path in solutions:
                _add(archive, f"{top}/scripts/{path.name}", path.read_bytes())
    with zipfile.ZipFile(place / ZIP, "w") as archive:
        for name, content in _whole(lesson, place):
            _add(archive, f"{top}/{name}", content)


def _whole(lesson: Lesson, place: Path) -> Iterator[tuple[str, bytes]]:
    """Each file of the whole lesson: its place in the folder, its content."""
    yield START, _start_page(lesson, place).encode()
    for name in AT_THE_TOP:
        if (lesson.root / name).is_file():
            yield name, (lesson.root / name).read_bytes()
    sources = _sources(lesson, place)
    moved, pages = _moved(lesson, sources), set(page_names(place))
    written = {START}
    for name, where in moved.items():
        if where in written or "://" in where:
            continue
        written.add(where)
        content = sources[name].read_bytes()
        if name in pages:
            text = without_online(content.decode("utf-8"))
            content = relocated(name, text, moved, where).encode()
        yield where, content


def _sources(lesson: Lesson, place: Path) -> dict[str, Path]:
    """Place on the site -> file: all of the site, and what code works with besides."""
    found = {path.relative_to(place).as_posix(): path for path in sorted(place.rglob("*"))}
    found = {name: path for name, path in found.items() if path.is_file()}
    found = {name: path for name, path in found.items() if name not in (ZIP, SOLUTIONS)}
    return {**working_files(lesson), **found}


def _moved(lesson: Lesson, sources: Mapping[str, Path]) -> dict[str, str]:
    """Where each file goes; of several that are equal, the first one stays."""
    # what code works with comes first
    names = sorted(sources, key=lambda name: (not name.startswith(WORKING), name))
    site = str(lesson.config.get("url", "")).rstrip("/")
    moved: dict[str, str] = {}
    kept: dict[bytes, str] = {}
    for name in names:
        if name.startswith("notebooks/"):
            solved = name.endswith(exporter.notebook_name("", "solutions"))
            here = f"scripts/{name.partition('/')[2]}"
            moved[name] = here if not solved else f"{site}/{quote(name)}" if site else START
            continue
        moved[name] = name if name.startswith(WORKING) else f"site/{name}"
        if name.endswith(".html"):
            continue
        content = hashlib.sha256(sources[name].read_bytes()).digest()
        if name.startswith(WORKING):
            kept.setdefault(content, name)
        else:
            moved[name] = kept.setdefault(content, moved[name])
    return moved


def _start_page(lesson: Lesson, place: Path) -> str:
    site = str(lesson.config.get("url", "")).rstrip("/")
    setup = "learners/setup.html"
    return render(
        "start-here.html",
        lesson,
        setup=f"site/{setup}" if (place / setup).is_file() else "",
        scripts=(place / "scripts").is_dir() or (place / "notebooks").is_dir(),
        data=(lesson.root / "data").is_dir(),
        solutions=f"{site}/{SOLUTIONS}" if site and (place / SOLUTIONS).is_file() else "",
    )


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file under a name; one that would not become smaller is stored as it is."""
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    stored = name.lower().endswith(COMPRESSED) or zipfile.is_zipfile(io.BytesIO(content))
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compresslevel=1)  # fast; most of it is pictures
