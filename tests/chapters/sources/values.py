"""Joins gids → values of several things."""


def beside(*functions):
    """Return the function frame → (gid → value) of scenes next to each other."""
    return lambda frame: {gid: value for function in functions for gid, value in function(frame).items()}


def named(prefix, values):
    """Return the mapping with the prefix before each gid."""
    return {f"{prefix}.{gid}": value for gid, value in values.items()}
