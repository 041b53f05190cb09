"""Experiments: made from one list of arguments, from parts and from scenes; changed, compared, sent on."""
from __future__ import annotations

import copy
import gc
import json
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import BENZENE, STILL, environment, same_bytes

import femtobragg
from femtobragg import (Beam, Crystal, Detector, Error, Experiment, FemtobraggWarning, Goniometer, Lattice, Sensor,
                        Source, StructureFactors)
from femtobragg._arguments import described_by

Make = Callable[..., Experiment]


def test_parts_and_flat_arguments_are_the_same(still: Experiment) -> None:
    parts = Experiment(
        structure_factors=StructureFactors(default_F_e=100), beam=Beam(wavelength_A=1),
        crystal=Crystal(cell=(70, 80, 90), cells=5, misset_deg=(10, 20, 30)),
        detector=Detector(pixels=32, pixel_size_mm=1, distance_mm=100))
    assert parts == still and hash(parts) == hash(still)
    assert still.crystal == parts.crystal and still.goniometer == Goniometer()
    assert eval(repr(still), vars(femtobragg)) == still
    mixed = Experiment.from_files(**{k: v for k, v in STILL.items() if k not in ("cell", "cells", "misset_deg")},
                                  crystal=parts.crystal)
    assert mixed == still


def test_equal_experiments_have_equal_hashes_however_described(still: Experiment, make: Make) -> None:
    for other in (make(fudge=1), make(distance_mm=None, distance_m=0.1), make(osc_deg=0), make(dispersion_percent=0)):
        assert other == still and hash(other) == hash(still)
    for other in (make(distance_mm=101), make(misset_deg=(10, 20, 31)), make(default_F=99), make(mask=np.eye(32)),
                  make(shape="gaussian"), still.with_parameters(misset_x=11)):
        assert other != still
    assert still != 3


def test_experiments_cannot_be_changed(still: Experiment) -> None:
    for act in (lambda: setattr(still, "crystal", Crystal()), lambda: setattr(still, "_parts", {}),
                lambda: delattr(still, "_parts")):
        with pytest.raises(AttributeError, match="cannot be changed"):
            act()
    assert copy.copy(still) == still and copy.deepcopy({1: still}) == {1: still}


@pytest.mark.parametrize("call, message", [
    (lambda e: Experiment.from_files(misset=1), "from_files has no argument 'misset'; did you mean misset_deg?"),
    (lambda e: e.replace(misset=1), "replace has no argument 'misset'; did you mean misset_deg?"),
    (lambda e: e.replace(detecter="x"), "did you mean detector?"),
    (lambda e: e.replace(beem=Beam()), "did you mean beam?"),
    (lambda e: e.replace(size_mm=1), "'size_mm' has several meanings; beam_size_mm or crystal_size_mm"),
    (lambda e: e.replace(polarization=1), "beam_polarization or compatibility_polarization"),
    (lambda e: e.replace(default_F=1, default_F_e=1), "given twice"),
    (lambda e: e.shap, "did you mean shape?"), (lambda e: e.cristal, "did you mean crystal?")])
def test_names(still: Experiment, call: Callable[[Experiment], object], message: str) -> None:
    with pytest.raises((Error, AttributeError)) as caught:
        call(still)
    assert message in str(caught.value) and str(caught.value).count("did you mean") <= 1


def test_short_names_and_prefixes(make: Make) -> None:
    e = make(osc_deg=1, phi_deg=2, flux=1e12, exposure=0.1, beam_size_um=30, goniometer_steps=2, sensor_material="Si",
             sensor_thickness_um=450)
    assert e.goniometer == Goniometer(range_deg=1, start_deg=2, steps=2)
    assert e.beam == Beam(wavelength_A=1, flux_per_s=1e12, exposure_s=0.1, size_um=30)
    assert e.detector.sensor == Sensor(material="Si", thickness_um=450)
    assert e.replace(sensor_layers=3).detector.sensor == Sensor(material="Si", thickness_um=450, layers=3)
    assert make(sensor=Sensor(material="Si", thickness_um=450)).detector.sensor.material == "Si"


