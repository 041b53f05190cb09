"""Figures of images, fits and spectra, by matplotlib. Every function draws into the axes that it is given, or makes a
figure, and returns the axes; none of them shows a window.

>>> from femtobragg import plot
>>> plot.show(femtobragg.render(experiment), spots=True).figure.savefig("still.png")
"""
from __future__ import annotations

import functools
import importlib
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ._checks import array_of, flag, number, numbers_of, one_of, whole, wrong
from ._errors import Error
from ._experiment import Experiment
from ._refinement import Refinement
from ._rendering import _require, experiment_of
from ._truth import truth

__all__ = ["compare", "correlations", "residual", "show", "spectrum", "traces"]

#: Of pixels that are not rendered.
NOT_RENDERED = "#c9d5e3"
_INK, _RED = "#1f5a94", "#c0392b"
#: Of rings, spots, and the halo of text: on light colour maps, and on dark ones.
_ON_LIGHT, _ON_DARK = (_INK, _RED, "white"), ("#9fd3ff", "#ffb3a7", "black")
_NICE_D_A = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100]
_EV_A = 12398.419843320026


def show(image: Any, experiment: Experiment | None = None, *, rings: bool | Sequence[float] = True,
         spots: Any = False, ax: Any = None, percentile: float = 99.5, colours: Any = "Greys",
         title: str | None = None, colorbar: bool = True) -> Any:
    """Draws an image on a logarithmic scale, from below its background to its bright pixels.

    Pixels that are not rendered, or have no counts, are pale blue. Where several pixels fall on one of the screen, the
    brightest is shown, so that no spot is lost. The status line tells fast, slow, value and resolution.

    Parameters
    ----------
    image : array, shape (slow, fast)
        Photons; or counts, as of `detector_response` or `read`.
    experiment : Experiment
        Not needed for images of `render`. Without one there are no rings and no spots.
    rings : bool or list of float
        Resolution rings, in angstrom. True: at round values. The beam centre has a cross.
    spots : bool or structured array
        Circles around the brightest reflections, and indices where they have room. True: calls `truth`, which takes
        about as long as rendering; its table saves that.
    ax : matplotlib Axes
    percentile : float
        Of the pixels that stand out of the background, from 0 to 100: those above have the strongest colour.
    colours : str or Colormap
    title : str
    colorbar : bool

    Returns
    -------
    Axes
        The fast axis to the right, the slow axis down, in pixels; the first pixel goes from 0 to 1. Images more than
        eight times as long as wide (stacks of panels) are stretched.
    """
    pixels, e = _pixels(image, experiment, "show")
    if not isinstance(rings, (bool, np.bool_)):
        rings = [float(d) for d in numbers_of(rings, "show(rings)").ravel()]
    if e is None and (not isinstance(spots, (bool, np.bool_)) or spots):
        raise Error(what="the experiment of this array is not known", where="show(spots)",
                    remedy="give it: experiment=...")
    if not 0 <= number(percentile, "show(percentile)", rule := "a number from 0 to 100") <= 100:
        raise wrong("show(percentile)", rule, percentile)
    unit = "counts" if np.asarray(image).dtype.kind in "biu" else "photons"
    ax = _axes(ax, "show", pixels.shape)
    low, high = _limits(pixels, float(percentile), counts=unit == "counts")
    norm = _matplotlib("matplotlib.colors").LogNorm(low, high, clip=True)
    drawn = _draw(ax, pixels, norm, colours, "show(colours)")
    if e is not None:
        _status(ax, pixels, unit, e)
        taken: list[tuple[float, float]] = []
        if np.any(rings):
            taken = _rings(ax, e, None if isinstance(rings, (bool, np.bool_)) else rings, _inks(drawn))
        table = spots if not isinstance(spots, (bool, np.bool_)) else truth(e, _photons_of(image, e)) if spots else None
        if table is not None:
            _spots(ax, e, table, _inks(drawn), taken)
    else:
        _status(ax, pixels, unit)
    if flag(colorbar, "show(colorbar)"):
        _bar(ax, drawn, unit)
    if title is not None:
        ax.set_title(title)
    return ax


