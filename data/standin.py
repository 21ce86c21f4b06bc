"""Drawn pictures that stand in for CIFAR-10 where the real pictures are not at hand.

They show the same ten classes, in arrays of the same shapes and types, so that
every code block of the lesson can run without a download. They are drawings: an
accuracy that was measured on them says nothing about CIFAR-10 itself.

To look at some of them: python data/standin.py picture.png
"""

import argparse
from math import cos, pi, sin
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH = 32  # of a finished picture, pixels
ENLARGED = 4  # drawn larger, then scaled down: this smooths the edges
CANVAS = ENLARGED * WIDTH
CIRCLE = [(cos(step * pi / 9), sin(step * pi / 9)) for step in range(18)]

WHITE, BLACK, GREY, SILVER = (238, 238, 232), (34, 32, 34), (125, 125, 125), (190, 195, 200)
GLASS, RUBBER, PINK = (70, 95, 115), (28, 28, 30), (225, 140, 140)
LAMP, BEAK = (250, 235, 160), (230, 160, 40)
BROWN, TAN, GINGER, DARK_BROWN = (125, 80, 45), (190, 150, 100), (205, 125, 55), (70, 45, 30)
PAINT = [WHITE, SILVER, GREY, BLACK, (185, 35, 35), (40, 70, 150), (220, 180, 50), (40, 110, 70)]
FUR = [BROWN, TAN, GINGER, DARK_BROWN, WHITE, GREY, BLACK]


def pick(random, colours):
    """A colour near one of these."""
    return tuple(
        max(0, min(255, part + random.randint(-20, 20))) for part in random.choice(colours)
    )


def shade(colour, factor):
    """The colour made darker (factor below 1) or lighter (above 1)."""
    return tuple(min(255, int(part * factor + (10 if factor > 1 else 0))) for part in colour)


class Pen:
    """Draws one object, described in a square from -1 to 1, x right, y down, facing right.

    The pen moves, scales, turns and mirrors the object as a whole, by chance, so
    that the functions that draw the classes need not.
    """

    def __init__(self, picture, random):
        self.draw = ImageDraw.Draw(picture)
        self.scale = CANVAS * random.uniform(0.29, 0.48)
        room = CANVAS * 0.52 - self.scale  # large objects are cut off a little
        self.centre = [CANVAS / 2 + random.uniform(-room, room) for _ in "xy"]
        self.stretch = random.uniform(0.85, 1.15) * random.choice([-1, 1])
        self.turn(random.uniform(-0.17, 0.17))

    def turn(self, angle):
        """Set by how much the object is turned, in radians."""
        self.cos, self.sin = cos(angle), sin(angle)

    def move(self, x, y, size):
        """Go on in a smaller square around (x, y)."""
        self.centre, self.scale = self.place([(x, y)])[0], self.scale * size

    def place(self, points):
        """Points of the object as pixels of the canvas."""
        (left, top), c, s = self.centre, self.cos * self.scale, self.sin * self.scale
        points = [(x * self.stretch, y) for x, y in points]
        return [(left + c * x - s * y, top + s * x + c * y) for x, y in points]

    def polygon(self, colour, *points):
        self.draw.polygon(self.place(points), fill=colour)

    def box(self, colour, left, top, right, bottom):
        self.polygon(colour, (left, top), (right, top), (right, bottom), (left, bottom))

    def oval(self, colour, x, y, radius_x, radius_y, tilt=0.0):
        # As a polygon, because Pillow's own ellipses cannot be turned.
        c, s = cos(tilt), sin(tilt)
        ring = [(radius_x * u, radius_y * v) for u, v in CIRCLE]
        self.polygon(colour, *[(x + c * u - s * v, y + s * u + c * v) for u, v in ring])

    def twins(self, colour, x, y, radius_x, radius_y, tilt=0.0):
        """Two ovals, left and right of the middle."""
        for side in (-1, 1):
            self.oval(colour, side * x, y, radius_x, radius_y, side * tilt)

    def line(self, colour, width, *points):
        width = max(2, round(width * self.scale))
        self.draw.line(self.place(points), fill=colour, joint="curve", width=width)


def wheels(pen, y, radius, *places):
    for x in places:
        pen.oval(RUBBER, x, y, radius, radius)
        pen.oval(SILVER, x, y, radius * 0.45, radius * 0.45)


