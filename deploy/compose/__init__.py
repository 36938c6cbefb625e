"""What docker-compose.yml runs once before the services: secrets, databases, and the broker's users, permissions and topics."""
