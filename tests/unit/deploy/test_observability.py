"""Rules and dashboard ask only for metrics there are, and every rule says what to do."""

import json
import re
from pathlib import Path

import prometheus_client
import pytest
import yaml

from services.kit import metrics

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "observability"
GROUPS = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
DASHBOARD = json.loads((FOLDER / "grafana" / "dashboards" / "perinatal.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
NAME = re.compile(r"perinatal_[a-z_]+")

each_rule = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule["alert"]) for rule in RULES])
each_panel = pytest.mark.parametrize(
    "panel", [pytest.param(panel, id=f"{panel['id']} {panel['title']}") for panel in PANELS]
)


def known() -> set[str]:
    """Every series the platform shows."""
    return {
        f"{family.name}{ending}"
        for value in vars(metrics).values()
        if isinstance(value, prometheus_client.metrics.MetricWrapperBase)
        for family in value.describe()
        for ending in _endings(family.type)
    }


def _endings(kind: str) -> tuple[str, ...]:
    return {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(kind, ("",))


@each_rule
def test_a_rule_asks_for_what_there_is(rule: dict[str, object]) -> None:
    assert set(NAME.findall(str(rule["expr"]))) <= known()


@each_rule
def test_a_rule_says_how_bad_it_is_and_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in ("page", "look")
    assert rule["annotations"]["summary"]
    assert (ROOT / rule["annotations"]["runbook"]).exists()


def test_the_first_page_of_operations_leads_where_the_rule_does() -> None:
    rows = (ROOT / "docs" / "operations" / "README.md").read_text("utf-8").splitlines()
    said = {rule["alert"]: row for rule in RULES for row in rows if f"`{rule['alert']}`" in row}
    runbooks = {rule["alert"]: rule["annotations"]["runbook"].rpartition("/")[2] for rule in RULES}
    assert [alert for alert, row in said.items() if f"]({runbooks[alert]}" not in row] == []
    assert said


def test_what_may_go_wrong_has_a_rule() -> None:
    assert {rule["alert"] for rule in RULES} >= {
        *("ServiceDown", "RelayStopped", "RelayLag", "RelayRefuses", "ConsumerStuck", "ConsumerLag", "StreamsParked"),
        *("ProjectionLag", "DiskNearlyFull"),
    }


@each_panel
def test_a_panel_asks_for_what_there_is(panel: dict[str, list[dict[str, str]]]) -> None:
    for target in panel["targets"]:
        assert set(NAME.findall(target["expr"])) <= known()


def test_grafana_finds_its_data_source_and_its_dashboard() -> None:
    provisioning = FOLDER / "grafana" / "provisioning"
    source = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text("utf-8"))["datasources"][0]
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"]}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    folder = yaml.safe_load((provisioning / "dashboards" / "perinatal.yml").read_text("utf-8"))["providers"][0]
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    mounted = f"./deploy/observability/grafana/dashboards:{folder['options']['path']}:ro"
    assert mounted in services["grafana"]["volumes"]


def test_prometheus_asks_every_service() -> None:
    asked = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in asked}
    for service in ("referral", "scheduling", "outcomes", "training", "portal"):
        assert targets[service] == [f"{service}:8000"]
