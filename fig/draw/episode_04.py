"""Diagrams of episode 04: from one kernel on one window to the sizes of a whole network."""

import ast
import re

import numpy as np
from matplotlib.patches import Circle, Rectangle
from shapes import arrow
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
    VERMILION,
    canvas,
)  # fmt: skip
from workflow import workflow as _workflow

EPISODE = FOLDER.parent / "episodes" / "04-build-cnn.md"
MIDDLE = dict(ha="center", va="center")


def workflow():
    """The ten steps; this episode is about the fourth."""
    return _workflow({4})


def dense_and_local():
    """A dense neuron is joined to every pixel, a convolution to one window at a time."""
    figure, axes = canvas(3.5)
    cell, top, line = 0.66, 5.9, 3.92  # line: the middle of the image
    for middle, name in ((3.6, "dense"), (12.0, "convolution")):
        axes.text(middle, 6.5, name, weight="bold", fontsize=15, **MIDDLE)
    axes.plot([7.5, 7.5], [0.3, 6.8], color="#B0B0B0", linewidth=1)

    image, neuron = (0.4, top), (6.4, line)
    _grid(axes, np.zeros((6, 6)), image, cell, colour=lambda value: PALE_GREY)
    for x, y in _centres(image, cell, 6, 6):
        axes.plot([x, neuron[0]], [y, neuron[1]], color=BLUE, linewidth=0.8, zorder=3)
        axes.plot(x, y, "o", color=BLUE, markersize=3, zorder=3)
    look = dict(facecolor=PALE_BLUE, edgecolor=BLUE, linewidth=2.5, zorder=4)
    axes.add_patch(Circle(neuron, 0.5, **look))
    axes.text(neuron[0], line - 0.95, "neuron", fontsize=12, **MIDDLE)
    axes.text(3.6, 0.75, "36 weights for each neuron,\none for every pixel", **MIDDLE)

    image, result = (8.0, top), (13.2, line + 2 * cell)
    _grid(axes, np.zeros((6, 6)), image, cell, colour=lambda value: PALE_GREY)
    _grid(axes, np.zeros((4, 4)), result, cell, colour=lambda value: "white")
    for row, column, edge, fill in ((0, 0, VERMILION, PALE_ORANGE), (3, 2, BLUE, PALE_BLUE)):
        _join(axes, (image, row, column), (result, row, column), cell, edge, fill)
    axes.text(result[0] + 2 * cell, line - 2 * cell - 0.4, "result", fontsize=12, **MIDDLE)
    axes.text(12.0, 0.75, "9 weights,\nthe same 9 for every window", **MIDDLE)
    return figure


def edge_kernel():
    """The kernel on one window, and the sum for its cell; a challenge asks for another one."""
    image, kernel = _array("bright_above_dark"), _array("edge_kernel")
    sums = _slide(image, kernel)
    row, column = 1, 1  # the cell that is worked through
    result = np.full(sums.shape, "?", dtype=object)
    result[row, column] = sums[row, column]

    figure, axes = canvas(5.2)
    size, level = 0.95, 6.4  # of a cell; the middle of the three grids
    grids = (
        (0.6, image, "image", _bright),
        (7.525, kernel, "kernel", lambda value: PALE_ORANGE),
        (12.55, result, "result", lambda value: PALE_GREEN),
    )
    for left, array, name, colour in grids:
        rows, columns = array.shape
        corner = left, level + rows * size / 2
        _grid(axes, array, corner, size, colour=colour, fontsize=14)
        words = f"{name}, {rows} × {columns}"
        axes.text(left + columns * size / 2, corner[1] + 0.45, words, weight="bold", **MIDDLE)
    _frame(axes, (0.6, level + 3 * size), size, row, column, 3, 3)
    _frame(axes, (12.55, level + 2 * size), size, row, column, 1, 1)
    axes.text(6.44, level, "×", fontsize=22, **MIDDLE)
    axes.text(11.46, level, "=", fontsize=22, **MIDDLE)

    window = image[row : row + 3, column : column + 3]
    _sums(axes, window, kernel, result[row, column])
    return figure


# One window of an image and one filter, with numbers small enough to check by hand:
# channel -> window, kernel, colour of the window.
_CHANNELS = {
    "red": ([[2, 0, 1], [3, 1, 0], [2, 2, 1]], [[1, 0, -1], [1, 0, -1], [1, 0, -1]], "#F3C6C0"),
    "green": ([[0, 2, 2], [1, 3, 1], [0, 1, 2]], [[0, 1, 0], [0, 1, 0], [0, -1, 0]], PALE_GREEN),
    "blue": ([[1, 2, 0], [0, 1, 1], [3, 0, 2]], [[-1, 0, 0], [0, 0, 1], [-1, 1, 0]], PALE_BLUE),
}
_BIAS = 1


