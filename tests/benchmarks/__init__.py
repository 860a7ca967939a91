"""Benchmarks: each figure is a ratio to a bare library measured in the same run."""
