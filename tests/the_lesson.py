"""Where the lesson is, for its tests."""

from pathlib import Path

from lesson_engine.core.lesson import find_lesson

ROOT = Path(__file__).resolve().parents[1]
LESSON = find_lesson(ROOT)


def pages_of(site):
    """Names of all pages, such as "episodes/05-fit-cnn.html"."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def pause(page, milliseconds):
    """Wait by a page's own clock: what the page put off before, for less, has happened then.

    Playwright's waits go by this program's clock, and a page that gets no time lags behind it.
    """
    page.evaluate(f"new Promise(done => setTimeout(done, {milliseconds}))")
