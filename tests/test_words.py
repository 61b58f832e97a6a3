"""The words: the field's terms are taught, and phrases that only we understood are gone.

A learner looks things up by the names that the field has for them. So each of these terms stands in bold in the file
that teaches it, and in the glossary of the book.
"""

import re
from pathlib import Path

import pytest

from chapters.tools.glossary import entry

ROOT = Path(__file__).parent.parent
TAUGHT = {
    "tinylearn/layers/layer.py": "backpropagation, chain rule",
    "tinylearn/batches.py": "minibatches",
    "tinylearn/losses.py": "loss function",
    "tinylearn/optimizers.py": "regularisation",
    "tinylearn/training.py": "data augmentation",
    "tinylearn/callbacks.py": "validation set, training set, generalises, overfits",
    "tinylearn/layers/dropout.py": "regularisation, overfitting",
    "chapters/ch01_create_animations.py": "blitting, frame",
    "chapters/ch02_gradient_descent.py": "gradient descent, learning rate, gradient, derivative, momentum, optimiser",
    "chapters/ch03_first_neuron.py": "loss, loss function, regression, chain rule, generalises, neuron, weight, bias",
    "chapters/ch04_activations.py": "backpropagation, vanishing gradient, activation function, epochs, hidden layers",
    "chapters/ch05_horse_or_deer.py": "classification, minibatch, training set, test set, overfit, baseline, accuracy",
    "chapters/ch06_convolution.py": "convolution, filter, padding, stride, feature map",
    "chapters/ch07_ten_classes.py": """logits, one-hot, overfitting, data augmentation, regularisation,
        hyperparameters, validation set, early stopping""",
    "chapters/ch08_frozen_lake.py": """reinforcement learning, agent, state, action, episode, return, reward,
        truncated, policy, greedy policy, value, Monte Carlo returns, bootstrapped (TD) targets, discount factor,
        policy evaluation, value iteration""",
}
GONE = re.compile(
    r"\b(?:(?:in|of|from) the house|doors? of the (?:library|house)|doctors?|breach(?:es)?"
    r"|strangers?(?:'s)? (?:layer|loss|optimi[sz]er)s?|(?:of|to|by) strangers?)\b",
    re.IGNORECASE,
)


def bold(source):
    """Return what stands in bold in a file, on one line or over two."""
    text = re.sub(r"\n(?:# )?\s*", " ", source)
    return set(re.findall(r"\*\*([^*\s](?:[^*]*[^*\s])?)\*\*", text))


@pytest.mark.parametrize(("path", "terms"), TAUGHT.items(), ids=TAUGHT)
def test_finds_each_term_where_it_is_taught_and_in_the_glossary(path, terms):
    words, found = [" ".join(term.split()) for term in terms.split(",")], bold((ROOT / path).read_text("utf-8"))
    assert [term for term in words if term not in found] == []
    assert [term for term in words if entry(term) is None and entry(term.removesuffix("es")) is None] == []


def test_finds_no_phrase_that_has_gone():
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    for folder in ("animations", "chapters", "tinylearn"):
        files += (ROOT / folder).rglob("*.py")
    texts = {path: " ".join(path.read_text("utf-8").replace("\n#", " ").split()) for path in files}
    assert {str(path): found for path, text in texts.items() if (found := GONE.findall(text))} == {}


def test_tells_bold_terms_and_phrases_that_have_gone_from_others():
    assert bold("# This is **gradient\n# descent**, with 2 ** 3 and {**a, **b}, not momentum.") == {"gradient descent"}
    planted = "The doors of the library. Ask the Doctor of the doctrine in the houses, or in the house."
    assert GONE.findall(planted) == ["doors of the library", "Doctor", "in the house"]
