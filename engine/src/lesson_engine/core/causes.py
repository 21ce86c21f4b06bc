"""Why blocks raise, by kind: one sentence each, with what to do about it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lesson_engine.core.errors import LessonError

MOST = 5  # names to say of each kind


@dataclass(frozen=True)
class Kind:
    """A kind of cause.

    Attributes:
        pattern: what the message looks like; its group, if it has one, names what is missing.
        what: what blocks of this kind do, as in "3 blocks need …".
        remedy: what to do.
    """

    pattern: re.Pattern[str]
    what: str
    remedy: str


NETWORK = (
    r"(?:\w*\.)*(?:URLError|HTTPError|ConnectionError|ConnectTimeout|MaxRetryError|gaierror|"
    r"NameResolutionError|ProxyError|SSLError|RemoteDisconnected|ClientConnectorError)\b"
    r"|Exception: URL fetch failure"
)
KINDS = (
    Kind(
        re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'"),
        "need a package that isn't installed",
        "install it in this environment",
    ),
    Kind(
        re.compile(NETWORK),
        "need the internet",
        "run this with a connection, or write <!-- skip: needs the internet --> above them",
    ),
    Kind(
        re.compile(r"(?:FileNotFoundError|OSError): .*?'?([^'\s]+)'?(?: not found\.?)?$", re.S),
        "need a file that isn't there",
        "put it into episodes/data/, or into data/ and call it ../data/…",
    ),
    Kind(
        re.compile(r"NameError: name '(\w+)' is not defined"),
        "use a name that no block above defines",
        "write an ```error block below if that is meant, define the name in <!-- run: … -->, or "
        "write one_session = true if an earlier episode defines it",
    ),
    Kind(
        re.compile(r"(?:SyntaxError|IndentationError|TabError): "),
        "contain invalid Python",
        "write an ```error block below if that is meant, or fix the code",
    ),
    Kind(
        re.compile(r"([\w.]+)"),
        "raise",
        "write an ```error block below if that is meant, or fix the code",
    ),
)


def summary(faults: Iterable[LessonError]) -> list[str]:
    """A sentence for each kind that occurs, the most frequent first.

    Args:
        faults: what blocks raised, without what only follows from another one.
    """
    found: dict[Kind, Counter[str]] = {}
    for fault in faults:
        kind, name = kind_of(fault.message)
        found.setdefault(kind, Counter())[name] += 1
    ranked = sorted(found.items(), key=lambda pair: -pair[1].total())
    return [_sentence(kind, names) for kind, names in ranked]


def kind_of(message: str) -> tuple[Kind, str]:
    """The kind of a cause, and the name of what is missing, "" if it has none."""
    for kind in KINDS:
        match = kind.pattern.match(message)
        if match:
            return kind, (match[1] or "") if kind.pattern.groups else ""
    return KINDS[-1], ""


def _sentence(kind: Kind, names: Counter[str]) -> str:
    number = names.total()
    called = [name for name, _ in names.most_common() if name]
    listed = ", ".join(called[:MOST])
    listed += f" and {len(called) - MOST} more" if len(called) > MOST else ""
    verb, _, rest = kind.what.partition(" ")
    who = f"{number} blocks {verb}" if number > 1 else f"1 block {verb}s"
    what = f"{who} {rest}".strip() + (f" ({listed})" if listed else "")
    return f"{what}: {kind.remedy}"
