"""Pages that nobody writes: the whole text, key points, pictures, how to cite, search.

Sphinx asks for them once every page has been written (html-collect-pages). They are made from
the same parsed pages, so nothing is read twice.
"""

import posixpath
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError
from sphinx.util.nodes import clean_astext

from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.words import Words
from lesson_engine.site import citation, search_index, slides
from lesson_engine.site.citation import Citation

_Maker = Callable[[nodes.section], list[nodes.section]]
SEARCH = "search"  # the last one, so the one by which the others' age is known
PAGES = ("aio", "key-points", "images", "citation")


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
    sections = []
    for episode in episodes:
        document = app.env.get_and_resolve_doctree(episode, app.builder, tags=app.tags)
        if app.config.lesson_view == "instructor":
            yield _slides(lesson, app, episode, document)  # of copies, so before what follows
        sections.append(_seen_from_the_top(document, episode))
    # the whole comes last: it takes the sections themselves, the others take copies of parts
    words = lesson.words
    written = _written(lesson)
    makers: dict[str, _Maker] = {
        "key-points": _key_points,
        "images": partial(_pictures, words),
        "aio": _whole,
    }
    for page, make in makers.items():
        if page in written:  # the author's own; see inventory
            continue
        body = nodes.section(ids=["top"])
        body += nodes.title("", words(f"menu.{page}"))
        for section in sections:
            body += make(section)
        yield page, _context(app, page, body), "page.html"
    try:
        cited = citation.load_citation(lesson)
    except LessonError as error:
        raise ExtensionError(str(error)) from error
    if cited is not None and "citation" not in written:
        yield "citation", _context(app, "citation", _how_to_cite(cited, words)), "page.html"
    listing = search_index.listing(lesson, app)
    yield SEARCH, {"title": words("search.search"), "listing": listing, "toc": ""}, "search.html"


def _is_current(lesson: Lesson, app: Sphinx) -> bool:
    """Whether the last page that is made here is newer than all from which they are made."""
    folder = Path(app.outdir)
    last = _last(app)
    pages = [folder / f"{docname}.html" for docname in app.env.found_docs]
    sources = [path for path in [*pages, lesson.root / citation.FILE] if path.is_file()]
    made = last.stat().st_mtime if last.is_file() else 0
    return all(path.stat().st_mtime < made for path in sources)


def _last(app: Sphinx) -> Path:
    return Path(app.outdir) / f"{SEARCH}.html"


def links(lesson: Lesson) -> list[tuple[str, str]]:
    """(page name, title) of those that the menu offers."""
    cited = (lesson.root / citation.FILE).is_file()
    left_out = _written(lesson) | (set() if cited else {"citation"})
    return [(page, lesson.words(f"menu.{page}")) for page in PAGES if page not in left_out]


def _written(lesson: Lesson) -> set[str]:
    """Names of the pages at the top that authors wrote, which are not made then."""
    return {path.stem for path in lesson.root.glob("*.md")}


def _seen_from_the_top(document: nodes.document, episode: str) -> nodes.section:
    """An episode's text itself, its links as seen from the top, its ids unique over all."""
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
    return nodes.section("", nodes.title("", clean_astext(title)), ids=section["ids"])


def _key_points(section: nodes.section) -> list[nodes.section]:
    part = _heading(section)
    for box in section.findall(nodes.container):
        if "keypoints" in box["classes"]:
            lists = [child for child in box.children if isinstance(child, nodes.bullet_list)]
            part += [points.deepcopy() for points in lists]
    return [part]


def _pictures(words: Words, section: nodes.section) -> list[nodes.section]:
    part = _heading(section)
    for figure in section.findall(nodes.figure):
        part += figure.deepcopy()
        image = next(figure.findall(nodes.image))
        before, behind = words.around("collected.in_words", "text")
        texts = [nodes.Text(image["alt"]), nodes.Text(behind)]
        part += nodes.paragraph("", "", nodes.strong("", before), *texts)
    return [part] if len(part) > 1 else []


def _how_to_cite(cited: Citation, words: Words) -> nodes.section:
    body = nodes.section("", nodes.title("", words("menu.citation")), ids=["top"])
    body += nodes.paragraph("", cited.message)
    body += nodes.paragraph("", cited.sentence(words))
    body += nodes.paragraph("", words("collected.bibtex"))
    body += nodes.literal_block("", cited.bibtex(), language="bibtex")
    return body


def _slides(
    lesson: Lesson, app: Sphinx, episode: str, document: nodes.document
) -> tuple[str, dict[str, Any], str]:
    """An episode's slides: page name, context, template."""
    shown = slides.slides_of(document, lesson.words)
    page = f"{slides.PLACE}/{episode.rpartition('/')[2]}"
    for slide in shown:
        slide.body = _context(app, page, nodes.container("", *slide.parts))["body"]
    context: dict[str, Any] = {"title": shown[0].title, "slides": shown, "episode": episode}
    context["toctree"] = lambda **_: ""  # Sphinx's menu, which slides don't show, takes a while
    return page, context, "slides.html"


def _context(app: Sphinx, page: str, body: nodes.Element) -> dict[str, Any]:
    """What the template needs of a page."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)  # no other asks for pages
    builder.current_docname = page
    builder.secnumbers, builder.fignumbers = {}, {}  # set by Sphinx for pages of their own only
    root = "../" * page.count("/")
    builder.imgpath = f"{root}{builder.imagedir}"  # pictures and files, as seen from the page
    builder.dlpath = f"{root}_downloads"
    builder.post_process_images(body)
    title = body[0].astext() if len(body) else ""
    return {"title": title, "body": builder.render_partial(body)["fragment"], "toc": ""}
