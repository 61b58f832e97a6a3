"""Questions about a training: why a number changed, how training broke, which variant is better, how good a model is.

All of them build on recordings. The recordings do not know about them: this package adds the methods.
"""

from tinylearn.analysis.autopsy import autopsy
from tinylearn.analysis.explain import explain, gradients
from tinylearn.analysis.with_training import with_training
from tinylearn.recording import Recording

Recording.explain = explain
Recording.gradients = gradients
Recording.autopsy = autopsy
Recording.with_training = with_training
