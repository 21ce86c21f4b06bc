"""Diagrams of episode 05: the rounds of training, under- and overfitting, dropout."""

import csv

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle
from shapes import arrow, box
from style import (
    BLACK,
    BLUE,
    FOLDER,
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
    """The ten steps, 5 and 6 marked."""
    return _workflow({5, 6})


def where_to_stop():
    """A training run up to epoch 10; what comes after is hidden."""
    with (FOLDER.parent / "data" / "full_size" / "few_images.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if (row["network"], row["seed"]) == ("intro", "1")
        ]
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    epochs = range(1, 11)
    for column, name, look in (
        ("loss", "training", dict(color=BLUE, marker="o")),
        ("val_loss", "validation", dict(color=VERMILION, marker="s", linestyle="--")),
    ):
        values = [float(row[column]) for row in rows[:10]]
        axes.plot(epochs, values, **look)
        axes.text(9.8, values[-1] + (0.16 if name == "validation" else -0.22), name,
                  color=look["color"], ha="right")  # fmt: skip
    axes.axvspan(10, 30, color=PALE_GREY)
    axes.text(20, 1.5, "?", fontsize=60, color=GREY, ha="center", va="center")
    axes.text(20, 0.62, "not trained yet", color=BLACK, ha="center")
    axes.set(xlim=(0, 30), ylim=(0.5, 2.4), xlabel="epoch", ylabel="loss")
    figure.tight_layout()
    return figure


def training_loop():
    """An epoch: shuffled images in batches, one round of four jobs a batch, then validation."""
    figure, axes = canvas(height=4.4)
    axes.add_patch(
        FancyBboxPatch(
            (0.25, 2.7), 15.5, 5.95, boxstyle="round,pad=0,rounding_size=0.3",
            facecolor="#F7F7F7", edgecolor=GREY, linewidth=1.2, linestyle=(0, (5, 3)),
        )
    )  # fmt: skip
    axes.text(0.6, 8.25, "one epoch", ha="left", va="center", weight="bold")

    # the pile of pictures, cut into batches
    names = ["batch 1", "batch 2", "batch 3", "…", "last batch"]
    for number, name in enumerate(names):
        x = 0.75 + number * 1.42
        if name != "…":
            for sheet in range(3):
                corner = x + 0.12 * sheet, 6.35 - 0.12 * sheet
                axes.add_patch(
                    Rectangle(corner, 0.85, 0.85, facecolor=PALE_BLUE, edgecolor=BLUE, lw=1.2)
                )
        axes.text(x + 0.55, 5.65, name, ha="center", va="center", fontsize=11)
    axes.text(
        4.1,
        7.65,
        "training images, shuffled, 64 in each batch",
        ha="center",
        va="center",
        fontsize=12,
    )

    # one step
    boxes = {
        "predict": (9.0, 6.0, "1 predict"),
        "loss": (12.4, 6.0, "2 compare with\nlabels: loss"),
        "slope": (12.4, 3.3, "3 work out\nall slopes"),
        "change": (9.0, 3.3, "4 change the\nparameters"),
    }
    width, height = 3.0, 1.4
    for x, y, words in boxes.values():
        box(axes, (x, y), (width, height), words, PALE_ORANGE, ORANGE)
    right, middle = 12.4 + width / 2, 9.0 + width / 2
    arrow(axes, (7.95, 6.7), (8.95, 6.7))
    arrow(axes, (9.0 + width, 6.7), (12.35, 6.7))
    arrow(axes, (right, 6.0), (right, 4.75))
    arrow(axes, (12.4, 4.0), (9.05 + width, 4.0))
    arrow(axes, (middle, 4.7), (middle, 5.95))
    axes.text(middle + 0.2, 5.35, "next batch", ha="left", va="center", fontsize=11, style="italic")
    axes.text(12.2, 7.9, "one step", ha="center", va="center", weight="bold")

    # the end of an epoch
    box(
        axes,
        (0.75, 3.3),
        (4.7, 1.4),
        "the validation images:\npredict and measure only",
        PALE_VERMILION,
        VERMILION,
    )
    arrow(axes, (9.0, 4.0), (5.5, 4.0))
    axes.text(
        7.25, 4.35, "after the last batch", ha="center", va="center", fontsize=11, style="italic"
    )
    arrow(axes, (3.1, 3.3), (3.1, 1.8))
    box(axes, (0.75, 0.35), (14.5, 1.4), "", "white", BLACK)
    log = "accuracy: …   loss: …   val_accuracy: …   val_loss: …"
    axes.text(8.0, 1.05, log, ha="center", va="center", family="DejaVu Sans Mono", fontsize=12)
    axes.text(3.4, 2.15, "one line of the log", ha="left", va="center", fontsize=12)
    return figure


def fitting():
    """Loss curves of a network that underfits, fits and overfits."""
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, 3.1), sharey=True)
    epochs = np.linspace(0, 1, 200)
    curves = {
        "underfitting": (0.62 + 0.33 * np.exp(-3 * epochs), 0.65 + 0.31 * np.exp(-3 * epochs)),
        "good fit": (0.2 + 0.75 * np.exp(-4 * epochs), 0.28 + 0.68 * np.exp(-4 * epochs)),
        "overfitting": (
            0.04 + 0.91 * np.exp(-4.2 * epochs),
            0.3 + 0.66 * np.exp(-5 * epochs) + 0.42 * np.clip(epochs - 0.25, 0, None) ** 1.3,
        ),
    }
    words = ["both stay high", "both fall and\nstay together", "validation turns"]
    for panel, (title, (training, validation)), word in zip(
        panels, curves.items(), words, strict=True
    ):
        panel.plot(epochs, training, color=BLUE)
        panel.plot(epochs, validation, color=VERMILION, linestyle="--")
        panel.set_title(title, fontsize=13)
        panel.text(0.97, 0.97, word, ha="right", va="top", transform=panel.transAxes, fontsize=11)
        panel.set_xlabel("epoch", fontsize=12)
        panel.set_xticks([])
        panel.set_yticks([])
        panel.set_ylim(0, 1.12)
        panel.set_xlim(0, 1.02)
    panels[0].set_ylabel("loss", fontsize=12)
    panels[0].text(0.04, 0.1, "solid: training\ndashed: validation", fontsize=11, va="bottom")
    validation = curves["overfitting"][1]
    lowest = validation.argmin()
    panels[2].annotate(
        "lowest\nvalidation loss", xy=(epochs[lowest], validation[lowest]), xytext=(0.22, 0.72),
        fontsize=11, ha="left", va="center", arrowprops=dict(arrowstyle="-|>", color=BLACK),
    )  # fmt: skip
    figure.subplots_adjust(left=0.05, right=0.99, bottom=0.12, top=0.9, wspace=0.08)
    return figure


