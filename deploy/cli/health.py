"""How an installation is: asked of the parts themselves, not of a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.ask import ask
from deploy.local.home import Home
from deploy.local.locks import supervisor_of
from deploy.local.ports import answers
from deploy.operations.installation import named_by, running
from services.kit.settings import told

PARTS = ("postgres", "kafka", "identity", "portal", "referral", "scheduling", "outcomes", "training")
_LAGS = {
    "relay_events": "perinatal_relay_lag_events",
    "projection_events": "perinatal_projection_lag_events",
    "consumer_records": "perinatal_consumer_lag_records",
}
_PARKED, _PARKED_STREAMS = "perinatal_parked_records", "perinatal_parked_streams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`parts` maps a name to {address, state}, state being up or down; `lag` counts what is still on its way.

    `parked` are events, `parked_streams` what stands still; a stream counts once for each that hears of it.
    """

    ready: bool
    phase: str
    error: str
    parts: dict[str, dict[str, Any]]
    lag: dict[str, int]
    parked: int
    parked_streams: int

    def as_json(self) -> dict[str, Any]:
        return {
            "ready": self.ready,
            "state": self.phase,
            "error": self.error,
            **self.parts,
            "lag": self.lag,
            "parked": self.parked,
            "parked_streams": self.parked_streams,
        }


def report(home: Home) -> Report:
    """Probe every part, a second at most each."""
    named = named_by(told())
    state: Mapping[str, Any] = (
        {"state": "ready", "addresses": dict(running(home).addresses)} if named else home.read_state()
    )
    alive = named or supervisor_of(home) is not None
    addresses: dict[str, str] = state.get("addresses", {}) if alive else {}
    parts = {name: _part(name, addresses.get(name)) for name in dict.fromkeys((*PARTS, *addresses))}
    metrics = _metrics(
        address for name, address in addresses.items() if address.startswith("http") and name != "identity"
    )
    phase, error = state.get("state", "stopped"), state.get("error", "")
    if not alive and phase not in ("stopped", "failed"):
        phase, error = "failed", f"by a kill or on a full disk; {home.log_of('supervisor')} may say more"
    return Report(
        ready=alive and phase == "ready" and all(part["state"] == "up" for part in parts.values()),
        phase=phase,
        error=error,
        parts=parts,
        lag={name: int(metrics.get(gauge, 0)) for name, gauge in _LAGS.items()},
        parked=int(metrics.get(_PARKED, 0)),
        parked_streams=int(metrics.get(_PARKED_STREAMS, 0)),
    )


def _part(name: str, address: str | None) -> dict[str, Any]:
    up = address is not None and _is_up(name, address)
    return {"address": address, "state": "up" if up else "down"}


def _is_up(name: str, address: str) -> bool:
    if not address.startswith("http"):
        return answers(address)
    path = "/.well-known/openid-configuration" if name == "identity" else "/healthz"
    try:
        return ask(f"{address}{path}").is_success
    except httpx2.HTTPError:
        return False


def _metrics(addresses: Iterable[str]) -> dict[str, float]:
    """Each gauge we know, summed over its labels and over the services that answer."""
    wanted = {*_LAGS.values(), _PARKED, _PARKED_STREAMS}
    sums: dict[str, float] = {}
    for address in addresses:
        for family in text_string_to_metric_families(_exposition(address)):
            if family.name in wanted:
                sums[family.name] = sums.get(family.name, 0.0) + sum(sample.value for sample in family.samples)
    return sums


def _exposition(address: str) -> str:
    try:
        return ask(f"{address}/metrics").raise_for_status().text
    except httpx2.HTTPError:
        return ""
