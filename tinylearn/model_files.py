"""A model's arrays in a file: an `.npz`, one array per name."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping

import numpy as np

from tinylearn.checks import existing_path
from tinylearn.files import complete_or_absent
from tinylearn.npz import read_arrays


def save_arrays(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray]) -> None:
    """Write the arrays to `path`; this replaces an existing file atomically."""
    with complete_or_absent(path, "save") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Return the arrays that `save_arrays` wrote; ValueError for any other file."""
    path = existing_path("load", path)
    try:
        return read_arrays(path)
    except (FileNotFoundError, PermissionError):
        raise
    except (TypeError, ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is not a file that Sequential.save wrote: {error}") from error
