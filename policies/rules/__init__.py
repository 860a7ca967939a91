"""One module for each rule type: its parameters, and one small pure function that judges."""
