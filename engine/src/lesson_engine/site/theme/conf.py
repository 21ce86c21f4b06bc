"""Sphinx's settings for any lesson: what differs between lessons is read from config.yaml."""

import glob
import os
from pathlib import Path

from lesson_engine.core.lesson import PAGE_FOLDERS, find_lesson

lesson = find_lesson(os.environ["LESSON_ROOT"])
lesson_view = os.environ["LESSON_VIEW"]
lesson_days = [[day.title, day.start, *map(str, day.plan)] for day in lesson.days]
lesson_strict = lesson.strict
lesson_draft = "LESSON_DRAFT" in os.environ

project = lesson.config.get("title", "Lesson")
author = lesson.config.get("contact", "")
copyright = "the lesson's authors"
language = lesson.config.get("lang", "en-GB")

extensions = ["lesson_engine.site.sphinx_extension", "sphinx_copybutton"]
root_doc = "index"
include_patterns = [
    path.relative_to(lesson.root).as_posix() for path in lesson.page_paths(lesson_view)
] + [
    "episodes/fig/**",
    "fig/**",
]
# Sphinx walks through every folder that is not excluded, and an environment is large
other_folders = {
    glob.escape(path.name)
    for path in lesson.root.glob("[!.]*/")
    if path.name not in (*PAGE_FOLDERS, "fig")
}
exclude_patterns = [".*", "**/.*", *sorted(other_folders | {"_site", "build"})]

# MyST's reading of the Workbench's Markdown
myst_enable_extensions = ["colon_fence", "attrs_inline", "dollarmath", "deflist"]
myst_enable_extensions += ["strikethrough", "tasklist"]
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
html_title = project
html_static_path = [str(Path(__file__).parent / "static")]
templates_path = [str(Path(__file__).parent / "templates")]
html_css_files = ["lesson.css"]
html_js_files = [("lesson.js", {"defer": "defer"})]
html_show_search_summary = False  # it would be fetched, which browsers refuse for file://
html_use_index = False
html_baseurl = lesson.config.get("url", "")
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "lesson-links.html",
        "sidebar/scroll-end.html",
    ]
}
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
copybutton_exclude = ".linenos, .gp, .go"
copybutton_selector = "div.highlight:not(.cell_output *) pre"  # code, not what it printed
