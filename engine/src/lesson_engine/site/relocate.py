"""Pages whose files lie elsewhere: their addresses follow."""

import html
import posixpath
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote

from lesson_engine.site import interactive

SHARED = ("_images/", "_static/", "_downloads/", f"{interactive.PLACE}/")  # by both views
WORKING = ("scripts/", "data/")  # folders of the site that code works in
# addresses in HTML: one, or in srcset several, each with its size
ADDRESS = re.compile(r'(?P<before>\s(?:href|src|srcset|data-search)=")(?P<value>[^"]*)"')
ONLINE = re.compile(r"<(?P<tag>p|div|li|span)\b[^>]*\bonly-online\b[^>]*>.*?</(?P=tag)>", re.S)


def page_names(place: Path) -> list[str]:
    """The pages below the top of a site; what authors wrote in HTML is a file like any other."""
    names = sorted(path.relative_to(place).as_posix() for path in place.rglob("*.html"))
    files = (*SHARED, *WORKING)
    return [name for name in names if not name.removeprefix("instructor/").startswith(files)]


def relocated(page: str, text: str, moved: Mapping[str, str], now: str = "") -> str:
    """A page's HTML with the addresses of what was moved.

    Args:
        page: the page's own place, from the top, such as "episodes/05-x.html".
        text: its HTML.
        moved: old place -> new place, both from the top, or a whole address such as https://….
        now: the page's place from then on; as before if "".
    """
    folder = posixpath.dirname(page)
    from_here = posixpath.dirname(now or page)

    @cache  # menus lead to the same few pages again and again
    def moved_path(path: str) -> str | None:
        if not path or re.match(r"[a-z][a-z0-9+.-]*:|/", path, re.I):
            return None
        new = moved.get(posixpath.normpath(posixpath.join(folder, unquote(path))))
        if new is None or "://" in new:
            return new
        return quote(posixpath.relpath(new, from_here or "."))

    def address(old: str) -> str:
        path, mark, rest = _parted(old)
        new = moved_path(path)
        return old if new is None else new + mark + rest

    def changed(match: re.Match[str]) -> str:
        value = html.unescape(match["value"])
        if "srcset=" in match["before"]:
            parts = [part.split(None, 1) for part in value.split(",") if part.strip()]
            value = ", ".join(" ".join([address(part[0]), *part[1:]]) for part in parts)
        else:
            value = address(value)
        return f'{match["before"]}{html.escape(value)}"'

    return ADDRESS.sub(changed, text)


def without_online(text: str) -> str:
    """A page's HTML without what makes sense on a website only (class "only-online")."""
    return ONLINE.sub("", text)


def _parted(address: str) -> tuple[str, str, str]:
    """An address in front of "?" or "#", that mark, and the rest."""
    mark = re.search(r"[?#]", address)
    if mark is None:
        return address, "", ""
    return address[: mark.start()], mark[0], address[mark.end() :]
