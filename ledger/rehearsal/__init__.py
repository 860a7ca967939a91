"""Rehearsal: a fund in memory, on which books of rules are tried before they govern a real one."""
