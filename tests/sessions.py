"""The processes that a test started, as far as /proc tells of them."""

from pathlib import Path


def alive_in(session):
    """Return pid → command of the running processes of a session; one that has ended may wait for its parent."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = path.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state not in "ZX":
                found[int(path.parent.name)] = (path.parent / "cmdline").read_text()
        except OSError:  # it has ended meanwhile
            continue
    return found