def residual(fit: Refinement, image: int = 0, ax: Any = None) -> Any:
    """Draws data - model of a fit in standard deviations of counting: red where the data are brighter.

    Parameters
    ----------
    fit : Refinement
    image : int
        Which of its images.
    ax : matplotlib Axes

    Returns
    -------
    Axes
    """
    index = whole(image, "residual(image)", 0, len(_require_fit(fit, "residual").experiments) - 1)
    pixels, e = _pixels(fit.residual(index), fit.experiments[index], "residual")
    ax = _axes(ax, "residual", pixels.shape)
    drawn = _draw(ax, pixels, _around_zero(pixels, 3), "RdBu_r", "residual")
    _status(ax, pixels, "σ", e)
    _bar(ax, drawn, "(data − model) / σ")
    return ax


def compare(a: Any, b: Any, experiment: Experiment | None = None, *, names: Sequence[str] = ("a", "b"),
            difference: Literal["sigma", "log"] = "sigma", ax: Any = None, percentile: float = 99.5,
            colours: Any = "Greys") -> NDArray[Any]:
    """Draws two images on one scale, that of the first, and the second minus the first: red where it is brighter.

    Parameters
    ----------
    a, b : arrays, shape (slow, fast)
        Photons, or counts.
    experiment : Experiment
        Not needed for images of `render`.
    names : (str, str)
    difference : {"sigma", "log"}
        In standard deviations of counting (the root of the mean of both, at least 1); or in photons on a logarithmic
        scale to both sides, which shows the smallest difference.
    ax : three matplotlib Axes
    percentile, colours
        See `show`.

    Returns
    -------
    array of three Axes
    """
    first, e = _pixels(a, experiment, "compare")
    second, other = _pixels(b, experiment if experiment is not None else e, "compare")
    if first.shape != second.shape:
        raise wrong("compare(b)", f"of the shape of a, {first.shape}", np.asarray(b))
    if len(names) != 2 or not all(isinstance(name, str) for name in names):
        raise wrong("compare(names)", "two strings", names)
    kind = one_of(difference, "compare(difference)", ("sigma", "log"))
    axes = _several(ax, "compare", 3, first.shape)
    e = e if e is not None else other
    unit = "counts" if all(np.asarray(x).dtype.kind in "biu" for x in (a, b)) else "photons"
    norm = _matplotlib("matplotlib.colors").LogNorm(*_limits(first, percentile, unit == "counts"), clip=True)
    for one, pixels, name in zip(axes, (first, second), names):
        drawn = _draw(one, pixels, norm, colours, "compare(colours)")
        _status(one, pixels, unit, e)
        one.set_title(name)
    _bar(axes[1], drawn, unit)
    change = second - first
    if kind == "sigma":
        change, label = change / np.sqrt(np.maximum((first + second) / 2, 1)), "σ"
        scale = _around_zero(change, 0)
    else:
        largest, label = float(abs(change.compressed()).max(initial=0)) or 1.0, unit
        scale = _matplotlib("matplotlib.colors").SymLogNorm(largest / 100, vmin=-largest, vmax=largest)
    _bar(axes[2], _draw(axes[2], change, scale, "RdBu_r", "compare"), label)
    _status(axes[2], change, label, e)
    axes[2].set_title(f"{names[1]} − {names[0]}")
    if ax is None:
        for one in axes:
            one.label_outer()
    return axes


