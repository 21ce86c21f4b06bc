"""Diagrams of episode 08: XOR in two planes, what deep layers respond to, VGG16."""

from matplotlib.patches import Arc, Circle, Polygon, Rectangle
from shapes import arrow
from style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    SKY,
    VERMILION,
    canvas,
)
from workflow import workflow as _workflow

LARGE, MEDIUM = 17, 15  # points: still legible where a phone shows 8 inches as 360 px


def workflow():
    """The ten steps; this episode goes deeper into steps 4 to 6."""
    return _workflow({4, 5, 6})


def xor():
    """The four cases of XOR: no line separates them as inputs, one does as hidden outputs."""
    figure, axes = canvas(4.5)
    left, right, floor, unit = (2.1, 2.5), (10.4, 2.5), 2.5, 3.6
    cases = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}

    _plane(axes, *left, unit, "first input", "second input")
    for (first, second), answer in cases.items():
        _case(axes, left[0] + first * unit, floor + second * unit, answer)
    axes.text(
        left[0] + unit / 2, 8.4, "inputs", ha="center", va="center", fontsize=LARGE, weight="bold"
    )
    axes.text(left[0] + unit / 2, 7.6, "no line will do", ha="center", va="center", fontsize=MEDIUM)

    _plane(axes, *right, unit, "hidden 1", "hidden 2")
    for first, second in cases:
        hidden = max(0, first - second), max(0, second - first)
        _case(axes, right[0] + hidden[0] * unit, floor + hidden[1] * unit, cases[first, second])
    axes.plot(
        [right[0] - 0.5, right[0] + 2.4], [floor + 2.4, floor - 0.5], color=VERMILION, lw=3, ls="--"
    )
    axes.text(
        right[0] + unit / 2,
        8.4,
        "hidden outputs",
        ha="center",
        va="center",
        fontsize=LARGE,
        weight="bold",
    )
    axes.text(
        right[0] + unit / 2, 7.6, "one line is enough", ha="center", va="center", fontsize=MEDIUM
    )
    arrow(axes, (7.0, floor + unit / 2), (8.4, floor + unit / 2))
    return figure


def deep_network():
    """From the pixels of a car, through edges, curves and parts, to the names of classes."""
    figure, axes = canvas(5.3)
    rows, side = [6.9, 4.8, 2.7], 1.75
    pixels, early, middle, late, names = 1.6, 4.85, 7.85, 10.85, 13.0
    drawings = {
        early: [_upright_edge, _slanting_edge, _lying_edge],
        middle: [_corner, _curve, _stripes],
        late: [_wheel, _window, _lamp],
    }
    answers = [("car", 0.93, rows[0] - 0.6), ("truck", 0.06, rows[1]), ("cat", 0.01, rows[2] + 0.6)]
    for y in rows:
        _join(axes, (pixels + 1.45, rows[1]), (early - side / 2, y))
        for end in rows:
            _join(axes, (early + side / 2, y), (middle - side / 2, end))
            _join(axes, (middle + side / 2, y), (late - side / 2, end))
        for _, _, end in answers:
            _join(axes, (late + side / 2, y), (names - 0.1, end - 0.3))

    _pixel_car(axes, pixels, rows[1])
    for x, painters in drawings.items():
        for painter, y in zip(painters, rows, strict=True):
            corner = (x - side / 2, y - side / 2)
            axes.add_patch(
                Rectangle(corner, side, side, facecolor=PALE_GREY, edgecolor=BLACK, lw=1)
            )
            painter(axes, x, y)
    for name, share, y in answers:
        axes.text(names, y + 0.02, f"{name} {share:.2f}", ha="left", va="bottom", fontsize=MEDIUM)
        axes.add_patch(Rectangle((names, y - 0.5), 2.8, 0.42, facecolor=PALE_GREEN))
        axes.add_patch(Rectangle((names, y - 0.5), 2.8 * share, 0.42, facecolor=GREEN))

    heads = [(pixels, "input", "pixels"), (early, "early", "edges"), (middle, "middle", "shapes")]
    heads += [(late, "late", "parts"), (names + 1.4, "output", "classes")]
    for x, head, below in heads:
        axes.text(x, 9.85, head, ha="center", va="center", fontsize=LARGE, weight="bold")
        axes.text(x, 8.95, below, ha="center", va="center", fontsize=MEDIUM)
    arrow(axes, (0.4, 1.3), (15.7, 1.3), size=24)
    axes.text(8.0, 0.6, "more and more abstract", ha="center", va="center", fontsize=LARGE)
    return figure


