"""Who does not answer is named as they are: a service, or the identity provider that is asked before it."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from deploy.cli import client
from deploy.cli.client import Client
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.services import SERVICES

IDENTITY, REFERRAL = "http://identity.test", "http://referral.test"


def nobody(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("nobody", request=request)


def broken(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(500, text="<html>")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that the environment names; nobody has any patience."""
    urls = {f"PERINATAL_{spec.name.upper()}_URL": f"http://{spec.name}.test" for spec in SERVICES}
    parts = {"PERINATAL_POSTGRES": "postgresql://a:b@127.0.0.1:1/x", "PERINATAL_KAFKA": "127.0.0.1:1"}
    for name, value in {**urls, **parts, "PERINATAL_ISSUER": IDENTITY}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client, "_KEEP_TRYING", -1.0)


def asked(home: Path, answer: Callable[[httpx2.Request], httpx2.Response]) -> str:
    with Client(Home(root=home), "operator") as calling:
        calling._http = httpx2.Client(transport=httpx2.MockTransport(answer))
        with pytest.raises(StackError) as refused:
            calling.get("referral", "/v1/pcns", {"code": "U12001"})
    return str(refused.value)


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(("answer", "why"), [(nobody, "ConnectError"), (broken, "500")])
def test_an_identity_provider_that_does_not_answer(
    tmp_path: Path, answer: Callable[[httpx2.Request], httpx2.Response], why: str
) -> None:
    said = asked(tmp_path, answer)
    assert said == f"no answer from {IDENTITY}/.well-known/openid-configuration: {why}"


@pytest.mark.usefixtures("told")
def test_a_service_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "_access_token", lambda _: "a-token")
    assert asked(tmp_path, nobody) == f"no answer from {REFERRAL}/v1/pcns: ConnectError"
