"""What only IPython understands: magics, shell commands, help; and what Python makes of it."""

import ast
import builtins
import functools
import re

from lesson_engine.core.names import names_in

CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[ \t]*(?P<rest>.*)")
RUN_PYTHON = ("time", "timeit", "capture", "prun")  # cell magics; all others are for something else
STATEMENT = re.compile(r"(?P<indent>\s*)%(?:time|prun)\s+(?P<statement>[^-\s].*)")
BINDS = re.compile(r"\s*[A-Za-z_][\w,\s]*=\s*(?:%|!)\s*\S")  # names = !ls
INSTALLS = re.compile(r"\s*[%!]{1,2}\s*(?:python3? -m |sudo )?(?:pip3?|conda|mamba|apt(?:-get)?)\b")
HELP = re.compile(r"(?:\?{1,2}\s*[\w.%]+|[\w.%]+\s*\?{1,2})\s*\Z")
SHELL = re.compile(r"\s*!!?\s*\S")
BUILTIN_ERRORS = [
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
]
HISTORY = ("_", "__", "___", "In", "Out", "get_ipython")  # names that IPython gives


def never_run(source: str) -> str:
    """Why code is never run here; "" if it may be.

    It would change the environment for everything that runs after it, or open Jupyter's pager.
    """
    lines = source.split("\n")
    if any(map(INSTALLS.match, lines)):
        return "installs software"
    if any(map(HELP.match, lines)):
        return "shows help in Jupyter's pager"
    return ""


@functools.cache  # a block is looked at by several
def syntax_error(source: str) -> SyntaxError | None:
    """Why code is not Python; None if it is."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return error
    return None


def commented(source: str) -> str:
    """Code, line for line, as a comment."""
    return "\n".join(f"# {line}".rstrip() for line in source.split("\n"))


def is_for_another_program(source: str) -> bool:
    """True for a cell that begins with a magic such as %%bash."""
    magic = CELL_MAGIC.match(source)
    return magic is not None and magic["name"] not in RUN_PYTHON


@functools.cache
def without_magics(source: str) -> str:
    """The code, line for line, with comments in the place of what only IPython understands.

    `%time f(x)` keeps its statement. What is Python comes back as it is.
    """
    if syntax_error(source) is None:
        return source
    if is_for_another_program(source):
        return commented(source)
    from jupytext.magics import comment_magic  # here: it takes long, and few blocks need it

    lines = source.split("\n")
    known = [_as_jupytext_knows_it(line) for line in lines]
    pairs = zip(lines, known, comment_magic(list(known)), strict=True)
    return "\n".join(
        line if before == after else _comment(line, goes_on=after == f"# {before}")
        for line, before, after in pairs
    )


def _as_jupytext_knows_it(line: str) -> str:
    """Its shell commands have one ! and no target, or one."""
    if BINDS.match(line) or SHELL.match(line):
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}!echo {line.lstrip()}"
    return line


def _comment(line: str, goes_on: bool) -> str:
    """A line with a magic as Python.

    Args:
        line: as the author wrote it.
        goes_on: True if it isn't indented, or goes on with the line above.
    """
    timed = STATEMENT.fullmatch(line)
    if timed:
        return timed["indent"] + timed["statement"]
    code = line.lstrip()
    if code.startswith("#"):
        return line
    # An indented magic may be all that a loop does.
    return f"# {line}" if goes_on else f"{line[: len(line) - len(code)]}pass  # {code}"


@functools.cache
def needs_jupyter(source: str) -> bool:
    """True if later code can rest on something that no plain Python has.

    That is a name which a magic or a shell command gives, IPython's history, or an `await`
    outside of a function.
    """
    magic = CELL_MAGIC.match(source)
    if magic and (magic["name"] not in RUN_PYTHON or magic["rest"]):
        return not is_for_another_program(source)
    if syntax_error(source) is not None and any(map(BINDS.match, source.split("\n"))):
        return True
    plain = without_magics(source)
    if syntax_error(plain) is not None:
        return False
    needed, _ = names_in(plain)
    return bool(set(HISTORY) & needed) or _awaits(plain)


def names_of(source: str) -> tuple[set[str], set[str]]:
    """As names_in; what only IPython understands is left out, and what is not Python, too."""
    source = without_magics(source)
    return names_in(source) if syntax_error(source) is None else (set(), set())


def _awaits(source: str) -> bool:
    """True for an `await` outside of a function, which a cell may have and a script may not."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return False
    try:
        compile(source, "<script>", "exec")
    except SyntaxError:
        return True
    return False
