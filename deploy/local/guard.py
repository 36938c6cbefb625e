"""Runs one program and ends it, properly, when the one who started it is gone.

Started as a script with nothing but the standard library, so that it costs little. The starter holds the write end of a pipe
(the lifeline): end of file means "stop", whether the starter closed it or was killed. `lock` is an open file description whose
lock is held for as long as this process or its program lives.

    guard.py LIFELINE LOCK PID_FILE SIGNAL LIMIT ACCOUNT PROGRAM [ARGUMENT …]

The exit code is the program's; 128 + n when signal n ended it.
"""

import ctypes
import functools
import os
import pathlib
import pwd
import select
import signal
import subprocess
import sys

_PR_SET_PDEATHSIG = 1
_STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def main(arguments: list[str]) -> int:
    lifeline, lock, pid_file, stop_signal, limit, account, *program = arguments
    # A starter that blocks signals must not make programs that cannot be ended.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    wake = _wake_on(signal.SIGCHLD, *_STOP)
    child = _start(program, int(lock), signal.Signals(int(stop_signal)), account)
    pathlib.Path(pid_file).write_text(str(child.pid), encoding="utf-8")
    _wait(child, int(lifeline), wake)
    if child.poll() is None:
        _stop(child, signal.Signals(int(stop_signal)), float(limit))
    code = child.returncode
    return code if code >= 0 else 128 - code


def _wake_on(*signals: signal.Signals) -> int:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in signals:
        signal.signal(number, lambda *_: None)
    return reader


def _start(program: list[str], lock: int, stop_signal: signal.Signals, account: str) -> subprocess.Popen[bytes]:
    owner = pwd.getpwnam(account) if account else None
    return subprocess.Popen(
        program,
        start_new_session=True,
        pass_fds=(lock,),
        preexec_fn=functools.partial(_end_with_parent, stop_signal),  # noqa: PLW1509 this process has one thread
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )


def _end_with_parent(stop_signal: signal.Signals) -> None:
    # Where the kernel offers it, the program is told even when this guard is killed outright.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(stop_signal))


def _wait(child: subprocess.Popen[bytes], lifeline: int, wake: int) -> None:
    while child.poll() is None:
        ready, _, _ = select.select([lifeline, wake], [], [])
        if lifeline in ready:
            return
        if _STOP & {signal.Signals(number) for number in os.read(wake, 64)}:
            return


def _stop(child: subprocess.Popen[bytes], stop_signal: signal.Signals, limit: float) -> None:
    child.send_signal(stop_signal)
    try:
        child.wait(limit)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
