"""What callers can do wrong: each an error that names the argument, in one line of plain words; never a crash."""
from __future__ import annotations

import gzip
import os
import pickle
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import STILL, python, same_bytes

import femtobragg
from femtobragg import (Beam, Crystal, Detector, Error, Experiment, Goniometer, Lattice, Panel, Sensor, Series,
                        Simulation, Source, StructureFactors, detector_response, jacobian, jvp, least_squares_problem,
                        orient, parameters, picture, read, refine, render, render_many, smooth_background, truth, vjp, write)

NAN, INF = float("nan"), float("inf")


class Here:
    """What the cases refer to, made when the first one needs it."""

    def __init__(self) -> None:
        self.kept = tempfile.TemporaryDirectory()
        self.folder = Path(self.kept.name)
        self.e = Experiment.from_files(**STILL)
        self.image = render(self.e)
        self.array = np.array(self.image)
        np.save(self.folder / "x.npy", self.array)
        write(self.folder / "x.cbf", detector_response(self.image, seed=1), self.e)

    def file(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def part_of(self, name: str, size: int) -> Path:
        return self.file("part." + name, (self.folder / name).read_bytes()[:size])


#: Arguments that differ from a good experiment's, and what the message says.
ARGUMENTS: list[tuple[dict[str, Any], str]] = [
    (dict(misset=1), "no argument 'misset'; did you mean misset_deg?"),
    (dict(wavelenght_A=1), "did you mean wavelength_A?"),
    (dict(pixel_size=1), "did you mean pixel_size_mm?"), (dict(distance=1), "did you mean distance_mm?"),
    (dict(detectr="x"), "did you mean detector?"), (dict(size_mm=3), "beam_size_mm or crystal_size_mm"),
    (dict(zzz=1), "no argument 'zzz'"), (dict(steps=2), "Goniometer(steps): steps have no range"),
    (dict(detector="pilatus"), "unknown detector; got 'pilatus'; similar names are pilatus-100k"),
    (dict(detector=3), "Detector(name) must be a string; got 3"), (dict(detector=Beam()), "must be a Detector"),
    (dict(beam=3), "from_files(beam) must be a Beam; got 3"), (dict(crystal=Crystal), "must be a Crystal"),
    (dict(misset_deg="10"), "Crystal(misset_deg) must be a list of 3 numbers; got '10'"),
    (dict(misset_deg=10), "Crystal(misset_deg) must be a list of 3 numbers; got 10"),
    (dict(misset_deg=(1, 2)), "(1, 2)"),
    (dict(misset_deg=[1, 2, "3"]), "Crystal(misset_deg[2]) must be a number; got '3'"),
    (dict(misset_deg=[[1, 2, 3]]), "a list of 3 numbers; got [[1, 2, 3]]"),
    (dict(misset_deg=(1, 2, NAN)), "Crystal(misset_deg) must be finite; got nan"),
    (dict(misset_deg=np.zeros((3, 3))), "an array of float64, shape (3, 3)"),
    (dict(misset_deg=np.array(1.0)), "list of 3"),
    (dict(misset_deg=np.array([1, 2, 3j])), "must be an array of numbers; got an array of complex128"),
    (dict(misset_deg=np.array([1, 2, None])), "an array of object"), (dict(misset_deg={1: 2}), "got {1: 2}"),
    (dict(misset_deg={1, 2, 3}), "Crystal(misset_deg) must be"), (dict(misset_deg=True), "got True"),
    (dict(misset_deg=[]), "got []"), (dict(misset_deg=iter([1, 2, 3])), "Crystal(misset_deg) must be"),
    (dict(misset_deg=(1, None, 3)), "Crystal(misset_deg[1])"),
    (dict(misset_deg=(1, True, 3)), "Crystal(misset_deg[1])"),
    (dict(cell=(1, 2)), "Crystal(cell) must be three edges in angstrom"), (dict(cell=()), "got ()"),
    (dict(cell=5), "got 5"),
    (dict(cell=(70, 80, 90, 90, 90)), "Crystal(cell)"), (dict(cell="no.cell"), "cannot read the unit cell"),
    (dict(cell=(70, 80, 90, 10, 10, 170)), "its edges and angles do not form a cell"),
    (dict(cell=(70, 80, -90)), "Crystal(cell_edges_A[2]) must be above zero; got -90.0"),
    (dict(cell=(0, 8, 9)), "above zero"),
    (dict(cell=(70, 80, INF)), "Crystal(cell): a number is not finite"), (dict(cell=object()), "Crystal(cell) must be"),
    (dict(cell=("70", "80", "90")), "Crystal(cell) must be"), (dict(cell=(70j, 80, 90)), "Crystal(cell) must be"),
    (dict(cell=None), "a crystal (Crystal(cell_edges_A) or"), (dict(cell=(True, True, True)), "Crystal(cell) must be"),
    (dict(cells=0), "Crystal(cells) must be at least 1; got 0"), (dict(cells=-3), "got -3"),
    (dict(pixels=(-3, 4)), "Detector(pixels[0]) must be at least 1; got -3"),
    (dict(cells=2.5), "whole number"),
    (dict(cells="5"), "Crystal(cells)"), (dict(cells=True), "got True"), (dict(cells=(1, 2)), "list of 3 numbers"),
    (dict(cells=10**30), "below 2^53"), (dict(cells=1j), "Crystal(cells)"),
    (dict(cells=(5, 0, 5)), "Crystal(cells[1])"),
    (dict(pixels=0), "Detector(pixels) must be at least 1"), (dict(pixels=-5), "got -5"),
    (dict(pixels=(10,)), "2 numbers"),
    (dict(pixels=1.5), "whole number"), (dict(pixels="many"), "Detector(pixels)"),
    (dict(pixels=(2**70, 1)), "Detector(pixels"),
    (dict(pixel_size_mm=0), "Detector(pixel_size_mm) must be above zero"), (dict(pixel_size_mm=-1), "got -1"),
    (dict(pixel_size_mm="1"), "must be a number; got '1'"), (dict(pixel_size_mm=[1]), "must be a number"),
    (dict(pixel_size_mm=INF), "Detector(pixel_size_mm) must be finite"), (dict(pixel_size_mm=True), "must be a number"),
    (dict(pixel_size_um=10), "pixel_size_mm already gives it"), (dict(distance_mm=0), "above zero"),
    (dict(distance_mm=-100), "Detector(distance_mm)"), (dict(distance_mm=1e400), "finite"),
    (dict(beam_centre_px=(1,)), "Detector(beam_centre_px)"), (dict(rotation_deg=(1, 2)), "Detector(rotation_deg)"),
    (dict(wavelength_A=0), "Beam(wavelength_A) must be above zero"),
    (dict(wavelength_A="Cu"), "must be a number; got 'Cu'"),
    (dict(energy_eV=1000), "Beam(wavelength_A): two arguments contradict"),
    (dict(wavelength_A=None, energy_eV=0), "energy_eV"),
    (dict(shape="round"), "one of parallelepiped, ellipsoid, gaussian, tophat; got 'round'"),
    (dict(shape="Gaussian"), "did you mean 'gaussian'?"), (dict(shape=3), "must be a string; got 3"),
    (dict(profile="x"), "Beam(profile) must be one of flat, gaussian"),
    (dict(spectrum_unit="MeV"), "did you mean 'eV'?"),
    (dict(beam_polarization=2), "Beam(polarization)"), (dict(dispersion_percent=-1), "at least 0; got -1"),
    (dict(fluence_per_m2=-1), "Beam(fluence_per_m2)"), (dict(flux_per_s="a"), "Beam(flux_per_s)"),
    (dict(exposure_s=-1), "Beam(exposure_s)"), (dict(beam_size_mm=-1), "Beam(size_mm)"),
    (dict(oversample=-1), "Sampling(oversample)"), (dict(accuracy=0), "from 1e-09 to 1; got 0"),
    (dict(accuracy=2), "got 2"),
    (dict(d_min_A=-1), "Sampling(d_min_A)"), (dict(mosaic_domains=0), "Crystal(mosaic_domains)"),
    (dict(mosaic_spread_deg=-1), "at least 0"), (dict(mosaic_seed=2**70), "Crystal(mosaic_seed)"),
    (dict(mosaic_seed=1.5), "whole number"), (dict(misset_random="yes"), "must be True or False; got 'yes'"),
    (dict(misset_random=True), "two arguments contradict"), (dict(misset_seed=3), "Crystal(misset_seed)"),
    (dict(osc_deg=NAN), "Goniometer(range_deg) must be finite"), (dict(osc_deg="1"), "must be a number; got '1'"),
    (dict(goniometer_steps=0), "Goniometer(steps)"),
    (dict(goniometer_axis=(0, 0, 0)), "its axis must be a unit vector"),
    (dict(frames=0), "Series(frames) must be from 1"), (dict(frames=10**12), "Series(frames)"),
    (dict(water_um=-1), "Background(water_um)"), (dict(default_F=NAN), "StructureFactors(default_F_e)"),
    (dict(default_F=-5), "at least 0; got -5"), (dict(default_F="a"), "must be a number"),
    (dict(default_F=1j), "default_F_e"),
    (dict(hkl="no.hkl"), "cannot read the reflection list"), (dict(hkl="/tmp"), "it is a folder"),
    (dict(hkl=[[1, 2, 3]]), "Miller indices and amplitudes belong together"),
    (dict(amplitudes_e=[1]), "belong together"),
    (dict(hkl=[[1, 2]], amplitudes_e=[1]), "StructureFactors(hkl) must be of shape (n, 3)"),
    (dict(hkl=[[1, 2, 3]], amplitudes_e=[1, 2]), "StructureFactors(amplitudes_e) must be of shape (1,)"),
    (dict(hkl=[[1, 2, 3.5]], amplitudes_e=[1]), "an array of whole numbers"),
    (dict(hkl=[[1, 2, 3]], amplitudes_e=["a"]), "StructureFactors(amplitudes_e)"),
    (dict(hkl=[[1, 2, 3]], amplitudes_e=[NAN]), "not finite"),
    (dict(hkl=[[1, 2, 3]], amplitudes_e=[-1]), "zero or above"),
    (dict(hkl=[[1, 2, 3]], amplitudes_e=[1j]), "StructureFactors(amplitudes_e)"),
    (dict(hkl=[], amplitudes_e=[]), "hkl"),
    (dict(hkl=np.zeros((0, 3), int), amplitudes_e=[]), "StructureFactors(hkl)"), (dict(hkl=5, amplitudes_e=5), "hkl"),
    (dict(hkl=[[2**40, 2, 3]], amplitudes_e=[1]), "impossible index ranges"),
    (dict(structure_factors=3), "file) must be a path"),
    (dict(model="no.pdb"), "cannot read the atomic model"), (dict(model="/tmp"), "it is a folder"),
    (dict(model=3), "StructureFactors(model) must be a path; got 3"), (dict(model="a\0b"), "without zero bytes"),
    (dict(mask=[1, 2]), "Detector(mask) must be of shape (slow, fast)"), (dict(mask="x"), "mask_file takes a path"),
    (dict(mask=np.zeros((3, 3))), "the detector's image has 32 x 32 pixels"),
    (dict(mask=[[1, 2], [3]]), "Detector(mask)"),
    (dict(mask=np.zeros((32, 32), complex)), "array of complex128"),
    (dict(mask=np.zeros((32, 32), object)), "array of object"),
    (dict(mask=np.ones((32, 32)), mask_file="x"), "Detector(mask): two arguments"),
    (dict(mask_file="no.npy"), "no.npy"),
    (dict(spectrum=[1, 2]), "Beam(spectrum) must be of shape (n, 2)"), (dict(spectrum=[]), "(n, 2)"),
    (dict(spectrum=[[-1, 1]]), "Beam(spectrum): energies must be positive"),
    (dict(spectrum=[[12400, 0]]), "Beam(spectrum)"),
    (dict(spectrum=[[12400, NAN]]), "not finite"), (dict(spectrum="x"), "spectrum_file takes a path"),
    (dict(orientation=np.eye(3)), "Crystal(orientation): two arguments"),
    (dict(misset_deg=None, orientation=np.eye(2)), "must be one rotation"),
    (dict(misset_deg=None, orientation=-np.eye(3)), "of determinant 1"),
    (dict(misset_deg=None, orientation="x"), "orientation"),
    (dict(sensor="Si"), "Detector(sensor) must be a Sensor; got 'Si'"),
    (dict(sensor_material="Si"), "Sensor(thickness_mm)"),
    (dict(sensor_thickness_um=-1), "Sensor(thickness_um) must be above zero"),
    (dict(sensor_layers=0), "Sensor(layers)"),
    (dict(panels=3), "Detector(panels) must be a list of Panel, at least one"),
    (dict(panels=[]), "at least one; got []"),
    (dict(panels=[Panel()]), "Detector(panels[0]): an argument is missing; each must have pixels"),
    (dict(sources=[]), "Beam(sources)"), (dict(sources=[Source()]), "Beam(sources[0]): an argument is missing"),
    (dict(lattices=[]), "Crystal(lattices)"), (dict(lattices=[Lattice()]), "several crystals are described twice"),
    (dict(geometry="no.expt"), "Detector(file)"), (dict(geometry="/tmp", distance_mm=None, pixels=None,
                                                                 pixel_size_mm=None), "/tmp")]

Case = tuple[Callable[[Here], object], str]
#: Calls, and what the message says.
CALLS: list[Case] = [
    (lambda h: Crystal(5), "Crystal takes arguments by name"), (lambda h: Crystal(cels=3), "did you mean cells?"),
    (lambda h: Detector(sensor={}), "must be a Sensor"), (lambda h: Panel(pixels="a"), "Panel(pixels)"),
    (lambda h: Panel(origin_mm=(1, 2, NAN)), "Panel(origin_mm) must be finite"),
    (lambda h: Lattice(weight=-1), "Lattice(weight)"),
    (lambda h: Source(direction=(1, 2)), "Source(direction) must be"), (lambda h: Series(frames="3"), "Series(frames)"),
    (lambda h: Panel(fast=(1, 2)), "Panel(fast) must be a list of 3 numbers"),
    (lambda h: Panel(window=(-30, 0)), "Panel(window) must be a whole number from 0 up"),
    (lambda h: Sensor(surface=1), "Sensor(surface)"),
    (lambda h: StructureFactors(method="x"), "StructureFactors(method)"),
    (lambda h: Goniometer(axis="x"), "Goniometer(axis)"),
    (lambda h: h.e.replace(beam=Beam(sources=[Source(direction=(-1, 0, 0), wavelength_A=-1)])), "wavelength"),
    (lambda h: Experiment(), "nothing to render"),
    (lambda h: Experiment(detector=3), "Experiment(detector) must be a Detector"),
    (lambda h: Experiment.from_scene("no.toml"), "cannot read the scene"),
    (lambda h: Experiment.from_scene(3), "must be a path"),
    (lambda h: Experiment.from_scene("/tmp"), "'/tmp'"),
    (lambda h: Experiment.from_scene(h.file("a.toml", b"[x")), "not TOML"),
    (lambda h: Experiment.from_scene(h.file("a.json", b"{")), "not JSON"),
    (lambda h: Experiment.from_scene(h.file("b.toml", b"[crystal]\ncel=3")), "crystal.cel in line 2"),
    (lambda h: Experiment.from_scene(h.file("a.txt", b"")), "unknown type of scene"),
    (lambda h: h.e.to_scene(h.folder / "a.txt"), ".toml or .json"),
    (lambda h: h.e.to_scene("/nowhere/a.toml"), "no such folder"),
    (lambda h: h.e.to_scene(3), "to_scene(path)"), (lambda h: h.e.replace(nope=1), "replace has no argument 'nope'"),
    (lambda h: h.e.replace(misset_deg="a"), "Crystal(misset_deg)"),
    (lambda h: h.e.replace(crystal=None), "nothing to render"),
    (lambda h: h.e.frame(-1), "frame(number)"), (lambda h: h.e.frame(1), "the series has 1 frame; got 1"),
    (lambda h: h.e.frame(1.5), "frame(number)"), (lambda h: h.e.frame("a"), "frame(number)"),
    (lambda h: h.e.frame(True), "frame"),
    (lambda h: h.e.with_parameters(misset=1), "misset_x or misset_y or misset_z"),
    (lambda h: h.e.with_parameters(misset_xx=1), "did you mean misset_x?"),
    (lambda h: h.e.with_parameters(misset_x="a"), "with_parameters(misset_x) must be a finite number; got 'a'"),
    (lambda h: h.e.with_parameters(misset_x=NAN), "with_parameters(misset_x)"),
    (lambda h: h.e.with_parameters(misset_x=[1, 2]), "with_parameters(misset_x)"),
    (lambda h: h.e.with_parameters(3), "mapping"),
    (lambda h: h.e.with_parameters({3: 0}), "mapping from names"), (lambda h: h.e.with_parameters(cell_a=-5), "cell_a"),
    (lambda h: h.e.with_parameters(fluence=-1), "fluence"), (lambda h: h.e.shap, "did you mean shape?"),
    (lambda h: h.e.crystal.misset, "did you mean misset_deg?"),
    (lambda h: setattr(h.e, "cell", 1), "cannot be changed"),
    (lambda h: render(3), "must be a femtobragg.Experiment; got 3"), (lambda h: render(None), "got None"),
    (lambda h: render(h.e, dtype=int), "dtype must be float32 or float64"), (lambda h: render(h.e, dtype="x"), "dtype"),
    (lambda h: render(h.e, dtype=np.dtype(">f4")), "dtype"), (lambda h: render(h.e, dtype=object()), "dtype"),
    (lambda h: render(h.e, device="gpu"), "unknown device; got 'gpu'"),
    (lambda h: render(h.e, device=3), "device must be one of"),
    (lambda h: render(h.e, device=None), "device must be one of"), (lambda h: render(h.e, device=""), "unknown device"),
    (lambda h: render(h.e, number_type="half"), "number_type must be one of float64, float32; got 'half'"),
    (lambda h: render(h.e, number_type=3), "number_type"), (lambda h: render(h.e, number_type=""), "number_type"),
    (lambda h: render(h.e, tolerance=-1), "tolerance must be a number from 0"),
    (lambda h: render(h.e, tolerance=1), "got 1"),
    (lambda h: render(h.e, tolerance=NAN), "tolerance"), (lambda h: render(h.e, tolerance="a"), "tolerance"),
    (lambda h: render(h.e, tolerance=None), "tolerance"), (lambda h: render(h.e, tolerance=True), "tolerance"),
    (lambda h: render(h.e, threads=-1), "threads must be a whole number from 0"),
    (lambda h: render(h.e, threads=2**40), "threads"),
    (lambda h: render(h.e, threads=1.5), "threads"), (lambda h: render(h.e, threads="two"), "threads"),
    (lambda h: render(h.e, threads=True), "threads"),
    (lambda h: render(h.e, progress=3), "progress must be True, False, or"),
    (lambda h: Simulation(3), "Simulation(experiment) must be"),
    (lambda h: Simulation(h.e).update(3), "Simulation.update"),
    (lambda h: Simulation(h.e).render(progress="yes"), "progress"),
    (lambda h: render_many(3), "render_many(experiments)"),
    (lambda h: render_many(h.e), "must be an iterable"), (lambda h: list(render_many([3])), "render_many(experiments)"),
    (lambda h: render_many([h.e], threads=-1), "threads"), (lambda h: render_many([h.e], threads=1.5), "threads"),
    (lambda h: render_many([h.e], dtype=int), "dtype"), (lambda h: render_many([h.e], device="x"), "unknown device"),
    (lambda h: detector_response(3), "this array has no experiment"),
    (lambda h: detector_response(h.image, 3), "detector_response(experiment) must be"),
    (lambda h: detector_response(h.array), "experiment=..."),
    (lambda h: detector_response(np.zeros((2, 2)), h.e), "(32, 32)"),
    (lambda h: detector_response(np.zeros((32, 32, 1)), h.e), "got (32, 32, 1)"),
    (lambda h: detector_response(5, h.e), "shape"),
    (lambda h: detector_response(np.zeros((32, 32), complex), h.e), "detector_response(image)"),
    (lambda h: detector_response("x", h.e), "detector_response(image)"),
    (lambda h: detector_response(h.image, seed=0),
     "detector_response(seed) must be a whole number from 1 to 2147483646; got 0"),
    (lambda h: detector_response(h.image, seed=2**31), "seed"),
    (lambda h: detector_response(h.image, seed=1.5), "seed"),
    (lambda h: detector_response(h.image, seed="a"), "seed"), (lambda h: detector_response(h.image, seed=True), "seed"),
    (lambda h: detector_response(h.image, gain=0), "detector_response(gain) must be a number above zero; got 0"),
    (lambda h: detector_response(h.image, gain=NAN), "gain"), (lambda h: detector_response(h.image, gain="x"), "gain"),
    (lambda h: detector_response(h.image, offset=INF), "offset"),
    (lambda h: detector_response(h.image, noise="no"), "noise"),
    (lambda h: truth(3), "truth(experiment) must be"), (lambda h: truth(h.array), "or an image of render"),
    (lambda h: truth(h.image, h.array), "two images"), (lambda h: truth(h.e, np.zeros((3, 3))), "(32, 32)"),
    (lambda h: truth(h.e, "x"), "truth(image)"),
    (lambda h: truth(h.e, fraction=-1), "truth(fraction) must be a number from 0"),
    (lambda h: truth(h.e, fraction=NAN), "truth(fraction)"), (lambda h: truth(h.e, fraction="a"), "truth(fraction)"),
    (lambda h: truth(h.e, kind="xml"), "truth(kind) must be one of array, pandas"),
    (lambda h: truth(h.e, tolerance=2), "tolerance"),
    (lambda h: picture(h.array), "experiment"), (lambda h: picture(h.image, colours="rainbow"), "one of grey, ink"),
    (lambda h: picture(h.image, colours=3), "picture(colours)"),
    (lambda h: picture(h.image, rings="x"), "picture(rings)"),
    (lambda h: picture(h.image, longest_edge=-1), "longest_edge"),
    (lambda h: picture(h.image, longest_edge=1.5), "longest_edge"),
    (lambda h: picture(np.zeros((3, 3)), h.e), "(32, 32)"), (lambda h: h.image.T.panels, "experiment"),
    (lambda h: read("no.npy"), "cannot read the image 'no.npy'"), (lambda h: read("/tmp"), "it is a folder"),
    (lambda h: read(3), "read(path) must be a path; got 3"), (lambda h: read(None), "read(path)"),
    (lambda h: read(""), "read(path)"),
    (lambda h: read("a\0b"), "without zero bytes"), (lambda h: read(h.file("a.cbf", b"")), "not an image"),
    (lambda h: read(h.file("b.cbf", b"hello")), "not an image"), (lambda h: read(h.file("a.tif", b"II*\0")), "TIFF"),
    (lambda h: read(h.part_of("x.npy", 50)), "part.x.npy"), (lambda h: read(h.part_of("x.npy", 400)), "part.x.npy"),
    (lambda h: read(h.part_of("x.cbf", 1000)), "part.x.cbf"), (lambda h: read(h.part_of("x.cbf", 1500)), "part.x.cbf"),
    (lambda h: read(h.file("a.h5", b"\x89HDF\r\n\x1a\n")), "a.h5"),
    (lambda h: read(h.file("a.gz", gzip.compress(b"x")[:12])), "a.gz"),
    (lambda h: read(h.folder / "x.npy", frame=-1), "read(frame)"),
    (lambda h: read(h.folder / "x.npy", frame=1), "no such frame"),
    (lambda h: read(h.folder / "x.npy", frame="a"), "read(frame)"),
    (lambda h: read(h.folder / "x.npy", frame=2**70), "read(frame)"),
    (lambda h: write(h.folder / "a.xyz", h.image), "unknown image format"),
    (lambda h: write(h.folder / "a", h.image), "no suffix"),
    (lambda h: write(3, h.image), "write(path)"), (lambda h: write(None, h.image), "write(path)"),
    (lambda h: write(h.folder, h.image), "unknown image format"),
    (lambda h: write("/nowhere/a.npy", h.image), "/nowhere/a.npy"),
    (lambda h: write("/nowhere/a.cbf", h.image), "/nowhere/a.cbf"),
    (lambda h: write("/proc/a.npy", h.image), "/proc/a.npy"),
    (lambda h: write(h.folder / "a.npy", 3, h.e), "write(image) must be of shape"),
    (lambda h: write(h.folder / "a.npy", "x", h.e), "write(image)"),
    (lambda h: write(h.folder / "a.npy", np.zeros((32, 32), complex), h.e), "write(image)"),
    (lambda h: write(h.folder / "a.cbf", np.zeros((3, 3)), h.e), "write(image) must be of shape (slow, fast) (32, 32)"),
    (lambda h: write(h.folder / "a.cbf", np.full((32, 32), 2**40), h.e), "32 bits"),
    (lambda h: write(h.folder / "a.cbf", h.array), "experiment"),
    (lambda h: write(h.folder / "a.cbf", h.image, 3), "write(experiment)"),
    (lambda h: write(h.folder / "a.png", h.image, colour="grey"), "did you mean colours?"),
    (lambda h: write(h.folder / "a.npy", h.image, rings=True), "only pictures"),
    (lambda h: write(h.folder / "a.npy", h.e), "unknown geometry format"),
    (lambda h: write(h.folder / "a.expt", h.image), "format"),
    (lambda h: parameters(3), "must be a femtobragg.Experiment"),
    (lambda h: jacobian(h.e, "nope"), "unknown parameter; got 'nope'"),
    (lambda h: jacobian(h.e, "mosaic_spread"), "the crystal has no mosaic spread"),
    (lambda h: jacobian(h.e.replace(shape="tophat"), "misset"), "sharp edge"), (lambda h: jacobian(h.e, [3]), "names"),
    (lambda h: jacobian(h.e, ["misset"], values=[1]), "values"),
    (lambda h: jacobian(h.e, ["misset"], device="x"), "device"),
    (lambda h: vjp(h.e, "misset", np.zeros((3, 3))), "(32, 32)"), (lambda h: jvp(h.e, "misset", [1]), "direction"),
    (lambda h: least_squares_problem(h.e, "misset", np.zeros((3, 3))), "(32, 32)"),
    (lambda h: least_squares_problem(h.e, "misset", h.array, sigma=0), "sigma"),
    (lambda h: refine([], h.e, "misset"), "targets"),
    (lambda h: refine(h.image, 3, "misset"), "experiment"),
    (lambda h: refine(h.image, h.e, "nope"), "unknown parameter"),
    (lambda h: refine(h.image, h.e, "misset", loss="l1"), "loss"),
    (lambda h: refine(np.zeros((3, 3)), h.e, "misset"), "shape"),
    (lambda h: refine(h.image, h.e, "misset", pixels="some"), "pixels"),
    (lambda h: refine(h.image, h.e, "misset", background="round"), "unknown form of a background"),
    (lambda h: refine(h.image, h.e, "misset", background=3), "a form such as"),
    (lambda h: smooth_background(h.image, h.e, "polynomial:9"), "from 0 to 8"),
    (lambda h: smooth_background(h.image, 3), "must be a femtobragg.Experiment"),
    (lambda h: smooth_background(np.zeros((3, 3)), h.e), "shape"),
    (lambda h: refine(np.full((32, 32), NAN), h.e, "misset"), "no pixel of the image is usable"),
    (lambda h: orient(np.zeros((32, 32)), h.e), "no signal"), (lambda h: orient(h.image, 3), "experiment")]

CASES: list[Case] = [(lambda h, words=words: Experiment.from_files(**{**STILL, **words}), text) for words,
                     text in ARGUMENTS] + CALLS
_here: list[Here] = []


def refused(case: Case) -> str:
    """The message of a case."""
    if not _here:
        _here.append(Here())
    with pytest.raises((Error, AttributeError)) as caught, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case[0](_here[0])
    return str(caught.value)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: f"{i} {CASES[i][1]}"[:50].replace("\0", ""))
