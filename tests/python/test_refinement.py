"""Fits: the truth within its errors, and what masks, bounds, ties and restraints do to it."""
from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, same_bytes

import femtobragg
from femtobragg import Error, Experiment, Refinement, orient, refine, render

CELL = (34.77, 39.17, 48.31)
TRUTH: dict[str, float] = dict(misset_x=10, misset_y=20, misset_z=30, cell_a=CELL[0], cell_b=CELL[1], cell_c=CELL[2],
                               fluence=5e19)
MISSET = ["misset_x", "misset_y", "misset_z"]


def protein(misset_deg: tuple[float, ...] = (10, 20, 30), **changes: Any) -> Experiment:
    """A small still of about fifty spots."""
    return Experiment.from_files(**{
        **dict(hkl=ROOT / "examples/cro/cro_2.5A_P1.hkl", cell=CELL, wavelength_A=0.98, distance_mm=100, pixels=128,
               pixel_size_mm=0.4, cells=20, shape="gaussian", mosaic_spread_deg=0.2, mosaic_domains=10, oversample=1,
               flux_per_s=2e11, exposure_s=0.1, beam_size_um=20, whole_size_um=20, water_um=5,
               misset_deg=misset_deg), **changes})


def counts(experiment: Experiment, seed: int = 1) -> np.ndarray:
    return femtobragg.detector_response(render(experiment), seed=seed)


@pytest.fixture(scope="module")
def data() -> np.ndarray:
    return counts(protein())


@pytest.fixture(scope="module")
def start() -> Experiment:
    return protein((10.1, 19.9, 30.1))


def deviations(fit: Refinement) -> np.ndarray:
    """From the truth, in standard errors."""
    return np.array([(p.value - TRUTH[p.name]) / p.standard_error for p in fit.parameters])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_truth_within_three_standard_errors(seed: int) -> None:
    start = protein((10.1, 19.9, 30.1), cell=(34.8, 39.15, 48.33), exposure_s=0.08)
    fit = refine(counts(protein(), seed), start, ["misset", "cell_a", "cell_b", "cell_c", "fluence"])
    assert fit.converged and [p.name for p in fit.parameters] == list(TRUTH)
    assert np.abs(deviations(fit)).max() < 3
    assert all(0 < p.standard_error < 0.01 * abs(p.value) for p in fit.parameters)


def test_what_a_fit_knows(data: np.ndarray, start: Experiment) -> None:
    fit = refine(data, start, ["misset", "fluence"])
    assert fit.correlation.shape == (4, 4) and np.allclose(np.diag(fit.correlation), 1)
    assert fit.cost < fit.cost_before and len(fit.costs) > 1 and fit.costs[-1] == pytest.approx(fit.cost)
    assert fit.image_correlation[0] > 0.9 and not fit.stopped and fit.notes and fit.seconds > 0
    assert fit.values.keys() == {"misset_x", "misset_y", "misset_z", "fluence"}
    assert fit.parameters[0].start == pytest.approx(10.1) and fit.parameters[0].unit == "deg"
    assert same_bytes(render(fit.experiment), render(start.with_parameters(fit.values)))
    assert fit.experiment.replace(pixels=64).shape == (64, 64)
    model = np.asarray(render(fit.experiment), float)
    assert np.allclose(fit.residual(), (data - model) / np.sqrt(model + 1))
    text = str(fit)
    assert "misset_x" in text and "±" in text and "converged" in text and "fluence 5.0" in text
    again = pickle.loads(pickle.dumps(fit))
    assert again.values == fit.values and same_bytes(render(again.experiment), render(fit.experiment))


def test_gain_pedestal_and_point_spread() -> None:
    truth = protein(response=femtobragg.Response(gain=2.5, pedestal=40, charge_sharing_um=500))
    data = femtobragg.detector_response(render(truth), truth, seed=3)
    first = protein(response=femtobragg.Response(gain=3, pedestal=32, charge_sharing_um=600))
    fit = refine(data, first, ["gain", "pedestal", "point_spread", "misset"], levels=0)
    assert fit.converged
    for name, value in {"gain": 2.5, "pedestal": 40, "point_spread": 500, "misset_x": 10}.items():
        found = next(p for p in fit.parameters if p.name == name)
        assert abs(found.value - value) < 4 * found.standard_error < 0.4 * value, name
    assert np.nanmean(fit.residual()) == pytest.approx(0, abs=0.05)
    again = femtobragg.detector_response(render(fit.experiment), noise=False)
    assert again.min() == pytest.approx(fit.values["pedestal"], abs=5), "the response follows the parameters"
    fixed = refine(data, protein(response=truth.response), ["misset"], levels=0)
    assert np.nanmean(fixed.residual()) == pytest.approx(0, abs=0.05), "the pedestal is subtracted once"


