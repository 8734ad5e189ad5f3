"""Tree models: the learned ones that ship with the package.

What belongs here: loading a model, rows in, scores out. What does not: features, what a score means.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime

_ROWS_AT_A_TIME: Final = 8_192


def predict(model: str, features: pl.DataFrame) -> NDArray[np.float32]:
    """The probabilities, rows by classes, that the model in the file `model` of the package's data gives.

    Args:
        model: file name of an ONNX model whose first input takes all features in their order.
        features: Float32 columns.
    """
    session = _session(model)
    given, wanted = session.get_inputs()[0].name, session.get_outputs()[1].name
    if features.is_empty():
        return np.zeros((0, 2), dtype=np.float32)
    # Features are columns, the runtime reads rows: turned round in pieces that stay in the processor's cache.
    pieces = (
        features.slice(start, _ROWS_AT_A_TIME).to_numpy(order="c")
        for start in range(0, len(features), _ROWS_AT_A_TIME)
    )
    return np.concatenate([session.run([wanted], {given: rows})[0] for rows in pieces])


@cache
def _session(model: str) -> onnxruntime.InferenceSession:
    # Imported late: a reader of tables does not pay for it.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Parallel work is by batches; more threads within one only fight with Polars'.
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        files("copydesk").joinpath("data", model).read_bytes(), options
    )
