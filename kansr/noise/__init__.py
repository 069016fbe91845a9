"""The one room that knows what noise is: its kinds, what a table tells of it, and whether residuals look like it.

`model` holds the kinds, as likelihoods that can be compared; `digits` the rounding of a table; `estimate` what data
points that repeat tell before anything is fitted; `structure` the test of residuals. Nothing here knows a formula, a
network or a search.
"""
