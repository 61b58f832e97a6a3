"""Pickles of batches: any honest one is read; a hostile one cannot run anything."""

import os
import pickle
import re
import struct
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinylearn.cifar10_files import python_2_pickle, python_3_pickle
from tinylearn.datasets.batches import FromBuffer, Noted, python_batch

ROWS = np.random.default_rng(0).integers(0, 256, (3, 3072), dtype=np.uint8)
LABELS = [6, 9, 0]


@pytest.mark.parametrize("protocol", range(6))
def test_reads_the_pickles_of_every_python_and_either_numpy(protocol):
    read_only = np.frombuffer(ROWS.tobytes(), np.uint8).reshape(ROWS.shape)
    files = [python_3_pickle(LABELS, rows, protocol) for rows in (ROWS, read_only, np.asfortranarray(ROWS))]
    if protocol == 2:  # of Python 2, which Python reads so
        files.append(python_2_pickle(LABELS, ROWS))
        with warnings.catch_warnings():  # some releases of NumPy 2.4 say that the dtype is written in the old way
            warnings.filterwarnings("ignore", r"dtype\(\): align", np.exceptions.VisibleDeprecationWarning)
            np.testing.assert_array_equal(pickle.loads(files[-1], encoding="bytes")[b"data"], ROWS)
    if protocol == 5:  # as NumPy 1 names it; without the frame, whose length would differ
        name, old = b"\x8c\x13numpy._core.numeric", b"\x8c\x12numpy.core.numeric"
        files += [file[:2] + file[11:].replace(name, old) for file in files]
    for batch in (python_batch("here", file) for file in files):
        np.testing.assert_array_equal(batch.labels, LABELS)
        np.testing.assert_array_equal(batch.rows, ROWS)


CONTENTS = [  # what is in a pickle that runs nothing, and what is said of it
    ({b"labels": LABELS}, r"expected a dict with b'labels', .* got one with \[b'labels'\]"),
    ({b"labels": LABELS, b"data": ROWS.tolist()}, "expected a dict with b'labels', a list, and b'data', an array"),
    ({b"labels": tuple(LABELS), b"data": ROWS}, "expected a dict with b'labels', a list"),
    ([LABELS, ROWS], r"got \[\[6, 9, 0\], "),
    ({b"labels": [6, -1, 0], b"data": ROWS}, "from 0 to 9 as labels, got -1 in row 1"),
    ({b"labels": [True, 9, 0], b"data": ROWS}, "from 0 to 9 as labels, got True in row 0"),
    ({b"labels": LABELS, b"data": ROWS.astype(np.int8)}, r"expected data of shape \(n, 3072\), uint8"),
    ({b"labels": [], b"data": ROWS[:0]}, "expected 1 to 10,000 rows and a label for each, got 0 rows"),
]
TRICKS = [
    b"Pid\n.",  # a persistent id
    b"\x80\2\x82\1.",  # a number from the registry of extensions
    b"\x80\2]q\0h\0a.",  # a list that holds itself
    b"\x80\2cnumpy\ndtype\n)\x81.",
    b"(" * 100_000,
    b"",
]


@pytest.mark.parametrize(("data", "words"), [
    *((pickle.dumps(content, protocol), words) for content, words in CONTENTS for protocol in (4, 5)),
    *((trick, "expected a ") for trick in TRICKS),
    (b"\x80\2c_codecs\nencode\nX\1\0\0\0aX\5\0\0\0rot13\x86R.", "got one that fails: .*rot13"),
    (python_2_pickle(LABELS, ROWS).replace(b"J\3\0\0\0", b"J\4\0\0\0"), "expected data of shape"),  # too few bytes
], ids=lambda value: value[:40] if isinstance(value, str) else "")  # fmt: skip
def test_refuses_contents_and_tricks(data, words):
    with pytest.raises(ValueError, match=f"^here: .*{words}"):
        python_batch("here", data)


class Call:
    """Something that calls a function when it is unpickled, and may then set a state."""

    def __init__(self, function, *arguments, state=None):
        self.call = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.call


