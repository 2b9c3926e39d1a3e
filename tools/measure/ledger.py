"""How a whole run spends its one alpha over the candidates it confirms.

The j-th confirmation gets alpha / (j (j + 1)): the sum over any number of candidates is alpha, as for alpha
2^-j, but the tenth candidate still has 0.9 % of it instead of 0.1 %. What an accepted candidate was given
passes to the next one (the fallback procedure: Wiens & Dmitrienko, J. Biopharm. Stat. 15, 2005; for
hypotheses that arrive one by one, Tian & Ramdas, Stat. Methods Med. Res. 30, 2021): up to the first wrong
acceptance each share is spent on at most one useless candidate, so the chance of any wrong acceptance in the
run stays at most alpha, however the candidates were chosen, as long as each is tested on fresh pairs.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from perfagent.tools.measure.constants import ALPHA


class LedgerEntry(BaseModel):
    """One confirmation: the candidate, what it was given, how it ended (None: not yet, or interrupted)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: str
    alpha: float
    accepted: bool | None = None


class AlphaLedger(BaseModel):
    """The alpha of a run and what was spent of it; immutable, JSON both ways.

    Attributes:
        total: chance that the run accepts any useless candidate.
        entries: confirmations in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: float = ALPHA
    entries: tuple[LedgerEntry, ...] = ()

    @property
    def next_alpha(self) -> float:
        """What the next confirmation is given."""
        number = len(self.entries) + 1
        last = self.entries[-1] if self.entries else None
        inherited = last.alpha if last is not None and last.accepted else 0.0
        return self.total / (number * (number + 1)) + inherited

    def reserve(self, candidate: str) -> AlphaLedger:
        """Spend the next alpha on `candidate`, before its first pair; interrupted or not, it is spent."""
        entry = LedgerEntry(candidate=candidate, alpha=self.next_alpha)
        return self.model_copy(update={"entries": (*self.entries, entry)})

    def settle(self, accepted: bool) -> AlphaLedger:
        """Note how the last confirmation ended; an acceptance that a later check takes back is none.

        Raises:
            ValueError: there is none under way.
        """
        if not self.entries or self.entries[-1].accepted is not None:
            raise ValueError("no confirmation is under way")
        last = self.entries[-1].model_copy(update={"accepted": accepted})
        return self.model_copy(update={"entries": (*self.entries[:-1], last)})
