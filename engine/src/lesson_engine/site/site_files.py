"""The finished site: both views, and beside the pages everything that can be taken along."""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from lesson_engine.core import exporter, files, scripts
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.site.episode_frame import ZIP

TAKEN_ALONG = ("environment.yml", "requirements.txt", "LICENSE.md")
LEFT_OUT = ("__pycache__", ".doctrees", ".buildinfo", "objects.inv")  # and the lesson's own
COMPRESSED = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".gz")  # and whatever is a zip inside
FIXED_TIME = (2000, 1, 1, 0, 0, 0)  # the same content gives the same zip


def assemble(lesson: Lesson, episodes: Sequence[Episode], views: Sequence[Path]) -> None:
    """Put the site together and replace the old one in one step.

    Args:
        lesson: the lesson.
        episodes: all of its episodes.
        views: folders of HTML: the learner view's, the instructor view's.
    """
    learner, instructor = views
    place = lesson.build_folder / "site" / "whole"
    shutil.rmtree(place, ignore_errors=True)
    ignore = shutil.ignore_patterns(*LEFT_OUT)
    shutil.copytree(learner, place, ignore=ignore)
    shutil.copytree(instructor, place / "instructor", ignore=ignore)
    exporter.export_notebooks(lesson, episodes, place / "notebooks")
    for episode in episodes:
        name = scripts.script_name(episode.name)
        files.write(place / "scripts" / name, scripts.to_script(episode, lesson.script_start))
    write_sitemap(lesson, place)
    write_zip(lesson, place)
    files.replace_folder(lesson.site_folder, place)


def write_sitemap(lesson: Lesson, place: Path) -> None:
    """Write sitemap.xml: the addresses of the learner pages; needs `url:` in config.yaml."""
    base = str(lesson.config.get("url", "")).rstrip("/")
    if not base:
        return
    pages = sorted(path.relative_to(place).as_posix() for path in place.rglob("*.html"))
    shown = [page for page in pages if not page.startswith("instructor/") and page != "404.html"]
    entries = "".join(f"<url><loc>{base}/{page}</loc></url>\n" for page in shown)
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )
    files.write(place / "sitemap.xml", text)


def write_zip(lesson: Lesson, place: Path) -> None:
    """Write one file with everything that a workshop without a network needs.

    The notebooks lie beside the scripts, in the one folder that all code runs in: there they
    find ../data, the look of the figures and what was saved before. The site itself is in site/.
    """
    with zipfile.ZipFile(place / ZIP, "w") as archive:
        for name, path in sorted(_for_working(lesson, place).items()):
            _add(archive, path, Path(name))
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.name != ZIP:
                _add(archive, path, Path("site") / path.relative_to(place))


def _for_working(lesson: Lesson, place: Path) -> dict[str, Path]:
    """What code needs: name in the zip -> file; not what its blocks saved, nor caches."""
    left_out = {*LEFT_OUT, *lesson.left_alone}
    found = {name: lesson.root / name for name in TAKEN_ALONG if (lesson.root / name).is_file()}
    for name, folder in lesson.beside_code.items():
        for path in folder.rglob("*"):
            inside = path.relative_to(folder)
            if path.is_file() and not left_out.intersection(inside.parts):
                found[f"{name}/{inside.as_posix()}"] = path
    made = [*(place / "scripts").glob("*.py"), *(place / "notebooks").glob("*.ipynb")]
    return {**found, **{f"scripts/{path.name}": path for path in made}}


def _add(archive: zipfile.ZipFile, path: Path, name: Path) -> None:
    """Add a file under a name; one that would not become smaller is stored as it is."""
    entry = zipfile.ZipInfo(name.as_posix(), FIXED_TIME)
    stored = path.suffix.lower() in COMPRESSED or zipfile.is_zipfile(path)
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, path.read_bytes(), compresslevel=1)  # fast; most of it is pictures
