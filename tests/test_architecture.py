"""Imports go down only, read from the sources, with what functions and type checkers import."""

import ast
import functools
import graphlib
from pathlib import Path

import pytest

import animations

ROOT = Path(__file__).parent.parent
FLOORS = {  # of tinylearn, the lowest first; a module may import from its own floor and from those below
    "tools": "checks identity ctrl_c blas progress files npz guarding",
    "layers": "initializers layers",
    "model": "parameters sharing summary model",
    "training": """losses loss optimizers optimizer_base optimizer_guard optimizer_state divergence batches
        checkpoint callbacks run workers training_arguments training""",
    "recording": "recording",
    "analysis": "metrics analysis",
    "above": "layer_table loss_table optimizer_table augmentation datasets __main__ __init__",
}
FLOOR = {name: number for number, names in enumerate(FLOORS.values()) for name in names.split()}
BELOW = {  # room of animations → the rooms it may import from, beside itself
    "checks": "",
    "data": "checks",
    "why": "",
    "guard": "checks why",
    "scene": "checks data why guard",
    "groups": "checks data why scene",
    "engine": "checks data scene",
    "formats": "checks why scene groups engine",
    "render": "checks scene engine formats",
    "kit": "checks data why guard scene engine",
    "scenes": "checks data why scene engine kit",
    "audit": "checks data why scene groups engine formats render kit scenes",
    "explore": "checks data why scene groups engine formats render kit scenes",
    "__main__": "explore",
}


@functools.cache
def modules(package):
    """Return name → the nodes of the syntax tree, for every module of a package."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def imported(nodes, known):
    """Return the known modules that a module imports, anywhere in it; not the package that only passes names on."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= below & known if below & known else {node.module}
    return names & known


@functools.cache
def graph(package):
    """Return module → the modules of the same package that it imports."""
    known = set(modules(package))
    return {name: imported(nodes, known) - {name} for name, nodes in modules(package).items()}


def room(module):
    return [*module.split("."), "__init__"][1]


def test_imports_of_tinylearn_go_down_only_and_each_module_has_a_floor():
    assert {room(name) for name in graph("tinylearn")} == set(FLOOR)
    up = {(name, other) for name, others in graph("tinylearn").items() for other in others
          if FLOOR[room(other)] > FLOOR[room(name)]}  # fmt: skip
    assert up == set()


@pytest.mark.parametrize("above", ["animations", "chapters"])
def test_tinylearn_knows_nothing_of_those_above(above):
    known = set(modules(above))
    assert [name for name, nodes in modules("tinylearn").items() if imported(nodes, known)] == []


def test_rooms_of_animations_import_from_those_below():
    up = {(name, other) for name, others in graph("animations").items() if room(name) != "__init__"
          for other in others if room(other) not in f"{room(name)} {BELOW[room(name)]}".split()}  # fmt: skip
    assert up == set()


@pytest.mark.parametrize("package", ["tinylearn", "animations"])
def test_there_is_no_circle(package):
    list(graphlib.TopologicalSorter(graph(package)).static_order())  # raises CycleError


def test_a_circle_and_an_import_upwards_would_be_found():
    nodes = list(ast.walk(ast.parse("def f():\n    from tinylearn.training import fit\n")))
    assert imported(nodes, {"tinylearn.training"}) == {"tinylearn.training"}
    with pytest.raises(graphlib.CycleError):
        list(graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())


def defined(nodes, kinds):
    return {node.name for node in nodes if isinstance(node, kinds)}


def test_scenes_take_no_helpers_from_other_scenes():
    """From their own theme they may: classes, and what stands in a module without a public scene."""

    def theme(module):
        return module.split(".")[2] if room(module) == "scenes" and module.count(".") > 1 else None

    trees = modules("animations")
    for name, nodes in trees.items():
        for node in nodes:
            if theme(name) and isinstance(node, ast.ImportFrom) and theme(node.module or ""):
                assert theme(node.module) == theme(name), f"{name} imports from {node.module}, another theme"
                classes = defined(trees[node.module], ast.ClassDef)
                if any(hasattr(animations, each) for each in classes):
                    helpers = {alias.name for alias in node.names} - classes
                    assert not helpers, f"{name} imports {helpers} from the scene {node.module}; put them into the kit"


def test_benchmarks_import_from_each_other_what_is_there():
    """They are run by hand, so nothing else would say that one of them has lost what another needs."""
    files = {name.split(".")[2]: nodes for name, nodes in modules("tests/benchmarks").items() if name.count(".") == 2}

    def names(nodes):
        stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        return stored | defined(nodes, ast.FunctionDef | ast.ClassDef)

    missing = [f"{name}: {alias.name} from {node.module}" for name, nodes in files.items() for node in nodes
               if isinstance(node, ast.ImportFrom) and node.module in files
               for alias in node.names if alias.name not in names(files[node.module])]  # fmt: skip
    assert missing == []
