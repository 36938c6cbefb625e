"""Calls the services of the running stack as one of its accounts."""

import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx2

from deploy.local.accounts import read_accounts
from deploy.local.credentials import Credentials
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.identity import COMMAND_LINE_CLIENT, users_file
from deploy.operations.installation import running
from services.kit.auth import Issuer

_TIMEOUT = 30.0
_KEEP_TRYING = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_RENEW_BEFORE = 60.0
_TRY_AGAIN = {429, 502, 503, 504}


class Refused(StackError):
    """A service said no, in its own sentence; `slug` is its name for the refusal."""

    def __init__(self, service: str, response: httpx2.Response) -> None:
        problem = _problem(response)
        said = problem.get("title") or response.reason_phrase
        fields = [problem["field"]] if "field" in problem else []
        fields += [f"{wrong['field']}: {wrong['problem']}" for wrong in problem.get("errors", [])]
        named = f" ({'; '.join(fields)})" if fields else ""
        super().__init__(f"{service} answered {response.status_code}: {said}{named}")
        self.slug = str(problem.get("slug", ""))
        self.status = response.status_code


class Client:
    """`account` is one of the stack's: operator, importer, or somebody of a network.

    A call is tried again while its service restarts or is busy: a command carries its own id, so it has one effect.
    Several threads may share one.
    """

    def __init__(self, home: Home, account: str) -> None:
        self._addresses = running(home).addresses
        self._home, self._account = home, account
        self._http = httpx2.Client(timeout=_TIMEOUT)
        self._token, self._renew_at = "", 0.0
        self._renewing = threading.Lock()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, service: str, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON a service answers. Raises StackError with the service's own sentence when it refuses."""
        return self._answer(service, "GET", path, params=params)

    def ask(self, service: str, path: str, body: Any) -> Any:
        """A question whose words may not be in a URL, so it is a POST; it changes nothing."""
        return self._answer(service, "POST", path, json=body)

    def command(self, service: str, method: str, path: str, body: Any, command_id: UUID) -> Any:
        """Send a command and return its answer: {id, stream, version, position}."""
        return self._answer(service, method, path, json=body, headers={"Idempotency-Key": str(command_id)})

    def networks(self) -> set[str]:
        """The codes of those there are."""
        return {network["pcn_ods_code"] for network in self.get("referral", "/v1/pcns")}

    def _answer(self, service: str, method: str, path: str, **request: Any) -> Any:
        response = self._persist(f"{self._addresses[service]}{path}", method, request)
        if response.is_success:
            return response.json()
        raise Refused(service, response)

    def _persist(self, url: str, method: str, request: dict[str, Any]) -> httpx2.Response:
        end, pause = time.monotonic() + _KEEP_TRYING, _FIRST_PAUSE
        while True:
            try:
                response = self._send(url, method, request)
            except (httpx2.TransportError, httpx2.HTTPStatusError) as problem:
                if time.monotonic() > end:
                    raise _no_answer(problem) from problem
            else:
                if response.status_code not in _TRY_AGAIN or time.monotonic() > end:
                    return response
            time.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    def _send(self, url: str, method: str, request: dict[str, Any]) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._access_token()}", **request.get("headers", {})}
        return self._http.request(method, url, **{**request, "headers": headers})

    def _access_token(self) -> str:
        with self._renewing:
            if time.monotonic() > self._renew_at:
                token = self._ask_for_token()
                self._token = str(token["access_token"])
                self._renew_at = time.monotonic() + float(token["expires_in"]) - _RENEW_BEFORE
            return self._token

    def _ask_for_token(self) -> Mapping[str, Any]:
        issuer = self._addresses["identity"]
        discovered = self._http.get(Issuer(issuer).discovery).raise_for_status().json()
        secret = Credentials(folder=self._home.secrets).password("client-command-line")
        answer = self._http.post(
            Issuer(discovered["issuer"], issuer).reached(discovered["token_endpoint"]),
            auth=(COMMAND_LINE_CLIENT, secret),
            data={"grant_type": "password", "username": self._account, "password": self._password()},
        )
        if not answer.is_success:
            raise StackError(
                f"{issuer} gives no token to the account {self._account}: it answered {answer.status_code}"
            )
        return dict(answer.json())

    def _password(self) -> str:
        known = {account.username: account.password for account in read_accounts(users_file(self._home))}
        if self._account not in known:
            raise StackError(f"there is no account {self._account!r} in {self._home.root}")
        return known[self._account]


def _no_answer(problem: httpx2.TransportError | httpx2.HTTPStatusError) -> StackError:
    """Named by who was asked: before a service it is the identity provider."""
    why = problem.response.status_code if isinstance(problem, httpx2.HTTPStatusError) else type(problem).__name__
    return StackError(f"no answer from {problem.request.url.copy_with(query=None)}: {why}")


def _problem(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
