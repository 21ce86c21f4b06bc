"""YAML that others wrote: read without running anything, and without growing beyond measure."""

from typing import Any

import yaml

MOST_ALIASES = 20  # nobody's front matter has any; nested ones grow into gigabytes
DEEPEST = 20  # what is open makes PyYAML slower with each step
LONGEST = 200_000  # characters, which take PyYAML seconds
# What PyYAML lets through: "2026-13-01", "!!int ''", "!!bool x", a thousand brackets
FAILURES = (
    yaml.YAMLError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
)


def load(text: str) -> Any:
    """What a YAML document says.

    Raises: one of FAILURES; ValueError also if the text is long, nests deeply, or refers to its
        own parts too often.
    """
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text):,} characters; the most is {LONGEST:,}")
    aliases = depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):  # read as far as it is asked for
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if aliases > MOST_ALIASES:
            raise ValueError(f"it has more than {MOST_ALIASES} references such as *name")
        if depth > DEEPEST:
            raise ValueError(f"it has lists or keys inside each other {DEEPEST} times over")
    return yaml.safe_load(text)


def what_failed(error: Exception) -> tuple[int | None, str]:
    """The line, from 1, and what to tell the author."""
    if isinstance(error, UnicodeDecodeError):
        return None, "is not UTF-8 text; save the file as UTF-8"
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "cannot be read"
    if isinstance(error, ValueError):
        problem = str(error)
    return (mark.line + 1 if mark else None), f"is not YAML: {problem}"
