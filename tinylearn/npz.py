"""Writing and reading an .npz file: the arrays in it, by name."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tinylearn.checks import existing_path


@contextmanager
def written_by(writer: str, path: str | os.PathLike[str], caller: str) -> Iterator[Path]:
    """Yield the path of a file to read. Any error of the block becomes a ValueError: `writer` did not write this file.

    FileNotFoundError if there is no file; PermissionError if it cannot be opened.
    """
    path = existing_path(caller, path)
    try:
        yield path
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # zip, array and JSON raise different ones for a damaged file
        raise ValueError(f"{path} is not a file that {writer} wrote: {error}") from error


def write_arrays(file: BinaryIO, arrays: Mapping[str, Any]) -> None:
    """Write arrays, none of which needs pickle. (np.savez of NumPy 2.0 leaves the file open if the disk is full.)"""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asanyarray(array), allow_pickle=False)


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
