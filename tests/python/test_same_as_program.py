"""The same words give the same bytes in Python and on the command line."""
from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import BENZENE, ROOT, same_bytes

import femtobragg
from femtobragg import Experiment, render

Program = Callable[..., str]
HKL = ROOT / "examples" / "cro" / "cro_2.5A_P1.hkl"
CRO = dict(hkl=HKL, cell=(34.77, 39.17, 48.31))
LYSOZYME: dict[str, Any] = dict(default_F=100, cell=(79, 79, 38))
SMALL: dict[str, Any] = dict(pixels=60, pixel_size_mm=0.5, wavelength_A=1)


def centre(pixels: int) -> dict[str, Any]:
    """Without flags the program's beam is one pixel beyond the middle, that of a scene in the middle."""
    return dict(pixels=pixels, beam_centre_px=(pixels / 2 + 1, pixels / 2 + 1))


#: Commands of the guide and the README (those of large images with fewer pixels), and the same in Python.
COMMANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "still": ("-cell 79 79 38 90 90 90 -misset 10 20 30 -default_F 100 -N 20 -distance 200 -detpixels 100 -pixel 0.3",
              dict(**LYSOZYME, cells=20, misset_deg=(10, 20, 30), distance_mm=200, pixel_size_mm=0.3, **centre(100))),
    "random": ("-cell 79 79 38 -misset random -misset_seed 42 -default_F 100 -N 10 -detpixels 100",
               dict(**LYSOZYME, misset_random=True, misset_seed=42, cells=10, **centre(100))),
    "hkl": (f"-hkl {HKL} -cell 34.77 39.17 48.31 -N 10 -detpixels 100", dict(**CRO, cells=10, **centre(100))),
    "blocks": ("-cell 79 79 38 90 90 90 -misset 10 20 30 -default_F 100 -N 50 -gauss_xtal -crystal_size 0.05 -beamsize "
               "0.02 -flux 1e12 -exposure 0.1 -distance 300 -detpixels 128 -pixel 0.4",
               dict(**LYSOZYME, misset_deg=(10, 20, 30), cells=50, shape="gaussian", whole_size_mm=0.05,
                    beam_size_mm=0.02, flux_per_s=1e12, exposure_s=0.1, distance_mm=300, pixel_size_mm=0.4,
                    **centre(128))),
    "sphere": ("-cell 79 79 38 -default_F 100 -xtalsize 0.0003 -gauss_xtal -crystal_size 0.05 -crystal_form sphere "
               "-beam_profile gaussian -beamsize 0.03 -flux 1e12 -exposure 0.1 -detpixels 100 -pixel 0.1 -distance 300",
               dict(**LYSOZYME, crystal_size_mm=0.0003, shape="gaussian", whole_size_mm=0.05, whole_form="sphere",
                    profile="gaussian", beam_size_mm=0.03, flux=1e12, exposure=0.1, pixel_size_mm=0.1, distance_mm=300,
                    **centre(100))),
    "mosaic": ("-cell 79 79 38 -default_F 100 -N 20 -gauss_xtal -mosaic 0.3 -mosaic_domains 110 -detpixels 100",
               dict(**LYSOZYME, cells=20, shape="gaussian", mosaic_spread_deg=0.3, mosaic_domains=110, **centre(100))),
    "even mosaic": ("-cell 79 79 38 -default_F 100 -N 10 -gauss_xtal -mosaic 0.3 -detpixels 60",
                    dict(**LYSOZYME, cells=10, shape="gaussian", mosaic_spread_deg=0.3, **centre(60))),
    "rotation": ("-cell 79 79 38 -default_F 100 -N 5 -detpixels 60 -osc 1 -phisteps 5",
                 dict(**LYSOZYME, cells=5, osc_deg=1, goniometer_steps=5, **centre(60))),
    "chosen steps": ("-cell 79 79 38 -default_F 100 -N 30 -detpixels 50 -osc 0.5 -divergence 0.5",
                     dict(**LYSOZYME, cells=30, osc_deg=0.5, horizontal_divergence_mrad=0.5,
                          vertical_divergence_mrad=0.5,
                          **centre(50))),
    "bandwidth": ("-cell 79 79 38 -default_F 100 -N 10 -detpixels 60 -pixel 0.5 -lambda 1 -bandwidth 1",
                  dict(**LYSOZYME, cells=10, bandwidth_percent=1, **SMALL | centre(60))),
    "pink": ("-cell 79 79 38 -default_F 100 -N 10 -detpixels 60 -pixel 0.5 -lambda 1 -pink 4:3",
             dict(**LYSOZYME, cells=10, pink_bandwidth_percent=4, pink_tail=3, **SMALL | centre(60))),
    "two colours": ("-cell 79 79 38 -default_F 100 -N 10 -detpixels 60 -pixel 0.5 -lambda 1 -two_colour 50:0.5:0.2",
                    dict(**LYSOZYME, cells=10, two_colour_separation_eV=50, two_colour_ratio=0.5,
                         two_colour_bandwidth_percent=0.2, **SMALL | centre(60))),
    "pulse": ("-cell 79 79 38 -default_F 100 -N 10 -detpixels 60 -pixel 0.5 -lambda 1 -sase bandwidth:0.3,spikes:20 "
              "-seed 4 -shot 2", dict(**LYSOZYME, cells=10, sase_bandwidth_percent=0.3, sase_spikes=20, sase_seed=4,
                                      shot=2,
                                      **SMALL | centre(60))),
    "realistic": ("-cell 79 79 38 -default_F 100 -N 10 -detpixels 60 -pixel 0.5 -lambda 1 -dispersion 0.5 -dispsteps 5 "
                  "-divergence 0.5 -divsteps 3 -water 1 -flux 1e12 -exposure 0.1 -beamsize 0.05 -polar 0.98",
                  dict(**LYSOZYME, cells=10, dispersion_percent=0.5, dispersion_steps=5, horizontal_divergence_mrad=0.5,
                       vertical_divergence_mrad=0.5, horizontal_divergence_steps=3, vertical_divergence_steps=3,
                       water_um=1, flux=1e12, exposure=0.1, beam_size_mm=0.05, beam_polarization=0.98,
                       **SMALL | centre(60))),
    "sensor": ("-cell 79 79 38 -default_F 100 -N 10 -detpixels 60 -pixel 0.5 -sensor Si 450um",
               dict(**LYSOZYME, cells=10, sensor_material="Si", sensor_thickness_um=450, pixel_size_mm=0.5,
                    **centre(60))),
    "model": (f"-model {BENZENE} -detpixels 100 -pixel 0.5 -distance 60 -lambda 0.98 -N 20 -misset random "
              "-misset_seed 3",
              dict(model=BENZENE, pixel_size_mm=0.5, distance_mm=60, wavelength_A=0.98, cells=20, misset_random=True,
                   misset_seed=3, **centre(100))),
    "detector": (f"-model {BENZENE} -detector pilatus-100k -distance 60 -lambda 0.98 -N 20 -misset random "
                 "-misset_seed 3 -oversample 1",
                 dict(model=BENZENE, detector="pilatus-100k", distance_mm=60, wavelength_A=0.98, cells=20,
                      misset_random=True, misset_seed=3, oversample=1,
                      beam_centre_px=(487 / 2 + 1, 195 / 2 + 1))),
    "tolerance": ("-cell 79 79 38 -default_F 100 -N 20 -gauss_xtal -mosaic 0.3 -mosaic_domains 110 -detpixels 200 "
                  "-tolerance 1e-6", dict(**LYSOZYME, cells=20, shape="gaussian", mosaic_spread_deg=0.3,
                                          mosaic_domains=110, **centre(200)))}


