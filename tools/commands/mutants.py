# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Changes of one token in the frozen modules, by cosmic-ray's operators, and who would notice."""

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Of cosmic-ray's operators: turned and shifted comparisons, numbers one up or down, logic, sums.
# Its other operators change the same places again, or make the import fail.
_COMPARISONS = ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "Lt_GtE", "Lt_LtE", "LtE_Gt",
                "LtE_Lt", "Gt_LtE", "Gt_GtE", "GtE_Lt", "GtE_Gt")  # fmt: skip
_SUMS = ("Add_Sub", "Sub_Add", "LShift_RShift", "RShift_LShift", "BitAnd_BitOr", "BitOr_BitAnd")
OPERATORS = (
    *(f"core/ReplaceComparisonOperator_{pair}" for pair in _COMPARISONS),
    *(f"core/ReplaceBinaryOperator_{pair}" for pair in _SUMS),
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/NumberReplacer",
)
DROPPED_CALL = "DropCall"


@dataclass(frozen=True)
class Mutant:
    """One change. `file`: from the folder of the modules, `line`: where, `code`: all of the file
    with the change in it."""

    file: str
    line: int
    operator: str
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.before}  ->  {self.after}"


def _drop_call() -> type:
    """An operator that cosmic-ray has not: a call whose value nobody takes is not made."""
    import parso
    from cosmic_ray.operators.operator import Operator

    class DropCall(Operator):
        def mutation_positions(self, node):
            if node.type == "simple_stmt":
                call = node.children[0]
                if call.type == "atom_expr" and call.children[0].type != "string":
                    yield call.start_pos, call.end_pos

        def mutate(self, node, index):
            call = node.children[0]
            node.children[0] = parso.parse(call.get_first_leaf().prefix + "pass")
            return node

        @classmethod
        def examples(cls):
            return ()

    return DropCall


def _operators() -> dict[str, object]:
    from cosmic_ray import plugins

    made = {name: plugins.get_operator(name)() for name in OPERATORS}
    return {**made, DROPPED_CALL: _drop_call()()}


def _sites(source: str, operators: dict[str, object]) -> dict[tuple, list[tuple[str, int]]]:
    """For each place in a file what may be done there: operator, and which of its occurrences."""
    from cosmic_ray.ast import ast_nodes, get_ast

    tree = get_ast(source)
    found: dict[tuple, list[tuple[str, int]]] = {}
    for name, operator in operators.items():
        occurrence = 0
        for node in ast_nodes(tree):
            for start, _ in operator.mutation_positions(node):
                found.setdefault(start, []).append((name, occurrence))
                occurrence += 1
    return found


def _changed(file: str, source: str, line: int, name: str, code: str) -> Mutant:
    lines = zip(source.splitlines(), code.splitlines(), strict=False)
    before, after = next((pair for pair in lines if pair[0] != pair[1]), ("", ""))
    return Mutant(file, line, name.split("/")[-1], before.strip(), after.strip(), code)


def sample(modules: Path, pattern: str, size: int, seed: int) -> list[Mutant]:
    """So many changes, each at another place; the same for the same seed and modules."""
    from cosmic_ray.mutating import mutate_code

    operators = _operators()
    chance = random.Random(seed)
    sources, places = {}, []
    for path in sorted(modules.glob(pattern)):
        file = path.relative_to(modules).as_posix()
        sources[file] = path.read_text(encoding="utf-8")
        sites = _sites(sources[file], operators)
        places += [(file, start, sites[start]) for start in sorted(sites)]
    chosen = chance.sample(places, min(size, len(places)))
    made = []
    for file, start, ways in sorted(chosen):
        name, occurrence = chance.choice(ways)
        code = mutate_code(sources[file], operators[name], occurrence)
        assert code is not None and code != sources[file]
        ast.parse(code)
        made.append(_changed(file, sources[file], start[0], name, code))
    return made


# -- which tests may notice


def unit_tests(modules: Path, tests: Path) -> list[str]:
    """The test files that use frozen modules, by themselves or by the files beside them."""
    names = {path.stem: path for path in tests.glob("*.py")}
    return [
        path.name for path in sorted(tests.glob("test_*.py")) if _uses(path, names, modules, set())
    ]


def _uses(path: Path, names: dict[str, Path], modules: Path, seen: set[Path]) -> bool:
    seen.add(path)
    for name in _imported(path):
        if _is_frozen(name, modules):
            return True
        beside = names.get(name)
        if beside not in (None, *seen) and _uses(beside, names, modules, seen):
            return True
    return False


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_frozen(name: str, modules: Path) -> bool:
    path = modules.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


class Reach:
    """Which test files run which functions, as mutation_map.py has recorded it."""

    def __init__(self, record: dict) -> None:
        self._calls: dict[str, dict[str, list[int]]] = record["calls"]  # test, module, lines
        self._seconds: dict[str, float] = record["seconds"]

    def tests(self, file: str, line: int, source: str) -> list[str]:
        """Quick ones first. What stands outside functions concerns whoever uses the module."""
        first = _function_at(source, line)
        found = [
            test
            for test, calls in self._calls.items()
            if file in calls and (not first or first & set(calls[file]))
        ]
        return sorted(found, key=lambda test: self._seconds[test])


def _function_at(source: str, line: int) -> set[int]:
    """The lines where the function that has `line` may be said to begin; empty for none."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first <= line <= (node.end_lineno or line):
                found = {first, node.lineno}  # an inner one comes later
    return found
