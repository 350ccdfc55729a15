"""Reading pickled arrays without trusting the pickle: nothing in it is called."""

from __future__ import annotations

import pickle
from typing import IO, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from explorer.training.data.errors import DataError

MAX_BATCH_BYTES = 64 * 2**20
MAX_OPCODES = 500_000

_NUMBERS = (*"?bBhHiIlLqQefd", "u1", "i1", "i2", "i4", "i8", "f4", "f8", "b1")


class _DType:
    """In place of numpy's dtype, whose own unpickling trusts flags that can be forged."""

    def __init__(self, code: object, *_: object) -> None:
        text = as_text(code)
        if text not in _NUMBERS:
            raise DataError(f"an array may hold only numbers, not {text[:20]!r}")
        self.code = text

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = as_text(state[1])
        self.code = (order if order in "<>" else "") + self.code


class _Array:
    """In place of numpy's array: it checks that the bytes fit the shape."""

    values: NDArray[Any]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, fortran, data = state
        if not isinstance(dtype, _DType) or not isinstance(data, bytes):
            raise DataError("an array may hold only numbers")
        flat = np.frombuffer(data, np.dtype(dtype.code))
        self.values = flat.reshape(shape, order="F" if fortran else "C")


def _new_array(*_: object) -> _Array:
    return _Array()


# The names in a pickled array, and what is used for them here. No other name is looked up.
_REPLACEMENTS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
}


# Python's class, whose opcodes can be counted, and whose table of values is a dict; the table of
# the C class is as long as the highest index in a pickle.
_Unpickler: Any = pickle._Unpickler


class _Counted(dict[int, Any]):
    """The table of opcodes, which may be read a bounded number of times."""

    left = MAX_OPCODES

    def __getitem__(self, code: int) -> Any:
        self.left -= 1
        if self.left < 0:
            raise DataError(f"a batch may have {MAX_OPCODES:,} steps at most")
        return super().__getitem__(code)


class _ArraysOnly(_Unpickler):  # type: ignore[misc]
    """Unpickles arrays, numbers, strings, bytes, lists and dicts; anything else is refused.

    Keys must be plain, because the hash of a forged tuple of tuples never ends.
    """

    encoded = 0  # characters, over the whole pickle
    dispatch: ClassVar[dict[int, Any]] = dict(_Unpickler.dispatch)

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, encoding="bytes")
        self.dispatch = _Counted(self.dispatch)  # type: ignore[misc]

    def load_setitem(self) -> None:
        _check_keys(self.stack[-2:-1])
        super().load_setitem()

    def load_setitems(self) -> None:
        _check_keys(self.stack[::2])  # above the mark: key, value, key, value, ...
        super().load_setitems()

    def load_dict(self) -> None:
        _check_keys(self.stack[::2])
        super().load_dict()

    def refuse(self) -> None:
        raise DataError("a batch may hold no sets and no byte arrays")

    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.DICT[0]] = load_dict
    dispatch[pickle.ADDITEMS[0]] = refuse
    dispatch[pickle.FROZENSET[0]] = refuse
    dispatch[pickle.BYTEARRAY8[0]] = refuse  # of any size, in a few bytes of pickle

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("_codecs", "encode"):
            return self._latin1
        try:
            return _REPLACEMENTS[module, name]
        except KeyError:
            raise DataError(
                "a CIFAR-10 batch may hold only arrays, numbers and strings; "
                f"this one asks for {module}.{name}, so it was not opened"
            ) from None

    def _latin1(self, text: str, encoding: str) -> bytes:
        if encoding != "latin1":
            raise DataError(f"bytes may be written as latin1 only, not {encoding[:20]!r}")
        self.encoded += len(text)
        if self.encoded > MAX_BATCH_BYTES:  # one long text may be used many times
            raise DataError(f"arrays must have {MAX_BATCH_BYTES:,} bytes at most")
        return text.encode("latin1")


def _check_keys(keys: list[Any]) -> None:
    if not all(isinstance(key, (str, bytes, int)) for key in keys):
        raise DataError("the keys of a batch must be names or numbers")


def unpickle_arrays(file: IO[bytes], name: str) -> dict[str, Any]:
    """Return the dict in a file with its keys as text.

    Raises:
        DataError: It is truncated, forged, or holds anything but plain values.
    """
    try:
        value = _ArraysOnly(file).load()
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    except Exception as error:  # a forged pickle can raise anything
        raise DataError(f"{name} is damaged or cut short ({type(error).__name__})") from None
    if not isinstance(value, dict):
        raise DataError(f"{name} must hold a dict; it holds {type(value).__name__}")
    return {
        as_text(key): item.values if isinstance(item, _Array) else item
        for key, item in value.items()
    }


def as_text(value: object) -> str:
    """Return a name in a pickle, which may be bytes or a number, as text.

    Raises:
        DataError: It is something else.
    """
    if not isinstance(value, (str, bytes, int)):
        raise DataError(f"a name must be text; found {type(value).__name__}")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
