"""Tree models: the learned ones that ship with the package.

What belongs here: loading a model, rows in, scores out. What does not: features, what a score means.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime


def predict(model: str, features: pl.DataFrame) -> NDArray[np.float32]:
    """The probabilities, rows by classes, that the model in the file `model` of the package's data gives.

    Args:
        model: file name of an ONNX model whose first input takes all features in their order.
        features: Float32 columns.
    """
    session = _session(model)
    rows = np.ascontiguousarray(features.to_numpy(), dtype=np.float32)
    if not len(rows):
        return np.zeros((0, 2), dtype=np.float32)
    probabilities: NDArray[np.float32] = session.run(
        [session.get_outputs()[1].name], {session.get_inputs()[0].name: rows}
    )[0]
    return probabilities


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