def test_replace(still: Experiment) -> None:
    assert still.replace() == still
    far = still.replace(distance_m=0.2)
    assert far.detector.distance_mm == 200 and still.detector.distance_mm == 100
    assert far.replace(distance_mm=100) == still
    assert still.replace(osc_deg=1).replace(goniometer=None) == still
    assert still.replace(beam=None).wavelength_A == 1
    masked = still.replace(mask=np.eye(32))
    assert masked.mask.sum() == 32 and masked.replace(mask=None) == still
    cubic = still.replace(cell=(50, 50, 50, 80, 80, 80))
    assert cubic.cell == pytest.approx((50, 50, 50, 80, 80, 80)) and cubic.replace(cell=(70, 80, 90)) == still
    assert still.replace(energy_eV=12398.4198).wavelength_A == pytest.approx(1)


def test_replace_keeps_parameters_and_frame_that_it_does_not_change(make: Make) -> None:
    moved = make().with_parameters(misset_x=11, cell_a=71)
    far = moved.replace(distance_mm=120)
    assert far == make(distance_mm=120).with_parameters(misset_x=11, cell_a=71)
    turned = moved.replace(misset_deg=(1, 2, 3))
    assert turned == make(misset_deg=(1, 2, 3)).with_parameters(cell_a=71)
    series = make(osc_deg=1, goniometer_steps=3, frames=4)
    assert series.frame(2).replace(distance_mm=120) == series.replace(distance_mm=120).frame(2)
    assert series.frame(2) != series and series.frame(2).frame(0) == series and series.frame(0) == series
    assert series.frame(1).frame(3) == series.frame(3)
    both = series.frame(2).with_parameters(misset_x=11)
    assert both.replace(distance_mm=120) == series.replace(distance_mm=120).frame(2).with_parameters(misset_x=11)


def test_parameters_that_are_changes_add_up(make: Make, two_panels: Experiment) -> None:
    e = make().with_parameters(F_scale=2).with_parameters(F_scale=2)
    assert femtobragg.render(e).sum() == pytest.approx(16 * femtobragg.render(make()).sum(), rel=1e-5)
    moved = two_panels.with_parameters(panel0_shift_fast=1).with_parameters(panel0_shift_fast=2, misset_x=3)
    turned = make().with_parameters(misset_x=10.1).with_parameters(rotation_x=0.1)
    turned = turned.with_parameters(cell_a=71, cell_alpha=91)
    for one in (e, moved, turned):
        again = pickle.loads(pickle.dumps(one))
        assert again == one and hash(again) == hash(one)
        assert same_bytes(femtobragg.render(again), femtobragg.render(one))
        assert one.replace(oversample=2).replace(oversample=None) == one
        assert one is moved or eval(repr(one), vars(femtobragg)) == one


def test_replace_goes_before_parameters_of_what_it_names(make: Make) -> None:
    e = make(fluence_per_m2=1e27)
    moved = e.with_parameters(distance=150, misset_x=50, fluence=2e27, cell_a=71).with_parameters(rotation_y=1)
    assert moved.replace(distance_mm=100).beam_centre_px == e.beam_centre_px
    assert femtobragg.parameters(moved.replace(distance_mm=100))["distance"].value == pytest.approx(100)
    assert moved.replace(misset_deg=(10, 20, 30), cell=e.cell).axes_A == pytest.approx(e.axes_A)
    assert moved.replace(orientation=np.eye(3)).misset_deg == pytest.approx([0, 0, 0], abs=1e-9)
    assert moved.replace(fluence_per_m2=1e27).fluence_per_m2 == 1e27
    assert moved.replace(crystal=e.crystal).axes_A == pytest.approx(e.axes_A)
    kept = moved.replace(cells=7)
    assert kept.cell[0] == pytest.approx(71) and kept.fluence_per_m2 == 2e27
    assert kept.misset_deg == pytest.approx(moved.misset_deg)
    for name in femtobragg.parameters(e):
        assert described_by(name), f"{name}: what describes it?"


def test_misset_is_that_of_the_crystal(make: Make) -> None:
    e = make(misset_deg=(10, 20, 30))
    assert e.with_parameters(misset_x=10.5).misset_deg == pytest.approx([10.5, 20, 30])
    assert e.with_parameters(rotation_x=1).replace(misset_deg=None).misset_deg == pytest.approx([0, 0, 0])


