"""Figures with an interactive form: see core/interactive.

A page holds the picture, and in its caption the link. Where scripts run, lesson.js adds a button
that puts the interactive form in the picture's place; nothing of it is loaded before.
"""

import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from lesson_engine.core import links
from lesson_engine.core.interactive import CLASS
from lesson_engine.core.lesson import Lesson

PLACE = "episodes/files"  # of the files, in each view
HEIGHTS = re.compile(r'<meta name="figure-heights" content="([\d: ]*)">')
# to a file beside the page; to one that only the Workbench's flat site has there
LINKS = (addnodes.download_reference, addnodes.pending_xref)
FILES = "interactive_files"  # in a page's metadata: those that it needs


def mark(lesson: Lesson, app: Sphinx, document: nodes.document) -> None:
    """Mark a page's interactive figures for lesson.js, and lead their links to the files.

    Called when a page has been read, before Sphinx makes a download of each file: a download's
    address changes with its content.
    """
    page, needed = app.env.docname, []
    for figure in document.findall(nodes.figure):
        image = next(figure.findall(nodes.image))
        if CLASS not in image["classes"]:
            continue
        image["classes"].remove(CLASS)
        for link in [node for node in figure.findall() if isinstance(node, LINKS)]:
            path = links.file_of(lesson.root, Path(f"{page}.md"), link.get("reftarget") or "")
            if path is None or path.suffix != ".html":
                continue
            address = f"{'../' * page.count('/')}{PLACE}/{path.name}"
            text = link.astext()
            link.replace_self(
                nodes.reference("", text, internal=True, refuri=address, classes=[f"{CLASS}-link"])
            )
            figure["classes"].append(CLASS)
            figure.insert(0, _tools(path))
            app.env.note_dependency(str(path))
            needed.append(str(path))
            break
    app.env.metadata[page][FILES] = needed


def _tools(form: Path) -> nodes.raw:
    """The place for what lesson.js adds above the picture.

    A form may say how high it is at some widths, so that room is made for it before it is there:
    <meta name="figure-heights" content="330:1250 720:900">.
    """
    said = HEIGHTS.search(form.read_text("utf-8", errors="replace"))  # it may say what it is in
    heights = said[1] if said else ""
    html = f'<div class="interactive-tools" data-heights="{heights}"></div>'
    return nodes.raw("", html, format="html")


def copy_files(app: Sphinx, failure: Exception | None) -> None:
    """Put the files that the pages need beside them."""
    if failure is not None:
        return
    place = Path(app.outdir) / PLACE
    for metadata in app.env.metadata.values():
        for path in metadata.get(FILES, []):
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place / Path(path).name)
