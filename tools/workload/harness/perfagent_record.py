"""Reading a script's source: which kind of workload it is.

Kinds, in the order they are looked for:
- `gso`: defines `run_test(eqcheck, reference, prefix)`; timeit inside it times the body.
- `timeit`: running the file times something with timeit (in the open, or under the `__main__` guard when
  there is no `workload` function).
- `workload`: defines `workload()` or `workload(data)`, perhaps `setup()`; we call them. Either may take a `size`.
- `plain`: anything else; the whole script is the body.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any, Iterator
else:
    import _ast as ast  # the nodes alone: `ast` itself would cost every sample more than starting Python does

COUNTED_SETUPS = 3
"""How often a process of the mode `count` sets up, however few bodies it executes: few bodies and many then differ by
bodies alone."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def parse(source: bytes | str, name: str, mode: str = "exec") -> Any:
    """The tree of a source.

    Raises:
        SyntaxError, ValueError: it is none.
    """
    return compile(source, name, mode, ast.PyCF_ONLY_AST, dont_inherit=True)


def children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes directly below a node, in the order of the source."""
    for name in node._fields:
        value = getattr(node, name, None)
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, ast.AST):
                yield each


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it."""
    todo = [node]
    while todo:
        each = todo.pop()
        yield each
        todo.extend(children(each))


def functions(module: ast.Module) -> dict[str, ast.FunctionDef]:
    """The module's top-level functions by name."""
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}


def imported(module: ast.Module) -> set[str]:
    """Top-level names of the packages a script imports anywhere."""
    names: set[str] = set()
    for node in walk(module):
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


def timeit_names(module: ast.Module) -> set[str]:
    """The names under which a script has timeit or its functions."""
    names: set[str] = set()
    for node in walk(module):
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
    for child in children(node):
        if not isinstance(child, _FUNCTIONS) and not _is_main_guard(child):
            yield child
            yield from _executed(child)


def called(nodes: Iterator[ast.AST]) -> set[str]:
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
    timing = timeit_names(module)
    calls = {name: called(_executed(node)) for name, node in functions(module).items()}
    grown = True
    while grown and timing:
        more = {name for name, used in calls.items() if used & timing} - timing
        timing |= more
        grown = bool(more)
    return bool(called(_executed(module)) & timing)


def classify(module: ast.Module) -> str:
    """The kind of a script: `gso`, `timeit`, `workload` or `plain`."""
    defined = functions(module)
    if "run_test" in defined:
        return "gso"
    if _times_when_loaded(module):
        return "timeit"
    if "workload" in defined:
        return "workload"
    return "timeit" if timeit_names(module) else "plain"


def needs_returning_template(module: ast.Module) -> bool:
    """Whether a script unpacks what timeit returns without having replaced timeit's template."""
    names = timeit_names(module)
    unpacks = False
    for node in walk(module):
        if not isinstance(node, ast.Assign):
            continue
        if any(isinstance(target, ast.Attribute) and target.attr == "template" for target in node.targets):
            return False
        if isinstance(node.targets[0], ast.Tuple) and called(iter([node.value])) & names:
            unpacks = True
    return unpacks


def own_variables(module: ast.Module) -> list[str]:
    """Public names that the script itself binds at module level, imports, functions and classes left out."""
    names = set()
    guarded = [node for statement in module.body if _is_main_guard(statement) for node in _executed(statement)]
    for node in [*_executed(module), *guarded]:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    for node in walk(module):
        if isinstance(node, ast.Global):
            names.update(node.names)
    return sorted(name for name in names if not name.startswith("_"))