def one_filter():
    """A filter worked through: three kernels, three sums, a bias, one cell of a feature map."""
    figure, axes = canvas(6.2)
    size = 0.72
    heads = ((2.78, "window of\nthe image"), (6.08, "one kernel\nper channel"))
    heads += ((8.95, "sum of 9\nproducts"), (13.6, "one\nfeature map"))
    for x, words in heads:
        axes.text(x, 11.75, words, weight="bold", fontsize=14, linespacing=1.15, **MIDDLE)

    adder = (10.75, 7.2)
    sums = []
    for (name, (window, kernel, fill)), level in zip(
        _CHANNELS.items(), (9.7, 7.2, 4.7), strict=True
    ):
        window, kernel = np.array(window), np.array(kernel)
        sums.append(int((window * kernel).sum()))
        top = level + 1.5 * size
        axes.text(1.5, level, name, ha="right", va="center")
        _grid(axes, window, (1.7, top), size, lambda value, fill=fill: fill, fontsize=14)
        axes.text(4.43, level, "×", fontsize=18, **MIDDLE)
        _grid(axes, kernel, (5.0, top), size, lambda value: PALE_ORANGE, fontsize=14)
        axes.text(7.72, level, "=", fontsize=18, **MIDDLE)
        axes.text(8.75, level, _minus(sums[-1]), fontsize=16, **MIDDLE)
        arrow(
            axes,
            (9.25, level),
            (adder[0] - 0.7, adder[1] + (level - adder[1]) * 0.18),
            color=GREY,
            zorder=7,
        )
    axes.add_patch(Circle(adder, 0.62, facecolor="white", edgecolor=BLACK, linewidth=2, zorder=3))
    axes.text(*adder, "+", fontsize=22, zorder=4, **MIDDLE)
    arrow(axes, (adder[0], 5.1), (adder[0], adder[1] - 0.68), color=GREY, zorder=7)
    axes.text(adder[0], 4.7, f"bias {_minus(_BIAS)}", fontsize=14, **MIDDLE)

    total = sum(sums) + _BIAS
    cell, place = size, 2  # the third row and column of the feature map
    corner = (13.6 - 2.5 * cell, adder[1] + (place + 0.5) * cell)  # level with the adder
    _grid(axes, np.zeros((5, 5)), corner, cell, colour=lambda value: "white")
    _fill_above(axes, corner, cell, place, place, 1, PALE_GREEN)
    _frame(axes, corner, cell, place, place, 1, 1)
    middle = (corner[0] + (place + 0.5) * cell, adder[1])
    axes.text(*middle, _minus(total), fontsize=16, weight="bold", zorder=8, **MIDDLE)
    arrow(
        axes,
        (adder[0] + 0.7, adder[1]),
        (middle[0] - cell / 2 - 0.08, adder[1]),
        color=GREY,
        zorder=7,
    )

    terms = " + ".join(_signed(number) for number in sums)
    words = f"{terms} + {_signed(_BIAS)} (bias) = {_minus(total)}"
    axes.text(8, 2.75, words, fontsize=16, **MIDDLE)
    weights = sum(np.size(kernel) for _, kernel, _ in _CHANNELS.values())
    words = f"One filter: {weights} weights + 1 bias = {weights + 1} parameters; one feature map."
    axes.text(8, 1.55, words, weight="bold", fontsize=14, **MIDDLE)
    words = f"16 filters: 16 × {weights + 1} = {16 * (weights + 1)} parameters; 16 feature maps."
    axes.text(8, 0.75, words, fontsize=14, **MIDDLE)
    return figure


