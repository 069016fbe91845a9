"""Which functions the curves are: the library, fits to one curve, the choice in context, the expression."""
