"""Attention as one operator of ONNX Runtime in place of the fourteen that torch's exporter writes for it.

The exporter spells out products, mask, softmax and a guard against rows that are all masked. ONNX Runtime's own operator does
the same block by block and never writes the table of all pairs. It is used where there is nothing to mask: a text is run by
itself, without padding, and what the network adds to its products is then zero in every place. (The shipped embedder, clauses
of regulations, on top of what :data:`rag.models.onnx_folder.SLOW_FUSION` gains: 8.3 → 7.3 ms of processor a text.)
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnx

TRIED = (9, 23)
"""Tokens of the texts on which a mask is looked at."""
DOMAIN = "com.microsoft"


def fuse_attention(model: onnx.ModelProto) -> int:
    """Replace in place every attention that is exactly of the exporter's form, and give how many there were. One that adds more
    to the products than such a mask (relative positions, or that no word sees what follows it) stays as it is."""
    from onnx import helper

    graph = _Graph(model)
    matched = [match for node in model.graph.node if node.op_type == "Softmax" and (match := _matched(graph, node))]
    silent = _silent(model, sorted({match["mask"] for match in matched}))
    found = [match for match in matched if match["mask"] in silent]
    for match in found:
        last, given = match["last"], [match[side] for side in ("query", "key", "value")]
        facts = {"num_heads": match["heads"], "scale": match["scale"]}
        fused = helper.make_node("MultiHeadAttention", given, list(last.output), domain=DOMAIN, **facts)
        at = list(model.graph.node).index(last)
        model.graph.node.remove(last)
        model.graph.node.insert(at, fused)
    if found:
        _swept(model)
    return len(found)


class _Graph:
    """A network by the names of what its nodes make."""

    def __init__(self, model: onnx.ModelProto) -> None:
        from onnx import numpy_helper

        self.makers = {name: node for node in model.graph.node for name in node.output}
        self.users: dict[str, list[onnx.NodeProto]] = {}
        for node in model.graph.node:
            for name in node.input:
                self.users.setdefault(name, []).append(node)
        self._constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self._array = numpy_helper.to_array

    def constant(self, name: str) -> Any:
        """The values of a constant; ``None`` for anything else."""
        return self._array(self._constants[name]) if name in self._constants else None

    def user(self, node: onnx.NodeProto, kind: str) -> onnx.NodeProto | None:
        """The one node of that kind that uses what ``node`` makes."""
        found = [user for user in self.users.get(node.output[0], ()) if user.op_type == kind]
        return found[0] if len(found) == 1 else None

    def made(self, name: str, kind: str) -> onnx.NodeProto | None:
        """The node that makes ``name``, where it is of that kind."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type == kind else None


def _matched(graph: _Graph, softmax: onnx.NodeProto) -> dict[str, Any] | None:
    """The parts of the attention around a softmax; ``None`` where it is of another form."""
    masked = graph.made(softmax.input[0], "Add")
    products = masked and graph.made(masked.input[0], "MatMul")
    guard = graph.user(softmax, "IsNaN")
    shares = (guard and graph.user(guard, "Where")) or softmax
    weighed = graph.user(shares, "MatMul")
    turned = weighed and graph.user(weighed, "Transpose")
    last = turned and graph.user(turned, "Reshape")
    if masked is None or products is None or weighed is None or last is None or weighed.input[0] != shares.output[0]:
        return None
    sides = [_source(graph, name) for name in (products.input[0], products.input[1], weighed.input[1])]
    if any(side is None for side in sides):
        return None
    (query, heads, size, first), (key, *same, second), (value, *also, third) = [side for side in sides if side is not None]
    if same != [heads, size] or also != [heads, size] or third != 1:
        return None
    names = {"query": query, "key": key, "value": value, "mask": masked.input[1]}
    return names | {"heads": heads, "scale": first * second, "last": last}


def _source(graph: _Graph, name: str) -> tuple[str, int, int, float] | None:
    """Back from an input of a product to what was cut into heads, with how many there are, their size and by what it was
    multiplied on the way."""
    factor, shape = 1.0, None
    node = graph.makers.get(name)
    while node is not None and node.op_type in {"Mul", "Transpose", "Reshape"}:
        if node.op_type == "Mul":
            constant = graph.constant(node.input[1])
            if constant is None or constant.size != 1:
                return None
            factor *= float(constant.reshape(()))
        elif node.op_type == "Reshape":
            shape = _heads(graph, node)
        name = node.input[0]
        if shape is not None:
            return name, *shape, factor
        node = graph.makers.get(name)
    return None


def _heads(graph: _Graph, cut: onnx.NodeProto) -> tuple[int, int] | None:
    """How many heads of what size a reshape cuts rows into; ``None`` where it does something else."""
    whole, joined = graph.constant(cut.input[1]), graph.made(cut.input[1], "Concat")
    if whole is not None:
        heads, size = (int(n) for n in whole[2:]) if whole.shape == (4,) else (0, 0)
    elif joined is not None and len(joined.input) == 4 and (last := graph.constant(joined.input[3])) is not None:
        size = int(last.reshape(()))
        biased = graph.made(cut.input[0], "Add")
        biases = [c for name in biased.input if (c := graph.constant(name)) is not None] if biased else []
        heads = biases[0].size // size if biases and size > 0 else 0
    else:
        return None
    return (heads, size) if min(heads, size) > 0 else None


def _silent(model: onnx.ModelProto, masks: list[str]) -> set[str]:
    """Those of ``masks`` that are zero in every place for texts that are run by themselves."""
    import onnx
    import onnxruntime

    if not masks:
        return set()
    looked = onnx.ModelProto()
    looked.CopyFrom(model)
    looked.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in masks)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "looked.onnx"
        onnx.save(looked, path)
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    silent = set(masks)
    for tokens in TRIED:
        given = {
            i.name: np.ones((1, tokens), np.int64) if "mask" in i.name else np.zeros((1, tokens), np.int64)
            for i in session.get_inputs()
        }
        for name, values in zip(masks, session.run(masks, given), strict=True):
            if np.any(values):
                silent.discard(name)
    return silent


def _swept(model: onnx.ModelProto) -> None:
    """Remove what nothing uses any more."""
    graph = model.graph
    told = {output.name for output in graph.output}
    while True:
        used = told | {name for node in graph.node for name in node.input}
        idle = [node for node in graph.node if used.isdisjoint(node.output)]
        if not idle:
            break
        for node in idle:
            graph.node.remove(node)
    made = {name for node in graph.node for name in node.output}
    for kept, field in ((used, graph.initializer), (made, graph.value_info)):
        left = [entry for entry in field if entry.name in kept]
        del field[:]
        field.extend(left)
