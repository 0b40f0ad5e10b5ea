"""GF607 custom-object: a saved model cannot be loaded since Keras does not know a part of it.

Sees: the exceptions of loading: a class or function of the user's own that is not registered, a
layer whose configuration lacks the arguments of its __init__, a lambda, a missing file.
Why it matters: a file holds names and settings, not code; the code must be there when it is loaded.
Evidence: the name of the class, function or argument.
Remedies: none is applied by itself; the advice says what to type.
Source: the messages of Keras 3; https://keras.io/guides/serialization_and_saving/.
"""

from __future__ import annotations

import re

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.facts import CrashFacts

_UNREADABLE = "could not be deserialized properly"
_CASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (case, re.compile(pattern, re.DOTALL))
    for case, pattern in (
        ("unknown", r"Could not locate (?:class|function) '(?P<name>[^']+)'"),
        ("unknown", r"Unknown (?:layer|loss function|metric function|optimizer|regularizer|"
         r"initializer|object|function|activation function|constraint): ['\"]?(?P<name>\w+)"),
        ("lambda", r"Requested the deserialization of a `?Lambda`? layer|"
         r"The `function` of this `Lambda` layer is a Python lambda"),
        ("argument", r"deserialized.*?\b(?P<name>\w+)\.__init__\(\) (?:missing \d+ required|got an "
         r"unexpected keyword argument) .*?'(?P<argument>\w+)'"),
        ("argument", r"Object (?P<name>\w+) was created by passing non-serializable argument"),
        ("argument", r"Layer (?P<name>\w+) .*?(?:override|implement) the? ?(?:method )?"
         r"`?get_config"),
        ("file", r"File not found: filepath=(?P<name>\S+?)\. Please ensure"),
    )
)  # fmt: skip
# What the configuration, quoted before the reason, says of a part that is not Keras' own.
_OWN = re.compile(
    r"'module': (?:None|'(?!keras\b|builtins')[\w.]+'), 'class_name': '(\w+)'"
    r"|'class_name': 'function', 'config': '(\w+)'"
)


def custom_object(crash: CrashFacts) -> Answer:
    found = _read(crash.message)
    if found is None:
        return NotApplicable(f"the {crash.type} does not come from loading a model")
    case, name, argument = found
    evidence = {"name": name, "argument": argument, "given": argument or "..."}
    return Suspicion(case=case, evidence=evidence, where=place(crash.where))


def _read(text: str) -> tuple[str, str, str] | None:
    for case, pattern in _CASES:
        if (found := pattern.search(text)) is not None:
            named = found.groupdict()
            return case, named.get("name") or "", named.get("argument") or ""
    if _UNREADABLE not in text:
        return None
    own = _OWN.search(text)
    return ("unknown", own[1] or own[2], "") if own else ("unreadable", "", "")


CHECK = Check(
    code="GF607",
    name="custom-object",
    severity="error",
    function=custom_object,
    message={
        "unknown": "The saved model has {name} in it, which is not Keras' own and not known where "
        "it is loaded.",
        "lambda": "The saved model has a Lambda layer in it, whose code Keras does not run from a "
        "file unless it is told to.",
        "argument": "The saved model cannot be made anew: the configuration of {name} does not fit "
        "its __init__.",
        "unreadable": "The saved model cannot be made anew from its configuration: a part of it "
        "is not Keras' own.",
        "file": "There is no file {name} to load.",
    },
    advice={
        "unknown": "Put @keras.saving.register_keras_serializable() over the definition of {name} "
        "and import it before loading, or hand it over: keras.models.load_model(path, "
        'custom_objects={{"{name}": {name}}}).',
        "lambda": "If you wrote the file yourself: keras.models.load_model(path, "
        "safe_mode=False). Better put a layer of your own, or keras.layers.Rescaling and the like, "
        "in the Lambda's place.",
        "argument": "Let __init__ take **kwargs and hand them to super().__init__(**kwargs), and "
        'add every argument to get_config: return {{**super().get_config(), "{given}": '
        "self.{given}}}.",
        "unreadable": "Put @keras.saving.register_keras_serializable() over each layer, loss and "
        "metric of your own, and give them get_config.",
        "file": "Print os.getcwd() and the path: a relative path counts from there. See that "
        "model.save(...) or ModelCheckpoint wrote to the same path.",
    },
)
