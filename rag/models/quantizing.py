"""From a float ONNX file to one of a quarter of its size. The one module that knows the ``onnx`` package; used when a model is
exported, never when one is run.

Three kinds of weights, three ways, chosen by the difference to the float network (the shipped reader, 120 held-out pairs, mean
difference of a probability; milliseconds of one thread):

- tables of embeddings have a scale for each row: one scale for a whole table is that of its longest row; those that came out of
  four bits go back into them, and lose nothing;
- matrices that narrow have int8 blocks of :data:`BLOCK`, and so have their inputs: what comes out of an activation function has
  a few values far above the rest, and one scale for all of them leaves the rest a few steps;
- the other matrices have a scale for each column, their inputs one for the whole tensor, which is fastest.

All with a scale for each column: .027, 16 ms; with rows and blocks as above .013, 17 ms; blocks everywhere .007, 24 ms.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.models.attention import fuse_attention

if TYPE_CHECKING:
    import onnx

BLOCK = 128
LEVELS = 127
FEWEST_ROWS = 256
NIBBLES = 32
"""Values of four bits that share a scale."""
FEWEST_VALUES = 1 << 14
"""A smaller matrix, such as the head of a reader, stays in float: it costs nothing and speaks last."""


def quantize(plain: Path, out: Path) -> None:
    """Write ``out``, the int8 form of the float network in ``plain``.

    Raises:
        onnx.checker.ValidationError: what came out is no valid network.
        ImportError: the package ``onnx`` is not installed.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        shaped, blocked = Path(folder) / "shaped.onnx", Path(folder) / "blocked.onnx"
        quant_pre_process(str(plain), str(shaped), skip_symbolic_shape=True)
        model = onnx.load(shaped)
        fuse_attention(model)
        rows_of_tables(model.graph)
        narrowing, others, small = _matrices(model.graph)
        config = DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=True, accuracy_level=4, bits=8)
        work = MatMulNBitsQuantizer(model, nodes_to_exclude=[*others, *small], algo_config=config)
        if narrowing:
            work.process()
        work.model.save_model_to_file(str(blocked))
        quantize_dynamic(
            str(blocked),
            str(out),
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=small,
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
    onnx.checker.check_model(str(out))


def rows_of_tables(graph: onnx.GraphProto) -> None:
    """Replace every lookup in a large float table by one in int8 rows and one in their scales, multiplied."""
    from onnx import TensorProto, helper, numpy_helper

    tables = {tensor.name: tensor for tensor in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    made: dict[str, list[onnx.TensorProto]] = {}
    for node in graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        axis = next((a.i for a in node.attribute if a.name == "axis"), 0)
        if table is None or axis or table.data_type != TensorProto.FLOAT or len(table.dims) != 2 or table.dims[0] < FEWEST_ROWS:
            nodes.append(node)
            continue
        name, found = table.name, node.output[0]
        if name not in made and (packed := four_bits(numpy_helper.to_array(table))) is not None:
            nibbles, block_scales = packed
            rows_, scales_ = f"{name}_nibbles", f"{name}_block_scales"
            stored = helper.make_tensor(rows_, TensorProto.INT4, table.dims, nibbles.tobytes(), raw=True)
            made[name] = [stored, numpy_helper.from_array(block_scales, scales_)]
        if made.get(name) and made[name][0].data_type == TensorProto.INT4:
            given = [made[name][0].name, node.input[1], made[name][1].name]
            node = helper.make_node("GatherBlockQuantized", given, [found], domain="com.microsoft")
            facts = ("gather_axis", 0), ("quantize_axis", 1), ("block_size", NIBBLES)
            node.attribute.extend(helper.make_attribute(name, value) for name, value in facts)
            nodes.append(node)
            continue
        if name not in made:
            values = numpy_helper.to_array(table)
            scales = np.maximum(np.abs(values).max(axis=1, keepdims=True) / LEVELS, np.finfo(np.float32).tiny)
            rows = np.rint(values / scales).astype(np.int8)
            made[name] = [numpy_helper.from_array(rows, f"{name}_rows"), numpy_helper.from_array(scales, f"{name}_row_scales")]
        nodes += [
            helper.make_node("Gather", [f"{name}_rows", node.input[1]], [f"{found}_row"]),
            helper.make_node("Gather", [f"{name}_row_scales", node.input[1]], [f"{found}_scale"]),
            helper.make_node("Cast", [f"{found}_row"], [f"{found}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{found}_float", f"{found}_scale"], [found]),
        ]
    still = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in still or tensor.name not in made]
    kept += [tensor for tensors in made.values() for tensor in tensors]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)


def four_bits(table: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]] | None:
    """A table whose every :data:`NIBBLES` neighbouring values are a scale times whole numbers of -8 to 7, as those numbers, two
    to a byte, and the scales, shape (rows, blocks); ``None`` where it is not."""
    if table.shape[1] % NIBBLES:
        return None
    blocks = table.reshape(len(table), -1, NIBBLES)
    farthest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2, keepdims=True), axis=2)
    scales = np.where(farthest == 0, np.float32(1), farthest / np.float32(-8))
    numbers = np.rint(blocks / scales)
    if numbers.max() > 7 or not np.allclose(numbers * scales, blocks, rtol=1e-5, atol=1e-8):
        return None
    nibbles = (numbers.astype(np.int8) & 15).astype(np.uint8).reshape(-1, 2)
    return np.bitwise_or(nibbles[:, 0], nibbles[:, 1] << 4), scales[:, :, 0].astype(np.float32)


def _matrices(graph: onnx.GraphProto) -> tuple[list[str], list[str], list[str]]:
    """The names of the products with a constant matrix: those that narrow, the others, and those too small to touch."""
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    narrowing, others, small = list[str](), list[str](), list[str]()
    for node in graph.node:
        if node.op_type != "MatMul" or len(shape := shapes.get(node.input[1], ())) != 2:
            continue
        values, narrows = shape[0] * shape[1], shape[0] > shape[1]
        (small if values < FEWEST_VALUES else narrowing if narrows else others).append(node.name)
    return narrowing, others, small
