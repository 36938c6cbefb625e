"""The whole stack of one folder: what `perinatal up` runs and what the tests start."""

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.errors import StackError, explained
from deploy.local.home import Home
from deploy.local.locks import FolderLock
from deploy.local.migrations import migrating
from deploy.local.parts import Part
from deploy.local.ports import choose
from deploy.local.progress import Progress, Silent
from deploy.local.services import SERVICES, ServiceSpec
from deploy.local.supervisor import Supervisor
from deploy.local.topics import Topic, ensure_topics, read_topics
from deploy.local.wiring import Wiring

PARTS = ("postgres", "kafka", "identity", "services")
_TOPICS = Path(__file__).parents[2] / "contracts" / "topics.yaml"
_TITLES = {"postgres": "PostgreSQL", "kafka": "Apache Kafka", "identity": "identity provider"}
_FIRST = {"postgres": "Start", "kafka": "Fetch and start", "identity": "Start"}
_REPLACED_BY = {"postgres": "PERINATAL_POSTGRES", "kafka": "PERINATAL_KAFKA", "identity": "PERINATAL_ISSUER"}
_HEALTHY_WITHIN = 90.0


class Stack:
    """PostgreSQL, Kafka, the identity provider and the services, as far as `parts` names them.

    PERINATAL_POSTGRES (administrator's DSN), PERINATAL_KAFKA (host:port) and PERINATAL_ISSUER (URL) in `environ` take the
    place of a part. For tests: `fast` is quick and not durable; `throw_away` (implied by it) removes the database's data at
    the end. Every failure is a StackError of one line.
    """

    def __init__(
        self,
        home: Path,
        *,
        fast: bool = False,
        throw_away: bool = False,
        parts: Sequence[str] = PARTS,
        services: Sequence[ServiceSpec] = SERVICES,
        topics: Sequence[Topic] | None = None,
        demo: bool = False,
        new_ports: bool = False,
        environ: Mapping[str, str] = os.environ,
        progress: Progress | None = None,
    ) -> None:
        self.home = Home(root=Path(home).absolute())
        self.failure: StackError | None = None
        self._fast, self._demo, self._new_ports = fast, demo, new_ports
        self._throw_away = throw_away or fast
        self._parts, self._services = tuple(parts), tuple(services)
        self._topics = topics
        self._environ = environ
        self._progress: Progress = progress or Silent()
        self._lock: FolderLock | None = None
        self._supervisor: Supervisor | None = None
        self._wiring: Wiring | None = None
        self._watcher: threading.Thread | None = None
        self._ended = threading.Event()

    @property
    def wiring(self) -> Wiring:
        """Addresses, DSNs and environments; known once the stack was started."""
        if self._wiring is None:
            raise StackError("the stack was not started")
        return self._wiring

    @property
    def supervisor(self) -> Supervisor:
        if self._supervisor is None:
            raise StackError("the stack was not started")
        return self._supervisor

    def start(self) -> None:
        """Start everything and return when it is healthy; from then on what dies is restarted. A failure leaves nothing running."""
        try:
            self._start()
        except OSError as problem:
            self.stop(failure := explained(problem, self.home.root))
            raise failure from problem
        except StackError as problem:
            self.stop(problem)
            raise
        except BaseException:
            self.stop()
            raise

    def stop(self, failure: StackError | None = None) -> None:
        """End everything in the reverse order. Nothing happens when it is not running."""
        self._ended.set()
        if self._lock is None:
            return
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join()
        try:
            if self._wiring is not None:
                self._stop_parts(failure)
        finally:
            self._lock.release()
            self._lock = self._wiring = None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the stack is ended or has given up; True when it has. `failure` then says why."""
        return self._ended.wait(timeout)

    def env_for(self, service: str) -> dict[str, str]:
        """The environment of a service's process."""
        return self.wiring.env_for(service)

    def _start(self) -> None:
        self._ended.clear()
        self.failure = None
        with self._progress.step("Check the folder"):
            self.home.make()
            self._lock = FolderLock(self.home)
            if self._services_to_run():
                self.home.require_restored()
            self._supervisor = Supervisor(self.home, self._lock.parts)
            self._wiring = self._wire()
        self._write("starting")
        for part in self._own_parts():
            with self._progress.step(f"{_FIRST[part.name]} {_TITLES[part.name]}"):
                self.supervisor.launch(part)
        self._set_up_postgres()
        # Kafka takes longest to come up, so the databases are migrated meanwhile.
        with migrating(self.wiring, self._services_to_run()) as migrated:
            self._set_up_kafka()
            self._wait_for("identity")
            if self._services_to_run():
                with self._progress.step("Migrate the databases"):
                    migrated.result()
        self._start_services()
        self._write("ready")
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._watcher.start()

    def _stop_parts(self, failure: StackError | None) -> None:
        try:
            self._write("stopping")
        finally:
            self.supervisor.stop_all()
        if self._throw_away:
            self.wiring.postgres.throw_away()
        self._write("failed" if failure else "stopped", failure)

    def _wire(self) -> Wiring:
        kept = {} if self._new_ports else self.home.read_state().get("ports", {})
        names = ["postgres", "kafka", "kafka-controller", "identity", *(spec.name for spec in self._services)]
        return Wiring(
            home=self.home,
            ports=choose(names, kept),
            environ=self._environ,
            services=self._services,
            fast=self._fast,
            synthetic=self._demo,
        )

    def _own_parts(self) -> list[Part]:
        parts: tuple[Part, ...] = (self.wiring.postgres, self.wiring.kafka, self.wiring.identity)
        return [part for part in parts if part.name in self._parts and not self._environ.get(_REPLACED_BY[part.name])]

    def _services_to_run(self) -> Sequence[ServiceSpec]:
        return self._services if "services" in self._parts else ()

    def _wait_for(self, name: str) -> None:
        if name in self.supervisor.pids():
            with self._progress.step(f"Wait for {_TITLES[name]}"):
                self.supervisor.wait_healthy([name], _HEALTHY_WITHIN)

    def _set_up_postgres(self) -> None:
        self._wait_for("postgres")
        if "postgres" in self._parts:
            with self._progress.step("Make the databases"):
                self.wiring.databases.ensure(self.wiring.database_names())

    def _set_up_kafka(self) -> None:
        self._wait_for("kafka")
        if "kafka" in self._parts:
            with self._progress.step("Make the topics"):
                topics = read_topics(_TOPICS) if self._topics is None else self._topics
                ensure_topics(self.wiring.kafka_address, topics)

    def _start_services(self) -> None:
        names = [spec.name for spec in self._services_to_run()]
        if names:
            with self._progress.step(f"Start {', '.join(names)}"):
                for spec in self._services_to_run():
                    self.supervisor.launch(self.wiring.service(spec))
                self.supervisor.wait_healthy(names, _HEALTHY_WITHIN)

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            try:
                if self.supervisor.watch():
                    self._write("ready")
            except OSError as problem:
                self._give_up(explained(problem, self.home.root))
            except StackError as problem:
                self._give_up(problem)

    def _give_up(self, failure: StackError) -> None:
        self.failure = failure
        self._ended.set()

    def _write(self, state: str, failure: StackError | None = None) -> None:
        pids, restarts = self.supervisor.pids(), self.supervisor.restarts()
        self.home.write_state(
            {
                "format": 1,
                "state": state,
                "error": str(failure) if failure else "",
                "detail": failure.detail if failure else "",
                "supervisor": os.getpid(),
                "demo": self._demo,
                "ports": dict(self.wiring.ports),
                "addresses": self.wiring.addresses(),
                "data": {"postgres": str(self.wiring.postgres.folder), "kafka": str(self.wiring.kafka.folder)},
                "parts": {name: {"pid": pid, "restarts": restarts[name]} for name, pid in pids.items()},
            }
        )
