"""Stuck is who has been silent for too long."""

from services.kit.watchdog import Watchdog


def test_a_silent_worker_is_stuck_until_it_marks_progress() -> None:
    watchdog = Watchdog(limit=0.0)
    progress = watchdog.watch("relay")
    progress.mark()
    assert watchdog.stuck() == ["relay"]
    patient = Watchdog(limit=60.0)
    patient.watch("relay").mark()
    assert patient.stuck() == []
    assert progress.silent_for < 60


def test_a_worker_of_another_process_is_not_stuck_in_this_one() -> None:
    watchdog = Watchdog(limit=0.0)
    watchdog.watch("relay")
    assert watchdog.stuck() == []
