"""One scene at sea: a sailing ship in front, a small ship far away, a duck.

Coordinates: 16 wide, 9 high. A shape is a pair (outline, colour).
"""

from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Bbox

SIZE = 16, 9
SHADED = "#DDDDDD"  # the background when only the objects matter


def outline(words):
    """Path from a short text: M move, L line, C curve with two control points, Z close.

    Example: outline("M 0 0 L 4 0 C 4 2 2 4 0 4 Z")
    """
    codes = {"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4, "Z": Path.CLOSEPOLY}
    points, kinds = [], []
    for part in words.replace("M", "|M").replace("L", "|L").replace("C", "|C").split("|")[1:]:
        letter, *numbers = part.replace("Z", "").split()
        pairs = list(zip(map(float, numbers[::2]), map(float, numbers[1::2]), strict=True))
        points += pairs
        kinds += [codes[letter]] * len(pairs)
    if words.endswith("Z"):
        points.append(points[0])
        kinds.append(codes["Z"])
    return Path(points, kinds)


def disc(x, y, across, up=None):
    """Outline of an ellipse: centre, and radii across and up (a circle when `up` is left out)."""
    circle = Path.unit_circle()
    return Path(circle.vertices * (across, up or across) + (x, y), circle.codes)


BACKGROUND = [
    (outline("M 0 0 L 16 0 L 16 9 L 0 9 Z"), "#CDE8F6"),  # sky
    (outline("M 0 4.9 L 16 4.9 L 16 6.4 L 0 6.4 Z"), "#E3F2F9"),  # haze
    (disc(14.1, 7.6, 0.8), "#FFE08A"),  # sun
    (disc(9.4, 7.35, 1.0, 0.36), "white"),  # clouds
    (disc(10.3, 7.6, 0.9, 0.42), "white"),
    (disc(1.4, 7.3, 1.1, 0.36), "white"),
    (outline("M 0 4.9 L 0 5.6 C 1 6 1.7 5.9 2.6 5.5 C 3.6 5.1 4 5.3 5.6 4.9 Z"), "#9DBFA4"),
    (outline("M 0 0 L 16 0 L 16 4.9 L 0 4.9 Z"), "#6FAFD0"),  # sea
    (outline("M 0 0 L 16 0 L 16 2.1 C 12 2.6 9 1.7 5 2.2 C 3 2.4 1 2.1 0 2 Z"), "#5BA0C5"),
]
WAVES = [  # left ends
    (7.9, 1.7), (0.3, 1.9), (7.4, 0.7), (9, 0.4), (14.3, 0.4),
    (9, 2.6), (0.3, 3.5), (14.3, 3.9), (8.4, 4.1),
]  # fmt: skip

SAILING_SHIP = [
    (outline("M 5 3 L 5.22 3 L 5.22 7.6 L 5 7.6 Z"), "#6B4A2B"),  # mast
    (outline("M 5.22 7.5 L 6.1 7.2 L 5.22 6.95 Z"), "#C43D3D"),  # flag
    (outline("M 5.4 6.75 C 6.9 6 7.7 4.9 7.9 3.55 L 5.4 3.55 Z"), "#FFFDF4"),  # sails
    (outline("M 4.85 7.2 C 4.4 5.6 3.6 4.4 2.5 3.6 C 3.4 3.5 4.2 3.5 4.85 3.55 Z"), "#F3E7CC"),
    (outline("M 4.6 3 L 7.4 3 L 7.4 3.4 L 4.6 3.4 Z"), "#D9C7A5"),  # cabin
    (outline("M 1.8 3.2 C 4 2.95 6.5 2.95 8.5 3.2 L 8 1.9 C 7.8 1.55 7.5 1.5 7.2 1.5 "
             "L 3.6 1.5 C 2.7 1.6 2.2 2.3 1.8 3.2 Z"), "#8C3B2E"),  # hull
    (outline("M 2.03 2.75 C 4 2.55 6.5 2.55 8.32 2.75 L 8.24 2.5 "
             "C 6.5 2.32 4 2.32 2.2 2.5 Z"), "#F3E7CC"),  # stripe
]  # fmt: skip
SMALL_SHIP = [
    (outline("M 11.6 5.6 L 12.1 5.6 L 12.1 6.45 L 11.6 6.45 Z"), "#3F3F46"),  # funnel
    (outline("M 10.85 5.3 L 13.05 5.3 L 13.05 5.85 L 10.85 5.85 Z"), "#FFFFFF"),  # cabin
    (outline("M 9.9 5.45 L 13.95 5.45 L 13.5 4.72 L 10.35 4.72 Z"), "#39506B"),  # hull
]
DUCK = [
    (outline("M 14.55 2.75 L 15.2 2.6 C 15.3 2.45 15.2 2.35 15 2.33 "
             "L 14.4 2.3 Z"), "#E8B33A"),  # beak
    (outline("M 13.2 1.3 C 13.7 1.6 13.6 2.1 13.5 2.5 C 13.4 3.3 14.7 3.4 14.75 2.6 "
             "C 14.8 2 14.5 1.8 14.3 1.1 Z"), "#2F6B4F"),  # head and neck
    (outline("M 10.5 1.9 C 11.4 1.7 12.5 2 13.2 1.75 C 13.6 1.7 14.1 1.75 14.3 1.3 "
             "C 14.4 0.9 14 0.6 13.4 0.6 L 11.7 0.6 "
             "C 11 0.7 10.7 1.2 10.5 1.9 Z"), "#8A6F5A"),  # body
    (outline("M 11.2 1.6 C 11.9 1.7 12.7 1.75 13.1 1.45 "
             "C 13.2 1 12.6 0.85 12.1 0.95 Z"), "#B9A794"),  # wing
    (disc(14.3, 2.7, 0.09), "white"),  # eye
]  # fmt: skip
OBJECTS = [("ship", SAILING_SHIP), ("ship", SMALL_SHIP), ("bird", DUCK)]  # the main one first


def draw_background(axes):
    """Sky, coast and sea."""
    _draw(axes, BACKGROUND)
    for x, y in WAVES:
        wave = outline(
            f"M {x} {y} C {x + 0.2} {y - 0.25} {x + 0.5} {y - 0.25} {x + 0.75} {y} "
            f"C {x + 1} {y - 0.25} {x + 1.3} {y - 0.25} {x + 1.5} {y}"
        )
        axes.add_patch(PathPatch(wave, facecolor="none", edgecolor="#D6ECF6", linewidth=1.3))


def draw_objects(axes):
    """The three objects in their own colours."""
    for _, shapes in OBJECTS:
        _draw(axes, shapes)


def draw_mask(axes, colours):
    """Every object filled with one colour, on a plain background.

    Args:
        colours: one for each of OBJECTS, in their order.
    """
    _draw(axes, [(outline("M 0 0 L 16 0 L 16 9 L 0 9 Z"), SHADED)])
    for (_, shapes), colour in zip(OBJECTS, colours, strict=True):
        _draw(axes, [(path, colour) for path, _ in shapes])


def box(shapes):
    """The smallest upright rectangle around an object: a matplotlib Bbox."""
    return Bbox.union([path.get_extents() for path, _ in shapes])


def _draw(axes, shapes):
    for path, colour in shapes:
        axes.add_patch(PathPatch(path, facecolor=colour, edgecolor=colour, linewidth=0.4))
