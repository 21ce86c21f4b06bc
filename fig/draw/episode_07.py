"""Diagrams of episode 07: what transfer learning keeps, and what it learns."""

from matplotlib.patches import Arc, Rectangle
from shapes import arrow, box
from style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    canvas,
)
from workflow import workflow as _workflow


def workflow():
    """The ten steps, 4 and 10 marked."""
    return _workflow({4, 10})


def transfer():
    """The trained network above, the new one below: same features, frozen, and a new last layer."""
    figure, axes = canvas(height=4.2)
    rows = [
        (
            5.1,
            "trained before",
            "1.28\nmillion\nimages",
            "last layer\n1.28 million\nparameters",
            "1,000\nclasses",
        ),
        (
            1.0,
            "your own task",
            "180\nimages",
            "new last layer\n3,843 parameters",
            "cat, deer\nor dog?",
        ),
    ]
    for y, title, before, last, after in rows:
        new = y < 3
        middle = y + 1.0
        axes.text(0.3, y + 2.5, title, ha="left", va="center", weight="bold")
        for sheet in range(3):
            corner = 0.35 + 0.13 * sheet, y + 0.3 - 0.1 * sheet
            axes.add_patch(
                Rectangle(corner, 1.75, 1.4, facecolor=PALE_GREY, edgecolor=GREY, lw=1.2)
            )
        axes.text(1.48, middle - 0.2, before, ha="center", va="center", fontsize=12)
        words = "backbone: convolutions\n3.4 million parameters"
        box(axes, (3.4, y), (4.8, 2.0), words, PALE_BLUE, BLUE, dashed=new)
        fill, edge = (PALE_GREEN, GREEN) if new else (PALE_GREY, GREY)
        box(axes, (9.2, y), (3.9, 2.0), last, fill, edge)
        axes.text(15.0, middle, after, ha="center", va="center")
        for start, end in ((2.5, 3.35), (8.25, 9.15), (13.15, 14.05)):
            arrow(axes, (start, middle), (end, middle))
    arrow(axes, (5.8, 5.0), (5.8, 3.1))
    axes.text(6.15, 4.05, "reuse, with all its parameters", ha="left", va="center", fontsize=12)
    _padlock(axes, 4.65, 0.52)
    axes.text(5.1, 0.52, "frozen: stays as it is", ha="left", va="center", fontsize=12)
    axes.text(11.15, 0.52, "learns", ha="center", va="center", fontsize=12)
    return figure


def _padlock(axes, x, y):
    axes.add_patch(Rectangle((x - 0.2, y - 0.24), 0.4, 0.32, facecolor=BLACK))
    axes.add_patch(Arc((x, y + 0.08), 0.28, 0.42, theta1=0, theta2=180, color=BLACK, lw=2))