def spectrum(experiment: Experiment, ax: Any = None) -> Any:
    """Draws the wavelengths that are rendered, with their weights; photon energies stand above.

    Parameters
    ----------
    experiment : Experiment
    ax : matplotlib Axes

    Returns
    -------
    Axes
    """
    e = _require(experiment, "spectrum(experiment)")
    ax = _axes(ax, "spectrum", (300, 500))
    wavelengths, places = np.unique(e.spectrum_A[:, 0] if len(e.spectrum_A) else [e.wavelength_A], return_inverse=True)
    weights = np.bincount(places, e.spectrum_A[:, 1] if len(e.spectrum_A) else [1.0])
    ax.vlines(wavelengths, 0, weights, colors=_INK, linewidth=1 if len(wavelengths) > 60 else 2)
    if len(wavelengths) <= 60:
        ax.plot(wavelengths, weights, "o", color=_INK, markersize=4)
    margin = 0.05 * np.ptp(wavelengths) or 0.01 * wavelengths[0]
    ax.set(xlabel="wavelength (Å)", ylabel="weight", ylim=(0, 1.08 * weights.max()),
           xlim=(wavelengths[0] - margin, wavelengths[-1] + margin))
    ax.secondary_xaxis("top", functions=(_inverse, _inverse)).set_xlabel("photon energy (eV)")
    return ax


def traces(fit: Refinement, ax: Any = None) -> NDArray[Any]:
    """Draws how a fit went: its cost at each step, and how far each parameter moved in its standard errors.

    Parameters
    ----------
    fit : Refinement
    ax : two matplotlib Axes

    Returns
    -------
    array of two Axes
    """
    _require_fit(fit, "traces")
    found = fit.parameters
    axes = _several(ax, "traces", 2, (max(240, 30 * len(found)), 360))
    costs = np.asarray(fit.costs, dtype=float)
    axes[0].plot(np.arange(len(costs)), costs, "o-", color=_INK, markersize=4)
    if len(costs) and costs.max() > 10 * costs.min() > 0:
        axes[0].set_yscale("log")
    axes[0].xaxis.set_major_locator(_matplotlib("matplotlib.ticker").MaxNLocator(integer=True))
    axes[0].set(xlabel="step", ylabel="cost", title="converged" if fit.converged else fit.termination)

    known = np.array([np.isfinite(p.standard_error) and p.standard_error > 0 for p in found], dtype=bool)
    moved = np.array([(p.value - p.start) / p.standard_error if k else 0.0 for p, k in zip(found, known)])
    rows = np.arange(len(found))
    axes[1].axvline(0, color="0.6", linewidth=1)
    axes[1].errorbar(moved[known], rows[known], xerr=1, fmt="o", color=_INK, capsize=3, markersize=5)
    axes[1].plot(moved[~known], rows[~known], "x", color=_RED)
    if abs(moved).max(initial=0) > 30:
        axes[1].set_xscale("symlog", linthresh=10)
    axes[1].set_yticks(rows, [_sentence(p, len(fit.experiments) > 1) for p in found])
    axes[1].set(ylim=(len(found) - 0.5, -0.5), xlabel="(value − start) / standard error", title="parameters")
    for p, label in zip(found, axes[1].get_yticklabels()):
        if p.at_bound:
            label.set_color(_RED)
    return axes


def correlations(fit: Refinement, ax: Any = None) -> Any:
    """Draws the correlations between the parameters of a fit.

    Parameters
    ----------
    fit : Refinement
    ax : matplotlib Axes

    Returns
    -------
    Axes
    """
    matrix = np.asarray(_require_fit(fit, "correlations").correlation, dtype=float)
    n = len(fit.parameters)
    if matrix.shape != (n, n):
        raise Error(what="this fit has no correlations", where="correlations(fit)", value=f"shape {matrix.shape}")
    ax = _axes(ax, "correlations", (max(280, 36 * n), max(280, 36 * n)))
    drawn = ax.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    names = [_name(p, len(fit.experiments) > 1) for p in fit.parameters]
    ax.set_xticks(range(n), names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(n), names)
    for (i, j), value in np.ndenumerate(matrix if n <= 12 else np.empty((0, 0))):
        ax.text(j, i, f"{value:.2f}".replace("-", "−"), ha="center", va="center", fontsize="small",
                color="white" if abs(value) > 0.6 else "black")
    _bar(ax, drawn, "correlation", extend="neither")
    return ax


