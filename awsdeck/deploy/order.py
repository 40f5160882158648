"""Many stacks, each when those before it are done, on a few threads; people are spoken to on one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from ..errors import DeckError
from .account.clock import Interrupted
from .observer import Notice, Observer, Progress, StackEvent

T = TypeVar("T")
A = TypeVar("A")


class Desk:
    """Where worker threads leave what the calling thread has to do: tell the observer, ask the user.

    `stays` is asked at the first Ctrl-C: True when what runs is to be watched on, and only nothing new is to be begun.
    """

    def __init__(self, stays: Callable[[], bool] | None = None) -> None:
        self.stop = threading.Event()
        self.closing = threading.Event()  # nothing new is begun
        self._stays = stays
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def tell(self, job: Callable[[], None]) -> None:
        """Have `job` done soon; nobody waits for it."""
        self._jobs.put(job)

    def ask(self, question: Callable[[], A]) -> A:
        """The answer of `question`, which is called on the calling thread.

        A DeckError it raises is its answer and is raised here; for anything else that it raises, and when the run is
        stopped meanwhile, there is no answer but `Interrupted`.
        """
        done = threading.Event()
        answers: list[A] = []
        refusals: list[DeckError] = []

        def job() -> None:
            try:
                answers.append(question())
            except DeckError as error:
                refusals.append(error)
            finally:
                done.set()

        self._jobs.put(job)
        while not done.wait(0.2):
            if self.stop.is_set():
                raise Interrupted
        if refusals:
            raise refusals[0]
        if not answers:
            raise Interrupted
        return answers[0]

    def serve(self, busy: Callable[[], bool]) -> None:
        """Do jobs while `busy`; the first Ctrl-C asks the workers to stop, or only that nothing new is begun; a second
        ends everything at once.

        What a job raises is kept until the workers have stopped, and raised then.
        """
        problem: BaseException | None = None
        while busy() or not self._jobs.empty():
            try:
                self._jobs.get(timeout=0.5)()
            except queue.Empty:
                pass
            except KeyboardInterrupt:
                if self.closing.is_set():
                    raise
                self.closing.set()
                if self._stays is None or not self._stays():
                    self.stop.set()
            except Exception as error:  # noqa: BLE001 - an observer's mistake must not leave stacks unwatched
                problem = problem or error
                self.closing.set()
                self.stop.set()
        if problem is not None:
            raise problem


class Relay:
    """An observer for worker threads that passes everything on to the calling thread."""

    def __init__(self, desk: Desk, observer: Observer) -> None:
        self._desk = desk
        self._observer = observer
        self.listens = getattr(observer, "listens", True)
        self.journal = getattr(observer, "journal", None)  # kept on the worker threads, because nothing waits for it

    def plan_ready(self, plan: object) -> None:
        self._desk.tell(lambda: self._observer.plan_ready(plan))  # type: ignore[arg-type]

    def progress(self, progress: Progress) -> None:
        self._desk.tell(lambda: self._observer.progress(progress))

    def event(self, event: StackEvent) -> None:
        self._desk.tell(lambda: self._observer.event(event))

    def notice(self, notice: Notice) -> None:
        self._desk.tell(lambda: self._observer.notice(notice))

    def stack_finished(self, result: object) -> None:
        self._desk.tell(lambda: self._observer.stack_finished(result))  # type: ignore[arg-type]


class Walk(Generic[T]):
    """A walk over things that need each other, in parallel as far as that allows.

    `work` is called on a worker thread once all needs of a name went `well`; otherwise `skip` gives its result.
    After a failure nothing new is begun that it `stops`: everything, unless told otherwise.
    """

    def __init__(
        self,
        needs: Mapping[str, frozenset[str]],
        work: Callable[[str], T],
        skip: Callable[[str, str], T],
        well: Callable[[T], bool],
        *,
        concurrency: int = 4,
        stops: Callable[[T, str], bool] | None = None,
    ) -> None:
        self._needs = needs
        self._work = work
        self._skip = skip
        self._well = well
        self._free = max(1, concurrency)
        self._stops = stops
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._failed: dict[str, T] = {}
        self.results: dict[str, T] = {}
        self.errors: list[BaseException] = []

    def run(self, desk: Desk) -> dict[str, T]:
        """Walk until everything has a result; what `work` raises unexpectedly is raised in the end."""
        self._advance(desk)
        desk.serve(lambda: len(self.results) < len(self._needs) and not self._stuck())
        if self.errors:
            raise self.errors[0]
        return {name: self.results[name] for name in self._needs if name in self.results}

    def _stuck(self) -> bool:
        with self._lock:
            return bool(self.errors) and not self._running

    def _advance(self, desk: Desk) -> None:
        with self._lock:
            progress = True
            while progress:
                progress = False
                for name, needs in self._needs.items():
                    if name in self.results or name in self._running:
                        continue
                    blocker = self._blocker(name, needs, desk)
                    if blocker is not None:
                        self.results[name] = self._skip(name, blocker)
                        progress = True
                    elif needs <= self.results.keys() and self._free > 0 and not self.errors:
                        self._free -= 1
                        self._running.add(name)
                        threading.Thread(target=self._one, args=(name, desk), name=name, daemon=True).start()

    def _blocker(self, name: str, needs: frozenset[str], desk: Desk) -> str | None:
        bad = sorted(need for need in needs if need in self.results and not self._well(self.results[need]))
        if bad:
            return bad[0]
        if desk.stop.is_set() or desk.closing.is_set():
            return ""
        for failed, result in self._failed.items():
            if self._stops is None or self._stops(result, name):
                return failed
        return None

    def _one(self, name: str, desk: Desk) -> None:
        try:
            result = self._work(name)
        except BaseException as error:  # noqa: BLE001 - raised again on the calling thread
            with self._lock:
                self.errors.append(error)
                self._running.discard(name)
            desk.stop.set()
        else:
            with self._lock:
                self.results[name] = result
                self._running.discard(name)
                if not self._well(result):
                    self._failed[name] = result
        with self._lock:
            self._free += 1
        self._advance(desk)
        desk.tell(_nothing)  # wakes the calling thread


def side_by_side(work: Callable[[A], T], items: Sequence[A], at_once: int) -> list[T]:
    """What `work` gives for each item, in their order, on a few threads; Ctrl-C waits for none of them.

    The first error that `work` raises is raised here.
    """
    left = queue.SimpleQueue[tuple[int, A]]()
    for number, item in enumerate(items):
        left.put((number, item))
    found: dict[int, T] = {}
    errors: list[BaseException] = []
    ended = queue.SimpleQueue[None]()

    def some() -> None:
        try:
            while not errors:
                number, item = left.get_nowait()
                found[number] = work(item)
        except queue.Empty:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again on the calling thread
            errors.append(error)
        ended.put(None)

    threads = [threading.Thread(target=some, daemon=True) for _ in range(min(at_once, len(items)))]
    for thread in threads:
        thread.start()
    for _ in threads:
        ended.get()
    if errors:
        raise errors[0]
    return [found[number] for number in range(len(items))]


def _nothing() -> None:
    pass
