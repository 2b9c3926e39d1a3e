"""Colours of charts: one SVG serves a light page, a dark one and paper.

A chart is drawn with the light colours, each of which stands for one role; in the SVG each is then written as
`var(--chart-ROLE, #colour)`, so that a page sets the role to what fits it and a reader without such a page sees the
light colour. Gain and loss are blue and orange, which people with any of the common colour deficiencies tell apart, and
never differ by colour alone.
"""

from __future__ import annotations

import re

#: Role -> its colour on a light and on a dark ground. All text colours have a contrast of 4.5:1 or more with `surface`.
COLOURS: dict[str, tuple[str, str]] = {
    "surface": ("#ffffff", "#0d1117"),
    "ink": ("#1f2328", "#e6edf3"),
    "muted": ("#59636e", "#9198a1"),
    "grid": ("#d8dee4", "#2a313c"),
    "baseline": ("#6a6f78", "#a3abb6"),
    "gain": ("#0b63ce", "#5aa9ff"),
    "loss": ("#b54708", "#f59e4c"),
}

SURFACE, INK, MUTED, GRID, BASELINE, GAIN, LOSS = (light for light, _ in COLOURS.values())

_ROLES = {light: role for role, (light, _) in COLOURS.items()}
# As a whole attribute: a text may say what it likes.
_HEX = re.compile(f'(?<=")({"|".join(_ROLES)})(?=")')
_VARIABLE = re.compile(r"var\(--chart-[a-z]+, (#[0-9a-f]{6})\)")


def with_variables(svg: str) -> str:
    """The SVG with every role's colour as a CSS variable."""
    return _HEX.sub(lambda found: f"var(--chart-{_ROLES[found[0]]}, {found[0]})", svg)


def with_light_colours(svg: str) -> str:
    """The SVG without variables, for programs that know no CSS."""
    return _VARIABLE.sub(r"\1", svg)


def variables(dark: bool) -> str:
    """The CSS declarations of all roles: `--chart-ink:#1f2328;...`."""
    return "".join(f"--chart-{role}:{pair[dark]};" for role, pair in COLOURS.items())
