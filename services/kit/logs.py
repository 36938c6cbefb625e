"""JSON logs: event names, ids and counts. Never a body, never a name, nothing that looks like a person's number."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

_TEN_DIGITS = re.compile(r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w.-])")


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank any ten digits that may be a person's number, however they are grouped."""
    return {
        key: _TEN_DIGITS.sub("[redacted]", value) if isinstance(value, str) else value for key, value in event.items()
    }


def _place_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception keep the type and where it was raised: its message and its values may hold what a person told us."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[1] is not None:
        event["error"] = info[0].__name__
        event["sqlstate"] = getattr(info[1], "sqlstate", None)
        event["at"] = _frames(info[2])
    return event


def _frames(traceback: Any) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-8:]


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _place_only,
]


def _json(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def set_up(service: str) -> None:
    """One JSON line a log record on standard output, for structlog and the standard library alike."""
    hand_over()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("aiokafka", "httpx2", "httpcore2", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    structlog.contextvars.bind_contextvars(service=service)


def hand_over() -> None:
    """What structlog is told goes to the standard library's loggers; its own way draws each exception for seconds."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.EventRenamer("message"),
            redact,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
    )