def test_threads_do_not_matter(data: np.ndarray, start: Experiment) -> None:
    assert refine(data, start, "misset", threads=1).values == refine(data, start, "misset", threads=3).values


def test_two_images_share_the_cell(data: np.ndarray) -> None:
    other = counts(protein((50, -10, 5)), 2)
    starts = [protein((10.05, 19.95, 30.05), cell=(34.79, *CELL[1:])),
              protein((50.05, -9.95, 5.05), cell=(34.79, *CELL[1:]))]
    fit = refine([data, other], starts, ["misset", "cell_a"])
    assert [p.image for p in fit.parameters].count(None) == 1
    values = fit.values
    assert values["cell_a"] == pytest.approx(CELL[0], abs=0.005)
    assert values["misset_x[0]"] == pytest.approx(10, abs=0.01) and values["misset_x[1]"] == pytest.approx(50, abs=0.01)
    assert [e.cell[0] for e in fit.experiments] == pytest.approx([values["cell_a"]] * 2)
    one = refine(data, starts[0], ["misset", "cell_a"])
    errors = [next(p.standard_error for p in f.parameters if p.name == "cell_a") for f in (fit, one)]
    assert errors[0] < errors[1], "two images know more than one"
    stacked = refine(np.stack([data, other]), starts, ["misset", "cell_a"], masks=np.ones((2, 128, 128)))
    assert stacked.values == values
    each = refine([data, other], starts, ["misset", "cell_a"], per_image=["cell_a"])
    assert {"cell_a[0]", "cell_a[1]"} <= each.values.keys()


def test_masks(data: np.ndarray, start: Experiment) -> None:
    spoiled, mask = data.copy(), np.ones(data.shape, bool)
    mask[:64] = False
    spoiled[:64] = np.random.default_rng(1).integers(0, 9999, (64, 128))
    fit = refine(spoiled, start, ["misset", "cell_a"], masks=mask)
    assert np.abs(deviations(fit)).max() < 4
    assert np.isnan(fit.residual()[:64]).all() and np.isfinite(fit.residual()[64:]).all()
    empty = np.where(mask, data.astype(float), np.nan)
    assert refine(empty, start, ["misset", "cell_a"], masks=mask).values == fit.values
    with pytest.raises(Error, match="does not explain the image"):
        refine(spoiled, start, ["misset", "cell_a"])


def test_images_of_files_bring_their_bad_pixels(data: np.ndarray, start: Experiment, tmp_path: Path) -> None:
    spoiled = data.copy()
    bad = np.random.default_rng(1).random(data.shape) < 0.05
    spoiled[bad] = -1
    femtobragg.write(tmp_path / "a.nxs", spoiled, start)
    image = femtobragg.read(tmp_path / "a.nxs")
    assert not image.valid[bad].any()
    fit = refine(image, start, ["misset", "cell_a"])
    assert np.abs(deviations(fit)).max() < 4 and np.isnan(fit.residual()[bad]).all()
    assert np.isfinite(femtobragg.least_squares_problem(start, "misset", image).fun(np.zeros(3))).all()
    single = refine(image[None], start, ["misset", "cell_a"], masks=~bad[None])
    assert single.values["cell_a"] == pytest.approx(fit.values["cell_a"], rel=1e-6)


def test_fits_survive_pickles_and_searches_after_fits(data: np.ndarray, start: Experiment) -> None:
    fit = refine(data, start, ["misset", "panel0_shift_fast"])
    again = refine(data, fit.experiment, ["panel0_shift_fast"]).experiment
    assert pickle.loads(pickle.dumps(again)) == again
    off = start.with_parameters(misset_x=-60)
    found = femtobragg.orient(data, off)[0]
    assert np.corrcoef(femtobragg.render(found.experiment).ravel(), data.ravel())[0, 1] > 0.95


def test_offset(data: np.ndarray, start: Experiment) -> None:
    plain, raised = refine(data, start, "misset"), refine(data + 40, start, "misset", offset=40)
    assert raised.values == pytest.approx(plain.values, abs=1e-4)
    assert np.allclose(raised.residual(), plain.residual(), atol=0.05)


