"""Which graph the data asks for: proposals, the search among them, and the test that decides."""
