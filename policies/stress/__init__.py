"""What would become of the fund: shocks, sales, a custodian's failure, a de-peg, no mandate.

Pure functions of what the fund knows, of its books and of a day. All figures are exact; one for
which something was never observed is unknown, and says what is missing.
"""
