"""What only IPython understands: magics, shell commands, help; and what Python makes of it."""

import ast
import builtins
import re

CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[ \t]*(?P<rest>.*)")
RUN_PYTHON = ("time", "timeit", "capture", "prun")  # cell magics; all others are for something else
STATEMENT = re.compile(r"(?P<indent>\s*)%(?:time|prun)\s+(?P<statement>[^-\s].*)")
BINDS = re.compile(r"\s*[A-Za-z_][\w,\s]*=\s*(?:%|!)\s*\S")  # names = !ls
SHELL = re.compile(r"\s*!!?\s*\S")
BUILTIN_ERRORS = [
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
]
HISTORY = ("_", "__", "___", "In", "Out", "get_ipython")  # names that IPython gives


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
    read, bound = names_in(plain)
    return bool(set(HISTORY) & read - bound) or _awaits(plain)


def names_in(source: str) -> tuple[set[str], set[str]]:
    """Names that Python code reads, and names that it gives; builtins are left out."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return read - set(dir(builtins)), bound


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
