# SPDX-License-Identifier: MIT
"""Integers whose bits are wires of a logic network, with the range that their values keep to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tarsier_fpga.flow.cpu.logic import FALSE, TRUE, Logic
from tarsier_fpga.hls.adders.graph import bits_of

__all__ = [
    "Number",
    "Row",
    "add",
    "at_least",
    "choose",
    "clamp",
    "constant",
    "count",
    "larger",
    "lookup",
    "narrowed",
    "requant",
    "settle",
    "times",
    "within",
]


@dataclass(frozen=True, slots=True)
class Number:
    """Bits, lowest first, of an integer from `least` to `most`, two's complement if signed."""

    bits: tuple[int, ...]
    least: int
    most: int

    def bit(self, place: int) -> int:
        """The bit of any weight, the sign extended."""
        if 0 <= place < len(self.bits):
            return self.bits[place]
        return self.bits[-1] if place >= 0 and self.least < 0 else FALSE


@dataclass(frozen=True, slots=True)
class Row:
    """constant + (number << shift), or minus it: a sum that a table need not be told of."""

    number: Number
    shift: int
    minus: bool
    constant: int

    def value(self, number: int) -> int:
        """What it is where its number is `number`."""
        return self.constant + (-1 if self.minus else 1) * (number << self.shift)


def constant(value: int) -> Number:
    """`value` everywhere."""
    width, _ = bits_of(value, value)
    return Number(tuple(value >> i & 1 for i in range(width)), value, value)


def within(number: Number, least: int, most: int) -> Number:
    """The same integer, known to lie in a range: bits that then say nothing are dropped."""
    width, _ = bits_of(least, most)
    return Number(tuple(number.bit(i) for i in range(width)), least, most)


def narrowed(row: Row, least: int, most: int) -> Row:
    """The same sum, known to lie in a range: where what it sums depends on each other, it cannot
    be told from their ranges."""
    ends = least - row.constant, most - row.constant
    low, high = (-ends[1], -ends[0]) if row.minus else ends
    low, high = -(-low >> row.shift), high >> row.shift
    x = row.number
    number = within(x, max(low, x.least), min(high, x.most))
    return Row(number, row.shift, row.minus, row.constant)


def add(
    logic: Logic, a: Number, b: Number, shift: int = 0, minus: bool = False, carry: int = FALSE
) -> Number:
    """a + (b << shift) + the bit `carry`, or a - (b << shift)."""
    ends = (b.least << shift, b.most << shift)
    low, high = (-ends[1], -ends[0]) if minus else ends
    least, most = a.least + low, a.most + high + (carry != FALSE)
    carry, bits = TRUE if minus else carry, []
    for place in range(bits_of(least, most)[0]):
        bit, carry = logic.add(a.bit(place), b.bit(place - shift) ^ minus, carry)
        bits.append(bit)
    return Number(tuple(bits), least, most)


def times(logic: Logic, x: Number, factor: int) -> Number:
    """x times a constant, by its signed digits."""
    total, place, rest = constant(0), 0, factor
    while rest:
        digit = 2 - (rest & 3) if rest & 1 else 0
        if digit:
            total = add(logic, total, x, place, digit < 0)
        rest, place = (rest - digit) >> 1, place + 1
    ends = sorted((x.least * factor, x.most * factor))
    return within(total, *ends)


def count(logic: Logic, wires: Sequence[int]) -> Number:
    """How many of `wires` are 1."""
    if len(wires) <= 1:
        return Number(tuple(wires) or (FALSE,), 0, len(wires))
    # Two counts and a bit more are summed by the adders of the longer count: its carry goes in.
    longest = (1 << ((len(wires) - 1).bit_length() - 1)) - 1
    first, second = wires[1 : 1 + longest], wires[1 + longest :]
    return add(logic, count(logic, first), count(logic, second), carry=wires[0])


def settle(logic: Logic, row: Row | Number) -> Number:
    """The integer itself."""
    if isinstance(row, Number):
        return row
    return add(logic, constant(row.constant), row.number, row.shift, row.minus)


