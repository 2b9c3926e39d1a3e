"""Hash seeds of runs that are not timed."""

from __future__ import annotations

#: Two under which a value must be the same at the baseline to be comparable.
VALUE_SEEDS = (1, 2)

#: Of the candidate's checks: one that the baseline ran under, so that what depends on the seed is known.
CHECK_SEED = VALUE_SEEDS[0]
