"""From a Vega-Lite specification to an SVG that may stand in any page, and from an SVG to a file.

The library (vl-convert, the `charts` extra) renders in this process, without a browser and without a network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from perfagent.tools.errors import UsageError
from perfagent.tools.report.charts.palette import (
    GRID,
    INK,
    MUTED,
    SURFACE,
    variables,
    with_light_colours,
    with_variables,
)

FORMATS = ("svg", "png", "pdf")

#: Version of the Vega-Lite language the specifications are written in; the library holds several.
LANGUAGE = "5.21"

#: Pixels: of a chart, of its text, of an average character of that text, with which labels are fitted.
WIDTH = 640
NARROW = 480
"""Width below which what stands side by side goes one below the other."""
FONT_PX = 12
SIDE = 12
"""Pixels left and right of a chart without labels there: half of the outermost tick's label must fit."""
CHARACTER_PX = 6.7

Spec = Mapping[str, Any]

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SVG = "{http://www.w3.org/2000/svg}"
_CONFIG: Spec = {
    "aria": False,
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "text": {"fontSize": FONT_PX, "color": INK},
    "title": {"fontSize": FONT_PX, "color": INK, "anchor": "start", "fontWeight": "bold", "offset": 8},
    "axis": {
        "labelColor": MUTED, "titleColor": MUTED, "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
        "gridColor": GRID, "domainColor": GRID, "tickColor": GRID, "labelLimit": 0, "titleLimit": 0, "labelPadding": 4,
    },
    "legend": {
        "labelColor": INK, "labelFontSize": 11, "labelLimit": 0, "title": None, "orient": "top", "symbolStrokeWidth": 1,
        "padding": 0, "offset": 8, "columnPadding": 18,
    },
}  # fmt: skip


def charts_available() -> bool:
    """Whether the library is installed."""
    return find_spec("vl_convert") is not None


def require_charts() -> None:
    """Refuse what needs a chart where none can be drawn.

    Raises:
        UsageError: the library is missing; its remedy says how to get it.
    """
    if not charts_available():
        raise UsageError(
            "plots need vl-convert, which is not installed", "pip install 'perfagent[charts]'", code="PA109"
        )


def check_chart(path: Path) -> None:
    """Refuse a chart's file before anything is measured for it.

    Raises:
        UsageError: the library is missing, the format is unknown, or the folder does not exist.
    """
    if path.suffix.lstrip(".") not in FORMATS:
        raise UsageError(f"a plot cannot be written as {path.name!r}", f"end its name in .{', .'.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", "make it, or name another file", code="PA105")
    require_charts()


def drawn(spec: Spec, title: str) -> str:
    """The SVG of a Vega-Lite specification: an image named `title`, with coloured roles as CSS variables.

    Raises:
        UsageError: the library is missing.
    """
    require_charts()
    import vl_convert

    given = _cleaned({"padding": 4, **spec, "config": {**_CONFIG, **spec.get("config", {})}})
    # An empty list of addresses: nothing may be fetched, whatever a specification says.
    return with_variables(_tidied(vl_convert.vegalite_to_svg(given, vl_version=LANGUAGE, allowed_base_urls=[]), title))


def image(body: str, width: float, height: float, title: str) -> str:
    """An SVG of our own drawing in the same form; `body` holds its elements."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{width:g}" height="{height:g}"'
    named = f'{head} viewBox="0 0 {width:g} {height:g}"><title>{escape(title, quote=False)}</title>'
    return _clean(with_variables(f'{named}<g font-family="sans-serif" font-size="{FONT_PX}">{body}</g></svg>'))


def png(svg: str, scale: float = 2.0) -> bytes:
    """A chart as a PNG on a solid light ground, for pages that take no SVG; `scale` pixels for each of the SVG's.

    Raises:
        UsageError: the library is missing.
    """
    require_charts()
    import vl_convert

    return vl_convert.svg_to_png(with_light_colours(_on_surface(svg)), scale)


def standalone(svg: str) -> str:
    """A chart as a file of its own: with its ground, light or dark as the reader's system is."""
    style = (
        f"<style>:root{{{variables(False)}}}@media (prefers-color-scheme:dark){{:root{{{variables(True)}}}}}</style>"
    )
    return _on_surface(svg).replace("</title>", f"</title>{style}", 1) + "\n"


def write_chart(svg: str, path: Path) -> None:
    """Write a chart into a file whose ending tells the format, one of FORMATS.

    Raises:
        UsageError: the library is missing, the format is unknown, or the folder does not exist.
    """
    check_chart(path)
    import vl_convert

    match path.suffix:
        case ".svg":
            path.write_text(standalone(svg), encoding="utf-8")
        case ".png":
            path.write_bytes(png(svg))
        case _:
            path.write_bytes(vl_convert.svg_to_pdf(with_light_colours(svg)))


def _clean(text: str) -> str:
    """The text with a sign for each character that no XML may hold: an id or a command may have any."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _cleaned(value: Any) -> Any:
    """The same JSON with every text clean."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    return [_cleaned(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _on_surface(svg: str) -> str:
    ground = with_variables(f'<rect width="100%" height="100%" fill="{SURFACE}"/>')
    return svg.replace("</title>", f"</title>{ground}", 1)


def _tidied(svg: str, title: str) -> str:
    """The library's SVG without what nobody sees, and with names that no other chart of the page bears.

    Raises:
        ValueError: it clips: its clip paths are numbered by what was drawn before, so no two drawings would be alike.
    """
    ElementTree.register_namespace("", _SVG.strip("{}"))
    root = ElementTree.fromstring(svg)
    if root.find(f".//{_SVG}clipPath") is not None:
        raise ValueError("the chart clips, which gives it ids that others may bear")
    for parent in root.iter():
        for child in [each for each in parent if _unseen(each)]:
            parent.remove(child)
    for element in root.iter():
        for name in [n for n in element.attrib if n in ("role", "class", "pointer-events") or n.startswith("aria-")]:
            del element.attrib[name]
    root.attrib = {"class": "chart", "role": "img", **root.attrib}
    root.attrib.pop("version", None)
    named = ElementTree.Element(f"{_SVG}title")
    named.text = _clean(title)
    root.insert(0, named)
    return re.sub(r"<g>\s*</g>", "", ElementTree.tostring(root, encoding="unicode"))


def _unseen(element: ElementTree.Element) -> bool:
    return element.tag == f"{_SVG}path" and (element.get("d") in ("", "M0,0h0v0h0Z") or "display" in element.attrib)
