"""A script runs from its first line to its last, whatever an episode's blocks hold."""

import re
import subprocess
import sys

import pytest
from small_lessons import PAGE

from lesson_engine.core import exporter, magics, reader, scripts

BLOCK = 'total = 3 + 4\nprint("total:", total)\n```\n\n```output\ntotal: 7\n```\n'
DIVIDED = "```error\nZeroDivisionError: division by zero\n```\n"


def page_of(*blocks, below=""):
    """A page with these blocks; `below` stands below the last."""
    code = "\n\n".join(f"```python\n{block}\n```\n" for block in blocks)
    return reader.read(PAGE.replace(f"```python\n{BLOCK}", f"{code}\n{below}"), "episodes/01-x.md")


def run(page, folder, start=""):
    """(exit code, stdout, stderr) of an episode's script."""
    path = folder / "script.py"
    path.write_text(scripts.to_script(page, start), "utf-8")
    done = subprocess.run([sys.executable, path], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("code", "python"),
    [
        ("x = (7\n    %y)", "x = (7\n    %y)"),  # Python, though it looks like a magic
        ("%time x = f(1)\nx", "x = f(1)\nx"),
        ("for n in y:\n    %time f(n)", "for n in y:\n    f(n)"),
        ("for n in y:\n    !ls {n}", "for n in y:\n    pass  # !ls {n}"),
        ("%timeit -n 3 f(1)\nx", "# %timeit -n 3 f(1)\nx"),
        ("!!ls\nx", "# !!ls\nx"),
        ("!ls \\\n  -l\nx", "# !ls \\\n#   -l\nx"),
        ("a, b = !ls\nx", "# a, b = !ls\nx"),
        ("%%bash\nls\n\nx=1", "# %%bash\n# ls\n#\n# x=1"),
        ("%%time\nx = 1", "# %%time\nx = 1"),
        ('t = """\n%time f()\n!ls\n"""\n!ls', 't = """\n%time f()\n!ls\n"""\n# !ls'),
        ("if x:\n    # %time\n    !ls", "if x:\n    # %time\n    pass  # !ls"),
    ],
)
def test_what_python_makes_of_magics(code, python):
    assert magics.without_magics(code) == python


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("names = !ls", True),
        ("took = %timeit -o f()", True),
        ("%%capture shown\nprint(1)", True),
        ("%%capture\nprint(1)", False),
        ("%%bash --out text\nls", False),  # all of it is for another program
        ("len(_)", True),
        ("Out[2]", True),
        ("get_ipython()", True),
        ("await f()", True),
        ("for _ in range(2):\n    print(_)", False),
        ("async def f():\n    await g()", False),
        ("!ls\nx = 1", False),
        ("x = = 1", False),
    ],
)
def test_what_only_jupyter_gives(code, needs):
    assert magics.needs_jupyter(code) == needs


def test_what_is_meant_to_fail_is_shown_and_the_script_goes_on(tmp_path):
    code = 'text = """\n  as it is\n"""\ndef half(n):\n    return f"""{n}\n  {1 / n}"""\n\nhalf(0)'
    page = page_of(code, below=DIVIDED)
    page = reader.read(
        page.text.replace("## Begin", "## Begin\n\n```python\nn = 5\n```"), page.path
    )
    returned, out, err = run(page_of(code, below=DIVIDED), tmp_path)
    assert returned == 0 and "ZeroDivisionError: division by zero" in err, err
    following = page_of(code, below=DIVIDED + "\n```python\nprint(repr(text))\n```\n")
    returned, out, err = run(following, tmp_path)
    assert (returned, out) == (0, "'\\n  as it is\\n'\n"), err


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("print(total", "SyntaxError: '(' was never closed"),
        ("for n in [1]:\nprint(n)", "IndentationError: expected an indented block"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("class Odd(Exception):\n    pass\n\n\nraise Odd('x')", "Odd: x"),
        ("return 3", "SyntaxError: 'return' outside function"),
        ("%no_such", "UsageError: Line magic function `%no_such` not found."),
    ],
)
def test_every_kind_of_error_that_is_expected_lets_the_script_go_on(tmp_path, code, error):
    below = f"```error\n{error}\n```\n\n```python\nprint('end')\n```\n"
    returned, out, err = run(page_of(code, below=below), tmp_path)
    assert (returned, out) == (0, "end\n"), err


def test_a_script_stops_with_a_reason_where_it_needs_jupyter(tmp_path):
    returned, out, err = run(page_of("print('begin')", "names = !ls", "names[0]"), tmp_path)
    assert out == "begin\n"
    assert returned == 1 and "need Jupyter: use the notebook from here on" in err


def test_names_that_jupyter_has_and_imports_that_come_first(tmp_path):
    page = page_of("display(1)", "from __future__ import annotations\nx: no_such_type = 1")
    returned, out, err = run(page, tmp_path, start="import os")
    assert (returned, out) == (0, "1\n"), err
    lines = scripts.to_script(page, "import os").splitlines()
    assert lines.index("from __future__ import annotations") < lines.index("import os")
    page = page_of("display(2)", "from IPython.display import display\ndisplay(3)")
    assert run(page, tmp_path)[:2] == (0, "2\n3\n")
    page = page_of("def display(x): pass", "display(1)")
    assert "IPython" not in scripts.to_script(page)


def test_notebooks_go_on_after_what_is_meant_to_fail(tmp_path):
    page = page_of("1 / 0", below=DIVIDED + "\n```python\n2\n```\n")
    for convert in (exporter.to_exercises, exporter.to_solutions):
        code = [cell for cell in convert(page, tmp_path).cells if cell.cell_type == "code"]
        assert [cell.metadata.get("tags") for cell in code] == [["raises-exception"], None]


def test_spyder_finds_as_many_cells_as_the_page_has_blocks():
    blocks = ["%%time\nx = 1", "%%bash\nls\n%% more", "# %% mine\n#%% yours\ny = '''\n# %% in\n'''"]
    text = "\n\n".join(f"```python\n{block}\n```" for block in blocks)
    script = scripts.to_script(reader.read(f"---\ntitle: A\n---\n\n{text}\n", "a.md"))
    cells = re.findall(r"(?m)^\s*# ?%%+(.*)$", script)
    assert cells == [" [markdown]", "", "", "", " in"]
    assert "#  %%time\nx = 1" in script and "#  %% mine\n#  %% yours" in script
