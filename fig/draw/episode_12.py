"""Diagrams of episode 12: where it is among the ten steps, and four ways to split images."""

from matplotlib.patches import Circle, Rectangle
from style import BLACK, BLUE, GREEN, VERMILION, canvas
from workflow import workflow as _workflow

_COLOURS = {"training": BLUE, "validation": VERMILION, "test": GREEN}
_SETS = ["training"] * 12 + ["validation"] * 4 + ["test"] * 4  # of 20 images
_FOLDS = 4
_LEFT, _WIDTH = 0.25, 11.5  # of a row of images
_TILE = _WIDTH / len(_SETS)
_SOFT_BLACK = "#404040"


def workflow():
    """The ten steps, 3 marked."""
    return _workflow(highlight={3})


def splits():
    """Hold-out, stratified, k-fold and grouped, on rows of 20 images.

    A white dot marks an image of a rare class, a letter the plant that an image shows.
    """
    figure, axes = canvas(height=5.75, width=6, xlim=(0, 12))
    _legend(axes, y=11.05)

    _title(axes, 10.05, "hold-out", "divided once, at random")
    _row(axes, 9.1, rare={1, 4, 7, 10, 17})

    _title(axes, 8.1, "stratified", "the same share of rare images in each set")
    _row(axes, 7.15, rare={1, 5, 9, 13, 17})

    _title(axes, 6.15, f"k-fold, k = {_FOLDS}", "each part is used for validation once")
    for turn in range(_FOLDS):
        _round(axes, 5.15 - turn * 0.74, turn)

    _title(axes, 1.95, "grouped", "all images of a plant in the same set")
    _row(axes, 1.0, letters="ABCDEFGHIJ")
    axes.text(
        _LEFT, 0.5, "one letter per plant, two images of each plant",
        fontsize=13, va="center", color=_SOFT_BLACK,
    )  # fmt: skip
    return figure


def _legend(axes, y):
    """What the colours and the dot mean, in one line."""
    x = _LEFT
    for kind, width in (("training", 2.75), ("validation", 3.15), ("test", 1.95)):
        axes.add_patch(Rectangle((x, y - 0.22), 0.44, 0.44, facecolor=_COLOURS[kind]))
        axes.text(x + 0.6, y, kind, fontsize=13, va="center")
        x += width
    axes.add_patch(Rectangle((x, y - 0.22), 0.44, 0.44, facecolor=BLACK))
    axes.add_patch(Circle((x + 0.22, y), 0.12, facecolor="white"))
    axes.text(x + 0.6, y, "rare class", fontsize=13, va="center")


def _title(axes, y, name, explanation):
    """The name of a way to split in bold, and after it what it does."""
    axes.text(_LEFT, y, name, fontsize=14, weight="bold", va="center")
    axes.text(
        _LEFT + _WIDTH, y, explanation, fontsize=13, va="center", ha="right", color=_SOFT_BLACK
    )


def _row(axes, y, rare=(), letters=""):
    """Twenty images in the colours of their sets.

    Args:
        y: the row's lower edge.
        rare: positions of the images with a white dot.
        letters: one for every two images, written into both.
    """
    for position, kind in enumerate(_SETS):
        corner = _LEFT + position * _TILE, y
        colour = _COLOURS[kind]
        axes.add_patch(Rectangle(corner, _TILE, _TILE, facecolor=colour, edgecolor="white", lw=2))
        middle = corner[0] + _TILE / 2, y + _TILE / 2
        if position in rare:
            axes.add_patch(Circle(middle, 0.14, facecolor="white"))
        if letters:
            axes.text(
                *middle, letters[position // 2], color="white", weight="bold", fontsize=13,
                ha="center", va="center_baseline",
            )  # fmt: skip


def _round(axes, y, turn):
    """One round of k-fold: four parts of which one is validation, and the test set."""
    kinds = ["training"] * _FOLDS + ["test"]
    kinds[turn] = "validation"
    size = 4 * _TILE
    for position, kind in enumerate(kinds):
        x = _LEFT + position * size
        axes.add_patch(
            Rectangle((x, y), size, 0.66, facecolor=_COLOURS[kind], edgecolor="white", lw=2)
        )
        axes.text(
            x + size / 2, y + 0.33, kind, color="white", weight="bold", fontsize=12,
            ha="center", va="center_baseline",
        )  # fmt: skip