def test_all_frames(make: Make) -> None:
    series = make(osc_deg=1, frames=3)
    images = list(femtobragg.render_many(series.frames()))
    assert same_bytes(images[2], femtobragg.render(series.frame(2)))
    assert series != make(osc_deg=1) and len(make().frames()) == 1


def test_a_replacement_warns_of_what_it_brings(make: Make) -> None:
    with pytest.warns(FemtobraggWarning, match="single unit cell"):
        Experiment.from_files(cell=(70, 80, 90), default_F=1, pixels=8)
    with pytest.warns(FemtobraggWarning):
        make().replace(detector="pilatus-100k")


def test_without_a_crystal_nothing_warns_of_its_size(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        e = Experiment.from_files(materials=[femtobragg.Material(name="water", thickness_mm=1)], pixels=8,
                                  wavelength_A=1)
    assert "<td>none</td>" in e._repr_html_()
    femtobragg.write(tmp_path / "a.expt", e)
    assert json.loads((tmp_path / "a.expt").read_text())["crystal"] == []


def test_messages_do_not_name_the_files_of_arrays(make: Make) -> None:
    with pytest.raises(Error, match="the mask does not fit the detector; an array of yours; got 31 x 32"):
        make(mask=np.ones((32, 31)))


def test_arrays_of_experiments_that_are_gone_leave_no_files(make: Make) -> None:
    folder = Path(make(mask=np.eye(32)).detector.mask_file).parent
    kept = make(spectrum=[(12400, 1), (12000, 3)])
    gc.collect()
    before = len(list(folder.iterdir()))
    for i in range(20):
        kept.replace(spectrum=[(12400, 1), (12000 + i, 3)])
    gc.collect()
    assert len(list(folder.iterdir())) == before
    same = make(spectrum=[(12400, 1), (12000, 3)])
    del kept
    gc.collect()
    assert same.replace(cells=6).spectrum_A.shape == (2, 2)


def test_frames_and_parameters_out_of_range(make: Make) -> None:
    series = make(osc_deg=1, goniometer_steps=3, frames=3)
    for bad in (3, -1, 1.0, True, "1", None, 2**70):
        with pytest.raises(Error, match=r"frame\(number\)"):
            series.frame(bad)  # type: ignore[arg-type]
    with pytest.raises(Error, match="call frame.. first"):
        series.with_parameters(misset_x=1).frame(1)
    with pytest.raises(Error, match="misset_x or misset_y or misset_z"):
        series.with_parameters(misset=1)
    with pytest.raises(Error, match="did you mean misset_x"):
        series.with_parameters(misset_xx=1)


def test_what_has_come_of_it(make: Make) -> None:
    e = make(mosaic_spread_deg=0.5, mosaic_domains=7, osc_deg=1, goniometer_steps=3, oversample=2,
             space_group="P 21 21 21")
    assert e.shape == (32, 32) and len(e.panels) == 1 and e.mask.all() and e.space_group == "P 21 21 21"
    assert e.cell == pytest.approx((70, 80, 90, 90, 90, 90)) and e.wavelength_A == pytest.approx(1)
    assert e.sampling_counts == {"rotation_steps": 3, "sources": 1, "mosaic_domains": 7, "oversample": 2}
    assert e.axes_A @ e.ub_per_A == pytest.approx(np.eye(3))
    assert np.linalg.norm(e.axes_A, axis=1) == pytest.approx([70, 80, 90])
    assert e.misset_deg == pytest.approx([10, 20, 30])
    assert e.resolution_A.shape == e.shape and e.resolution_A.min() == pytest.approx(e.finest_resolution_A, rel=0.05)
    assert e.structure_factor_table is None and e.spectrum_A.shape in ((0, 2), (1, 2)) and e.fluence_per_m2 > 1e29
    html = e._repr_html_()
    assert html.startswith("<table>") and "32 × 32 pixels, 1 panel," in html and "7 mosaic domains" in html


def test_the_beam_centre_is_where_it_was_put(make: Make, two_panels: Experiment) -> None:
    assert make(beam_centre_px=(10.3, 20.6)).beam_centre_px == pytest.approx((10.3, 20.6))
    assert make(beam_centre_px=(-50, 16)).beam_centre_px == pytest.approx((-50, 16))
    assert two_panels.replace(beam_direction=(0, 1, 0)).beam_centre_px is None
    image = femtobragg.render(two_panels)
    for panel, pixels in zip(two_panels.panels, image.panels):
        assert pixels.shape == panel["shape"] and (image[panel["slices"]] == pixels).all()


def test_orientations_where_two_axes_coincide(still: Experiment) -> None:
    for angles in ((20, 90, 30), (0, -90, 70)):
        turned = still.replace(misset_deg=angles)
        again = still.replace(orientation=turned.crystal.orientation)
        assert again.axes_A == pytest.approx(turned.axes_A, abs=1e-6)
        moved = turned.with_parameters(misset_z=femtobragg.parameters(turned)["misset_z"].value)
        assert moved.axes_A == pytest.approx(turned.axes_A, abs=1e-6)


def test_arrays_of_hkl_spectrum_and_mask(make: Make) -> None:
    e = make(hkl=np.array([[1, 2, 3], [-1, 0, 2]], dtype=">i2"), amplitudes_e=[4.5, 6], default_F=0,
             spectrum=np.array([(12000, 1), (12400, 3)]), wavelength_A=None, mask=np.tri(32)[::2].repeat(2, 0))
    table, least = e.structure_factor_table or (None, None)
    assert table is not None and least is not None
    assert table[1 - least[0], 2 - least[1], 3 - least[2]] == 4.5 and table[-1 - least[0], 0 - least[1],
                                                                            2 - least[2]] == 6
    assert len(e.spectrum_A) == 2 and e.spectrum_A[:, 1] == pytest.approx([3, 1])
    assert e.spectrum_A[:, 0] * [12400, 12000] == pytest.approx([12398.4198] * 2, rel=1e-6)
    assert np.array_equal(e.mask, np.tri(32)[::2].repeat(2, 0) != 0)


def full(make: Make) -> Experiment:
    """With arrays in memory, and in all parts something."""
    return make(hkl=np.argwhere(np.ones((9, 9, 9))) - 4, amplitudes_e=np.linspace(1, 50, 729), default_F=None,
                mask=np.random.default_rng(1).random((32, 32)) > 0.1, spectrum=[(12300, 1), (12400, 2), (12500, 1)],
                wavelength_A=None, osc_deg=0.5, goniometer_steps=2, mosaic_spread_deg=0.3, mosaic_domains=3,
                oversample=2,
                water_um=5, sensor_material="Si", sensor_thickness_um=450, shape="gaussian", frames=2, cells=7)


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_scenes_render_the_same_bytes(make: Make, tmp_path: Path, suffix: str) -> None:
    e = full(make)
    text = e.to_scene(tmp_path / f"scene{suffix}")
    assert (tmp_path / f"scene{suffix}").read_text() == text
    again = Experiment.from_scene(tmp_path / f"scene{suffix}")
    assert again == e and hash(again) == hash(e)
    assert same_bytes(femtobragg.render(again), femtobragg.render(e))
    assert len(list(tmp_path.iterdir())) == 4, "scene, mask, spectrum, reflections"
    (tmp_path / "text.toml").write_text(e.to_scene())
    assert Experiment.from_scene(tmp_path / "text.toml") == e


@pytest.mark.parametrize("changes", [
    dict(lattices=[Lattice(misset_deg=(1, 2, 3)), Lattice(misset_deg=(4, 5, 6), weight=2)], misset_deg=None),
    dict(sources=[Source(direction=(-1, 0, 0), wavelength_A=1), Source(direction=(-1, 0, 0), wavelength_A=1.01)],
         wavelength_A=None), dict(sensor_material="Si", sensor_thickness_um=450)])
def test_lists_and_parts_of_parts_survive_a_scene(make: Make, tmp_path: Path, changes: dict[str, object]) -> None:
    e = make(**changes)
    e.to_scene(tmp_path / "a.toml")
    again = Experiment.from_scene(tmp_path / "a.toml")
    assert again == e and again.crystal == e.crystal and again.beam == e.beam
    assert same_bytes(femtobragg.render(again), femtobragg.render(e))
    assert eval(repr(e), vars(femtobragg)) == e


def test_panels(two_panels: Experiment, tmp_path: Path) -> None:
    assert two_panels.shape == (24, 44) and len(two_panels.panels) == 2
    assert not two_panels.mask[:, 20:24].any() and two_panels.mask[:, :20].all()
    assert np.isnan(two_panels.resolution_A[:, 20:24]).all()
    two_panels.to_scene(tmp_path / "a.json")
    assert Experiment.from_scene(tmp_path / "a.json") == two_panels


def test_what_no_scene_can_describe(still: Experiment, tmp_path: Path) -> None:
    with pytest.raises(Error, match="misset_x"):
        still.with_parameters(misset_x=1).to_scene()
    with pytest.raises(Error, match=r"to_scene\(path\) must be a path that ends in .toml or .json"):
        still.to_scene(tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())


def test_noise_of_a_scene_is_a_warning(still: Experiment, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(still.to_scene() + "\n[noise]\nseed = 3\n")
    with pytest.warns(FemtobraggWarning, match="give it to detector_response"):
        assert Experiment.from_scene(tmp_path / "a.toml") == still


def test_doubts_are_warnings_at_the_caller_and_not_of_pickles(make: Make) -> None:
    with pytest.warns(FemtobraggWarning) as caught:
        e = Experiment.from_files(**{**STILL, "default_F": None, "model": BENZENE})
    assert caught[0].filename == __file__ and e.warnings
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pickle.loads(pickle.dumps(e)) == e


def test_pickles_travel_to_a_new_process(make: Make, tmp_path: Path) -> None:
    e = full(make)
    cases = [e, e.frame(1), e.frame(1).with_parameters(misset_x=1), make(model=BENZENE, cell=None, default_F=None),
             femtobragg.render(make())]
    (tmp_path / "a.pickle").write_bytes(pickle.dumps(cases))
    reading = """if True:
        import hashlib, pickle, sys, numpy, femtobragg
        for case in pickle.load(open(sys.argv[1], "rb")):
            image = case if isinstance(case, femtobragg.Image) else femtobragg.render(case)
            digest = hashlib.sha256(numpy.ascontiguousarray(image)).hexdigest()
            print(digest, image.experiment.cell, list(image.summary))
        """
    # Not of this folder: nothing may be found by chance.
    out = subprocess.run([sys.executable, "-c", reading, tmp_path / "a.pickle"], env=environment(), cwd="/", text=True,
                         capture_output=True, timeout=60)
    assert out.returncode == 0, out.stderr
    import hashlib
    images = [c if isinstance(c, femtobragg.Image) else femtobragg.render(c) for c in cases]
    assert out.stdout.splitlines() == [
        f"{hashlib.sha256(np.ascontiguousarray(i)).hexdigest()} {i.experiment.cell} {list(i.summary)}" for i in images]
    assert len(set(out.stdout.splitlines())) == 5


def test_pickle_of_another_version_is_refused(still: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(femtobragg._core, "__version__", "9.9.9")
    other = pickle.dumps(still)
    monkeypatch.undo()
    with pytest.raises(Error, match="was pickled by another version; got 9.9.9; this is femtobragg"):
        pickle.loads(other)


def test_modules_that_need_other_packages_are_imported_when_they_are_used() -> None:
    import femtobragg
    assert callable(femtobragg.plot.show)
    with pytest.raises(AttributeError, match="no attribute 'plots'"):
        femtobragg.plots


def test_resolution_of_bent_panels_is_that_of_their_reflections() -> None:
    from femtobragg import Detector, Panel, truth
    panel = Panel(pixels=(200, 200), pixel_size_mm=0.5, origin_mm=(60, 50, -50), fast=(0, 0, 1), slow=(0, -1, 0),
                  curvature="spherical", curvature_radius_mm=60)
    e = Experiment.from_files(detector=Detector(panels=[panel]), cell=(40, 50, 60), cells=8, shape="gaussian",
                              default_F=100, wavelength_A=1, oversample=1)
    rows = [r for r in truth(e, fraction=0.2) if 0 < r["fast_px"] < 200 and r["d_A"] < 10]
    assert len(rows) > 5
    for r in rows:
        assert e.resolution_A[int(r["slow_px"]), int(r["fast_px"])] == pytest.approx(r["d_A"], rel=0.02)