def legs(pen, random, coat, top, foot, width, *places):
    """Four legs: the two that are farther away first, and darker."""
    stride = random.uniform(-0.14, 0.14)
    for colour, step in ((shade(coat, 0.65), -stride), (coat, stride)):
        for x in places:
            knee = (x + step * 0.7 + 0.03, (top + foot) / 2)
            pen.line(colour, width, (x, top), knee, (x + step, foot))


# The ten classes. Later parts cover earlier ones.


def airplane(pen, random):
    body, trim = pick(random, [WHITE, WHITE, SILVER, GREY] + PAINT), pick(random, PAINT)
    wing = shade(body, random.uniform(0.7, 0.9))
    if random.random() < 0.4:  # seen from below, flying anywhere
        pen.turn(random.uniform(-pi, pi))
        for side in (-1, 1):
            pen.polygon(wing, (0.3, 0), (-0.1, 0), (-0.4, side * 0.95), (-0.2, side * 0.95))
            pen.polygon(trim, (-0.65, 0), (-0.85, 0), (-0.98, side * 0.36), (-0.85, side * 0.36))
        pen.oval(body, 0, 0, 0.98, 0.12)
    else:
        pen.turn(random.uniform(-0.45, 0.2))
        pen.polygon(wing, (0.25, -0.05), (-0.05, -0.05), (-0.35, -0.42), (-0.2, -0.42))
        pen.polygon(trim, (-0.95, 0), (-1.0, -0.55), (-0.78, -0.55), (-0.45, -0.08))
        pen.oval(body, 0, 0, 1.0, 0.17)
        pen.line(GLASS, 0.06, (-0.55, -0.05), (0.8, -0.05))
        pen.polygon(wing, (0.25, 0.06), (-0.1, 0.06), (-0.6, 0.55), (-0.38, 0.55))


def automobile(pen, random):
    paint, roof, back = pick(random, PAINT), random.uniform(-0.5, -0.38), random.uniform(-0.9, -0.5)
    if random.random() < 0.3:  # seen from the front
        pen.box(RUBBER, -0.72, 0.3, 0.72, 0.62)
        pen.polygon(paint, (-0.52, roof), (0.52, roof), (0.72, 0), (-0.72, 0))
        pen.polygon(GLASS, (-0.44, roof + 0.08), (0.44, roof + 0.08), (0.58, 0), (-0.58, 0))
        pen.box(paint, -0.8, -0.02, 0.8, 0.45)
        pen.box(BLACK, -0.35, 0.14, 0.35, 0.28)
        pen.twins(LAMP, 0.58, 0.16, 0.15, 0.1)
    else:
        pen.polygon(paint, (back, 0), (back + 0.22, roof), (0.2, roof), (0.5, 0))
        pen.polygon(
            GLASS, (back + 0.1, 0), (back + 0.26, roof + 0.08), (0.16, roof + 0.08), (0.38, 0)
        )
        pen.line(paint, 0.09, (-0.14, 0), (-0.14, roof))
        pen.polygon(paint, (-1, -0.05), (0.5, -0.08), (0.95, 0.05), (1, 0.35), (-1, 0.35))
        pen.oval(LAMP, 0.93, 0.13, 0.07, 0.07)
        wheels(pen, 0.35, random.uniform(0.2, 0.26), -0.58, 0.58)


def bird(pen, random):
    body = pick(random, FUR + [(60, 100, 170), (190, 50, 45), (215, 190, 60)])
    wing, lift = shade(body, random.uniform(0.55, 0.8)), -0.2
    if random.random() < 0.4:  # flying
        lift = random.uniform(0.5, 0.95)
        pen.polygon(wing, (0.2, 0), (-0.15, 0), (-0.15, -lift), (-0.45, -lift))
    else:
        for x in (-0.05, 0.12):
            pen.line(BEAK, 0.06, (x, 0.3), (x, 0.85), (x + 0.14, 0.85))
    pen.polygon(wing, (-0.4, -0.08), (-1.0, 0.22), (-0.95, 0.42), (-0.3, 0.25))
    pen.polygon(BEAK, (0.68, -0.48), (1.0, -0.34), (0.68, -0.28))
    pen.oval(body, 0, 0.08, 0.56, 0.36, -0.4)
    pen.oval(shade(body, random.uniform(1.0, 1.5)), 0.14, 0.16, 0.36, 0.24, -0.5)
    pen.oval(body, 0.5, -0.38, 0.26, 0.25)
    pen.oval(BLACK, 0.58, -0.42, 0.06, 0.06)
    pen.polygon(wing, (0.24, -0.1), (-0.15, 0.2), (-0.6, -lift), (-0.3, -lift - 0.1))


