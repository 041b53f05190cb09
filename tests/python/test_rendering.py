"""Images: the same whatever the threads and the way to them, free of what made them, and arrays like any other."""
from __future__ import annotations

import copy
import gc
import io
import pickle
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import same_bytes

import femtobragg
from femtobragg import Error, Experiment, Image, Simulation, render, render_many

Make = Callable[..., Experiment]


@pytest.mark.parametrize("changes", [
    {}, dict(mosaic_spread_deg=0.5, mosaic_domains=5), dict(shape="gaussian", osc_deg=1, goniometer_steps=3)])
def test_threads_do_not_matter(make: Make, changes: dict[str, object]) -> None:
    e = make(pixels=(70, 50), **changes)
    one = render(e, threads=1)
    assert one.shape == e.shape == (50, 70) and one.dtype == np.float32 and one.max() > 0
    for threads in (2, 3, 8, 0):
        assert same_bytes(render(e, threads=threads), one)


def test_number_types_agree_to_rounding(make: Make) -> None:
    e = make(pixels=100, pixel_size_mm=0.1, mosaic_spread_deg=0.5, mosaic_domains=5, oversample=2)
    image, exact = render(e), render(e, dtype=np.float64)
    assert exact.dtype == np.float64 and exact.summary["bound_photons"] == 0
    assert same_bytes(render(e, dtype="float64"), exact) and same_bytes(render(e, dtype=None), image)
    single = render(e, number_type="float32", device="cpu")
    double = render(e, number_type="float64")
    assert "float32" in single.summary["ran_on"] and "float64" in double.summary["ran_on"]
    for other, least in ((image, 1e-5), (single, 1e-5), (double, 1e-6), (render(e, device="reference"), 1e-6)):
        assert np.abs(other - exact).max() <= least * exact.max()
    assert np.array_equal(double, exact.astype(np.float32)) or np.abs(double - exact).max() < 1e-6 * exact.max()


def test_tolerance_bound_holds(make: Make) -> None:
    e = make(pixels=120, pixel_size_mm=0.1, cells=50, shape="gaussian", mosaic_spread_deg=0.3, mosaic_domains=300)
    whole = np.asarray(render(e, number_type="float64"), dtype=float)
    for tolerance in (1e-2, 1e-5):
        image = render(e, tolerance=tolerance, number_type="float64")
        bound = image.summary["bound_photons"]
        assert 0 < bound <= tolerance * whole.max() * (1 + 1e-6)
        assert np.abs(whole - image).max() <= bound + 1e-6 * whole.max()
    assert render(e).summary["bound_photons"] == 0


def test_update_is_a_fresh_simulation(make: Make) -> None:
    hkl, values = np.argwhere(np.ones((9, 9, 9))) - 4, np.linspace(1, 9, 729)
    steps = [make(), make(misset_deg=(1, 2, 3)), make(distance_mm=70), make(pixels=40),
             make(hkl=hkl, amplitudes_e=values),
             make(hkl=hkl, amplitudes_e=values[::-1]), make(mask=np.eye(32)),
             make(mosaic_spread_deg=1, mosaic_domains=3), make()]
    simulation = Simulation(steps[0])
    for step in steps:
        simulation.update(step)
        assert simulation.experiment is step
        for _ in range(2):
            assert same_bytes(simulation.render(), render(step))
        assert same_bytes(simulation.render(dtype=float), render(step, dtype=float))
    with pytest.raises(Error):
        simulation.update(3)  # type: ignore[arg-type]
    assert same_bytes(simulation.render(), render(steps[-1]))


def test_many_are_one_after_the_other(make: Make) -> None:
    experiments = [make(misset_deg=(i, 2 * i, 0), pixels=32 + i % 3) for i in range(25)]
    for threads in (1, 3, 0):
        images = list(render_many(iter(experiments), threads=threads))
        assert len(images) == 25 and all(i.experiment is e for i, e in zip(images, experiments))
        assert all(same_bytes(i, render(e)) for i, e in zip(images, experiments))
    (double,) = render_many([experiments[0]], dtype=float)
    assert same_bytes(double, render(experiments[0], dtype=float))
    assert list(render_many([])) == []


