"""Parts of experiments: values that do not change, compare, travel, and explain themselves."""
from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import python

import femtobragg
from femtobragg import (Background, Beam, Compatibility, Crystal, Detector, Error, Goniometer, Lattice, Panel, Sampling,
                        Sensor, Series, Source, StructureFactors)

PANEL = Panel(pixels=(3, 4), origin_mm=(100, 1, 2), fast=(0, 0, 1), slow=(0, -1, 0))
EXAMPLES = [
    Sensor(material="Si", thickness_um=450), PANEL,
    Detector(pixels=(32, 16), distance_mm=100, sensor=Sensor(surface=True)),
    Detector(panels=[PANEL]), Source(direction=(-1, 0, 0), wavelength_A=1.2), Beam(wavelength_A=1.1, size_um=50),
    Beam(sources=[Source(direction=(-1, 0, 0), wavelength_A=1.2, weight=2)]), Lattice(misset_deg=(1, 2, 3), weight=0.5),
    Crystal(cell=(70, 80, 90), cells=5, lattices=[Lattice(), Lattice(misset_deg=(1, 2, 3))]),
    StructureFactors(default_F_e=100), Goniometer(range_deg=0.5, steps=5), Series(frames=3), Sampling(accuracy=0.05),
    Background(water_um=10), Compatibility(odd_fudge=True)]


@pytest.mark.parametrize("part", EXAMPLES, ids=lambda p: type(p).__name__)
def test_parts_are_values(part: femtobragg.Crystal) -> None:
    same = type(part)(**part.to_dict())
    assert same == part and hash(same) == hash(part) and not same != part
    assert eval(repr(part), vars(femtobragg)) == part
    assert pickle.loads(pickle.dumps(part)) == part
    assert copy.copy(part) == part and copy.deepcopy([part]) == [part]
    assert part.replace() == part
    name = next(iter(part.to_dict()))
    with pytest.raises(AttributeError, match=f"cannot be changed: use .replace.{name}=...."):
        setattr(part, name, 1)
    with pytest.raises(AttributeError, match="cannot be changed"):
        delattr(part, name)
    assert part.to_dict() is not part.to_dict()
    assert type(part)() != part and part.replace(**{name: None}) != part


def test_parts_of_different_values_and_types_differ() -> None:
    assert len(set(EXAMPLES)) == len(EXAMPLES)
    assert Series() != Sampling() and Crystal(cells=5) != Crystal(cells=6) and Crystal() != 3
    assert Panel(pixels=(1, 1)) != Panel() and Source(wavelength_A=1) != Source()


@pytest.mark.parametrize("a, b", [
    (Detector(distance_mm=100), Detector(distance_m=0.1)), (Beam(size_mm=1), Beam(size_um=1000)),
    (Crystal(cells=5), Crystal(cells=(5, 5, 5))), (Crystal(cells=5), Crystal(cells=np.int64(5))),
    (Crystal(misset_deg=(1, 2, 3)), Crystal(misset_deg=np.array([1.0, 2.0, 3.0]))),
    (Crystal(misset_deg=(0, 1, 2)), Crystal(misset_deg=range(3))), (Detector(pixels=32), Detector(pixels=(32, 32))),
    (Detector(distance_mm=100), Detector(distance_mm=np.float32(100))),
    (Detector(distance_mm=100), Detector(distance_mm=np.array(100))),
    (Crystal(misset_random=True), Crystal(misset_random=np.True_)),
    (Crystal(axes_A=(1, 0, 0, 0, 2, 0, 0, 0, 3)), Crystal(axes_A=np.diag([1, 2, 3]))),
    (Panel(masked=(1, 2, 3, 4, 5, 6, 7, 8)), Panel(masked=[[1, 2, 3, 4], [5, 6, 7, 8]])),
    (Panel(pixel_size_mm=1), Panel(pixel_size_um=1000)),
    (Detector(mask_file="x.npy"), Detector(mask_file=Path("x.npy"))),
    (Crystal(cell=(70, 80, 90)), Crystal(cell=np.array([70, 80, 90], dtype=">f4"))),
    (Crystal(cell=(70, 80, 90)), Crystal(cell_edges_A=(70, 80, 90))),
    (Detector(panels=PANEL), Detector(panels=[PANEL]))])
def test_equal_whatever_the_notation(a: femtobragg.Detector, b: femtobragg.Detector) -> None:
    assert a == b and hash(a) == hash(b)


def test_attributes_in_any_unit() -> None:
    d = Detector(distance_mm=150, rotation_deg=(0, 90, 180))
    assert d.distance_mm == 150 and d.distance_m == pytest.approx(0.15) and d.distance_um == pytest.approx(150000)
    assert d.rotation_rad == pytest.approx([0, math.pi / 2, math.pi])
    assert d.pixels is None and d.panels == () and d.sensor == Sensor() and d.mask is None
    assert Crystal(cell=(70, 80, 90)).cell == (70, 80, 90, 90, 90, 90)
    assert Crystal(misset_deg=(0, 0, 90)).orientation == pytest.approx(np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]))
    assert Detector(mask=[[1, 0]]).mask.tolist() == [[True, False]]
    assert Beam(spectrum=[(12400, 2)]).spectrum.tolist() == [[12400, 2]]


