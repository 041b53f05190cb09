"""Files of every format, written from arrays and read back."""
from __future__ import annotations

import copy
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import same_bytes

import femtobragg
from femtobragg import Error, Experiment, FemtobraggWarning, plot, read, render, write

Make = Callable[..., Experiment]
IMAGES = femtobragg._core.image_suffixes()
COUNTS = [s for s in IMAGES if s in (".cbf", ".nxs", ".nx5", ".h5", ".tif", ".tiff")]
GEOMETRIES = femtobragg._core.geometry_suffixes()


@pytest.mark.parametrize("suffix", IMAGES)
@pytest.mark.filterwarnings("ignore::femtobragg.FemtobraggWarning")
def test_every_format_of_images(make: Make, tmp_path: Path, suffix: str) -> None:
    e = make(pixels=(40, 30))
    image = render(e)
    path = tmp_path / f"image{suffix}"
    if suffix == ".pgm":
        with pytest.raises(Error, match="grey values, whose scale is not known"):
            write(path, image)
        return
    write(path, image)
    assert path.stat().st_size > 500
    if suffix == ".png":
        assert path.read_bytes() == femtobragg.picture(image)
        return
    found = read(path)
    if suffix in (".bin", ".raw", ".f32"):
        assert np.array_equal(np.ravel(found), np.ravel(image))
        return
    assert found.shape == e.shape and found.format
    if found.dtype.kind == "f":
        assert np.array_equal(found, image)
    else:
        rest = found - (found.pedestal or 0)
        assert np.corrcoef(rest.ravel(), image.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("suffix", COUNTS)
def test_counts_are_stored_as_they_are(make: Make, tmp_path: Path, suffix: str) -> None:
    mask = np.ones((32, 32))
    mask[3, 4:9] = 0
    e = make(mask=mask)
    counts = femtobragg.detector_response(render(e), seed=1)
    counts[10, 11] = 70000
    assert counts.min() == -1
    for array in (counts, counts.astype(np.int64), counts.astype(">i4"), np.asfortranarray(counts)):
        write(tmp_path / f"a{suffix}", array, e)
        found = read(tmp_path / f"a{suffix}")
        assert np.array_equal(found, counts) and found.dtype == np.int64
        assert np.array_equal(found.valid, counts >= 0)


@pytest.mark.parametrize("suffix", [s for s in COUNTS if s != ".nx5"])
def test_overloads_are_marked(tmp_path: Path, suffix: str) -> None:
    e = Experiment.from_files(detector="pilatus-100k", distance_mm=100, default_F=100, cell=(70, 80, 90), d_min_A=50)
    photons = np.zeros(e.shape)
    photons[5, 6], photons[7, 8] = 1e8, 1000
    counts = femtobragg.detector_response(photons, e, seed=1)
    write(tmp_path / f"a{suffix}", counts, e)
    found = read(tmp_path / f"a{suffix}")
    assert np.array_equal(found, counts)
    if np.isfinite(found.saturation):
        assert found.saturation == e.panels[0]["saturation"] and not found.valid[5, 6]
        assert found.overloaded[5, 6] and found.overloaded.sum() == 1
        assert not np.ma.getmaskarray(plot._pixels(found, None, "show")[0])[5, 6]
    assert found.valid[7, 8]


def test_numpy_files_hold_any_numbers(still: Experiment, tmp_path: Path) -> None:
    image = render(still)
    for array in (image, render(still, dtype=float), np.arange(1024, dtype=">u2").reshape(32, 32), image.T, image > 1):
        write(tmp_path / "a.npy", array, still)
        found = np.load(tmp_path / "a.npy")
        assert found.dtype == array.dtype and np.array_equal(found, array)
        if array.dtype != bool:
            assert np.array_equal(read(tmp_path / "a.npy"), np.asarray(array, dtype=np.float32))


@pytest.mark.parametrize("order", ["C", "F", "big", "view"])
def test_arrays_of_any_memory_are_written_alike(still: Experiment, tmp_path: Path, order: str) -> None:
    image = np.asarray(render(still))
    array = {"C": image, "F": np.asfortranarray(image), "big": image.astype(">f4"),
             "view": np.repeat(image, 2, axis=1)[:, ::2]}[order]
    write(tmp_path / "a.bin", array, still)
    assert (tmp_path / "a.bin").read_bytes() == image.tobytes()


def test_suffixes_in_capitals(make: Make, tmp_path: Path) -> None:
    mask = np.ones((32, 32))
    mask[3, 4:9] = 0
    e = make(mask=mask)
    counts = femtobragg.detector_response(render(e), seed=1)
    for name in ("a.H5", "a.TIF"):
        write(tmp_path / name, counts, e)
        assert np.array_equal(read(tmp_path / name), counts) and not read(tmp_path / name).valid[3, 4]
    write(tmp_path / "a.NPY", counts, e)
    assert np.load(tmp_path / "a.NPY").dtype == np.int32
    write(tmp_path / "a.PNG", render(e), rings=True)


def test_bare_numbers_have_one_dimension(still: Experiment, tmp_path: Path) -> None:
    write(tmp_path / "a.bin", render(still))
    assert read(tmp_path / "a.bin").shape == (1024,)


def test_what_a_format_loses_is_a_warning(still: Experiment, tmp_path: Path) -> None:
    image = np.array(render(still))
    image[0, 0] = 1e6
    with pytest.warns(FemtobraggWarning) as caught:
        write(tmp_path / "a.img", image, still)
    assert caught and caught[0].filename == __file__


def test_files_of_the_experiment_are_not_replaced(make: Make, tmp_path: Path) -> None:
    geometry = tmp_path / "g.expt"
    write(geometry, make())
    e = make(geometry=geometry, pixels=None, pixel_size_mm=None, distance_mm=None, wavelength_A=None)
    before = geometry.read_bytes()
    os.symlink(geometry, tmp_path / "again.expt")
    for path in (geometry, tmp_path / "again.expt"):
        with pytest.raises(Error, match="is read by the experiment"):
            write(path, e)
    os.symlink(geometry, tmp_path / "a.refl")
    with pytest.raises(Error, match="is read by the experiment"):
        femtobragg.write_truth(tmp_path / "a.refl", e)
    assert geometry.read_bytes() == before
    write(tmp_path / "other.expt", e)


@pytest.mark.parametrize("suffix", GEOMETRIES)
@pytest.mark.filterwarnings("ignore::femtobragg.FemtobraggWarning")
def test_every_format_of_geometry(make: Make, tmp_path: Path, suffix: str) -> None:
    e = make(rotation_deg=(1, 2, 3), osc_deg=0.5)
    write(tmp_path / f"g{suffix}", e)
    again = Experiment.from_files(geometry=tmp_path / f"g{suffix}", default_F=100, cell=None if suffix != ".geom" else
                                  (70, 80, 90), cells=5)
    assert again.shape == e.shape and again.wavelength_A == pytest.approx(1)
    ours, theirs = e.panels[0], again.panels[0]
    if suffix == ".geom":  # CrystFEL has no rotation of the whole: the laboratory may be another
        assert np.linalg.norm(theirs["origin_m"]) == pytest.approx(np.linalg.norm(ours["origin_m"]), rel=1e-6)
        return
    for name in ("origin_m", "fast_axis", "slow_axis"):
        assert theirs[name] == pytest.approx(ours[name], abs=1e-7)
    assert again.cell == pytest.approx(e.cell) and again.axes_A == pytest.approx(e.axes_A, abs=1e-4)
    assert again.goniometer.range_deg is None  # the file's


def test_images_carry_their_experiment(make: Make, tmp_path: Path) -> None:
    e = make(rotation_deg=(1, 2, 3))
    write(tmp_path / "a.nxs", femtobragg.detector_response(render(e), seed=1), e)
    again = Experiment.from_files(geometry=tmp_path / "a.nxs", default_F=100, cells=5)
    assert again.panels[0]["origin_m"] == pytest.approx(e.panels[0]["origin_m"], abs=1e-9)


def test_frames_of_a_series(program: Callable[..., str], tmp_path: Path) -> None:
    program("simulate", "-default_F", 100, "-cell", 70, 80, 90, "-N", 5, "-detpixels", 32, "-pixel", 1, "-osc", 1,
            "-phisteps", 2, "-frames", 3, "-o", "s.nxs", "-o", "s_#.npy", "-seed", 1, cwd=tmp_path)
    frames = [read(tmp_path / "s.nxs", frame=i) for i in range(3)]
    assert np.array_equal(read(tmp_path / "s.nxs"), frames[0])
    assert not np.array_equal(frames[0], frames[1]) and not np.array_equal(frames[1], frames[2])
    for i, frame in enumerate(frames):
        photons = read(tmp_path / f"s_{i + 1}.npy")
        assert np.abs(frame - photons).mean() < 2 * np.sqrt(photons.mean())
    with pytest.raises(Error, match="no such frame"):
        read(tmp_path / "s.nxs", frame=3)


def test_a_read_image_keeps_what_is_known_in_copies_only(still: Experiment, tmp_path: Path) -> None:
    write(tmp_path / "a.cbf", femtobragg.detector_response(render(still), seed=1), still)
    image = read(tmp_path / "a.cbf")
    assert image.format == "CBF" and image.valid.all() and image.valid.dtype == bool and isinstance(image.notes, list)
    for twin in (image.copy(), copy.deepcopy(image), pickle.loads(pickle.dumps(image))):
        assert same_bytes(twin, image) and same_bytes(twin.valid, image.valid) and twin.format == "CBF"
    assert image[3:].valid is None and isinstance(image.sum(), np.integer)


def test_home_and_paths(still: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    image = render(still)
    write("~/a.npy", image)
    write(Path("b.npy"), image)
    assert np.array_equal(read("~/a.npy"), read("b.npy"))
    assert still.replace(mask_file="~/a.npy").detector.mask_file == str(tmp_path / "a.npy")


@pytest.mark.parametrize("compression", ["gzip", "bslz4", "none"])
def test_frames_are_packed_as_chosen(make: Make, tmp_path: Path, compression: str) -> None:
    e = make()
    image = render(e)
    write(tmp_path / "a.nxs", image, compression=compression)
    assert np.array_equal(read(tmp_path / "a.nxs"), image)
    counts = femtobragg.detector_response(image, seed=1)
    write(tmp_path / "b.nxs", counts, e, compression=compression)
    assert np.array_equal(read(tmp_path / "b.nxs"), counts)


@pytest.mark.parametrize("name, compression", [("a.nxs", "zip"), ("a.npy", "gzip"), ("a.cbf", "gzip"), ("a.nxs", 3)])
def test_other_compressions_are_refused(make: Make, tmp_path: Path, name: str, compression: Any) -> None:
    e = make()
    with pytest.raises(Error, match="compression"):
        write(tmp_path / name, render(e), compression=compression)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("path", ["/nowhere/a.npy", "/nowhere/a.cbf", "/nowhere/a.png", "/nowhere/a.nxs"])
def test_files_that_cannot_be_written(still: Experiment, path: str) -> None:
    with pytest.raises(Error, match="/nowhere/a") as caught:
        write(path, render(still))
    assert caught.value.kind == "runtime"
    with pytest.raises(Error, match="/nowhere/a.expt"):
        write("/nowhere/a.expt", still)


def test_a_refused_image_leaves_the_old_file(still: Experiment, tmp_path: Path) -> None:
    (tmp_path / "a.cbf").write_text("old")
    with pytest.raises(Error, match="shape"):
        write(tmp_path / "a.cbf", np.zeros((3, 3)), still)
    assert (tmp_path / "a.cbf").read_text() == "old"


def test_truth_files_judge_their_arguments(make: Make, tmp_path: Path) -> None:
    image = femtobragg.render(make())
    assert femtobragg.write_truth(tmp_path / "a.csv", image) == len(femtobragg.truth(image)) > 0
    for arguments, words in ((dict(fraction=2), "0 to 1"), (dict(fraction="a"), "fraction"), (dict(image=image), "two")):
        with pytest.raises(femtobragg.Error, match=words):
            femtobragg.write_truth(tmp_path / "b.csv", image, **arguments)
    assert not (tmp_path / "b.csv").exists()


def test_a_series_is_written_with_all_its_frames(make: Make, tmp_path: Path) -> None:
    femtobragg.write(tmp_path / "a.expt", make(range_deg=1, frames=5))
    (scan,) = json.loads((tmp_path / "a.expt").read_text())["scan"]
    assert scan["image_range"] == [1, 5]