def test_background() -> None:
    wet, dry = protein(), protein(water_um=0)
    data = counts(wet)
    water = np.asarray(render(wet), float) - np.asarray(render(dry), float)
    fit = refine(data, protein((10.1, 19.9, 30.1), water_um=0), ["misset", "cell_a", "fluence"], background="radial:20")
    assert fit.converged and np.abs(deviations(fit)).max() < 4
    by_counting = 4 * np.sqrt(water.sum())
    (background,) = fit.backgrounds
    assert background.form == "radial:20" and background.photons.shape == data.shape
    assert background.photons.sum() == pytest.approx(water.sum(), abs=by_counting)
    assert background.curve.shape[1] == 3 and background.scatterer is not None and background.scatterer.shape[1] == 2
    assert np.nanmean(fit.residual()) == pytest.approx(0, abs=0.05)
    assert pickle.loads(pickle.dumps(fit)).backgrounds[0].form == "radial:20"
    known = femtobragg.smooth_background(data, dry, "radial:20", spots=render(dry))
    assert known.photons.sum() == pytest.approx(water.sum(), abs=by_counting)
    flat = femtobragg.smooth_background(data, dry, "polynomial:0", mask=np.ones(data.shape), offset=0)
    assert flat.scatterer is None and np.ptp(flat.photons) == 0
    with pytest.raises(Error, match="background=..."):
        refine(data, wet, "misset", background="radial")


def test_bounds(data: np.ndarray) -> None:
    start = protein((10.02, 19.98, 30.02), cell=(34.95, *CELL[1:]))
    fit = refine(data, start, ["misset", "cell_a"], bounds={"cell_a": (34.9, 35.2)})
    assert fit.values["cell_a"] == 34.9
    assert {p.name: p.at_bound for p in fit.parameters} == {**dict.fromkeys(MISSET, False), "cell_a": True}
    assert "at its bound" in str(fit)
    wide = refine(data, start, ["misset", "cell_a"], bounds={"cell_a": (34, np.inf)})
    assert wide.values["cell_a"] == pytest.approx(CELL[0], abs=0.01) and "at its bound" not in str(wide)


def test_ties(data: np.ndarray) -> None:
    fit = refine(data, protein((10.05, 19.95, 30.05), cells=18), ["misset", "cells"],
                 ties=[["cells_a", "cells_b", "cells_c"]])
    (cells,) = [p for p in fit.parameters if p.name.startswith("cells")]
    assert set(cells.tied) == {"cells_b", "cells_c"} and cells.value == pytest.approx(20, abs=0.2)
    listed = femtobragg.parameters(fit.experiment)
    assert listed["cells_a"].value == listed["cells_b"].value == listed["cells_c"].value == cells.value


def test_restraints(data: np.ndarray, start: Experiment) -> None:
    def cell_a(**options: Any) -> float:
        return refine(data, start, [*MISSET, "cell_a"], **options).values["cell_a"]

    assert cell_a(restraints={"cell_a": (34.9, 1e-6)}) == pytest.approx(34.9, abs=1e-4)
    assert cell_a(restraints={"cell_a": (34.9, 1.0)}) == pytest.approx(CELL[0], abs=0.005)


def test_start_values_of_a_fit(data: np.ndarray) -> None:
    fit = refine(data, protein((10.5, 20, 30)), "misset", start={"misset_x": 10.05})
    assert fit.parameters[0].start == 10.05 and fit.values["misset_x"] == pytest.approx(10, abs=0.005)


@pytest.mark.parametrize("loss", ["poisson", "gaussian", "huber"])
@pytest.mark.parametrize("pixels", ["all", "peaks", 8000])
def test_losses_and_pixels(data: np.ndarray, start: Experiment, loss: str, pixels: str | int) -> None:
    fit = refine(data, start, "misset", loss=loss, pixels=pixels)
    assert [fit.values[n] for n in MISSET] == pytest.approx([10, 20, 30], abs=0.02)


def test_coarse_levels_reach_further(data: np.ndarray) -> None:
    fit = refine(data, protein((11, 19, 31)), "misset", levels=4)
    assert [fit.values[n] for n in MISSET] == pytest.approx([10, 20, 30], abs=0.01)


def test_progress(capsys: pytest.CaptureFixture[str]) -> None:
    bigger = dict(pixels=384, pixel_size_mm=0.4 / 3, oversample=2)
    target, start = counts(protein(**bigger)), protein((10.1, 19.9, 30.1), **bigger)
    steps: list[tuple[int, int, float, float]] = []
    names = ["misset", "cell", "fluence"]
    fit = refine(target, start, names, levels=1, pixels="all", progress=lambda *step: steps.append(step))
    assert 1 < len(steps) <= len(fit.costs) and steps == sorted(steps)
    assert [s[2] for s in steps] == fit.costs[:len(steps)]
    refine(target, start, names, levels=1, pixels="all", progress=True)
    assert "iteration" in capsys.readouterr().out

    def fail(*_: object) -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        refine(target, start, names, levels=1, pixels="all", progress=fail)


def test_fits_that_explain_nothing(start: Experiment, data: np.ndarray) -> None:
    noise = np.random.default_rng(1).poisson(5, start.shape)
    for target, experiment in ((noise, start), (data, protein((70, 0, 0)))):
        with pytest.raises(Error, match="does not explain the image"):
            refine(target, experiment, ["misset", "fluence"])
    with pytest.raises(Error, match="no signal") as caught:
        refine(np.zeros(start.shape), start, "misset")
    assert "--" not in str(caught.value)


