"""A stack in a process of its own that a test may kill: `run_stack.py PARTS`, in PERINATAL_HOME, until SIGTERM."""

import os
import signal
import sys
from pathlib import Path

from deploy.local.stack import Stack
from tests.integration.deploy.local import TOY


def main() -> None:
    stack = Stack(Path(os.environ["PERINATAL_HOME"]), parts=sys.argv[1].split(","), services=[TOY])
    stack.start()
    signal.sigwait({signal.SIGTERM})
    stack.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main()
