"""Read models: pure folds of the postings that effective events make."""
