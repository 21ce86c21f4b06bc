"""What may import what, and how long a function of the core may be: read from the source."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lesson_engine

HOUSE = Path(lesson_engine.__file__).parent
MODULES = {
    ".".join(["lesson_engine", *path.relative_to(HOUSE).with_suffix("").parts]): path
    for path in sorted(HOUSE.rglob("*.py"))
    if path.name != "conf.py"
}
MAY_IMPORT = {  # of our own; the shells at the top may import everything
    "core": {"core"},
    "run": {"core", "run"},
    "site": {"core", "site"},
}
NOT_IN_CORE = {"sphinx", "pytest", "_pytest", "IPython", "nbval", "jupyter_client", "nbclient"}
MOST_LINES = 40


def imports(path):
    """(module, True if it is imported when the file is) of every import in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    at_once = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the whole name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield node.module, id(node) in at_once
            ours = {*MODULES, *(f"lesson_engine.{part}" for part in MAY_IMPORT)}
            yield from ((name, id(node) in at_once) for name in names if name in ours)


def part_of(module):
    """ "core", "run" or "site"; "" for the shells."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else ""


@pytest.mark.parametrize("module", MODULES)
def test_a_part_imports_what_it_may(module):
    part = part_of(module)
    for name, _ in imports(MODULES[module]):
        if name.startswith("lesson_engine.") and part:
            assert part_of(name + ".x") in MAY_IMPORT[part], f"{module} imports {name}"
        if part == "core":
            assert name.split(".")[0] not in NOT_IN_CORE, f"{module} imports {name}"


def test_the_tour_leads_through_every_module():
    tour = lesson_engine.__doc__
    for module in MODULES:
        name = module.rpartition(".")[2]
        if not name.startswith("__"):
            assert re.search(rf"(?m)(?:^(?: {{4}})?|; |, ){name}(?::|,|  | )", tour), module


def test_core_brings_none_of_them_along():
    """Not even through something that it imports when it is imported itself."""
    core = [name for name in MODULES if part_of(name) == "core" and "__" not in name]
    code = f"import sys, {', '.join(core)}\nprint(*sys.modules)"
    found = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert not NOT_IN_CORE & set(found)


def test_help_loads_none_of_the_large_libraries():
    code = "import sys, lesson_engine.cli\nprint(*sys.modules)"
    found = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert not {"nbformat", "jupytext", "PIL", "sphinx", "pytest", "nbclient"} & set(found)


def test_no_module_imports_itself_through_others():
    needs = {
        module: {name for name, at_once in imports(path) if at_once and name in MODULES}
        for module, path in MODULES.items()
    }

    def reached(module, seen):
        for name in needs[module] - seen:
            seen.add(name)
            reached(name, seen)
        return seen

    assert [module for module in MODULES if module in reached(module, set())] == []


@pytest.mark.parametrize("module", [name for name in MODULES if part_of(name) == "core"])
def test_a_function_of_the_core_fits_on_a_screen(module):
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= MOST_LINES, f"{module}:{node.lineno}: {node.name} has {lines} lines"
