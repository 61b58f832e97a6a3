"""A batch of CIFAR-10: from the bytes of its file to labels and rows, whoever wrote that file.

    binary   n records:  label (1 byte) · red (1024) · green (1024) · blue (1024)
    Python   a pickled dict:  b"labels" → list of n numbers,  b"data" → (n, 3072) uint8, a row as above

A pickle is a program: it may name any function of any module, and Python would call it. So `BatchUnpickler` admits only
the few names that arrays and bytes need. Even these do not make arrays, but only note their arguments, because NumPy's
own code for unpickling trusts its data. So a hostile pickle can waste time and memory, but it cannot run anything.
"""

from __future__ import annotations

import io
import pickle
from reprlib import repr as short  # of hostile things, too: however deep or long
from typing import Any, NamedTuple

import numpy as np

CLASSES = 10
PIXELS = 3 * 32 * 32  # numbers in a row
MOST_ROWS = 10_000  # of a whole batch; shortened ones have fewer
MOST_BYTES = MOST_ROWS * 5000  # of its file; a row of a pickle takes 3,104, or up to 4,700 if Python 3 wrote it


class Batch(NamedTuple):
    """A batch of n rows: labels (n,) and rows (n, 3072), both uint8."""

    labels: np.ndarray
    rows: np.ndarray


def binary_batch(where: str, data: bytes) -> Batch:
    """Read a batch in the binary layout from `data`; ValueError that begins with `where` if it is not one.

    >>> labels, rows = binary_batch("a toad", bytes([6]) + bytes(3072))
    >>> labels, rows.shape
    (array([6], dtype=uint8), (1, 3072))
    """
    if len(data) % (1 + PIXELS):
        raise ValueError(
            f"{where}: expected {1 + PIXELS} bytes for each row, got {len(data):,} bytes in all, which leaves "
            f"{len(data) % (1 + PIXELS)}; the file is cut short, or not a batch of CIFAR-10"
        )
    records = np.frombuffer(data, np.uint8).reshape(-1, 1 + PIXELS)
    return _checked(where, records[:, 0], records[:, 1:])


def python_batch(where: str, data: bytes) -> Batch:
    """Read a batch from the pickle `data`; ValueError that begins with `where` if it is not one, or asks for more.

    >>> python_batch("mail.pickle", b"cos\\nsystem\\n(S'echo hello'\\ntR.")
    Traceback (most recent call last):
    ValueError: mail.pickle: ... it asks for os.system, which no batch of CIFAR-10 needs; nothing was run
    """
    try:
        batch = BatchUnpickler(io.BytesIO(data), encoding="bytes").load()  # Python 2 wrote it: its text is bytes
    except Exception as error:  # damaged or hostile pickles raise whatever they like
        got = error if isinstance(error, pickle.UnpicklingError) else repr(error)
        raise ValueError(f"{where}: expected a batch of CIFAR-10 as a pickle, got one that fails: {got}") from None
    match batch:
        case {b"labels": list(labels), b"data": Noted() as array}:
            return _checked(where, _labels(where, labels), _rows(where, array))
    got = f"one with {short(list(batch))}" if isinstance(batch, dict) else short(batch)
    raise ValueError(f"{where}: expected a dict with b'labels', a list, and b'data', an array, got {got}")


class Noted:
    """Stands in for an object of a pickle: it notes arguments and state, and does nothing with them."""

    arguments: tuple[Any, ...] = ()
    state: Any = None

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __setstate__(self, state: Any) -> None:
        self.state = state


class FromBuffer(Noted):
    """Stands in for an array of protocol 5, which has arguments but no state: gives it the state of older protocols."""

    def __init__(self, data: Any, dtype: Any, shape: Any, order: Any) -> None:
        self.state = (1, shape, dtype, order == "F", data)


ADMITTED = {
    ("numpy", "ndarray"): Noted,
    ("numpy", "dtype"): Noted,
    ("numpy.core.multiarray", "_reconstruct"): Noted,  # an empty array, whose state follows
    ("numpy._core.multiarray", "_reconstruct"): Noted,  # its name since NumPy 2
    ("numpy.core.numeric", "_frombuffer"): FromBuffer,  # an array out of bytes
    ("numpy._core.numeric", "_frombuffer"): FromBuffer,
    ("_codecs", "encode"): str.encode,  # bytes, as Python 3 writes them for Python 2
}


class BatchUnpickler(pickle._Unpickler):
    """Reads the pickles of batches, and refuses every name that is not in ADMITTED before looking it up.

    It is built on Python's unpickler in Python, which is as fast here (0.1 s a batch). In the one in C, a wrong byte
    can announce a memo so large that it takes up to 64 GB. A bytearray is read as bytes, since Python would make it as
    long as announced, however few bytes follow.
    """

    dispatch = pickle._Unpickler.dispatch | {pickle.BYTEARRAY8[0]: pickle._Unpickler.dispatch[pickle.BINBYTES8[0]]}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which no batch of CIFAR-10 needs; nothing was run"
            )
        return ADMITTED[module, name]


def _rows(where: str, array: Noted) -> np.ndarray:
    """Return the array (n, 3072) from its pickled state: (version, shape, dtype, do columns come first?, bytes)."""
    match array.state:
        case (_, (int(n), 3072), Noted(arguments=("u1" | b"u1", *_)), fortran, bytes(data)) if len(data) == n * PIXELS:
            return np.frombuffer(data, np.uint8).reshape((n, PIXELS), order="F" if fortran else "C")
    raise ValueError(f"{where}: expected data of shape (n, {PIXELS}), uint8, got an array of {short(array.state)}")


def _labels(where: str, labels: list[Any]) -> np.ndarray:
    for row, label in enumerate(labels):
        if type(label) is not int or not 0 <= label < CLASSES:
            raise ValueError(f"{where}: expected whole numbers from 0 to 9 as labels, got {short(label)} in row {row}")
    return np.array(labels, np.uint8)


def _checked(where: str, labels: np.ndarray, rows: np.ndarray) -> Batch:
    if not len(labels) == len(rows) or not 1 <= len(rows) <= MOST_ROWS:
        raise ValueError(
            f"{where}: expected 1 to {MOST_ROWS:,} rows and a label for each, got {len(rows):,} rows "
            f"and {len(labels):,} labels; is the file complete?"
        )
    if labels.max() >= CLASSES:
        row = int(np.argmax(labels >= CLASSES))
        raise ValueError(
            f"{where}: expected labels from 0 to 9, got {labels[row]} in row {row}; is this CIFAR-10, not CIFAR-100?"
        )
    return Batch(labels, rows)
