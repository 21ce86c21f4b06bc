"""Diagrams of episode 02: a neuron, a network of three layers."""

from matplotlib.patches import Circle
from shapes import arrow, box
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


def workflow():
    """The ten steps; this episode explains what stands behind steps 4 to 6."""
    return _workflow({4, 5, 6})


def neuron():
    """The greenhouse neuron with its numbers: inputs, weights, bias, sum, ReLU, output."""
    figure, axes = canvas(4.1)
    middle, left, adder, bend, right = 4.1, 2.6, 7.9, 11.1, 14.6
    box(axes, (6.3, 1.9), (6.2, 4.4), "", PALE_GREY, GREY)
    axes.text(12.25, 2.15, "one neuron", ha="right", va="bottom", color=BLACK, style="italic")

    rows = [
        ("warm", "0.9", "× 2", 6.5),
        ("humid", "0.4", "× 1", middle),
        ("windy", "0.1", "× −3", 1.7),
    ]
    for name, value, weight, y in rows:
        start = _towards((left, y), (adder, middle), 0.75)
        end = _towards((adder, middle), (left, y), 1.1)
        arrow(axes, start, end)
        _circle(axes, left, y, 0.72, value, PALE_BLUE, BLUE)
        axes.text(left - 0.9, y, name, ha="right", va="center")
        _label(axes, *_towards((left, y), (adder, middle), 2.2), weight)

    arrow(axes, (adder, 1.25), (adder, middle - 1.1))
    _label(axes, adder, 0.95, "bias  −0.5")
    _circle(axes, adder, middle, 1.05, "", "white", BLACK)
    axes.text(adder, middle + 0.35, "add up", ha="center", va="center", fontsize=12, zorder=4)
    axes.text(adder, middle - 0.35, "1.4", ha="center", va="center", weight="bold", zorder=4)

    arrow(axes, (adder + 1.1, middle), (bend - 1.1, middle))
    box(axes, (bend - 1.05, middle - 1.05), (2.1, 2.1), "", "white", BLACK)
    floor = middle - 0.45
    axes.plot(
        [bend - 0.75, bend, bend + 0.75], [floor, floor, middle + 0.75], color=VERMILION, lw=3
    )
    axes.plot([bend - 0.75, bend + 0.75], [floor, floor], color=GREY, lw=1, zorder=1)
    axes.text(bend, middle - 0.75, "ReLU", ha="center", va="center", fontsize=12)

    arrow(axes, (bend + 1.1, middle), (right - 0.8, middle))
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
    places = [
        [(x, 4.9 + 1.5 * ((count - 1) / 2 - n)) for n in range(count)] for x, count, *_ in columns
    ]
    for left, right in zip(places, places[1:], strict=False):
        for start in left:
            for end in right:
                arrow(
                    axes, _towards(start, end, 0.6), _towards(end, start, 0.62), color=GREY, size=10
                )
    letters = ["x", "h", "y"]
    for (x, _, name, size, fill, edge), spots, letter in zip(columns, places, letters, strict=True):
        for number, (_, y) in enumerate(spots, 1):
            _circle(axes, x, y, 0.56, f"${letter}_{number}$", fill, edge)
        axes.text(x, 1.25, name, ha="center", va="center", weight="bold")
        axes.text(x, 0.6, size, ha="center", va="center")
    return figure


def _circle(axes, x, y, radius, text, fill, edge):
    axes.add_patch(Circle((x, y), radius, facecolor=fill, edgecolor=edge, lw=2, zorder=3))
    axes.text(x, y, text, ha="center", va="center", zorder=4)


def _label(axes, x, y, text):
    box = {"boxstyle": "round,pad=0.25", "facecolor": PALE_ORANGE, "edgecolor": ORANGE}
    axes.text(x, y, text, ha="center", va="center", bbox=box, zorder=5)


def _towards(start, end, distance):
    """The point on the way from start to end that lies `distance` from start."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx**2 + dy**2) ** 0.5
    return start[0] + dx / length * distance, start[1] + dy / length * distance