def test_refused_with_a_message_that_says_why(number: int) -> None:
    message = refused(CASES[number])
    assert CASES[number][1] in message
    assert "\n" not in message and message.count("did you mean") <= 1
    for word in ("incompatible function", "_core", "Unable to cast", " of ;", " ,", ";;", "None of"):
        assert word not in message


def test_all_of_them_in_one_process_that_ends_well() -> None:
    assert len(CASES) > 200
    out = python("import test_bad_input as t\nprint(sum(t.refused(case) != '' for case in t.CASES))", timeout=90)
    assert out.strip() == str(len(CASES))


HUGE = {
    "image": "render(make(pixels=(100000, 10000)))", "window": "make(pixels=(10**9, 10**9))",
    "double": "render(make(pixels=30000), dtype=float)", "table":
    "make(hkl=[[9000, 0, 0], [-9000, 900, 900]], amplitudes_e=[1, 1])",
    "domains": "make(mosaic_spread_deg=1, mosaic_domains=10**11)",
    "mask": "make(pixels=60000).mask", "resolution": "make(pixels=60000).resolution_A", "picture":
    "femtobragg.picture(render(make()), longest_edge=10**6)"}


@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the address sanitizer needs all addresses")
@pytest.mark.parametrize("what", HUGE)
def test_what_no_memory_holds(what: str) -> None:
    out = python(f"""if True:
        import resource
        import femtobragg
        from femtobragg import Experiment, render
        from conftest import STILL
        def make(**changes):
            return Experiment.from_files(**{{**STILL, **changes}})
        render(make())
        resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
        try:
            {HUGE[what]}
        except (femtobragg.Error, MemoryError) as error:
            print("refused", error)
        assert render(make()).any()
        """, timeout=30)
    assert out.startswith("refused")


