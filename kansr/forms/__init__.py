"""Formulas of one to three columns and more that need no network: enumerated by rising bits, fitted from cold starts.

A form is `y = T(c0 + c1 f1 + c2 f2 + ...)`: a link T (the identity, exp, 1/., a root, a square) over a sum of basis
functions of the columns. Behind the link the c are linear, so whole families are compared by one table of inner
products; what comes out best is then fitted as it stands, with all its constants, under each kind of noise.

    argument    what may stand inside: columns, their monomials, sums and differences
    basis       the table of functions of one argument, with scaled starts for the constants inside
    dictionary  all basis functions of all arguments on the rows
    link        the table of links
    subset      the best few columns of a dictionary
    factor      a monomial times a plain function of a monomial
    scaled      a power of a column times a function with a scale inside
    part        what may stand in an index law beside columns: sums, differences, waves
    differences rows against their neighbours along an index
    index       a monomial times any curve of an index
    relation    T(y) as a ratio of polynomials of columns and functions of them, read off a null space
    generator   what these polynomials are made of
    fit         all constants of a form together, under a kind of noise
    starts      forms before all their constants are fitted
    exact       simple numbers in the place of constants
    search      the way through these rooms

Nothing here knows networks. `kansr.noise` says what a residual is, `kansr.bill` what a formula costs.
"""

from kansr.forms.relation import relations
from kansr.forms.search import Candidate, fitted_candidate, forms, is_exact, written_candidate
from kansr.forms.settings import Settings

__all__ = [
    "Candidate",
    "Settings",
    "fitted_candidate",
    "forms",
    "is_exact",
    "relations",
    "written_candidate",
]