def cat(pen, random):
    coat = pick(random, FUR)
    if random.random() < 0.35:  # only the face
        pen.move(0, 0.15, 0.75)
    else:  # sitting, the tail up, with stripes
        pen.line(coat, 0.14, (-0.3, 0.85), (-0.75, 0.75), (-0.92, 0.35), (-0.75, -0.05))
        pen.oval(coat, -0.12, 0.52, 0.46, 0.44)
        pen.oval(coat, 0.1, 0.2, 0.32, 0.55)
        for x in (0.0, 0.28):
            pen.line(shade(coat, 1.15), 0.14, (x, 0.4), (x + 0.04, 0.92))
        for y in (0.2, 0.4, 0.6):
            pen.line(shade(coat, 0.6), 0.05, (-0.5, y + 0.1), (-0.2, y))
        pen.move(0.22, -0.4, 0.42)
    for side in (-1, 1):  # ears that stand and are pointed
        pen.polygon(coat, (side * 0.98, -0.2), (side * 0.88, -1.4), (side * 0.1, -0.75))
        pen.polygon(PINK, (side * 0.8, -0.5), (side * 0.77, -1.05), (side * 0.4, -0.75))
    pen.oval(coat, 0, 0, 1.05, 0.88)
    pen.twins(random.choice([(200, 210, 70), (110, 190, 90)]), 0.45, -0.12, 0.24, 0.24)
    pen.twins(BLACK, 0.45, -0.12, 0.1, 0.2)
    pen.polygon(PINK, (-0.15, 0.2), (0.15, 0.2), (0, 0.38))


def deer(pen, random):
    coat, horn = pick(random, [BROWN, BROWN, TAN]), pick(random, [(225, 205, 160), DARK_BROWN])
    legs(pen, random, coat, 0.2, 0.98, 0.09, -0.5, 0.25)
    pen.oval(WHITE, -0.66, 0.02, 0.13, 0.17)
    pen.oval(coat, -0.13, 0.1, 0.52, 0.24)
    pen.polygon(coat, (0.12, 0.12), (0.36, 0.2), (0.6, -0.3), (0.42, -0.42))
    reach = random.uniform(0.32, 0.42)
    for side in (-reach, reach):  # antlers with two branches each
        pen.line(horn, 0.09, (0.48, -0.42), (0.48 + side, -0.7), (0.48 + side, -0.98))
        pen.line(horn, 0.08, (0.48 + side, -0.7), (0.48 + side * 0.3, -0.9))
    pen.polygon(shade(coat, 0.8), (0.4, -0.42), (0.16, -0.56), (0.42, -0.28))
    pen.oval(coat, 0.62, -0.36, 0.24, 0.12, 0.35)
    pen.oval(BLACK, 0.83, -0.28, 0.05, 0.05)
    for x in random.choice([(), (-0.45, -0.25, -0.05, 0.15)]):  # a fallow deer has spots
        pen.oval(WHITE, x, random.uniform(-0.05, 0.12), 0.045, 0.045)


def dog(pen, random):
    coat = pick(random, FUR)
    ear, muzzle = shade(coat, random.uniform(0.45, 0.7)), shade(coat, random.uniform(1.15, 1.4))
    if random.random() < 0.35:  # only the face, its ears hanging
        pen.oval(coat, 0, -0.05, 0.62, 0.72)
        pen.twins(ear, 0.68, 0.0, 0.22, 0.58, -0.25)
        pen.twins(BLACK, 0.27, -0.2, 0.1, 0.11)
        pen.oval(PINK, 0, 0.68, 0.15, 0.26)
        pen.oval(muzzle, 0, 0.32, 0.38, 0.32)
        pen.oval(BLACK, 0, 0.18, 0.17, 0.12)
    else:
        legs(pen, random, coat, 0.3, 0.85, 0.17, -0.52, 0.28)
        pen.line(coat, 0.12, (-0.6, 0.05), (-0.85, -0.2), (-0.9, -0.5))
        pen.oval(coat, -0.13, 0.2, 0.58, 0.28)
        pen.polygon(coat, (0.1, 0.1), (0.45, 0.25), (0.62, -0.2), (0.3, -0.35))
        pen.oval(coat, 0.48, -0.38, 0.29, 0.27)
        pen.oval(PINK, 0.8, -0.06, 0.07, 0.13)
        pen.oval(muzzle, 0.76, -0.26, 0.24, 0.14, 0.1)
        pen.oval(BLACK, 0.97, -0.3, 0.07, 0.07)
        pen.oval(BLACK, 0.6, -0.45, 0.05, 0.05)
        pen.oval(ear, 0.32, -0.25, 0.14, 0.32, 0.15)


