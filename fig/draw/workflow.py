"""The ten-step workflow, with the steps of one episode marked."""

from matplotlib.patches import Circle, FancyBboxPatch
from style import BLACK, GREY, PALE_GREY, PALE_ORANGE, VERMILION, canvas

STEPS = (
    "Say what you\nwant to know",
    "Name what\ngoes in, what\ncomes out",
    "Prepare\nthe data",
    "Take a trained\nnetwork or\ndesign one",
    "Choose loss,\noptimiser,\nmetric; compile",
    "Train",
    "Predict",
    "Measure",
    "Tune the\nhyper-\nparameters",
    "Share\nthe model",
)
A_ROW = 5
DARK_VERMILION = "#A84600"  # for words on white
BOX = 2.88, 1.6  # width and height
PITCH = 3.18  # from one box to the next
LEFT = 0.22
BOTTOMS = 2.76, 0.62  # of the boxes of the first and of the second row


def workflow(highlight=()):
    """Draw the ten steps, in two rows of five.

    Args:
        highlight: numbers of the steps to mark with a thick frame, bold text, a filled number
            and "this episode". All ten: every number is filled and nothing else is marked,
            which is the overview.

    Returns: Figure.
    """
    highlight = set(highlight)
    overview = len(highlight) == len(STEPS)
    figure, axes = canvas(height=2.5)
    for number in range(1, len(STEPS) + 1):
        _box(axes, number, "overview" if overview else number in highlight)
        _arrow(axes, number)
    if not overview:
        for run in _runs(highlight):
            _bracket(axes, run)
    return figure


def _corner(number):
    """Lower left corner of a step's box."""
    row, column = divmod(number - 1, A_ROW)
    return LEFT + column * PITCH, BOTTOMS[row]


def _box(axes, number, marked):
    """One step: a frame, its number on the frame's upper left corner, its words.

    Args:
        marked: True, False or "overview".
    """
    x, y = _corner(number)
    width, height = BOX
    strong = marked is True
    frame = {
        True: dict(facecolor=PALE_ORANGE, edgecolor=VERMILION, linewidth=3),
        False: dict(facecolor="#F4F4F4", edgecolor="#B0B0B0", linewidth=1),
        "overview": dict(facecolor=PALE_ORANGE, edgecolor=GREY, linewidth=1),
    }[marked]
    shape = "round,pad=0,rounding_size=0.2"
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=shape, **frame))
    weight = "bold" if strong else "normal"
    style = dict(ha="center", va="center", color=BLACK)
    axes.text(
        x + width / 2, y + height / 2 - 0.06, STEPS[number - 1],
        fontsize=11, linespacing=1.1, weight=weight, **style,
    )  # fmt: skip
    fill = VERMILION if marked else PALE_GREY
    middle = x + 0.12, y + height - 0.04
    axes.add_patch(Circle(middle, 0.32, facecolor=fill, edgecolor="white", linewidth=1.5))
    style["color"] = "white" if marked else BLACK
    axes.text(*middle, str(number), fontsize=12, weight="bold", **style)


def _arrow(axes, number):
    """The arrow from a step to the next one, bent where the next row starts."""
    if number == len(STEPS):
        return
    x, y = _corner(number)
    next_x, next_y = _corner(number + 1)
    width, height = BOX
    if number == A_ROW:
        gap = (y + next_y + height) / 2
        middle, next_middle = x + width / 2, next_x + width / 2
        path = [(middle, y), (middle, gap), (next_middle, gap), (next_middle, next_y + height)]
    else:
        path = [(x + width, y + height / 2), (next_x, y + height / 2)]
    axes.plot(*zip(*path[:-1], strict=True), color=GREY, linewidth=1.5)
    look = dict(arrowstyle="-|>", color=GREY, linewidth=1.5, shrinkA=0, shrinkB=0)
    axes.annotate("", xy=path[-1], xytext=path[-2], arrowprops=look | {"mutation_scale": 10})


def _runs(numbers):
    """Neighbours in one row, together: {4, 5, 6} -> [[4, 5], [6]]."""
    runs = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1 and number != A_ROW + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _bracket(axes, run):
    """Mark neighbouring boxes, on their outer side, with "this episode"."""
    (left, y), (right, _) = _corner(run[0]), _corner(run[-1])
    right += BOX[0]
    edge, outwards = (y + BOX[1], 1) if run[0] <= A_ROW else (y, -1)
    near, far = edge + outwards * 0.14, edge + outwards * 0.38
    look = dict(color=DARK_VERMILION, fontsize=11, weight="bold", ha="center", va="center")
    if len(run) > 1:
        across = [left + 0.6, left + 0.6, right - 0.2, right - 0.2]
        axes.plot(across, [near, far, far, near], color=VERMILION, linewidth=2, zorder=0.4)
        words = "this episode"
        look["bbox"] = dict(facecolor="white", edgecolor="none", pad=2)
        look["zorder"] = 0.5  # over the bracket, under the numbers of the steps
    else:
        words = "▾ this episode" if outwards == 1 else "▴ this episode"
    axes.text((left + right) / 2 + 0.2, far, words, **look)
