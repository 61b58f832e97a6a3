"""Reading an .npz file: the arrays in it, by name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return all arrays of an .npz file. It unpickles nothing, so no file can run code.

    ValueError if it is not an .npz file, or only the beginning of one. zipfile or NumPy raise their errors for a
    damaged one.
    """
    with open(path, "rb") as handle:
        if not zipfile.is_zipfile(handle):  # NumPy would take it for a pickle, and advise to trust it
            raise ValueError("it is no .npz file, or only a part of one")
        handle.seek(0)
        with np.load(handle, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
