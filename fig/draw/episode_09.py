"""Diagrams of episode 09: a grid search with three folds."""

from matplotlib.patches import Rectangle
from shapes import box
from style import BLACK, BLUE, GREY, PALE_BLUE, PALE_GREY, PALE_VERMILION, VERMILION, canvas
from workflow import workflow as _workflow


def workflow():
    """The ten steps, 9 marked."""
    return _workflow({9})


def grid_search():
    """Three candidates, three folds: nine trainings and a mean for each candidate."""
    figure, axes = canvas(height=3.9)
    axes.text(
        4.0, 7.35, "the training images, in three parts", ha="center", va="center", weight="bold"
    )
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
            box(axes, (x - 1.05, y), (2.1, 0.9), "1 score", "white", GREY)
    for x in columns:
        box(axes, (x - 1.05, 0.35), (2.1, 0.9), "mean of 3", PALE_GREY, BLACK)
        axes.annotate(
            "", xy=(x, 1.27), xytext=(x, 2.15),
            arrowprops=dict(arrowstyle="-|>", color=BLACK, lw=1.5, mutation_scale=15),
        )  # fmt: skip
    axes.text(7.9, 0.8, "compare these:", ha="right", va="center", fontsize=12)
    return figure
