"""How the program draws its own pictures: ten classes of things, 32×32 pixels, in NumPy alone.

    shapes.py     ellipses, strokes, polygons, as distances from their edge
    canvas.py     the grid, the pose, the brush
    colours.py    palettes
    scenery.py    what lies behind and before the things, and the light
    hoofed.py  pets.py  wild.py  road.py  craft.py     the things: one function for each view of one

A view takes a canvas, paints a backdrop, places the thing and paints it. An eleventh class is one such function, one
name and one row in `VIEWS`.
"""

from __future__ import annotations

from collections.abc import Callable

from tinylearn.datasets.sketchbook import craft, hoofed, pets, road, wild
from tinylearn.datasets.sketchbook.canvas import Canvas

View = Callable[[Canvas], None]

VIEWS: dict[str, tuple[View, ...]] = {
    "plane": (craft.plane_from_side, craft.plane_from_above, craft.plane_from_front),
    "car": (road.car_from_side, road.car_from_front),
    "bird": (wild.bird_perched, wild.bird_flying),
    "cat": (pets.cat_standing, pets.cat_sitting, pets.cat_face),
    "deer": (hoofed.deer,),
    "dog": (pets.dog_standing, pets.dog_sitting, pets.dog_face),
    "frog": (wild.frog_sitting, wild.frog_face),
    "horse": (hoofed.horse,),
    "ship": (craft.steamer, craft.cargo_ship, craft.sailing_boat),
    "truck": (road.box_truck, road.tank_truck, road.dump_truck, road.truck_from_front),
}