def test_many_report_their_progress(still: Experiment) -> None:
    seen: list[tuple[int, int]] = []
    list(render_many([still] * 3, progress=lambda *at: seen.append(at)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    seen.clear()
    list(render_many(iter([still] * 3), progress=lambda *at: seen.append(at)))
    assert seen == [(1, 0), (2, 0), (3, 0)]


def test_images_before_an_exception_come_first(still: Experiment) -> None:
    def broken() -> Iterator[Experiment]:
        yield from [still] * 20
        raise ZeroDivisionError("mine")

    seen = 0
    with pytest.raises(ZeroDivisionError, match="mine"):
        for _ in render_many(broken(), threads=4):
            seen += 1
    assert seen == 20


def test_summaries_of_doubles(still: Experiment) -> None:
    many = render_many([still], dtype=float, tolerance=1e-2)
    for image in (render(still, dtype=float, tolerance=1e-2), next(many)):
        exact = render(still, dtype=float)
        assert np.abs(image - exact).max() <= image.summary["bound_photons"] or same_bytes(image, exact)
        assert "float64" in image.summary["ran_on"]
    assert render(still, tolerance=1e-3).summary["tolerance"] == 1e-3


def test_negative_photons_are_a_warning(still: Experiment) -> None:
    with pytest.warns(femtobragg.FemtobraggWarning, match="negative or not a number"):
        femtobragg.detector_response(-render(still), still, seed=1)


def test_more_threads_than_images(still: Experiment) -> None:
    assert len(list(render_many([still] * 2, threads=1000))) == 2


def test_many_are_lazy_and_end_early(still: Experiment) -> None:
    taken = 0

    def endless() -> Iterator[Experiment]:
        nonlocal taken
        while True:
            taken += 1
            yield still

    images = render_many(endless(), threads=2)
    assert taken == 0
    for _ in range(10):
        next(images)
    assert 10 <= taken <= 10 + 5
    images.close()  # type: ignore[attr-defined]
    assert taken <= 15
    with pytest.raises(StopIteration):
        next(images)


def test_exceptions_inside_many_pass_on(still: Experiment, make: Make) -> None:
    def broken() -> Iterator[Experiment]:
        yield still
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        list(render_many(broken()))
    with pytest.raises(Error, match=r"render_many\(experiments\) must be a femtobragg.Experiment; got 3"):
        list(render_many([still, 3]))  # type: ignore[list-item]
    images = render_many([still, still, 3], threads=1)  # type: ignore[list-item]
    with pytest.raises(Error):
        for image in images:
            assert same_bytes(image, render(still))


def test_images_outlive_all_else(make: Make) -> None:
    e = make()
    simulation = Simulation(e)
    image = simulation.render()
    before, gone = image.tobytes(), weakref.ref(simulation)
    array = np.asarray(image)
    del simulation, e
    image.experiment = None
    gc.collect()
    assert gone() is None
    for _ in range(20):
        render(make())
    assert image.tobytes() == before and image.flags.writeable and image.flags.aligned and image.flags.c_contiguous
    image[0, 0] = 7
    del image
    gc.collect()
    assert array[0, 0] == 7


def test_each_render_has_pixels_of_its_own(still: Experiment) -> None:
    simulation = Simulation(still)
    first = simulation.render()
    before = first.copy()
    second = simulation.render()
    second[:] = 0
    assert np.array_equal(first, before) and not np.shares_memory(first, second)


def test_an_image_is_an_array(still: Experiment, tmp_path: Path) -> None:
    image = render(still)
    array = np.array(image)
    assert isinstance(image, np.ndarray) and type(array) is np.ndarray
    for scalar in (image.sum(), image.max(), image.mean(), np.median(image), image[3, 4],
                   np.add.reduce(image, axis=None)):
        assert isinstance(scalar, np.floating) and np.ndim(scalar) == 0
    assert image.sum(axis=0).shape == (32,) and type(image + 1) is np.ndarray and type(np.sqrt(image)) is np.ndarray
    assert image[2:5].experiment is None and image.T.summary == {} and image[2:5].base is not None
    image += 1
    assert isinstance(image, Image) and image.experiment is still and np.array_equal(image, array + 1)
    for twin in (image.copy(), copy.copy(image), copy.deepcopy(image), pickle.loads(pickle.dumps(image))):
        assert isinstance(twin, Image) and same_bytes(twin, image) and not np.shares_memory(twin, image)
        assert twin.experiment == still and twin.summary == image.summary
    np.save(tmp_path / "a.npy", image)
    assert same_bytes(np.load(tmp_path / "a.npy"), image)
    assert np.array_equal(np.stack([image, image])[1], image) and f"{image.max():.3f}"


def test_panels_are_views_of_the_image(two_panels: Experiment) -> None:
    image = render(two_panels)
    left, right = image.panels
    assert left.shape == right.shape == (24, 20) and np.shares_memory(left, image)
    assert np.array_equal(left, image[:, :20]) and np.array_equal(right, image[:, 24:])
    assert (image[:, 20:24] == 0).all() and left.any() and right.any()
    left[:] = 5
    assert (image[:, :20] == 5).all()
    with pytest.raises(Error, match="this array has no experiment"):
        image[:3].panels


def test_masked_pixels_are_zero_and_others_unchanged(make: Make) -> None:
    mask = np.random.default_rng(3).random((32, 32)) > 0.3
    image, whole = render(make(mask=mask)), render(make())
    assert np.array_equal(image[mask], whole[mask]) and not image[~mask].any() and whole[~mask].any()


def test_progress(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    e = make(pixels=300, pixel_size_mm=0.1, mosaic_spread_deg=0.5, mosaic_domains=40, oversample=2)
    steps: list[tuple[int, int]] = []
    image = render(e, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (90000, 90000) and steps == sorted(steps) and {t for _, t in steps} == {90000}
    assert same_bytes(render(e, progress=True), image)
    assert "rendering" in capsys.readouterr().err or len(steps) == 1


def test_exceptions_of_a_progress_function_stop_and_pass_on(long_one: Experiment, still: Experiment) -> None:
    def stop(done: int, total: int) -> None:
        raise LookupError("enough")

    simulation = Simulation(long_one)
    for dtype in (np.float32, np.float64):
        with pytest.raises(LookupError, match="enough"):
            simulation.render(dtype=dtype, progress=stop)
    simulation.update(still)
    assert same_bytes(simulation.render(), render(still))
    with pytest.raises(TypeError):
        render(still, progress=lambda: None)  # type: ignore[arg-type,misc]


def test_a_progress_function_may_render_but_not_with_the_same_simulation(long_one: Experiment,
                                                                         still: Experiment) -> None:
    seen: list[float] = []

    def another(*_: int) -> None:
        seen.append(render(still).sum())
        if len(seen) == 3:
            simulation.render()

    simulation = Simulation(long_one)
    with pytest.raises(Error, match="its own progress function cannot use it"):
        simulation.render(progress=another)
    assert len(seen) == 3 and len(set(seen)) == 1
    simulation.update(still)
    assert simulation.render().sum() == seen[0]


def test_pictures_for_notebooks(still: Experiment, make: Make) -> None:
    image = render(still)
    png = image._repr_png_()
    assert png is not None and png.startswith(b"\x89PNG\r\n") and png == femtobragg.picture(image, longest_edge=800)
    assert image[:3]._repr_png_() is None and render(still, dtype=float)._repr_png_()
    assert len({femtobragg.picture(image, colours=c) for c in ("grey", "ink", "inverse", "sea", "heat")}) == 5
    large = render(make(pixels=200, pixel_size_mm=0.2))
    assert len({femtobragg.picture(large, **o) for o in ({}, {"rings": True}, {"bar": True},
                                                         {"longest_edge": 99})}) == 4
    assert femtobragg.picture(np.asarray(image), still) == femtobragg.picture(image)


def test_detector_response(make: Make) -> None:
    image = render(make())
    counts = femtobragg.detector_response(image, seed=3)
    assert counts.dtype == np.int32 and counts.shape == image.shape
    assert np.array_equal(femtobragg.detector_response(image, seed=3), counts)
    assert not np.array_equal(femtobragg.detector_response(image, seed=4), counts)
    assert not np.array_equal(femtobragg.detector_response(image), femtobragg.detector_response(image))
    assert np.abs(counts - image).mean() < 2 * np.sqrt(image.mean())
    plain = femtobragg.detector_response(image, noise=False)
    assert np.array_equal(plain, np.rint(image).astype(int))
    assert np.abs(femtobragg.detector_response(image, noise=False, gain=3, offset=10) - (3 * image + 10)).max() <= 0.501
    assert np.array_equal(femtobragg.detector_response(image[::-1][::-1], image.experiment, seed=3), counts)
    assert np.array_equal(femtobragg.detector_response(np.asarray(image, ">f8"), image.experiment, seed=3), counts)


def test_counts_mark_gaps_masks_and_overloads(two_panels: Experiment, make: Make) -> None:
    counts = femtobragg.detector_response(render(two_panels), seed=1)
    assert (counts[:, 20:24] == -1).all() and (counts[:, :20] >= 0).all()
    mask = np.eye(32)
    assert np.array_equal(femtobragg.detector_response(render(make(mask=mask)), seed=1) == -1, mask == 0)
    pilatus = Experiment.from_files(detector="pilatus-100k", distance_mm=100, default_F=100, cell=(70, 80, 90),
                                    d_min_A=50)
    most = pilatus.panels[0]["saturation"]
    bright = femtobragg.detector_response(np.full(pilatus.shape, 1e8), pilatus, seed=1)
    assert set(np.unique(bright)) <= {-1, most + 1} and most > 1000


def test_truth(make: Make) -> None:
    e = make(cells=30, shape="gaussian")
    image = render(e)
    table = femtobragg.truth(image)
    assert table.dtype.names[:5] == ("h", "k", "l", "panel", "lattice") and len(table) > 10
    assert table["photons"].sum() == pytest.approx(image.sum(), rel=1e-3)
    brightest = table[table["photons"].argmax()]
    slow, fast = np.unravel_index(image.argmax(), image.shape)
    assert abs(brightest["fast_px"] - fast - 0.5) < 2 and abs(brightest["slow_px"] - slow - 0.5) < 2
    assert np.array_equal(femtobragg.truth(e), femtobragg.truth(e, np.asarray(image)))
    assert len(femtobragg.truth(e, fraction=0.5)) < len(table)
    steps: list[tuple[int, int]] = []
    femtobragg.truth(e, progress=lambda *step: steps.append(step))
    assert steps == sorted(steps) and steps[-1] == (2048, 2048)
    steps.clear()
    femtobragg.truth(image, progress=lambda *step: steps.append(step))
    assert steps == sorted(steps) and steps[-1] == (1024, 1024)


def test_truth_as_pandas(still: Experiment) -> None:
    pandas = pytest.importorskip("pandas")
    frame = femtobragg.truth(still, kind="pandas")
    assert isinstance(frame, pandas.DataFrame)
    assert np.array_equal(frame.to_records(index=False), femtobragg.truth(still))


def test_a_pickled_image_is_small(still: Experiment) -> None:
    file = io.BytesIO()
    pickle.dump(render(still), file)
    assert len(file.getvalue()) < 32 * 32 * 4 + 5000
