"""A built site as others put it: on a server below some folder, or unpacked from its zip file."""

import http.server
import os
import re
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit
from urllib.request import Request, urlopen

from lxml import html

BELOW = "/some/where/"
# all that a browser fetches or a reader can follow
ADDRESSES = "//a/@href | //img/@src | //script/@src | //link/@href | //iframe/@src | //form/@action"


class Pages(http.server.SimpleHTTPRequestHandler):
    """As GitHub Pages: below a folder, and with 404.html, and that status, for what isn't there."""

    def translate_path(self, path):
        name = unquote(urlsplit(path).path)
        if not name.startswith(BELOW):
            return "/nothing/there"
        return str(Path(self.directory, name.removeprefix(BELOW)))

    def send_error(self, code, message=None, explain=None):
        page = Path(self.directory, "404.html")
        if code != 404 or not page.is_file():
            return super().send_error(code, message, explain)
        content = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def list_directory(self, path):
        self.send_error(404)

    def log_message(self, *_):
        pass


@contextmanager
def served(site):
    """Serve a site's folder; gives the address of its top."""

    def handler(*arguments):
        return Pages(*arguments, directory=str(site))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{BELOW}"
        finally:
            server.shutdown()
            thread.join()


def unpacked(archive, place):
    """The one folder that a zip file unpacks into; its Path."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(place)
    (top,) = place.iterdir()
    return top


def dead_links_online(site, top):
    """Addresses of a served site's pages that give no page: a list of text."""
    status, faults = {}, []
    for page in sorted(site.rglob("*.html")):
        address = top + quote(page.relative_to(site).as_posix())
        for target in addresses_of(page):
            whole = urljoin(address, target).partition("#")[0]
            if not whole.startswith(top):
                faults += [f"{address}: {target} leads out"] if whole.startswith(top[:20]) else []
                continue
            if whole not in status:
                status[whole] = _status(whole)
            if status[whole] != 200:
                faults.append(f"{address}: {target} gives {status[whole]}")
    return faults


def _status(address):
    try:
        with urlopen(Request(address, method="HEAD")) as answer:
            return answer.status
    except OSError as error:
        return getattr(error, "code", str(error))


def dead_links_in_folder(folder):
    """Addresses in the pages of a folder that lead to no file or folder: a list of text."""
    faults = []
    for page in [folder / "START-HERE.html", *sorted((folder / "site").rglob("*.html"))]:
        for target in addresses_of(page):
            path = unquote(target.partition("#")[0].partition("?")[0])
            wanted = Path(os.path.normpath(page.parent / path)) if path else page
            if not wanted.exists() or not wanted.is_relative_to(folder):
                faults.append(f"{page.relative_to(folder)}: {target}")
    return faults


def addresses_of(page):
    """All addresses within the lesson that a page names, as its <base> has it."""
    tree = html.parse(str(page)).getroot()
    if tree.xpath("//base"):
        return []  # no page of a folder: see test_where_it_is_put
    found = [*tree.xpath(ADDRESSES), *_sets(tree), *tree.xpath("//object/@data")]
    return [one for one in found if one and not re.match(r"[a-z][a-z0-9+.-]*:", one, re.I)]


def _sets(tree):
    return [part.split()[0] for one in tree.xpath("//@srcset") for part in one.split(",")]
