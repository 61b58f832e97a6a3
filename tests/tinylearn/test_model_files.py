"""A saved model is loaded bit for bit, and a file that does not fit is refused."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.tinylearn.model_helpers import small_model
from tinylearn import Dense, Sequential


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["model.npz", "no suffix", "Gewichte für Straßen 雪.npz", "a.b.c"])
def test_save_and_load_give_the_same_bits(tmp_path, dtype, name):
    model, other = small_model(0, dtype), small_model(1, dtype)
    model.parameters[:3] = [np.nan, -0.0, 5e-324]  # numbers that a text file would lose
    folder = tmp_path / "some folder"
    folder.mkdir()
    model.save(folder / name)
    other.load(str(folder / name))
    assert other.parameters.tobytes() == model.parameters.tobytes()
    assert [path.name for path in folder.iterdir()] == [name]  # exactly that name, and nothing beside it


def test_saving_again_replaces_the_file(tmp_path):
    model = small_model()
    model.save(tmp_path / "model.npz")
    model.parameters += 1
    model.save(tmp_path / "model.npz")
    other = small_model(1)
    other.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(other.parameters, model.parameters)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_file_can_be_read_without_tinylearn(tmp_path):
    model = small_model()
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        assert file.files == list(model.named_parameters())
        np.testing.assert_array_equal(file["dense_2.b"], model.named_parameters()["dense_2.b"])


def assert_refused(model, path, message):
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=message) as error:
        model.load(path)
    assert path.name in str(error.value)
    np.testing.assert_array_equal(model.parameters, before)


def test_refuses_a_file_of_another_model_with_the_first_name_that_differs(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "model.npz"
    model = small_model()
    Sequential([Dense(3, 4, rng=rng), Dense(4, 5, rng=rng)]).save(path)
    assert_refused(model, path, r"dense_2.w is float64 \(4, 2\) in the model, float64 \(4, 5\) there")
    Sequential([Dense(3, 4, rng=rng)]).save(path)
    assert_refused(model, path, r"dense_2.w is float64 \(4, 2\) in the model, no such parameter there")
    Sequential([Dense(3, 4, rng=rng), Dense(4, 2, rng=rng), Dense(2, 1, rng=rng)]).save(path)
    assert_refused(model, path, r"dense_3.w is no such parameter in the model, float64 \(2, 1\) there")
    small_model(dtype=np.float32).save(path)
    assert_refused(model, path, r"dense_1.w is float64 \(3, 4\) in the model, float32 \(3, 4\) there")


def test_refuses_a_file_that_is_not_a_model(tmp_path):
    path = tmp_path / "model.npz"
    small_model().save(path)
    whole = path.read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2], whole[:-1]):
        path.write_bytes(content)
        assert_refused(small_model(1), path, "is not a file that Sequential.save wrote: it is no .npz file, or only a")
    path.write_bytes(whole[100:])
    assert_refused(small_model(1), path, "is not a file that Sequential.save wrote")


def test_refuses_a_file_with_a_flipped_bit(tmp_path):
    path = tmp_path / "model.npz"
    small_model().save(path)
    content = bytearray(path.read_bytes())
    content[200] ^= 1  # among the numbers of dense_1.w
    path.write_bytes(content)
    assert_refused(small_model(1), path, "is not a file that Sequential.save wrote")


def test_refuses_a_plain_npy_file(tmp_path):
    np.save(tmp_path / "model.npy", np.ones(26))
    assert_refused(small_model(), tmp_path / "model.npy", "is not a file that Sequential.save wrote")


def test_refuses_a_pickle(tmp_path):
    objects = np.array([{"not": "numbers"}], dtype=object)
    np.savez(tmp_path / "model.npz", **{"dense_1.w": objects})
    assert_refused(small_model(), tmp_path / "model.npz", "is not a file that Sequential.save wrote")


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^load: there is no file .*missing\.npz$"):
        small_model().load(tmp_path / "missing.npz")
    with pytest.raises(
        FileNotFoundError, match=f"^load: there is no file {re.escape(str(Path('missing.npz').absolute()))}$"
    ):
        small_model().load("missing.npz")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        small_model().save(tmp_path / "nowhere" / "model.npz")
