"""Imports go down only, read from the sources, with what functions and type checkers import."""

import ast
import graphlib
from pathlib import Path

import pytest

import animations

ROOT = Path(__file__).parent.parent
FLOORS = {  # the lowest first; a module may import from its own floor and from those below
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


# --- animations: a house with rooms ----------------------------------------------------------------------------------

BELOW = {  # room → the rooms it may import from, beside itself
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
ANIMATIONS = graph("animations")


def room(module):
    return [*module.split("."), "__init__"][1]


def within(module, places):
    """Does a module lie in one of these rooms, or is it one of these modules?"""
    return any(f"{module}.".startswith(f"animations.{place}.") for place in places.split())


@pytest.mark.parametrize("module", [name for name in ANIMATIONS if room(name) != "__init__"])
def test_rooms_import_from_those_below(module):
    allowed = f"{room(module)} {BELOW[room(module)]}"
    assert [other for other in ANIMATIONS[module] if not within(other, allowed)] == []


def test_animations_have_no_circle():
    assert set(graphlib.TopologicalSorter(ANIMATIONS).static_order()) == set(ANIMATIONS)


def theme(module):
    return module.split(".")[2] if room(module) == "scenes" and module.count(".") > 1 else None


def is_scene(tree):
    """Does a module define a scene that others can show?"""
    return any(isinstance(node, ast.ClassDef) and hasattr(animations, node.name) for node in tree.body)


def test_scenes_take_no_helpers_from_other_scenes():
    trees = modules("animations")
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if theme(name) and isinstance(node, ast.ImportFrom) and theme(node.module or ""):
                assert theme(node.module) == theme(name), f"{name} imports from {node.module}, another theme"
                if is_scene(trees[node.module]):
                    helpers = [alias.name for alias in node.names if not is_class(trees[node.module], alias.name)]
                    assert not helpers, f"{name} imports {helpers} from the scene {node.module}; put them into the kit"


def is_class(tree, name):
    return any(isinstance(node, ast.ClassDef) and node.name == name for node in tree.body)


def test_benchmarks_import_from_each_other_what_is_there():
    """They are run by hand, so nothing else would say that one of them has lost what another needs."""
    files = {
        path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests/benchmarks").glob("*.py")
    }
    missing = [f"{name}: {alias.name} from {node.module}" for name, tree in files.items() for node in ast.walk(tree)
               if isinstance(node, ast.ImportFrom) and node.module in files
               for alias in node.names if alias.name not in names_defined(files[node.module])]  # fmt: skip
    assert missing == []


def names_defined(tree):
    """Return the names that the top level of a module defines."""
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return bound | {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