ATTACKS = {
    "system": lambda canary: Call(os.system, f"touch {canary}"),
    "eval": lambda canary: Call(eval, f"open({canary!r}, 'w').close()"),
    "tofile": lambda canary: Call(np.ndarray.tofile, ROWS, canary),  # a method is asked for by getattr
}
PLACES = [
    lambda attack: attack,
    lambda attack: {b"labels": LABELS, b"data": attack},
    lambda attack: {b"labels": [6, attack, 0], b"data": ROWS},
    lambda attack: {b"labels": LABELS, b"data": ROWS, b"filenames": [attack]},
    lambda attack: Call(np.dtype, Call(np.dtype, attack)),
    lambda attack: Call(np._core.multiarray._reconstruct, np.ndarray, (0,), b"b", state=(attack,)),
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_runs_nothing_of_a_hostile_pickle_that_python_s_own_would_run(tmp_path, attack):
    canary = tmp_path / "canary"
    hostile, words = (
        ATTACKS[attack](str(canary)),
        rf"^here: .* it asks for .*({attack}|getattr), which no batch .*; not",
    )
    for place in PLACES:
        for protocol in (0, 2, 4, 5):
            with pytest.raises(ValueError, match=words):
                python_batch("here", pickle.dumps(place(hostile), protocol))
    assert not canary.exists()
    pickle.loads(pickle.dumps(hostile))
    assert canary.exists()


@pytest.mark.parametrize("name", [
    "numpy.core.multiarray:scalar", "numpy._core.multiarray:frombuffer", "numpy:_frombuffer", "numpy:ndarray.tofile",
    "numpy._core.numeric:_frombuffer.__globals__", "Numpy:ndarray", "numpy:dtype.__class__", "_codecs:decode",
    "copyreg:_reconstructor", "tinylearn.datasets.batches:Noted", ":ndarray", "numpy:", "some_module:x",
])  # fmt: skip
def test_refuses_names_that_look_like_those_of_arrays_and_imports_nothing(name, tmp_path, monkeypatch):
    (tmp_path / "some_module.py").write_text("import os; os.mkdir(os.path.join(os.path.dirname(__file__), 'canary'))")
    monkeypatch.syspath_prepend(tmp_path)
    module, name = name.split(":")
    text = b"".join(b"\x8c" + bytes([len(part)]) + part.encode() for part in (module, name))
    for data in (f"c{module}\n{name}\n.".encode(), b"\x80\4" + text + b"\x93.", f"(i{module}\n{name}\n.".encode()):
        with pytest.raises(ValueError, match=rf"asks for {re.escape(f'{module}.{name}')}, which no batch"):
            python_batch("here", data)
    assert not (tmp_path / "canary").exists()


def test_lets_no_pickle_change_what_stands_for_an_array():
    """A state of two parts is a list of attributes to set, on whatever lies on the stack: here on the class itself."""
    before = dict(vars(Noted)), dict(vars(FromBuffer))
    for name in (b"numpy\nndarray", b"numpy._core.numeric\n_frombuffer"):
        with pytest.raises(ValueError, match="got one that fails"):
            python_batch("here", b"\x80\2c" + name + b"\nN}U\x09argumentsK\7s\x86b.")
    assert (dict(vars(Noted)), dict(vars(FromBuffer))) == before


def test_takes_no_memory_for_what_is_announced():
    """As a place in the memo, or as a bytearray."""
    for data in (b"\x80\2]r" + struct.pack("<I", 1 << 24) + b".", b"\x80\5\x96" + struct.pack("<Q", 1 << 24) + b"."):
        tracemalloc.start()
        with pytest.raises(ValueError, match=r"^here: expected a "):
            python_batch("here", data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1 << 20


HONEST = python_2_pickle([6], ROWS[:1])
STRUCTURE = [n for n in range(len(HONEST)) if not 0 <= n - HONEST.index(ROWS[:1].tobytes()) < 3072]


@given(st.dictionaries(st.sampled_from(STRUCTURE), st.integers(0, 255), min_size=1, max_size=3))
def test_gives_an_error_or_a_batch_for_any_damage(changes):
    data = bytearray(HONEST)
    for place, value in changes.items():
        data[place] = value
    try:
        labels, rows = python_batch("here", bytes(data))
    except ValueError as error:
        assert str(error).startswith("here: expected ")  # noqa: PT017
    else:
        assert labels.max() <= 9
        assert rows.shape == (1, 3072)
