"""X-ray diffraction images of crystals, and their derivatives.

>>> import femtobragg
>>> experiment = femtobragg.Experiment.from_files(model="1abc.pdb", d_min_A=2.5, detector="pilatus-100k",
...                                               distance_mm=70, wavelength_A=1.1, cells=12, shape="gaussian")
>>> image = femtobragg.render(experiment)  # photons, shape (slow, fast)

Lengths, angles and energies have their unit in the name of the argument. Vectors are in the lab frame: x along the
beam, y up, z to the right, looking along the beam. Images have shape (slow, fast).
"""
from __future__ import annotations

from typing import Any

from ._errors import Error, FemtobraggWarning
from . import _core

__version__: str = _core.__version__

from ._values import (Attenuation, Background, Beam, Compatibility, Crystal, Detector, Goniometer, Lattice, Material,
                      Medium, Obstacle, Panel, Response, Sampling, Sensor, Series, Source, StructureFactors)
from ._experiment import Experiment
from ._rendering import Image, Simulation, detector_response, detectors, devices, picture, render, render_many
from ._truth import truth, write_truth
from ._files import ReadImage, read, write
from ._derivatives import (Gradient, Jacobian, LeastSquaresProblem, Parameter, jacobian, jvp, least_squares_problem,
                           parameters, vjp)
from ._refinement import (Orientation, RefinedParameter, Refinement, SmoothBackground, orient, refine,
                          smooth_background)

__all__ = [
    "Attenuation", "Background", "Beam", "Compatibility", "Crystal", "Detector", "Error", "Experiment",
    "FemtobraggWarning", "Goniometer", "Gradient", "Image", "Jacobian", "Lattice", "LeastSquaresProblem", "Material",
    "Medium", "Obstacle", "Orientation", "Panel", "Parameter", "ReadImage", "RefinedParameter", "Refinement",
    "Response", "Sampling", "Sensor", "Series", "Simulation", "SmoothBackground", "Source", "StructureFactors",
    "detector_response", "detectors", "devices", "jacobian", "jvp", "least_squares_problem", "orient", "parameters",
    "picture", "read", "refine", "render", "render_many", "smooth_background", "truth", "vjp", "write",
    "write_truth"]


def __getattr__(name: str) -> Any:
    """What needs other packages is imported when it is used."""
    if name in ("jax", "plot", "torch"):
        import importlib
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'femtobragg' has no attribute '{name}'")
