"""Reading a script's source: which kind of workload it is, and how to see what its body computed.

Kinds, in the order they are looked for:
- `gso`: defines `run_test(eqcheck, reference, prefix)`; timeit inside it times the body.
- `timeit`: running the file times something with timeit (in the open, or under the `__main__` guard when
  there is no `workload` function).
- `workload`: defines `workload()` or `workload(data)`, perhaps `setup()`; we call them. Either may take a `size`.
- `plain`: anything else; the whole script is the body.
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

RECORDER = "__perfagent_record__"
COUNTED_SETUPS = 3
"""How often a process of the mode `count` sets up, however few bodies it executes: few bodies and many then differ by
bodies alone."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def functions(module: ast.Module) -> dict[str, ast.FunctionDef]:
    """The module's top-level functions by name."""
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}


def imported(module: ast.Module) -> set[str]:
    """Top-level names of the packages a script imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def takes_size(module: ast.Module) -> bool:
    """Whether a script of the kind `workload` can be run at other sizes: its `setup` or its `workload` has a parameter
    `size` with a default, which is the size that is judged."""
    defined = functions(module)
    bodies = [defined[name] for name in ("setup", "workload") if name in defined]
    return classify(module) == "workload" and any("size" in _defaulted(body.args) for body in bodies)


def _defaulted(arguments: ast.arguments) -> set[str]:
    """The parameters that have a default and can be given by name."""
    named = arguments.args[len(arguments.args) - min(len(arguments.args), len(arguments.defaults)) :]
    keywords = [word for index, word in enumerate(arguments.kwonlyargs) if arguments.kw_defaults[index] is not None]
    return {argument.arg for argument in [*named, *keywords]}


def _timeit_names(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names.update(alias.asname or "timeit" for alias in node.names if alias.name == "timeit")
        elif isinstance(node, ast.ImportFrom) and node.module == "timeit":
            names.update(alias.asname or alias.name for alias in node.names)
    return names


def _is_main_guard(node: ast.AST) -> bool:
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run when the node runs: not the inside of functions it defines, nor what the main guard keeps back."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _FUNCTIONS) and not _is_main_guard(child):
            yield child
            yield from _executed(child)


def _called(nodes: Iterator[ast.AST]) -> set[str]:
    """Names at the root of the calls among the nodes: `f` for f(), `timeit` for timeit.repeat()."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Call):
            root: ast.AST = node.func
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name):
                names.add(root.id)
    return names


def _times_when_loaded(module: ast.Module) -> bool:
    timing = _timeit_names(module)
    calls = {name: _called(_executed(node)) for name, node in functions(module).items()}
    grown = True
    while grown and timing:
        more = {name for name, called in calls.items() if called & timing} - timing
        timing |= more
        grown = bool(more)
    return bool(_called(_executed(module)) & timing)


def classify(module: ast.Module) -> str:
    """The kind of a script: `gso`, `timeit`, `workload` or `plain`."""
    defined = functions(module)
    if "run_test" in defined:
        return "gso"
    if _times_when_loaded(module):
        return "timeit"
    if "workload" in defined:
        return "workload"
    return "timeit" if _timeit_names(module) else "plain"


def needs_returning_template(module: ast.Module) -> bool:
    """Whether a script unpacks what timeit returns without having replaced timeit's template."""
    names = _timeit_names(module)
    unpacks = False
    for node in ast.walk(module):
        if not isinstance(node, ast.Assign):
            continue
        if any(isinstance(target, ast.Attribute) and target.attr == "template" for target in node.targets):
            return False
        if isinstance(node.targets[0], ast.Tuple) and _called(iter([node.value])) & names:
            unpacks = True
    return unpacks


def own_variables(module: ast.Module) -> list[str]:
    """Public names that the script itself binds at module level, imports, functions and classes left out."""
    names = set()
    guarded = [node for statement in module.body if _is_main_guard(statement) for node in _executed(statement)]
    for node in [*_executed(module), *guarded]:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            names.update(node.names)
    return sorted(name for name in names if not name.startswith("_"))


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
    names = _timeit_names(module)
    bodies = {"workload"}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _called(iter([node])) & names:
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
