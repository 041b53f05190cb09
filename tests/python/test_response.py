"""What a detector records, from Python."""
import numpy as np
import pytest

import femtobragg


def experiment(**arguments):
    return femtobragg.Experiment.from_files(
        cell_edges_A=(40, 50, 60), default_F=100, cells=6, distance_mm=100, wavelength_A=1, pixels=(64, 48),
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
    assert np.allclose(femtobragg.detector_response(image, offset=0), 3 * np.asarray(image), atol=0.51)


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
