"""Diagrams of episode 02: a neuron, a network of three layers, a deep network."""

from matplotlib.patches import Arc, Circle, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle
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
    SKY,
    VERMILION,
    canvas,
)
from workflow import workflow as _workflow


def workflow():
    """The ten steps; this episode explains what stands behind steps 4 to 6."""
    return _workflow({4, 5, 6})


def neuron():
    """The greenhouse neuron with its numbers: inputs, weights, bias, sum, ReLU, output."""
    figure, axes = canvas(4.1)
    middle, left, adder, bend, right = 4.1, 2.6, 7.9, 11.1, 14.6
    _box(axes, 6.3, 1.9, 6.2, 4.4, PALE_GREY, GREY)
    axes.text(12.25, 2.15, "one neuron", ha="right", va="bottom", color=BLACK, style="italic")

    rows = [("warm", "0.9", "× 2", 6.5), ("humid", "0.4", "× 1", middle), ("windy", "0.1", "× −3", 1.7)]
    for name, value, weight, y in rows:
        start = _towards((left, y), (adder, middle), 0.75)
        end = _towards((adder, middle), (left, y), 1.1)
        _arrow(axes, start, end)
        _circle(axes, left, y, 0.72, value, PALE_BLUE, BLUE)
        axes.text(left - 0.9, y, name, ha="right", va="center")
        _label(axes, *_towards((left, y), (adder, middle), 2.2), weight)

    _arrow(axes, (adder, 1.25), (adder, middle - 1.1))
    _label(axes, adder, 0.95, "bias  −0.5")
    _circle(axes, adder, middle, 1.05, "", "white", BLACK)
    axes.text(adder, middle + 0.35, "add up", ha="center", va="center", fontsize=12, zorder=4)
    axes.text(adder, middle - 0.35, "1.4", ha="center", va="center", weight="bold", zorder=4)

    _arrow(axes, (adder + 1.1, middle), (bend - 1.1, middle))
    _box(axes, bend - 1.05, middle - 1.05, 2.1, 2.1, "white", BLACK)
    floor = middle - 0.45
    axes.plot([bend - 0.75, bend, bend + 0.75], [floor, floor, middle + 0.75], color=VERMILION, lw=3)
    axes.plot([bend - 0.75, bend + 0.75], [floor, floor], color=GREY, lw=1, zorder=1)
    axes.text(bend, middle - 0.75, "ReLU", ha="center", va="center", fontsize=12)

    _arrow(axes, (bend + 1.1, middle), (right - 0.8, middle))
    _circle(axes, right, middle, 0.75, "1.4", PALE_GREEN, GREEN)
    axes.text(right, middle - 1.15, "open the\nwindow", ha="center", va="top")

    heads = [(left, "inputs"), (4.7, "weights"), (adder, "weighted sum")]
    heads += [(bend, "activation"), (right, "output")]
    for x, head in heads:
        axes.text(x, 7.75, head, ha="center", va="center", weight="bold")
    return figure


def three_layers():
    """Three inputs, four hidden neurons, two output neurons, every one joined to the next."""
    figure, axes = canvas(4.1)
    columns = [
        (3.0, 3, "input layer", "3 values", PALE_BLUE, BLUE),
        (8.0, 4, "hidden layer", "4 neurons", PALE_ORANGE, ORANGE),
        (13.0, 2, "output layer", "2 neurons", PALE_GREEN, GREEN),
    ]
    places = [[(x, 4.9 + 1.5 * ((count - 1) / 2 - n)) for n in range(count)] for x, count, *_ in columns]
    for left, right in zip(places, places[1:], strict=False):
        for start in left:
            for end in right:
                _arrow(axes, _towards(start, end, 0.6), _towards(end, start, 0.62), color=GREY, size=10, lw=1.1)
    letters = ["x", "h", "y"]
    for (x, count, name, size, fill, edge), spots, letter in zip(columns, places, letters, strict=True):
        for number, (_, y) in enumerate(spots, 1):
            _circle(axes, x, y, 0.56, f"${letter}_{number}$", fill, edge)
        axes.text(x, 1.25, name, ha="center", va="center", weight="bold")
        axes.text(x, 0.6, size, ha="center", va="center")
    return figure


def deep_network():
    """From the pixels of a car, through edges, curves and parts, to the names of classes."""
    figure, axes = canvas(4.7)
    rows, side = [6.6, 4.65, 2.7], 1.55
    picture, early, middle, late = 2.0, 5.15, 8.15, 11.1
    drawings = {
        early: [_upright_edge, _slanting_edge, _lying_edge],
        middle: [_corner, _curve, _stripes],
        late: [_wheel, _window, _lamp],
    }
    answers = [("automobile", 0.93, 6.0), ("truck", 0.06, 4.65), ("cat", 0.01, 3.3)]
    for y in rows:
        _join(axes, (picture + 1.45, rows[1]), (early - side / 2, y))
        for end in rows:
            _join(axes, (early + side / 2, y), (middle - side / 2, end))
            _join(axes, (middle + side / 2, y), (late - side / 2, end))
        for _, _, end in answers:
            _join(axes, (late + side / 2, y), (13.0, end - 0.17))

    _pixel_car(axes, picture, rows[1])
    for x, painters in drawings.items():
        for painter, y in zip(painters, rows, strict=True):
            corner = (x - side / 2, y - side / 2)
            axes.add_patch(Rectangle(corner, side, side, facecolor=PALE_GREY, edgecolor=BLACK, lw=1))
            painter(axes, x, y)
    for name, share, y in answers:
        axes.text(13.1, y + 0.12, f"{name} {share:.2f}", ha="left", va="bottom", fontsize=12)
        axes.add_patch(Rectangle((13.1, y - 0.35), 2.6, 0.35, facecolor=PALE_GREEN))
        axes.add_patch(Rectangle((13.1, y - 0.35), 2.6 * share, 0.35, facecolor=GREEN))

    heads = [(picture, "input", "pixels"), (early, "early layers", "edges")]
    heads += [(middle, "middle layers", "corners, curves"), (late, "late layers", "parts")]
    heads += [(14.4, "output layer", "classes")]
    for x, head, below in heads:
        axes.text(x, 8.9, head, ha="center", va="center", weight="bold")
        axes.text(x, 8.25, below, ha="center", va="center", fontsize=12)
    _arrow(axes, (0.6, 1.15), (15.6, 1.15), size=22, lw=1.8)
    axes.text(8.1, 0.55, "more and more abstract", ha="center", va="center")
    return figure


