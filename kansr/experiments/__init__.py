"""The experiments of the KAN paper: each computes numbers, which `kansr.report` draws."""