def frog(pen, random):
    skin = pick(random, [(80, 150, 50), (110, 165, 60), (50, 110, 55), BROWN, (140, 130, 60)])
    dark = shade(skin, 0.68)
    pen.twins(dark, 0.68, 0.38, 0.32, 0.42, 0.5)
    pen.twins(dark, 0.82, 0.78, 0.2, 0.08)
    pen.oval(skin, 0, 0.3, 0.62, 0.5)
    pen.oval(shade(skin, random.uniform(1.25, 1.6)), 0, 0.42, 0.42, 0.38)
    pen.twins(skin, 0.42, 0.55, 0.1, 0.34)
    pen.move(random.uniform(-0.12, 0.12), 0, 1)  # the head is turned a little
    pen.twins(skin, 0.42, -0.42, 0.24, 0.24)
    pen.oval(skin, 0, -0.1, 0.7, 0.38)
    pen.twins((235, 205, 90), 0.42, -0.46, 0.17, 0.17)
    pen.twins(BLACK, 0.42, -0.46, 0.1, 0.12)
    pen.line(shade(skin, 0.4), 0.06, (-0.55, -0.1), (-0.3, 0.04), (0.3, 0.04), (0.55, -0.1))


def horse(pen, random):
    coat, hair = pick(random, FUR), pick(random, [BLACK, DARK_BROWN, WHITE, TAN])
    legs(pen, random, coat, 0.2, 0.95, 0.14, -0.52, 0.26)
    pen.line(hair, 0.17, (-0.62, -0.08), (-0.88, 0.1), (-0.92, 0.65))
    pen.oval(coat, -0.14, 0.06, 0.58, 0.33)
    if random.random() < 0.35:  # a saddle
        pen.oval(pick(random, PAINT), -0.12, -0.14, 0.22, 0.18)
    nod = random.uniform(-0.08, 0.25)  # the head up, or lower
    pen.polygon(coat, (0.0, -0.1), (0.42, 0.18), (0.74, nod - 0.5), (0.44, nod - 0.78))
    pen.polygon(
        hair, (-0.05, -0.14), (0.3, -0.1), (0.52, nod - 0.55), (0.52, nod - 0.92), (0.3, nod - 0.7)
    )
    pen.polygon(coat, (0.48, nod - 0.68), (0.52, nod - 0.98), (0.64, nod - 0.75))
    pen.oval(coat, 0.76, nod - 0.5, 0.32, 0.16, 0.75)
    pen.oval(shade(coat, 0.6), 0.93, nod - 0.32, 0.1, 0.12)
    pen.oval(BLACK, 0.7, nod - 0.6, 0.05, 0.05)


def ship(pen, random):
    hull, house, kind = pick(random, PAINT), pick(random, [WHITE]), random.randrange(3)
    if kind == 0:  # a sailing boat
        sail = pick(random, [WHITE, WHITE, TAN, PINK])
        pen.line(DARK_BROWN, 0.06, (0.05, 0.4), (0.05, -1.0))
        pen.polygon(sail, (0.0, -0.95), (0.0, 0.22), (-0.7, 0.22))
        pen.polygon(shade(sail, 0.85), (0.12, -0.8), (0.12, 0.22), (0.68, 0.22))
    elif kind == 1:  # with containers
        pen.box(house, -0.85, -0.5, -0.55, 0.3)
        for left in (-0.48, -0.17, 0.14, 0.45):
            for top in (0.14, -0.05, -0.24)[: random.randint(1, 3)]:
                pen.box(pick(random, PAINT), left, top, left + 0.28, top + 0.18)
    else:  # with passengers
        pen.box(house, -0.6, -0.1, 0.5, 0.32)
        pen.box(shade(house, 0.9), -0.4, -0.36, 0.3, -0.1)
        for x in random.choice([(-0.1,), (-0.28, 0.08)]):
            pen.box(pick(random, PAINT), x, -0.72, x + 0.18, -0.36)
        pen.line(GLASS, 0.07, (-0.55, 0.06), (0.45, 0.06))
    pen.polygon(hull, (-0.95, 0.28), (1.0, 0.22), (0.72, 0.72), (-0.78, 0.72))
    pen.polygon(shade(hull, 0.6), (-0.85, 0.56), (0.82, 0.56), (0.72, 0.72), (-0.78, 0.72))


