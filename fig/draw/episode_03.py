"""Diagrams of episode 03: images as numbers, the parts of step 3, the three sets."""

from matplotlib.patches import FancyBboxPatch, Rectangle
from style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    PALE_ORANGE,
    VERMILION,
    canvas,
)
from workflow import workflow as _workflow

# A drawing of 5 rows and 4 columns: the sun above a meadow.
_SKY, _SUN, _GRASS = (120, 190, 250), (255, 200, 0), (60, 150, 70)
_DRAWING = (
    (_SKY, _SKY, _SKY, _SKY),
    (_SKY, _SUN, _SUN, _SKY),
    (_SKY, _SUN, _SUN, _SKY),
    (_GRASS, _GRASS, _GRASS, _GRASS),
    (_GRASS, _GRASS, _GRASS, _GRASS),
)


def workflow():
    """The ten steps, 1 to 3 marked."""
    return _workflow(highlight={1, 2, 3})


def image_as_array():
    """A tiny image and the three sheets of numbers that it is made of."""
    figure, axes = canvas(height=2.85, ylim=(-0.2, 5.5))
    cell = 0.8
    lefts = (0.95, 4.75, 8.55, 12.35)
    top = 4.75
    titles = ("the image", "channel 0: red", "channel 1: green", "channel 2: blue")
    inks = (BLACK, "#B00020", "#00664A", "#005A94")
    papers = (None, "#FDE3E5", PALE_GREEN, PALE_BLUE)
    for sheet, (left, title, ink) in enumerate(zip(lefts, titles, inks, strict=True)):
        middle = left + 2 * cell
        axes.text(middle, top + 0.35, title, ha="center", va="center", fontsize=12, color=ink)
        for row, pixels in enumerate(_DRAWING):
            for column, pixel in enumerate(pixels):
                corner = left + column * cell, top - 0.1 - (row + 1) * cell
                colour = papers[sheet] or tuple(value / 255 for value in pixel)
                axes.add_patch(Rectangle(corner, cell, cell, facecolor=colour, edgecolor=GREY))
                if sheet:
                    x, y = corner[0] + cell / 2, corner[1] + cell / 2
                    number = str(pixel[sheet - 1])
                    axes.text(x, y, number, ha="center", va="center", fontsize=12, color=ink)
    for left, sign in zip(lefts[1:], ("=", "+", "+"), strict=True):
        axes.text(left - 0.3, 2.65, sign, ha="center", va="center", fontsize=15)
    low, right = top - 0.1 - 5 * cell, lefts[0] + 4 * cell
    look = dict(arrowstyle="-|>", color=BLACK, linewidth=1.4)
    axes.annotate("", xy=(0.65, low), xytext=(0.65, top - 0.1), arrowprops=look)
    axes.text(0.32, 2.65, "5 rows", rotation=90, ha="center", va="center", fontsize=12)
    axes.annotate("", xy=(right, low - 0.25), xytext=(lefts[0], low - 0.25), arrowprops=look)
    axes.text(lefts[0] + 2 * cell, low - 0.53, "4 columns", ha="center", va="center", fontsize=12)
    axes.text(
        (lefts[1] + lefts[3] + 4 * cell) / 2, low - 0.4, "shape: (5 rows, 4 columns, 3 channels)",
        ha="center", va="center", fontsize=13, weight="bold",
    )  # fmt: skip
    return figure


