"""Whether everything that was stored has gone everywhere it goes: into read models, to Kafka, and into the other services."""

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.services import SERVICES
from deploy.local.stack import Stack
from deploy.operations.postgres_tools import admin_of
from services.kit.testing import eventually

_FOLLOWED = """
select coalesce((select bool_and(position = head) from projection_checkpoints), true)
    and (select bool_and(position = head) from relay)
from (select max(position) as head from events) log
"""
_TAKEN = "select topic, partition, next_offset from consumer_checkpoints"


async def caught_up(stack: Stack, *, within: float = 120.0) -> None:
    """Wait until nothing is on its way any more. Raises AssertionError after `within` seconds."""
    databases = {
        spec.database: await asyncpg.connect(admin_of(stack.wiring.postgres_admin, spec.database)) for spec in SERVICES
    }
    reader = AIOKafkaConsumer(bootstrap_servers=stack.wiring.kafka_address)
    await reader.start()

    async def done() -> bool:
        # A consumer makes events of its own, and a relay records: what is done at both ends of the look was done all the time.
        return await followed() and await taken() and await followed()

    async def followed() -> bool:
        stores = [connection for name, connection in databases.items() if name != "portal"]
        return all([await store.fetchval(_FOLLOWED) for store in stores])

    async def taken() -> bool:
        places = [row for connection in databases.values() for row in await connection.fetch(_TAKEN)]
        ends = await reader.end_offsets({TopicPartition(row["topic"], row["partition"]) for row in places})
        return all(row["next_offset"] == ends[row["topic"], row["partition"]] for row in places)

    try:
        await eventually(done, within=within, what="all services have caught up")
    finally:
        await reader.stop()
        for connection in databases.values():
            await connection.close()
