"""A subscription that asks again and again, for databases without a notification of their own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Sequence

POLL_SECONDS: Final = 0.05


class PollingSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """Every record after `gt`, and then each new one within `interval_s` of its commit."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        gt: int | None = None,
        topics: Sequence[str] = (),
        *,
        interval_s: float = POLL_SECONDS,
    ) -> None:
        self._interval_s = interval_s
        self._stopping = threading.Event()  # first: the base class starts its thread at once
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._clock = threading.Thread(target=self._tick, daemon=True)
        self._clock.start()

    @override
    def stop(self) -> None:
        """Stop both threads; harmless when they stopped already."""
        self._stopping.set()
        super().stop()

    @override
    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._clock.join()

    def _tick(self) -> None:
        while not self._stopping.wait(self._interval_s):
            self._has_been_notified.set()
