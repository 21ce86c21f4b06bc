"""What stands around an episode's text: its times and files above, how it was recorded below."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment

from lesson_engine.core import exporter, provenance, scripts
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.provenance import Provenance

Noted = Sequence[Provenance | None]  # how each block of a page was recorded, see noted_blocks

ZIP = "lesson.zip"  # everything in one file, at the top of the site
LONG = 5  # seconds: a block that took less is not worth a remark


def in_words(seconds: float) -> str:
    """A time as people say it: "40 s", "1 min 15 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def look_up(lesson: Lesson, env: BuildEnvironment, page: Episode) -> None:
    """Have page_of and noted_blocks at hand while Sphinx reads a page.

    Args:
        lesson: the lesson.
        env: Sphinx's, while it reads the page.
        page: the same page.
    """
    path = lesson.root / f"{env.docname}.md"
    noted: Noted = []
    if path in lesson.episode_paths():
        env.note_dependency(str(provenance.path_of(path.stem, lesson)))
        noted = provenance.of_blocks(replace(page, path=path), lesson)
    # Sphinx forgets these once it has read the page: they are never pickled
    env.temp_data["lesson_page"], env.temp_data["lesson_noted"] = page, noted


def page_of(env: BuildEnvironment) -> Episode:
    """The page that Sphinx reads."""
    page: Episode = env.temp_data["lesson_page"]
    return page


def noted_blocks(env: BuildEnvironment) -> Noted:
    """How each block of the page that Sphinx reads was recorded; [] if it is no episode."""
    noted: Noted = env.temp_data["lesson_noted"]
    return noted


def seconds_of(noted: Noted) -> float:
    """Seconds that the blocks worth waiting for took, together."""
    return sum(block.seconds for block in noted if block and block.seconds >= LONG)


def machines_of(noted: Noted) -> set[str]:
    """The machines on which blocks were recorded, in words."""
    return {block.environment["machine"] for block in noted if block and block.environment}


def times(metadata: Mapping[str, Any], noted: Noted) -> nodes.paragraph:
    """The line below the title.

    Args:
        metadata: front matter of the page.
        noted: from noted_blocks.
    """
    text = f"Teaching: {metadata['teaching']} min · Exercises: {metadata['exercises']} min"
    if seconds_of(noted):
        text += f" · Computing time in our run: {in_words(seconds_of(noted))}"
    return nodes.paragraph("", text, classes=["lesson-times"])


def files(name: str, root: str) -> nodes.paragraph:
    """Links to an episode's notebooks and script.

    Args:
        name: the episode's name, such as "05-fit-cnn".
        root: address of the site's top as seen from the page.
    """
    script, notebooks = scripts.script_name(name), f"{root}notebooks"
    targets = {
        "Exercise notebook": f"{notebooks}/{exporter.notebook_name(name, 'exercises')}",
        "Solution notebook": f"{notebooks}/{exporter.notebook_name(name, 'solutions')}",
        "Script": f"{root}scripts/{script}",
    }
    line = nodes.paragraph("", "Downloads: ", classes=["lesson-files"])
    for place, (text, target) in enumerate(targets.items()):
        line += nodes.Text(" · " if place else "")
        link = nodes.reference("", text, refuri=target, internal=True)
        line += link
    return line


def whole_lesson(root: str) -> nodes.paragraph:
    """The home page's link to everything in one file. Args: as in files."""
    line = nodes.paragraph("", classes=["lesson-files"])
    line += nodes.reference(
        "", "The whole lesson as one file", refuri=f"{root}{ZIP}", internal=True
    )
    line += nodes.Text(": notebooks, scripts, data and these pages, for a place without a network.")
    return line


def recording(noted: Noted) -> nodes.paragraph | None:
    """When, where and with what the outputs were made; None if nothing was recorded.

    Args:
        noted: from noted_blocks.
    """
    environments = [block.environment for block in noted if block and block.environment]
    if not environments:
        return None
    newest = max(environments, key=lambda environment: environment["date"])
    versions = [
        f"{name} {version}"
        for name, version in newest.items()
        if name not in ("date", "machine", "python")
    ]
    text = (
        "The outputs on this page were produced by running its code, most recently on "
        f"{newest['date']}, with Python {newest['python']}, {', '.join(versions)}, "
        f"on {newest['machine']}."
    )
    return nodes.paragraph("", text, classes=["lesson-provenance"])
