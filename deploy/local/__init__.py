"""The stack on one machine without Docker: real PostgreSQL, real Apache Kafka, an identity provider and the services."""
