"""What may happen to one person's outcome record, and how a questionnaire is scored. No clock, no I/O."""
