"""What a fund is: events, state, admission and its rules of evolution. Pure.

Start at `admit.py` (what may happen), `apply.py` (what then changes) and `kinds.py` (every kind of
event, with the module of its noun).
"""
