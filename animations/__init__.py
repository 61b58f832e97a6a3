"""animations: draws what tinylearn recorded. A scene says what a frame shows, `render` writes it to a file."""

from animations.audit import audit
from animations.autopsy import AutopsyPicture
from animations.bar_race import BarRace
from animations.charts import Bars, GrowingLines
from animations.class_bars import ClassBars
from animations.contact_sheet import ContactSheet
from animations.contour import ContourDescent, Valley
from animations.convolution import ConvolutionSteps
from animations.curve_fit import CurveFit, CurveStates
from animations.curve_panel import Curve
from animations.descent import CurveDescent, Descent
from animations.feature_maps import FeatureMaps
from animations.functions import FunctionAndSlope, FunctionStates
from animations.grid_search import GridSearch
from animations.lake_moves import LakeMoves
from animations.lake_policy import LakePolicy
from animations.network_diagram import NetworkDiagram
from animations.neuron import LineFit, NeuronDiagram, NeuronStates
from animations.pie import Pie
from animations.pixel_neuron import PixelNeuron
from animations.pixel_states import PixelStates
from animations.pooling import MaxPoolingSteps
from animations.race import Race
from animations.render import render
from animations.scene import Scene, SideBySide, Stacked, spaced_steps
from animations.softmax import SoftmaxBars
from animations.step_chart import Series, StepChart
from animations.tally import Tally, TallyCurves, TallyStrip
from animations.text import Number, PastedText
from animations.weight_picture import WeightPicture

__all__ = [
    "AutopsyPicture",
    "BarRace",
    "Bars",
    "ClassBars",
    "ContactSheet",
    "ContourDescent",
    "ConvolutionSteps",
    "Curve",
    "CurveDescent",
    "CurveFit",
    "CurveStates",
    "Descent",
    "FeatureMaps",
    "FunctionAndSlope",
    "FunctionStates",
    "GridSearch",
    "GrowingLines",
    "LakeMoves",
    "LakePolicy",
    "LineFit",
    "MaxPoolingSteps",
    "NetworkDiagram",
    "NeuronDiagram",
    "NeuronStates",
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
    "Tally",
    "TallyCurves",
    "TallyStrip",
    "Valley",
    "WeightPicture",
    "audit",
    "render",
    "spaced_steps",
]
