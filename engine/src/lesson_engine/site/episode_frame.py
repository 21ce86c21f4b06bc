"""What stands around an episode's text: its times and files above, how it was recorded below."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

from lesson_engine.core import colab, exporter, provenance, scripts
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.provenance import Provenance
from lesson_engine.core.words import Words

Noted = Sequence[Provenance | None]  # how each block of a page was recorded, see noted_blocks

ZIP = "lesson.zip"  # everything in one file, at the top of the site
SOLUTIONS = "solutions.zip"  # notebooks with the solutions, for the same folder
LONG = 5  # seconds: a block that took less is not worth a remark


def in_words(seconds: float, words: Words) -> str:
    """A time as people say it: "40 s", "1 min 15 s"."""
    minutes, rest = divmod(round(seconds), 60)
    parts = [words("time.minutes", minutes=minutes)] if minutes else []
    return " ".join([*parts, words("time.seconds", seconds=rest)])


def look_up(lesson: Lesson, env: BuildEnvironment, page: Episode) -> None:
    """Have page_of and noted_blocks at hand while Sphinx reads a page.

    Args:
        lesson: the lesson.
        env: Sphinx's, while it reads the page.
        page: the same page.
    """
    path = lesson.root / f"{env.docname}.md"
    noted: Noted = []
    env.temp_data["lesson_colab"] = ""
    if path in lesson.episode_paths():
        env.temp_data["lesson_colab"] = colab.address(lesson, path.stem)
        note_record(lesson, env, path.stem)
        page = replace(page, path=path)
        noted = provenance.of_blocks(page, lesson)
    # Sphinx forgets these once it has read the page: they are never pickled
    env.temp_data["lesson_page"], env.temp_data["lesson_noted"] = page, noted


def note_record(lesson: Lesson, env: BuildEnvironment, episode_name: str) -> None:
    """Have the page that Sphinx reads read again once an episode is recorded anew.

    Not for a record that is not there: Sphinx would read such a page in every build. Whatever
    makes one writes to the page, too.
    """
    path = provenance.path_of(episode_name, lesson)
    if path.is_file():
        env.note_dependency(str(path))


def page_of(env: BuildEnvironment) -> Episode:
    """The page that Sphinx reads."""
    page: Episode = env.temp_data["lesson_page"]
    return page


def noted_blocks(env: BuildEnvironment) -> Noted:
    """How each block of the page that Sphinx reads was recorded; [] if it is no episode."""
    noted: Noted = env.temp_data["lesson_noted"]
    return noted


def colab_of(env: BuildEnvironment) -> str:
    """The address that opens the page that Sphinx reads in Google Colab, "" for none."""
    address: str = env.temp_data["lesson_colab"]
    return address


def seconds_of(noted: Noted) -> float:
    """Seconds that the blocks worth waiting for took, together."""
    return sum(block.seconds for block in noted if block and block.seconds >= LONG)


def machines_of(noted: Noted) -> set[str]:
    """The machines on which blocks were recorded, in words."""
    return {block.environment["machine"] for block in noted if block and block.environment}


def times(metadata: Mapping[str, Any], noted: Noted, words: Words) -> nodes.paragraph:
    """The line below the title.

    Args:
        metadata: front matter of the page.
        noted: from noted_blocks.
        words: of the lesson's language.
    """
    parts = [words(f"episode.{kind}", minutes=metadata[kind]) for kind in ("teaching", "exercises")]
    if seconds_of(noted):
        parts.append(words("episode.computing", time=in_words(seconds_of(noted), words)))
    return nodes.paragraph("", " · ".join(parts), classes=["lesson-times"])


def files(name: str, root: str, words: Words, in_colab: str = "") -> nodes.paragraph:
    """Links to an episode's notebooks and script.

    Args:
        name: the episode's name, such as "05-fit-cnn".
        root: address of the site's top as seen from the page.
        words: of the lesson's language.
        in_colab: address that opens the exercise notebook in Google Colab, "" for none.
    """
    script, notebooks = scripts.script_name(name), f"{root}notebooks"
    book = partial(exporter.notebook_name, name)
    targets = {
        "exercise_notebook": f"{notebooks}/{quote(book('exercises'))}",
        "solution_notebook": f"{notebooks}/{quote(book('solutions'))}",
        "script": f"{root}scripts/{quote(script)}",
    }
    line = nodes.paragraph("", words("episode.downloads") + " ", classes=["lesson-files"])
    for place, (kind, target) in enumerate(targets.items()):
        line += nodes.Text(" · " if place else "")
        line += Download("", words(f"episode.{kind}"), refuri=target, internal=True)
    if in_colab:  # on a website only: without the internet it leads nowhere
        link = nodes.reference("", words("episode.colab"), refuri=in_colab)
        line += nodes.inline("", " · ", link, classes=["only-online"])
    return line


def whole_lesson(root: str, words: Words) -> nodes.paragraph:
    """The home page's link to everything in one file. Args: as in files."""
    return _download_line(f"{root}{ZIP}", "home.whole", words("home.whole_link"), words)


def all_solutions(root: str, words: Words) -> nodes.paragraph:
    """The link to the solution notebooks, for instructors. Args: as in files."""
    return _download_line(
        f"{root}{SOLUTIONS}", "taken.solutions", words("taken.solutions_link"), words
    )


def _download_line(address: str, sentence: str, text: str, words: Words) -> nodes.paragraph:
    """A sentence with a link to a file that only a website has."""
    before, behind = words.around(sentence, "link")
    link = Download("", text, refuri=address, internal=True)
    parts = [nodes.Text(before), link, nodes.Text(behind)]
    return nodes.paragraph("", "", *parts, classes=["lesson-files", "only-online"])


class Download(nodes.reference):
    """A link to a file that browsers save, and do not show."""


def visit_download(translator: HTML5Translator, node: Download) -> None:
    """Write the link's beginning; its end is that of any other."""
    given = {"class": "reference internal", "href": node["refuri"], "download": ""}
    translator.body.append(translator.starttag(node, "a", "", **given))


def depart_download(translator: HTML5Translator, node: Download) -> None:
    translator.body.append("</a>")


def progress(lesson: Lesson, page: str) -> tuple[int, int] | None:
    """An episode's place among those that are taught together, and how many these are.

    Args:
        lesson: the lesson; its workshop and what goes further are counted apart.
        page: the page's name; None is returned for one that is no episode.
    """
    path = lesson.root / f"{page}.md"
    for paths in (lesson.workshop_paths(), lesson.further_paths()):
        if path in paths:
            return paths.index(path) + 1, len(paths)
    return None


def recording(noted: Noted, words: Words) -> nodes.paragraph | None:
    """When, where and with what the outputs were made; None if nothing was recorded.

    Args:
        noted: from noted_blocks.
        words: of the lesson's language.
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
    known = {name: newest[name] for name in ("date", "python", "machine")}
    text = words("episode.recorded", versions=", ".join(versions), **known)
    return nodes.paragraph("", text, classes=["lesson-provenance"])
