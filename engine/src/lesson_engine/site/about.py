"""What each page says about itself: where to mend it, whose it is, how old, how finished."""

import functools
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from lesson_engine.core.lesson import Lesson

STAGES = ("pre-alpha", "alpha", "beta", "stable")  # the Carpentries' life cycle of a lesson


@dataclass(frozen=True)
class Link:
    """A link at a page's foot. Attributes: kind: which one it is; text; address."""

    kind: str
    text: str
    address: str


# A repository's own settings name programs that git starts: to watch files, to verify signatures,
# to fetch what is missing. A stranger's starts none.
NO_PROGRAM = [
    *("-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "protocol.allow=never"),
]


def links(lesson: Lesson, page: str) -> list[Link]:
    """Links to where a page's text is kept and where to say something about it.

    Args:
        lesson: the lesson; what its config.yaml does not say is left out.
        page: the page's name, such as "episodes/05-fit-cnn"; one that nobody wrote has no source.
    """
    words, source = lesson.words, _text(lesson, "source").rstrip("/").removesuffix(".git")
    written = (lesson.root / f"{page}.md").is_file()
    found = []
    if source and written:
        found += _of_file(lesson, source, f"{page}.md")
    if source:
        about = urlencode({"title": f"{page}: "}) if written else ""
        gitlab = "/-" if _is_gitlab(source) else ""
        address = f"{source}{gitlab}/issues/new" + (f"?{about}" if about and not gitlab else "")
        found.append(Link("issue", words("about.issue"), address))
    if contact := _text(lesson, "contact"):
        address = contact if ":" in contact else f"mailto:{contact}"
        found.append(Link("contact", words("about.contact"), address))
    return found


def _of_file(lesson: Lesson, source: str, name: str) -> list[Link]:
    """Where a file can be changed and read, on GitHub and GitLab."""
    place = "/-" if _is_gitlab(source) else ""
    branch = quote(_text(lesson, "branch") or "main")
    texts = {"edit": "edit", "source": "blob"}
    return [
        Link(kind, lesson.words(f"about.{kind}"), f"{source}{place}/{verb}/{branch}/{quote(name)}")
        for kind, verb in texts.items()
    ]


def licence(lesson: Lesson) -> Link | None:
    """The lesson's licence, with an address if config.yaml or a page has one."""
    name = _text(lesson, "license")
    if not name:
        return None
    return Link("license", lesson.words("about.licence", name=name), _text(lesson, "license_url"))


def stage(lesson: Lesson) -> tuple[str, str] | None:
    """The lesson's stage of life, as written and explained; None for one that is not known."""
    name = _text(lesson, "life_cycle").lower()
    if name not in STAGES:
        return None
    return name, lesson.words(f"about.{name}")


def analytics(lesson: Lesson) -> str:
    """HTML that config.yaml wants in every page; the Carpentries' own is theirs to add."""
    html = _text(lesson, "analytics")
    return html if "<" in html else ""


def updated(lesson: Lesson, page: str) -> str:
    """The day on which a page's text was last changed, from git; "" if that is not known."""
    return _dates(lesson.root).get(f"{page}.md", "")


@functools.lru_cache
def _dates(root: Path) -> Mapping[str, str]:
    """File, as seen from the lesson -> day of the newest commit that changed it.

    A shallow copy of a repository, as some builders make it, does not know.
    """
    if _git(root, "rev-parse", "--is-shallow-repository").strip() != "false":
        return {}
    found: dict[str, str] = {}
    day = ""
    changes = _git(root, "log", "--relative", "--format=%x00%cs", "--name-only", "-z", "--", "*.md")
    for part in changes.replace("\n", "\0").split("\0"):
        if len(part) == 10 and part[4] == part[7] == "-" and part[:4].isdigit():
            day = part
        elif part:
            found.setdefault(part, day)
    return found


def _git(root: Path, *arguments: str) -> str:
    """What git says; "" if there is no git, or no repository."""
    command = ["git", *NO_PROGRAM, "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _is_gitlab(source: str) -> bool:
    return "gitlab" in (urlsplit(source).hostname or "")


def _text(lesson: Lesson, key: str) -> str:
    return str(lesson.config.get(key) or "")
