"""Sphinx's settings for any lesson: what differs between lessons is read from config.yaml."""

import html
import os
import re
from pathlib import Path

from lesson_engine.core.lesson import PAGE_FOLDERS, find_lesson
from lesson_engine.site.theme_words import catalogue_of

lesson = find_lesson(os.environ["LESSON_ROOT"])
lesson_view = os.environ["LESSON_VIEW"]
lesson_days = [[day.title, day.start, *map(str, day.plan)] for day in lesson.days]
lesson_strict = lesson.strict
lesson_cited = (lesson.root / "CITATION.cff").is_file()
lesson_draft = "LESSON_DRAFT" in os.environ

project = lesson.title
author = lesson.config.get("contact", "")
copyright = lesson.words("home.authors")
lesson_lang = lesson.words.tag
language = catalogue_of(lesson.words)

extensions = ["lesson_engine.site.sphinx_extension", "sphinx_copybutton"]
root_doc = "index"
SPECIAL = re.compile(r"[*?\[]")  # in patterns; "?" stands for any one character
include_patterns = [
    SPECIAL.sub("?", path.relative_to(lesson.root).as_posix())
    for path in lesson.page_paths(lesson_view)
    if path != lesson.root / "search.md"  # the site has its own
]
# Sphinx walks through every folder that is not excluded, and an environment is large
other_folders = {
    SPECIAL.sub("?", path.name)
    for path in lesson.root.glob("[!.]*/")
    if path.name not in (*PAGE_FOLDERS, "fig")
}
exclude_patterns = [".*", "**/.*", *sorted(other_folders | {"_site", "build"})]

# MyST's reading of the Workbench's Markdown
myst_enable_extensions = ["colon_fence", "attrs_inline", "dollarmath", "deflist"]
myst_enable_extensions += ["strikethrough", "tasklist"]
myst_dmath_double_inline = True
myst_dmath_allow_space = myst_dmath_allow_digits = False  # Pandoc: "$5 and $6" is money
# The Workbench shows these as they are written
myst_disable_syntax = ["myst_role", "myst_line_comment", "myst_block_break", "myst_target"]
# Code may be wrong on purpose, or hold a magic; a note may wait for its sentence
suppress_warnings = ["misc.highlighting_failure", "ref.footnote", "myst.strikethrough"]
if not lesson.strict:  # levels that are skipped, links that several pages define
    suppress_warnings += ["myst.header", "myst.duplicate_def"]
myst_url_schemes = ["http", "https", "mailto", "ftp", "doi", "lesson-page"]
myst_title_to_header = True
myst_heading_anchors = 4
nb_execution_mode = "off"

html_math_renderer = "mathml"
html_theme = "furo"  # 23 kB gzipped; the alternatives carry over 650 kB
html_title = html.escape(project)  # furo puts it into its pages as it is
own_icons = [*lesson.root.glob("favicon.*"), *lesson.root.glob("fig/favicon.*")]
html_favicon = str([*sorted(own_icons), Path(__file__).parent / "favicon.svg"][0])
html_static_path = [str(Path(__file__).parent / "static")]
templates_path = [str(Path(__file__).parent / "templates")]
STYLES = ("lesson", "drawers", "search", "about", "teach")
STYLES = ("lesson", "drawers", "search", "about", "teach")
html_css_files: list[str | tuple[str, dict[str, str]]] = [f"{name}.css" for name in STYLES]
html_css_files.append(("print.css", {"media": "print"}))
SCRIPTS = (
    "lesson",
    "reading",
    "drawers",
    "reach",
    "search",
    "tabs-stay",  # "tabs" is what sphinx-inline-tabs calls its own
    "teach",
)  # each reads and works without them
html_js_files = [(f"{name}.js", {"defer": "defer"}) for name in SCRIPTS]
html_use_index = False
html_baseurl = lesson.config.get("url", "")
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "life-cycle.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "lesson-links.html",
        "sidebar/scroll-end.html",
    ]
}
html_scaled_image_link = False  # a picture with a width leads nowhere in the Workbench
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
copybutton_exclude = ".linenos, .gp, .go"
copybutton_selector = "div.highlight:not(.cell_output *) pre"  # code, not what it printed
