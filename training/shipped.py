"""The weights of an exported reader, back in float: what a further training run begins with where no checkpoint was kept.

int8 per channel costs a thousandth of each weight, which a few hundred steps mend. The embeddings are taken from the base: they
are frozen in training and coarser in the file than anything else.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from rag.models.onnx_reader import MODEL
from training.network import ReaderNetwork

_QUANTIZED = "_quantized"


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
        elif name.endswith(_QUANTIZED):
            plain = name.removesuffix(_QUANTIZED)
            bias = _bias_after(users[name][0], users, stored)
            if bias is None:
                continue  # an embedding: looked up, not multiplied
            zero = stored[f"{plain}_zero_point"].astype("float32")
            weight = (values.astype("float32") - zero) * stored[f"{plain}_scale"]
            target = bias.removesuffix("bias") + "weight"
            state[target] = torch.from_numpy(weight.T.copy())
            missing.discard(target)
    if missing:
        raise ValueError(f"{folder / MODEL} lacks {', '.join(sorted(missing)[:3])}: it is no export of this network.")
    network.load_state_dict(state)


def _bias_after(node: onnx.NodeProto, users: dict[str, list[onnx.NodeProto]], stored: dict[str, object]) -> str | None:
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
