"""Diagrams of episode 06: questions to the network, and how to read a confusion matrix."""

import numpy as np
from matplotlib.patches import Rectangle
from PIL import Image
from shapes import box
from sklearn.datasets import load_sample_image
from style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    PALE_ORANGE,
    PALE_VERMILION,
    VERMILION,
    WIDTH,
    canvas,
    plt,
)
from workflow import workflow as _workflow


def workflow():
    """The ten steps, 7, 8 and 9 marked."""
    return _workflow({7, 8, 9})


def which_of_the_ten():
    """A temple and a flower as the network gets to see them, before it's asked."""
    figure, panels = plt.subplots(ncols=2, figsize=(WIDTH * 0.8, 3.6))
    for panel, name in zip(panels, ("china.jpg", "flower.jpg"), strict=True):
        small = Image.fromarray(load_sample_image(name)).resize((32, 32))
        panel.imshow(np.array(small), interpolation="none")
        panel.set_title("Which of the ten?", fontsize=15)
        panel.axis("off")
    figure.tight_layout()
    return figure


def matrix_to_come():
    """A confusion matrix of ten classes with a question mark in each cell."""
    names = "airplane automobile bird cat deer dog frog horse ship truck".split()
    figure, axes = plt.subplots(figsize=(WIDTH, 4.8))
    for row in range(10):
        for column in range(10):
            fill = PALE_GREEN if row == column else PALE_GREY
            corner = column - 0.5, row - 0.5
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=fill, edgecolor="white", lw=2))
            axes.text(column, row, "?", color=GREY, ha="center", va="center", fontsize=14)
    axes.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), xticks=range(10), yticks=range(10))
    axes.set_xticklabels(names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticklabels(names)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.tight_layout()
    return figure


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
    axes.text(
        left + 1.5 * side, top + 0.95, "predicted class", ha="center", va="center", weight="bold"
    )
    axes.text(2.7, top - 1.5 * side, "true\nclass", ha="center", va="center", weight="bold")

    # a row
    y = top - side
    axes.add_patch(
        Rectangle(
            (left - 0.06, y - 0.06), 3 * side + 0.12, side + 0.12, fill=False, edgecolor=BLUE, lw=3
        )
    )
    box(
        axes,
        (10.3, y + 0.02),
        (5.4, 1.3),
        "a row: all 10 true cats;\n6 were found, recall 6/10",
        PALE_BLUE,
        BLUE,
    )
    axes.plot([left + 3 * side + 0.1, 10.3], [y + side / 2] * 2, color=BLUE, lw=1.5)
    # a cell
    cell_x, cell_y = left + side, top - 3 * side
    axes.plot([cell_x + side / 2] * 2, [cell_y + 0.1, 1.4], color=VERMILION, lw=1.5)
    axes.add_patch(
        Rectangle(
            (cell_x + 0.12, cell_y + 0.12),
            side - 0.24,
            side - 0.24,
            fill=False,
            edgecolor=VERMILION,
            lw=2,
        )
    )
    box(
        axes,
        (2.9, 0.25),
        (4.9, 1.3),
        "a cell: 1 frog was\ntaken for a dog",
        PALE_VERMILION,
        VERMILION,
    )
    # a column
    x = left + 2 * side
    bottom = top - 3 * side
    axes.add_patch(
        Rectangle(
            (x - 0.06, bottom - 0.06),
            side + 0.12,
            3 * side + 0.12,
            fill=False,
            edgecolor=ORANGE,
            lw=3,
        )
    )
    box(
        axes,
        (10.3, 0.25),
        (5.4, 1.3),
        "a column: 11 times it said\nfrog; 9 of these were frogs",
        PALE_ORANGE,
        ORANGE,
    )
    axes.plot([x + side / 2, x + side / 2, 10.3], [bottom - 0.06, 0.9, 0.9], color=ORANGE, lw=1.5)
    # the diagonal
    box(
        axes,
        (10.3, 2.6),
        (5.4, 1.3),
        "the green diagonal: right;\n22 of 30, accuracy 0.73",
        PALE_GREEN,
        GREEN,
    )
    axes.plot([left + 3 * side + 0.06, 10.3], [3.25, 3.25], color=GREEN, lw=1.5)
    return figure
