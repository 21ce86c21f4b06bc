"""Diagrams of episode 01."""

import json

import numpy as np
import scene
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from PIL import Image
from style import (
    BLACK,
    BLUE,
    FOLDER,
    GREY,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    PINK,
    SKY,
    VERMILION,
    WIDTH,
    canvas,
    plt,
)  # fmt: skip
from workflow import workflow as _workflow

DARK = "#4D4D4D"
CLASS_COLOURS = {"ship": ORANGE, "bird": PINK}
LABEL = 15  # points: legible when a phone shows the diagram 360 pixels wide


def workflow():
    """All ten steps, as the overview."""
    return _workflow(highlight=range(1, 11))


def nested_sets():
    """Deep learning inside machine learning inside artificial intelligence."""
    figure, axes = canvas(height=4.3)
    _set(axes, (0.15, 0.15, 15.7, 8.3), "#F4F4F4", GREY, "Artificial intelligence",
         "such as a chess program\nwith rules written by people", _pawn)  # fmt: skip
    _set(axes, (1.35, 0.5, 14.1, 5.35), PALE_BLUE, BLUE, "Machine learning",
         "such as a spam filter\nthat learns from examples", _envelope)  # fmt: skip
    _set(axes, (2.55, 0.85, 12.5, 2.45), PALE_ORANGE, VERMILION, "Deep learning",
         "such as a network of many layers\nthat names what is in an image", _network)  # fmt: skip
    return figure


def ask_the_network():
    """24 test images, one of them chosen, and ten bars that are still hidden: the question."""
    shown, sheet, _ = _recorded_answers()
    figure, (left, right) = plt.subplots(ncols=2, figsize=(WIDTH, 3.4), width_ratios=(1.5, 1))
    left.imshow(sheet, interpolation="none")
    left.axis("off")
    left.set_title("24 test images, never seen in training", fontsize=13)
    place = shown.index(52)
    corner = place % 6 * 32 - 0.5, place // 6 * 32 - 0.5
    left.add_patch(Rectangle(corner, 32, 32, fill=False, edgecolor=VERMILION, linewidth=4))
    right.barh(_class_names(), 0)
    right.invert_yaxis()
    right.set(xlim=(0, 1), xlabel="probability")
    right.axvspan(0, 1, color=PALE_GREY)
    right.text(0.5, 4.5, "?", fontsize=60, color=GREY, ha="center", va="center")
    right.set_title("What will the network say?", fontsize=13)
    figure.tight_layout()
    return figure


def answers_to_come():
    """Two test images, each with an empty plot of probability against epochs: the question."""
    figure, panels = _two_images_and_plots()
    for panel, name in zip(panels, ("horse", "airplane"), strict=True):
        panel.set_title(f"probability of {name}", fontsize=13)
        panel.axhspan(0, 1, color=PALE_GREY)
        panel.text(2.5, 0.5, "?", fontsize=44, color=GREY, ha="center", va="center")
        panel.set_xlim(-0.25, 5.25)
    figure.tight_layout()
    return figure


def answer_by_epoch():
    """How the answers to two test images come about, epoch by epoch: the solution."""
    shown, _, answers = _recorded_answers()
    figure, panels = _two_images_and_plots()
    lines = {
        13: (("horse", BLUE, "-o"),),
        52: (("frog", VERMILION, "-s"), ("airplane", BLUE, "-o")),
    }
    for (number, classes), panel in zip(lines.items(), panels, strict=True):
        for name, colour, style in classes:
            shares = [epoch[shown.index(number)][_class_names().index(name)] for epoch in answers]
            panel.plot(shares, style, color=colour)
            panel.text(5, max(shares[3:]) + 0.09, name, color=colour, ha="right", fontsize=12)
    panels[0].set_ylabel("probability")
    figure.tight_layout()
    return figure


def _two_images_and_plots():
    """Test images 13 and 52, each beside an empty plot; gives the figure and the two plots."""
    shown, sheet, _ = _recorded_answers()
    figure, panels = plt.subplots(ncols=4, figsize=(WIDTH, 2.8), width_ratios=(0.62, 1, 0.62, 1))
    for number, image in zip((13, 52), panels[::2], strict=True):
        place = shown.index(number)
        x, y = place % 6 * 32, place // 6 * 32
        image.imshow(sheet[y : y + 32, x : x + 32], interpolation="none")
        image.set_title(f"image {number}", fontsize=13)
        image.axis("off")
    for panel in panels[1::2]:
        panel.set(ylim=(-0.03, 1.15), xticks=range(6), yticks=(0, 0.5, 1), xlabel="epochs")
    return figure, panels[1::2]


def _recorded_answers():
    """The images that are shown, as numbers and as one picture; their answers by epoch."""
    folder = FOLDER.parent / "interactive" / "recorded"
    recorded = json.loads((folder / "answers.json").read_text("utf-8"))
    sheet = np.array(Image.open(folder / "answers.webp"))
    return recorded["images"], sheet, np.array(recorded["answers"]) / 1000


def _class_names():
    return "airplane automobile bird cat deer dog frog horse ship truck".split()


def _set(axes, place, colour, edge, title, example, icon):
    """One set: a rounded frame with its name, an example and an icon in its upper left corner.

    Args:
        place: left, bottom, width, height.
        icon: function of (axes, x, y) that draws something about one unit wide around (x, y).
    """
    left, bottom, width, height = place
    shape = "round,pad=0,rounding_size=0.7"
    look = dict(facecolor=colour, edgecolor=edge, linewidth=2.5)
    frame = FancyBboxPatch((left, bottom), width, height, boxstyle=shape, **look)
    axes.add_patch(frame)
    top = bottom + height
    icon(axes, left + 1.15, top - 1.2)
    words = dict(color=BLACK, va="center", linespacing=1.2)
    axes.text(left + 2.3, top - 0.6, title, fontsize=16, weight="bold", **words)
    axes.text(left + 2.3, top - 1.55, example, fontsize=13, **words)


