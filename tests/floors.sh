#!/usr/bin/env bash
# What users get: an sdist that holds every file of the repository, and a wheel that runs in a folder of theirs; the tests
# with the oldest versions that setup.cfg allows. Usage: bash tests/floors.sh [TESTS …], by default all of them
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
step() { echo "\$ $*"; "$@"; }

python3 -m venv "$work/venv"
source "$work/venv/bin/activate"
step python -m pip install --quiet build
python -m build --outdir "$work/dist" . >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log"; exit 1; }
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  step diff <(git ls-files | sort) <(tar tzf "$work"/dist/*.tar.gz | sed 's,^[^/]*/,,' |
    grep -v -e '/$' -e '^$' -e '^PKG-INFO$' -e '\.egg-info/' | sort)
fi
python tests/floors.py >"$work/floors.txt"
deactivate

python3 -m venv "$work/oldest"
source "$work/oldest/bin/activate"
wheel=$(echo "$work"/dist/*.whl)
step python -m pip install --quiet -c "$work/floors.txt" "$wheel[test]"
tar xzf "$work"/dist/*.tar.gz -C "$work"
mkdir "$work/für mich"
cd "$work/für mich"  # a space and an umlaut
step python -m tinylearn
step python -m chapters 1 8 --quick --format html mp4
cd "$work"/tinylearn-*/
step python -m pytest "$@"