@pytest.mark.parametrize("content", [
    b"", b"garbage", pickle.dumps(3)[:-1], pickle.dumps(Crystal(cells=5))[:-20], b"\x80\x04."])
def test_garbage_for_pickles(content: bytes) -> None:
    with pytest.raises((pickle.UnpicklingError, EOFError, IndexError, ValueError, KeyError)):
        pickle.loads(content)


def test_pickles_with_other_contents_are_refused() -> None:
    make, arguments = Crystal(cells=5).__reduce__()[:2]
    for changed in ((Crystal, None, {}, {}), (Crystal, "0", {}, {}), (Crystal, 3, {}, {})):
        with pytest.raises(Error, match="pickled by another version"):
            make(*changed)
    with pytest.raises(Error, match=r"Crystal\(cells\)"):
        make(arguments[0], arguments[1], {"cells": -1}, {})


def test_any_memory_order_and_number_type_of_arrays_is_right(still: Experiment) -> None:
    image = np.asarray(render(still))
    forms = [np.asfortranarray(image), image.astype(">f4"), image.astype(">f8"), np.repeat(image, 2, 1)[:, ::2],
             image[::-1][::-1], image.T.copy().T, image.tolist(), image.astype(np.longdouble)]
    wanted = detector_response(image, still, seed=1)
    for form in forms:
        assert same_bytes(detector_response(form, still, seed=1), wanted)
        assert np.array_equal(truth(still, form), truth(still, image))
        assert picture(form, still) == picture(image, still)
    mask = np.random.default_rng(1).random((32, 32)) > 0.5
    e = still.replace(mask=mask)
    for other in (np.asfortranarray(mask), mask.astype(">i4"), mask.astype(float), mask.tolist(),
                  np.repeat(mask, 2, 0)[::2]):
        assert still.replace(mask=other) == e
    hkl, values = np.argwhere(np.ones((5, 5, 5))) - 2, np.arange(125.0)
    f = still.replace(hkl=hkl, amplitudes_e=values)
    for h, v in ((hkl.astype(">i2"), values.astype(">f4")), (np.asfortranarray(hkl), values[::-1][::-1]),
                 (hkl.tolist(), values.tolist()), (hkl.astype(np.int8), values.astype(int))):
        assert still.replace(hkl=h, amplitudes_e=v) == f
    unsigned = detector_response((image > 100).astype(np.uint8), still, seed=1)
    assert np.array_equal(unsigned, detector_response((image > 100), still, seed=1))


def test_images_that_are_no_photons_are_marked_not_counted(still: Experiment) -> None:
    for bad in (NAN, -INF):
        image = np.array(render(still))
        image[3, 4] = bad
        counts = detector_response(image, still, seed=1)
        assert counts[3, 4] <= 0 and (counts[4:] >= 0).all()
