"""What may happen to a training session, a consultation, a contribution of families, a list of practices. No clock, no I/O."""
