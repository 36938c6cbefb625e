"""What is read: training sessions, coverage by practice, the consultation log."""
