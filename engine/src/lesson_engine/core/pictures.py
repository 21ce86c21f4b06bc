"""How far two pictures are apart."""

from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageStat

PLACES = 24  # side by side in a picture: it is compared once more in each square of such a size


def mean_distance(first: bytes, second: bytes) -> float:
    """As the first that distances() gives."""
    return distances(first, second)[0]


def distances(first: bytes, second: bytes) -> tuple[float, float]:
    """Mean absolute difference of two pictures over all pixels and channels.

    Args:
        first, second: PNG bytes. Sizes may differ by 2 %: labels grow with their numbers.

    Returns: that of the whole picture, and the largest in a square a 24th as wide, wherever it
        lies, and in any one channel: from 0 (equal) to 1 (also if sizes or files do not fit).
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
    squares = difference.filter(ImageFilter.BoxBlur(max(one.size) / PLACES / 2))
    patch = max(highest for _, highest in ImageStat.Stat(squares).extrema)
    return sum(means) / len(means) / 255, patch / 255