def truck(pen, random):
    cab, load, top = pick(random, PAINT), pick(random, PAINT), random.uniform(-0.75, -0.55)
    pen.box(BLACK, -0.98, 0.3, 0.9, 0.45)
    if random.random() < 0.65:  # a closed box, taller than the cab
        pen.box(load, -1.0, top, 0.38, 0.32)
        pen.box(shade(load, 0.75), -1.0, 0.2, 0.38, 0.32)
    else:  # a tipper with earth
        pen.oval(BROWN, -0.32, -0.22, 0.5, 0.3)
        pen.polygon(load, (-1.0, -0.25), (0.38, -0.25), (0.28, 0.32), (-0.88, 0.32))
    pen.polygon(cab, (0.45, 0.38), (0.45, -0.42), (0.78, -0.42), (0.92, -0.05), (0.98, 0.38))
    pen.polygon(GLASS, (0.55, -0.05), (0.55, -0.32), (0.74, -0.32), (0.84, -0.05))
    pen.oval(LAMP, 0.92, 0.22, 0.06, 0.07)
    wheels(pen, 0.46, random.uniform(0.17, 0.22), -0.75, -0.32, 0.66)


# Where each class is met. The places overlap: the background alone must not
# tell a network what the picture shows.
CLASSES = {
    airplane: "sky sky sky sea grass road",
    automobile: "road road grass town sand",
    bird: "sky sky grass grass sea sand town",
    cat: "room room grass road town",
    deer: "grass grass grass sand snow road",
    dog: "grass grass room road sand snow town",
    frog: "grass grass sea sand road room",
    horse: "grass grass sand snow road town",
    ship: "sea sea sea sea sky",
    truck: "road road grass town sand snow",
}
CLASS_NAMES = [draw.__name__ for draw in CLASSES]

SKY = [(120, 175, 225), (165, 195, 220), (195, 200, 205), (225, 190, 165)]
TREES = [(60, 95, 55), (90, 120, 75)]
WALL = [(150, 110, 95), (170, 165, 155), (120, 125, 135), (205, 190, 165)]
PLACES = {  # colours above the horizon, colours below it
    "sky": (SKY, SKY),
    "sea": (SKY, [(40, 95, 135), (70, 120, 140), (95, 125, 135)]),
    "grass": (SKY + TREES, [(85, 130, 55), (115, 145, 70), (150, 145, 85)]),
    "road": (SKY + TREES, [(115, 115, 118), (150, 148, 145), (85, 85, 90)]),
    "town": (WALL, [(130, 130, 130), (160, 150, 135)]),
    "sand": (SKY, [(210, 185, 140), (190, 160, 115), (170, 140, 105)]),
    "snow": (SKY, [(230, 235, 240), (205, 215, 225)]),
    "room": (WALL, [(150, 110, 75), (110, 80, 70), (165, 160, 155)]),
}


def background(random, place):
    """A canvas with an upper and a lower part, and clouds, bushes, houses or stones in both."""
    upper, lower = (pick(random, colours) for colours in PLACES[place])
    picture = Image.new("RGB", (CANVAS, CANVAS), upper)
    draw = ImageDraw.Draw(picture)
    horizon = CANVAS * random.uniform(0.3, 0.8)
    draw.rectangle((0, horizon, CANVAS, CANVAS), fill=lower)
    add = draw.rectangle if place in ("town", "room") else draw.ellipse
    for _ in range(random.randint(3, 9)):
        x, y = random.uniform(0, CANVAS), random.uniform(0, CANVAS)
        width, height = random.uniform(5, 35), random.uniform(3, 18)
        colour = shade(upper if y < horizon else lower, random.uniform(0.7, 1.25))
        add((x - width, y - height, x + width, y + height), fill=pick(random, [colour]))
    return picture


