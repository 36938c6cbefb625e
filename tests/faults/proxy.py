"""A line to PostgreSQL that can be cut at the worst moment."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 1 << 18


class Fate(StrEnum):
    """What becomes of one execution and of its connection."""

    PASS = "pass"
    BEFORE = "before"
    """Cut: the server never hears of it."""
    AFTER = "after"
    """The server has it and is left to finish alone; the client is cut at once, and may be back before that."""
    ANSWER = "answer"
    """The server has answered, so it has committed; the answer is dropped and the client cut."""


class Proxy:
    """Listens on a free port of the loopback; `fate` is asked for every piece a client sends that holds `marker`.

    `cuts` counts what was done.
    """

    def __init__(self, dsn: str, marker: bytes, fate: Callable[[], Fate]) -> None:
        self._server_at = urlsplit(dsn)
        self._marker = marker
        self._fate = fate
        self._listener: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self.cuts: Counter[Fate] = Counter()

    async def open(self) -> str:
        """The DSN that goes through this proxy."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._listener.sockets[0].getsockname()[1]
        user, _, _ = self._server_at.netloc.rpartition("@")
        return urlunsplit(self._server_at._replace(netloc=f"{user}@127.0.0.1:{port}"))

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        try:
            async with asyncio.timeout(30):
                server = await asyncio.open_connection(self._server_at.hostname, self._server_at.port, limit=_CHUNK)
            await self._carry(_Line(reader, writer, *server))
        finally:
            self._lines.discard(line)

    async def _carry(self, line: "_Line") -> None:
        back = asyncio.create_task(line.answers())
        try:
            while request := await line.from_client.read(_CHUNK):
                fate = self._fate() if self._marker in request else Fate.PASS
                self.cuts[fate] += 1
                if fate is not Fate.PASS:
                    await line.cut(fate, request, back)
                    return
                line.to_server.write(request)
                await line.to_server.drain()
        except ConnectionError:
            """Either end may hang up whenever it likes."""
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            await line.hang_up()


class _Line:
    """One client's connection and the server's for it."""

    def __init__(
        self,
        from_client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        self.from_client = from_client
        self.to_client = to_client
        self.from_server = from_server
        self.to_server = to_server

    async def answers(self) -> None:
        """Carry what the server says, until it hangs up."""
        with contextlib.suppress(ConnectionError):
            while answer := await self.from_server.read(_CHUNK):
                self.to_client.write(answer)
                await self.to_client.drain()
            self.to_client.close()

    async def cut(self, fate: Fate, request: bytes, back: "asyncio.Task[None]") -> None:
        back.cancel()
        await asyncio.gather(back, return_exceptions=True)
        if fate is Fate.BEFORE:
            return
        self.to_server.write(request)
        await self.to_server.drain()
        if fate is Fate.AFTER:
            self.to_client.transport.abort()
        # Until the server has answered and hung up: had it been cut too, it might have been spared the request.
        self.to_server.write_eof()
        while await self.from_server.read(_CHUNK):
            continue

    async def hang_up(self) -> None:
        self.to_client.transport.abort()
        self.to_server.close()
        with contextlib.suppress(ConnectionError):
            await self.to_server.wait_closed()


@contextlib.asynccontextmanager
async def proxied(dsn: str, marker: bytes, fate: Callable[[], Fate]) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy and the DSN through it."""
    proxy = Proxy(dsn, marker, fate)
    try:
        yield proxy, await proxy.open()
    finally:
        await proxy.close()
