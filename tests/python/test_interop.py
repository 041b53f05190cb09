"""Objects of gemmi, SciPy, pandas and dxtbx; each is skipped where its package is not installed."""
from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import BENZENE, ROOT, python, same_bytes

import femtobragg
from femtobragg import Crystal, Error, Experiment, render

Make = Callable[..., Experiment]


def test_no_other_package_is_needed_to_import() -> None:
    out = python("import sys, femtobragg\nprint({m.split('.')[0] for m in sys.modules} & {'gemmi', 'scipy', 'pandas', "
                 "'dxtbx', 'torch', 'matplotlib', 'tqdm', 'dials', 'cctbx'})")
    assert out.strip() == "set()"


def test_gemmi_structure(make: Make) -> None:
    gemmi = pytest.importorskip("gemmi")
    structure = gemmi.read_structure(str(BENZENE))
    of_object = make(model=structure, default_F=None, cell=None)
    of_file = make(model=BENZENE, default_F=None, cell=None)
    assert of_object.cell == pytest.approx(of_file.cell)
    assert np.corrcoef(render(of_object).ravel(), render(of_file).ravel())[0, 1] > 0.999999
    assert pickle.loads(pickle.dumps(of_object)) == of_object
    document = structure.make_mmcif_document()
    assert make(model=document, default_F=None, cell=None) == of_object
    with pytest.raises(Error, match=r"StructureFactors\(model\) must be a path, a gemmi.Structure"):
        make(model=gemmi.UnitCell(1, 2, 3, 90, 90, 90))


def test_gemmi_cell() -> None:
    gemmi = pytest.importorskip("gemmi")
    assert Crystal(cell=gemmi.UnitCell(70, 80, 90, 80, 95, 100)) == Crystal(cell=(70, 80, 90, 80, 95, 100))


def mtz_of(gemmi: object, hkl: np.ndarray, values: np.ndarray) -> object:  # type: ignore[type-arg]
    mtz = gemmi.Mtz(with_base=True)  # type: ignore[attr-defined]
    mtz.spacegroup = gemmi.SpaceGroup("P 1")  # type: ignore[attr-defined]
    mtz.set_cell_for_all(gemmi.UnitCell(70, 80, 90, 90, 90, 90))  # type: ignore[attr-defined]
    mtz.add_dataset("data")
    mtz.add_column("F", "F")
    mtz.set_data(np.column_stack([hkl, values]).astype(np.float32))
    return mtz


@pytest.mark.filterwarnings("ignore::femtobragg.FemtobraggWarning")
def test_gemmi_mtz(make: Make, tmp_path: Path) -> None:
    gemmi = pytest.importorskip("gemmi")
    # One of each pair of Friedel mates: MTZ files have no more.
    hkl = np.argwhere(np.ones((9, 9, 5))) - [4, 4, 0]
    hkl = hkl[hkl[:, 2] > 0]
    mtz = mtz_of(gemmi, hkl, np.arange(1.0, len(hkl) + 1))
    mtz.write_to_file(str(tmp_path / "a.mtz"))  # type: ignore[attr-defined]
    e, of_file = make(hkl=mtz, cell=None), make(hkl=tmp_path / "a.mtz", cell=None)
    assert e.cell == pytest.approx((70, 80, 90, 90, 90, 90)) and same_bytes(render(e), render(of_file))
    table, least = e.structure_factor_table or (None, None)
    assert table is not None and least is not None
    for (h, k, l), value in zip(hkl[::17], np.arange(1.0, len(hkl) + 1)[::17]):
        assert table[h - least[0], k - least[1], l - least[2]] == value
        assert table[-h - least[0], -k - least[1], -l - least[2]] == value
    assert pickle.loads(pickle.dumps(e)) == e
    with pytest.raises(Error, match="the file already contains amplitudes"):
        make(hkl=mtz, amplitudes_e=[1])


