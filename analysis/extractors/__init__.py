"""One file per library that listens; only that file imports the library, inside the function."""
