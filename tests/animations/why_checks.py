"""Every drawn number has an explanation, and that is right, and so is all that it leads to."""

from animations.audit.texts import drawn_texts
from animations.audit.whys import explanations
from animations.engine.painter import Painter


def check_whys(scene, frames=None):
    """Ask every drawn number of some frames, first, middle and last unless told, and what these were made of. `scene`
    may be drawn already: then it is its painter.

    Fails with a list of all that is wrong. Returns how many numbers were explained.
    """
    painter, problems, count = scene if isinstance(scene, Painter) else Painter(scene), {}, 0
    scene = painter.scene
    chosen = (0, scene.frames // 2, scene.frames - 1) if frames is None else frames
    for frame in sorted({frame % scene.frames for frame in chosen}):
        painter.show(frame)
        later = {id(artist) for trail in painter.trails[frame + 1 :] for artist in trail}
        texts = [text for text in drawn_texts(painter.figure, later) if text.get_gid()]
        told, faults = explanations(scene, frame, texts)
        unknown = {text.get_gid() for text in texts} - told.keys()
        wrong = [f"{gid}, which is drawn, has no explanation" for gid in unknown] + [fault for _, fault in faults]
        wrong += [f"{gid}: nothing is said of it" for gid, why in told.items() if not (why.says and why.parts)]
        for problem in wrong:
            problems.setdefault(problem, []).append(frame)
        count += len(told)
    said = [f"{problem} (frame {', '.join(map(str, where))})" for problem, where in problems.items()]
    assert not said, f"explanations of {type(scene).__name__} are wrong:\n  " + "\n  ".join(said)
    assert count, "no number is drawn"
    return count
