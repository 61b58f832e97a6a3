"""Plants faults, one at a time, and says which of them the tests find. Run it before and after you rewrite tests.

    python -m tests.benchmarks.planted_faults choose faults.json --number 150 --seed 1
    python -m tests.benchmarks.planted_faults run faults.json tests/tinylearn        # tests, or folders of tests

A fault is one small change of one line: another comparison, another sign, a number doubled and one added, a condition
turned round, a statement left out, a value not returned. Each is planted in a clone of the last commit, and pytest
runs there until the first failure. The answers are kept in the file under ``--label``, so a run that was stopped goes
on where it was. With ``--coverage .coverage`` (from ``pytest --cov --cov-branch --cov-context=test``) only the files of
tests that reach the line run.
"""

import argparse
import ast
import json
import random
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tinylearn", "animations", "chapters")
OTHER = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in",
    ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is", ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*",
    ast.MatMult: "*", ast.Pow: "*", ast.FloorDiv: "*", ast.Mod: "*",
}  # fmt: skip
WORDS = {"<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not", "+", "-", "*", "/", "@", "**", "//", "%"}


def changes(text):
    """All (first, last, new) of a source text: characters first to last become new."""
    lengths = [0]
    for line in text.splitlines(keepends=True):
        lengths.append(lengths[-1] + len(line))
    raw = text.splitlines()

    def place(line, column):  # ast counts columns in bytes
        return lengths[line - 1] + len(raw[line - 1].encode()[:column].decode())

    def span(node):
        return place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)

    def between(left, right, words, new):  # the operator alone: no bracket stands between
        first, last = span(left)[1], span(right)[0]
        return [(first, last, f" {new} ")] if text[first:last].strip() in words else []

    tree, found = ast.parse(text), []
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if node in inside:  # Python 3.11 does not know where the parts of an f-string stand
            continue
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            found += between(node.left, node.comparators[0], WORDS, OTHER[type(node.ops[0])])
        elif isinstance(node, ast.BinOp) and type(node.op) in OTHER:
            found += between(node.left, node.right, WORDS, OTHER[type(node.op)])
        elif isinstance(node, ast.BoolOp) and len(node.values) == 2:
            found += between(*node.values, ("and", "or"), "or" if isinstance(node.op, ast.And) else "and")
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
            found.append((*span(node), str(not node.value if type(node.value) is bool else 2 * node.value + 1)))
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            found.append((*span(node.test), f"(not ({text[slice(*span(node.test))]}))"))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            found.append((*span(node), text[slice(*span(node.operand))]))
        elif isinstance(node, ast.Return) and text[slice(*span(node))] not in ("return", "return None"):
            found.append((*span(node), "return None"))
        elif (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)) or is_kept(node):
            found.append((*span(node), "None"))
    return [change for change in found if "\n" not in text[change[0] : change[1]]]


def is_kept(node):
    """Whether a statement writes into an object or an array."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return isinstance(node, ast.Assign | ast.AugAssign) and isinstance(target, ast.Attribute | ast.Subscript)


def works(text, first, last, new):
    """Whether the changed text is Python, and another program."""
    try:
        return ast.dump(ast.parse(text[:first] + new + text[last:])) != ast.dump(ast.parse(text))
    except SyntaxError:
        return False


def choose(packages, number, seed):
    """``number`` faults, drawn from all that can be planted in the packages."""
    rng, pool = random.Random(seed), []
    files = subprocess.run(["git", "ls-files", *packages], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for file in filter(lambda name: name.endswith(".py"), files.split()):
        text = (ROOT / file).read_text(encoding="utf-8")
        pool += [(file, text, *change) for change in changes(text)]
    faults = []
    rng.shuffle(pool)
    while len(faults) < number:
        file, text, first, last, new = pool.pop()
        if not works(text, first, last, new):
            continue
        start, end = text.rfind("\n", 0, first) + 1, text.find("\n", last)
        before, after = text[start:end], text[start:first] + new + text[last:end]
        line, nth = text.count("\n", 0, first) + 1, text[:start].count(before)
        faults.append({"file": file, "line": line, "before": before, "after": after, "nth": nth, "answers": {}})
    return faults


def reaching(coverage, fault):
    """The files of tests that reach the fault's line, by the contexts of a coverage file."""
    data = CoverageData(coverage)
    data.read()
    measured = [name for name in data.measured_files() if name.endswith("/" + fault["file"])]
    contexts = [data.contexts_by_lineno(name).get(fault["line"], []) for name in measured]
    return sorted({test.split("::")[0] for tests in contexts for test in tests if test})


def plant(clone, fault):
    """Write the fault into the clone. False if its line is no longer there."""
    path = clone / fault["file"]
    parts = path.read_text(encoding="utf-8").split(fault["before"]) if path.exists() else []
    if len(parts) < fault["nth"] + 2:
        return False
    here = fault["nth"] + 1
    new = fault["before"].join(parts[:here]) + fault["after"] + fault["before"].join(parts[here:])
    path.write_text(new, encoding="utf-8")
    return True


def answer(clone, tests, seconds):
    """The first test that fails, or what else ended the run; None if every test passes."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", *tests]
    try:
        run = subprocess.run(command, cwd=clone, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "timeout"
    if run.returncode in (0, 5):
        return None
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0][:160] if failed else f"exit {run.returncode}"


def run(path, tests, label, coverage, seconds, workers):
    """Plant each fault of the file, and keep what found it under ``label``."""
    faults, lock = json.loads(path.read_text(encoding="utf-8")), threading.Lock()
    open_ones = iter([(number, fault) for number, fault in enumerate(faults) if label not in fault["answers"]])

    def work(clone):
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        while True:
            with lock:
                number, fault = next(open_ones, (None, None))
            if fault is None:
                return
            found = "gone"
            if plant(clone, fault):
                here = reaching(coverage, fault) if coverage else tests
                found = answer(clone, here, seconds) if here else None
            subprocess.run(["git", "checkout", "-q", "."], cwd=clone, check=True)
            with lock:
                fault["answers"][label] = found
                path.write_text(json.dumps(faults, indent=1), encoding="utf-8")
                print(f"{number:4} {fault['file']}:{fault['line']} {found or 'NOT FOUND'}", flush=True)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, [Path(folder) / str(worker) for worker in range(workers)]))
    missed = [fault for fault in faults if not fault["answers"][label]]
    print(f"{len(faults) - len(missed)} of {len(faults)} found")
    for fault in missed:
        print(f"{fault['file']}:{fault['line']}\n    -{fault['before'].strip()}\n    +{fault['after'].strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("choose", "run"))
    parser.add_argument("faults", type=Path)
    parser.add_argument("tests", nargs="*", default=["tests"])
    parser.add_argument("--number", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--label", default="before", help="the name under which this run's answers are kept")
    parser.add_argument("--coverage", help="a coverage file with contexts: run only the tests that reach the line")
    parser.add_argument("--seconds", type=float, default=600, help="the longest that the tests of one fault may take")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--packages", nargs="+", default=list(PACKAGES))
    args = parser.parse_args()
    if args.what == "choose":
        faults = choose(args.packages, args.number, args.seed)
        args.faults.write_text(json.dumps(faults, indent=1), encoding="utf-8")
    else:
        run(args.faults, args.tests, args.label, args.coverage, args.seconds, args.workers)


if __name__ == "__main__":
    main()
