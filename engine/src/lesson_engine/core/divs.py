"""The Workbench's fenced divs: what each is called on a page and whether it folds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DivKind:
    """One class of fenced div.

    Attributes:
        title: heading shown when the author gives none; None where the content speaks.
        folds: True if the reader has to open it.
        audience: "everyone" or "instructor".
        names_itself: True if its kind stands before a title that the author gave.
    """

    title: str | None
    folds: bool = False
    audience: str = "everyone"
    names_itself: bool = False


DIV_KINDS = {
    "overview": DivKind("Overview"),
    "questions": DivKind("Questions"),
    "objectives": DivKind("Objectives"),
    "keypoints": DivKind("Key points"),
    "prereq": DivKind("Prerequisite"),
    "checklist": DivKind("Checklist"),
    "callout": DivKind("Callout"),
    "caution": DivKind("Caution", names_itself=True),
    "testimonial": DivKind("Testimonial", names_itself=True),
    "discussion": DivKind("Discussion", names_itself=True),
    "challenge": DivKind("Challenge", names_itself=True),
    "solution": DivKind("Show me the solution", folds=True),
    "hint": DivKind("Give me a hint", folds=True),
    "spoiler": DivKind("Show details", folds=True),
    "instructor": DivKind("Instructor note", folds=True, audience="instructor"),
    "tab": DivKind(None),
    "group-tab": DivKind(None),
}
UNKNOWN = DivKind(None)  # the Workbench shows what is in it


def kind_of(name: str) -> DivKind:
    """The kind of a div, by its class; UNKNOWN if the Workbench has no such class."""
    return DIV_KINDS.get(name, UNKNOWN)


TABS = ("tab", "group-tab")  # not boxes: each heading inside opens a tab
