"""Writes objects-2.pkl.gz to objects-5.pkl.gz: what Python programs put beside a state dict.

Each is the pickle of one protocol, as torch.save would write it, of a map with `state_dict` (a
tensor `w` of the storage '0', two floats) and `beside`, an object of each kind. Needs Python 3.11
and NumPy; PyTorch's own names are put in by hand.
"""

import argparse
import collections
import copyreg
import datetime
import decimal
import enum
import fractions
import functools
import gzip
import io
import pathlib
import pickle
import sys
import types
import uuid

import numpy


def module(name, **members):
    made = types.ModuleType(name)
    sys.modules[name] = made
    for key, value in members.items():
        value.__module__ = name
        value.__qualname__ = value.__name__ = key
        setattr(made, key, value)
    return made


class Storage:
    pass


class Module:
    pass


def rebuild(*arguments):
    raise AssertionError


def named(module_name, name):
    made = types.FunctionType(rebuild.__code__, globals(), name)
    made.__module__ = module_name
    made.__qualname__ = name
    return made


class Hidden:
    """Is pickled as the call of a function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Inside(dict):
    pass


class Row(list):
    pass


class Keyword:
    def __new__(cls, *, width):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"width": 3}


class Registered:
    pass


class Colour(enum.Enum):
    RED = 1


torch = module("torch", FloatStorage=Storage)
utils = module("torch._utils")
utils._rebuild_tensor_v2 = named("torch._utils", "_rebuild_tensor_v2")
utils._rebuild_sparse_tensor = named("torch._utils", "_rebuild_sparse_tensor")
training = module("training")
for kind in (Module, Inside, Row, Keyword, Registered, Colour):
    kind.__module__ = "training"
    setattr(training, kind.__name__, kind)
copyreg.add_extension("training", "Registered", 70000)


class Reference:
    def __init__(self, identity):
        self.identity = identity


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.identity if isinstance(value, Reference) else None


def tensor(elements):
    storage = Reference(("storage", Storage, "0", "cpu", elements))
    return Hidden(
        utils._rebuild_tensor_v2, storage, 0, (elements,), (1,), False, collections.OrderedDict()
    )


def beside():
    looped = Module()
    looped.self = looped
    looped.weight = tensor(2)
    counts = collections.defaultdict(functools.partial(int, "7"))
    counts[(1, 2)] = 3
    rows = Row([1, 2])
    rows.note = "a row"
    inside = Inside(a=1)
    inside.note = "a map"
    ring = []
    ring.append(ring)
    return [
        argparse.Namespace(lr=1e-3, model="ViT"),
        numpy.float64(0.1),
        numpy.float32(0.1),
        numpy.int64(3),
        numpy.bool_(True),
        numpy.dtype("float16"),
        numpy.dtype([("a", "<f4"), ("b", "<i8")]),
        numpy.arange(6.0).reshape(2, 3),
        numpy.zeros(100000, numpy.float32),
        numpy.array([None, {"a": 1}], dtype=object),
        numpy.random.RandomState(1).get_state(),
        numpy.random.default_rng(1),
        collections.OrderedDict(a=1),
        collections.defaultdict(list, {"a": [1]}),
        counts,
        collections.Counter("abca"),
        collections.deque([1, 2], maxlen=3),
        pathlib.PurePosixPath("/data/run"),
        pathlib.Path("/data/run"),
        functools.partial(print, "x", end=""),
        datetime.datetime(2024, 11, 3, tzinfo=datetime.timezone.utc),
        datetime.timedelta(hours=2),
        decimal.Decimal("0.1"),
        fractions.Fraction(1, 3),
        uuid.UUID(int=7),
        complex(1, 2),
        range(3),
        slice(1, 2),
        {1, 2},
        frozenset({3}),
        {None: 1, (1, 2): 2, b"b": 3, frozenset({1}): 4, 1.5: 5, True: 6},
        b"bytes",
        b"b" * 100000,
        bytearray(b"array"),
        "x" * 100000,
        2**70,
        -(2**2100),
        ValueError("no"),
        Colour.RED,
        Colour,
        print,
        type(None),
        Ellipsis,
        looped,
        inside,
        rows,
        ring,
        Registered(),
        Reference(("module", Module, "model.py", "class Module: ...")),
        Reference("elsewhere"),
        Hidden(utils._rebuild_sparse_tensor, 0, (tensor(2), (3,))),
        Hidden(exec, "raise SystemExit"),
    ]


for protocol in range(2, 6):
    objects = beside()
    if protocol >= 4:
        objects.append(Keyword(width=3))
    out = io.BytesIO()
    checkpoint = {
        "epoch": numpy.int64(3),
        "args": objects[0],
        "beside": objects,
        "state_dict": collections.OrderedDict(w=tensor(2)),
        "optimizer": {"param_groups": [{"lr": numpy.float64(1e-3), "params": [0]}]},
    }
    Pickler(out, protocol).dump(checkpoint)
    with open(f"objects-{protocol}.pkl.gz", "wb") as file:
        file.write(gzip.compress(out.getvalue(), mtime=0))
