"""Figures that readers can try out.

In the Markdown such a figure is a picture of class "interactive". Its caption links to its
interactive form: one HTML file in episodes/files/, which needs no other, so that it also works in
the Workbench, which copies that folder, and by itself.

    ![What it shows. [Try it out](files/valley.html)](fig/02_valley.svg){.interactive alt='…'}
"""

import re

from lesson_engine.core.model import Figure

CLASS = "interactive"
LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]*\.html)\)")


def is_interactive(figure: Figure) -> bool:
    """True for a picture that its author calls interactive."""
    return CLASS in figure.classes


def form_of(figure: Figure) -> str | None:
    """The file with the figure's interactive form, as written; None if its caption names none."""
    found = LINK.search(figure.caption)
    return found["target"] if found else None


def published_caption(figure: Figure, site: str) -> str:
    """A figure's caption for a place without the lesson's files, such as a notebook.

    Args:
        figure: the figure.
        site: address of the published lesson; without one the link is left out.
    """
    if not is_interactive(figure):
        return figure.caption
    if not site:
        return LINK.sub("", figure.caption).strip()
    return LINK.sub(
        lambda link: f"[{link['text']}]({site}/episodes/{link['target']})", figure.caption
    )
