"""Diagrams of episode 06: how to read a confusion matrix, a grid search with three folds."""

from matplotlib.patches import FancyBboxPatch, Rectangle
from style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    PALE_ORANGE,
    VERMILION,
    canvas,
)
from workflow import workflow as _workflow

PALE_VERMILION = "#FBE1D2"


def workflow():
    """The ten steps, 7, 8 and 9 marked."""
    return _workflow({7, 8, 9})


def reading_matrix():
    """A confusion matrix of three classes, with what a row, a column and a cell tell."""
    figure, axes = canvas(height=4.3)
    names = ["cat", "dog", "frog"]
    counts = [[6, 3, 1], [2, 7, 1], [0, 1, 9]]
    left, top, side = 5.0, 6.3, 1.35
    for row, name in enumerate(names):
        y = top - (row + 1) * side
        axes.text(left - 0.25, y + side / 2, name, ha="right", va="center", fontsize=13)
        for column in range(3):
            right_answer = row == column
            fill = PALE_GREEN if right_answer else "white"
            edge = GREEN if right_answer else GREY
            corner = left + column * side, y
            axes.add_patch(Rectangle(corner, side, side, facecolor=fill, edgecolor=edge, lw=1.4))
            axes.text(
                corner[0] + side / 2, y + side / 2, str(counts[row][column]),
                ha="center", va="center", fontsize=17, weight="bold" if right_answer else "normal",
            )  # fmt: skip
    for column, name in enumerate(names):
        middle = left + (column + 0.5) * side
        axes.text(middle, top + 0.3, name, ha="center", va="center", fontsize=13)
    axes.text(left + 1.5 * side, top + 0.95, "predicted class", ha="center", va="center", weight="bold")
    axes.text(2.7, top - 1.5 * side, "true\nclass", ha="center", va="center", weight="bold")

    # a row
    y = top - side
    axes.add_patch(Rectangle((left - 0.06, y - 0.06), 3 * side + 0.12, side + 0.12, fill=False, edgecolor=BLUE, lw=3))
    _note(axes, (10.3, y + 0.02), 5.4, "a row: all 10 true cats;\n6 were found, recall 6/10", PALE_BLUE, BLUE)
    axes.plot([left + 3 * side + 0.1, 10.3], [y + side / 2] * 2, color=BLUE, lw=1.5)
    # a cell
    cell_x, cell_y = left + side, top - 3 * side
    axes.plot([cell_x + side / 2] * 2, [cell_y + 0.1, 1.4], color=VERMILION, lw=1.5)
    axes.add_patch(Rectangle((cell_x + 0.12, cell_y + 0.12), side - 0.24, side - 0.24, fill=False, edgecolor=VERMILION, lw=2))
    _note(axes, (2.9, 0.25), 4.9, "a cell: 1 frog was\ntaken for a dog", PALE_VERMILION, VERMILION)
    # a column
    x = left + 2 * side
    bottom = top - 3 * side
    axes.add_patch(Rectangle((x - 0.06, bottom - 0.06), side + 0.12, 3 * side + 0.12, fill=False, edgecolor=ORANGE, lw=3))
    _note(axes, (10.3, 0.25), 5.4, "a column: 11 times it said\nfrog; 9 of these were frogs", PALE_ORANGE, ORANGE)
    axes.plot([x + side / 2, x + side / 2, 10.3], [bottom - 0.06, 0.9, 0.9], color=ORANGE, lw=1.5)
    # the diagonal
    _note(axes, (10.3, 2.6), 5.4, "the green diagonal: right;\n22 of 30, accuracy 0.73", PALE_GREEN, GREEN)
    axes.plot([left + 3 * side + 0.06, 10.3], [3.25, 3.25], color=GREEN, lw=1.5)
    return figure


def grid_search():
    """Three candidates, three folds: nine trainings and a mean for each candidate."""
    figure, axes = canvas(height=3.9)
    axes.text(4.0, 7.35, "the training pictures, in three parts", ha="center", va="center", weight="bold")
    axes.text(12.3, 7.35, "candidates", ha="center", va="center", weight="bold")
    names = ["SGD", "RMSprop", "Adam"]
    columns = [9.85, 12.3, 14.75]
    for x, name in zip(columns, names, strict=True):
        axes.text(x, 6.6, name, ha="center", va="center", fontsize=12)
    for fold in range(3):
        y = 5.1 - fold * 1.45
        axes.text(0.3, y + 0.45, f"fold {fold + 1}", ha="left", va="center", fontsize=12)
        for part in range(3):
            held_out = part == fold
            fill, edge = (PALE_VERMILION, VERMILION) if held_out else (PALE_BLUE, BLUE)
            corner = 1.9 + part * 1.95, y
            axes.add_patch(Rectangle(corner, 1.8, 0.9, facecolor=fill, edgecolor=edge, lw=1.4))
            word = "score" if held_out else "train"
            axes.text(corner[0] + 0.9, y + 0.45, word, ha="center", va="center", fontsize=11)
        axes.annotate(
            "", xy=(8.65, y + 0.45), xytext=(7.8, y + 0.45),
            arrowprops=dict(arrowstyle="-|>", color=BLACK, lw=1.5, mutation_scale=15),
        )  # fmt: skip
        for x in columns:
            _note(axes, (x - 1.05, y), 2.1, "1 score", "white", GREY, height=0.9)
    for x in columns:
        _note(axes, (x - 1.05, 0.35), 2.1, "mean of 3", PALE_GREY, BLACK, height=0.9)
        axes.annotate(
            "", xy=(x, 1.27), xytext=(x, 2.15),
            arrowprops=dict(arrowstyle="-|>", color=BLACK, lw=1.5, mutation_scale=15),
        )  # fmt: skip
    axes.text(7.9, 0.8, "compare these:", ha="right", va="center", fontsize=12)
    return figure


def _note(axes, corner, width, words, fill, edge, height=1.3):
    shape = "round,pad=0,rounding_size=0.15"
    axes.add_patch(
        FancyBboxPatch(corner, width, height, boxstyle=shape, facecolor=fill, edgecolor=edge, lw=1.6, zorder=2)
    )
    middle = corner[0] + width / 2, corner[1] + height / 2
    axes.text(*middle, words, ha="center", va="center", fontsize=12, linespacing=1.15, zorder=3)
