"""A cache for all sessions: each result is computed once, and their total size is bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Shared(Generic[Result]):
    """Results by key; the least recently used are dropped first.

    Results must not change, because threads share them. A bound on their number would let a
    few large networks fill the memory.

    Args:
        most: Bound on the sum of the sizes; the newest result is always kept.
        size: Size of a result.
    """

    def __init__(self, most: int, size: Callable[[Result], int]) -> None:
        self.most = most
        self.size = size
        self.held = 0
        self._results: OrderedDict[Hashable, Future[Result]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """The result of this key, computed if new; other threads wait for it."""
        with self._lock:
            found = self._results.get(key)
            if found is not None:
                self._results.move_to_end(key)
            else:
                mine: Future[Result] = Future()
                self._results[key] = mine
        if found is not None:
            return found.result()
        try:
            result = compute()
        except BaseException as error:
            with self._lock:
                del self._results[key]
            mine.set_exception(error)
            raise
        mine.set_result(result)
        with self._lock:
            self.held += self.size(result)
            for old in [k for k, future in self._results.items() if k != key and future.done()]:
                if self.held <= self.most:
                    break
                self.held -= self.size(self._results.pop(old).result())
        return result
