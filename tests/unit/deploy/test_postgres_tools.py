"""What `pg_dump` and `pg_restore` are told of a server."""

from deploy.operations.postgres_tools import _environment


def test_all_that_a_dsn_says_of_encryption_is_passed_on() -> None:
    told = _environment("postgresql://postgres:a%2Fb@database/referral?sslmode=verify-full&sslrootcert=/ca.pem")
    assert told == {
        "PGHOST": "database",
        "PGPORT": "5432",
        "PGUSER": "postgres",
        "PGPASSWORD": "a/b",
        "PGDATABASE": "referral",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/ca.pem",
    }
