"""The write side: intake, the sequencer, checkpoints, and the export of evidence bundles."""
