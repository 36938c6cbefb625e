"""The read models of the outcomes service, one file each."""
