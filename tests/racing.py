"""Two callers at once: threads that start together, each with a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connections

from wenyuan.plumbing.statements import Conflict, Plan


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run calls in threads that start together; gives results and exceptions, in order."""
    start = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            results[number] = call()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Meanwhile:
    """A call in a thread of its own, which has done what it can within half a second: it is through, or it waits."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._result: object = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._thread.join(0.5)

    def _run(self) -> None:
        try:
            self._result = self._call()
        except Exception as error:
            self._result = error
        finally:
            connections.close_all()

    def result(self) -> object:
        self._thread.join()
        return self._result


def interrupted(plan: Plan[object], act: Callable[[], object], *, before: str) -> Plan[object]:
    """The plan, with ``act`` done by somebody else right before its first statement that has these words."""
    done = False
    try:
        statement = next(plan)
        while True:
            if not done and before in statement.sql:
                done = True
                act()
            try:
                rows = yield statement
            except Conflict as conflict:
                statement = plan.throw(conflict)
            else:
                statement = plan.send(rows)
    except StopIteration as end:
        return end.value
