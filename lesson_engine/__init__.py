"""Run, compare, record, export and publish the code of a Carpentries lesson in Python.

One module, one job, in the order in which a lesson passes through them:

    reader      Markdown text -> Episode (blocks, divs, figures, claims, each with its line)
    structure   Episode -> what is wrong with it, without running anything
    notebook    Episode -> notebook
    runner      notebook -> executed notebook, in a fresh kernel
    kept_runs   what an episode gave when it last ran, so that the same code need not run again
    watch       in the kernel: notices what a block writes outside its working folder
    comparer    recorded and fresh outputs -> what a reader would see change
    recorder    executed notebook -> new Markdown text and figure files
    notes       when, with what and how long: what is kept of a recording beside the Markdown
    drift       with which versions each output was recorded, and which are here
    exporter    Episode -> Spyder script, exercise notebook, solution notebook
    pacing      Episode -> minutes of every section, from its text and the time it promises
    timetables  minutes and clock times as tables, in pages that ask for them

    nbval_plugin       pytest: every block and claim of an episode is a test, compared by nbval
    kernels            for nbval: one runs code, the other gives again what a run gave
    sphinx_extension   Sphinx: an episode is a page, its blocks are cells inside its divs
    episode_frame      what stands around an episode's text; schedule: the home page's table
    collected_pages    pages made from all episodes; citation: CITATION.cff as people cite it
    lesson_metadata    what search engines read
    site_files         the finished site: both views, notebooks, scripts, one zip of everything
    command_line       `lesson build | serve | check | record | drift | export`

    settings, divs, errors, files   what the others share
"""
