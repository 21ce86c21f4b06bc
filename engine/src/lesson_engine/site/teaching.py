"""The instructor view of an episode: minutes and clock beside each section, and what helps there.

A page for instructors that the lesson names in beside_episodes is made of pieces: a section whose
first paragraph says with a link where it belongs, and a paragraph that ends with such a link in
brackets. Each piece is shown beside the section that it leads to.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from lesson_engine.core import pacing, pandoc, reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.pacing import Section
from lesson_engine.core.timetables import clock
from lesson_engine.core.words import Words
from lesson_engine.site import directives

TIMED = "lesson_timed"  # in env.temp_data while Sphinx reads a page: its sections with minutes


@dataclass(frozen=True)
class Start:
    """When an episode starts.

    Attributes:
        day: title of its day; the episode's own name if it is in none.
        before: minutes from the day's start to the episode's.
        start: the day's start by the clock, such as "09:00"; "" if it is in none.
    """

    day: str
    before: int
    start: str


def start_of(lesson: Lesson, page: str) -> Start | None:
    """When an episode starts; None for a page that is none. page: such as "episodes/05-x"."""
    path = lesson.root / f"{page}.md"
    for day in lesson.days:
        before = 0
        for slot in day.plan:
            if slot.path == path:
                return Start(day.title, before, clock(day.start))
            before += slot.minutes or (_minutes(lesson, slot.path) if slot.path else 0)
    return Start(path.stem, 0, "") if path in lesson.episode_paths() else None


def _minutes(lesson: Lesson, path: Path) -> int:
    try:
        page = reader.read_page(lesson, path)
    except LessonError:  # the site shows a notice in the page's place
        return 0
    return int(page.takes)


def look_up(lesson: Lesson, env: BuildEnvironment, page: Episode) -> None:
    """Have the minutes of an episode's sections at hand while Sphinx reads it.

    Args:
        lesson: the lesson.
        env: Sphinx's, while it reads the page.
        page: the same page, with its path.
    """
    env.temp_data[TIMED] = pacing.timed_sections(lesson, page)
    for name in lesson.beside_episodes:
        env.note_dependency(str(lesson.root / "instructors" / name))


def add_times(document: nodes.document, env: BuildEnvironment, words: Words) -> None:
    """Put the minute at which a section begins, and how long it takes, below its heading."""
    timed: list[Section] = env.temp_data.get(TIMED) or []
    places = {place: one for one in document.findall(nodes.section) for place in one["ids"]}
    opening = next(document.findall(nodes.section), None)
    begins = 0
    for section in timed:
        node = places.get(section.anchor) if section.anchor else opening
        if node is not None and section.minutes:
            text = escape(words("teach.minute", minute=begins, minutes=section.minutes))
            time = f'<span class="section-clock" data-minute="{begins}"></span>'
            html = f'<p class="section-time">{text} {time}</p>'
            node.insert(1, nodes.raw("", html, format="html"))
        begins += section.minutes


def pages(lesson: Lesson) -> list[tuple[str, str]]:
    """(address as seen from the top, title) of every page for instructors."""
    found = []
    for path in lesson.page_paths("instructor"):
        if path.parent == lesson.root / "instructors":
            try:
                title = pandoc.plain(reader.read_page(lesson, path).title) or path.stem
            except LessonError:
                title = path.stem
            found.append((f"instructors/{quote(path.stem)}.html", title))
    return found


def list_of_pages(lesson: Lesson) -> nodes.container | None:
    """Links to every page for instructors, for the home page; None if there are none."""
    links = [
        nodes.list_item("", nodes.paragraph("", "", _link(address, title)))
        for address, title in pages(lesson)
    ]
    if not links:
        return None
    box = nodes.container(classes=["instructor-pages"])
    box += nodes.paragraph("", "", nodes.strong("", lesson.words("teach.pages")))
    box += nodes.bullet_list("", *links)
    return box


def _link(address: str, text: str) -> nodes.reference:
    return nodes.reference("", text, refuri=address, internal=True)


def add_beside(lesson: Lesson, app: Sphinx, document: nodes.document, name: str) -> None:
    """Put what other pages say of an episode's sections beside them (doctree-resolved)."""
    wanted = app.config.lesson_view == "instructor" and lesson.root / f"{name}.md"
    if not lesson.beside_episodes or wanted not in lesson.episode_paths():
        return
    places = {place: one for one in document.findall(nodes.section) for place in one["ids"]}
    for file in reversed(lesson.beside_episodes):  # each is put at the top: the last one first
        page = f"instructors/{file.removesuffix('.md')}"
        if page not in app.env.found_docs:
            continue
        other = app.env.get_and_resolve_doctree(page, app.builder, tags=app.tags)
        found: dict[str, list[nodes.Element]] = {}
        for place, piece in _pieces(other, name, page):
            found.setdefault(place, []).append(piece)
        for place, parts in found.items():
            if place in places:
                _insert(places[place], app.env.titles[page].astext(), parts)