def pooling():
    """A feature map in four tiles, and what max pooling and average pooling make of them."""
    small = _array("small_map")
    tiles = small.reshape(2, 2, 2, 2)  # row of tiles, row, column of tiles, column
    fills = ((PALE_BLUE, PALE_ORANGE), (PALE_GREEN, PALE_GREY))

    figure, axes = canvas(4.15)
    size, corner = 1.4, (0.5, 6.75)
    for row in range(2):
        for column in range(2):
            _fill(axes, corner, size, 2 * row, 2 * column, 2, 2, fills[row][column])
            tile = tiles[row, :, column]
            for down, right in np.argwhere(tile == tile.max()):
                place = 2 * row + down, 2 * column + right
                _frame(axes, corner, size, *place, 1, 1, inset=0.11)
    _grid(axes, small, corner, size, colour=None, fontsize=18)
    _thick_lines(axes, corner, 4 * size)
    head = corner[0] + 2 * size, corner[1] + 0.55
    axes.text(*head, "feature map, 4 × 4", weight="bold", **MIDDLE)

    results = (
        (7.2, "max pooling:\nthe largest of each\ntile (framed)", tiles.max(axis=(1, 3))),
        (3.5, "average pooling:\nthe mean\nof each tile", tiles.mean(axis=(1, 3))),
    )
    start = corner[0] + 4 * size + 0.25, corner[1] - 2 * size
    for top, words, result in results:
        target, level = (12.85, top), top - size
        for row in range(2):
            for column in range(2):
                _fill(axes, target, size, row, column, 1, 1, fills[row][column])
        _grid(axes, result, target, size, colour=None, fontsize=18)
        _thick_lines(axes, target, 2 * size)
        axes.text(9.95, level, words, fontsize=14, **MIDDLE)
        arrow(axes, start, (7.6, level), color=GREY, zorder=7)
        arrow(axes, (12.2, level), (target[0] - 0.1, level), color=GREY, zorder=7)
    axes.text(12.85 + size, 7.75, "results, 2 × 2", weight="bold", **MIDDLE)
    return figure


def stride_padding():
    """Where a kernel of 3 × 3 is placed on 5 × 5 numbers: valid, same, and a stride of 2."""
    figure, axes = canvas(7)
    cases = (
        (2.6, "valid", 1, "no padding"),
        (8.0, "same", 1, "with a ring of zeros"),
        (13.4, "valid", 2, "no padding"),
    )
    size, count, kernel = 0.66, 5, 3
    for x, padding, stride, words in cases:
        axes.text(x, 13.5, f'"{padding}"', weight="bold", fontsize=16, **MIDDLE)
        axes.text(x, 12.8, f"stride {stride}", weight="bold", fontsize=14, **MIDDLE)

        ring = (kernel - 1) // 2 if padding == "same" else 0
        side = count + 2 * ring  # of the image with its padding
        level = 9.95
        corner = x - side * size / 2, level + side * size / 2
        if ring:
            _grid(axes, np.zeros((side, side)), corner, size, colour=lambda value: "white")
            inside = {(row, column) for row in range(1, side - 1) for column in range(1, side - 1)}
            for number, place in enumerate(_centres(corner, size, side, side)):
                if divmod(number, side) not in inside:
                    axes.text(*place, "0", fontsize=12, color=GREY, zorder=4, **MIDDLE)
        image = x - count * size / 2, level + count * size / 2
        _grid(axes, np.zeros((count, count)), image, size, colour=lambda value: PALE_GREY)
        axes.text(x, 6.95, f"image, {count} × {count},\n{words}", linespacing=1.15, **MIDDLE)

        steps = range(0, side - kernel + 1, stride)
        for row in steps:
            for column in steps:
                left, top = corner[0] + column * size, corner[1] - row * size
                middle = left + kernel / 2 * size, top - kernel / 2 * size
                axes.plot(*middle, "o", color=BLACK, markersize=4.5, zorder=7)

        arrow(axes, (x, 6.3), (x, 5.65), color=GREY, zorder=7)
        places = len(steps)
        result = x - places * size / 2, 3.8 + places * size / 2
        _grid(axes, np.zeros((places, places)), result, size, colour=lambda value: "white")
        # the next window first, so that the frame of the first one lies on top
        for number, edge, fill in ((1, BLUE, PALE_BLUE), (0, VERMILION, PALE_ORANGE)):
            _frame(axes, corner, size, 0, number * stride, kernel, kernel, edge)
            _fill_above(axes, result, size, 0, number, 1, fill)
            _frame(axes, result, size, 0, number, 1, 1, edge, inset=0.05)
        axes.text(x, 1.7, f"result, {places} × {places}", weight="bold", **MIDDLE)
    words = "dot: the middle of a window, which gives one number of the result"
    axes.text(8, 0.9, words, **MIDDLE)
    axes.text(8, 0.35, "frames: the first and the second window, and their results", **MIDDLE)
    return figure


