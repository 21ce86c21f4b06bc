"""An episode's questions and objectives, which say the same from two sides, in one compact box."""

from itertools import pairwise
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from lesson_engine.core.divs import title_of
from lesson_engine.core.words import words_in

PARTS = ("questions", "objectives")


class Overview(SphinxTransform):
    """Put the two boxes into one where they stand one below the other."""

    default_priority = 206  # before the boxes get their places

    def apply(self, **kwargs: Any) -> None:
        for parent in {box.parent for box in self.document.findall(nodes.container)}:
            for first, second in pairwise(list(parent.children)):
                if _kind(first) == PARTS[0] and _kind(second) == PARTS[1]:
                    self.join(parent, first, second)

    def join(self, parent: Any, *boxes: Any) -> None:
        """Replace neighbours by one box that holds both."""
        title = title_of("overview", words_in(self.config.lesson_lang))
        heading = nodes.paragraph("", title, classes=["lesson-div-title"])
        both = nodes.container(classes=["overview-parts"])
        box = nodes.container("", heading, both, classes=["lesson-div", "overview"])
        parent.insert(parent.index(boxes[0]), box)
        for part in boxes:
            parent.remove(part)
            part["classes"].remove("lesson-div")
            both += part


def _kind(node: nodes.Node) -> str:
    """Which of the two boxes a node is, or ""."""
    classes = node.get("classes", ()) if isinstance(node, nodes.container) else ()
    return next((part for part in PARTS if part in classes and "lesson-div" in classes), "")
