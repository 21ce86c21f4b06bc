"""How fast the site is built and how heavy its pages are: `make bench-site`.

Works on a copy of the lesson, three times; nothing else should run meanwhile.
"""

import gzip
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EDITED = "episodes/05-fit-cnn"
RUNS = 3
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
            measured["from nothing"].append(seconds_to_build(copy))
            measured["no change"].append(seconds_to_build(copy))
            edit(copy, f"edited {number}")
            measured["one line edited (lesson build)"].append(seconds_to_build(copy))
        measured["one line edited (lesson serve)"] = seconds_to_serve(copy)
        print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; median of {RUNS} runs")
        for name, times in measured.items():
            target = TARGETS[name.partition(" (")[0]]
            shown = ", ".join(f"{seconds:.1f}" for seconds in times)
            print(f"{name:32} {statistics.median(times):6.1f} s  (target {target} s; {shown})")
        print_weights(copy / "_site")


def copy_of_lesson(folder):
    """Copy the files that git knows, so that nothing built comes along."""
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT)
    for name in listed.decode().split("\n")[:-1]:
        if (ROOT / name).exists():  # a link to a folder is one, too
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def command(folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(folder), "BROWSER": "true"}
    return [sys.executable, "-m", "lesson_engine", *arguments], {"cwd": folder, "env": environment}


def seconds_to_build(folder):
    call, options = command(folder, "build")
    start = time.perf_counter()
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def edit(folder, words):
    """Add words to the end of the first paragraph below the first heading."""
    path = folder / f"{EDITED}.md"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(\n## .*\n\n.+)", rf"\1 {words}", text, count=1), "utf-8")


def seconds_to_serve(folder):
    """Seconds from saving a page until a reload shows the change, with `lesson serve` running."""
    call, options = command(folder, "serve", "--port", PORT)
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
        except (urllib.error.URLError, ConnectionError):
            pass  # not up yet
        time.sleep(0.05)
    raise TimeoutError(
        f"the page did not show {words!r} within {limit} s; is `lesson serve` running?"
    )


def print_weights(site):
    weights = {page: weight(site, site / page) for page in sorted(pages(site))}
    heaviest = max(weights, key=weights.get)
    print(f"\nkB gzipped of HTML, CSS and JavaScript (target {TARGETS['heaviest page']})")
    for page, kilobytes in weights.items():
        print(f"{page:40} {kilobytes:6.1f}")
    total = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(f"heaviest: {heaviest}; the whole site: {total / 1e6:.1f} MB")


def pages(site):
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [page for page in found if not page.startswith("instructor/")]


def weight(site, page):
    """Kilobytes of a page with its style sheets and scripts, each gzipped by itself."""
    text = page.read_text("utf-8")
    addresses = re.findall(r'<(?:script|link rel="stylesheet")[^>]*(?:src|href)="([^"?]+)', text)
    files = [page, *{(page.parent / address).resolve() for address in addresses}]
    return sum(len(gzip.compress(path.read_bytes())) for path in files if path.is_file()) / 1000


if __name__ == "__main__":
    main()
