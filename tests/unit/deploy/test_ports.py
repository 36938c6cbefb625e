"""Among which ports a stack chooses, and who answers at one."""

import socket

import pytest

from deploy.local.errors import StackError
from deploy.local.ports import answers, choose


def test_ports_are_chosen_where_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERINATAL_PORTS", "31990-31999")
    chosen = choose(["a", "b", "c"], {})
    assert len({*chosen.values()}) == 3
    assert all(31990 <= port <= 31999 for port in chosen.values())


def test_a_port_that_was_kept_stays_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = choose(["a"], {})
    monkeypatch.setenv("PERINATAL_PORTS", "31990-31999")
    assert choose(["a"], kept) == kept


@pytest.mark.parametrize("said", ["20000", "20999-20000", "20000-99999", "here-there"])
def test_what_is_no_range_is_said(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("PERINATAL_PORTS", said)
    with pytest.raises(StackError, match=f"PERINATAL_PORTS has to be two ports.*{said}"):
        choose(["a"], {})


def test_one_of_several_addresses_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = f"127.0.0.1:{server.getsockname()[1]}"
        assert answers(there)
        assert answers(f"127.0.0.1:1,{there}")
    assert not answers("127.0.0.1:1,127.0.0.1:2")