# What the functions share.

def _matplotlib(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Error(what="matplotlib is not installed", where="femtobragg.plot", rule="all plots need it",
                    remedy="install it: pip install matplotlib", kind="runtime") from error


def _axes(ax: Any, function: str, shape: tuple[int, ...]) -> Any:
    """The given axes, or those of a new figure that suits an image of this shape."""
    Axes = _matplotlib("matplotlib.axes").Axes
    if ax is None:
        return _figure(1, shape)[0]
    if not isinstance(ax, Axes):
        raise wrong(f"{function}(ax)", "axes of matplotlib", ax)
    return ax


def _several(ax: Any, function: str, count: int, shape: tuple[int, ...]) -> NDArray[Any]:
    Axes = _matplotlib("matplotlib.axes").Axes
    if ax is None:
        return _figure(count, shape, share=function == "compare")
    given = np.asarray(ax, dtype=object).ravel()
    if len(given) != count or not all(isinstance(one, Axes) for one in given):
        raise wrong(f"{function}(ax)", f"{count} axes of matplotlib", ax)
    return given


def _figure(count: int, shape: tuple[int, ...], share: bool = False) -> NDArray[Any]:
    each = 6.0 if count == 1 else 4.2
    height = each * float(np.clip(shape[0] / max(1, shape[1]), 0.3, 1.6))
    _, axes = _matplotlib("matplotlib.pyplot").subplots(
        1, count, figsize=(each * count + 0.9, height + 0.8), squeeze=False, sharex=share, sharey=share,
        layout="constrained")
    return axes.ravel()  # type: ignore[no-any-return]


def _pixels(image: Any, experiment: Experiment | None, function: str) -> tuple[Any, Experiment | None]:
    """Values, masked where there are none; and the experiment, if it is known."""
    e = experiment_of(image, experiment)
    array = array_of(image, f"{function}(image)")
    if array.ndim != 2 or not array.size:
        raise wrong(f"{function}(image)", "of shape (slow, fast)", array)
    valid = np.isfinite(array)
    if e is not None:
        if _require(e, f"{function}(experiment)").shape != array.shape:
            raise wrong(f"{function}(image)", f"of shape (slow, fast) {e.shape}", array)
        valid &= e.mask
    if array.dtype.kind == "i":
        valid &= array != -1
    if getattr(image, "valid", None) is not None:
        valid &= image.valid | image.overloaded
    return _masked(np.asarray(array, dtype=float), ~valid), e


def _masked(values: Any, mask: Any) -> Any:
    return np.ma.array(values, mask=mask)  # type: ignore[no-untyped-call]


def _photons_of(image: Any, e: Experiment) -> Any:
    """The image, if it has photons: counts say little about each reflection."""
    rendered = getattr(image, "experiment", None) is e and np.asarray(image).dtype.kind == "f"
    return np.asarray(image) if rendered else None


def _limits(pixels: Any, percentile: float, counts: bool) -> tuple[float, float]:
    """Lowest and highest value of a logarithmic scale: whatever single pixels do."""
    values = pixels.compressed()
    if not len(values) or values.max() <= 0:
        return 0.1, 1.0
    background = float(np.median(values))
    spread = 1.4826 * float(np.median(abs(values - background)))
    above = values[values > max(0, background + 6 * spread)]
    if len(above) < 2:
        above = values[values > 0]
    high = float(np.percentile(above, percentile, method="lower"))
    low = max(background - 2 * spread, background / 3, high / 2000, 0.3 if counts else 0)
    return low, max(high, 2 * low)


def _around_zero(pixels: Any, least: float) -> Any:
    values = np.abs(pixels.compressed())
    limit = max(least, float(np.percentile(values, 99.5, method="lower")) if len(values) else 0) or \
        float(values.max(initial=0)) or 1.0
    return _matplotlib("matplotlib.colors").Normalize(-limit, limit)


def _draw(ax: Any, pixels: Any, norm: Any, colours: Any, where: str) -> Any:
    slow, fast = pixels.shape
    try:
        cmap = _matplotlib("matplotlib.pyplot").get_cmap(colours).with_extremes(bad=NOT_RENDERED)
    except (ValueError, TypeError) as error:
        raise wrong(where, "a colour map of matplotlib", colours) from error
    drawn = _pixel_image()(ax, cmap=cmap, norm=norm, interpolation="nearest", origin="upper",
                           extent=(0, fast, slow, 0))
    drawn.set_data(pixels)
    drawn.set_clip_path(ax.patch)
    ax.add_image(drawn)
    ax.set(xlim=(0, fast), ylim=(slow, 0), xlabel="fast (px)", ylabel="slow (px)",
           aspect="equal" if max(slow, fast) <= 8 * min(slow, fast) else "auto")
    return drawn


@functools.lru_cache(maxsize=None)
def _pixel_image() -> Any:
    """A kind of AxesImage that keeps the extreme pixel where several fall on one of the screen."""
    return type("_PixelImage", (_matplotlib("matplotlib.image").AxesImage,),
                {"draw": _draw_extremes, "__module__": __name__})


def _draw_extremes(image: Any, renderer: Any) -> None:
    full, (left, right, bottom, top) = image.get_array(), image.get_extent()
    (x0, y0), (x1, y1) = image.axes.transData.transform([(left, bottom), (right, top)])
    slow, fast = (max(1, int(n / max(1, abs(size)))) for n, size in zip(full.shape, (y1 - y0, x1 - x0)))
    try:
        if max(slow, fast) > 1:
            image.set_data(_extremes(full, slow, fast))
            image.set_extent((left, _reach(right, full.shape[1], fast), _reach(bottom, full.shape[0], slow), top))
        _matplotlib("matplotlib.image").AxesImage.draw(image, renderer)
    finally:
        image.set_data(full)
        image.set_extent((left, right, bottom, top))
        image.stale = False


def _reach(size: float, pixels: int, step: int) -> float:
    """Where the last block of pixels ends."""
    return -(-pixels // step) * step * size / pixels


def __getattr__(name: str) -> Any:
    if name == "_PixelImage":
        return _pixel_image()
    raise AttributeError(f"module 'femtobragg.plot' has no attribute '{name}'")


def _extremes(pixels: Any, slow: int, fast: int) -> Any:
    """Of each block of slow x fast pixels the value furthest from zero; masked where half of a block is."""
    height, width = (-(-n // step) * step for n, step in zip(pixels.shape, (slow, fast)))
    blocks = np.full((height, width), np.nan)
    blocks[:pixels.shape[0], :pixels.shape[1]] = pixels.filled(np.nan)
    blocks = blocks.reshape(height // slow, slow, width // fast, fast).swapaxes(1, 2).reshape(
        height // slow, width // fast, slow * fast)
    known = ~np.isnan(blocks)
    chosen = np.argmax(np.where(known, np.abs(blocks), -1), axis=2)
    values = np.take_along_axis(blocks, chosen[..., None], 2)[..., 0]
    return _masked(values, 2 * known.sum(axis=2) < slow * fast)


def _status(ax: Any, pixels: Any, unit: str, e: Experiment | None = None) -> None:
    resolution = e.resolution_A if e is not None else None
    ax.format_coord = functools.partial(_text_at, pixels, unit, resolution)


def _text_at(pixels: Any, unit: str, resolution: Any, fast: float, slow: float) -> str:
    text = f"fast {fast:.1f}  slow {slow:.1f}"
    if not (0 <= fast < pixels.shape[1] and 0 <= slow < pixels.shape[0]):
        return text
    value = pixels[int(slow), int(fast)]
    text += "  not rendered" if value is np.ma.masked else f"  {value:.4g} {unit}"
    d = np.nan if resolution is None else resolution[int(slow), int(fast)]
    return text + (f"  {d:.3f} Å" if np.isfinite(d) else "")


def _bar(ax: Any, drawn: Any, label: str, extend: str = "both") -> None:
    """A colour bar as high as the image, at its right."""
    inset = ax.inset_axes([1.03, 0, 0.035, 1])
    ax.figure.colorbar(drawn, cax=inset, label=label, extend=extend, extendfrac=0.03)
    colors = _matplotlib("matplotlib.colors")
    if isinstance(drawn.norm, colors.SymLogNorm):
        least, most = np.log10(drawn.norm.linthresh), np.log10(drawn.norm.vmax)
        powers = 10.0 ** np.arange(np.ceil(least + 0.1), most + 1e-9)
        ticks = [*-powers[::-1], 0, *powers]
        inset.set_yticks(ticks, [f"{x:g}".replace("-", "−") for x in ticks])
    elif isinstance(drawn.norm, colors.LogNorm):
        plain = _matplotlib("matplotlib.ticker").LogFormatter
        inset.yaxis.set_major_formatter(plain())
        inset.yaxis.set_minor_formatter(plain(minor_thresholds=(1.5, 0.5)))


def _inks(drawn: Any) -> tuple[str, str, str]:
    red, green, blue, _ = drawn.cmap(0.1)
    return _ON_LIGHT if 0.3 * red + 0.6 * green + 0.1 * blue > 0.5 else _ON_DARK


def _text(ax: Any, words: str, at: tuple[float, float], ink: str, halo: str, **more: Any) -> None:
    stroke = _matplotlib("matplotlib.patheffects").withStroke(linewidth=1.5, foreground=halo, alpha=0.7)
    ax.annotate(words, at, color=ink, path_effects=[stroke], annotation_clip=True, **more)


def _windows(e: Experiment) -> list[tuple[slice, slice]]:
    return [p["slices"] for p in e.panels]


def _grid(pixels: slice) -> NDArray[np.int_]:
    """Some of a panel's pixels in a row, the first and the last among them."""
    count = pixels.stop - pixels.start
    places: NDArray[np.int_] = np.linspace(pixels.start, pixels.stop - 1, min(count, 200)).astype(int)
    return places


def _rings(ax: Any, e: Experiment, wanted: Sequence[float] | None, inks: tuple[str, str, str]
           ) -> list[tuple[float, float]]:
    """Contours of 1/d, panel by panel, and a cross where the beam arrives. The longest arc of each ring has the label,
    whose place is returned."""
    labels: list[tuple[float, float]] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        q: NDArray[Any] = 1 / e.resolution_A.astype(float)
    if not np.isfinite(q).any():
        return labels
    levels = sorted(1 / d for d in (wanted if wanted is not None else _round_d(np.nanmin(q), np.nanmax(q))) if d > 0)
    arcs: dict[float, list[NDArray[np.float64]]] = {level: [] for level in levels}
    for rows, columns in _windows(e):
        slow, fast, panel = _grid(rows), _grid(columns), q[rows, columns]
        here = [level for level in levels if np.nanmin(panel) < level < np.nanmax(panel)]
        if here and min(panel.shape) > 1:
            lines = ax.contour(fast + 0.5, slow + 0.5, q[np.ix_(slow, fast)], levels=here, colors=inks[0],
                               linewidths=0.7, alpha=0.75)
            for level, parts in zip(here, lines.allsegs):
                arcs[level] += [part for part in parts if len(part) > 1]
    centre = e.beam_centre_px
    if centre is not None and all(0 < place < size for place, size in zip(centre, e.shape[::-1])):
        ax.plot(*centre, "+", color=inks[1], markersize=9, markeredgewidth=1.2, label="beam centre")
    for level, parts in arcs.items():
        lengths = [float(np.abs(np.diff(part, axis=0) / e.shape[::-1]).sum()) for part in parts]
        if max(lengths, default=0) > 0.15 or len(parts) > 1:
            arc = parts[int(np.argmax(lengths))]
            closed = bool(np.allclose(arc[0], arc[-1]))
            at = arc[np.argmax(arc[:, 0] - arc[:, 1])] if closed else arc[len(arc) // 2]
            labels.append((float(at[0]), float(at[1])))
            _text(ax, f"{1 / level:.4g} Å", labels[-1], inks[0], inks[2], fontsize="small", ha="center", va="center")
    return labels


def _round_d(least: float, most: float) -> list[float]:
    """Resolutions for rings between two values of 1/d: round ones, far enough from each other."""
    chosen: list[float] = []
    for d in _NICE_D_A:
        inside = 0.08 * most < 1 / d - least < 0.95 * (most - least)
        if inside and all(1 / c - 1 / d > (most - least) / 6 for c in chosen):
            chosen.append(d)
    if len(chosen) < 2 and most > least > 0:
        ticks = _matplotlib("matplotlib.ticker").MaxNLocator(4).tick_values(1 / most, 1 / least)
        chosen = [d for d in ticks if 1 / most < d < 1 / least]
    return chosen


def _spots(ax: Any, e: Experiment, table: Any, inks: tuple[str, str, str],
           taken: Sequence[tuple[float, float]]) -> None:
    """Circles around the brightest reflections of a table of `truth`, and the indices of some, off the places that are
    taken."""
    names = getattr(getattr(table, "dtype", None), "names", None) or ()
    if any(n not in names for n in ("h", "k", "l", "panel", "fast_px", "slow_px", "photons")):
        raise wrong("show(spots)", "True, False, or a table of femtobragg.truth", table)
    size = ax.get_window_extent()
    room = size.width * size.height * (72 / ax.figure.dpi) ** 2  # square points
    best = table[np.argsort(-table["photons"], kind="stable")[:int(np.clip(room / 800, 10, 200))]]
    corners = np.array([[s.start for s in p["slices"]] for p in e.panels])[best["panel"]]
    fast, slow = best["fast_px"] + corners[:, 1], best["slow_px"] + corners[:, 0]
    ax.scatter(fast, slow, s=45, facecolors="none", edgecolors=inks[1], linewidths=0.7, alpha=0.8)
    labelled: list[tuple[float, float]] = list(taken)
    for row, x, y in zip(best, fast, slow):
        near = [abs(x - u) < 0.16 * e.shape[1] and abs(y - v) < 0.06 * e.shape[0] for u, v in labelled]
        if len(labelled) < 12 + len(taken) and not any(near) and x < 0.88 * e.shape[1] and y > 0.05 * e.shape[0]:
            labelled.append((x, y))
            _text(ax, f"{row['h']} {row['k']} {row['l']}".replace("-", "−"), (x, y), inks[1], inks[2],
                  xytext=(5, 3), textcoords="offset points", fontsize="x-small")


def _require_fit(fit: Any, function: str) -> Refinement:
    if not isinstance(fit, Refinement):
        raise wrong(f"{function}(fit)", "a femtobragg.Refinement, as of refine", fit)
    return fit


def _name(p: Any, several: bool) -> str:
    return f"{p.name}[{p.image}]" if several and p.image is not None else str(p.name)


def _sentence(p: Any, several: bool) -> str:
    error = f" ± {p.standard_error:.2g}" if np.isfinite(p.standard_error) else ""
    text = f"{_name(p, several)}\n{p.value:.6g}{error} {p.unit}".rstrip()
    return text + (" (at its bound)" if p.at_bound else "")


def _inverse(x: Any) -> Any:
    """Wavelength in angstrom from photon energy in eV, and back."""
    with np.errstate(divide="ignore"):
        return _EV_A / np.asarray(x, dtype=float)
