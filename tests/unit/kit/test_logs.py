"""A log line says what happened and to which id; never what a person told us."""

import io
import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from services.kit import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    logs.set_up("toy")
    stream = io.StringIO()
    root.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield stream
    root.handlers[:], root.level = before
    logs.hand_over()
    structlog.contextvars.clear_contextvars()


def test_a_line_is_json_with_service_and_level(lines: io.StringIO) -> None:
    structlog.get_logger("toy").info("box-opened", box="b1")
    line = orjson.loads(lines.getvalue())
    assert (line["message"], line["box"], line["service"], line["level"]) == ("box-opened", "b1", "toy", "info")


@pytest.mark.parametrize("number", ["9434765919", "943 476 5919", "943-476-5919"])
def test_what_looks_like_an_nhs_number_is_blanked(lines: io.StringIO, number: str) -> None:
    structlog.get_logger("toy").warning("odd", text=f"for {number} only")
    assert number not in lines.getvalue()
    assert "[redacted]" in lines.getvalue()


def test_an_exception_keeps_its_place_and_loses_its_words(lines: io.StringIO) -> None:
    try:
        int("Marker Surname, born 1990-01-01")
    except ValueError:
        structlog.get_logger("toy").exception("failed")
        logging.getLogger("elsewhere").exception("failed too")
    text = lines.getvalue()
    assert "Marker" not in text
    first = orjson.loads(text.splitlines()[0])
    assert first["error"] == "ValueError"
    assert first["at"][-1].startswith("test_logs.py:")