def intro_network():
    """What each layer of the introduction's network hands on, the feature maps drawn to scale."""
    figure, axes = canvas(5.6)
    rows = (
        (
            ("Input", 32, 3, PALE_GREY, GREY),
            ("Conv2D, 16 filters", 30, 16, PALE_BLUE, BLUE),
            ("MaxPooling2D", 15, 16, PALE_ORANGE, ORANGE),
            ("Conv2D, 32 filters", 13, 32, PALE_BLUE, BLUE),
        ),
        (
            ("MaxPooling2D", 6, 32, PALE_ORANGE, ORANGE),
            ("Flatten", 6 * 6 * 32, None, PALE_GREY, BLACK),
            ("Dense, ReLU", 64, None, PALE_GREY, BLACK),
            ("Dense, softmax", 10, None, PALE_GREEN, GREEN),
        ),
    )
    for level, row in zip((8.65, 3.1), rows, strict=True):
        before = 0.0  # where the shape to the left ends
        for place, (name, size, depth, fill, edge) in enumerate(row):
            x = 2.0 + 4 * place
            if depth:
                half = _stack(axes, (x, level), size, depth, fill, edge)
                words = f"{size} × {size} × {depth}"
            else:
                half = _column(axes, (x, level), size, fill, edge)
                words = f"{size:,} numbers"
            axes.text(x, level + 2.15, name, fontsize=12, weight="bold", **MIDDLE)
            axes.text(x, level - 2.1, words, **MIDDLE)
            if place:
                arrow(axes, (before, level), (x - half - 0.12, level), color=GREY, zorder=7)
            before = x + half + 0.12
    axes.text(14, 0.45, "one for each class", fontsize=12, **MIDDLE)
    # from the end of the first row to the beginning of the second
    turn = 5.98
    axes.plot([14, 14, 2], [6.2, turn, turn], color=GREY, linewidth=1.8)
    arrow(axes, (2, turn), (2, 5.55), color=GREY, zorder=7)
    return figure


def _array(name):
    """Numbers of `name = np.array([...])` in the episode, so that diagram and text agree."""
    text = EPISODE.read_text("utf-8")
    found = re.search(rf"^{name} = np\.array\((\[.*?^\])\)$", text, re.M | re.S)
    return np.array(ast.literal_eval(found[1]))


