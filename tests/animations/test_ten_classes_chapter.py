"""Chapter 7's films, whole: every number of every frame, calculated here once more from the parameters it had then."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, nameless_digits

from chapters import ch07_ten_classes as ch07
from chapters import images

TRUCK, FROG, EPOCHS = 9, 6, 3


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a run on a few sketches, and the parameters at the end of each epoch."""
    data = images.load("sketches", None, sketches=(70, 60), rng=np.random.default_rng(0))
    file = tmp_path_factory.mktemp("run") / "run.npz"
    run = ch07.Run(data, ch07.truck_and_frog(data, "sketches"), 1e-3, 0, file)
    kept = [run.model.parameters.copy()]
    run.learn(EPOCHS, lambda update: kept.append(update.model.parameters.copy()) if update.step % 3 == 0 else None)
    return run, kept


@pytest.fixture
def film(made):
    return ch07.class_bars(made[0])


@pytest.fixture(scope="module")
def recomputed(made):
    """Return gid → the value in each frame."""
    run, kept = made
    data, model = run.data, ch07.network(np.random.default_rng(1))
    values = {"network.right[0]": [], "network.right[1]": []}
    for parameters in kept:
        model.parameters = parameters
        for row, (x, y) in enumerate(((data.x_train, data.y_train), (data.x_test, data.y_test))):
            answers = [int(np.argmax(scores)) for scores in model.predict(x)]
            values[f"network.right[{row}]"].append(sum(a == b for a, b in zip(answers, y.tolist(), strict=True)))
        for name, number in (("truck", TRUCK), ("frog", FROG)):
            scores = model.predict(data.x_test[[data.y_test.tolist().index(number)]])[0].astype(float)
            for k in range(10):
                probability = np.exp(scores[k]) / sum(np.exp(score) for score in scores)
                values.setdefault(f"{name}.predicted[{k}]", []).append(probability)
    for row, total in enumerate((70, 60)):
        values[f"network.total[{row}]"] = [total] * (EPOCHS + 1)
        values[f"network.share[{row}]"] = [right / total for right in values[f"network.right[{row}]"]]
    for name in ("truck", "frog", "network"):
        values |= {f"{name}.epoch": range(EPOCHS + 1), f"{name}.last_epoch": [EPOCHS] * (EPOCHS + 1)}
    return values


def test_every_number_of_every_frame(film, recomputed):
    check_all_numbers(film, recomputed)


def test_every_digit_says_where_it_came_from(film):
    assert nameless_digits(film, range(film.frames)) == set()


def test_a_frame_of_another_epoch_is_noticed(film, recomputed):
    swapped = {gid: [values[frame] for frame in (0, 2, 1, 3)] for gid, values in recomputed.items()
               if not gid.endswith("epoch")}  # fmt: skip
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(film, recomputed | swapped)


def test_the_pictures_are_the_first_truck_and_frog_that_it_never_learns_from(made, film):
    data = made[0].data
    for panel, number in zip(film.scenes[0].scenes, (TRUCK, FROG), strict=True):
        np.testing.assert_array_equal(panel.picture, data.x_test[data.y_test.tolist().index(number)])
        assert not (data.x_train == panel.picture).all(axis=(1, 2, 3)).any()


def test_the_sheet_of_augmented_pictures_is_whole(made):
    scene = ch07.augmented(made[0].data, np.random.default_rng(0), 1)
    (texts,) = check_layout(scene, 0)
    assert {"the picture", "what is shown in its place", "truck", "frog"} <= set(texts)
