"""The right contents of FilterPull: the pull of every place, added up in plain loops."""

import numpy as np


def pulls_of(x, dout, size):
    """Return for each picture: place → dout · patch, for the places that pull."""
    around = [((length - 1) // 2, length // 2) for length in size]  # a place for each pixel
    found, images = [], np.pad(np.asarray(x, float), [(0, 0), *around, (0, 0)])
    for image, hands_back in zip(images, dout, strict=True):
        found.append({(p, q): float(hands_back[p, q]) * image[p : p + size[0], q : q + size[1]]
                      for p, q in np.argwhere(hands_back).tolist()})  # fmt: skip
    return found


def apart(places, shape, size):
    """Return the first four places whose patches lie inside and share no pixel with an earlier one."""
    taken, kept = set(), []
    for p, q in places:
        top, left = p - (size[0] - 1) // 2, q - (size[1] - 1) // 2
        patch = {(top + i, left + j) for i in range(size[0]) for j in range(size[1])}
        inside = all(0 <= row < shape[0] and 0 <= column < shape[1] for row, column in patch)
        if inside and not patch & taken and len(kept) < 4:
            taken |= patch
            kept.append((p, q))
    return kept


def pull_values(x, dout, gradient, before, after, step):
    """Return a function frame → (gid → value) for everything that FilterPull draws."""
    size, pulls = gradient.shape[:2], pulls_of(x, dout, gradient.shape[:2])
    chosen = max(range(len(pulls)), key=lambda n: np.abs(sum(pulls[n].values())).sum())  # it pulled most
    own = pulls[chosen]
    shown = apart(sorted(own, key=lambda place: (-float(np.abs(own[place]).sum()), place)), x.shape[1:3], size)
    whole = sum(own.values())
    framed = max(np.ndindex(gradient.shape), key=lambda index: abs(float(whole[index])))
    rest = sum(pull[framed] for place, pull in own.items() if place not in shown)
    others = sum(pull[framed] for n, each in enumerate(pulls) if n != chosen for pull in each.values())
    known = [(0, {"step": step}), (2, {"before": before[framed]})]
    known += [(2 + k, {f"dout[{k}]": dout[chosen][place], f"pull[{k}]": own[place][framed]})
              for k, place in enumerate(shown)]  # fmt: skip
    known += [(6, {"places": sum(pull.any() for pull in own.values()) - 4, "pull.places": rest}),
              (7, {"pictures": len(x) - 1, "pull.pictures": others}), (8, {"gradient": gradient[framed]}),
              (9, {"change": after[framed] - before[framed]}), (10, {"after": after[framed]})]  # fmt: skip
    return lambda frame: {gid: value for since, values in known if since <= frame for gid, value in values.items()}
