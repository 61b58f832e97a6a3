"""Small files in the layouts of CIFAR-10, for the tests of its readers."""

import io
import pickle
import struct
import tarfile

import numpy as np

BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
FOLDERS = {"binary": "cifar-10-batches-bin", "python": "cifar-10-batches-py"}
SUFFIXES = {"binary": ".bin", "python": ""}


def random_batches(seed=0):
    """Six batches of 1 to 6 rows: name → (labels, rows (n, 3072))."""
    rng = np.random.default_rng(seed)
    draw = lambda n: (rng.integers(0, 10, n).tolist(), rng.integers(0, 256, (n, 3072), dtype=np.uint8))  # noqa: E731
    return {name: draw(n) for n, name in enumerate(BATCHES, start=1)}


def binary(labels, rows):
    return b"".join(bytes([label]) + row.tobytes() for label, row in zip(labels, rows, strict=True))


def python_2_pickle(labels, rows):
    """The pickle that Python 2 and its NumPy wrote: the same names, types and order as in the real files."""
    text = lambda s: b"U" + bytes([len(s)]) + s  # noqa: E731
    number = lambda n: b"J" + struct.pack("<i", n)  # noqa: E731
    dtype = b"cnumpy\ndtype\n" + text(b"u1") + b"K\0K\1\x87R(K\3" + text(b"|") + b"NNN" + number(-1) * 2 + b"K\0tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85" + text(b"b") + b"\x87R(K\1"
    array += number(len(rows)) + number(rows.shape[1]) + b"\x86" + dtype + b"\x89"
    array += b"T" + struct.pack("<i", rows.size) + rows.tobytes() + b"tb"
    names = b"](" + b"".join(text(b"image_%05d.png" % n) for n in range(len(rows))) + b"e"
    labels = b"](" + b"".join(number(label) for label in labels) + b"e"
    items = text(b"batch_label") + text(b"batch 1 of 5") + text(b"labels") + labels + text(b"data") + array
    return b"\x80\2}(" + items + text(b"filenames") + names + b"u."


def python_3_pickle(labels, rows, protocol=2):
    return pickle.dumps({b"labels": list(labels), b"data": rows}, protocol=protocol)


WRITERS = {"binary": binary, "python": python_2_pickle}


def files(form, batches):
    """Name → bytes of the files of these batches."""
    return {name + SUFFIXES[form]: WRITERS[form](*batch) for name, batch in batches.items()}


def write_folder(path, form, batches):
    path.mkdir(parents=True)
    for name, data in files(form, batches).items():
        (path / name).write_bytes(data)
    return path


def write_archive(path, members, *others):
    """A .tar.gz, or .tar, of name → bytes, after the members `others`, which are TarInfo without content."""
    with tarfile.open(path, "w" if path.suffix == ".tar" else "w:gz") as archive:
        for member in others:
            archive.addfile(member)
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def archive_members(form, batches):
    return {f"{FOLDERS[form]}/{name}": data for name, data in files(form, batches).items()}
