"""Values every room speaks: canonical bytes, identifiers, amounts, money, time, errors."""