def occlude(picture, random):
    """Draw blades of grass or a post in front of the object."""
    count, lean, top, width = random.choice([(9, 12, 0.7, 4), (1, 5, 0.0, 14)])
    colour = pick(random, TREES + [BROWN, GREY, SILVER])
    for _ in range(count):
        x = random.uniform(0, CANVAS)
        points = (
            x,
            CANVAS,
            x + random.uniform(-lean, lean),
            CANVAS * top * random.uniform(0.85, 1.2),
        )
        ImageDraw.Draw(picture).line(points, fill=colour, width=width)


def photograph(picture, random):
    """Scale a canvas down, and add the faults of a small photograph: blur, light and noise."""
    picture = picture.reduce(ENLARGED).filter(ImageFilter.BoxBlur(random.uniform(0, 0.6)))
    pixels = np.asarray(picture, dtype=float)
    contrast, light, noise = (
        random.uniform(0.65, 1.1),
        random.uniform(-30, 30),
        random.uniform(0, 40),
    )
    # Noise from Python's generator: NumPy's may change from version to version.
    grain = np.frombuffer(random.randbytes(pixels.size), dtype=np.uint8).reshape(pixels.shape)
    pixels = 128 + contrast * (pixels - 128) + light + noise * (grain / 255 - 0.5)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def draw_picture(class_index, random):
    """Draw one picture.

    class_index (int, 0 to 9): what to draw, a position in `CLASS_NAMES`.
    random (random.Random): decides everything else; it is advanced.

    Returns a PIL.Image.Image of 32 x 32 pixels, mode RGB.
    """
    draw, places = list(CLASSES.items())[class_index]
    picture = background(random, random.choice(places.split()))
    draw(Pen(picture, random), random)
    if random.random() < 0.3:
        occlude(picture, random)
    return photograph(picture, random)


def make_part(name, number, seed):
    """Pictures and labels of one part of the data set, as `make` returns them."""
    x, y = np.empty((number, WIDTH, WIDTH, 3), np.uint8), np.empty((number, 1), np.uint8)
    for index in range(number):
        # One generator a picture: a picture is the same however many are made.
        random = Random(f"{seed} {name} {index}")
        class_index = random.randrange(len(CLASSES))
        x[index], y[index] = draw_picture(class_index, random), class_index
    return x, y


def make(number_of_training=4000, number_of_test=1000, seed=0):
    """Draw a data set like that of `keras.datasets.cifar10.load_data()`, but smaller.

    number_of_training, number_of_test (int): how many pictures to draw for each part.
    seed (int): the same seed gives the same bytes; asking for more pictures leaves
    the first ones as they were.

    Returns (x_train, y_train), (x_test, y_test), NumPy arrays of uint8:
    x, shape (n, 32, 32, 3): pictures; the last axis is red, green, blue, 0 to 255.
    y, shape (n, 1): labels, positions in `CLASS_NAMES`, each drawn by chance, so that
    the classes are about equally frequent, but not exactly.
    """
    return make_part("training", number_of_training, seed), make_part("test", number_of_test, seed)


def contact_sheet(rows=8, enlarged=3, seed=0):
    """A PIL.Image with a column for each class: its name and `rows` pictures (int).

    enlarged (int): by how much. seed (int): the same seed gives the same sheet.
    """
    step, top = WIDTH * enlarged + 4, 16
    sheet = Image.new("RGB", (step * len(CLASSES), top + step * rows), "white")
    for column, name in enumerate(CLASS_NAMES):
        ImageDraw.Draw(sheet).text((step * column + 4, 2), name, fill="black")
        for row in range(rows):
            picture = draw_picture(column, Random(f"{seed} sheet {column} {row}"))
            picture = picture.resize((WIDTH * enlarged,) * 2, Image.Resampling.NEAREST)
            sheet.paste(picture, (step * column + 2, top + step * row))
    return sheet


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a labelled sheet of stand-in pictures.")
    parser.add_argument("file", help="the picture to write, e.g. picture.png")
    contact_sheet().save(parser.parse_args().file)
