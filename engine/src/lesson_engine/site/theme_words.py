"""Words of the theme and of its scripts, which come from elsewhere, in the lesson's language."""

import gettext
import json
import re
from pathlib import Path

import sphinx.locale
from sphinx.application import Sphinx

from lesson_engine.core.words import Words, words_in

CATALOGUES = Path(sphinx.locale.__file__).parent
# what the theme asks Sphinx's catalogues for, and those that it has written out
ASKED = (
    "here top next previous home link link_image link_table link_code footnotes error made"
).split()
WRITTEN = ("skip", "navigation", "contents", "colours")
ICONS = ("contents_icon", "menu_icon", "expand_icon", "light", "dark", "auto_dark", "auto_light")
PARTS = {  # what reach.js calls them
    "code": "view.code",
    "output": "view.output",
    "table": "view.table",
    "formula": "view.formula",
}
COPY = {  # names in sphinx-copybutton's script
    "copy": "copy.copy",
    "copy_to_clipboard": "copy.clipboard",
    "copy_success": "copy.copied",
    "copy_failure": "copy.failed",
}
TEACH = "present leave next previous smaller larger notes keys".split()  # in teach.js
KINDS = ("page", "section", "challenge", "term", "call")  # of what search.js finds


def catalogue_of(words: Words) -> str:
    """The name of Sphinx's catalogue for a language; "en", in which all is written, if none is."""
    names = [words.language, *sorted(path.name for path in CATALOGUES.glob(f"{words.language}_*"))]
    wanted = [f"{words.language}_{words.region}", *names]
    there = [name for name in wanted if (CATALOGUES / name / "LC_MESSAGES" / "sphinx.mo").is_file()]
    return there[0] if there and words.language != "en" else "en"


def add_to_sphinx(words: Words, app: Sphinx) -> None:
    """Have Sphinx find in our words what its own catalogue lacks (builder-inited)."""
    if words.language != "en":
        sphinx.locale.get_translator().add_fallback(_Theme(words))


class _Theme(gettext.NullTranslations):
    """Our words, by the theme's English ones."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        english = words_in()
        keys = [*(f"theme.{key}" for key in ASKED), "search.search"]
        self.known = {english(key): words(key) for key in keys}
        self.known["Copyright &#169; %(copyright)s"] = "© %(copyright)s"

    def gettext(self, message: str) -> str:
        """The words for an English text, whatever its blanks; the text itself if there are none."""
        stripped = " ".join(message.split())
        found = self.known.get(stripped)
        return message if found in (None, stripped) else message.replace(message.strip(), found)


def translated(words: Words, page: str) -> str:
    """The HTML of a page with the words that the theme has written out."""
    english = words_in()
    for key in WRITTEN:
        theirs, ours = english(f"theme.{key}"), words(f"theme.{key}")
        page = page.replace(f'aria-label="{theirs}"', f'aria-label="{ours}"')
        page = re.sub(rf'(class="skip-to-content[^>]*>\s*){theirs}', rf"\g<1>{ours}", page)
    for key in ICONS:
        theirs, ours = english(f"theme.{key}"), words(f"theme.{key}")
        page = page.replace(f"<title>{theirs}</title>", f"<title>{ours}</title>")
    menu, here = words("menu.menu"), words("theme.here")
    page = page.replace('<aside class="sidebar-', f'<aside aria-label="{menu}" class="sidebar-')
    return page.replace('<aside class="toc-drawer', f'<aside aria-label="{here}" class="toc-drawer')


def for_scripts(words: Words) -> str:
    """What our scripts need, as JSON that is safe within <script>."""
    found = {
        "expand": words("view.expand"),
        "collapse": words("view.collapse"),
        "solutions": words("view.solutions"),
        "noSolutions": words("view.no_solutions"),
        "teach": {name: words(f"teach.{name}") for name in TEACH},
        "tryIt": words("view.try"),
        "picture": words("view.picture"),
        "close": words("view.close"),
        "glossary": words("view.glossary"),
        "printedSolutions": words("view.printed_solutions"),
        "solutionAtEnd": words("view.solution_at_end"),
        "searching": {
            "results": words("search.results"),
            "found": words("search.found", number="{number}"),
            "none": words("search.none"),
            "kinds": {kind: words(f"search.{kind}") for kind in KINDS},
        },
        "parts": {name: words(key) for name, key in PARTS.items()},
        "copy": {name: words(key) for name, key in COPY.items()},
    }
    return json.dumps(found, ensure_ascii=False).replace("<", "\\u003c")
