"""Which names Python code reads, and which it gives."""

import ast
import builtins

BUILTIN_NAMES = frozenset(dir(builtins))
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class _Order(ast.NodeVisitor):
    """Goes through code as Python would.

    Attributes:
        given: names that it has given so far.
        needed: names that it has read before it gave them.
    """

    def __init__(self) -> None:
        self.given: set[str] = set()
        self.needed: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.given.add(node.id)
        elif node.id not in self.given | BUILTIN_NAMES:
            self.needed.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._visit_all(node.value, *node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._visit_all(node.value, node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.visit_Name(ast.Name(node.target.id, ast.Load()))
        self._visit_all(node.value, node.target)

    def visit_For(self, node: ast.For) -> None:
        self._visit_all(node.iter, node.target, *node.body, *node.orelse)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._visit_all(node.iter, node.target, *node.ifs)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            kept = set(self.given)
            results = [getattr(node, name, None) for name in ("elt", "key", "value")]
            self._visit_all(*node.generators, *results)
            self.given = kept
        elif isinstance(node, FUNCTIONS | ast.ClassDef):
            self._visit_inside(node)
        elif isinstance(node, ast.alias):
            self.given.add((node.asname or node.name).partition(".")[0])
        else:
            if isinstance(node, ast.ExceptHandler) and node.name:
                self.given.add(node.name)
            super().generic_visit(node)

    def _visit_inside(self, node: ast.AST) -> None:
        """A function or a class: what it gives inside is seen nowhere else."""
        name = getattr(node, "name", None)
        self.given |= {name} if name else set()
        inside = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        kept = set(self.given)
        self.given |= inside
        super().generic_visit(node)
        self.given = kept

    def _visit_all(self, *nodes: ast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)


def names_in(source: str) -> tuple[set[str], set[str]]:
    """Names that Python code reads before it gives them, and names that it gives.

    Builtins are left out.
    """
    order = _Order()
    order.visit(ast.parse(source))
    return order.needed, order.given