def vgg16():
    """VGG16: five blocks of convolutions, whose feature maps shrink, and three dense layers.

    Heights are to scale (side of the feature maps), and so are the two bars of parameters.
    """
    figure, axes = canvas(5.9)
    ground, tall, bar, gap = 4.4, 5.6, 0.42, 0.1
    # convolutions, side of the feature maps, number of them, left end
    blocks = [
        (2, 224, 64, 0.75),
        (2, 112, 128, 3.55),
        (3, 56, 256, 6.05),
        (3, 28, 512, 8.65),
        (3, 14, 512, 11.0),
    ]
    for convolutions, side, filters, x in blocks:
        height = tall * side / 224
        for number in range(convolutions):
            corner = (x + number * (bar + gap), ground)
            axes.add_patch(
                Rectangle(corner, bar, height, facecolor=PALE_BLUE, edgecolor=BLUE, lw=2)
            )
        x_pool = x + convolutions * (bar + gap)
        axes.add_patch(
            Rectangle((x_pool, ground), 0.2, height / 2, facecolor=ORANGE, edgecolor=ORANGE, lw=1)
        )
        centre = (x + x_pool + 0.2) / 2
        axes.text(
            centre,
            ground - 0.5,
            f"{side}×{side}",
            ha="center",
            va="center",
            fontsize=MEDIUM,
            weight="bold",
        )
        axes.text(centre, ground - 1.2, f"× {filters}", ha="center", va="center", fontsize=MEDIUM)
    for number, (neurons, height) in enumerate([("4096", 2.6), ("4096", 2.6), ("1000", 0.65)]):
        x = 13.45 + number * 0.85
        axes.add_patch(
            Rectangle((x, ground), 0.42, height, facecolor=PALE_GREEN, edgecolor=GREEN, lw=2)
        )
        axes.text(
            x + 0.21,
            ground + height + 0.15,
            neurons,
            ha="center",
            va="bottom",
            fontsize=MEDIUM,
            rotation=90,
        )
    axes.text(14.5, ground - 0.5, "neurons", ha="center", va="center", fontsize=MEDIUM)

    for x, y, fill, edge, words in [
        (4.6, 10.9, PALE_BLUE, BLUE, "13 convolutional layers"),
        (4.6, 9.95, ORANGE, ORANGE, "5 pooling layers"),
        (4.6, 9.0, PALE_GREEN, GREEN, "3 dense layers"),
    ]:
        axes.add_patch(Rectangle((x, y - 0.25), 0.5, 0.5, facecolor=fill, edgecolor=edge, lw=2))
        axes.text(x + 0.75, y, words, ha="left", va="center", fontsize=LARGE)

    axes.text(
        0.3, 2.35, "138 million parameters:", ha="left", va="center", fontsize=LARGE, weight="bold"
    )
    whole = 15.4
    share = whole * 14_714_688 / 138_357_544
    axes.add_patch(Rectangle((0.3, 1.05), share, 0.75, facecolor=PALE_BLUE, edgecolor=BLUE, lw=2))
    axes.add_patch(
        Rectangle(
            (0.3 + share, 1.05), whole - share, 0.75, facecolor=PALE_GREEN, edgecolor=GREEN, lw=2
        )
    )
    axes.text(0.3, 0.5, "convolutional layers 14.7", ha="left", va="center", fontsize=MEDIUM)
    axes.text(15.7, 0.5, "dense layers 123.6", ha="right", va="center", fontsize=MEDIUM)
    return figure


def _plane(axes, x, y, unit, across, up):
    """Two axes with ticks at 0 and 1, from the corner (x, y)."""
    arrow(axes, (x - 0.7, y), (x + unit + 1.0, y), color=GREY)
    arrow(axes, (x, y - 0.7), (x, y + unit + 1.0), color=GREY)
    axes.text(x + unit / 2, y - 1.75, across, ha="center", va="center", fontsize=MEDIUM)
    axes.text(x - 1.35, y + unit / 2, up, ha="center", va="center", rotation=90, fontsize=MEDIUM)
    for number in (0, 1):
        axes.text(
            x + number * unit, y - 0.95, str(number), ha="center", va="center", fontsize=MEDIUM
        )
    axes.text(x - 0.65, y + unit, "1", ha="center", va="center", fontsize=MEDIUM)


def _case(axes, x, y, answer):
    """A point of the plane: filled square for the answer 1, white disc for 0."""
    if answer:
        axes.add_patch(
            Rectangle(
                (x - 0.42, y - 0.42), 0.84, 0.84, facecolor=BLUE, edgecolor=BLACK, lw=2, zorder=3
            )
        )
    else:
        axes.add_patch(Circle((x, y), 0.45, facecolor="white", edgecolor=BLACK, lw=2, zorder=3))
    colour = "white" if answer else BLACK
    axes.text(
        x,
        y - 0.02,
        str(answer),
        ha="center",
        va="center",
        color=colour,
        fontsize=MEDIUM,
        weight="bold",
        zorder=4,
    )


