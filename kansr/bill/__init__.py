"""What a formula costs, in bits: rows + names + numbers. Every choice between formulas on few rows asks this room."""

from kansr.bill.bill import Bill, bill, bill_of
from kansr.bill.names import names_bits
from kansr.bill.numbers import numbers_bits, told_bits

__all__ = ["Bill", "bill", "bill_of", "names_bits", "numbers_bits", "told_bits"]
