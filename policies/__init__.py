"""Mandates as executable law: the vocabulary of rules, the engine, and the books of rules as data.

`books/` holds the policy books, readable by counsel; `rules/` one module for each type of rule;
`vocabulary.py` lists the types; `engine.py` judges an action under several books at once.
"""