def test_replace_takes_the_place_of_other_units_and_of_what_it_excludes() -> None:
    d = Detector(distance_mm=100, pixels=32)
    assert d.replace(distance_m=0.2).to_dict() == {"pixels": (32, 32), "distance_m": 0.2}
    assert d.distance_mm == 100
    assert d.replace(distance_mm=None) == Detector(pixels=32)
    assert Beam(wavelength_A=1).replace(energy_eV=12000) == Beam(energy_eV=12000)
    assert Beam(energy_eV=12000).replace(wavelength_A=1) == Beam(wavelength_A=1)
    c = Crystal(cell=(70, 80, 90, 80, 90, 100), misset_random=True)
    assert c.replace(misset_deg=(1, 2, 3)) == Crystal(cell=(70, 80, 90, 80, 90, 100), misset_deg=(1, 2, 3))
    assert c.replace(cell=(1, 2, 3)) == Crystal(cell=(1, 2, 3), misset_random=True)
    assert c.replace(cell="x.cell") == Crystal(cell="x.cell", misset_random=True)
    assert c.replace(cell="x.cell").replace(cell=(1, 2, 3)) == Crystal(cell=(1, 2, 3), misset_random=True)
    assert c.replace(misset_seed=3).replace(orientation=np.eye(3)).misset_random is None
    assert c.replace(orientation=np.eye(3)).replace(orientation=None) == c.replace(misset_random=None)


def test_replace_of_arrays_by_nothing_or_by_files() -> None:
    d = Detector(mask=np.ones((2, 2)))
    assert d != Detector() and d.replace(mask=None) == Detector() and d.replace(mask_file="m.npy").mask is None
    b = Beam(spectrum=[(12400, 2)])
    assert b != Beam() and b.replace(spectrum=None) == Beam() and b.replace(spectrum_file="s.txt") == Beam(
        spectrum_file="s.txt")
    f = StructureFactors(hkl=[(1, 2, 3)], amplitudes_e=[4])
    assert f != StructureFactors() and f.replace(hkl=None) == StructureFactors()
    assert f.replace(hkl="x.hkl") == StructureFactors(file="x.hkl")


def test_contradictions_within_one_call_are_refused() -> None:
    for make in (lambda: Detector(distance_mm=1, distance_m=2), lambda: Detector().replace(distance_mm=1, distance_m=2),
                 lambda: Detector(mask=[[1]], mask_file="x"), lambda: Crystal(cell=(1, 2, 3), cell_edges_A=(1, 2, 3)),
                 lambda: Crystal(orientation=np.eye(3), misset_deg=(0, 0, 0)),
                 lambda: Beam(wavelength_A=1, energy_eV=9),
                 lambda: StructureFactors(hkl="a", file="b")):
        with pytest.raises(Error, match="contradict|twice"):
            make()


@pytest.mark.parametrize("call, near", [
    (lambda: Crystal(misset=1), "misset_deg"), (lambda: Crystal().cels, "cells"), (lambda: Crystal().Cells, "cells"),
    (lambda: Detector(distance=1), "distance_mm"), (lambda: Detector().replace(distence_mm=1), "distance_mm"),
    (lambda: Beam(wavelenght_A=1), "wavelength_A"), (lambda: Beam(Wavelength_a=1), "wavelength_A"),
    (lambda: Detector(msak=1), "mask"), (lambda: Detector(sensr=1), "sensor"), (lambda: Beam().sourcs, "sources")])
def test_unknown_names_give_the_nearest(call: Callable[[], object], near: str) -> None:
    with pytest.raises((Error, AttributeError), match=f"; did you mean {near}.$") as caught:
        call()
    assert str(caught.value).count("did you mean") == 1


def test_docstrings_list_units_shapes_choices_and_defaults() -> None:
    assert "distance_mm or distance_um or distance_A or distance_m : float" in (Detector.__doc__ or "")
    assert "misset_deg or misset_mrad or misset_rad : float, shape (3,)" in (Crystal.__doc__ or "")
    assert "{'parallelepiped', 'ellipsoid', 'gaussian', 'tophat'}" in (Crystal.__doc__ or "")
    assert "mask :\n    array, shape (slow, fast)" in (Detector.__doc__ or "")
    assert "Default: 0.1 mm." in (Beam.__doc__ or "")
    help_text = python("import femtobragg; help(femtobragg.Sensor)")
    assert "thickness_mm" in help_text and "chemical formula" in help_text
    for part in {type(p) for p in EXAMPLES}:
        assert all(name in dir(part()) for name in part._keys)


def test_pickle_of_another_minor_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    part = Crystal(cells=5)
    major, minor, *rest = femtobragg.__version__.split(".")
    monkeypatch.setattr(femtobragg._core, "__version__", ".".join([major, minor, "999"]))
    patch = pickle.dumps(part)
    monkeypatch.setattr(femtobragg._core, "__version__", ".".join([major, str(int(minor) + 1), *rest]))
    other = pickle.dumps(part)
    monkeypatch.undo()
    assert pickle.loads(patch) == part
    with pytest.raises(Error, match="Crystal was pickled by another version"):
        pickle.loads(other)


def test_errors_have_parts_and_travel() -> None:
    with pytest.raises(Error) as caught:
        Crystal(cells=-3)
    e = caught.value
    assert str(e) == "Crystal(cells) must be at least 1; got -3"
    assert (e.kind, e.where, e.value, e.rule) == ("usage", "Crystal(cells)", "-3", "it must be at least 1")
    copied = pickle.loads(pickle.dumps(e))
    assert str(copied) == str(e) and vars(copied) == vars(e)
