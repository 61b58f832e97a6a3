"""What every film of every chapter should show: worked out anew, from recordings, data files and plain arithmetic.

HANDED      what a chapter hands on while it runs: names of its functions, where its recordings and counts can be had
films       what they show: it is told of each call of these (`handed[name]`: the arguments, and what was returned), and
            returns film → what `animations.audit` is told about it. No value comes from a scene
CAPTIONS    digits that no recording and no table knows: of sources, formulas, and of what was chosen before
"""