@pytest.mark.parametrize("name", COMMANDS)
def test_same_image(program: Program, tmp_path: Path, name: str) -> None:
    flags, words = COMMANDS[name]
    out = program("simulate", *flags.split(), "-o", "a.npy", cwd=tmp_path)
    e = Experiment.from_files(**words)
    image = render(e, tolerance=1e-6 if name == "tolerance" else 0)
    if name == "detector":  # flags give its beam centre in mm: the panel's origin is rounded otherwise, by 1e-17 m
        assert np.abs(image - np.load(tmp_path / "a.npy")).max() < 1e-12 * image.max()
    else:
        assert same_bytes(image, np.load(tmp_path / "a.npy"))
    assert image.any() and f"computed by {image.summary['ran_on']}" in out
    solid_angle = re.search(r"solid angle of the detector: (\S+) sr", out)
    assert solid_angle and float(solid_angle[1]) == pytest.approx(image.summary["solid_angle_sr"], rel=1e-4)


@pytest.mark.parametrize("name", ["hkl", "mosaic", "realistic", "detector", "pulse"])
def test_same_image_of_a_scene(program: Program, tmp_path: Path, name: str) -> None:
    e = Experiment.from_files(**COMMANDS[name][1])
    e.to_scene(tmp_path / "a.toml")
    program("simulate", "a.toml", "-o", "a.npy", "-save_scene", "b.toml", cwd=tmp_path)
    assert same_bytes(render(e), np.load(tmp_path / "a.npy"))
    assert same_bytes(render(Experiment.from_scene(tmp_path / "b.toml")), np.load(tmp_path / "a.npy"))


