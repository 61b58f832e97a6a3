"""The layers, one idea per file. A new layer is one class in a file of its own and one line here."""

from tinylearn.layers.activations import LeakyReLU as LeakyReLU
from tinylearn.layers.activations import ReLU as ReLU
from tinylearn.layers.activations import Sigmoid as Sigmoid
from tinylearn.layers.activations import Softmax as Softmax
from tinylearn.layers.activations import Tanh as Tanh
from tinylearn.layers.batch_norm import BatchNorm as BatchNorm
from tinylearn.layers.dropout import Dropout as Dropout
from tinylearn.layers.fast_convolution import Conv2D as Conv2D
from tinylearn.layers.fast_dense import Dense as Dense
from tinylearn.layers.fast_pooling import MaxPool2D as MaxPool2D
from tinylearn.layers.flatten import Flatten as Flatten
from tinylearn.layers.layer import Layer as Layer
from tinylearn.layers.layer_norm import LayerNorm as LayerNorm
from tinylearn.layers.pooling import AveragePool2D as AveragePool2D
from tinylearn.layers.residual import Residual as Residual
