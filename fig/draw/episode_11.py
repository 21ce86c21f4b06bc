"""Diagrams of episode 11."""

import numpy as np
from matplotlib.patches import Rectangle
from PIL import Image
from style import BLACK, FOLDER, GREY, PALE_GREY, VERMILION, WIDTH, plt
from workflow import workflow as _workflow

PLACES = range(0, 25, 4)  # where squares of 8 x 8 pixels begin


def workflow():
    """The ten steps, 7 and 8 marked."""
    return _workflow({7, 8})


def where_to_cover():
    """A car with a grey square in the middle, and the map that is still empty: the question."""
    sheet = Image.open(FOLDER.parent / "interactive" / "recorded" / "occlusion.webp")
    car = np.array(sheet.convert("RGB"))[:, :32]
    car[12:20, 12:20] = 128
    figure, (left, right) = plt.subplots(ncols=2, figsize=(WIDTH, 4.2))
    left.imshow(car, interpolation="none")
    left.add_patch(Rectangle((11.5, 11.5), 8, 8, fill=False, edgecolor=VERMILION, lw=3))
    left.set_title("one of 49 places", fontsize=15)
    left.axis("off")
    for row in range(7):
        for column in range(7):
            here = row == column == 3
            edge, width = (VERMILION, 3) if here else ("white", 2)
            corner = column - 0.46, row - 0.46
            cell = Rectangle(corner, 0.92, 0.92, facecolor=PALE_GREY, edgecolor=edge, lw=width)
            right.add_patch(cell)
            colour = BLACK if here else GREY
            right.text(column, row, "?", color=colour, ha="center", va="center", fontsize=14)
    right.set(xlim=(-0.55, 6.55), ylim=(6.55, -0.55), aspect="equal")
    right.set(xticks=range(7), yticks=range(7), xticklabels=PLACES, yticklabels=PLACES)
    right.tick_params(length=0)
    right.spines[:].set_visible(False)
    right.set_title("how far the probability falls", fontsize=15)
    figure.tight_layout()
    return figure
