"""Figures: what they show, and what they refuse."""
from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from conftest import python

import femtobragg
from femtobragg import Error, Experiment, plot

pytest.importorskip("matplotlib")

Make = Callable[..., Experiment]


@pytest.fixture(autouse=True)
def figures_are_closed() -> Iterator[None]:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def fit() -> femtobragg.Refinement:
    from conftest import STILL
    truth = Experiment.from_files(**STILL)
    counts = femtobragg.detector_response(femtobragg.render(truth), seed=1)
    return femtobragg.refine(counts, truth.replace(misset_deg=(10.1, 19.9, 30.1)), ["misset", "fluence"])


def pixels_of(ax: Any) -> Any:
    return ax.images[0].get_array()


def mask_of(ax: Any) -> Any:
    pixels = pixels_of(ax)
    return np.broadcast_to(pixels.mask, pixels.shape)


def texts(ax: Any) -> list[str]:
    return [t.get_text() for t in ax.texts]


def colour_at(ax: Any, slow: int, fast: int) -> tuple[int, ...]:
    """Of one pixel, as the image would draw it."""
    drawn = ax.images[0]
    return tuple(drawn.to_rgba(drawn.get_array()[slow:slow + 1, fast:fast + 1], bytes=True)[0, 0])


def test_fast_goes_right_and_slow_goes_down(still: Experiment) -> None:
    image = femtobragg.render(still)
    ax = plot.show(image)
    assert ax.get_xlim() == (0, 32) and ax.get_ylim() == (32, 0)
    assert list(ax.images[0].get_extent()) == [0, 32, 32, 0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("fast (px)", "slow (px)")
    assert ax.get_aspect() == 1
    np.testing.assert_array_equal(pixels_of(ax), image)


def test_images_that_are_not_square(make: Make) -> None:
    ax = plot.show(femtobragg.render(make(pixels=(40, 16))))
    assert ax.get_xlim() == (0, 40) and ax.get_ylim() == (16, 0)


def test_long_stacks_of_panels_are_stretched() -> None:
    assert plot.show(np.ones((90, 10))).get_aspect() == "auto"


def test_pixels_that_are_not_rendered_have_their_own_colour(make: Make) -> None:
    from matplotlib.colors import to_rgba_array
    mask = np.ones((32, 32))
    mask[3, 5] = 0
    ax = plot.show(femtobragg.render(make(mask=mask)))
    grey = tuple((to_rgba_array(plot.NOT_RENDERED)[0] * 255).round().astype(int))
    assert colour_at(ax, 3, 5) == grey
    assert colour_at(ax, 4, 5) != grey
    assert "not rendered" in ax.format_coord(5.5, 3.5) and "not rendered" not in ax.format_coord(5.5, 4.5)


def test_counts_without_a_pixel_have_it_too() -> None:
    counts = np.full((6, 6), 3)
    counts[2, 1] = -1
    ax = plot.show(counts)
    assert pixels_of(ax).mask.sum() == 1 and pixels_of(ax).mask[2, 1]
    assert "3 counts" in ax.format_coord(0.5, 0.5)


def test_photons_below_zero_are_pixels() -> None:
    photons = np.full((6, 6), 3.0)
    photons[2, 1] = -1
    photons[0, 0] = np.nan
    mask = mask_of(plot.show(photons))
    assert mask[0, 0] and mask.sum() == 1


def test_gaps_of_read_images(two_panels: Experiment, tmp_path: Path) -> None:
    counts = femtobragg.detector_response(femtobragg.render(two_panels), seed=1)
    femtobragg.write(tmp_path / "a.nxs", counts, two_panels)
    ax = plot.show(femtobragg.read(tmp_path / "a.nxs"))
    np.testing.assert_array_equal(pixels_of(ax).mask, ~two_panels.mask)


def test_panels_lie_as_in_the_image(two_panels: Experiment) -> None:
    image = femtobragg.render(two_panels)
    ax = plot.show(image)
    mask = mask_of(ax)
    assert mask.shape == two_panels.shape and mask[:, 20:24].all() and not mask[:, :20].any() and not mask[:, 24:].any()


def test_status_line_says_what_is_under_the_pointer(still: Experiment) -> None:
    image = femtobragg.render(still)
    text = plot.show(image).format_coord(7.25, 3.5)
    assert "fast 7.2" in text and "slow 3.5" in text
    assert f"{image[3, 7]:.4g} photons" in text and f"{still.resolution_A[3, 7]:.3f} Å" in text
    assert "photons" not in plot.show(image).format_coord(-1, 3)
    assert "Å" not in plot.show(np.asarray(image)).format_coord(7.5, 3.5)


def test_rings_are_where_their_resolution_is(still: Experiment) -> None:
    ax = plot.show(femtobragg.render(still), rings=[8.0])
    assert "8 Å" in texts(ax)
    points = np.concatenate([path.vertices for c in ax.collections for path in c.get_paths()])
    panel = still.panels[0]
    lab = (panel["origin_m"] + points[:, :1] * panel["pixel_size_m"][0] * panel["fast_axis"]
           + points[:, 1:] * panel["pixel_size_m"][1] * panel["slow_axis"])
    angle = np.arccos(lab[:, 0] / np.linalg.norm(lab, axis=1))
    np.testing.assert_allclose(still.wavelength_A / (2 * np.sin(angle / 2)), 8, rtol=0.01)


def test_rings_by_default_have_round_values(still: Experiment) -> None:
    shown = [t for t in texts(plot.show(femtobragg.render(still))) if t.endswith("Å")]
    assert len(shown) >= 2
    assert all(float(t[:-2]) in plot._NICE_D_A for t in shown)
    assert not texts(plot.show(femtobragg.render(still), rings=False))


def test_rings_go_on_from_panel_to_panel(two_panels: Experiment) -> None:
    ax = plot.show(femtobragg.render(two_panels), rings=[9.0])
    assert len(ax.collections) == 2
    assert texts(ax) == ["9 Å"]


@pytest.mark.parametrize("centre", [(16, 16), (10.3, 20.6)])
def test_the_beam_centre_has_a_cross(make: Make, centre: tuple[float, float]) -> None:
    cross = [line for line in plot.show(femtobragg.render(make(beam_centre_px=centre))).lines]
    np.testing.assert_allclose(np.ravel([cross[0].get_xdata(), cross[0].get_ydata()]), centre, atol=0.03)


def test_no_cross_without_a_beam_on_the_detector(make: Make) -> None:
    assert not plot.show(femtobragg.render(make(beam_centre_px=(-50, 16)))).lines


def test_spots_are_circled_where_the_truth_has_them(two_panels: Experiment) -> None:
    image = femtobragg.render(two_panels)
    table = femtobragg.truth(image)
    ax = plot.show(image, rings=False, spots=True)
    circles = np.asarray(ax.collections[0].get_offsets())
    best = table[np.argmax(table["photons"])]
    slow, fast = two_panels.panels[best["panel"]]["slices"]
    np.testing.assert_allclose(circles[0], [best["fast_px"] + fast.start, best["slow_px"] + slow.start])
    known = {f"{row['h']} {row['k']} {row['l']}".replace("-", "−") for row in table}
    assert texts(ax) and set(texts(ax)) <= known
    again = plot.show(np.asarray(image), two_panels, rings=False, spots=table)
    np.testing.assert_array_equal(again.collections[0].get_offsets(), circles)


def test_counts_have_spots_too(still: Experiment) -> None:
    counts = femtobragg.detector_response(femtobragg.render(still), seed=1)
    assert len(plot.show(counts, still, rings=False, spots=True).collections) == 1


def test_the_scale_does_not_follow_one_hot_pixel() -> None:
    photons = np.random.default_rng(1).poisson(20, (100, 100)).astype(float)
    photons[10:90:8, 10:90:8] = 500
    before = plot.show(photons).images[0].norm
    photons[50, 51] = 1e9
    after = plot.show(photons).images[0].norm
    assert 400 < after.vmax < 600 and (after.vmin, after.vmax) == pytest.approx((before.vmin, before.vmax), rel=0.01)
    photons = np.full((100, 100), 3.0)
    photons[5, 5] = 1e9
    assert plot.show(photons).images[0].norm.vmax < 100


def test_the_scale_begins_below_the_background() -> None:
    photons = np.random.default_rng(1).poisson(100, (100, 100)).astype(float)
    norm = plot.show(photons).images[0].norm
    assert 50 < norm.vmin < 100 < norm.vmax


@pytest.mark.parametrize("image", [np.zeros((8, 8)), np.zeros((8, 8), dtype=int), np.full((8, 8), -1),
                                   np.full((8, 8), np.nan), np.full((8, 8), -5.0), np.ones((1, 1)),
                                   np.full((8, 8), 1e-30), np.full((8, 8), 1e30, dtype=np.float32),
                                   np.ones((8, 8), dtype=bool)],
                         ids=["zeros", "no counts", "no pixels", "nan", "negative", "one", "tiny", "huge", "bool"])
def test_images_without_a_picture_are_drawn(image: Any) -> None:
    plot.show(image).figure.savefig(io.BytesIO())
    plot.compare(image, image)[0].figure.savefig(io.BytesIO())


def test_the_brightest_of_pixels_that_share_one_is_drawn() -> None:
    import matplotlib.pyplot as plt
    photons = np.ones((1000, 1000))
    photons[503, 707] = 1e6
    photons[100:300, 100:300] = np.nan
    figure = plt.figure(figsize=(1, 1), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    plot.show(photons, ax=ax, colorbar=False).axis("off")
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
    assert picture[50, 70].sum() < 100 < picture[60, 60].sum()
    assert picture[20, 20, 2] > picture[20, 20, 0] + 10
    np.testing.assert_array_equal(pixels_of(ax).mask, np.isnan(photons))


def test_colour_bars_have_their_unit(still: Experiment) -> None:
    image = femtobragg.render(still)
    photons, counts = plot.show(image), plot.show(femtobragg.detector_response(image, seed=1), still)
    assert [a.get_ylabel() for a in photons.child_axes] == ["photons"]
    assert [a.get_ylabel() for a in counts.child_axes] == ["counts"]
    assert not plot.show(image, colorbar=False).child_axes


def test_a_given_ax_is_used_and_nothing_is_shown(still: Experiment, fit: femtobragg.Refinement,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib.pyplot as plt
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a window"))
    figure, axes = plt.subplots(2, 3)
    image = femtobragg.render(still)
    a = axes.ravel()
    assert plot.show(image, ax=a[0], title="a title") is a[0] and a[0].get_title() == "a title"
    assert plot.residual(fit, ax=a[1]) is a[1]
    assert plot.spectrum(still, a[2]) is a[2]
    assert plot.correlations(fit, a[3]) is a[3]
    assert list(plot.traces(fit, axes[1, 1:])) == [a[4], a[5]]
    _, three = plt.subplots(1, 3)
    assert list(plot.compare(image, image, ax=three)) == list(three)
    assert plt.get_fignums() == [1, 2]


def test_pictures_are_written_and_figures_pickled(still: Experiment, tmp_path: Path) -> None:
    figure = plot.show(femtobragg.render(still), spots=True, colours="viridis").figure
    for suffix in ("png", "pdf", "svg"):
        figure.savefig(tmp_path / f"a.{suffix}")
        assert (tmp_path / f"a.{suffix}").stat().st_size > 1000
    assert "fast" in pickle.loads(pickle.dumps(figure)).axes[0].format_coord(1, 1)


def test_residual_is_centred_at_zero(fit: femtobragg.Refinement) -> None:
    ax = plot.residual(fit)
    np.testing.assert_allclose(pixels_of(ax), fit.residual())
    norm = ax.images[0].norm
    assert norm.vmin == -norm.vmax and norm.vmax >= 3
    assert "σ" in ax.child_axes[0].get_ylabel()


def test_compare_draws_both_and_their_difference(still: Experiment) -> None:
    image = femtobragg.render(still)
    axes = plot.compare(image, 2 * image, names=("one", "two"))
    assert [ax.get_title() for ax in axes] == ["one", "two", "two − one"]
    assert axes[0].images[0].norm.vmax == axes[1].images[0].norm.vmax
    np.testing.assert_allclose(pixels_of(axes[2]), image / np.sqrt(np.maximum(1.5 * image, 1)), rtol=1e-5)
    norm = plot.compare(image, 2 * image, difference="log")[2].images[0].norm
    assert norm.vmax == pytest.approx(image.max()) and norm.vmin == -norm.vmax


def test_spectrum_has_wavelengths_below_and_energies_above(make: Make) -> None:
    for e in (make(), make(bandwidth_percent=1, wavelengths=9)):
        ax = plot.spectrum(e)
        ax.figure.canvas.draw()
        assert "Å" in ax.get_xlabel()
        above = ax.child_axes[0]
        assert "eV" in above.get_xlabel()
        low, high = sorted(ax.get_xlim())
        assert low < e.wavelength_A < high
        assert sorted(above.get_xlim()) == pytest.approx([12398.42 / high, 12398.42 / low], rel=1e-5)


def test_traces_show_costs_and_parameters(fit: femtobragg.Refinement) -> None:
    cost, moved = plot.traces(fit)
    np.testing.assert_array_equal(cost.lines[0].get_ydata(), fit.costs)
    labels = [t.get_text() for t in moved.get_yticklabels()]
    assert [text.split("\n")[0] for text in labels] == [p.name for p in fit.parameters]


def test_correlations_show_numbers(fit: femtobragg.Refinement) -> None:
    ax = plot.correlations(fit)
    n = len(fit.parameters)
    assert [t.get_text() for t in ax.get_yticklabels()] == [p.name for p in fit.parameters]
    assert len(ax.texts) == n * n and ax.texts[0].get_text() == "1.00"


@pytest.mark.parametrize("call, where", [
    (lambda e, image, fit: plot.show(image[:5], e), "show(image)"),
    (lambda e, image, fit: plot.show(image[0]), "show(image)"),
    (lambda e, image, fit: plot.show("picture.png"), "show(image)"),
    (lambda e, image, fit: plot.show(image, cast(Any, 3)), "show(experiment)"),
    (lambda e, image, fit: plot.show(image, ax=3), "show(ax)"),
    (lambda e, image, fit: plot.show(image, percentile=101), "show(percentile)"),
    (lambda e, image, fit: plot.show(image, colours="pink elephants"), "show(colours)"),
    (lambda e, image, fit: plot.show(image, spots=[1, 2]), "show(spots)"),
    (lambda e, image, fit: plot.show(image, rings=cast(Any, "many")), "show(rings)"),
    (lambda e, image, fit: plot.show(np.asarray(image), spots=True), "show(spots)"),
    (lambda e, image, fit: plot.compare(image, image[:5]), "compare(image)"),
    (lambda e, image, fit: plot.compare(np.ones((3, 3)), np.ones((3, 4))), "compare(b)"),
    (lambda e, image, fit: plot.compare(image, image, difference=cast(Any, "relative")), "compare(difference)"),
    (lambda e, image, fit: plot.compare(image, image, ax=[1, 2, 3]), "compare(ax)"),
    (lambda e, image, fit: plot.residual(e), "residual(fit)"),
    (lambda e, image, fit: plot.residual(fit, 1), "residual(image)"),
    (lambda e, image, fit: plot.traces(e), "traces(fit)"),
    (lambda e, image, fit: plot.correlations(e), "correlations(fit)"),
    (lambda e, image, fit: plot.spectrum(image), "spectrum(experiment)")])
def test_wrong_arguments_are_errors(still: Experiment, fit: femtobragg.Refinement, call: Any, where: str) -> None:
    with pytest.raises(Error) as info:
        call(still, femtobragg.render(still), fit)
    assert info.value.where == where


def test_without_matplotlib_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(cast("dict[str, Any]", sys.modules), name, None)
    with pytest.raises(Error, match="matplotlib is not installed.*pip install matplotlib") as info:
        plot.show(np.ones((3, 3)))
    assert info.value.kind == "runtime"


def test_matplotlib_is_imported_when_it_is_needed() -> None:
    assert python("import sys, femtobragg.plot; print('matplotlib' in sys.modules)").strip() == "False"