def _slide(image, kernel):
    """The kernel at every place where it fits on the image."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))


def _minus(number):
    """A number as text, with a proper minus sign."""
    return number if isinstance(number, str) else f"{number:g}".replace("-", "−")


def _signed(number):
    """A number as a factor or a later term: in parentheses if it is negative."""
    return f"({_minus(number)})" if number < 0 else f"{number}"


def _bright(value):
    """Shade of grey for 0 (dark) to 9 (bright), never too dark for black numbers."""
    return str(0.62 + 0.38 * value / 9)


def _centres(corner, size, rows, columns):
    """Centres of the cells of a grid, row by row."""
    left, top = corner
    return [
        (left + (column + 0.5) * size, top - (row + 0.5) * size)
        for row in range(rows)
        for column in range(columns)
    ]


def _grid(axes, array, corner, size, colour, fontsize=13):
    """A grid of cells with its numbers; without numbers if all are 0.

    Args:
        array: 2-D array.
        corner: its upper left corner.
        size: of a cell.
        colour: function from a value to its cell's colour; None to fill nothing.
    """
    rows, columns = array.shape
    fills = [colour(value) if colour else "none" for value in array.flat]
    places = _centres(corner, size, rows, columns)
    for (x, y), fill, value in zip(places, fills, array.flat, strict=True):
        place = (x - size / 2, y - size / 2)
        axes.add_patch(Rectangle(place, size, size, facecolor=fill, edgecolor=GREY, linewidth=1))
        if array.any():
            axes.text(x, y, _minus(value), fontsize=fontsize, color=BLACK, zorder=5, **MIDDLE)


def _place(corner, size, row, column, rows, columns):
    """Lower left corner, width and height of some cells of a grid."""
    x, y = corner[0] + column * size, corner[1] - (row + rows) * size
    return (x, y), columns * size, rows * size


def _fill(axes, corner, size, row, column, rows, columns, colour):
    """Colour some cells, below the grid."""
    place = _place(corner, size, row, column, rows, columns)
    axes.add_patch(Rectangle(*place, facecolor=colour, edgecolor="none", zorder=0))


def _frame(axes, corner, size, row, column, rows, columns, colour=VERMILION, inset=0.0):
    """A thick frame around some cells of a grid, or by `inset` within their border."""
    (x, y), width, height = _place(corner, size, row, column, rows, columns)
    look = dict(facecolor="none", edgecolor=colour, linewidth=3.2, zorder=6)
    place = (x + inset, y + inset), width - 2 * inset, height - 2 * inset
    axes.add_patch(Rectangle(*place, **look))


def _sums(axes, window, kernel, total):
    """The window times the kernel, row by row, and their sum."""
    row_sums = []
    for number, name in enumerate(("top row", "middle row", "bottom row")):
        y = 2.5 - 0.6 * number
        pairs = list(zip(window[number], kernel[number], strict=True))
        products = [_minus(value * weight) for value, weight in pairs]
        axes.text(0.6, y, f"{name}:", va="center")
        terms = " + ".join(f"{value} · {_signed(weight)}" for value, weight in pairs)
        axes.text(3.6, y, terms, va="center")
        axes.text(9.35, y, "=", **MIDDLE)
        axes.text(9.9, y, " + ".join(products).replace("+ −", "− "), va="center")
        axes.text(13.0, y, "=", **MIDDLE)
        row_sums.append(_minus(sum(value * weight for value, weight in pairs)))
        axes.text(14.6, y, row_sums[-1], ha="right", va="center")
    axes.plot([12.7, 14.8], [0.93, 0.93], color=BLACK, linewidth=1.2)
    axes.text(0.6, 0.5, "added up, the framed cell:", va="center")
    axes.text(9.9, 0.5, " + ".join(row_sums).replace("+ −", "− "), va="center")
    axes.text(13.0, 0.5, "=", **MIDDLE)
    axes.text(14.6, 0.5, _minus(total), weight="bold", ha="right", va="center")


def _join(axes, source, target, cell, line, fill):
    """A window of three by three in one grid, joined to one cell of another."""
    corner, row, column = source
    _fill_above(axes, corner, cell, row, column, 3, fill)
    _frame(axes, corner, cell, row, column, 3, 3, line)
    (x, y), width, height = _place(corner, cell, row, column, 3, 3)
    corner, row, column = target
    _fill_above(axes, corner, cell, row, column, 1, fill)
    _frame(axes, corner, cell, row, column, 1, 1, line)
    (end_x, end_y), _, side = _place(corner, cell, row, column, 1, 1)
    for start, end in ((y, end_y), (y + height, end_y + side)):
        axes.plot([x + width, end_x], [start, end], color=line, linewidth=1.5, zorder=6)


def _fill_above(axes, corner, cell, row, column, count, fill):
    """Colour a square of cells, above the grid, and draw the lines between them."""
    place = _place(corner, cell, row, column, count, count)
    axes.add_patch(Rectangle(*place, facecolor=fill, edgecolor="none", zorder=2))
    for n in range(1, count):
        (x, y), width, height = place
        axes.plot([x, x + width], [y + n * cell] * 2, color=GREY, linewidth=1, zorder=3)
        axes.plot([x + n * cell] * 2, [y, y + height], color=GREY, linewidth=1, zorder=3)


def _thick_lines(axes, corner, side):
    """Thick lines around a square grid, and through its middle both ways."""
    left, top = corner
    look = dict(color=BLACK, linewidth=2.5, zorder=4, solid_capstyle="projecting")
    for share in (0, 0.5, 1):
        axes.plot([left + share * side] * 2, [top, top - side], **look)
        axes.plot([left, left + side], [top - share * side] * 2, **look)


def _stack(axes, middle, size, depth, fill, edge):
    """Feature maps as sheets, one behind the other. Returns half its width."""
    side = size * 0.075
    shift = 0.055  # between neighbouring sheets
    reach = shift * (depth - 1)
    left, bottom = middle[0] - (side + reach) / 2, middle[1] - (side + reach) / 2
    for sheet in reversed(range(depth)):
        place = (left + sheet * shift, bottom + sheet * shift)
        axes.add_patch(Rectangle(place, side, side, facecolor=fill, edgecolor=edge, linewidth=0.6))
    return (side + reach) / 2


def _column(axes, middle, count, fill, edge):
    """Numbers in one row, as a narrow bar whose length grows with their logarithm."""
    length, width = 1.1 * np.log10(count), 0.42
    place = (middle[0] - width / 2, middle[1] - length / 2)
    axes.add_patch(Rectangle(place, width, length, facecolor=fill, edgecolor=edge, linewidth=1.8))
    for share in np.linspace(0, 1, max(3, min(count, 24)) + 1)[1:-1]:
        y = place[1] + share * length
        axes.plot([place[0], place[0] + width], [y, y], color=edge, linewidth=0.7)
    return width / 2
