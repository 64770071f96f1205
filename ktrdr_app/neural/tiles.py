"""The matrix product of the fused trainer: a tile of eight rows by eight columns, kept in vector registers.

Written as LLVM vectors, as the loop vectoriser neither keeps a tile in registers nor does without checks for
overlapping arrays, which cost more than the work on matrices this small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from ktrdr_app.core.kernels import code_helpers, intrinsic, numba_types

TILE = 8
"""Rows and columns of a tile."""

_VECTOR = ir.VectorType(ir.FloatType(), TILE)
_LANES = ir.VectorType(ir.IntType(32), TILE)
_NONE = ir.Constant(_VECTOR, ir.Undefined)


def _add_tile(
    _context: Any,
    out: Any,
    out_at: Any,
    out_row: Any,
    left: Any,
    left_at: Any,
    left_row: Any,
    left_step: Any,
    right: Any,
    right_at: Any,
    right_step: Any,
    count: Any,
    keep: Any,
) -> tuple[Any, Any]:
    """Give the types that `add_tile` takes, and what writes its code."""
    place, array = numba_types.intp, numba_types.Array(numba_types.float32, 1, "C")
    signature = numba_types.void(
        array, place, place, array, place, place, place, array, place, place, place, numba_types.boolean
    )
    return signature, _emit


add_tile: Callable[..., None] = intrinsic(_add_tile)
"""Compute a tile of a product: out[i, j] = (out[i, j] if keep else 0) + sum over k of left[i, k] * right[k, j].

All matrices are stretches of flat float32 arrays. Nothing is checked: the caller sees to it that eight rows and
eight columns lie within each array.

Parameters
----------
out, left, right : float32 array, one dimension
    Where the matrices lie.
out_at, left_at, right_at : int
    Place of each one's first number.
out_row, left_row : int
    From one row of the tile to the next.
left_step, right_step : int
    From one k to the next; eight neighbours of ``right`` belong to one k.
count : int
    Number of k.
keep : bool
    Whether to add to what is there.
"""


def _emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Write the tile's loop into the function that calls it; its sums are variables that LLVM turns into registers."""
    arrays = {
        number: context.make_array(signature.args[number])(context, builder, values[number]).data
        for number in (0, 3, 7)
    }
    _, out_at, out_row, _, left_at, left_row, left_step, _, right_at, right_step, count, keep = values

    def vector_at(number: int, at: Any) -> Any:
        return builder.bitcast(builder.gep(arrays[number], [at]), _VECTOR.as_pointer())

    multiply_add = code_helpers.get_or_insert_function(
        builder.module, ir.FunctionType(_VECTOR, [_VECTOR] * 3), f"llvm.fmuladd.v{TILE}f32"
    )
    lines = [ir.Constant(out_at.type, line) for line in range(TILE)]
    targets = [vector_at(0, builder.add(out_at, builder.mul(out_row, line))) for line in lines]
    firsts = [builder.add(left_at, builder.mul(left_row, line)) for line in lines]
    sums = [code_helpers.alloca_once(builder, _VECTOR) for _ in lines]
    for target, total in zip(targets, sums, strict=True):
        before = builder.load(target, align=4)
        builder.store(builder.select(keep, before, ir.Constant(_VECTOR, [0.0] * TILE)), total)
    with code_helpers.for_range(builder, count) as loop:
        row = builder.load(vector_at(7, builder.add(right_at, builder.mul(loop.index, right_step))), align=4)
        step = builder.mul(loop.index, left_step)
        for first, total in zip(firsts, sums, strict=True):
            number = builder.load(builder.gep(arrays[3], [builder.add(first, step)]))
            builder.store(builder.call(multiply_add, [_splat(builder, number), row, builder.load(total)]), total)
    for target, total in zip(targets, sums, strict=True):
        builder.store(builder.load(total), target, align=4)
    return context.get_dummy_value()


def _splat(builder: Any, number: Any) -> Any:
    first = builder.insert_element(_NONE, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, _NONE, ir.Constant(_LANES, [0] * TILE))
