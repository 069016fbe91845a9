"""The command line: a command turns options into one call of the pipeline and draws what it gives back."""