def dropout():
    """The same small network, whole, and in two training steps with dropout."""
    figure, axes = canvas(height=3.5)
    panels = [
        (2.7, "no dropout", "all neurons work", set()),
        (8.0, "a training step", "2 of 4 are left out", {0, 2}),
        (13.3, "the next training step", "2 of 4, chosen anew", {1, 2}),
    ]
    for middle, title, below, dropped in panels:
        axes.text(middle, 6.6, title, ha="center", va="center", weight="bold")
        columns = [(middle - 1.9, 3), (middle, 4), (middle + 1.9, 2)]
        places = [
            [(x, 3.65 + 1.3 * ((count - 1) / 2 - n)) for n in range(count)] for x, count in columns
        ]
        for number, hidden in enumerate(places[1]):
            for other in places[0] + places[2]:
                if number not in dropped:
                    axes.plot(*zip(hidden, other, strict=True), color=GREY, lw=1.2, zorder=1)
        for column, spots in enumerate(places):
            for number, spot in enumerate(spots):
                if column == 1 and number in dropped:
                    _dropped(axes, spot)
                else:
                    fill, edge = [(PALE_BLUE, BLUE), (PALE_ORANGE, ORANGE), (PALE_GREEN, GREEN)][
                        column
                    ]
                    axes.add_patch(
                        Circle(spot, 0.42, facecolor=fill, edgecolor=edge, lw=2, zorder=3)
                    )
        axes.text(middle, 0.65, below, ha="center", va="center", fontsize=12)
    for x in (5.35, 10.65):
        axes.plot([x, x], [0.4, 6.7], color="#C8C8C8", lw=1)
    return figure


def _dropped(axes, spot):
    """A neuron that is left out: dashed, pale, crossed."""
    x, y = spot
    look = dict(facecolor=PALE_GREY, edgecolor=GREY, lw=1.5, linestyle=(0, (3, 2)), zorder=3)
    axes.add_patch(Circle(spot, 0.42, **look))
    for sign in (1, -1):
        axes.plot(
            [x - 0.22, x + 0.22], [y - 0.22 * sign, y + 0.22 * sign], color=BLACK, lw=2, zorder=4
        )
