"""The rows that a training sees: some to fit, some to choose by. Test rows never come here."""

from __future__ import annotations

from dataclasses import dataclass

from kansr.tensors import Tensor, torch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Inputs x [n, i], target y [n] and, unless None, row weights [n] with mean 1.

    A leading axis b gives each network of a batch rows of its own.
    """

    x: Tensor
    y: Tensor
    weight: Tensor | None = None

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.y.shape[-1]

    def head(self, rows: int) -> Rows:
        """Give the first rows only (tables are split at random, so these are a sample)."""
        weight = None if self.weight is None else self.weight[:rows]
        return Rows(x=self.x[:rows], y=self.y[:rows], weight=weight)

    def to(self, device: torch.device | str) -> Rows:
        """Give the rows on a device."""
        weight = None if self.weight is None else self.weight.to(device)
        return Rows(x=self.x.to(device), y=self.y.to(device), weight=weight)

    def columns(self, keep: list[int]) -> Rows:
        """Give some of the inputs only."""
        return Rows(x=self.x[:, keep], y=self.y, weight=self.weight)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Data:
    """Rows to fit and rows to choose by; the target has mean 0 and spread 1 on the rows to fit."""

    train: Rows
    validation: Rows

    @property
    def everything(self) -> Tensor:
        """Inputs of all rows, on whose range the grids of the inputs are laid: [n, i]."""
        return torch.cat([self.train.x, self.validation.x])

    @property
    def all(self) -> Rows:
        """All rows together."""
        one, other = self.train, self.validation
        weights = None if one.weight is None or other.weight is None else torch.cat([one.weight, other.weight])
        return Rows(x=self.everything, y=torch.cat([one.y, other.y]), weight=weights)

    def to(self, device: torch.device | str) -> Data:
        """Give all rows on a device."""
        return Data(train=self.train.to(device), validation=self.validation.to(device))

    def columns(self, keep: list[int]) -> Data:
        """Give some of the inputs only."""
        return Data(train=self.train.columns(keep), validation=self.validation.columns(keep))
