"""Shapes that several diagrams share."""

from matplotlib.patches import FancyBboxPatch


def note(axes, corner, width, words, fill, edge, height=1.3):
    """A rounded box with words in its middle; `corner` is its lower left one."""
    shape = "round,pad=0,rounding_size=0.15"
    axes.add_patch(
        FancyBboxPatch(
            corner, width, height, boxstyle=shape, facecolor=fill, edgecolor=edge, lw=1.6, zorder=2
        )
    )
    middle = corner[0] + width / 2, corner[1] + height / 2
    axes.text(*middle, words, ha="center", va="center", fontsize=12, linespacing=1.15, zorder=3)
