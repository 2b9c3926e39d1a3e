"""Every number that decides a verdict, in one table, each with its reason.

Shares of alpha sum to 1, so that by the union bound no stopping rule and no drift can raise the chance of
accepting identical code above alpha. The figures quoted are measured on recordings of a busy two-core
machine, or simulated (`python -m perfagent.benchmarks.verdicts`).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Look(NamedTuple):
    """A point at which the sequential test may stop: after `pairs` pairs, with `share` of its alpha."""

    pairs: int
    share: float


# --- the sequential test ------------------------------------------------------------------------------------
ALPHA: Final = 0.01
"""One-sided chance that identical code is accepted: of a hundred useless candidates, at most one passes."""

LOOKS: Final = (Look(6, 0.05), Look(10, 0.10), Look(15, 0.15), Look(22, 0.20), Look(30, 0.20), Look(40, 0.30))
"""Steps of about 1.4, so that a test costs at most 40 % more than the best fixed size would have. The first
look is parametric, gets the smallest share, and exists for gains of 10 % and more. Large gains pass early
with room to spare, small ones only late, so the late looks get more: against equal shares from the second
look on that accepts 2 to 4 points more of true 5 % gains for the same runs (simulated, 200 on each of 3
streams)."""

SHORT_LOOKS: Final = (Look(6, 0.05), Look(10, 0.35), Look(15, 0.60))
"""For runs above LONG_RUN_S. Its shares sum to 1 as well: LOOKS cut off after the third would leave most of
alpha unspent and accept 25 instead of 43 % of true 5 % gains (pure Python, CPU time; simulated, 200)."""

LONG_RUN_S: Final = 10.0
"""Forty pairs of longer runs would take over a quarter of an hour for one candidate."""

NULL_MARGIN: Final = 1.01
"""The hypothesis to reject is "at most 1 % faster": path length, hash seeds and layout were seen to shift a
result by less than that without any change of the code."""

MIN_SPEEDUP: Final = 1.03
"""Smallest estimate worth a reviewer's time; below it an accepted estimate is mostly selection bias."""

FIRST_LOOK_MIN_SPEEDUP: Final = 1.10
"""Six pairs can resolve only large gains; smaller ones wait for the exact test of the next look."""

WINSOR_MADS: Final = 2.5
"""Pair differences further than this many robust sd from their median are pulled in for look 1."""

WINSOR_SD_FACTOR: Final = 1.08
"""Pulling in the tails of a normal sample at 2.5 sd shrinks its sd; this makes up for it, rounded up."""

MAD_TO_SD: Final = 1.4826
"""The sd of a normal distribution over its median absolute deviation, 1 / Phi^-1(3/4)."""

FIRST_FUTILITY: Final = 0.05
"""At look 1 stop when the 95 % upper bound of the gain is below the smallest gain wanted."""

FUTILITY: Final = 0.10
"""At later looks stop when "at least the smallest gain wanted" is rejected at this level. Stopping for
futility can only lose power, never accept; 0.10 halves the cost of a useless candidate."""

LATE_FUTILITY_PAIRS: Final = 22
"""From this look on, an estimate under half the smallest gain wanted will hardly recover: inconclusive."""

WALL_GUARD_ALPHA: Final = 0.01
"""CPU time may fall while wall time rises (waiting, hand-over between threads), and memory is easily bought
with time: refuse when wall time is slower than by NULL_MARGIN at this level."""

# --- the label-swap test and the interval -------------------------------------------------------------------
SWAPS: Final = 4000
"""Random label swaps when there are too many to enumerate: the standard error of p = 0.0018 is 0.0007."""

SWAPS_PER_LEVEL: Final = 7
"""Draw at least this many swaps for each 1/alpha, or a small alpha could never be reached."""

ENOUGH_EXCEEDANCES: Final = 100
"""Stop drawing when so many swaps beat the observed value: p is known to 10 %, and far from any level."""

CONFIDENCE: Final = 0.95
"""Two-sided confidence of every interval printed."""

INTERVAL_TOLERANCE: Final = 1e-4
"""Interval ends are bisected to this many log units, 0.01 % of a speedup: far below any interval's width."""

# --- several benchmarks, several candidates -----------------------------------------------------------------
PUBLISHED_PAIRS: Final = 20
"""Fresh pairs behind every published figure: the estimate at a sequential stop is biased upward (a true 2 %
that gets accepted claims 4.3 %), that of a fixed number of fresh pairs is not."""

GUARD_ALPHA: Final = 0.05
"""Chance that the guard refuses a patch that slows nothing, shared by all guarded benchmarks; at 20 pairs it
catches a 5 % slowdown nine times in ten."""

SCREEN_ROUNDS: Final = 6
"""Rounds in which all candidates are compared with one baseline run each; screening only ranks."""

SCREEN_FINALISTS: Final = 3
"""Candidates measured for another SCREEN_ROUNDS rounds before they are put in order."""

