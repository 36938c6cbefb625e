"""Every metric of the platform, in one list. Labels are technical: never a person, never free text."""

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

APPENDS = Counter("perinatal_appends", "Requests to the event store by outcome", ["outcome"])
APPEND_SECONDS = Histogram("perinatal_append_seconds", "Time of one append statement", buckets=_FAST)
APPEND_BATCH = Histogram(
    "perinatal_append_batch", "Requests in one append statement", buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500)
)
APPEND_RETRIES = Counter("perinatal_append_retries", "Append statements tried again after a broken connection")

RELAY_LAG = Gauge("perinatal_relay_lag_events", "Events stored but not yet published")
RELAY_PUBLISHED = Counter("perinatal_relay_published", "Events published")
RELAY_RETRIES = Counter("perinatal_relay_retries", "Batches sent again after a failure")
RELAY_BEHIND = Gauge(
    "perinatal_relay_events_lost", "Events Kafka holds of this store that it does not have any more: it was set back"
)
RELAY_LEADER = Gauge("perinatal_relay_leader", "1 while this process publishes")

PROJECTION_LAG = Gauge("perinatal_projection_lag_events", "Events not yet in a read model", ["projection"])
PROJECTION_EVENTS = Counter("perinatal_projection_events", "Events applied to a read model", ["projection"])

READ_MODEL_AWAITS = Gauge(
    "perinatal_read_model_awaits_rebuild", "1 while a read model is not followed until it is rebuilt", ["read_model"]
)

CONSUMER_LAG = Gauge("perinatal_consumer_lag_records", "Records not yet consumed", ["topic", "partition"])
CONSUMER_RECORDS = Counter("perinatal_consumer_records", "Records by what became of them", ["outcome"])
CONSUMER_REJECTED = Counter(
    "perinatal_consumer_rejected_batches", "Batches dropped because another member had moved the checkpoint"
)
CONSUMER_SEEKS = Counter("perinatal_consumer_seeks", "Times a consumer went back to its checkpoint")

CONSUMER_PAUSED = Gauge(
    "perinatal_consumer_paused",
    "1 while every stream fails: nothing is parked for it, all of it is tried again",
    ["consumer"],
)

PARKED_STREAMS = Gauge("perinatal_parked_streams", "Streams that stand still until somebody sees to them", ["consumer"])
PARKED_RECORDS = Gauge("perinatal_parked_records", "Events that wait in parked streams", ["consumer"])

KEYRING_MASTER_KEYS = Gauge(
    "perinatal_keyring_master_keys", "1 for each master key this process opens keys with", ["fingerprint"]
)

WATCHDOG_TRIPS = Counter("perinatal_watchdog_trips", "Processes ended because a worker made no progress", ["worker"])

HTTP_REQUESTS = Counter("perinatal_http_requests", "Requests by route and status", ["method", "route", "status"])
HTTP_SECONDS = Histogram("perinatal_http_seconds", "Time of a request", ["route"], buckets=_FAST)
