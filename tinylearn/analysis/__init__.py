"""What can be asked of a training: why a number changed, how training broke, which variant is better, what it is worth.

All of it stands on recordings, which know nothing of it: the methods are added here.
"""

from tinylearn.analysis.autopsy import autopsy
from tinylearn.analysis.explain import explain, gradients
from tinylearn.analysis.with_training import with_training
from tinylearn.recording import Recording

Recording.explain = explain
Recording.gradients = gradients
Recording.autopsy = autopsy
Recording.with_training = with_training
