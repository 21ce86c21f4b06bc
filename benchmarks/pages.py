"""What a page costs on a slow phone: bytes, requests and the time to its first text.

    python benchmarks/pages.py

Builds the site, serves it compressed, as GitHub Pages does, and opens each page in Chromium with an
empty cache, 1.6 Mbit/s, 150 ms to the server and back and a processor slowed down four times (what
Lighthouse calls "slow 4G"). Median of three.
"""

import functools
import gzip
import http.server
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path

from common import ROOT, RUNS, pages, save
from playwright.sync_api import sync_playwright

NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}
SLOWER = 4
FIRST = "performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)[0]"


def main():
    subprocess.run([sys.executable, "-m", "lesson_engine", "build"], cwd=ROOT, check=True)
    site = ROOT / "_site"
    lines = [f"{'page':44}{'first text, s':>14}{'requests':>10}{'kB':>8}"]
    handler = functools.partial(Compressed, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        with sync_playwright() as driver:
            path = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for page in pages(site):
                runs = [visit(browser, f"{address}/{page}") for _ in range(RUNS)]
                first, requests, weight = (
                    statistics.median(each) for each in zip(*runs, strict=True)
                )
                lines.append(f"{page:44}{first:14.2f}{requests:10.0f}{weight:8.0f}")
        server.shutdown()
    save("pages", lines)


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Files, text compressed."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file() or path.suffix not in (".html", ".css", ".js", ".svg", ".json"):
            return super().do_GET()
        content = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def visit(browser, address):
    """(seconds to the first text, requests, kilobytes) of a first visit, without scrolling."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    loaded = []
    session.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.goto(address, wait_until="load")
    first = page.evaluate(FIRST)
    page.wait_for_timeout(300)
    context.close()
    return first / 1000, len(loaded), sum(loaded) / 1000


if __name__ == "__main__":
    main()
