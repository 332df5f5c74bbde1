# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutants of a module: each has one small change of its code.

Annotations, docstrings, decorators, imports and type aliases stay as they are: they decide about nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

_SKIPPED_FIELDS = frozenset({"annotation", "returns", "decorator_list", "ctx", "op", "ops", "bases"})
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """A change, where it is, and the code of the whole module with it."""

    scope: str
    line: int
    before: str
    after: str
    code: CodeType

    @property
    def change(self) -> str:
        """The change in one line."""
        return f"{self.before} → {self.after}"


@dataclass(frozen=True)
class Place:
    """Where a node stands in a tree: a field of its parent, or an item of one."""

    owner: Any
    key: Any
    node: Any
    scope: str

    def put(self, node: ast.AST) -> None:
        """Put another node there."""
        if isinstance(self.owner, list):
            self.owner[self.key] = node
        else:
            setattr(self.owner, self.key, node)


def mutants(source: str) -> Iterator[Mutant]:
    """Yield the mutants of a module, from its beginning to its end."""
    tree = ast.parse(source)
    for place in list(_places(tree, "")):
        for node in _replacements(place.node):
            if _in_one_line(node) == _in_one_line(place.node):
                continue
            place.put(ast.fix_missing_locations(ast.copy_location(node, place.node)))
            yield Mutant(
                place.scope or "module",
                place.node.lineno,
                _in_one_line(place.node),
                _in_one_line(node),
                compile(tree, "mutant", "exec"),
            )
            place.put(place.node)


def _in_one_line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _places(node: ast.AST, scope: str) -> Iterator[Place]:
    """Yield the places below a node that may be changed."""
    if _is_left_alone(node):
        return
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        scope = f"{scope}.{node.name}".lstrip(".")
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED_FIELDS:
            continue
        pairs = enumerate(value) if isinstance(value, list) else [(name, value)]
        owner = value if isinstance(value, list) else node
        for key, child in pairs:
            if isinstance(child, ast.AST):
                if hasattr(child, "lineno") and not isinstance(node, ast.JoinedStr):
                    yield Place(owner, key, child, scope)
                yield from _places(child, scope)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if not isinstance(node, ast.Assign):
        return isinstance(node, (ast.Import, ast.ImportFrom))
    name = ast.unparse(node.targets[0])
    return name[0].isupper() and (not name.isupper() or ast.unparse(node.value).startswith("TypeVar("))


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node is changed into."""
    for kind, change in _CHANGES.items():
        if isinstance(node, kind):
            yield from change(node)


def _with(node: Any, **fields: Any) -> Any:
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _without_each(node: Any, field: str) -> Iterator[Any]:
    items = getattr(node, field)
    for number in range(len(items)):
        yield _with(node, **{field: items[:number] + items[number + 1 :]})


def _compare(node: Any) -> Iterator[ast.AST]:
    if len(node.ops) == 1:
        yield from (_with(node, ops=[other()]) for other in _COMPARISONS[type(node.ops[0])])


def _bool(node: Any) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for fewer in _without_each(node, "values"):
        yield fewer if len(fewer.values) > 1 else fewer.values[0]


def _arithmetic(node: Any) -> Iterator[ast.AST]:
    yield _with(node, op=_OPERATORS[type(node.op)]())


def _text(_node: Any) -> Iterator[ast.AST]:
    yield ast.Constant("")


def _constant(node: Any) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str):
        yield ast.Constant("" if node.value else "XX")


def _call(node: Any) -> Iterator[ast.AST]:
    """Each argument None, each keyword left out."""
    for number, argument in enumerate(node.args):
        if not isinstance(argument, ast.Starred) and ast.unparse(argument) != "None":
            yield _with(node, args=[*node.args[:number], ast.Constant(None), *node.args[number + 1 :]])
    yield from _without_each(node, "keywords")


def _branch(node: Any) -> Iterator[ast.AST]:
    yield _with(node, test=ast.Constant(False))
    if not isinstance(node, ast.While):
        yield _with(node, test=ast.Constant(True))


def _dict(node: Any) -> Iterator[ast.AST]:
    for number in range(len(node.keys)):
        keys, values = list(node.keys), list(node.values)
        del keys[number], values[number]
        yield _with(node, keys=keys, values=values)


def _elements(node: Any) -> Iterator[ast.AST]:
    if not isinstance(getattr(node, "ctx", None), ast.Store):
        yield from _without_each(node, "elts")


def _comprehension(node: Any) -> Iterator[ast.AST]:
    for number, generator in enumerate(node.generators):
        for fewer in _without_each(generator, "ifs"):
            yield _with(node, generators=[*node.generators[:number], fewer, *node.generators[number + 1 :]])


def _statement(node: Any) -> Iterator[ast.AST]:
    """Leave out what is done for its effect."""
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_local = isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Name, ast.Tuple))
    if not (is_docstring or is_local):
        yield ast.Pass()


def _return(node: Any) -> Iterator[ast.AST]:
    if node.value and ast.unparse(node.value) != "None":
        yield ast.Return(None)


_Change = Callable[[Any], Iterator[ast.AST]]
_CHANGES: dict[Any, _Change] = {
    ast.Compare: _compare,
    ast.BoolOp: _bool,
    ast.UnaryOp: lambda node: iter([node.operand]),
    ast.BinOp: _arithmetic,
    ast.Constant: _constant,
    ast.JoinedStr: _text,
    ast.Call: _call,
    (ast.If, ast.IfExp, ast.While): _branch,
    (ast.List, ast.Tuple, ast.Set): _elements,
    ast.Dict: _dict,
    (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp): _comprehension,
    ast.Return: _return,
    (ast.Expr, ast.Raise, ast.Assign): _statement,
    ast.Slice: lambda node: iter([ast.Slice(None, node.upper), ast.Slice(node.lower, None)]),
}