SCREEN_MIN_SHARE: Final = 0.5
"""A candidate is worth confirming when its screened log gain reaches this share of the smallest wanted."""

# --- which clock --------------------------------------------------------------------------------------------
BUSY_LOW: Final = 0.9
"""Below this ratio of CPU to schedulable time the benchmark waits (I/O, sleep), unseen by CPU time."""

BUSY_HIGH: Final = 1.1
"""Above it several threads work, whose CPU times add up and may rise while wall time falls."""

SWITCHES_PER_S: Final = 100.0
"""Voluntary context switches per second up to which a benchmark counts as CPU bound."""

SWITCHES_AT_START: Final = 100
"""Voluntary context switches granted to the start of a process (reading modules, pipes of the runner)."""

LOAD_PER_CORE: Final = 2.0
"""Above this load the wall time minus scheduler wait is noisier than plain wall time: it holds wake-ups."""

# --- evidence beside the verdict: growth with size, instruction counts; none of it accepts anything ----------
GROWTH_FACTORS: Final = (1, 2, 4, 8)
"""Multiples of a workload's size: three doublings tell n from n log n from n squared, and a quadratic body
takes 64 times as long at the last of them, which is as much as anyone waits for."""

GROWTH_PAIRS: Final = 6
"""Pairs at every size: the fewest at which the 95 % interval by Student's t on winsorised differences is one (it
missed in 4.3 % of simulated cases, at five pairs in 6.5 %; 600 each, heavy tails). The interval that inverts the
label-swap test is four times as wide at six pairs."""

GROWTH_FEWEST_LOOPS: Final = 3
"""Executions of the body in one process at the larger sizes, where time and the judged size's own loops allow: the
first one in a process is slower (caches, specialised instructions), and where it is the only one the growth bends."""

GROWTH_LONGEST_RUN_S: Final = 5.0
"""A size at which one run of the baseline takes longer is left out, and said to be."""

GROWTH_TOTAL_S: Final = 60.0
"""Seconds that all runs of all sizes may take together at the baseline's speed; the largest sizes go first. It is
about what a verdict on a body of one second takes."""

GROWTH_TIMEOUT_S: Final = 60.0
"""A run at a larger size that takes this long, where the baseline takes GROWTH_LONGEST_RUN_S at most, is ended."""

GROWTH_VALUES_FACTOR: Final = 4
"""Largest multiple at which the two sides' values are compared: results that are right at the judged size only (a
table made for its inputs, a bound that happens to hold) are as wrong at 4x as at 8x, and the run is shorter."""

FAMILY_SPAN: Final = 4
"""Benchmarks whose names differ in one number count as sizes of one thing when the largest number is at least this
many times the smallest: numbers that lie closer are as likely cases as sizes."""

TIE_BREAK: Final = (0.005, 0.03)
"""Gains or losses the clock left open for which instructions are counted: less is noise of the layout even for
instructions (0.1 to 0.3 % by the hash seed alone), more the clock can tell by itself."""

ALARM_SPEEDUP: Final = 1.05
"""From this speedup on the clock's word is held against the instructions."""

UNCHANGED_INSTRUCTIONS: Final = 0.01
"""A speedup of ALARM_SPEEDUP whose instructions fell by less than this is strange for code that computes: work that
is not done any more would have shown. Fewer cache misses can do it (seen: 6 times faster at 0.3 % fewer)."""

INSTRUCTIONS_TOTAL_S: Final = 60.0
"""Longest expected time of all counted runs of one benchmark; longer bodies are not counted."""

INSTRUCTIONS_SLOWDOWN: Final = 60.0
"""By which the counter slows a process: 30 times measured on pure Python, doubled for a busy machine."""

# --- calibration --------------------------------------------------------------------------------------------
CALIBRATION_PAIRS: Final = 20
"""Pairs of identical code from which `calibrate` learns the noise."""

PROBE_PAIRS: Final = 6
"""Pairs of identical code at the start of every run, which tell the clock and the noise: enough to notice a hopeless
machine, and a matter of seconds. When they look hopeless, as many as a calibration takes are measured before the
machine is given up."""

MAX_NOISE: Final = 0.15
"""Refuse to judge above this robust sd of a pair's log ratio: forty pairs could not see a gain of 10 %."""

TARGET_POWER: Final = 0.80
"""The smallest gain that can be seen is the one accepted in this share of resampled comparisons."""

RESAMPLES: Final = 200
"""Resampled comparisons per question in a calibration; the standard error at 80 % is 3 points."""

PROBE_RESAMPLES: Final = 100
"""Resampled comparisons per question at the start of a run: two seconds, for an answer to one percent."""

ENOUGH_POWER: Final = 0.99
"""A power curve ends with the first gain that is seen this often."""

RESAMPLE_BLOCK: Final = 5
"""Neighbouring pairs kept together when resampling, so that drift and bursts stay as they were recorded."""
