"""The Workbench's fenced divs: what each is called on a page and whether it folds."""

from collections.abc import Collection
from dataclasses import dataclass

from lesson_engine.core.words import Words


@dataclass(frozen=True)
class DivKind:
    """One class of fenced div.

    Attributes:
        titled: True if it has a title also where the author gives none; see title_of.
        folds: True if the reader has to open it.
        audience: "everyone" or "instructor".
        names_itself: True if its kind stands before a title that the author gave.
    """

    titled: bool = True
    folds: bool = False
    audience: str = "everyone"
    names_itself: bool = False


DIV_KINDS = {
    "overview": DivKind(),
    "questions": DivKind(),
    "objectives": DivKind(),
    "keypoints": DivKind(),
    "prereq": DivKind(),
    "checklist": DivKind(),
    "callout": DivKind(),
    "caution": DivKind(names_itself=True),
    "testimonial": DivKind(names_itself=True),
    "discussion": DivKind(names_itself=True),
    "challenge": DivKind(names_itself=True),
    "solution": DivKind(folds=True),
    "hint": DivKind(folds=True),
    "spoiler": DivKind(folds=True),
    "instructor": DivKind(folds=True, audience="instructor"),
    "tab": DivKind(titled=False),
    "group-tab": DivKind(titled=False),
}
UNKNOWN = DivKind(titled=False)  # the Workbench shows what is in it


def kind_of(name: str) -> DivKind:
    """The kind of a div, by its class; UNKNOWN if the Workbench has no such class."""
    return DIV_KINDS.get(name, UNKNOWN)


def title_of(name: str, words: Words) -> str:
    """The title of a div whose author gave none; "" where the content speaks."""
    return words(f"box.{name}") if kind_of(name).titled else ""


TABS = ("tab", "group-tab")  # not boxes: each heading inside opens a tab


def is_task(around: Collection[str]) -> bool:
    """True for what stands in a challenge and not in its solution; takes the divs' names."""
    return "challenge" in around and "solution" not in around
