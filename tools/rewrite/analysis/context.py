"""The questions rules ask about a module: what a variable is used for, what a name was imported from.

Every answer errs towards "I do not know": a rule then refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from perfagent.tools.rewrite.analysis.scopes import Occurrence, Scope, Scopes
from perfagent.tools.rewrite.analysis.tree import ModuleTree, walk
from perfagent.tools.rewrite.analysis.uses import Use, classify

# Functions that make a frame's variables reachable by name, so that nothing can be said about them.
_REFLECTION = ("locals", "globals", "vars", "exec", "eval", "dir")

# Decorators that compile the function from its source: other forms may not be supported, or not be faster.
_COMPILED = (
    "jit",
    "njit",
    "numba",
    "vectorize",
    "kernel",
    "script",
    "triton",
    "compile",
    "cython",
    "cfunc",
    "ccall",
)


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A name and the scope that owns it."""

    name: str
    scope: Scope


class Context:
    """One module and everything known about it, shared by the rules.

    Args:
        source: the module's text.

    Raises:
        libcst.ParserSyntaxError: the text is not Python.
        ValueError: the text cannot be reproduced byte for byte from its tree.
    """

    def __init__(self, source: str) -> None:
        self.tree = ModuleTree(source)
        self.scopes = Scopes(self.tree)
        # What types.py takes for granted of variables, or has found out, and hashing.py is asking.
        self.assumed: dict[tuple[int, str], str | None] = {}
        self.known_types: dict[tuple[int, str, int], str | None] = {}
        self.asked: set[tuple[str, int, str]] = set()
        self._uses: dict[tuple[int, str], list[Use]] = {}
        self._dynamic: dict[cst.FunctionDef, bool] = {}

    # Variables

    def variable(self, node: cst.CSTNode) -> Variable | None:
        """The variable a Name stands for; None for builtins and for other expressions."""
        if not isinstance(node, cst.Name):
            return None
        owner = self.scopes.owner(node)
        return Variable(node.value, owner) if owner else None

    def local(self, node: cst.CSTNode) -> Variable | None:
        """The same, if a function owns the variable; a parameter counts."""
        variable = self.variable(node)
        if variable is None or not isinstance(variable.scope.node, cst.FunctionDef):
            return None
        return variable

    def occurrences(self, variable: Variable) -> list[Occurrence]:
        """Everywhere the variable is bound or used."""
        return self.scopes.occurrences(variable.scope, variable.name)

    def uses(self, variable: Variable) -> list[Use]:
        """What is done with the variable at each occurrence."""
        key = (id(variable.scope), variable.name)
        if key not in self._uses:
            self._uses[key] = [classify(self.tree, occurrence) for occurrence in self.occurrences(variable)]
        return self._uses[key]

    def uses_in(self, variable: Variable, node: cst.CSTNode) -> list[Use]:
        """What is done with the variable inside `node`."""
        return [use for use in self.uses(variable) if self.tree.inside(use.occurrence.node, node)]

    def captured(self, variable: Variable) -> bool:
        """Whether a nested function, lambda or class uses the variable, which may then run at any time."""
        return any(self._crosses_function(o.scope, variable.scope) for o in self.occurrences(variable))

    @staticmethod
    def _crosses_function(inner: Scope, outer: Scope) -> bool:
        while inner is not outer and inner.parent is not None:
            if isinstance(inner.node, (cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.GeneratorExp)):
                return True
            inner = inner.parent
        return False

    def rebound_in(self, variable: Variable, node: cst.CSTNode) -> bool:
        """Whether the variable is bound, rebound or deleted inside `node`."""
        return any(o.store and self.tree.inside(o.node, node) for o in self.occurrences(variable))

    def used_after(self, variable: Variable, node: cst.CSTNode) -> bool:
        """Whether the variable occurs after `node`, or before it inside a loop that comes back."""
        end = self.tree.span(node)[1]
        around = list(self.tree.loops(node))
        for occurrence in self.occurrences(variable):
            if self.tree.inside(occurrence.node, node):
                continue
            if self.tree.span(occurrence.node)[0] >= end:
                return True
            if any(self.tree.inside(occurrence.node, loop) for loop in around):
                return True
        return False

    def single_binding(self, variable: Variable) -> cst.BaseExpression | None:
        """The expression of the variable's one and only binding, None when there are several or none."""
        stores = [use for use in self.uses(variable) if use.occurrence.store]
        return stores[0].value if len(stores) == 1 and stores[0].kind == "bind" else None

    # Safety of whole functions

    def is_dynamic(self, function: cst.FunctionDef) -> bool:
        """Whether the function looks at its own variables by name, or is compiled by a decorator."""
        if function not in self._dynamic:
            self._dynamic[function] = self._reflects(function) or self._is_compiled(function)
        return self._dynamic[function]

    def _reflects(self, function: cst.FunctionDef) -> bool:
        calls = (node for node in walk(function.body) if isinstance(node, cst.Call))
        return any(isinstance(c.func, cst.Name) and c.func.value in _REFLECTION for c in calls)

    def _is_compiled(self, function: cst.FunctionDef) -> bool:
        text = " ".join(self.tree.code(decorator.decorator).lower() for decorator in function.decorators)
        return any(word in text for word in _COMPILED)

    def in_try(self, node: cst.CSTNode) -> bool:
        """Whether the function may catch an exception raised at `node`, or a `finally` see its state."""
        function = self.tree.function_of(node)
        for above in self.tree.ancestors(node):
            if above is function:
                return False
            if isinstance(above, (cst.Try, cst.TryStar)) and self.tree.inside(node, above.body):
                return True
            # A context manager may swallow an exception, as contextlib.suppress does; files do not.
            if isinstance(above, cst.With) and not all(self._is_open(item) for item in above.items):
                return True
        return False

    @staticmethod
    def _is_open(item: cst.WithItem) -> bool:
        func = item.item.func if isinstance(item.item, cst.Call) else None
        name = func.attr if isinstance(func, cst.Attribute) else func
        return isinstance(name, cst.Name) and name.value == "open"

    # Imports

    def imported_module(self, node: cst.CSTNode, dotted: str) -> bool:
        """Whether a Name stands for the module `dotted`, imported once at the module's top level."""
        return isinstance(node, cst.Name) and self._import_source(node) == (dotted, None)

    def imported_name(self, node: cst.CSTNode, module: str, name: str) -> bool:
        """Whether `node` is `module.name` or that name imported, bound once at the top level."""
        if isinstance(node, cst.Attribute):
            return node.attr.value == name and self.imported_module(node.value, module)
        return isinstance(node, cst.Name) and self._import_source(node) == (module, name)

    def _import_source(self, node: cst.Name) -> tuple[str, str | None] | None:
        owner = self.scopes.owner(node)
        if owner is None or owner is not self.scopes.module:
            return None
        stores = [o for o in self.scopes.occurrences(owner, node.value) if o.store]
        if len(stores) != 1:
            return None
        return self._import_of(stores[0].node)

    def _import_of(self, bound: cst.CSTNode) -> tuple[str, str | None] | None:
        alias = next((a for a in self.tree.ancestors(bound) if isinstance(a, cst.ImportAlias)), None)
        statement = self.tree.parent(alias) if alias is not None else None
        if alias is None or not self._at_top(statement):
            return None
        if isinstance(statement, cst.Import):
            return (alias.evaluated_name, None) if alias.asname or isinstance(alias.name, cst.Name) else None
        if isinstance(statement, cst.ImportFrom) and isinstance(statement.module, (cst.Name, cst.Attribute)):
            return (self.tree.code(statement.module), alias.evaluated_name) if not statement.relative else None
        return None

    def _at_top(self, statement: cst.CSTNode | None) -> bool:
        line = self.tree.parent(statement) if statement is not None else None
        return line is not None and isinstance(self.tree.parent(line), cst.Module)

    def fresh_name(self, *wishes: str) -> str | None:
        """The first wish that occurs nowhere in the module, None when all do."""
        taken = self.scopes.names()
        free = (wish for wish in wishes if wish not in taken)
        return next(free, None)

    def identifiers(self, node: cst.CSTNode) -> Iterator[cst.Name]:
        """Every variable name that stands inside `node`."""
        for below in walk(node):
            if isinstance(below, cst.Name) and self._is_variable(below):
                yield below

    def _is_variable(self, node: cst.Name) -> bool:
        try:
            self.scopes.at(node)
        except KeyError:
            return False
        return True
