"""Pictures of series by day: SVG or PNG, the same bytes from the same figures.

`matplotlib` draws; it is the extra `charts` and is imported only when a picture is asked for. It
takes binary fractions, so a picture is to be looked at: the exact figures are in `--json`.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from ledger.kernel.errors import UndecidableError
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMATS = ("svg", "png")
_INK, _FAINT = "#1b2733", "#9aa7b4"
_COLOURS = ("#1f5f8b", "#c2571a", "#3a7d44", "#7a4b94", "#b0932d", "#4a4e69", "#a23b52", "#2a9d8f")
_STYLES = ("-", "--", "-.", ":")


@fixed
class Series:
    """One line of a chart: values by day, as exact decimals."""

    name: str
    days: tuple[str, ...]
    values: tuple[str, ...]


def draw(title: str, unit: str, series: Sequence[Series], form: str) -> bytes:
    """The picture of some series as steps over time, in the bytes of its format."""
    pyplot, matplotlib, dates = _library()
    settings = {
        "svg.hashsalt": "custody", "svg.fonttype": "none", "font.family": "DejaVu Sans",
        "axes.edgecolor": _FAINT, "axes.labelcolor": _INK, "text.color": _INK,
        "xtick.color": _INK, "ytick.color": _INK,
    }  # fmt: skip
    with matplotlib.rc_context(settings):
        figure, axes = pyplot.subplots(figsize=(9.6, 5.0), dpi=110)
        for number, one in enumerate(series):
            axes.step(
                [dates.datestr2num(day) for day in one.days],
                [_position(value) for value in one.values],
                where="post",
                label=one.name,
                color=_COLOURS[number % len(_COLOURS)],
                linestyle=_STYLES[number // len(_COLOURS) % len(_STYLES)],
                linewidth=1.8,
            )
        axes.set_title(title, loc="left", fontsize=12)
        axes.set_ylabel(unit)
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", color="#e3e8ed", linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=3, maxticks=9))
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axes.legend(frameon=False, loc="upper left", fontsize=9)
        figure.tight_layout()
        buffer = BytesIO()
        metadata = {"Date": None} if form == "svg" else {"Software": None}
        figure.savefig(buffer, format=form, metadata=metadata)
        pyplot.close(figure)
    return buffer.getvalue()


def _position(value: str) -> float:
    """Where a point is drawn: a place on a picture, and no amount."""
    return float(value)


def _library() -> tuple[Any, Any, Any]:
    try:
        import matplotlib as mpl  # noqa: PLC0415 - only when a picture is drawn

        mpl.use("Agg")
        from matplotlib import dates  # noqa: PLC0415 - as above
        from matplotlib import pyplot as plt  # noqa: PLC0415 - as above
    except ImportError:
        raise UndecidableError(
            "pictures need matplotlib, which is not installed",
            hint="Install it with `pip install -c constraints.txt '.[charts]'`, or use --json",
        ) from None
    return plt, mpl, dates
