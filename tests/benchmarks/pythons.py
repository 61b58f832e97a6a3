"""The whole suite under other versions of Python: which pass it? Run by hand; each takes some minutes.

    python tests/benchmarks/pythons.py python3.12 python3.13    those that are on this machine, by name or path
    python tests/benchmarks/pythons.py --debian sid             the one of a Debian, in a folder of its own (needs root)

Each gets a copy of the files that git knows, and a virtual environment, both in a temporary folder. `--debian` has
Debian's `debootstrap` make a small system there (300 MB), and runs the suite in it by `chroot`. The versions that
pass belong in `classifiers` of setup.cfg. What comes after `--` is for pytest.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIRROR = "http://deb.debian.org/debian"
OF_THIS_SYSTEM = ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt")  # how the network is reached from here


def copy_of_the_files(folder: Path) -> None:
    """Copy to `folder` what git knows, as it is in the work tree."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


@contextmanager
def debian(suite: str, folder: Path) -> Iterator[list[str]]:
    """Make a small Debian in `folder`; yield the beginning of commands that run in it."""
    command = ["debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates,git", suite]
    subprocess.run([*command, str(folder), MIRROR], check=True, stdout=subprocess.DEVNULL)
    for path in OF_THIS_SYSTEM:
        if Path(path).exists():
            shutil.copy(path, f"{folder}{path}")
    mounts = [["-t", "proc", "proc", f"{folder}/proc"], ["-t", "tmpfs", "tmpfs", f"{folder}/dev/shm"]]
    try:
        for mount in mounts:
            subprocess.run(["mount", *mount], check=True)
        yield ["chroot", str(folder)]
    finally:
        for *_, place in mounts:
            subprocess.run(["umount", "--quiet", place], check=False)


def suite(enter: Sequence[str], python: str, inside: str, asked: Sequence[str]) -> str:
    """Run the suite in the folder that is called `inside` where the command `enter` leads; return what came of it."""
    own = f"{inside}/venv/bin/python"
    steps = [
        [python, "-m", "venv", f"{inside}/venv"],
        [own, "-m", "pip", "install", "--quiet", "-e", f"{inside}/files[test]"],
        [own, "-m", "pytest", "-q", "--rootdir", f"{inside}/files", "-c", f"{inside}/files/setup.cfg", *asked],
    ]
    environment = os.environ | {"MPLCONFIGDIR": f"{inside}/matplotlib", "HOME": inside}
    for step in steps:
        words = ["env", "--chdir", f"{inside}/files", *step]
        done = subprocess.run([*enter, *words], env=environment, capture_output=True, text=True, check=False)
        lines = (done.stdout.strip() or done.stderr.strip() or "it said nothing").splitlines()
        if done.returncode:
            red = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
            return "\n  ".join([f"exit code {done.returncode}: {lines[-1]}", *red])
    return lines[-1]


def version(enter: Sequence[str], python: str) -> str:
    """Return what this Python says it is."""
    done = subprocess.run([*enter, python, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main(argv: Sequence[str]) -> None:
    """Try them one by one; print a line for each."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("pythons", nargs="*", metavar="PYTHON", help="a command or a path")
    command.add_argument("--debian", nargs="+", default=[], metavar="SUITE", help="trixie, testing, sid, …")
    own, asked = (argv, []) if "--" not in argv else (argv[: (end := argv.index("--"))], argv[end + 1 :])
    arguments = command.parse_args(own)
    for python in arguments.pythons:
        with tempfile.TemporaryDirectory() as folder:
            copy_of_the_files(Path(folder, "files"))
            print(f"{version([], python)}: {suite([], python, folder, asked)}", flush=True)
    for name in arguments.debian:
        with tempfile.TemporaryDirectory() as folder, debian(name, Path(folder)) as enter:
            copy_of_the_files(Path(folder, "trial/files"))
            print(f"{version(enter, 'python3')}, Debian's {name}: {suite(enter, 'python3', '/trial', asked)}")


if __name__ == "__main__":
    main(sys.argv[1:])