def test_scipy_rotation(make: Make) -> None:
    spatial = pytest.importorskip("scipy.spatial.transform")
    angles = (12.0, -34.0, 56.0)
    turn = spatial.Rotation.from_euler("xyz", angles, degrees=True)
    start, misset, oriented = make(misset_deg=None), make(misset_deg=angles), make(misset_deg=None, orientation=turn)
    assert oriented.crystal.misset_deg == pytest.approx(angles)
    assert oriented.axes_A == pytest.approx(misset.axes_A, abs=1e-9)
    assert oriented.axes_A == pytest.approx(turn.apply(start.axes_A), abs=1e-9)
    assert make(misset_deg=None, orientation=turn.as_matrix()).axes_A == pytest.approx(oriented.axes_A, abs=1e-9)
    assert oriented.crystal.orientation == pytest.approx(turn.as_matrix())
    for one in spatial.Rotation.random(50, random_state=1):
        assert start.replace(orientation=one).axes_A == pytest.approx(one.apply(start.axes_A), abs=1e-9)
    for pole in ((10, 90, 20), (0, -90, 40)):
        one = spatial.Rotation.from_euler("xyz", pole, degrees=True)
        assert start.replace(orientation=one).axes_A == pytest.approx(one.apply(start.axes_A), abs=1e-7)
    with pytest.raises(Error, match="one rotation"):
        Crystal(orientation=spatial.Rotation.random(3))


def test_pandas_columns(make: Make) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"h": [1, 2], "k": [0, 1], "l": [3, -1], "F": [10.0, 20.0]})
    e = make(hkl=frame[["h", "k", "l"]], amplitudes_e=frame["F"])
    assert e == make(hkl=[(1, 0, 3), (2, 1, -1)], amplitudes_e=[10, 20])
    assert Crystal(misset_deg=pandas.Series([1.0, 2.0, 3.0])) == Crystal(misset_deg=(1, 2, 3))


def dxtbx_experiments() -> object:
    factory = pytest.importorskip("dxtbx.model.experiment_list")
    return factory.ExperimentListFactory.from_json_file(str(ROOT / "examples" / "geometry" / "tilted.expt"),
                                                        check_format=False)


def test_dxtbx_there_and_back(make: Make) -> None:
    dxtbx_experiments()
    e = make(rotation_deg=(1, 2, 3), osc_deg=0.5, phi_deg=10)
    theirs = e.to_dxtbx()
    assert len(theirs) == 1 and theirs[0].crystal.get_unit_cell().parameters() == pytest.approx(e.cell)
    assert theirs[0].beam.get_wavelength() == pytest.approx(1)
    assert theirs[0].scan.get_oscillation() == pytest.approx((10, 0.5))
    for argument in (theirs, theirs[0]):
        again = Experiment.from_dxtbx(argument, default_F=100, cells=5)
        assert again.axes_A == pytest.approx(e.axes_A, abs=1e-4) and again.shape == e.shape
        for name in ("origin_m", "fast_axis", "slow_axis"):
            assert again.panels[0][name] == pytest.approx(e.panels[0][name], abs=1e-9)
        image, first = render(again), render(e)
        assert np.corrcoef(image.ravel(), first.ravel())[0, 1] > 0.9999
    assert pickle.loads(pickle.dumps(again)) == again
    with pytest.raises(Error, match=r"from_dxtbx\(experiments\) must be a dxtbx Experiment or ExperimentList; got 3"):
        Experiment.from_dxtbx(3)


def test_dxtbx_predicts_where_spots_are(make: Make) -> None:
    experiments = dxtbx_experiments()
    e = Experiment.from_dxtbx(experiments, default_F=100, cells=5, oversample=1,
                              **({} if experiments[0].crystal else {"cell": (70, 80, 90)}))  # type: ignore[index]
    panel = experiments[0].detector[0]  # type: ignore[index]
    slow, fast = e.shape[0] // 3, e.shape[1] // 4
    d = panel.get_resolution_at_pixel(experiments[0].beam.get_s0(), (fast + 0.5, slow + 0.5))  # type: ignore[index]
    assert e.resolution_A[slow, fast] == pytest.approx(d, rel=1e-5)


def test_dxtbx_detector_of_several_panels(two_panels: Experiment) -> None:
    dxtbx_experiments()
    theirs = two_panels.to_dxtbx()
    assert len(theirs[0].detector) == 2
    again = Experiment.from_dxtbx(theirs, default_F=100, cells=5)
    assert len(again.panels) == 2 and again.wavelength_A == pytest.approx(1)
    for ours, other in zip(two_panels.panels, again.panels):
        assert other["shape"] == ours["shape"]
        for name in ("origin_m", "fast_axis", "slow_axis"):
            assert other[name] == pytest.approx(ours[name], abs=1e-9)
    for ours, other in zip(render(two_panels).panels, render(again).panels):
        assert np.corrcoef(ours.ravel(), other.ravel())[0, 1] > 0.9999


def test_tqdm_shows_progress(still: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    render(still, progress=True)
    femtobragg.truth(still, progress=True)
    femtobragg.jacobian(still, ["misset"], progress=True)
    capsys.readouterr()
