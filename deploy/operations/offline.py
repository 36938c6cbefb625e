"""PostgreSQL and Kafka without the services: for what must not happen while they run, or cannot wait until they do."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.locks import supervisor_of
from deploy.local.progress import Progress
from deploy.local.stack import Stack
from deploy.operations.installation import Installation, installation_of, named_by
from services.kit.settings import told


@contextmanager
def parts_up(home: Home, progress: Progress) -> Iterator[Installation]:
    """The installation's databases and Kafka: those that run, or the local stack's, started for this and stopped again."""
    if named_by(told()) or supervisor_of(home) is not None:
        yield installation_of(home)
        return
    demo = bool(home.read_state().get("demo"))
    stack = Stack(home.root, parts=("postgres", "kafka"), demo=demo, progress=progress)
    stack.start()
    try:
        yield installation_of(home)
    finally:
        stack.stop()


def require_stopped(home: Home) -> None:
    """Raises StackError while the local stack's services run."""
    if supervisor_of(home) is not None:
        raise StackError(f"the stack of {home.root} runs: stop it with `perinatal down` first")
