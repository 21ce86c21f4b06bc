"""The words that the engine puts beside an author's text, in the lesson's language.

Each language is a file in words/, where translators find all that is to be done; English is
there for what has no translation.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "words"
DEFAULT = "en-GB"
# what people write for a language: "de", "de-AT", "pt_BR", "zh_Hant_TW", "de_AT.UTF-8"
LANGUAGE = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?"
    r"(?:[-_](?P<region>[a-z]{2}|\d{3}))?(?:[.@][\w.@-]+)?",
    re.I,
)


@dataclass(frozen=True, eq=False)
class Words:
    """The engine's words in one language.

    Attributes:
        tag: the language as HTML names it, such as "de-AT"; English if it is no language.
        texts: "box.challenge" -> "Aufgabe", for each key of words/en.toml.
        oddity: what there is to say of the language that was asked for; "" if all is well.
    """

    tag: str
    texts: Mapping[str, str]
    oddity: str = ""

    def __call__(self, key: str, /, **values: object) -> str:
        """The words for a key, with its {names} filled in."""
        return self.texts[key].format(**values)

    def around(self, key: str, name: str, **values: object) -> tuple[str, str]:
        """What stands before and behind the place of a {name} that is more than text."""
        before, _, behind = self(key, **{name: "\0"}, **values).partition("\0")
        return before, behind

    @property
    def language(self) -> str:
        """The language without script or region, such as "de"."""
        return self.tag.partition("-")[0]

    @property
    def region(self) -> str:
        """The region, such as "AT"; "" if none is named."""
        last = self.tag.rpartition("-")[2]
        return last if last != self.language and len(last) < 4 else ""


def languages() -> list[str]:
    """The languages that there are words in."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@functools.lru_cache
def words_in(language: str = DEFAULT) -> Words:
    """The words in a language, as config.yaml names it; English ones if there are none."""
    tag, known = _tag(language), languages()
    english = _texts("en")
    here = ", ".join(known)
    if not tag:
        says = f"'lang: {language}' is no language; write one such as {here}; words are English"
        return Words(DEFAULT, english, says)
    name = tag.partition("-")[0]
    if name not in known:
        says = f"there are no words in '{language}', so English ones are shown; there are {here}"
        return Words(tag, english, says)
    return Words(tag, {**english, **_texts(name)})


def _tag(language: str) -> str:
    """A language as HTML names it: "pt_br" gives "pt-BR"; "" for what is none."""
    match = LANGUAGE.fullmatch(language.strip())
    if match is None:
        return ""
    parts = (match["language"].lower(), match["script"], match["region"])
    parts = (parts[0], (parts[1] or "").title(), (parts[2] or "").upper())
    return "-".join(part for part in parts if part)


@functools.lru_cache
def _texts(language: str) -> dict[str, str]:
    """A language's file, flat: "box.challenge" -> "Challenge"."""
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    return {
        f"{table}.{key}": text for table, texts in tables.items() for key, text in texts.items()
    }