@pytest.mark.parametrize("arguments, text", [
    (dict(names=["misset_q"]), "did you mean misset_x"), (dict(names=3), "names of parameters"),
    (dict(targets=np.ones((3, 3))), "shape"), (dict(targets=[]), "no image"), (dict(targets="image"), "numbers"),
    (dict(experiment="start"), "femtobragg.Experiment"), (dict(experiment=[]), "number of experiments differs"),
    (dict(masks=np.ones((3, 3))), "shape"), (dict(masks=[None, None]), "number of masks differs"),
    (dict(loss="poison"), "unknown loss"), (dict(pixels="peak"), "unknown choice"), (dict(pixels=0.5), "pixels"),
    (dict(levels=2.5), "levels"), (dict(max_iterations=-1), "max_iterations"), (dict(seed="x"), "seed"),
    (dict(offset="x"), "offset"), (dict(min_correlation=np.nan), "min_correlation"),
    (dict(default_restraints="no"), "True or False"), (dict(progress=3), "progress"), (dict(device="gpu"), "gpu"),
    (dict(start={"misset_x": "a"}), "start"), (dict(start=3), "mapping"),
    (dict(bounds={"misset_x": 3}), "pair of numbers"), (dict(bounds={"misset_x": (5, 6)}), "outside its bounds"),
    (dict(bounds={"cell_a": (5, 6)}), "not refined"), (dict(restraints={"misset_x": (5, 0)}), "above zero"),
    (dict(restraints={"misset_x": (np.nan, 1)}), "not finite"), (dict(ties=[["cell_a", "cell_b"]]), "not refined"),
    (dict(shared=["cell_a"]), "not refined")])
def test_errors(data: np.ndarray, start: Experiment, arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(Error, match=text):
        refine(**{**dict(targets=data, experiment=start, names="misset"), **arguments})


# Orientations.

#: Turns that leave the reflections of a crystal of right angles where they are.
SYMMETRY = [np.diag(d) for d in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))]


def degrees_apart(one: Experiment, other: Experiment) -> float:
    """The angle between two lattices."""
    first, second = (e.axes_A / np.linalg.norm(e.axes_A, axis=1, keepdims=True) for e in (one, other))
    traces = [np.trace((s @ first) @ second.T) for s in SYMMETRY]
    return float(np.degrees(np.arccos(np.clip((max(traces) - 1) / 2, -1, 1))))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_orientation_is_found(seed: int) -> None:
    truth = protein(tuple(np.random.default_rng(seed).uniform(0, 360, 3)))
    target = counts(truth, seed)
    found = orient(target, protein((0, 0, 0)))
    assert degrees_apart(found[0].experiment, truth) < 0.5 < degrees_apart(protein((0, 0, 0)), truth)
    assert found[0].score > 0.5 and found[0].correlation >= max(f.correlation for f in found[1:]) - 0.1
    assert np.allclose(found[0].experiment.misset_deg, found[0].misset_deg)
    assert np.allclose(protein((0, 0, 0)).axes_A @ found[0].rotation.T, found[0].experiment.axes_A)
    close = min((f.experiment for f in found), key=lambda e: -np.corrcoef(
        np.log1p(np.asarray(render(e)).ravel()), np.log1p(target.ravel()))[0, 1])
    fit = refine(target, close, ["misset", "fluence"])
    assert degrees_apart(fit.experiment, truth) < 0.01


def test_orient_with_mask_and_offset(data: np.ndarray) -> None:
    mask = np.ones(data.shape, bool)
    mask[:20] = False
    found = orient(np.where(mask, data + 10, 65535), protein((0, 0, 0)), mask=mask, offset=10)
    assert degrees_apart(found[0].experiment, protein()) < 0.5


@pytest.mark.parametrize("arguments, text", [
    (dict(target=np.zeros((128, 128))), "no signal"), (dict(target=np.ones((3, 3))), "shape"),
    (dict(mask=np.zeros((128, 128))), "no pixel"), (dict(mask=np.ones(3)), "shape"), (dict(offset="x"), "offset"),
    (dict(experiment=3), "femtobragg.Experiment")])
def test_orient_errors(data: np.ndarray, start: Experiment, arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(Error, match=text) as caught:
        orient(**{**dict(target=data, experiment=start), **arguments})
    assert "--" not in str(caught.value)


def test_residuals_are_not_numbers_where_nothing_is_rendered(data: np.ndarray, start: Experiment) -> None:
    mask = np.ones(start.shape, bool)
    mask[:5] = False
    fit = refine(data, start.replace(mask=mask), ["fluence"])
    assert np.isnan(fit.residual()[:5]).all() and np.isfinite(fit.residual()[5:]).all()