def test_same_frames(program: Program, tmp_path: Path) -> None:
    flags, words = COMMANDS["rotation"]
    program("simulate", *flags.split(), "-frames", 3, "-o", "s_#.npy", cwd=tmp_path)
    e = Experiment.from_files(**words, frames=3)
    for i in range(3):
        assert same_bytes(render(e.frame(i)), np.load(tmp_path / f"s_{i + 1}.npy"))


@pytest.mark.parametrize("device, number_type", [("reference", "float64"), ("cpu", "float32"), ("cpu", "float64")])
def test_same_device_and_number_type(program: Program, tmp_path: Path, device: str, number_type: str) -> None:
    flags, words = COMMANDS["rotation"]
    out = program("simulate", *flags.split(), "-device", device, "-dtype", number_type, "-o", "a.npy", cwd=tmp_path)
    image = render(Experiment.from_files(**words), device=device, number_type=number_type)
    assert same_bytes(image, np.load(tmp_path / "a.npy")) and f"computed by {image.summary['ran_on']}" in out


@pytest.mark.parametrize("mosaic, words", [
    ("", {}), ("-mosaic 0.5 -mosaic_domains 7", dict(mosaic_spread_deg=0.5, mosaic_domains=7)),
    ("-mosaic 0.5", dict(mosaic_spread_deg=0.5)),
    ("-misset random -misset_seed 5", dict(misset_random=True, misset_seed=5))])
def test_same_counts(program: Program, tmp_path: Path, mosaic: str, words: dict[str, Any]) -> None:
    program("simulate", *f"-cell 70 80 90 -default_F 100 -N 5 -detpixels 64 -pixel 0.5 {mosaic} -seed 7 -adc 0".split(),
            "-noisefile", "a.img", "-o", "a.cbf", "-o", "a.npy", cwd=tmp_path)
    e = Experiment.from_files(default_F=100, cell=(70, 80, 90), cells=5, pixel_size_mm=0.5, **words, **centre(64))
    image = render(e)
    assert same_bytes(image, np.load(tmp_path / "a.npy"))
    counts = femtobragg.detector_response(image, seed=7)
    assert counts.max() > 100 and np.array_equal(counts, femtobragg.read(tmp_path / "a.cbf"))
    assert np.array_equal(counts, femtobragg.read(tmp_path / "a.img"))


def test_same_truth(program: Program, tmp_path: Path) -> None:
    flags, words = COMMANDS["realistic"]
    program("simulate", *flags.split(), "-o", "a.npy", "-truth", "a.csv", cwd=tmp_path)
    rows = list(csv.DictReader(line for line in (tmp_path / "a.csv").open() if not line.startswith("#")))
    table = femtobragg.truth(render(Experiment.from_files(**words)))
    assert len(rows) == len(table) > 10
    for column in ("h", "k", "l", "panel"):
        assert [int(row[column]) for row in rows] == table[column].tolist()
    shared = [c for c in rows[0] if c in table.dtype.names and c not in ("h", "k", "l", "panel")]
    assert {"photons", "sigma", "background", "pixels"} <= set(shared)
    for column in shared:
        assert [float(row[column]) for row in rows] == pytest.approx(table[column].tolist(), rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("name", ["mosaic", "chosen steps", "realistic"])
def test_same_sampling_report(program: Program, tmp_path: Path, name: str) -> None:
    flags, words = COMMANDS[name]
    told = json.loads(program("explain", "--json", "--sampling", "--", *flags.split(), cwd=tmp_path))
    report = Experiment.from_files(**words).sampling_report
    assert report["accuracy"] == told["accuracy"] and report["error"] == pytest.approx(told["error"], rel=1e-9)
    renamed = [{("change_if_doubled" if k == "change" else k): v for k, v in s.items()} for s in report["spreads"]]
    assert [s["part"] for s in renamed] and len(renamed) == len(told["spreads"])
    for ours, theirs in zip(renamed, told["spreads"]):
        assert {k: ours[k] for k in ("field", "part", "count", "given")} == {k: theirs[k] for k in (
            "field", "part", "count", "given")}
        assert ours["error"] == pytest.approx(theirs["error"], rel=1e-9)


def test_same_picture(program: Program, tmp_path: Path) -> None:
    flags, words = COMMANDS["still"]
    program("simulate", *flags.split(), "-o", "a.png", "-png_colours", "sea", "-png_bar", cwd=tmp_path)
    image = render(Experiment.from_files(**words))
    femtobragg.write(tmp_path / "b.png", image, colours="sea", bar=True)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
