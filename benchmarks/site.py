"""How fast the site is built and how heavy its pages are: `make bench-site`.

Works on a copy of the lesson, three times; nothing else should run meanwhile.
"""

import gzip
import http.client
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from common import RUNS, copy_of_lesson, lesson_command, pages, row, save, seconds_of

EDITED = "episodes/05-fit-cnn"
PORT = "8765"
# what site.md asks for: seconds, and kilobytes without pictures
TARGETS = {"from nothing": 10, "no change": 10, "one line edited": 3, "heaviest page": 100}


def main():
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_of_lesson(Path(folder) / "lesson")
        measured = {"from nothing": [], "no change": [], "one line edited (lesson build)": []}
        for number in range(RUNS):
            shutil.rmtree(copy / "build", ignore_errors=True)
            shutil.rmtree(copy / "_site", ignore_errors=True)
            measured["from nothing"].append(seconds_of(copy, "build"))
            measured["no change"].append(seconds_of(copy, "build"))
            edit(copy, f"edited {number}")
            measured["one line edited (lesson build)"].append(seconds_of(copy, "build"))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        measured["one line edited (lesson serve)"] = seconds_to_serve(copy)
        lines = [f"median of {RUNS} runs"]
        for name, times in measured.items():
            lines.append(row(name, times, TARGETS[name.partition(" (")[0]]))
        lines.append(f"memory of the largest process: {memory:.0f} MB (one for each of two views)")
        save("site", [*lines, *weights(copy / "_site")])


def edit(folder, words):
    """Add words to the end of the first paragraph below the first heading."""
    path = folder / f"{EDITED}.md"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(\n## .*\n\n.+)", rf"\1 {words}", text, count=1), "utf-8")


def seconds_to_serve(folder):
    """Seconds from saving a page until a reload shows the change, with `lesson serve` running."""
    call, options = lesson_command(folder, "serve", "--port", PORT)
    server = subprocess.Popen(
        call,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **options,
    )
    try:
        wait_for("", server)
        times = []
        for number in range(RUNS):
            time.sleep(3)  # the watcher settles
            start = time.perf_counter()
            edit(folder, f"served {number}")
            wait_for(f"served {number}", server)
            times.append(time.perf_counter() - start)
        return times
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def wait_for(words, server, limit=60):
    """Until the edited page holds the words. Raises: TimeoutError, also if the server ends."""
    end = time.perf_counter() + limit
    while time.perf_counter() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/{EDITED}.html") as answer:
                if words in answer.read().decode("utf-8"):
                    return
        except (urllib.error.URLError, ConnectionError, http.client.IncompleteRead):
            pass  # not up yet, or just being written
        time.sleep(0.05)
    raise TimeoutError(
        f"the page did not show {words!r} within {limit} s; is `lesson serve` running?"
    )


def weights(site):
    """Lines: the weight of each page."""
    found = {page: weight(site, site / page) for page in sorted(pages(site))}
    heaviest = max(found, key=found.get)
    target = TARGETS["heaviest page"]
    lines = ["", f"kB gzipped of HTML, CSS and JavaScript (target {target})"]
    lines += [f"{page:40} {kilobytes:6.1f}" for page, kilobytes in found.items()]
    total = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    return [*lines, f"heaviest: {heaviest}; the whole site: {total / 1e6:.1f} MB"]


def weight(site, page):
    """Kilobytes of a page with its style sheets and scripts, each gzipped by itself."""
    text = page.read_text("utf-8")
    addresses = re.findall(r'<(?:script|link rel="stylesheet")[^>]*(?:src|href)="([^"?]+)', text)
    files = [page, *{(page.parent / address).resolve() for address in addresses}]
    return sum(len(gzip.compress(path.read_bytes())) for path in files if path.is_file()) / 1000


if __name__ == "__main__":
    main()
