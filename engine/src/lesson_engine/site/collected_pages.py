"""Pages that nobody writes: the whole text, key points, pictures, how to cite, not found.

Sphinx asks for them once every page has been written (html-collect-pages). They are made from
the same parsed pages, so nothing is read twice.
"""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError

from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.site import citation
from lesson_engine.site.citation import Citation

TITLES = {
    "aio": "All in one page",
    "key-points": "Key points",
    "images": "All pictures",
    "citation": "How to cite",
}


def collect(lesson: Lesson, app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield (page name, context, template) of every collected page, unless all are current.

    While somebody writes (config value lesson_draft), those that are there are good enough.

    Args:
        lesson: the lesson.
        app: Sphinx, after reading.

    Raises: ExtensionError for a fault in CITATION.cff.
    """
    if _is_current(lesson, app) or (app.config.lesson_draft and _last(app).is_file()):
        return
    episodes = [
        path.relative_to(lesson.root).with_suffix("").as_posix() for path in lesson.episode_paths()
    ]
    sections = [_parsed(app, episode) for episode in episodes]
    # the whole comes last: it takes the sections themselves, the others take copies of parts
    makers = {"key-points": _key_points, "images": _pictures, "aio": _whole}
    for page, make in makers.items():
        body = nodes.section(ids=["top"])
        body += nodes.title("", TITLES[page])
        for section in sections:
            body += make(section)
        yield page, _context(app, page, body), "page.html"
    try:
        cited = citation.load_citation(lesson)
    except LessonError as error:
        raise ExtensionError(str(error)) from error
    if cited is not None:
        yield "citation", _context(app, "citation", _how_to_cite(cited)), "page.html"
    yield "404", _context(app, "404", _not_found()), "page.html"


def _is_current(lesson: Lesson, app: Sphinx) -> bool:
    """Whether the last page that is made here is newer than all from which they are made."""
    folder = Path(app.outdir)
    last = _last(app)
    pages = [folder / f"{docname}.html" for docname in app.env.found_docs]
    sources = [path for path in [*pages, lesson.root / citation.FILE] if path.is_file()]
    made = last.stat().st_mtime if last.is_file() else 0
    return all(path.stat().st_mtime < made for path in sources)


def _last(app: Sphinx) -> Path:
    return Path(app.outdir) / "404.html"


def links(lesson: Lesson) -> list[tuple[str, str]]:
    """(page name, title) of those that the menu offers."""
    cited = (lesson.root / citation.FILE).is_file()
    return [(page, title) for page, title in TITLES.items() if cited or page != "citation"]


def _parsed(app: Sphinx, episode: str) -> nodes.section:
    """An episode's parsed text, its links as seen from the top, its ids unique over all."""
    document = app.env.get_and_resolve_doctree(episode, app.builder, tags=app.tags)
    folder, _, name = episode.rpartition("/")
    for node in document.findall(nodes.Element):
        node["ids"] = [f"{name}-{place}" for place in node["ids"]]
        if "refid" in node:
            node["refid"] = f"{name}-{node['refid']}"
        if node.get("refuri") and node.get("internal"):
            node["refuri"] = posixpath.normpath(posixpath.join(folder, node["refuri"]))
    section = next(document.findall(nodes.section))
    section["ids"] = [name]
    return section


def _whole(section: nodes.section) -> list[nodes.section]:
    return [section]


def _heading(section: nodes.section) -> nodes.section:
    title = next(section.findall(nodes.title))
    return nodes.section("", nodes.title("", title.astext()), ids=section["ids"])


def _key_points(section: nodes.section) -> list[nodes.section]:
    part = _heading(section)
    for box in section.findall(nodes.container):
        if "keypoints" in box["classes"]:
            lists = [child for child in box.children if isinstance(child, nodes.bullet_list)]
            part += [points.deepcopy() for points in lists]
    return [part]


def _pictures(section: nodes.section) -> list[nodes.section]:
    part = _heading(section)
    for figure in section.findall(nodes.figure):
        part += figure.deepcopy()
        image = next(figure.findall(nodes.image))
        text = nodes.paragraph("", "", nodes.strong("", "In words: "), nodes.Text(image["alt"]))
        part += text
    return [part] if len(part) > 1 else []


def _how_to_cite(cited: Citation) -> nodes.section:
    body = nodes.section("", nodes.title("", TITLES["citation"]), ids=["top"])
    body += nodes.paragraph("", cited.message)
    body += nodes.paragraph("", cited.sentence())
    body += nodes.paragraph("", "In a BibTeX file:")
    body += nodes.literal_block("", cited.bibtex(), language="bibtex")
    return body


def _not_found() -> nodes.section:
    body = nodes.section("", nodes.title("", "There is no such page"), ids=["top"])
    text = "The address may have changed. Look for the page in the menu, or search for its words."
    body += nodes.paragraph("", text)
    return body


def _context(app: Sphinx, page: str, body: nodes.section) -> dict[str, Any]:
    """What the template needs of a page."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)  # no other asks for pages
    builder.current_docname = page
    builder.secnumbers, builder.fignumbers = {}, {}  # set by Sphinx for pages of their own only
    builder.imgpath = builder.imagedir  # pictures, as seen from the top of the site
    builder.post_process_images(body)
    title = body[0].astext()
    return {"title": title, "body": builder.render_partial(body)["fragment"], "toc": ""}
