"""Run, compare, record, export and publish the code of a Carpentries lesson in Python.

What may import what: `core` imports nothing of the others; `run` and `site` import `core`; the
two shells at the top, `cli` and `pytest_plugin`, import all. One module, one job, in the order
in which a lesson passes through them:

core: text in, text out; no kernel, no Sphinx, no pytest
    markdown    the parser: CommonMark with Pandoc's fenced divs
    reader      Markdown text -> Episode; model says what an Episode holds, divs the kinds of div
    structure   Episode -> what is wrong with it, without running anything
    stretches   Episode -> how long an instructor talks without anything to look at or to do
    notebook    Episode -> code cells, and a notebook of them
    comparer    recorded and fresh outputs -> what a reader would see change
    pictures    how far two pictures are apart
    verdicts    did a block raise, does a claim hold?
    recorder    what a run gave -> new Markdown text and figure files
    provenance  when, with what and how long: what is kept of a recording beside the Markdown
    drift       with which versions each output was recorded, and which are here
    colab       where Google Colab finds an episode's notebook
    exporter    Episode -> Spyder script, exercise notebook, solution notebook
    working_files  what code reads, and the first cell of a notebook, which fetches it
    pacing      Episode -> minutes of every section, from its text and the time it promises
    glossary    the entries of learners/reference.md, and what finds them in a text
    timetables  minutes and clock times as tables, in pages that ask for them
    lesson      where the lesson's files are; options: what its maintainers chose
    patterns    regular expressions of a lesson, whose time is limited
    locks       one command at a time; guard: what a command has started ends with it
    errors, files   what the others share

run: code is executed
    sources     what a kernel finds when it starts: data, files beside it, variables
    kernels     a kernel that runs cells as a learner's Jupyter does
    runner      Episode -> what each of its cells gave, in a fresh kernel
    kept_runs   what an episode gave when it last ran, so that the same code need not run again
    watch       in the kernel: notices what a block writes outside its working folder

site: pages are made; nothing is run
    sphinx_extension   an episode is a page, its blocks are cells inside its divs
    myst               a page as myst-nb reads it
    directives         what divs and blocks become; formulas: MathML
    home_page          title, schedule and menu of the home page
    landing            what stands at its top
    episode_frame      what stands around an episode's text; schedule: the home page's table
    collected_pages    pages made from all episodes; citation: CITATION.cff as people cite it
    lesson_metadata    what search engines read; search_index: what browsers search
    overview           questions and objectives in one box; places: signs that lead to boxes
    glossary_links     terms lead to their entries
    pictures           small, with a dark form; picture_files and dark_pictures make the files
    about              a page's foot: where its text is kept, whose it is, how old
    teaching           the instructor view: minutes, clock, what other pages say of a section
    slides             an episode as slides
    site_files         the finished site: both views, notebooks, scripts
    taken_along        its zip files; relocate: addresses in pages whose files lie elsewhere
    old_addresses      the Workbench's addresses; plain_pages: pages that need no other file
    theme              Sphinx's settings, templates, styles, scripts

pytest_plugin   every block and claim of an episode is a test, compared by nbval
cli             `lesson build | serve | check | record | drift | export`
"""
