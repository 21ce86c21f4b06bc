"""What is kept of a recording beside the Markdown: when, with what, how long each block took."""

import ast
import hashlib
import json
import os
import platform
from datetime import date
from importlib import metadata

from lesson_engine.core import notebook


def path_of(episode_name, lesson):
    """The file in which an episode's notes are kept."""
    return lesson.records_folder / f"{episode_name}.json"


def read(path):
    """The notes in a file; an empty dict if there is none."""
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def keys(sources):
    """A key for each block: its code's digest, and its place among blocks of the same code.

    Args:
        sources: code of all blocks of an episode, in order.

    Returns: list of (digest, place from 1).
    """
    found, seen = [], {}
    for source in sources:
        digest = hashlib.sha256(source.encode("utf-8")).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        found.append((digest, seen[digest]))
    return found


def of_blocks(episode, lesson):
    """What was noted of each block.

    Args:
        episode: Episode.
        lesson: Settings.

    Returns: list, a dict with "seconds" and "environment" (a dict of versions, with "date",
        "python" and "machine") for each block; None for one whose code was never recorded.
    """
    notes = read(path_of(episode.name, lesson))
    environments = notes.get("environments", {})
    known = {
        (entry["code"], entry["place"]): {
            "seconds": entry["seconds"],
            "environment": environments.get(entry["environment"], {}),
        }
        for entry in notes.get("blocks", [])
    }
    return [known.get(key) for key in keys(block.source for block in episode.blocks)]


def updated(episode, lesson, book, changed):
    """New notes after a run.

    A block that still agrees keeps its entry, so that a second recording changes nothing.

    Args:
        episode: Episode.
        lesson: Settings.
        book: executed notebook, with the seconds that each cell took.
        changed: indices of the blocks that were recorded anew.

    Returns: JSON text.
    """
    old = read(path_of(episode.name, lesson))
    known = {(entry["code"], entry["place"]): entry for entry in old.get("blocks", [])}
    environment = {"date": date.today().isoformat(), **environment_of(episode, lesson)}
    environments = dict(old.get("environments", {}))
    cells = [cell for cell in book.cells if cell.metadata["lesson"]["kind"] == notebook.BLOCK]
    entries = []
    for cell, key in zip(cells, keys(cell.source for cell in cells), strict=True):
        entry = known.get(key)
        if entry is None or cell.metadata["lesson"]["index"] in changed:
            entry = {
                "code": key[0],
                "place": key[1],
                "seconds": round(cell.metadata["lesson"]["seconds"], 1),
                "environment": _name_for(environment, environments),
            }
        entries.append(entry)
    used = {entry["environment"] for entry in entries}
    kept = {name: value for name, value in environments.items() if name in used}
    return json.dumps({"environments": kept, "blocks": entries}, indent=1) + "\n"


def _name_for(environment, environments):
    for name, known in environments.items():
        if known == environment:
            return name
    name = str(1 + max(map(int, environments), default=0))
    environments[name] = environment
    return name


def environment_of(episode, lesson):
    """Versions that the episode's outputs depend on.

    Args:
        episode: Episode, whose import statements are followed.
        lesson: Settings; its versions_of names more modules.

    Returns: dict of text, with "python", "machine" and one entry a distribution.
    """
    modules = {"matplotlib", *lesson.versions_of}
    for block in episode.blocks:
        try:
            tree = ast.parse(block.source)
        except SyntaxError:  # magics
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    found = metadata.packages_distributions()
    names = sorted({found[module][0] for module in modules if module in found}, key=str.lower)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    versions = {name: metadata.version(name) for name in names}
    return {"python": platform.python_version(), "machine": machine, **versions}
