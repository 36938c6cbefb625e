"""Invariants 8, 9 and 12: tenants, personal data, purity."""

from tests.faults.fault import fault

STORE = "services/kit/migrations/store/0001_event_store.sql"
APPEND = "services/kit/migrations/store/0002_append.sql"
TENANCY = "services/kit/migrations/base/0001_tenancy.sql"
RELAY = "services/kit/relay.py"
MIXES = "test_outcomes.py::test_random_mixes"
QUESTIONS = "test_tenants.py::test_random_questions_of_random_tenants"
PERSONAL = "test_personal_data.py"


IN_PRIVACY = (
    fault(
        8,
        "row-level security is not forced",
        "test_tenants.py::test_every_table_that_ships_is_protected",
        (TENANCY, "    execute format('alter table %s force row level security', target);\n", ""),
    ),
    fault(
        8,
        "read models have no row-level security",
        QUESTIONS,
        (TENANCY, "    execute format('alter table %s enable row level security', target);\n", ""),
    ),
    fault(
        8,
        "no tenant is every tenant",
        QUESTIONS,
        (
            TENANCY,
            "using (tenant = nullif(current_setting(''app.tenant'', true), ''''))",
            "using (tenant = coalesce(nullif(current_setting(''app.tenant'', true), ''''), tenant))",
        ),
    ),
    fault(
        8,
        "the log is open to every tenant",
        QUESTIONS,
        (
            STORE,
            "for select using (tenant = nullif(current_setting(''app.tenant'', true), ''''))",
            "for select using (true)",
        ),
    ),
    fault(
        8,
        "a tenant may write into another's rows",
        "test_tenants.py::test_nobody_writes_into_another_tenant",
        (TENANCY, "'with check (tenant = nullif(current_setting(''app.tenant'', true), ''''))'", "'with check (true)'"),
    ),
    fault(
        8,
        "opened keys are remembered without their tenant",
        "test_tenants.py::test_a_stream_of_the_same_name_is_each_tenants_own",
        ("services/kit/keyring.py", "self._opened.get((tenant, subject)", 'self._opened.get(("", subject)'),
        ("services/kit/keyring.py", "self._opened[tenant, subject]", 'self._opened["", subject]'),
    ),
    fault(
        8,
        "a tenant stays set on a connection that goes back to its pool",
        "test_tenants.py::test_a_connection_goes_back_as_it_came",
        ("services/kit/tenancy.py", "set_config('app.tenant', $1, true)", "set_config('app.tenant', $1, false)"),
    ),
    fault(
        8,
        "a command id is looked for in every tenant",
        MIXES,
        (APPEND, "where c.tenant = a.tenant and c.id = a.command_id", "where c.id = a.command_id"),
    ),
    fault(
        9,
        "personal fields are not sealed",
        PERSONAL,
        ("services/kit/codec.py", 'if PERSONAL in getattr(hint, "__metadata__", ())', "if False"),
    ),
    fault(
        9,
        "events are logged as they are appended",
        PERSONAL,
        (
            "services/kit/event_store.py",
            "        answer = await self._appender.append(request)\n",
            "        print(events, flush=True)\n        answer = await self._appender.append(request)\n",
        ),
    ),
    fault(
        9,
        "the relay opens what is sealed and sends it along",
        PERSONAL,
        (RELAY, "read_sealed_after(lease.position, _BATCH, self._published)", "read_after(lease.position, _BATCH)"),
        (
            "services/kit/cloud_events.py",
            '        ("content-type", ',
            '        ("ce_event", repr(recorded.event).encode()),\n        ("content-type", ',
        ),
    ),
    fault(
        9,
        "a problem says what was sent",
        PERSONAL,
        ("services/kit/http.py", '"problem": e["msg"]}', "\"problem\": f\"{e['msg']}: {e['input']}\"}"),
    ),
    fault(
        9,
        "an unknown field is named as it was sent",
        PERSONAL,
        ("services/kit/http.py", " or _FIELD.fullmatch(part) else", " or part else"),
    ),
    fault(
        12,
        "a decision reads the clock",
        "test_purity.py::test_deciding_and_evolving",
        (
            "services/referral/domain/person.py",
            "**facts_of(told, today), occurred_at=now)",
            "**facts_of(told, today), occurred_at=datetime.now(now.tzinfo))",
        ),
    ),
    fault(
        12,
        "a read model reads the clock",
        "test_purity.py::test_folding",
        ("services/referral/projections/triage_list.py", "triaged_at=when)", "triaged_at=datetime.now(when.tzinfo))"),
    ),
    fault(
        12,
        "a fold changes the rows it is given",
        "test_purity.py::test_folding",
        ("services/kit/read_model.py", "        after = dict(rows)\n", "        after = rows\n"),
    ),
)
