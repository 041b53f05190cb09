"""Arguments of an experiment by one name each: which part has them, and which parameters they describe."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._checks import wrong
from ._errors import Error, nearest
from ._values import (Attenuation, Background, Beam, Compatibility, Crystal, Detector, Goniometer, Response, Sampling, Section,
                      Sensor, Series, StructureFactors)

#: The parts of an experiment: the argument, its type, and the section of scenes.
PARTS: dict[str, type[Section]] = {
    "detector": Detector, "beam": Beam, "crystal": Crystal, "structure_factors": StructureFactors,
    "goniometer": Goniometer, "series": Series, "sampling": Sampling, "background": Background,
    "attenuation": Attenuation, "response": Response, "compatibility": Compatibility}
#: Short names of what people say most.
_ALIASES = {"detector": ("detector", "name"), "geometry": ("detector", "file"), "hkl": ("structure_factors", "hkl"),
            "structure_factors": ("structure_factors", "file"), "default_F": ("structure_factors", "default_F_e"),
            "osc_deg": ("goniometer", "range_deg"), "phi_deg": ("goniometer", "start_deg"),
            "flux": ("beam", "flux_per_s"), "exposure": ("beam", "exposure_s"),
            "response": ("response", "name")}
PREFIXES: dict[str, type[Section]] = dict(PARTS, sensor=Sensor)


def _places() -> dict[str, tuple[str, str]]:
    """Where each flat name belongs: names that one part has, and all names after that of their part."""
    owners: dict[str, list[str]] = {}
    places: dict[str, tuple[str, str]] = {}
    for part, cls in PREFIXES.items():
        for name in dict.fromkeys([*cls._keys, *cls._lists, *cls._more, *cls._parts]):
            owners.setdefault(name, []).append(part)
            places[f"{part}_{name}"] = (part, name)
    places.update({name: (parts[0], name) for name, parts in owners.items() if len(parts) == 1})
    places.update(_ALIASES)
    return places


PLACES = _places()


#: What of a description the values of parameters take the place of, by the beginning of their names.
_ORIENTATION = "misset misset_random misset_seed crystals crystals_file lattices axes matrix_file"
_DETECTOR = "file name experiment panels distance beam_centre rotation twotheta pixels pixel_size"
_DESCRIPTIONS = {
    "misset_": ("crystal", _ORIENTATION), "rotation_": ("crystal", _ORIENTATION), "phi_start": ("goniometer", "start"),
    "cell_": ("crystal", "cell cell_edges cell_angles axes matrix_file"), "cells_": ("crystal", "cells size"),
    "blocks": ("crystal", "cells size whole_size whole_form"),
    "mosaic_spread": ("crystal", "mosaic_spread mosaic_rotations"),
    "distance": ("detector", "file name experiment panels distance"),
    "beam_fast": ("detector", _DETECTOR), "beam_slow": ("detector", _DETECTOR),
    "detector_rot_": ("detector", _DETECTOR),
    "twotheta": ("detector", _DETECTOR), "panel": ("detector", _DETECTOR),
    "sensor_": ("sensor", "attenuation material thickness"),
    "wavelength": ("beam", "wavelength energy spectrum_file sources source_file"),
    "wavelength_spread": ("beam", "bandwidth dispersion pink_bandwidth sase_bandwidth two_colour_bandwidth "
                          "spectrum_file sources source_file"),
    "beam_horizontal": ("beam", "direction sources source_file"),
    "beam_vertical": ("beam", "direction sources source_file"),
    "polarization": ("beam", "polarization no_polarization"), "fluence": ("beam", "fluence flux exposure size"),
    "F_": ("structure_factors", "file model default_F"), "background": ("background", "water"),
    "gain": ("response", "name gain"), "pedestal": ("response", "name pedestal"),
    "point_spread": ("response", "name point_spread point_spread_shape charge_sharing")}


def described_by(parameter: str) -> set[tuple[str, str]]:
    """(part, quantity) pairs."""
    stems = [stem for stem in _DESCRIPTIONS if parameter.startswith(stem)]
    if not stems:
        return set()
    part, quantities = _DESCRIPTIONS[max(stems, key=len)]
    return {(part, q) for q in quantities.split()}


def _by_part(arguments: Mapping[str, Any], function: str) -> tuple[dict[str, Section | None],
                                                                  dict[str, dict[str, Any]]]:
    """Whole parts (None: the default), and values by the part that they belong to."""
    whole_parts: dict[str, Section | None] = {}
    values: dict[str, dict[str, Any]] = {}
    for name, value in arguments.items():
        if name in PARTS and (isinstance(value, Section) or name not in PLACES or
                               value is None and function == "replace" and name != "structure_factors"):
            if value is not None and not isinstance(value, PARTS[name]):
                raise wrong(f"{function}({name})", f"a {PARTS[name].__name__}", value)
            whole_parts[name] = value
        elif name in PLACES:
            part, key = PLACES[name]
            given = values.setdefault(part, {})
            if key in given:
                raise Error(what="an argument is given twice", where=f"{function}({name})",
                            rule=f"{PREFIXES[part].__name__}({key}) has another name too", remedy="leave one out")
            given[key] = value
        else:
            same = [f"{part}_{name}" for part, cls in PREFIXES.items() if name in cls._keys or name in cls._more]
            near = nearest(name, [*PLACES, *PARTS])
            raise Error(what=f"{function} has no argument '{name}'" if not same else f"'{name}' has several meanings",
                        rule=" or ".join(same) if same else f"did you mean {near}?" if near else
                        "help(femtobragg.Experiment.from_files) says which it has")
    return whole_parts, values


def quantities_of(changes: Mapping[str, Any]) -> set[tuple[str, str]]:
    """(part, quantity) pairs that arguments describe; of whole parts, all."""
    parts, values = _by_part(changes, "replace")
    named: dict[str, list[str]] = {part: list(given) for part, given in values.items()}

    def name_all(part: str) -> None:
        cls = PREFIXES[part]
        named[part] = [*cls._keys, *cls._lists, *cls._more, *cls._parts]

    for part in parts:
        name_all(part)
    if "sensor" in named.get("detector", ()):
        name_all("sensor")
    return {(part, PREFIXES[part]._keys[key].quantity if key in PREFIXES[part]._keys else q)
            for part, keys in named.items() for key in keys
            for q in (key, *PREFIXES[part]._stand_for.get(key, ()))}


def joined(parts: Mapping[str, Section], arguments: Mapping[str, Any], function: str) -> dict[str, Section]:
    changed, values = _by_part(arguments, function)
    all_parts: dict[str, Section | None] = dict(parts)
    all_parts.update(changed)
    result = {name: part for name, part in all_parts.items() if part is not None}
    sensor = values.pop("sensor", None)
    if sensor:
        given = values.setdefault("detector", {})
        old = given.get("sensor") or getattr(result.get("detector"), "sensor", None)
        given["sensor"] = (old if isinstance(old, Sensor) else Sensor()).replace(**sensor)
    for name, given in values.items():
        result[name] = (result[name] if name in result else PARTS[name]()).replace(**given)
    return result
