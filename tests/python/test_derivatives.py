"""Derivatives: those of differences of images, the same by every way to them, and errors that say what is wrong."""
from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import ROOT, STILL, same_bytes

import femtobragg
from femtobragg import Error, Experiment, Gradient, jacobian, jvp, parameters, render, vjp

Make = Callable[..., Experiment]
NAMES = ["misset", "cell_a", "cell_beta", "distance", "wavelength", "fluence"]


def rich() -> Experiment:
    """Has mosaic blocks, a spectrum and a background."""
    return Experiment.from_files(**STILL, shape="gaussian", mosaic_spread_deg=0.5, mosaic_domains=10, oversample=1)


def difference(experiment: Experiment, name: str) -> np.ndarray:
    """Central differences of unrounded images, without the error of second order."""
    p = parameters(experiment)[name]

    def slope(step: float) -> np.ndarray:
        ends = [render(experiment.with_parameters({name: p.value + s}), dtype=float, number_type="float64")
                for s in (step, -step)]
        return np.asarray(ends[0] - ends[1]) / (2 * step)

    step = 2e-3 * p.scale
    return (4 * slope(step) - slope(2 * step)) / 3


@pytest.mark.parametrize("name", ["misset_x", "misset_z", "cell_a", "cell_beta", "cells_a", "distance", "wavelength",
                                  "mosaic_spread", "fluence", "polarization", "detector_rot_x", "panel0_shift_fast",
                                  "beam_horizontal", "F_scale", "phi_start"])
def test_jacobian_is_the_slope_of_images(name: str) -> None:
    e = rich()
    j = jacobian(e, [name])
    expected = difference(e, name)
    assert np.abs(expected).max() > 0
    assert np.abs(j[name] - expected).max() < 1e-6 * np.abs(expected).max()
    assert j.derivatives.shape == (1, *e.shape) and j.names == (name,) and j.units == (parameters(e)[name].unit,)
    assert same_bytes(j.image, render(e, dtype=float, number_type="float64"))


def test_amplitudes_of_single_reflections(make: Make) -> None:
    hkl = np.argwhere(np.ones((31, 31, 31))) - 15
    e = make(hkl=hkl, amplitudes_e=np.full(len(hkl), 50.0), default_F=None)
    brightest = femtobragg.truth(e)
    h, k, l = max(brightest, key=lambda r: r["photons"])[["h", "k", "l"]]
    name = f"F_{h}_{k}_{l}"
    j = jacobian(e, [name])
    assert np.abs(j[name]).max() > 0
    more, less = (render(e.with_parameters({name: 50.0 + s}), dtype=float, number_type="float64") for s in (1, -1))
    assert np.allclose(j[name], (more - less) / 2, atol=1e-9 * np.abs(j[name]).max())


def test_products_are_those_of_the_jacobian() -> None:
    e, random = rich(), np.random.default_rng(1)
    g = Gradient(e, NAMES)
    j = g.jacobian()
    weights, direction = random.normal(size=e.shape), random.normal(size=len(g.names)) * g.scales
    sums = np.einsum("psf,sf->p", j.derivatives, weights)
    scale = np.einsum("psf,sf->p", np.abs(j.derivatives), np.abs(weights))
    assert np.all(np.abs(g.vjp(weights) - sums) < 1e-12 * scale)
    image, along = g.jvp(direction)
    assert same_bytes(image, j.image)
    assert np.allclose(along, np.einsum("psf,p->sf", j.derivatives, direction), atol=1e-12 * np.abs(along).max())
    assert same_bytes(vjp(e, NAMES, weights), g.vjp(weights)) and same_bytes(jvp(e, NAMES, direction)[1], along)
    named = dict(misset_x=0.5, wavelength=1e-3)
    assert np.allclose(g.jvp(named)[1], 0.5 * j["misset_x"] + 1e-3 * j["wavelength"])


def test_threads_do_not_matter() -> None:
    e = rich()
    weights = np.random.default_rng(1).normal(size=e.shape)
    one, many = jacobian(e, NAMES, threads=1), jacobian(e, NAMES, threads=3)
    assert same_bytes(one.derivatives, many.derivatives)
    assert same_bytes(vjp(e, NAMES, weights, threads=1), vjp(e, NAMES, weights, threads=3))


def test_float32_is_close(make: Make) -> None:
    e = make(pixels=128, pixel_size_mm=0.25)
    single, double = jacobian(e, "misset", number_type="float32"), jacobian(e, "misset")
    error = np.abs(single.derivatives - double.derivatives).max() / np.abs(double.derivatives).max()
    assert error < 1e-4


