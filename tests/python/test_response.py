"""What a detector records, from Python."""
import numpy as np
import pytest

import femtobragg


def experiment(cells=6, **arguments):
    return femtobragg.Experiment.from_files(
        cell_edges_A=(40, 50, 60), default_F=100, cells=cells, distance_mm=100, wavelength_A=1, pixels=(64, 48),
        pixel_size_mm=0.2, water_um=100, flux=3e11, beam_size_mm=0.1, **arguments)


def test_counts_by_default():
    image = femtobragg.render(experiment())
    counts = femtobragg.detector_response(image, seed=3)
    assert counts.dtype == np.int32 and counts.shape == image.shape
    assert abs(counts.sum() / image.sum() - 1) < 0.05


def test_the_response_of_the_experiment():
    plain, ccd = experiment(), experiment(response="fibre-ccd")
    image = femtobragg.render(plain)
    counts = femtobragg.detector_response(femtobragg.render(ccd), seed=3)
    assert np.median(counts) > 40
    expected = 40 + 1.825 * image[10:-10, 10:-10].mean()
    assert abs(counts[10:-10, 10:-10].mean() / expected - 1) < 0.05
    again = femtobragg.detector_response(image, ccd, seed=3)
    assert np.array_equal(counts, again)


def test_parts_of_the_response():
    e = experiment(response=femtobragg.Response(gain=3, pedestal=7, counting=False))
    image = femtobragg.render(e)
    counts = femtobragg.detector_response(image)
    assert np.allclose(counts, 3 * np.asarray(image) + 7, atol=0.51)
    assert np.allclose(femtobragg.detector_response(image, pedestal=0), 3 * np.asarray(image), atol=0.51)


def test_what_the_detector_loses_is_said():
    image = femtobragg.render(experiment())
    with pytest.warns(femtobragg.FemtobraggWarning, match="pixels are overloaded"):
        counts = femtobragg.detector_response(image, experiment(saturation=3), seed=1)
    assert counts.max() == 4
    with pytest.warns(femtobragg.FemtobraggWarning, match="below zero"):
        femtobragg.detector_response(image, experiment(pedestal=-300), seed=1)


def test_fractions_are_rounded():
    image = np.full((48, 64), 2.0, np.float32)
    counts = femtobragg.detector_response(image, experiment(), gain=0.35, noise=False)
    assert (counts == 1).all()


def test_infinity(tmp_path):
    part = femtobragg.Response(saturation=np.inf, gain_ranges=[500, 2500, 12, 20, -17, 14500, 3, np.inf])
    assert part.saturation == np.inf and part.gain_ranges[-1] == np.inf
    e = experiment(response=part)
    for name in ("a.toml", "a.json"):
        e.to_scene(tmp_path / name)
        assert femtobragg.Experiment.from_scene(tmp_path / name).response == part
    with pytest.raises(femtobragg.Error):
        femtobragg.Response(gain=np.inf)


def test_pedestal_has_one_name():
    image = femtobragg.render(experiment())
    assert (femtobragg.detector_response(image, seed=1, pedestal=9) ==
            femtobragg.detector_response(image, seed=1, offset=9)).all()
    with pytest.raises(femtobragg.Error, match="same"):
        femtobragg.detector_response(image, pedestal=1, offset=1)


def test_docstrings_say_what_is_a_sequence():
    assert "gain_ranges : sequence of float" in femtobragg.Response.__doc__
    assert "saturation : float" in femtobragg.Response.__doc__
    assert femtobragg.Response.__doc__.count("What the detector makes of photons") == 1


def test_headers_state_gain_and_pedestal(tmp_path):
    e = experiment(response="fibre-ccd")
    counts = femtobragg.detector_response(femtobragg.render(e), seed=1)
    femtobragg.write(tmp_path / "a.cbf", counts, e)
    text = (tmp_path / "a.cbf").read_bytes()
    assert b"_array_intensities.gain 1.825" in text and b"_array_intensities.offset -40" in text


@pytest.mark.parametrize("arguments, word", [
    (dict(response="eigerr"), "known are"), (dict(flicker=-1), "flicker"), (dict(gain=0), "gain"),
    (dict(dead_pixels=2), "dead_pixels"), (dict(raw=True), "raw"), (dict(gain_ranges=[1, 2, 3]), "four numbers")])
def test_refusals(arguments, word):
    with pytest.raises(femtobragg.Error) as error:
        experiment(**arguments)
    assert word in str(error.value)


def test_light_of_phi_steps():
    """The light of a frame has the rms of the flicker, and is put in when the image is rendered."""
    turning = dict(osc_deg=1, goniometer_steps=4, frames=100, cells=3)
    steady = experiment(**turning)
    flickers = experiment(**turning, response=femtobragg.Response(
        flicker=0.1, flicker_in_steps=True, flicker_seed=5, counting=False))
    light = [np.sum(femtobragg.render(flickers.frame(i))) / np.sum(femtobragg.render(steady.frame(i)))
             for i in range(100)]
    assert abs(np.mean(light) - 1) < 4 * 0.1 / 10
    assert abs(np.std(light) - 0.1) < 4 * 0.1 / np.sqrt(200)
    image = femtobragg.render(flickers.frame(3))
    assert np.allclose(femtobragg.detector_response(image), image, atol=0.51)
    other = femtobragg.render(flickers.replace(flicker_seed=6).frame(3))
    assert not np.array_equal(image, other)


def test_masks_of_shadows(tmp_path):
    h5py = pytest.importorskip("h5py")
    stop = femtobragg.Obstacle(shape="disc", size_mm=4, distance_mm=50)
    for limit, masked in ((0.9, True), (0, False)):
        e = experiment(attenuation=femtobragg.Attenuation(obstacles=[stop], mask_below=limit))
        femtobragg.write(tmp_path / "a.nxs", femtobragg.render(e), e)
        with h5py.File(tmp_path / "a.nxs") as file:
            detector = file["entry/instrument/detector"]
            assert ("pixel_mask" in detector) == masked
            if masked:
                mask = detector["pixel_mask"][()]
                assert set(np.unique(mask)) == {0, 256}
                assert abs(np.count_nonzero(mask) - np.pi * 20**2) < 80


def test_crystallites_of_ice():
    """Their spots scatter about the smooth ring, which is their mean."""
    def ice(**more):
        return femtobragg.render(femtobragg.Experiment.from_files(
            distance_mm=60, wavelength_A=1, pixels=(96, 96), pixel_size_mm=0.5, oversample=3, flux=1e12, beam_size_mm=0.1,
            materials=[femtobragg.Material(name="ice", thickness_mm=0.01, crystallite_nm=20, **more)]))
    smooth = np.asarray(ice())
    mean = np.mean([ice(crystallites=500, crystallite_seed=i) for i in range(1, 21)], axis=0)
    assert abs(mean.sum() / smooth.sum() - 1) < 0.1
    assert np.corrcoef(mean.ravel(), smooth.ravel())[0, 1] > 0.8
    one = np.asarray(ice(crystallites=200))
    assert one.max() > 3 * smooth.max()
    with pytest.raises(femtobragg.Error):
        ice(crystallites=0)
