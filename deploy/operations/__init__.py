"""What an operator does to a running installation, beneath its HTTP: verify, rebuild, park, back up, restore, erase."""
