"""Where the lesson is, for its tests."""

from pathlib import Path

from lesson_engine.core.lesson import find_lesson

ROOT = Path(__file__).resolve().parents[1]
LESSON = find_lesson(ROOT)


def pages_of(site):
    """Names of all pages, such as "episodes/05-fit-cnn.html"."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
