"""animations: draws what tinylearn recorded. A scene says what each frame shows; `render` writes it to a file."""

from animations.audit import audit
from animations.engine.clip import Clip
from animations.engine.text import Number, PastedText
from animations.explore import explore
from animations.formats import notebook as _notebook  # noqa: F401  # a scene shows itself
from animations.groups import EndingWith, SideBySide, Stacked
from animations.kit import style as style
from animations.kit.correct_counts import CorrectCounts
from animations.kit.series import Series
from animations.kit.steps import log_spaced_steps
from animations.render import render
from animations.scene import Scene
from animations.scenes.activations.curve_fit import CurveFit, CurveStates
from animations.scenes.activations.curve_race import CurveRace
from animations.scenes.activations.functions import FunctionAndSlope, FunctionStates
from animations.scenes.classes.accuracy_gap import AccuracyGap, LearningRun
from animations.scenes.classes.augmentation import AugmentationSteps
from animations.scenes.classes.class_bars import ClassBars
from animations.scenes.classes.image_grid import ImageGrid
from animations.scenes.classes.softmax import SoftmaxBars
from animations.scenes.convolution.convolution import ConvolutionSteps
from animations.scenes.convolution.feature_maps import FeatureMaps
from animations.scenes.convolution.filter_pull import FilterPull
from animations.scenes.convolution.pooling import MaxPoolingSteps
from animations.scenes.descent.contour import ContourDescent
from animations.scenes.descent.curve_descent import CurveDescent
from animations.scenes.descent.curve_panel import Curve
from animations.scenes.descent.descent import Descent
from animations.scenes.descent.grid_search import GridSearch
from animations.scenes.descent.heading import Heading
from animations.scenes.descent.valley import Valley
from animations.scenes.lake.episodes import LakeEpisodes
from animations.scenes.lake.learning import LakeLearning
from animations.scenes.lake.moves import LakeMoves
from animations.scenes.lake.player import LakePlayer
from animations.scenes.network.backpropagation import Backpropagation
from animations.scenes.network.diagram import NetworkDiagram
from animations.scenes.network.hidden_layer import HiddenLayer
from animations.scenes.neurons.neuron import LineFit, NeuronDiagram, NeuronStates
from animations.scenes.neurons.pixel_neuron import PixelNeuron
from animations.scenes.neurons.pixel_states import PixelStates
from animations.scenes.neurons.update import NeuronUpdates
from animations.scenes.tables.bar_race import BarRace
from animations.scenes.tables.charts import Bars, GrowingLines
from animations.scenes.tables.pie import Pie
from animations.scenes.training.autopsy import AutopsyPicture
from animations.scenes.training.race import Race
from animations.scenes.training.step_chart import StepChart
from animations.why import Code, Line, Sum, Term, Why

__all__ = [
    "AccuracyGap",
    "AugmentationSteps",
    "AutopsyPicture",
    "Backpropagation",
    "BarRace",
    "Bars",
    "ClassBars",
    "Clip",
    "Code",
    "ContourDescent",
    "ConvolutionSteps",
    "CorrectCounts",
    "Curve",
    "CurveDescent",
    "CurveFit",
    "CurveRace",
    "CurveStates",
    "Descent",
    "EndingWith",
    "FeatureMaps",
    "FilterPull",
    "FunctionAndSlope",
    "FunctionStates",
    "GridSearch",
    "GrowingLines",
    "Heading",
    "HiddenLayer",
    "ImageGrid",
    "LakeEpisodes",
    "LakeLearning",
    "LakeMoves",
    "LakePlayer",
    "LearningRun",
    "Line",
    "LineFit",
    "MaxPoolingSteps",
    "NetworkDiagram",
    "NeuronDiagram",
    "NeuronStates",
    "NeuronUpdates",
    "Number",
    "PastedText",
    "Pie",
    "PixelNeuron",
    "PixelStates",
    "Race",
    "Scene",
    "Series",
    "SideBySide",
    "SoftmaxBars",
    "Stacked",
    "StepChart",
    "Sum",
    "Term",
    "Valley",
    "Why",
    "audit",
    "explore",
    "log_spaced_steps",
    "render",
]
