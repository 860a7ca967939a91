"""One module for each noun; each holds its commands. They are imported only when used."""
