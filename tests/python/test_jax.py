"""Images as functions of JAX; without it, one clear sentence."""
from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import femtobragg
from femtobragg import Error, Experiment

HAS_JAX = importlib.util.find_spec("jax") is not None
needs_jax = pytest.mark.skipif(not HAS_JAX, reason="jax is not installed")


@pytest.mark.skipif(HAS_JAX, reason="jax is installed")
def test_absence_is_said() -> None:
    with pytest.raises(ImportError, match="femtobragg.jax needs JAX, which is not installed"):
        import femtobragg.jax  # noqa: F401


@needs_jax
def test_image_and_gradient(still: Experiment) -> None:
    import jax

    import femtobragg.jax
    names = ["misset", "cell_a"]
    r = femtobragg.jax.render(still, names)
    image = r(r.start)
    assert image.shape == still.shape and r.names == ["misset_x", "misset_y", "misset_z", "cell_a"]
    assert np.allclose(image, femtobragg.render(still), rtol=1e-4, atol=1e-4 * float(image.max()))
    weights = np.random.default_rng(1).normal(size=still.shape)
    found = jax.grad(lambda v: (r(v) * weights).sum())(r.start)
    expected = femtobragg.vjp(still, names, weights, np.float32(r.start))
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    assert np.allclose(jax.jit(jax.grad(lambda v: (r(v) * weights).sum()))(r.start), found)


@needs_jax
def test_float64_is_unrounded(still: Experiment) -> None:
    from jax.experimental import enable_x64

    import femtobragg.jax
    with enable_x64():
        r = femtobragg.jax.render(still, "misset")
        image = r(r.start)
    assert image.dtype == np.float64
    assert np.array_equal(image, femtobragg.render(still, dtype=float, number_type="float64"))


@needs_jax
def test_errors(still: Experiment) -> None:
    import femtobragg.jax
    r = femtobragg.jax.render(still, "misset")
    with pytest.raises(Error, match="misset_x"):
        r(np.zeros(2))
    with pytest.raises(Error, match="float32 or float64"):
        r(np.zeros(3, int))
