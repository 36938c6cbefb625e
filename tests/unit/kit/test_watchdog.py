"""Stuck is who has been silent for too long."""

from services.kit.watchdog import Watchdog


def test_a_silent_worker_is_stuck_until_it_marks_progress() -> None:
    watchdog = Watchdog(limit=0.0)
    progress = watchdog.watch("relay")
    assert watchdog.stuck() == ["relay"]
    patient = Watchdog(limit=60.0)
    patient.watch("relay")
    assert patient.stuck() == []
    progress.mark()
    assert progress.silent_for < 60
