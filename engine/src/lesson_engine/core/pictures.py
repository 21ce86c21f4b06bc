"""How far two pictures are apart."""

from io import BytesIO

from PIL import Image, ImageChops, ImageStat

TILES = 24  # in a row of a picture, in which it is compared once more


def mean_distance(first: bytes, second: bytes) -> float:
    """As the first that distances() gives."""
    return distances(first, second)[0]


def distances(first: bytes, second: bytes) -> tuple[float, float]:
    """Mean absolute difference of two pictures over all pixels and channels.

    Args:
        first, second: PNG bytes. Sizes may differ by 2 %: labels grow with their numbers.

    Returns: that of the whole picture, and the largest of its tiles, 24 in a row: from 0 (equal)
        to 1 (white against black; also if sizes or files do not fit).
    """
    if first == second:
        return 0.0, 0.0
    try:
        one, other = (Image.open(BytesIO(data)).convert("RGBA") for data in (first, second))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # no PNG, or a trap
        return 1.0, 1.0
    if one.size != other.size:
        if any(abs(a - b) > 0.02 * a for a, b in zip(one.size, other.size, strict=True)):
            return 1.0, 1.0
        other = other.resize(one.size)
    difference = ImageChops.difference(one, other)
    means = ImageStat.Stat(difference).mean
    tiles = difference.reduce(max(1, max(one.size) // TILES))
    patch = ImageStat.Stat(tiles).extrema
    return sum(means) / len(means) / 255, max(high for _, high in patch) / 255
