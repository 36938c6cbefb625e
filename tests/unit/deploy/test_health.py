"""How an installation is, as its parts say it: what is parked, and a log that was set back."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.main import program
from deploy.local.errors import StackError
from deploy.local.services import SERVICES, Service, ServiceSpec

METRICS = """# TYPE perinatal_parked_records gauge
perinatal_parked_records{consumer="portal"} 3.0
perinatal_parked_records{consumer="portal.people"} 4.0
# TYPE perinatal_parked_streams gauge
perinatal_parked_streams{consumer="portal"} 1.0
perinatal_parked_streams{consumer="portal.people"} 2.0
"""
SET_BACK = "store-set-back: the log ends at 7, Kafka holds up to 9, they first differ at 8"
ANSWERS = {
    "/portal/metrics": (200, METRICS),
    "/healthz": (200, json.dumps({"status": "ok"})),
    "/set-back/healthz": (503, json.dumps({"status": "unavailable", "database": "ok", "relay": SET_BACK})),
}


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = ANSWERS.get(self.path, (404, ""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def named(server: ThreadingHTTPServer) -> dict[str, str]:
    """An installation whose services are this server, as a container of operations is told."""
    address = f"http://127.0.0.1:{server.server_port}"
    parts = {"POSTGRES": "postgresql://a:b@127.0.0.1:1/x", "KAFKA": "127.0.0.1:1", "ISSUER": address}
    urls = {f"{spec.name.upper()}_URL": f"{address}/{spec.name}" for spec in SERVICES}
    return {f"PERINATAL_{name}": value for name, value in {**parts, **urls}.items()}


def test_the_status_counts_parked_events_and_streams(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    env = {**named(server), "PERINATAL_HOME": str(tmp_path)}
    told = json.loads(CliRunner().invoke(program(), ["status", "--json"], env=env).stdout)
    assert (told["parked"], told["parked_streams"]) == (7, 3)
    assert "parked 7 events of 3 streams" in CliRunner().invoke(program(), ["status"], env=env).stdout


def test_what_runs_with_a_part_down_is_not_called_ready(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    env = {**named(server), "PERINATAL_HOME": str(tmp_path)}
    said = CliRunner().invoke(program(), ["status"], env=env).stdout
    assert "postgres    down" in said
    assert "\nnot ready  lag" in said


def test_a_part_that_answers_with_no_metrics_counts_nothing(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    env = {**named(server), "PERINATAL_HOME": str(tmp_path)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(ANSWERS, "/referral/metrics", (502, "<html>Bad gateway</html>"))
        told = json.loads(CliRunner().invoke(program(), ["status", "--json"], env=env).stdout)
    assert told["parked"] == 7


def service(server: ThreadingHTTPServer, *, keyring: bool, env: dict[str, str]) -> Service:
    spec = ServiceSpec(name="referral", module="none", database="referral", keyring=keyring)
    return Service(spec=spec, port=server.server_port, env=env, needs=())


def test_a_service_without_a_log_is_well_when_it_says_so(server: ThreadingHTTPServer) -> None:
    assert service(server, keyring=False, env={}).healthy()


def test_a_service_whose_log_cannot_be_asked_is_not_well_yet(server: ThreadingHTTPServer) -> None:
    nowhere = {"PERINATAL_DATABASE": "postgresql://a:b@127.0.0.1:1/x"}
    assert not service(server, keyring=True, env=nowhere).healthy()


def test_a_log_that_was_set_back_is_not_waited_for(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, "/healthz", ANSWERS["/set-back/healthz"])
    with pytest.raises(StackError) as refused:
        service(server, keyring=True, env={}).healthy()
    assert str(refused.value) == f"referral says {SET_BACK}. Run `perinatal reconcile referral`, then start again"
