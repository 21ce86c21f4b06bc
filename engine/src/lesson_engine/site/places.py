"""Signs that lead to their own place, which can be copied: of boxes' titles and of glossary terms.

Sections have theirs from Sphinx.
"""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

from lesson_engine.core.words import words_in

TITLE = "lesson-div-title"


class Anchor(nodes.General, nodes.Inline, nodes.Element):
    """The sign. It holds no text, so that titles can be quoted without it."""


class LinksToBoxes(SphinxTransform):
    """Every box has a place, and one that doesn't fold has a sign that leads there."""

    default_priority = 208  # Places has given the ids of headings

    def apply(self, **kwargs: object) -> None:
        words = words_in(self.config.lesson_lang)
        taken = {place for node in self.document.findall(nodes.Element) for place in node["ids"]}
        for title in list(self.document.findall(nodes.paragraph)):
            box = title.parent
            if TITLE not in title["classes"] or not isinstance(box, nodes.Element):
                continue
            marks = [place for mark in title.findall(nodes.inline) for place in mark["ids"]]
            places = [*box["ids"], *marks]
            if not places:
                places = [_free(box["classes"][-1], taken)]
                box["ids"] += places
            title += Anchor(refid=places[0], reftitle=words("theme.link"))


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free


def visit_anchor(translator: HTML5Translator, node: Anchor) -> None:
    """Write the sign as Sphinx writes that of a heading."""
    title = translator.attval(node["reftitle"])
    translator.body.append(f'<a class="headerlink" href="#{node["refid"]}" title="{title}">¶</a>')
    raise nodes.SkipNode
