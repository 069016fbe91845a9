"""torch and its tensors, loaded when something of them is first needed: `from kansr.tensors import Tensor, torch`.

Loading torch takes a second or two, and most commands, and the search for laws that need no network, go without it.
"""

from typing import TYPE_CHECKING

from kansr.later import later

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = later("torch")

    class Tensor:
        """Stands for the type in annotations, which nobody evaluates."""


__all__ = ["Tensor", "torch"]
