"""Training: optimisers, penalty, starts, the ladder of grids, pruning."""
