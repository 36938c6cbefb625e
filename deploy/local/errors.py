"""What stops the local stack, in words its user can act on."""

import errno
from pathlib import Path
from socket import gaierror


class StackError(Exception):
    """One line that says what is wrong and what to do; `detail` may hold the last lines of a log."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


def explained(problem: OSError, where: Path) -> StackError:
    """An operating system error as one line; a full disk is named as such."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return StackError(f"disk full: nothing more can be written below {where}")
    said = problem.strerror or str(problem) or type(problem).__name__
    # A container that is stopped has no name either.
    if isinstance(problem, ConnectionError | TimeoutError | gaierror):
        return StackError(f"a part does not answer: {said}; see `perinatal status`")
    return StackError(f"{said} ({problem.filename})" if problem.filename else said)