def _join(axes, start, end):
    axes.plot(*zip(start, end, strict=True), color=GREY, lw=0.9, zorder=0)


def _pixel_car(axes, x, y):
    """A car of 12 × 9 coarse pixels."""
    rows = [
        "............",
        "............",
        "...rrrrr....",
        "..rwwrwwr...",
        ".rrwwrwwrr..",
        "rrrrrrrrrrro",
        "rrbbrrrrbbrr",
        "ggbbggggbbgg",
        "gggggggggggg",
    ]
    colours = {".": SKY, "r": VERMILION, "w": "white", "b": BLACK, "g": GREY, "o": ORANGE}
    size = 0.24
    left, top = x - 6 * size, y + 4.5 * size
    for row, line in enumerate(rows):
        for column, letter in enumerate(line):
            corner = (left + column * size, top - (row + 1) * size)
            axes.add_patch(
                Rectangle(corner, size, size, facecolor=colours[letter], edgecolor="white", lw=0.5)
            )
    axes.add_patch(
        Rectangle((left, top - 9 * size), 12 * size, 9 * size, fill=False, edgecolor=BLACK, lw=1.2)
    )


def _half(axes, corners):
    axes.add_patch(Polygon(corners, closed=True, facecolor=BLACK, edgecolor="none"))


def _upright_edge(axes, x, y):
    axes.add_patch(Rectangle((x, y - 0.6), 0.6, 1.2, facecolor=BLACK))
    axes.add_patch(Rectangle((x - 0.6, y - 0.6), 0.6, 1.2, facecolor="white"))


def _slanting_edge(axes, x, y):
    axes.add_patch(Rectangle((x - 0.6, y - 0.6), 1.2, 1.2, facecolor="white"))
    _half(axes, [(x - 0.6, y - 0.6), (x + 0.6, y - 0.6), (x + 0.6, y + 0.6)])


def _lying_edge(axes, x, y):
    axes.add_patch(Rectangle((x - 0.6, y), 1.2, 0.6, facecolor="white"))
    axes.add_patch(Rectangle((x - 0.6, y - 0.6), 1.2, 0.6, facecolor=BLACK))


def _corner(axes, x, y):
    axes.plot([x - 0.4, x - 0.4, x + 0.5], [y - 0.5, y + 0.4, y + 0.4], color=BLACK, lw=6)


def _curve(axes, x, y):
    axes.add_patch(Arc((x, y - 0.35), 1.1, 1.4, theta1=0, theta2=180, color=BLACK, lw=6))


def _stripes(axes, x, y):
    for offset in (-0.42, 0, 0.42):
        axes.plot([x - 0.5, x + 0.5], [y + offset] * 2, color=BLACK, lw=5)


def _wheel(axes, x, y):
    axes.add_patch(Circle((x, y), 0.65, facecolor=BLACK))
    axes.add_patch(Circle((x, y), 0.37, facecolor="white"))
    axes.plot([x - 0.37, x + 0.37], [y, y], color=BLACK, lw=2)
    axes.plot([x, x], [y - 0.37, y + 0.37], color=BLACK, lw=2)
    axes.add_patch(Circle((x, y), 0.1, facecolor=BLACK))


def _window(axes, x, y):
    corners = [(x - 0.62, y - 0.4), (x + 0.62, y - 0.4), (x + 0.62, y + 0.4), (x - 0.15, y + 0.4)]
    axes.add_patch(Polygon(corners, closed=True, facecolor=PALE_BLUE, edgecolor=BLACK, lw=3))
    axes.plot([x + 0.15] * 2, [y - 0.4, y + 0.4], color=BLACK, lw=3)


def _lamp(axes, x, y):
    body = [(x - 0.6, y - 0.5), (x - 0.6, y + 0.3), (x + 0.2, y + 0.15), (x + 0.2, y - 0.5)]
    axes.add_patch(Polygon(body, facecolor=VERMILION))
    axes.add_patch(Circle((x + 0.1, y - 0.12), 0.22, facecolor=ORANGE, edgecolor=BLACK, lw=1.5))
    for dy in (-0.22, 0, 0.22):
        ends = [y - 0.12 + dy * 0.6, y - 0.12 + dy * 1.3]
        axes.plot([x + 0.38, x + 0.66], ends, color=BLACK, lw=2)
