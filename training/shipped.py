"""The weights of an exported reader, back in float: what a further training run begins with where no checkpoint was kept.

int8 costs a thousandth of each weight, which a few hundred steps mend. The embeddings are taken from the base: they are frozen in
training.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from rag.models.onnx_reader import MODEL
from training.network import ReaderNetwork

_QUANTIZED = "_quantized"
_BLOCKS, _BLOCK_SCALES, _MIDDLE = "_Q8", "_scales", 128
"""Matrices in blocks: whole numbers of shape (out, blocks, block) around 128, and a scale for each block."""


def restore(network: ReaderNetwork, folder: Path) -> None:
    """Load the weights of ``folder/model.onnx`` into ``network``.

    Raises:
        ValueError: a weight of the network was not found in the file.
    """
    graph = onnx.load(folder / MODEL).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    state = network.state_dict()
    missing = {name for name in state if not name.startswith("encoder.embeddings.")}
    for name, values in stored.items():
        if name in missing:
            state[name] = torch.from_numpy(values.copy())
            missing.discard(name)
            continue
        matrix = _matrix(name, stored, users)
        bias = None if matrix is None else _bias_after(users[name][0], users, stored)
        if matrix is not None and bias is not None:
            target = bias.removesuffix("bias") + "weight"
            state[target] = torch.from_numpy(matrix[:, : state[target].shape[1]].copy())
            missing.discard(target)
    if missing:
        raise ValueError(f"{folder / MODEL} lacks {', '.join(sorted(missing)[:3])}: it is no export of this network.")
    network.load_state_dict(state)


def _matrix(name: str, stored: dict[str, NDArray[Any]], users: dict[str, list[onnx.NodeProto]]) -> NDArray[np.float32] | None:
    """The matrix that is kept in ``stored[name]``, as torch has it, shape (out, in); ``None`` where it is something else."""
    values, plain = stored[name], name.removesuffix(_QUANTIZED)
    if name.endswith(_BLOCKS):
        scales = stored[name.removesuffix(_BLOCKS) + _BLOCK_SCALES].reshape(*values.shape[:2], 1)
        return ((values.astype(np.float32) - _MIDDLE) * scales).reshape(values.shape[0], -1)
    if plain != name:
        return ((values.astype(np.float32) - stored[f"{plain}_zero_point"]) * stored[f"{plain}_scale"]).T.astype(np.float32)
    multiplied = values.ndim == 2 and any(user.op_type == "MatMul" for user in users.get(name, []))
    return values.T if multiplied else None


def _bias_after(node: onnx.NodeProto, users: dict[str, list[onnx.NodeProto]], stored: dict[str, NDArray[Any]]) -> str | None:
    """The name of the bias that is added to what ``node`` multiplies."""
    for _ in range(6):
        named = [name for name in node.input if name in stored and name.endswith(".bias") and "LayerNorm" not in name]
        if named:
            return named[0]
        following = [user for output in node.output for user in users.get(output, [])]
        if len(following) != 1:
            return None
        node = following[0]
    return None
