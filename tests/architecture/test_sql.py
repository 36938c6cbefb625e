"""SQL is written as SQL, and a table that a migration makes is a tenant's, or says why not."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, Source, broken, planted, product, require_none

STATEMENT = re.compile(
    r"^\s*(select\b.+\bfrom\b|insert\s+into\b|update\s+\S+\s+set\b|delete\s+from\b|truncate\b|with\s+\w+\s+as\b|merge\s+into\b"
    r"|(create|alter|drop)\s+(table|role|user|database|schema|function|policy|index|view)\b|grant\b.+\bto\b|set\s+local\b|notify\b)",
    re.IGNORECASE | re.DOTALL,
)
CREATE = re.compile(r"create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([a-z_.]+)", re.IGNORECASE)
PROTECT = re.compile(r"kit_protect\(\s*'([a-z_.]+)'", re.IGNORECASE)
MIGRATIONS = "services/*/migrations/**/*.sql"

# {migration's folder / table: why it is not protected by kit_protect}
UNPROTECTED = {
    "services/kit/migrations/store/events": "policies of its own: read by tenant, written by the store's functions only",
    "services/kit/migrations/store/commands": "policies of its own: read by tenant, written by the store's functions only",
    "services/kit/migrations/store/store": "one row about the store itself",
    "services/kit/migrations/store/relay": "one row: who publishes, and how far; positions only",
    "services/kit/migrations/base/projection_checkpoints": "how far a read model is; positions only",
    "services/kit/migrations/base/consumer_checkpoints": "how far a consumer is; offsets only",
    "services/kit/migrations/base/read_models": "which version of each read model is live; names only",
    "services/kit/migrations/base/read_model_copies": "which copies there are, and how far they were folded; positions only",
    "services/kit/migrations/base/erasures": "one row: up to which erasure copies were dropped; positions only",
    "services/kit/migrations/base/shadow.": "it gets its table's policies when it is full; only the owner may enter its schema",
}


# {path: why SQL is put together there}
GLUED = {
    "deploy/local/databases.py": "the name of a database cannot be a parameter; the names are constants",
    "services/kit/testing.py": "the table's name comes from the read model under test",
}


def test_no_sql_is_glued_together() -> None:
    require_none(broken(glued, [file for file in product() if file.path not in GLUED]))


def test_every_reason_to_glue_is_still_needed() -> None:
    assert {file.path for file in product() if list(glued(file))} >= GLUED.keys()


def test_every_table_is_protected() -> None:
    found = {key: key in protected for key, protected in tables().items()}
    assert {key for key, safe in found.items() if not safe} == UNPROTECTED.keys()


def test_there_are_migrations() -> None:
    assert len(tables()) > len(UNPROTECTED)


@pytest.mark.parametrize(
    "text",
    [
        "tx.fetch(f'select * from {table}')",
        "tx.fetch('select * from waits where id = %s' % id)",
        "tx.fetch('select * from ' + table + ' where id = $1')",
        "tx.fetch('delete from {}'.format(table))",
        "SQL = f'''\n    with a as (select 1)\n    select {b} from a'''",
        "tx.execute(f'create role {name} login')",
    ],
)
def test_glued_sql_is_seen(text: str) -> None:
    assert planted(glued, text)


@pytest.mark.parametrize(
    "text",
    [
        "tx.fetch('select * from waits where tenant = $1', tenant)",
        "raise Failed(f'update the settings of {name}')",
        "tx.fetch('select a from b ' 'where c = $1')",
        "said = f'selected {count} of {all_}'",
    ],
)
def test_plain_sql_passes(text: str) -> None:
    assert planted(glued, text) == []


def test_an_unprotected_table_is_seen() -> None:
    text = "create table a (x int);\ncreate table if not exists b (x int);\nselect kit_protect('b');"
    assert made(text) == {"a": set(PROTECT.findall(text)), "b": {"b"}}


def glued(source: Source) -> Iterator[str]:
    for node in source.nodes:
        text = _text(node)
        if text is not None and STATEMENT.search(text):
            yield source.at(node, "SQL put together from pieces; name the query and give it parameters")  # type: ignore[arg-type]


def _text(node: ast.AST) -> str | None:
    """The constant text of a string that is put together with something else."""
    match node:
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.FormattedValue) for part in parts):
            return " ".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod() | ast.Add()):
            return f"{text} x"
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format" | "format_map")):
            return f"{text} x"
        case _:
            return None


def made(text: str) -> dict[str, set[str]]:
    """{table made: tables protected in the same folder}."""
    safe = set(PROTECT.findall(text))
    return dict.fromkeys(CREATE.findall(text), safe)


def tables() -> dict[str, set[str]]:
    """{folder/table: what its folder protects, in the same form}."""
    folders: dict[str, str] = {}
    for path in sorted(ROOT.glob(MIGRATIONS)):
        folder = str(path.parent.relative_to(ROOT))
        folders[folder] = folders.get(folder, "") + path.read_text("utf-8")
    return {
        f"{folder}/{table}": {f"{folder}/{each}" for each in safe}
        for folder, text in folders.items()
        for table, safe in made(text).items()
    }