def test_points(still: Experiment) -> None:
    g = Gradient(still, ["misset", "cell_a"])
    values = g.start + g.scales
    there = still.with_parameters(dict(zip(g.names, values)))
    assert same_bytes(g.jacobian(values).image, render(there, dtype=float, number_type="float64"))
    assert same_bytes(g.jacobian().values, g.start), "earlier points leave nothing"
    changed = g.jacobian({"cell_a": 71})
    assert changed.values.tolist() == [*g.start[:3], 71] and same_bytes(changed.image, g.jacobian(changed.values).image)
    assert same_bytes(g.jacobian(g.start).image, Gradient(still, ["misset"]).jacobian().image)
    for bad in ([1, 2], [np.nan] * 4, {"cell_a": -1}, {"cell_a": "x"}):
        with pytest.raises(Error):
            g.jacobian(bad)
    assert same_bytes(g.jacobian().values, g.start), "what is refused changes nothing"


def test_copies(still: Experiment) -> None:
    g = Gradient(still, "misset", threads=1)
    there = g.jacobian(g.start + 0.1)
    for other in (copy.deepcopy(g), pickle.loads(pickle.dumps(g))):
        assert other.names == g.names and same_bytes(other.jacobian(g.start + 0.1).derivatives, there.derivatives)
    for array in (g.start, g.scales, g.bounds):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 3
    assert there != other.jacobian() and there == there and {there: 1}


def test_threads_take_turns(still: Experiment) -> None:
    g = Gradient(still, ["misset_x"])
    points = [g.start + 0.01 * i for i in range(20)]
    expected = [g.jacobian(p) for p in points]
    with ThreadPoolExecutor(4) as pool:
        for a, b in zip(pool.map(g.jacobian, points), expected):
            assert same_bytes(a.image, b.image) and same_bytes(a.values, b.values)


def test_weights_of_any_layout(still: Experiment) -> None:
    weights = np.random.default_rng(1).normal(size=still.shape)
    g = Gradient(still, "cell")
    expected = g.vjp(weights)
    twice = np.repeat(weights, 2, axis=1)[:, ::2]
    for other in (np.asfortranarray(weights), twice, weights.T.copy().T, weights.tolist()):
        assert same_bytes(g.vjp(other), expected)
    assert np.allclose(g.vjp(weights.astype("f4")), expected, rtol=1e-4)
    assert np.any(g.vjp(np.ones(still.shape, bool)) != 0)


def test_weights_of_masked_pixels_do_not_matter(make: Make) -> None:
    mask = np.ones((32, 32))
    mask[:, 10:20] = 0
    e = make(mask=mask)
    weights = np.random.default_rng(1).normal(size=e.shape)
    expected = vjp(e, "misset", weights)
    assert same_bytes(vjp(e, "misset", np.where(mask == 0, np.nan, weights)), expected)
    assert not jacobian(e, "misset").derivatives[:, mask == 0].any()
    weights[5, 5] = np.nan
    with pytest.raises(Error, match="weight"):
        vjp(e, "misset", weights)


def test_listed_parameters(still: Experiment) -> None:
    listed = parameters(still)
    assert listed["cell_b"].value == pytest.approx(80) and listed["cell_b"].unit == "A"
    assert listed["misset_y"].bounds == (-np.inf, np.inf) and listed["distance"].scale > 0
    assert listed["cell_a"].why_not is None and "mosaic" in str(listed["mosaic_spread"].why_not)
    assert jacobian(still, "misset").names == ("misset_x", "misset_y", "misset_z")
    assert set(jacobian(still, "all").names) < set(listed)


@pytest.mark.parametrize("names, text", [
    (["misset_q"], "did you mean misset_"), ("cel", "unknown parameter"), (["mosaic_spread"], "no mosaic spread"),
    ([3], "names of parameters"), (3, "names of parameters"), (["misset", "rotation"], "the same effect")])
def test_names_that_are_refused(still: Experiment, names: object, text: str) -> None:
    with pytest.raises(Error, match=text):
        Gradient(still, names)  # type: ignore[arg-type]


def test_other_errors(still: Experiment) -> None:
    g = Gradient(still, ["misset", "cell_a"])
    with pytest.raises(Error, match=r"shape \(2,\).*misset_x"):
        g.jacobian([1, 2])
    with pytest.raises(Error, match="misset_y is not finite"):
        g.jacobian([1, np.inf, 3, 70])
    with pytest.raises(Error, match="did you mean misset_x"):
        g.jacobian({"miset_x": 1})
    with pytest.raises(Error, match="did you mean cell_a"):
        g.jvp({"cel_a": 1})
    with pytest.raises(Error, match=r"\(4, 4\).*\(32, 32\)"):
        g.vjp(np.ones((4, 4)))
    for bad in (np.ones(still.shape, complex), "weights", None):
        with pytest.raises(Error, match="array of numbers"):
            g.vjp(bad)
    with pytest.raises(KeyError, match="misset_x"):
        g.jacobian()["cell_b"]
    with pytest.raises(Error, match="Experiment"):
        Gradient("still", "misset")  # type: ignore[arg-type]
    with pytest.raises(Error, match="number_type"):
        Gradient(still, "misset", number_type="float16")
    with pytest.raises(Error, match="busy"):
        g.jacobian(progress=lambda done, total: g.jacobian())


