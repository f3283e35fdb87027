"""The exporter's attention as one operator, told on a network of one layer of it."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from rag.models.attention import fuse_attention

HEADS, SIZE = 2, 4
WIDTH = HEADS * SIZE


def network(*, mask: str) -> onnx.ModelProto:
    """Numbers to rows, through one attention as the exporter writes it. ``mask``: what is added to the products: ``"padding"``
    is made of the attention mask, ``"places"`` says something of every place."""
    dice = np.random.default_rng(5)

    def constant(name: str, value: NDArray[np.float32] | NDArray[np.int64]) -> onnx.TensorProto:
        return numpy_helper.from_array(value, name)

    stored = [
        constant("table", dice.standard_normal((20, WIDTH)).astype(np.float32)),
        constant("root", np.array(SIZE**-0.25, np.float32)),
        constant("heads", np.array([0, 0, HEADS, SIZE], np.int64)),
        constant("rows", np.array([0, 0, WIDTH], np.int64)),
        constant("zero", np.array(0, np.float32)),
        constant("never", np.array(-np.inf, np.float32)),
        constant("axes", np.array([1, 2], np.int64)),
        constant("places", dice.standard_normal((1, HEADS, 1, 1)).astype(np.float32)),
    ]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["states"]),
        helper.make_node("Cast", ["attention_mask"], ["kept"], to=TensorProto.BOOL),
        helper.make_node("Unsqueeze", ["kept", "axes"], ["kept_wide"]),
        helper.make_node("Where", ["kept_wide", "zero", "never"], ["padding"]),
    ]
    for name in "qkv":
        stored.append(constant(f"weight_{name}", dice.standard_normal((WIDTH, WIDTH)).astype(np.float32)))
        stored.append(constant(f"bias_{name}", dice.standard_normal(WIDTH).astype(np.float32)))
        turned = [0, 2, 3, 1] if name == "k" else [0, 2, 1, 3]
        nodes += [
            helper.make_node("MatMul", ["states", f"weight_{name}"], [f"plain_{name}"]),
            helper.make_node("Add", [f"plain_{name}", f"bias_{name}"], [name]),
            helper.make_node("Reshape", [name, "heads"], [f"cut_{name}"]),
            helper.make_node("Transpose", [f"cut_{name}"], [f"turned_{name}"], perm=turned),
        ]
    nodes += [
        helper.make_node("Mul", ["turned_q", "root"], ["small_q"]),
        helper.make_node("Mul", ["turned_k", "root"], ["small_k"]),
        helper.make_node("MatMul", ["small_q", "small_k"], ["products"]),
        helper.make_node("Add", ["products", mask], ["masked"]),
        helper.make_node("Softmax", ["masked"], ["shares"], axis=-1),
        helper.make_node("IsNaN", ["shares"], ["lost"]),
        helper.make_node("Where", ["lost", "zero", "shares"], ["guarded"]),
        helper.make_node("MatMul", ["guarded", "turned_v"], ["weighed"]),
        helper.make_node("Transpose", ["weighed"], ["together"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["together", "rows"], ["out"]),
    ]
    shape = ["texts", "tokens"]
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "attention_mask")]
    made = [helper.make_tensor_value_info("out", TensorProto.FLOAT, [*shape, WIDTH])]
    graph = helper.make_graph(nodes, "attention", given, made, stored)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def run(model: onnx.ModelProto) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = np.arange(11, dtype=np.int64)[None]
    out: NDArray[np.float32] = session.run(["out"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    return out


def operators(model: onnx.ModelProto) -> set[str]:
    return {node.op_type for node in model.graph.node}


def test_attention_becomes_one_operator_that_gives_the_same_and_leaves_nothing_behind() -> None:
    model = network(mask="padding")
    before = run(model)
    assert fuse_attention(model) == 1
    assert operators(model) == {"Gather", "MatMul", "Add", "MultiHeadAttention"}
    assert "never" not in {tensor.name for tensor in model.graph.initializer}
    np.testing.assert_allclose(run(model), before, atol=1e-5)


def test_what_says_something_of_every_place_is_kept() -> None:
    model = network(mask="places")
    assert fuse_attention(model) == 0
    assert "Softmax" in operators(model)


@pytest.mark.parametrize("changed", ["root", "heads"])
def test_an_attention_of_another_form_stays_as_it_is(changed: str) -> None:
    model = network(mask="padding")
    kept = next(tensor for tensor in model.graph.initializer if tensor.name == changed)
    other = np.full(SIZE, 0.5, np.float32) if changed == "root" else np.array([0, 0, 0, SIZE], np.int64)
    kept.CopyFrom(numpy_helper.from_array(other, changed))
    nodes = len(model.graph.node)
    assert fuse_attention(model) == 0
    assert len(model.graph.node) == nodes
