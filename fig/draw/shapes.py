"""Shapes that several diagrams share."""

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from style import BLACK


def box(axes, corner, size, words, fill, edge, dashed=False):
    """A rounded box with words in its middle.

    Args:
        axes: where to.
        corner: (x, y) of its lower left corner.
        size: its width and height.
        words: text, "" for none.
        fill, edge: colours.
        dashed: True for a dashed edge.
    """
    line = (0, (4, 2)) if dashed else "-"
    look = dict(facecolor=fill, edgecolor=edge, lw=1.6, linestyle=line)
    shape = "round,pad=0,rounding_size=0.2"
    axes.add_patch(FancyBboxPatch(corner, *size, boxstyle=shape, **look))
    middle = corner[0] + size[0] / 2, corner[1] + size[1] / 2
    axes.text(*middle, words, ha="center", va="center", fontsize=12, linespacing=1.2, zorder=3)


def arrow(axes, start, end, color=BLACK, size=15, zorder=2):
    """A straight arrow.

    Args:
        axes: where to.
        start, end: (x, y).
        color: its colour.
        size: of its head, in points.
        zorder: what it lies above.
    """
    look = dict(arrowstyle="-|>", mutation_scale=size, shrinkA=0, shrinkB=0, color=color, lw=1.6)
    axes.add_patch(FancyArrowPatch(start, end, zorder=zorder, **look))
