"""Not a service. Technical parts only: what every service is built from."""