def test_progress_ends_complete(still: Experiment) -> None:
    seen: list[tuple[int, int]] = []
    jacobian(still, "misset", progress=lambda *numbers: seen.append(numbers))
    assert seen[-1] == (1024, 1024)


def test_least_squares(still: Experiment) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    names = ["misset", "cell_a", "fluence"]
    target = render(still, dtype=float)
    mask = np.ones(still.shape, bool)
    mask[:4] = False
    target[0, 0], target[10, 10] = 1e9, np.nan
    start = still.with_parameters(misset_x=10.1, misset_y=19.9, cell_a=70.05, fluence=1.1 * still.fluence_per_m2)
    r = femtobragg.least_squares_problem(start, names, target, mask=mask)
    assert r.names == ("misset_x", "misset_y", "misset_z", "cell_a", "fluence")
    assert r.fun(r.x0).shape == (28 * 32 - 1,) and r.jac(r.x0).shape == (28 * 32 - 1, 5)
    step = 1e-4 * np.eye(5)[1]
    slope = (r.fun(step) - r.fun(-step)) / 2e-4
    assert np.allclose(r.jac(r.x0)[:, 1], slope, atol=1e-3 * np.abs(slope).max())
    fit = optimize.least_squares(r.fun, r.x0, r.jac, bounds=r.bounds)
    found = r.values(fit.x)
    assert found["misset_x"] == pytest.approx(10, abs=1e-4) and found["cell_a"] == pytest.approx(70, abs=1e-4)
    assert found["fluence"] == pytest.approx(still.fluence_per_m2, rel=1e-4)


def test_residual_arguments(still: Experiment) -> None:
    target = np.ones(still.shape)
    plain = femtobragg.least_squares_problem(still, "misset", target)
    assert np.allclose(femtobragg.least_squares_problem(still, "misset", target, sigma=2).fun(plain.x0),
                       plain.fun(plain.x0) * np.sqrt(2) / 2)
    assert np.array_equal(femtobragg.least_squares_problem(still, "misset", target, sigma=2).fun(plain.x0),
                          femtobragg.least_squares_problem(still, "misset", target, sigma=2 * target).fun(plain.x0))
    for bad in (dict(target=target[1:]), dict(mask=target[1:]), dict(sigma=target[1:]), dict(sigma=0),
                dict(sigma=np.nan), dict(mask=0 * target), dict(target="image")):
        with pytest.raises(Error):
            femtobragg.least_squares_problem(still, "misset", **{"target": target, **bad})  # type: ignore[arg-type]


def test_real_reflections() -> None:
    e = Experiment.from_files(**{**STILL, "cell": None, "default_F": None}, model=ROOT / "examples/models/benzene.pdb")
    j = jacobian(e, "misset")
    expected = difference(e, "misset_y")
    assert np.abs(j["misset_y"] - expected).max() < 1e-5 * np.abs(expected).max() > 0


def test_numbers_of_a_detector(make: Make) -> None:
    """Rendered images have photons, derivatives are those of the numbers."""
    photons, numbers = make(), make(response=femtobragg.Response(gain=2, pedestal=7, point_spread_um=800))
    assert same_bytes(render(photons), render(numbers))
    j = femtobragg.jacobian(numbers, ["gain", "pedestal", "point_spread", "cell_a"])
    assert np.allclose(j.image, 2 * j["gain"] + 7) and (j["pedestal"] == 1).all()
    assert np.allclose(Gradient(numbers, ["gain"])._image(None), j.image), "as PyTorch and JAX ask for it"
    for name, step in {"point_spread": 0.1, "cell_a": 1e-4}.items():
        value = dict(zip(j.names, j.values))[name]
        ends = [femtobragg.jacobian(numbers.with_parameters({name: value + s}), ["gain"]).image for s in (-step, step)]
        quotient = (ends[1] - ends[0]) / (2 * step)
        assert np.abs(quotient - j[name]).max() < 1e-4 * np.abs(j[name]).max(), name
    with pytest.raises(Error, match="cannot be distinguished"):
        femtobragg.jacobian(numbers, ["gain", "fluence"])
