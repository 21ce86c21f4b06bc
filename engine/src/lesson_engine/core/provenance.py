"""What is kept of a recording beside the Markdown: when, with what, how long each block took."""

import ast
import hashlib
import json
import os
import platform
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from lesson_engine.core import verdicts
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Claim, Episode
from lesson_engine.core.notebook import CellRun

REMEDY = "; if that is meant, `lesson record` notes it"


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


class _Block(msgspec.Struct):
    """What is noted of a block."""

    code: str
    place: int
    seconds: float
    environment: str
    allows: dict[str, float] = {}


class _Claim(msgspec.Struct):
    """What is noted of a claim."""

    claim: str
    words: str | None = None
    gives: list[str] = []


class _Notes(msgspec.Struct):
    """What such a file has to look like."""

    environments: dict[str, dict[str, str]] = {}
    blocks: list[_Block] = []
    claims: list[_Claim] = []


def _check(notes: _Notes) -> None:
    """Raise ValueError for what has the right types and cannot be all the same."""
    for name, environment in notes.environments.items():
        if not name.isdecimal() or not environment.keys() >= {"date", "python", "machine"}:
            raise ValueError(f"environment {name!r} lacks its number, date, python or machine")


def load(episode_name: str, lesson: Lesson) -> dict[str, Any]:
    """What is noted of an episode: "environments", "blocks" and "claims"; {} if nothing is.

    Raises: LessonError if it was cut or edited.
    """
    path = path_of(episode_name, lesson)
    if not path.is_file():
        return {}
    content = path.read_bytes()
    try:
        _check(msgspec.json.decode(content, type=_Notes))
        found: dict[str, Any] = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = (
            f"is no record that can be read: {error}; take the file from an earlier version, or "
            "remove it and record the episode again"
        )
        raise LessonError(lesson.shown(path), None, message) from error
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
    noted = load(episode.name, lesson)
    environments = noted.get("environments", {})
    known = {
        (entry["code"], entry["place"]): Provenance(
            entry["seconds"], environments.get(entry["environment"], {})
        )
        for entry in noted.get("blocks", [])
    }
    return [known.get(key) for _, key in _keyed(episode)]


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
    old = load(episode.name, lesson)
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
    tolerances = {key: _allowed(block) for block, key in _keyed(episode)}
    for entry in entries:
        entry.pop("allows", None)
        allowed = tolerances.get((entry["code"], entry["place"]))
        if allowed:
            entry["allows"] = allowed
    used = {entry["environment"] for entry in entries}
    kept = {name: value for name, value in environments.items() if name in used}
    claims = [_noted(run.cell.part, run) for run in runs if isinstance(run.cell.part, Claim)]
    noted = {"environments": kept, "blocks": entries, "claims": claims}
    return json.dumps(noted, indent=1, ensure_ascii=False) + "\n"


def _keyed(episode: Episode) -> Iterator[tuple[Block, tuple[str, int]]]:
    """Each block of an episode, with its key."""
    return zip(episode.blocks, keys(block.source for block in episode.blocks), strict=True)


def _allowed(block: Block) -> dict[str, float]:
    """What a block may differ by; {} if it may not."""
    values = {"tolerance": block.tolerance, "figure-tolerance": block.figure_tolerance}
    return {name: value for name, value in values.items() if value}


def _noted(claim: Claim, run: CellRun) -> dict[str, Any]:
    """A claim, and what it gave: the words that its sentence has to say."""
    if claim.words is not None:
        return {"claim": claim.expression, "words": claim.words}
    try:
        given = verdicts.as_list(verdicts.value_of(run))
    except ValueError:  # it gave something else, and is told as a fault
        given = []
    words = [one for one in given if isinstance(one, str)]
    return {"claim": claim.expression, "gives": words}


def gone(episode: Episode, lesson: Lesson) -> list[LessonError]:
    """Claims that were there when the episode was recorded, and tolerances that are wider now."""
    noted = load(episode.name, lesson)
    if episode.path.parent.name != "episodes" or "claims" not in noted:
        return []
    faults = []
    now = [(claim.expression, claim.words) for claim in episode.claims]
    for entry in noted["claims"]:
        one = (entry["claim"], entry.get("words"))
        if one in now:
            now.remove(one)
            continue
        what = one[0] if one[1] is None else f'"{one[1]}": {one[0]}'
        message = f"the claim {what} is gone or says something else{REMEDY}"
        faults.append(LessonError(episode.path, None, message))
    blocks = noted.get("blocks", [])
    before = {(entry["code"], entry["place"]): entry.get("allows", {}) for entry in blocks}
    for block, key in _keyed(episode):
        for name, value in _allowed(block).items():
            if key in before and value > before[key].get(name, 0):
                message = f"{name} was {before[key].get(name, 0):g} and is {value:g}{REMEDY}"
                line = block.directive_lines.get(name, block.first_line)
                faults.append(LessonError(episode.path, line, message))
    return faults


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
