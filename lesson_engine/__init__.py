"""Run, compare, record, export and publish the code of a Carpentries lesson in Python.

One module, one job, in the order in which a lesson passes through them:

    reader      Markdown text -> Episode (blocks, divs, figures, claims, each with its line)
    structure   Episode -> what is wrong with it, without running anything
    notebook    Episode -> notebook
    runner      notebook -> executed notebook, in a fresh kernel
    comparer    recorded and fresh outputs -> what a reader would see change
    recorder    executed notebook -> new Markdown text and figure files
    exporter    Episode -> Spyder script, exercise notebook, solution notebook

    nbval_plugin       pytest: every block and claim of an episode is a test, compared by nbval
    sphinx_extension   Sphinx: an episode is a page, its blocks are cells inside its divs
    command_line       `lesson build | serve | check | record | export`

    settings, divs, errors, files   what the others share
"""
