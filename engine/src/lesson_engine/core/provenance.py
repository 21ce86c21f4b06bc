"""What is kept of a recording beside the Markdown: when, with what, how long each block took."""

import ast
import hashlib
import json
import os
import platform
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Episode
from lesson_engine.core.notebook import CellRun


@dataclass(frozen=True)
class Provenance:
    """How one block was recorded.

    Attributes:
        seconds: how long it took.
        environment: versions by name, with "date", "python" and "machine"; {} if unknown.
    """

    seconds: float
    environment: dict[str, str]


def path_of(episode_name: str, lesson: Lesson) -> Path:
    """The file in which an episode's provenance is kept."""
    return lesson.provenance_folder / f"{episode_name}.json"


def load(path: Path) -> dict[str, Any]:
    """What is in such a file: "environments" and "blocks"; {} if there is none."""
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def keys(sources: Iterable[str]) -> list[tuple[str, int]]:
    """A key for each block: its code's digest, and its place among blocks of the same code.

    Args:
        sources: code of all blocks of an episode, in order.

    Returns: digest, and place from 1.
    """
    found: list[tuple[str, int]] = []
    seen: dict[str, int] = {}
    for source in sources:
        digest = hashlib.sha256(source.encode("utf-8")).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        found.append((digest, seen[digest]))
    return found


def of_blocks(episode: Episode, lesson: Lesson) -> list[Provenance | None]:
    """How each block was recorded; None for one whose code never was."""
    noted = load(path_of(episode.name, lesson))
    environments = noted.get("environments", {})
    known = {
        (entry["code"], entry["place"]): Provenance(
            entry["seconds"], environments.get(entry["environment"], {})
        )
        for entry in noted.get("blocks", [])
    }
    return [known.get(key) for key in keys(block.source for block in episode.blocks)]


def updated(
    episode: Episode, lesson: Lesson, runs: Sequence[CellRun], changed: Collection[int]
) -> str:
    """The file's new content after a run, as JSON.

    A block that still agrees keeps its entry, so that a second recording changes nothing.

    Args:
        episode: the episode.
        lesson: the lesson.
        runs: of all its cells.
        changed: indices of the blocks that were recorded anew.
    """
    old = load(path_of(episode.name, lesson))
    known = {(entry["code"], entry["place"]): entry for entry in old.get("blocks", [])}
    environment = {"date": date.today().isoformat(), **environment_of(episode, lesson)}
    environments = dict(old.get("environments", {}))
    blocks = [run for run in runs if isinstance(run.cell.part, Block)]
    entries = []
    for run, key in zip(blocks, keys(run.cell.source for run in blocks), strict=True):
        entry = known.get(key)
        if entry is None or run.cell.index in changed:
            entry = {
                "code": key[0],
                "place": key[1],
                "seconds": round(run.seconds, 1),
                "environment": _name_for(environment, environments),
            }
        entries.append(entry)
    used = {entry["environment"] for entry in entries}
    kept = {name: value for name, value in environments.items() if name in used}
    return json.dumps({"environments": kept, "blocks": entries}, indent=1) + "\n"


def _name_for(environment: dict[str, str], environments: dict[str, dict[str, str]]) -> str:
    for name, known in environments.items():
        if known == environment:
            return name
    name = str(1 + max(map(int, environments), default=0))
    environments[name] = environment
    return name


def environment_of(episode: Episode, lesson: Lesson) -> dict[str, str]:
    """Versions that the episode's outputs depend on.

    Args:
        episode: its import statements are followed.
        lesson: its versions_of names more modules.

    Returns: "python", "machine", and a version for each distribution.
    """
    modules = {"matplotlib", *lesson.versions_of}
    for block in episode.blocks:
        modules |= _imported_by(block.source)
    found = metadata.packages_distributions()
    names = sorted({found[module][0] for module in modules if module in found}, key=str.lower)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    versions = {name: metadata.version(name) for name in names}
    return {"python": platform.python_version(), "machine": machine, **versions}


def _imported_by(source: str) -> set[str]:
    """Top-level names of the modules that some code imports."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics
        return set()
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module.split(".")[0])
    return modules
