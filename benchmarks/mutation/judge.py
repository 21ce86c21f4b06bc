"""Run the lesson's own tests on a copy of it, each time in a process of its own."""

import multiprocessing
import os
import re
import sys
import time

import jupytext  # noqa: F401 - here, so that no child has to import them again
import pandas  # noqa: F401
import pytest

from lesson_engine.run import kept_runs

FORK = multiprocessing.get_context("fork")  # all is imported once
STATIC = ["tests/test_said.py", "tests/test_lesson.py", "tests/test_experiments.py"]
STATIC += ["tests/test_glossary.py", "tests/test_cheat_sheet.py", "tests/test_instructor_pages.py"]
# a failing test, or words of its message, and what we call it in the table
CATCHERS = [
    ("test_the_numbers_of_a_page_are_those", "numbers as last read"),
    ("test_pages_keep_the_rules|test_every_picture_is_used|: structure", "structure test"),
    ("test_the_recipe|test_the_sweeps|test_every_small_size", "full-size test"),
    ("test_the_script|notebook", "derived-file test"),
    ("no longer says|belongs to no block|is not a Python|a claim stands", "reader"),
    ("the sentence s|the claim gives|\nFAILED [^\n]*claim in line", "claim"),
    (r"figure \d+: |\bfigures\b", "figure comparison"),
    ("outputs? differ", "output comparison"),
    (r"Error\b|caused an exception", "error when run"),
]


def run_pytest(root, arguments, log, timeout=900):
    """One pytest run in the lesson `root`.

    Args:
        root: folder of the lesson.
        arguments: of pytest, list of text.
        log: Path of a file for all that it says.
        timeout: seconds.

    Returns: (exit code, None if it was stopped; what it said; seconds).
    """
    kept_runs.installed_packages()  # found out once, for all children
    start = time.monotonic()
    child = FORK.Process(target=_child, args=(root, arguments, log))
    child.start()
    child.join(timeout)
    if child.is_alive():
        child.kill()
        child.join()
        return None, "stopped", time.monotonic() - start
    return child.exitcode, log.read_text("utf-8", "replace"), time.monotonic() - start


def _child(root, arguments, log):
    with open(log, "wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(root)
    common = ["-p", "lesson_engine.pytest_plugin", "-p", "no:cacheprovider", "-o", "addopts="]
    code = pytest.main([*common, "--color=no", "-rfE", *arguments])
    sys.stdout.flush()
    os._exit(int(code))


def static(root, name, log):
    """Everything that is tested without running the lesson's code."""
    words = f"{name} or size or recipe or sweeps or picture or described"
    return run_pytest(root, [*STATIC, "-x", "-k", words, "--deselect", DIAGRAMS], log)


DIAGRAMS = "tests/test_lesson.py::test_every_diagram_is_what_its_code_draws"


def episode(root, path, log, only=()):
    """`lesson check` of one episode up to the first failure; the same code is not run again.

    Args: only: lines of the blocks to run; () for all.
    """
    nodes = [f"{path}::block in line {line}" for line in only] or [path]
    return run_pytest(root, ["--lesson-kept", "-x", *nodes], log)


def catcher(said):
    """What caught a change, by the words of the failure."""
    for words, name in CATCHERS:
        if re.search(words, said):
            return name
    return "another failure"
