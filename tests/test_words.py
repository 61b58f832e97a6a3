"""The words: the field's terms are taught, old names are gone, and so are phrases that only we understood.

A learner looks things up by the names that the field has for them. So each of these terms stands in bold in the file
that teaches it, and in the glossary of the book.
"""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from chapters.tools.glossary import entry

ROOT = Path(__file__).parent.parent
FILES = [path for folder in ("animations", "chapters", "tests", "tinylearn") for path in (ROOT / folder).rglob("*.py")]
SOURCES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(FILES)}
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

# --- the field's terms -----------------------------------------------------------------------------------------------

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


def bold(source):
    """Return what stands in bold in a file, on one line or over two."""
    text = re.sub(r"\n(?:# )?\s*", " ", source)
    return set(re.findall(r"\*\*([^*\s](?:[^*]*[^*\s])?)\*\*", text))


@pytest.mark.parametrize(("path", "terms"), TAUGHT.items(), ids=TAUGHT)
def test_finds_each_term_where_it_is_taught_and_in_the_glossary(path, terms):
    words = [" ".join(term.split()) for term in terms.split(",")]
    assert [term for term in words if term not in bold(SOURCES[path])] == []
    assert [term for term in words if entry(term) is None and entry(term.removesuffix("es")) is None] == []


def test_tells_bold_terms_from_plain_ones():
    assert bold("# This is **gradient\n# descent**, with 2 ** 3 and {**a, **b}, not momentum.") == {"gradient descent"}


# --- names that have gone --------------------------------------------------------------------------------------------

OLD_NAMES = {  # folder: old names → the words to use
    "": {
        "Ground Ink": "Background, TextMask",
        "outlook Outlook": "estimate_cost, remaining_time",
        "Refusal": "UsageError",
        "spaced_steps": "log_spaced_steps",
        "Tally tally tallies": "CorrectCounts",
        "ContactSheet contact_sheet": "ImageGrid",
        "LakeGames": "LakeEpisodes",
        "Film Reel hundredths": "Clip, delays",
        "Together": "Group",
        "paint_whole": "redraw",
        "look_wild": "check, thresholds",
        "find_fault": "diagnose",
        "such_as": "example",
        "TallyCurves": "AccuracyCurves",
        "fill_grads": "fill_gradients",
        "glances sooner": "td_targets, discounted_max",
        "Headline": "results",
        "DrawnBlock": "BlockArtists",
        "champion won_across give_back": "running_max, mask, scatter",
        "Team deal": "ParallelGradients, spawn",
        "house doctor": "project layout, self-check",
    },
    "tinylearn/": {
        "who": "caller",
        "floats": "as_floats",
        "share shares": "fraction, contribution",
        "Watch": "DivergenceMonitor",
    },
    "tinylearn/recording/": {"waiting publish trim": "buffer, flush, truncate"},
    "tinylearn/analysis/scorecard.py": {"right verdict facts": "correct, summary, as_dict"},
    "tinylearn/metrics.py": {"right share": "correct, fraction"},
    "animations/kit/": {"share shares": "fraction, contribution"},
    "animations/audit/": {"share shares": "fraction, contribution"},
    "tinylearn/analysis/": {"fresh initial remembered": "clone, init_parameter, state"},
    "tinylearn/layers/": {"met covered": "strip, patches"},
    "animations/": {"who": "caller"},
    "animations/scenes/lake/": {"game games": "episode, episodes", "score scores": "logit, logits"},
    "animations/scenes/classes/class": {"score scores": "logit, logits"},
    "chapters/": {"outcomes": "transitions"},
    "tests/": {"breach breaches BREACHES rival rivals strangers": "planted_faults, concurrent_recorders, third_party"},
    "animations/data.py": {"whole": "integer"},
}


def names_in(source, path=""):
    """Return the names that a source gives to anything, without underscores in front; also those in its path."""
    names = set(re.split(r"[/._]", path))
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(asname=str(name)):
                names.add(name)
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
    return {name.lstrip("_") for name in names}


def old_names(source, path):
    """Return the old names in a source, each with the words to use."""
    names = names_in(source, path)
    table = [row for folder, rows in OLD_NAMES.items() if path.startswith(folder) for row in rows.items()]
    return {old: better for words, better in table for old in words.split() if old in names}


def test_finds_no_old_name():
    found = {path: old_names(source, path) for path, source in SOURCES.items()}
    assert {path: names for path, names in found.items() if names} == {}


def test_would_find_an_old_name():
    planted = "class Film: pass\ndef f(house, *, such_as): _deal = 1; glances: int = 2; self.sooner = deal\nTogether"
    found = old_names(planted, "chapters/Reel.py")
    assert sorted(found) == ["Film", "Reel", "deal", "glances", "house", "sooner", "such_as"]
    assert set(old_names("Watch = trim = 1", "tinylearn/recording/store.py")) == {"Watch", "trim"}
    assert set(old_names("Watch = trim = 1", "animations/scene.py")) == set()


# --- phrases that have gone ------------------------------------------------------------------------------------------

OLD_PHRASES = {  # a regular expression → what to say instead
    r"\b(in|of|from) the house\b": "in this project",
    r"\bdoors? of the (library|house)\b": "at the boundary, where arguments are checked",
    r"\bdoctors?\b": "self-check",
    r"\bstrangers?('s)? (layer|loss|optimi[sz]er)s?\b|\b(of|to|by) strangers?\b": "third-party",
    r"\bbreach(es)?\b": "a planted fault",
}


def texts_in(source):
    """Return the comments and strings of a source, in one line each."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    kinds = "COMMENT", "STRING", "FSTRING_MIDDLE"  # Python 3.12 splits f-strings
    return [" ".join(token.string.split()) for token in tokens if tokenize.tok_name[token.type] in kinds]


def old_phrases(texts):
    """Return found phrase → what to say instead."""
    found = {}
    for phrase, better in OLD_PHRASES.items():
        for match in re.finditer(phrase, "\n".join(texts), re.IGNORECASE):
            found[match[0]] = better
    return found


def test_finds_no_old_phrase_in_comments_docstrings_and_messages():
    found = {}
    for path, source in SOURCES.items():
        if old_phrases([" ".join(source.split())]) and path != "tests/test_words.py":  # reading comments takes long
            found[path] = old_phrases(texts_in(source))
    assert {path: phrases for path, phrases in found.items() if phrases} == {}


def test_finds_no_old_phrase_in_the_documents():
    found = {path.name: old_phrases([path.read_text(encoding="utf-8")]) for path in DOCUMENTS}
    assert {name: phrases for name, phrases in found.items() if phrases} == {}


def test_would_find_an_old_phrase():
    texts = texts_in('''"""The doors\n   of the library."""\n# ask the Doctor\nhouse = f"{house} in the house"''')
    assert list(old_phrases(texts)) == ["in the house", "doors of the library", "Doctor"]
    assert old_phrases(texts_in("doctor = 1  # in the houses of the doctrine")) == {}
