"""Planted faults of boards: right numbers in each other's places."""

from audit_helpers import drawn, only

from animations.kit.axes import add_number


def swap_places(scene, one=(0, 1), other=(1, 1)):
    one, other = scene.cells[one], scene.cells[other]
    places = one.get_position(), other.get_position()
    one.set_position(places[1])
    other.set_position(places[0])


def transpose(scene):
    """Move every number, with its gid and value, to the place of another cell."""
    for (i, j), number in scene.cells.items():
        number.set_position((90 + 70 * i, 200 - 40 * j))


def vector(*places):
    """Three numbers at `places` that only a scene's source knows: v[0], v[1], v[2]."""
    return drawn(lambda scene: [add_number(scene.page, x, y, "{:.1f}", f"v[{i}]", zorder=3).set_value(i)
                                for i, (x, y) in enumerate(places)])  # fmt: skip


BOARDS = {
    "places of a board swapped": ("board", "w[i,j]", drawn(swap_places)),
    "a board transposed": ("board", "w[i,j]", drawn(transpose)),
    "a board with its rows upside down": (
        "board", "w[i,j]",
        drawn(lambda scene: (swap_places(scene, (0, 0), (1, 0)), swap_places(scene, (0, 1), (1, 1)))),
    ),
    "two cells in each other's place, in one frame": ("board", "w[i,j]", only(2, swap_places)),
    "a row of numbers in another order": ("board", "v[i]", vector((20, 225), (100, 225), (60, 225))),
    "a column of numbers in another order": ("board", "v[i]", vector((20, 225), (20, 185), (20, 205))),
    "numbers around a circle in another order": ("board", "v[i]", vector((40, 230), (60, 210), (20, 210), (40, 190))),
    "a number out of its row": ("board", "v[i]", vector((20, 225), (60, 185), (10, 225))),
    "a cell out of its line": ("board", "w[i,j]", drawn(lambda scene: scene.cells[1, 1].set_y(150))),
}  # fmt: skip
