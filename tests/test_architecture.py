"""Imports go down only: the framework's floors, read from the sources, with what functions and type checkers import."""

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {  # the lowest first; a module may import from its own floor and from those below
    "tools": "checks files npz guarding",
    "layers": "initializers layers",
    "model": "parameters sharing summary model_files model",
    "training": """losses loss optimizers optimizer_base optimizer_guard optimizer_memory divergence batches
        checkpoint callbacks run workers training_arguments training""",
    "recording": "recording",
    "analysis": "metrics analysis",
    "above": "layer_table loss_table optimizer_table augmentation datasets __main__ __init__",
}
FLOOR = {name: number for number, names in enumerate(FLOORS.values()) for name in names.split()}


def modules(package):
    """Return name → syntax tree for every module of a package."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree, known):
    """Return the known modules that a module imports, anywhere in it; not the package that only passes names on."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= below & known if below & known else {node.module}
    return names & known


def graph(package):
    """Return module → the modules of the same package that it imports."""
    trees = modules(package)
    return {name: imported(tree, set(trees)) - {name} for name, tree in trees.items()}


def floor(module):
    return FLOOR[[*module.split("."), "__init__"][1]]


TINYLEARN = graph("tinylearn")


def test_every_module_has_a_floor():
    first = {[*name.split("."), "__init__"][1] for name in TINYLEARN}
    assert first == set(FLOOR)


@pytest.mark.parametrize("module", TINYLEARN)
def test_imports_go_down_only(module):
    assert [other for other in TINYLEARN[module] if floor(other) > floor(module)] == []


def test_the_framework_has_no_circle():
    assert set(graphlib.TopologicalSorter(TINYLEARN).static_order()) == set(TINYLEARN)  # raises CycleError


@pytest.mark.parametrize("package", ["animations", "chapters"])
def test_tinylearn_knows_nothing_of_those_above(package):
    for name, tree in modules("tinylearn").items():
        assert package not in {other.split(".")[0] for other in imported(tree, {package})}, name


def test_a_circle_and_an_import_upwards_would_be_found():
    tree = ast.parse("def f():\n    from tinylearn.training import fit\n")
    assert imported(tree, {"tinylearn.training"}) == {"tinylearn.training"}
    with pytest.raises(graphlib.CycleError):
        list(graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())
