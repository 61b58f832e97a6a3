"""tinylearn: a small NumPy framework in which every gradient is derived by hand and every update can be recorded."""

from tinylearn.analysis.gradient_check import GradientReport as GradientReport
from tinylearn.analysis.gradient_check import check_gradients as check_gradients
from tinylearn.analysis.gradient_rules import GradientError as GradientError
from tinylearn.analysis.race import race as race
from tinylearn.analysis.scorecard import Scorecard as Scorecard
from tinylearn.augmentation import Augment as Augment
from tinylearn.augmentation import affine as affine
from tinylearn.augmentation import flip as flip
from tinylearn.callbacks import Checkpoint as Checkpoint
from tinylearn.callbacks import Evaluate as Evaluate
from tinylearn.callbacks import ProgressBar as ProgressBar
from tinylearn.callbacks import Update as Update
from tinylearn.checkpoint import load_checkpoint as load_checkpoint
from tinylearn.checkpoint import save_checkpoint as save_checkpoint
from tinylearn.divergence import DivergenceError as DivergenceError
from tinylearn.layers import *  # noqa: F403 (so that a new layer needs no line here)
from tinylearn.losses import BinaryCrossEntropy as BinaryCrossEntropy
from tinylearn.losses import CategoricalCrossEntropy as CategoricalCrossEntropy
from tinylearn.losses import Loss as Loss
from tinylearn.losses import MeanSquaredError as MeanSquaredError
from tinylearn.metrics import accuracy as accuracy
from tinylearn.metrics import confidence_interval as confidence_interval
from tinylearn.metrics import confusion_matrix as confusion_matrix
from tinylearn.metrics import majority_baseline as majority_baseline
from tinylearn.model import Sequential as Sequential
from tinylearn.optimizers import SGD as SGD
from tinylearn.optimizers import Adam as Adam
from tinylearn.optimizers import Optimizer as Optimizer
from tinylearn.optimizers import RMSprop as RMSprop
from tinylearn.recording import Recorder as Recorder
from tinylearn.recording import Recording as Recording
from tinylearn.training import fit as fit