def preparation():
    """The parts of step 3, for images, for labels and for both."""
    figure, axes = canvas(height=3.3)
    axes.text(3.15, 6.1, "images", fontsize=12, weight="bold", color=BLUE, va="center")
    axes.text(3.15, 1.25, "labels", fontsize=12, weight="bold", color="#8A4B00", va="center")
    boxes = {
        "collect": (0.2, 3.05, 2.2, PALE_GREY, "collect"),
        "resize": (3.1, 4.55, 2.5, PALE_BLUE, "resize: all\nof one size"),
        "scale": (6.3, 4.55, 2.6, PALE_BLUE, "normalise:\n0 to 1"),
        "label": (3.1, 1.55, 2.5, PALE_ORANGE, "label: name\nthe class"),
        "encode": (6.3, 1.55, 2.6, PALE_ORANGE, "one-hot\nencode"),
        "split": (9.6, 3.05, 1.8, PALE_GREY, "split"),
        "training": (12.15, 4.75, 3.65, "#9CC8E6", "training set,\naugmented"),
        "validation": (12.15, 3.05, 3.65, "#F3C2A3", "validation set"),
        "test": (12.15, 1.35, 3.65, PALE_GREEN, "test set"),
    }
    edges = {}
    for name, (x, y, width, colour, words) in boxes.items():
        height = 1.25
        shape = FancyBboxPatch(
            (x, y), width, height,
            boxstyle="round,pad=0,rounding_size=0.18", facecolor=colour, edgecolor=GREY,
        )  # fmt: skip
        axes.add_patch(shape)
        middle = x + width / 2, y + height / 2
        axes.text(*middle, words, ha="center", va="center", fontsize=12, linespacing=1.1)
        edges[name] = (x, x + width, y + height / 2)
    arrows = (
        ("collect", "resize"), ("resize", "scale"), ("scale", "split"), ("collect", "label"),
        ("label", "encode"), ("encode", "split"), ("split", "training"),
        ("split", "validation"), ("split", "test"),
    )  # fmt: skip
    look = dict(arrowstyle="-|>", color=BLACK, linewidth=1.3, shrinkA=1, shrinkB=1)
    for start, end in arrows:
        (_, x, y), (next_x, _, next_y) = edges[start], edges[end]
        axes.annotate("", xy=(next_x, next_y), xytext=(x, y), arrowprops=look)
    axes.text(
        8, 0.5, "images and labels stay in the same order all the way", ha="center",
        va="center", fontsize=12, style="italic", color="#404040",
    )  # fmt: skip
    return figure


def three_sets():
    """What each of the three sets is for, one bar per row, and the sets of this lesson."""
    figure, axes = canvas(height=4.7)
    left, width, height, top = 0.3, 15.4, 0.95, 8.2
    parts = (
        ("training", 80, BLUE, "the network learns from it"),
        ("validation", 10, VERMILION, "you compare and choose with it"),
        ("test", 10, GREEN, "you look once, at the end"),
    )
    _bar(axes, left, top, width, height, PALE_GREY, "all labelled images, 100%", BLACK)
    start, bottom = left, top - 1.35
    for name, share, colour, purpose in parts:
        size = width * share / 100
        words = f"{name}, {share} %: {purpose}"
        if share > 50:  # wide enough for its words
            _bar(axes, start, bottom, size, height, colour, words)
        else:
            _bar(axes, start, bottom, size, height, colour)
            end = start - 0.25, bottom + height / 2
            axes.text(*end, words, ha="right", va="center", fontsize=14)
        cut = start + size
        axes.plot([cut] * 2, [bottom, top], color=GREY, linewidth=1.2, linestyle=":", zorder=0)
        start, bottom = cut, bottom - 1.25

    counts = 40_000, 10_000, 10_000
    title = f"CIFAR-10 in this lesson: {sum(counts):,} labelled images"
    axes.text(left, 3.0, title, fontsize=14, weight="bold", va="center")
    start = left
    for (name, _, colour, _), count in zip(parts, counts, strict=True):
        size = width * count / sum(counts)
        _bar(axes, start, 1.5, size, height, colour, f"{count:,}")
        axes.text(start + size / 2, 0.95, name, fontsize=14, ha="center", va="center")
        start += size
    return figure


def _bar(axes, left, bottom, width, height, colour, words="", ink="white"):
    """A piece of a bar, with words in its middle."""
    look = dict(facecolor=colour, edgecolor="white", linewidth=2)
    axes.add_patch(Rectangle((left, bottom), width, height, **look))
    middle = left + width / 2, bottom + height / 2
    axes.text(*middle, words, color=ink, weight="bold", fontsize=14, ha="center", va="center")
