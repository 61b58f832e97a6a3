"""Joins gids → values, or → labels, of several things."""


def together(*mappings):
    """Return one mapping made from several."""
    return {gid: value for mapping in mappings for gid, value in mapping.items()}


def beside(*functions):
    """Return the function frame → (gid → value) of scenes next to each other."""
    return lambda frame: together(*(function(frame) for function in functions))


def named(prefix, labels):
    """Return the mapping with the prefix before each gid."""
    return {f"{prefix}.{gid}": label for gid, label in labels.items()}
