"""What all diagrams of the lesson share: colours, sizes, and how they are saved."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot as plt  # noqa: E402

FOLDER = Path(__file__).resolve().parents[1]

# Okabe and Ito's palette, which the colour-blind can tell apart; the same colour means the
# same thing in every figure.
BLUE = "#0072B2"  # training, convolution
VERMILION = "#D55E00"  # validation, what is looked at now
GREEN = "#009E73"  # test, output
PINK = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
BLACK = "#1A1A1A"
GREY = "#767676"  # the lightest grey that is legible on white
PALE_GREY = "#E8E8E8"
PALE_BLUE = "#CFE4F2"
PALE_ORANGE = "#FBE3B5"
PALE_VERMILION = "#FBE1D2"
PALE_GREEN = "#C9EBDF"

WIDTH = 8  # inches; a page shows it about 720 px wide, so 13 points look like body text

plt.style.use(FOLDER.parent / "scripts" / "matplotlibrc")
plt.rcParams.update(
    {
        "svg.hashsalt": "lesson",  # the same drawing gives the same bytes
        "svg.fonttype": "path",  # the same look on every machine
    }
)


def canvas(height, width=WIDTH, xlim=(0, 16), ylim=None):
    """An empty drawing without axes.

    Args:
        height, width: inches.
        xlim, ylim: coordinates; by default one unit is half an inch, both ways.

    Returns: (figure, axes).
    """
    figure, axes = plt.subplots(figsize=(width, height))
    axes.set_xlim(*xlim)
    axes.set_ylim(*(ylim or (0, height / width * (xlim[1] - xlim[0]))))
    axes.set_aspect("equal")
    axes.axis("off")
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1)
    return figure, axes


def save(figure, name, folder=FOLDER):
    """Write one diagram.

    Args:
        figure: matplotlib Figure.
        name: file name without ending, such as "01_nested_sets".
        folder: where to.

    Returns: path of the SVG.
    """
    path = Path(folder) / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None, "Creator": None}, facecolor="white")
    plt.close(figure)
    return path
