"""Run, compare, record, export and publish the code of a Carpentries lesson in Python.

A tour: one module, one job, in the order in which a lesson passes through them. Which may import
which, and where to add something, is in docs/architecture.md.

core: text in, text out; no kernel, no Sphinx, no pytest
    lesson      where the lesson's files are; options: what its maintainers chose
    markdown    the parser: CommonMark with Pandoc's fenced divs; yaml_text: what others wrote
    pandoc      what Pandoc reads in its own way within a line; edits: where on a page that is
    reader      Markdown text -> Episode; model: what an Episode holds; divs: the kinds of div
    html        pictures in raw HTML; interactive: figures to try out; links: where links lead
    structure   Episode -> what is wrong with it, without running anything
    choices     whether options, answer and solution fit together
    differences what the Workbench shows in another way; inventory: what is odd as a whole
    stretches   Episode -> how long an instructor talks without anything to look at or to do
    quantities  every number that a page says; coverage: which of them something would notice
    said        the numbers that a page said when somebody last read them
    notebook    Episode -> code cells, and a notebook of them
    magics      what only IPython understands; names: what code reads, and what it gives
    unmade      names of code that isn't run: what needs them cannot run either
    comparer    recorded and fresh outputs -> what a reader would see change
    patterns    regular expressions of a lesson, whose time is limited
    pictures    how far two pictures are apart
    verdicts    did a block raise, does a claim hold?
    causes      why blocks raise, and what to do; tally: what a check says in the end
    recorder    what a run gave -> new Markdown text and figure files
    provenance  when, with what and how long: what is kept of a recording beside the Markdown
    adopt       what it takes until a lesson that nobody prepared is green
    drift       with which versions each output was recorded, and which are here
    exporter    Episode -> exercise and solution notebook; scripts: the text of Spyder's script
    working_files  what code reads, and the first cell of a notebook; colab: where Colab finds it
    pacing      Episode -> minutes of every section, from its text and the time it promises
    timetables  minutes and clock times as tables, in pages that ask for them
    glossary    the entries of learners/reference.md, and what finds them in a text
    words       what is put beside an author's text, in the lesson's language
    locks       one command at a time; guard: what a command has started ends with it
    errors      what is wrong, with file and line; files: written whole or not at all

run: code is executed
    sources     what a kernel finds when it starts: data, files beside it, variables
    kernels     a kernel that runs cells as a learner's Jupyter does
    runner      Episode -> what each of its cells gave, in a fresh kernel
    kept_runs   what an episode gave when it last ran, so that the same code need not run again
    watch       in the kernel: notices what a block writes outside its working folder

site: pages are made; nothing is run
    sphinx_extension   an episode is a page, its blocks are cells inside its divs
    myst               a page as myst-nb reads it; remarks: Sphinx's, in our words
    directives         what divs and blocks become; formulas: MathML
    home_page          title, schedule and menu of the home page; landing: what stands at its top
    episode_frame      what stands around an episode's text; schedule: the home page's table
    collected_pages    pages made from all episodes; citation: CITATION.cff as people cite it
    lesson_metadata    what search engines read; search_index: what browsers search
    overview           questions and objectives in one box; places: signs that lead to boxes
    glossary_links     terms lead to their entries
    pictures           small, with a dark form; picture_files, dark_pictures: how they are made
    interactive        figures to try out are loaded when they are asked for
    about              a page's foot: where its text is kept, whose it is, how old
    teaching           the instructor view: minutes, clock, what other pages say of a section
    slides             an episode as slides
    site_files         the finished site: both views, notebooks, scripts
    taken_along        its zip files; relocate: addresses in pages whose files lie elsewhere
    old_addresses      the Workbench's addresses; plain_pages: pages that need no other file
    theme_words        words of the theme; theme: Sphinx's settings, templates, styles, scripts

pytest_plugin   every block and claim of an episode is a test, compared by nbval
cli             `lesson build | serve | check | record | adopt | drift | coverage | export`
"""
