"""Seeing what the body of a script computes, for the mode `values`."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from perfagent.tools.workload.harness.perfagent_record import called, functions, timeit_names, walk
else:
    from perfagent_record import called, functions, timeit_names, walk

RECORDER = "__perfagent_record__"


class _Recorded(ast.NodeTransformer):
    """Hands the value of every assignment and bare expression of one function to the recorder."""

    def _wrap(self, value: Any) -> Any:
        call = ast.Call(func=ast.Name(id=RECORDER, ctx=ast.Load()), args=[value], keywords=[])
        return ast.copy_location(call, value)

    def visit_Assign(self, node: ast.Assign) -> Any:
        node.value = self._wrap(node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> Any:
        if not isinstance(node.value, (ast.Constant, ast.Yield, ast.YieldFrom, ast.Await)):
            node.value = self._wrap(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return node  # functions defined inside the body are the body's own business

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return node


def instrument(module: ast.Module) -> None:
    """Make `workload`, and every function whose name is given to timeit, hand its intermediate values to the
    recorder.

    Many published workloads compute a result and drop it; without this there would be nothing to compare.
    """
    defined = functions(module)
    names = timeit_names(module)
    bodies = {"workload"}
    for node in walk(module):
        if isinstance(node, ast.Call) and called(iter([node])) & names:
            given = node.args[:1] + [word.value for word in node.keywords if word.arg == "stmt"]
            bodies.update(arg.id for arg in given if isinstance(arg, ast.Name))
    for name in bodies & set(defined):
        function = defined[name]
        function.body = [_Recorded().visit(statement) for statement in function.body]
    ast.fix_missing_locations(module)


class Recorder:
    """Keeps what a body computed while it runs.

    Attributes:
        returned: what each execution of the body returned; what it computed on the way when that was None.
    """

    limit = 1000  # a loop in the body could record without end

    def __init__(self) -> None:
        self.returned: list[Any] = []
        self._inside: list[Any] | None = None

    def instrument(self, module: ast.Module) -> None:
        """Have what a script's body computes on the way handed to this recorder."""
        import builtins

        setattr(builtins, RECORDER, self)
        instrument(module)

    def __call__(self, value: Any) -> Any:
        """Record one intermediate value; returns it."""
        if self._inside is not None and len(self._inside) < self.limit:
            self._inside.append(value)
        return value

    def result(self, value: Any) -> Any:
        """Record what one execution of a body returned; returns it."""
        if len(self.returned) < self.limit:
            self.returned.append(value)
        return value

    def wrap(self, body: Any) -> Any:
        """The same body, recorded; a statement given as text is recorded when it is one expression."""
        if isinstance(body, str):
            try:
                ast.parse(body.strip(), mode="eval")
            except SyntaxError:
                return body
            return RECORDER + ".result(" + body.strip() + ")"

        def recorded(*args: Any, **words: Any) -> Any:
            self._inside = []
            result = body(*args, **words)
            self.result({"computed": self._inside} if result is None else result)
            self._inside = None
            return result

        return recorded
