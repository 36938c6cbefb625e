"""The reader printed in docs/integration reads what the services publish: it is taken from the page and run."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.support import tell
from tests.unit.portal.scenarios import PCN, REFERRAL, heard, received, triaged

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(60)]

PAGE = Path(__file__).parents[3] / "docs" / "integration" / "README.md"
STREAM = f"referral-{REFERRAL}"


async def test_the_reader_of_the_page_reads_each_event_once_and_in_order(kafka: str) -> None:
    [program] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    first, second = heard(received(), STREAM, 1), heard(triaged(), STREAM, 2)
    await tell(kafka, first, first, second)
    reader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-c", program.replace("U12001", PCN)),
        env={**os.environ, "KAFKA": kafka},
        stdout=asyncio.subprocess.PIPE,
    )
    assert reader.stdout is not None
    lines = [(await reader.stdout.readline()).decode().split(maxsplit=2) for _ in range(2)]
    reader.kill()
    await reader.wait()
    assert [line[:2] for line in lines] == [
        ["perinatal-referral-received-1", STREAM],
        ["perinatal-referral-triaged-1", STREAM],
    ]
    assert REFERRAL in lines[0][2]
