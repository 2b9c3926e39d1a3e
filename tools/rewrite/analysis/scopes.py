"""Which variable each name means: Python's scoping rules over a syntax tree.

Source of the rules: The Python Language Reference, section 4.2 "Naming and binding".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from perfagent.tools.rewrite.analysis.tree import ModuleTree, children, walk

Comprehension = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


@dataclass(frozen=True, slots=True, eq=False)
class Occurrence:
    """One place where a name stands.

    Attributes:
        node: the Name itself, or the def, class, import or parameter that binds it.
        name: the name.
        store: whether it is bound, rebound or deleted here.
        scope: the scope it stands in, which need not be the one that owns the variable.
    """

    node: cst.CSTNode
    name: str
    store: bool
    scope: Scope


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class, function, lambda or comprehension.

    Attributes:
        node: the tree node that opens the scope.
        parent: the scope around it, None for the module.
        bound: names bound here.
        outer: names declared `global` or `nonlocal` here.
        occurrences: the names that stand directly in it, nested scopes left out.
    """

    node: cst.CSTNode
    parent: Scope | None
    bound: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    occurrences: list[Occurrence] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        """Whether this is a class body, whose names nested functions do not see."""
        return isinstance(self.node, cst.ClassDef)

    def owner(self, name: str) -> Scope | None:
        """The scope whose variable `name` is when used here; None for builtins and unknown names."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_names:
                return scope.module
            visible = scope is self or not scope.is_class
            if visible and name in scope.bound and name not in scope.nonlocal_names:
                return scope
            scope = scope.parent
        return None

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Scopes:
    """The scopes of one module and the occurrences of every variable."""

    def __init__(self, tree: ModuleTree) -> None:
        self.module = Scope(tree.tree, None)
        self._by_node: dict[cst.CSTNode, Scope] = {tree.tree: self.module}
        self._scope_of: dict[cst.CSTNode, Scope] = {}
        self._uses: dict[tuple[int, str], list[Occurrence]] = {}
        for child in children(tree.tree):
            self._visit(child, self.module)
        self._resolve()

    # Questions

    def of(self, node: cst.CSTNode) -> Scope:
        """The scope a def, class, lambda, comprehension or module opens."""
        return self._by_node[node]

    def at(self, name: cst.CSTNode) -> Scope:
        """The scope a Name stands in."""
        return self._scope_of[name]

    def occurrences(self, scope: Scope, name: str) -> list[Occurrence]:
        """Everywhere the variable `name` owned by `scope` is bound or used, nested scopes included."""
        return self._uses.get((id(scope), name), [])

    def owner(self, name: cst.Name) -> Scope | None:
        """The scope that owns the variable a Name stands for; None for builtins."""
        scope = self._scope_of.get(name)
        return scope.owner(name.value) if scope else None

    def is_builtin(self, name: cst.CSTNode, *expected: str) -> bool:
        """Whether `name` is one of these builtins, shadowed nowhere on the way."""
        if not isinstance(name, cst.Name) or (expected and name.value not in expected):
            return False
        return name in self._scope_of and self.owner(name) is None and not self._star_import

    def shadowed(self, node: cst.CSTNode, name: str) -> bool:
        """Whether the builtin `name` may mean something else in new code put where `node` stands."""
        scope = next((self._scope_of[n] for n in walk(node) if n in self._scope_of), None)
        return scope is None or scope.owner(name) is not None or self._star_import

    @property
    def _star_import(self) -> bool:
        return "*" in self.module.bound

    def names(self) -> frozenset[str]:
        """Every name that occurs anywhere in the module."""
        return frozenset(o.name for scope in self._by_node.values() for o in scope.occurrences)

    def count(self, name: str) -> int:
        """How often the name occurs in the module, whatever it means there."""
        return sum(o.name == name for scope in self._by_node.values() for o in scope.occurrences)

    # Building

    def _resolve(self) -> None:
        for scope in self._by_node.values():
            for occurrence in scope.occurrences:
                owner = scope.owner(occurrence.name)
                if owner is not None:
                    self._uses.setdefault((id(owner), occurrence.name), []).append(occurrence)

    def _add(self, node: cst.CSTNode, name: str, scope: Scope, *, store: bool) -> None:
        scope.occurrences.append(Occurrence(node, name, store, scope))
        self._scope_of[node] = scope
        if store:
            scope.bound.add(name)

    def _open(self, node: cst.CSTNode, parent: Scope) -> Scope:
        scope = self._by_node[node] = Scope(node, parent)
        return scope

    def _visit_all(self, nodes: object, scope: Scope) -> None:
        for node in nodes if isinstance(nodes, (list, tuple)) else (nodes,):
            if isinstance(node, cst.CSTNode):
                self._visit(node, scope)

    def _visit(self, node: cst.CSTNode, scope: Scope) -> None:
        method = getattr(self, f"_visit_{type(node).__name__}", None)
        if method is not None:
            method(node, scope)
        elif isinstance(node, Comprehension):
            self._comprehension(node, scope)
        else:
            self._visit_all(list(children(node)), scope)

    def _visit_Name(self, node: cst.Name, scope: Scope) -> None:
        self._add(node, node.value, scope, store=False)

    def _visit_Attribute(self, node: cst.Attribute, scope: Scope) -> None:
        self._visit(node.value, scope)

    def _visit_Arg(self, node: cst.Arg, scope: Scope) -> None:
        self._visit(node.value, scope)

    # Bindings

    def _store(self, target: cst.CSTNode, scope: Scope) -> None:
        if isinstance(target, cst.Name):
            self._add(target, target.value, scope, store=True)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._store(element.value, scope)
        elif isinstance(target, cst.StarredElement):
            self._store(target.value, scope)
        else:
            self._visit(target, scope)

    def _visit_AssignTarget(self, node: cst.AssignTarget, scope: Scope) -> None:
        self._store(node.target, scope)

    def _visit_AugAssign(self, node: cst.AugAssign, scope: Scope) -> None:
        self._store(node.target, scope)
        self._visit(node.value, scope)

    def _visit_AnnAssign(self, node: cst.AnnAssign, scope: Scope) -> None:
        self._store(node.target, scope)
        self._visit_all([node.annotation, node.value], scope)

    def _visit_For(self, node: cst.For, scope: Scope) -> None:
        self._visit(node.iter, scope)
        self._store(node.target, scope)
        self._visit_all([node.body, node.orelse], scope)

    def _visit_Del(self, node: cst.Del, scope: Scope) -> None:
        self._store(node.target, scope)

    def _visit_AsName(self, node: cst.AsName, scope: Scope) -> None:
        self._store(node.name, scope)

    def _visit_NamedExpr(self, node: cst.NamedExpr, scope: Scope) -> None:
        binding = scope
        while isinstance(binding.node, Comprehension) and binding.parent is not None:
            binding = binding.parent
        self._store(node.target, binding)
        self._visit(node.value, scope)

    def _visit_Global(self, node: cst.Global, scope: Scope) -> None:
        for item in node.names:
            scope.global_names.add(item.name.value)
            self._add(item, item.name.value, scope, store=True)

    def _visit_Nonlocal(self, node: cst.Nonlocal, scope: Scope) -> None:
        for item in node.names:
            scope.nonlocal_names.add(item.name.value)
            self._add(item, item.name.value, scope, store=True)

    def _visit_Import(self, node: cst.Import, scope: Scope) -> None:
        for alias in node.names:
            if alias.asname is not None:
                self._store(alias.asname.name, scope)
            else:
                root: cst.CSTNode = alias.name
                while isinstance(root, cst.Attribute):
                    root = root.value
                self._store(root, scope)

    def _visit_ImportFrom(self, node: cst.ImportFrom, scope: Scope) -> None:
        if isinstance(node.names, cst.ImportStar):
            self._add(node, "*", scope, store=True)
            return
        for alias in node.names:
            self._store(alias.asname.name if alias.asname else alias.name, scope)

    def _visit_MatchAs(self, node: cst.MatchAs, scope: Scope) -> None:
        self._visit_all([node.pattern], scope)
        if node.name is not None:
            self._store(node.name, scope)

    def _visit_MatchStar(self, node: cst.MatchStar, scope: Scope) -> None:
        if node.name is not None:
            self._store(node.name, scope)

    def _visit_MatchMapping(self, node: cst.MatchMapping, scope: Scope) -> None:
        self._visit_all(list(node.elements), scope)
        if node.rest is not None:
            self._store(node.rest, scope)

    def _visit_MatchKeywordElement(self, node: cst.MatchKeywordElement, scope: Scope) -> None:
        self._visit(node.pattern, scope)

    # Scopes

    def _visit_FunctionDef(self, node: cst.FunctionDef, scope: Scope) -> None:
        self._add(node, node.name.value, scope, store=True)
        self._visit_all([*node.decorators, node.returns], scope)
        inner = self._open(node, scope)
        self._parameters(node.params, scope, inner)
        self._visit(node.body, inner)

    def _visit_Lambda(self, node: cst.Lambda, scope: Scope) -> None:
        inner = self._open(node, scope)
        self._parameters(node.params, scope, inner)
        self._visit(node.body, inner)

    def _parameters(self, params: cst.Parameters, outer: Scope, inner: Scope) -> None:
        for param in (p for p in children(params) if isinstance(p, cst.Param)):
            self._visit_all([param.annotation, param.default], outer)
            self._add(param, param.name.value, inner, store=True)

    def _visit_ClassDef(self, node: cst.ClassDef, scope: Scope) -> None:
        self._add(node, node.name.value, scope, store=True)
        self._visit_all([*node.decorators, *node.bases, *node.keywords], scope)
        self._visit(node.body, self._open(node, scope))

    def _comprehension(self, node: cst.BaseComp, scope: Scope) -> None:
        inner = self._open(node, scope)
        clause: cst.CompFor | None = node.for_in
        self._visit(node.for_in.iter, scope)
        while clause is not None:
            if clause is not node.for_in:
                self._visit(clause.iter, inner)
            self._store(clause.target, inner)
            self._visit_all(list(clause.ifs), inner)
            clause = clause.inner_for_in
        if isinstance(node, cst.DictComp):
            self._visit_all([node.key, node.value], inner)
        elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
            self._visit(node.elt, inner)
