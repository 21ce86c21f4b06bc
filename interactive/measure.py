"""Measure how high each interactive figure is, at several widths, in Debian's chromium.

    python interactive/measure.py

A page makes room for a figure before it is loaded, so that nothing moves once it is there. The
heights go into interactive/recorded/heights.json; run `python interactive` before and after.
"""

import json
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
FILES = HERE.parent / "files"
# of the frame, in pixels; below 38rem (608) figures have one column
WIDTHS = (270, 290, 310, 330, 360, 400, 450, 520, 608, 660, 720, 800)
SLACK = 16  # other systems have other fonts


def main() -> None:
    """Write heights.json."""
    found = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        for path in sorted(FILES.glob("*.html")):
            page.goto(path.as_uri())
            page.evaluate("document.documentElement.classList.add('embedded')")
            found[path.stem] = []
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                page.wait_for_timeout(100)
                main_ = "document.querySelector('main').getBoundingClientRect().height"
                found[path.stem].append([width, round(page.evaluate(main_)) + SLACK])
        browser.close()
    text = ",\n".join(f"{json.dumps(name)}: {heights}" for name, heights in found.items())
    (HERE / "recorded" / "heights.json").write_text(f"{{\n{text}\n}}\n", "utf-8")


if __name__ == "__main__":
    main()