def at_least(logic: Logic, x: Number, level: int) -> int:
    """Whether x >= level."""
    if level <= x.least:
        return TRUE
    if level > x.most:
        return FALSE
    signs = 1 << (len(x.bits) - 1) if x.least < 0 else 0
    bits = [bit ^ (signs >> i & 1) for i, bit in enumerate(x.bits)]
    level += signs  # both are now unsigned
    above = TRUE
    for i, bit in enumerate(bits):
        above = logic.both(bit, above) if level >> i & 1 else logic.either(bit, above)
    return above


def choose(logic: Logic, choice: int, one: Number, zero: Number) -> Number:
    """`one` where the bit `choice` is 1, else `zero`."""
    least, most = min(one.least, zero.least), max(one.most, zero.most)
    places = range(bits_of(least, most)[0])
    bits = tuple(logic.select(one.bit(at), zero.bit(at), choice) for at in places)
    return Number(bits, least, most)


def larger(logic: Logic, a: Number, b: Number) -> Number:
    """The larger of a and b."""
    behind = add(logic, a, b, minus=True)
    smaller = behind.bits[-1] if behind.least < 0 else FALSE
    return within(choose(logic, smaller, b, a), max(a.least, b.least), max(a.most, b.most))


def clamp(logic: Logic, x: Number, floor: int, ceiling: int) -> Number:
    """x, or the end of floor..ceiling that it is beyond."""
    least, most = min(max(x.least, floor), ceiling), min(max(x.most, floor), ceiling)
    above, over = at_least(logic, x, floor), at_least(logic, x, ceiling + 1)
    bits = []
    for place in range(bits_of(least, most)[0]):
        bit = logic.select(x.bit(place), floor >> place & 1, above)
        bits.append(logic.select(ceiling >> place & 1, bit, over))
    return Number(tuple(bits), least, most)


def requant(logic: Logic, x: Number, shift: int, floor: int, ceiling: int) -> Number:
    """x / 2^shift, a half to the even neighbour, clamped."""
    least, most = x.least >> shift, x.most >> shift
    if not shift:
        return clamp(logic, x, floor, ceiling)
    whole = within(
        Number(tuple(x.bit(shift + i) for i in range(bits_of(least, most)[0])), least, most),
        least,
        most,
    )
    more = whole.bit(0)
    for place in range(shift - 1):
        more = logic.either(more, x.bit(place))
    up = logic.both(x.bit(shift - 1), more)
    return clamp(logic, add(logic, whole, Number((up,), 0, 1)), floor, ceiling)


def lookup(logic: Logic, x: Number, entry: Callable[[int], int]) -> Number:
    """entry(x), any function, as a tree of choices for each of its bits."""
    width = len(x.bits)
    values: list[int | None] = [None] * (1 << width)
    for value in range(x.least, x.most + 1):
        values[value & ((1 << width) - 1)] = entry(value)
    known = [value for value in values if value is not None]
    least, most = min(known), max(known)
    bits = []
    for place in range(bits_of(least, most)[0]):
        table = bytes(_ANY if v is None else v >> place & 1 for v in values)
        bits.append(_tree(logic, x.bits, table, {}))
    return Number(tuple(bits), least, most)


_ANY = 2  # in a table: this entry is never asked for


def _tree(logic: Logic, bits: tuple[int, ...], table: bytes, known: dict[bytes, int]) -> int:
    if table in known:
        return known[table]
    level = len(table).bit_length() - 1
    half = len(table) // 2
    if 0 not in table or 1 not in table:
        wire = TRUE if 1 in table else FALSE
    elif (same := _both(table[:half], table[half:])) is not None:
        wire = _tree(logic, bits, same, known)
    elif level <= 3:
        filled = sum((entry == 1) << i for i, entry in enumerate(table))
        wire = logic.lut(filled, *bits[:level])
    else:
        zero = _tree(logic, bits, table[:half], known)
        one = _tree(logic, bits, table[half:], known)
        wire = logic.select(one, zero, bits[level - 1])
    known[table] = wire
    return wire


def _both(a: bytes, b: bytes) -> bytes | None:
    """A table that serves as either of the two, if there is one."""
    if any(x + y == 1 for x, y in zip(a, b, strict=True)):
        return None
    return bytes(min(x, y) for x, y in zip(a, b, strict=True))