def _insert(section: nodes.Element, title: str, parts: list[nodes.Element]) -> None:
    box = directives.Details()
    box["classes"] += ["lesson-div", "instructor", "beside"]
    box["open"] = True
    box += directives.Summary("", title, classes=["lesson-div-title"])
    box += parts
    after_time = 2 if len(section) > 1 and isinstance(section[1], nodes.raw) else 1
    section.insert(after_time, box)


def _pieces(
    document: nodes.document, episode: str, page: str
) -> Iterator[tuple[str, nodes.Element]]:
    """(id of an episode's section, what is said of it), from the page `page`."""
    for section in document.findall(nodes.section):
        paragraphs = [one for one in section.children if isinstance(one, nodes.paragraph)]
        first = paragraphs[0] if paragraphs else nodes.paragraph()
        place = "" if _place_in_brackets(first) else _leads_to(first, episode, page)
        if place and not isinstance(section.parent, nodes.document):
            rest = [one for one in section.children[1:] if one is not first]
            piece = nodes.container("", *[one.deepcopy() for one in rest])
            piece.insert(0, nodes.paragraph("", "", nodes.strong("", section[0].astext())))
            yield place, _as_seen_from(piece, episode, page)
            continue
        for paragraph in paragraphs:
            link = _place_in_brackets(paragraph)
            place = _leads_to(link, episode, page) if link else ""
            if place:
                alone = _without_its_place(paragraph.deepcopy())
                yield place, _as_seen_from(alone, episode, page)


def _place_in_brackets(paragraph: nodes.paragraph) -> nodes.reference | None:
    """The link in brackets with which a paragraph ends; None if it doesn't."""
    if len(paragraph) < 3 or not isinstance(paragraph[-2], nodes.reference):
        return None
    before, after = paragraph[-3].astext(), paragraph[-1].astext()
    return paragraph[-2] if before.endswith("(") and after.strip() in (")", ").") else None


def _without_its_place(paragraph: nodes.paragraph) -> nodes.paragraph:
    """A paragraph without that link: it would lead to where the paragraph is shown."""
    before = paragraph[-3].astext()
    del paragraph[-2:]
    paragraph[-1] = nodes.Text(before.removesuffix("(").rstrip())
    return paragraph


def _leads_to(node: nodes.Element, episode: str, page: str) -> str:
    """The section of the episode to which the first such link leads; "" if none does."""
    for link in node.findall(nodes.reference):
        target, _, place = link.get("refuri", "").partition("#")
        if place and _from_top(page, target) == f"{quote(episode)}.html":
            return str(place)
    return ""


def _from_top(page: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), target))


def _as_seen_from(piece: nodes.Element, episode: str, page: str) -> nodes.Element:
    """A copied piece with ids of its own, its links as seen from the episode's page."""
    for node in piece.findall(nodes.Element):
        node["ids"] = [f"beside-{place}" for place in node["ids"]]
        address = node.get("refuri", "") if node.get("internal") else ""
        if "refid" in node:  # to a place on its own page
            address = f"{posixpath.basename(page)}.html#{node['refid']}"
            del node["refid"]
        if address:
            target, mark, place = address.partition("#")
            whole = _from_top(page, target)
            node["refuri"] = posixpath.relpath(whole, posixpath.dirname(episode)) + mark + place
    return piece
