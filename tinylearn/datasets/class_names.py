"""The ten classes of CIFAR-10, in the order of their numbers; `sketches` draws the same ten.

Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
"""

CLASS_NAMES = ("plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
