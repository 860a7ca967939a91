"""The program `custody`: one command line for three readers."""