def _pawn(axes, x, y):
    """A chess pawn."""
    half = scene.outline("M 0 -0.8 L 0.5 -0.8 L 0.5 -0.55 C 0.2 -0.4 0.15 0 0.12 0.3 L 0 0.3 Z")
    for side in (1, -1):
        body = Path(half.vertices * (side, 1) + (x, y), half.codes)
        axes.add_patch(PathPatch(body, facecolor=DARK, edgecolor=DARK, linewidth=0.5))
    axes.add_patch(Circle((x, y + 0.45), 0.32, facecolor=DARK))
    axes.add_patch(Rectangle((x - 0.3, y + 0.08), 0.6, 0.13, facecolor=DARK))


def _envelope(axes, x, y):
    """A letter."""
    line = dict(edgecolor=BLUE, linewidth=2)
    axes.add_patch(Rectangle((x - 0.7, y - 0.5), 1.4, 1, facecolor="white", **line))
    flap = [(x - 0.7, y + 0.5), (x, y - 0.1), (x + 0.7, y + 0.5)]
    axes.add_patch(Polygon(flap, closed=False, facecolor="none", **line))


def _network(axes, x, y):
    """A small network: four layers of dots, each joined to all of the next."""
    layers = [
        [(x - 0.6 + 0.42 * column, y + 0.44 * (row - (count - 1) / 2)) for row in range(count)]
        for column, count in enumerate((3, 4, 3, 2))
    ]
    for before, after in zip(layers, layers[1:], strict=False):
        for start in before:
            for end in after:
                axes.plot(*zip(start, end, strict=True), color=VERMILION, linewidth=0.7)
    for centre in sum(layers, []):
        axes.add_patch(Circle(centre, 0.13, facecolor=VERMILION, edgecolor="white", zorder=3))


def five_tasks():
    """One image and five answers: a label, a box, boxes, classes of pixels, pixels of objects."""
    figure, axes = canvas(height=9.2)
    panels = {
        "The image": ("what the network gets", _scene),
        "Classification": ("one label for the whole image", _classification),
        "Localisation": ("the main object: box and label", _localisation),
        "Detection": ("every object: box and label", _detection),
        "Semantic segmentation": ("every pixel: its class", _semantic_segmentation),
        "Instance segmentation": ("every object: its own pixels", _instance_segmentation),
    }
    width, height = 7.8, 7.8 * scene.SIZE[1] / scene.SIZE[0]
    for number, (title, (meaning, answer)) in enumerate(panels.items()):
        row, column = divmod(number, 2)
        left, top = 0.08 + 8.04 * column, 18.35 - 6.12 * row
        axes.text(left, top - 0.4, title, fontsize=17, weight="bold", color=BLACK, va="center")
        axes.text(left, top - 1.07, meaning, fontsize=14, color=BLACK, va="center")
        place = left, top - 1.5 - height, width, height
        panel = axes.inset_axes(place, transform=axes.transData)
        panel.set(xlim=(0, scene.SIZE[0]), ylim=(0, scene.SIZE[1]), xticks=[], yticks=[])
        panel.spines[:].set(visible=True, color=GREY)
        answer(panel)
    return figure


def _classification(axes):
    _scene(axes)
    _label(axes, "ship", 0.3, 0.2, CLASS_COLOURS["ship"])


def _localisation(axes):
    _scene(axes)
    _box(axes, *scene.OBJECTS[0])


def _detection(axes):
    _scene(axes)
    for name, shapes in scene.OBJECTS:
        _box(axes, name, shapes)


def _semantic_segmentation(axes):
    """Both ships are one colour: each pixel has a class, and no more."""
    colours = [CLASS_COLOURS[name] for name, _ in scene.OBJECTS]
    _mask(axes, [name for name, _ in scene.OBJECTS], colours)
    axes.text(0.4, 0.7, "background", fontsize=LABEL, weight="bold", color=BLACK, va="center")


def _instance_segmentation(axes):
    """Each object is a colour and a number of its own."""
    _mask(axes, ["ship 1", "ship 2", "bird 1"], [ORANGE, SKY, PINK])


def _mask(axes, names, colours):
    """The outlines of the objects, filled, each with a label above it."""
    scene.draw_mask(axes, colours)
    for (_, shapes), name, colour in zip(scene.OBJECTS, names, colours, strict=True):
        extent = scene.box(shapes)
        _label(axes, name, extent.x0, extent.y1, colour)


def _scene(axes):
    scene.draw_background(axes)
    scene.draw_objects(axes)


def _box(axes, name, shapes):
    """A box around one object, with its label on the upper edge."""
    extent = scene.box(shapes).padded(0.15)
    for colour, width in ((BLACK, 4.5), (CLASS_COLOURS[name], 2.5)):
        line = dict(facecolor="none", edgecolor=colour, linewidth=width)
        axes.add_patch(Rectangle(extent.min, *extent.size, **line))
    _label(axes, name, extent.x0, extent.y1, CLASS_COLOURS[name])


def _label(axes, words, x, y, colour):
    """A label on a patch of colour; (x, y) is its lower left corner."""
    look = dict(facecolor=colour, edgecolor=BLACK, linewidth=1, pad=2.5)
    axes.text(x + 0.18, y + 0.2, words, fontsize=LABEL, weight="bold", bbox=look)