def _join(axes, start, end):
    axes.plot(*zip(start, end, strict=True), color=GREY, lw=0.9, zorder=0)


def _circle(axes, x, y, radius, text, fill, edge):
    axes.add_patch(Circle((x, y), radius, facecolor=fill, edgecolor=edge, lw=2, zorder=3))
    axes.text(x, y, text, ha="center", va="center", zorder=4)


def _box(axes, x, y, width, height, fill, edge):
    axes.add_patch(
        FancyBboxPatch(
            (x, y), width, height, boxstyle="round,pad=0,rounding_size=0.25", facecolor=fill, edgecolor=edge, lw=1.5
        )
    )


def _arrow(axes, start, end, color=BLACK, size=16, lw=1.6):
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=size, shrinkA=0, shrinkB=0, color=color, lw=lw, zorder=2
        )
    )


def _label(axes, x, y, text):
    box = {"boxstyle": "round,pad=0.25", "facecolor": PALE_ORANGE, "edgecolor": ORANGE}
    axes.text(x, y, text, ha="center", va="center", bbox=box, zorder=5)


def _towards(start, end, distance):
    """The point on the way from start to end that lies `distance` from start."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx**2 + dy**2) ** 0.5
    return start[0] + dx / length * distance, start[1] + dy / length * distance


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
            axes.add_patch(Rectangle(corner, size, size, facecolor=colours[letter], edgecolor="white", lw=0.5))
    axes.add_patch(Rectangle((left, top - 9 * size), 12 * size, 9 * size, fill=False, edgecolor=BLACK, lw=1.2))


def _half(axes, corners):
    axes.add_patch(Polygon(corners, closed=True, facecolor=BLACK, edgecolor="none"))


def _upright_edge(axes, x, y):
    axes.add_patch(Rectangle((x, y - 0.55), 0.55, 1.1, facecolor=BLACK))
    axes.add_patch(Rectangle((x - 0.55, y - 0.55), 0.55, 1.1, facecolor="white"))


def _slanting_edge(axes, x, y):
    axes.add_patch(Rectangle((x - 0.55, y - 0.55), 1.1, 1.1, facecolor="white"))
    _half(axes, [(x - 0.55, y - 0.55), (x + 0.55, y - 0.55), (x + 0.55, y + 0.55)])


def _lying_edge(axes, x, y):
    axes.add_patch(Rectangle((x - 0.55, y), 1.1, 0.55, facecolor="white"))
    axes.add_patch(Rectangle((x - 0.55, y - 0.55), 1.1, 0.55, facecolor=BLACK))


def _corner(axes, x, y):
    axes.plot([x - 0.4, x - 0.4, x + 0.5], [y - 0.5, y + 0.4, y + 0.4], color=BLACK, lw=5)


def _curve(axes, x, y):
    axes.add_patch(Arc((x, y - 0.35), 1.1, 1.4, theta1=0, theta2=180, color=BLACK, lw=5))


def _stripes(axes, x, y):
    for offset in (-0.4, 0, 0.4):
        axes.plot([x - 0.5, x + 0.5], [y + offset] * 2, color=BLACK, lw=4)


def _wheel(axes, x, y):
    axes.add_patch(Circle((x, y), 0.6, facecolor=BLACK))
    axes.add_patch(Circle((x, y), 0.34, facecolor="white"))
    axes.plot([x - 0.34, x + 0.34], [y, y], color=BLACK, lw=2)
    axes.plot([x, x], [y - 0.34, y + 0.34], color=BLACK, lw=2)
    axes.add_patch(Circle((x, y), 0.1, facecolor=BLACK))


def _window(axes, x, y):
    corners = [(x - 0.62, y - 0.4), (x + 0.62, y - 0.4), (x + 0.62, y + 0.4), (x - 0.15, y + 0.4)]
    axes.add_patch(Polygon(corners, closed=True, facecolor=PALE_BLUE, edgecolor=BLACK, lw=3))
    axes.plot([x + 0.15] * 2, [y - 0.4, y + 0.4], color=BLACK, lw=3)


def _lamp(axes, x, y):
    axes.add_patch(Polygon([(x - 0.6, y - 0.5), (x - 0.6, y + 0.3), (x + 0.2, y + 0.15), (x + 0.2, y - 0.5)], facecolor=VERMILION))
    axes.add_patch(Circle((x + 0.1, y - 0.12), 0.22, facecolor=ORANGE, edgecolor=BLACK, lw=1.5))
    for dy in (-0.22, 0, 0.22):
        axes.plot([x + 0.38, x + 0.66], [y - 0.12 + dy * 0.6, y - 0.12 + dy * 1.3], color=BLACK, lw=2)
