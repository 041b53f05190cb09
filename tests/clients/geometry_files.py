# Random geometry files, and what other readers see in them. Arguments are set above: FORMAT, COUNT, SEED.
# Writes COUNT files, and expected.txt: a line for each with what geometry_clients_test.cpp compares.
import json
import math
import random
import sys

import numpy as np

rng = random.Random(SEED)
MM_FROM = {"m": 1e3, "meters": 1e3, "metre": 1e3, "cm": 10.0, "mm": 1.0, "um": 1e-3, "microns": 1e-3, "nm": 1e-6}
OURS_FROM_DIALS = np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]], float)
OURS_FROM_CRYSTFEL = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], float)
OURS_FROM_PYFAI = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], float)  # 1, 2, 3


def turn(axis, degrees):
    x, y, z = np.array(axis, float) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    t = math.radians(degrees)
    return np.eye(3) + math.sin(t) * k + (1 - math.cos(t)) * (k @ k)


def some_turn(most=180.0):
    return turn([rng.gauss(0, 1) for _ in range(3)], rng.uniform(-most, most))


def some_vector(scale):
    return [rng.uniform(-scale, scale) for _ in range(3)]


class Expected:
    """One line: name, panels, each as n_fast n_slow and three corners (mm); wavelength, beam, spindle, oscillation."""

    def __init__(self):
        self.lines = []

    def add(self, name, panels, wavelength=math.nan, beam=None, spindle=None, oscillation=None):
        numbers = [len(panels)]
        for n_fast, n_slow, corners in panels:
            numbers += [n_fast, n_slow] + [v for corner in corners for v in corner]
        numbers.append(wavelength)
        for vector, n in ((beam, 3), (spindle, 3), (oscillation, 2)):
            numbers += [math.nan] * n if vector is None else list(vector)
        self.lines.append(name + " " + " ".join(repr(float(v)) for v in numbers))

    def write(self):
        with open("expected.txt", "w") as f:
            f.write("\n".join(self.lines) + "\n")


def unit(v):
    v = np.array(v, float)
    return v / np.linalg.norm(v)


def from_dxtbx(name, detector, beam, goniometer, scan, expected):
    panels = []
    for p in detector:
        n_fast, n_slow = p.get_image_size()
        dx, dy = p.get_pixel_size()
        corners = [OURS_FROM_DIALS @ np.array(p.get_lab_coord((f * dx, s * dy))) for f, s in ((0, 0), (n_fast, 0), (0, n_slow))]
        panels.append((n_fast, n_slow, corners))
    spindle = oscillation = None
    if goniometer is not None:
        setting = np.array(goniometer.get_setting_rotation()).reshape(3, 3)
        spindle = unit(OURS_FROM_DIALS @ setting @ np.array(goniometer.get_rotation_axis_datum()))
    if scan is not None:
        oscillation = scan.get_oscillation()
    expected.add(name, panels, beam.get_wavelength(), unit(OURS_FROM_DIALS @ -np.array(beam.get_sample_to_source_direction())), spindle, oscillation)


def expt(name, expected):
    from dxtbx.model.experiment_list import ExperimentListFactory

    def frame(scale):
        r = some_turn()
        return {"fast_axis": list(r[:, 0]), "slow_axis": list(r[:, 1]), "origin": some_vector(scale)}

    panels = []
    slow = 0
    for i in range(rng.randint(1, 4)):
        n = [rng.randint(1, 30), rng.randint(1, 30)]
        edge = rng.uniform(0.01, 0.3)
        panel = frame(20)
        panel.update(
            name="p%d" % i, type="SENSOR_PAD", raw_image_offset=[0, slow], image_size=n,
            pixel_size=[edge, edge if rng.random() < 0.6 else rng.uniform(0.01, 0.3)], trusted_range=[-1, 65535],
            thickness=rng.choice([0, 0.45]), material=rng.choice(["", "Si"]), mu=0, identifier="", mask=[], gain=1, pedestal=0,
            px_mm_strategy={"type": "SimplePxMmStrategy"})
        panels.append(panel)
        slow += n[1]
    root = {"name": "", "type": "", "image_size": [0, 0], "pixel_size": [0, 0], "trusted_range": [0, 0], "thickness": 0,
            "material": "", "mu": 0, "identifier": "", "mask": [], "gain": 1, "pedestal": 0, "raw_image_offset": [0, 0],
            "px_mm_strategy": {"type": "SimplePxMmStrategy"}}
    root.update({"fast_axis": [1, 0, 0], "slow_axis": [0, 1, 0], "origin": [0, 0, 0]} if rng.random() < 0.3 else frame(100))
    root["origin"][2] = -200
    leaves = [{"panel": i} for i in range(len(panels))]
    if rng.random() < 0.5 and len(leaves) > 1:
        group = dict(root, **frame(50), children=leaves[:2], name="g")
        leaves = [group] + leaves[2:]
    root["children"] = leaves
    detector = {"panels": panels, "hierarchy": root}
    beam = {"direction": some_vector(1), "wavelength": rng.uniform(0.5, 3), "divergence": 0, "sigma_divergence": 0,
            "polarization_normal": [0, 1, 0], "polarization_fraction": 0.999, "flux": 0, "transmission": 1}
    experiment = {"__id__": "Experiment", "identifier": "", "beam": 0, "detector": 0}
    models = {"__id__": "ExperimentList", "experiment": [experiment], "imageset": [], "beam": [beam], "detector": [detector],
              "goniometer": [], "scan": [], "crystal": [], "profile": [], "scaling_model": []}
    if rng.random() < 0.8:
        experiment["goniometer"] = 0
        if rng.random() < 0.5:
            g = {"rotation_axis": list(unit(some_vector(1))), "fixed_rotation": list(some_turn().flatten()), "setting_rotation": list(some_turn().flatten())}
        else:
            n = rng.randint(1, 4)
            g = {"axes": [list(unit(some_vector(1))) for _ in range(n)], "angles": [rng.uniform(-90, 90) for _ in range(n)],
                 "names": ["a%d" % i for i in range(n)], "scan_axis": rng.randrange(n)}
        models["goniometer"] = [g]
        experiment["scan"] = 0
        n = rng.randint(1, 5)
        models["scan"] = [{"image_range": [3, 2 + n], "batch_offset": 0, "oscillation": [rng.uniform(-90, 90), rng.uniform(0, 2)],
                           "exposure_time": [0.1] * n, "epochs": [0.0] * n, "valid_image_ranges": {}}]
    with open(name + ".expt", "w") as f:
        json.dump(models, f, indent=rng.choice([None, 2]))
    e = ExperimentListFactory.from_json_file(name + ".expt", check_format=False)[0]
    from_dxtbx(name + ".expt", e.detector, e.beam, e.goniometer, e.scan, expected)


def nxs(name, expected):
    import h5py
    from dxtbx import nexus
    from dxtbx.nexus import nxmx

    def axis(group, key, value, kind, vector, depends_on, offset=None):
        d = group.create_dataset(key, data=value)
        unit_name = rng.choice(list(MM_FROM)) if kind == "translation" else rng.choice(["deg", "degrees", "rad", "degree"])
        if kind == "translation":
            d[...] = np.array(value) / MM_FROM[unit_name]
        elif unit_name == "rad":
            d[...] = np.radians(value)
        d.attrs.update(transformation_type=kind, units=unit_name, vector=vector, depends_on=depends_on)
        if offset is not None:
            d.attrs["offset_units"] = rng.choice(list(MM_FROM))
            d.attrs["offset"] = np.array(offset) / MM_FROM[d.attrs["offset_units"]]
        return d.name

    with h5py.File(name + ".nxs", "w") as f:
        def group(parent, key, kind):
            g = parent.create_group(key)
            g.attrs["NX_class"] = kind
            return g
        entry = group(f, "entry", "NXentry")
        entry["definition"] = "NXmx"
        instrument = group(entry, "instrument", "NXinstrument")
        beam = group(instrument, "beam", "NXbeam")
        wavelength = rng.uniform(0.5, 3)
        unit_name, angstrom = rng.choice([("angstrom", 1), ("angstroms", 1), ("nm", 10), ("m", 1e10), ("pm", 0.01)])
        beam["incident_wavelength"] = wavelength / angstrom
        beam["incident_wavelength"].attrs["units"] = unit_name
        detector = group(instrument, "detector", "NXdetector")
        detector["sensor_material"] = "Si"
        detector["sensor_thickness"] = 0.45
        detector["sensor_thickness"].attrs["units"] = "mm"
        detector["saturation_value"] = 65535
        axes = group(detector, "transformations", "NXtransformations")
        stand = "."
        for i in range(rng.randint(1, 4)):
            if rng.random() < 0.5:
                stand = axis(axes, "a%d" % i, rng.uniform(-100, 300), "translation", unit(some_vector(1)), stand, rng.choice([None, some_vector(10)]))
            else:
                stand = axis(axes, "a%d" % i, rng.uniform(-90, 90), "rotation", unit(some_vector(1)), stand, rng.choice([None, some_vector(10)]))
        stand = axis(axes, "far", 500.0, "translation", [0, 0, 1], stand)
        slow = 0
        for i in range(rng.choice([1, 1, 2, 3])):
            module = group(detector, "module%d" % i, "NXdetector_module")
            n_fast, n_slow = rng.randint(1, 30), rng.randint(1, 30)
            module["data_origin"] = [slow, 0]
            module["data_size"] = [n_slow, n_fast]
            slow += n_slow
            r = some_turn()
            offset = axis(module, "module_offset", rng.choice([0.0, rng.uniform(-5, 5)]), "translation", unit(some_vector(1)), stand, some_vector(20))
            edge = rng.uniform(0.01, 0.3)
            axis(module, "fast_pixel_direction", edge, "translation", r[:, 0], offset)
            axis(module, "slow_pixel_direction", rng.choice([edge, rng.uniform(0.01, 0.3)]), "translation", r[:, 1], offset)
        sample = group(entry, "sample", "NXsample")
        if rng.random() < 0.7:
            turns = group(sample, "transformations", "NXtransformations")
            n = rng.randint(2, 6)
            start, width = rng.uniform(-90, 90), rng.uniform(0.05, 2)
            path = axis(turns, "omega", start + width * np.arange(n), "rotation", unit(some_vector(1)), ".")
            sample["depends_on"] = path
        else:
            sample["depends_on"] = "."
        data = group(entry, "data", "NXdata")
        data.attrs["signal"] = "data"
        data["data"] = np.zeros((1, slow, 30), np.int32)
    with h5py.File(name + ".nxs") as f:
        entry = nxmx.NXmx(f).entries[0]
        instrument = entry.instruments[0]
        b = nexus.CachedWavelengthBeamFactory(instrument.beams[0]).make_beam(0)
        from_dxtbx(name + ".nxs", nexus.get_dxtbx_detector(instrument.detectors[0], b.get_wavelength()), b,
                   nexus.get_dxtbx_goniometer(entry.samples[0]), nexus.get_dxtbx_scan(entry.samples[0], instrument.detectors[0]), expected)


def geom(name, expected):
    def direction(v):
        return "".join("%+.12f%s" % (c, a) for c, a in zip(v, "xyz")).replace("+", rng.choice(["+", " +"]))

    def length(mm):
        unit_name = rng.choice(["", " m", " mm", "mm", " cm", " um", " microns"])
        return repr(mm / MM_FROM[unit_name.strip() or "m"]) + unit_name

    clen, wavelength = rng.uniform(-300, 300), rng.uniform(0.5, 3)
    lines = ["; a comment", "data = /data/data", "clen = " + length(clen)]
    lines.append(rng.choice([lambda: "photon_energy = %r eV" % (12398.42 / wavelength), lambda: "photon_energy = %r" % (12398.42 / wavelength),
                             lambda: "photon_energy = %r keV" % (12.39842 / wavelength), lambda: "wavelength = %r A" % wavelength,
                             lambda: "wavelength  =  %r m ; comment" % (wavelength * 1e-10)])())
    shift = [0.0, 0.0]
    if rng.random() < 0.3:
        shift = [rng.uniform(-3, 3), rng.uniform(-3, 3)]
        lines += ["detector_shift_x = " + length(shift[0]), "detector_shift_y = " + length(shift[1])]
    panels = []
    slow = 0
    coffset = 0.0
    for i in range(rng.randint(1, 4)):
        res = rng.uniform(3000, 20000)
        n_fast, n_slow = rng.randint(1, 30), rng.randint(1, 30)
        if rng.random() < 0.7:
            coffset = rng.uniform(301, 600)
            lines.append("coffset = " + length(coffset))
        here = coffset
        lines.append("res = %r" % res)
        r = some_turn(rng.choice([0, 20]))
        fs, ss = r[:, 0] * rng.choice([1, 1.02]), r[:, 1] * rng.choice([-1, 1, 0.98])
        corner = [rng.uniform(-50, 50), rng.uniform(-50, 50)]
        own = ["q%d/min_fs = 0" % i, "q%d/max_fs = %d" % (i, n_fast - 1), "q%d/min_ss = %d" % (i, slow), "q%d/max_ss = %d" % (i, slow + n_slow - 1),
               "q%d/fs = %s" % (i, direction(fs)), "q%d / ss=%s" % (i, direction(ss)), "q%d/corner_x = %r" % (i, corner[0]), "q%d/corner_y = %r" % (i, corner[1])]
        if rng.random() < 0.3:
            here = rng.uniform(301, 600)
            own.append("q%d/coffset = %s" % (i, length(here)))
        rng.shuffle(own)
        lines += own
        slow += n_slow
        pixel = 1000 / res
        origin = np.array([corner[0] * pixel + shift[0], corner[1] * pixel + shift[1], clen + here])
        corners = [OURS_FROM_CRYSTFEL @ (origin + pixel * (f * fs + s * ss)) for f, s in ((0, 0), (n_fast, 0), (0, n_slow))]
        panels.append((n_fast, n_slow, corners))
    text = "\n".join(lines) + rng.choice(["", "\n"])
    if rng.random() < 0.3:
        text = text.replace("\n", rng.choice(["\r\n", "\r"]))
    codec = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])
    with open(name + ".geom", "wb") as f:
        f.write(text.encode(codec))
    expected.add(name + ".geom", panels, wavelength, (1, 0, 0))


def poni(name, expected):
    import logging
    logging.disable(logging.CRITICAL)
    import pyFAI

    p1, n1, n2 = rng.uniform(1e-5, 3e-4), rng.randint(1, 30), rng.randint(1, 30)
    p2 = rng.choice([p1, rng.uniform(1e-5, 3e-4)])
    place = {"Distance": rng.uniform(0.05, 1), "Poni1": rng.uniform(-0.1, 0.1), "Poni2": rng.uniform(-0.1, 0.1), "Rot1": rng.uniform(-1, 1),
             "Rot2": rng.uniform(-1, 1), "Rot3": rng.uniform(-3, 3), "Wavelength": rng.uniform(0.5e-10, 3e-10)}
    known = None
    if rng.random() < 0.3:
        known = rng.choice(["Pilatus100k", "Pilatus 300k", "Eiger1M"])
        head = rng.choice(["Detector: %s\n" % known, "poni_version: 2\nDetector: %s\nDetector_config: {}\n" % known])
    else:
        head = "poni_version: 2\nDetector: Detector\nDetector_config: " + json.dumps({"pixel1": p1, "pixel2": p2, "max_shape": [n1, n2]}) + "\n"
    body = "".join("%s: %r\n" % (k if rng.random() < 0.8 else k.lower(), v) for k, v in place.items())
    with open(name + ".poni", "w") as f:
        f.write("# a comment\n" + head + body)
    ai = pyFAI.load(name + ".poni")
    n1, n2 = ai.detector.max_shape
    p1, p2 = ai.detector.pixel1, ai.detector.pixel2
    corners = []
    for f, s in ((0, 0), (n2, 0), (0, n1)):
        z, y, x = ai.calc_pos_zyx(d1=np.array([s - 0.5]), d2=np.array([f - 0.5]))
        corners.append(OURS_FROM_PYFAI @ (1e3 * np.array([y[0], x[0], z[0]])))
    expected.add(name + ".poni", [(n2, n1, corners)], ai.wavelength * 1e10, (1, 0, 0))


def cbf(name, expected):
    import dxtbx

    n_fast, n_slow = rng.randint(5, 30), rng.randint(5, 30)
    step = [rng.uniform(0.05, 0.3) for _ in range(2)]
    wavelength, start, width = rng.uniform(0.5, 3), rng.uniform(-90, 90), rng.uniform(0.05, 2)
    short = ("_array_data.header_convention \"%s\"\n_array_data.header_contents\n;\n# Detector: none\n# Pixel_size %r m x %r m\n"
             "# Silicon sensor, thickness 0.000450 m\n# Exposure_time 0.2 s\n# Exposure_period 0.2 s\n# Count_cutoff 60000 counts\n"
             "# Wavelength %r A\n# Detector_distance %r m\n# Beam_xy (%r, %r) pixels\n# Start_angle %r deg.\n# Angle_increment %r deg.\n;\n")
    text = "###CBF: VERSION 1.5\n\ndata_x\n\n" + short % (
        "GENERIC_MINI_1.0", step[0] / 1e3, step[1] / 1e3, wavelength, rng.uniform(0.05, 1), rng.uniform(-40, 40), rng.uniform(-40, 40), start, width)
    if rng.random() < 0.7:
        def vec(v):
            return " ".join(repr(c) for c in v)
        axes = ["OMEGA rotation goniometer . %s . . ." % vec(unit(some_vector(1))), "SOURCE general source . 0 0 1 . . .", "GRAVITY general gravity . 0 -1 0 . . ."]
        settings, stand = [("OMEGA", start, 0.0)], "."
        for i in range(rng.randint(1, 3)):
            rotation = rng.random() < 0.5
            axes.append("D%d %s detector %s %s %s" % (i, "rotation" if rotation else "translation", stand, vec(unit(some_vector(1))), vec(some_vector(5))))
            stand = "D%d" % i
            settings.append((stand, rng.uniform(-60, 60) if rotation else 0.0, 0.0 if rotation else rng.uniform(-50, 300)))
        axes.append("Z translation detector %s 0 0 -1 0 0 0" % stand)
        settings.append(("Z", 0.0, 400.0))
        r = some_turn()
        axes.append("EX translation detector Z %s %s" % (vec(r[:, 0]), vec(some_vector(5))))
        axes.append("EY translation detector EX %s 0 0 0" % vec(r[:, 1]))

        def loop(names, rows):
            return "loop_\n" + "\n".join(names) + "\n" + "\n".join(rows) + "\n"
        text += "_diffrn.id D\n"
        text += loop(["_diffrn_detector.diffrn_id", "_diffrn_detector.id", "_diffrn_detector.type", "_diffrn_detector.number_of_axes"], ["D det 'none' %d" % (len(settings) - 1)])
        text += loop(["_diffrn_detector_axis.detector_id", "_diffrn_detector_axis.axis_id"], ["det " + s[0] for s in settings[1:]])
        text += loop(["_diffrn_detector_element.id", "_diffrn_detector_element.detector_id"], ["E1 det"])
        text += loop(["_diffrn_data_frame.id", "_diffrn_data_frame.detector_element_id", "_diffrn_data_frame.array_id", "_diffrn_data_frame.binary_id"], ["F1 E1 A1 1"])
        text += loop(["_diffrn_measurement.diffrn_id", "_diffrn_measurement.id", "_diffrn_measurement.number_of_axes", "_diffrn_measurement.method"], ["D G 1 rotation"])
        text += loop(["_diffrn_measurement_axis.measurement_id", "_diffrn_measurement_axis.axis_id"], ["G OMEGA"])
        text += loop(["_diffrn_radiation.diffrn_id", "_diffrn_radiation.wavelength_id"], ["D W1"])
        text += loop(["_diffrn_radiation_wavelength.id", "_diffrn_radiation_wavelength.wavelength", "_diffrn_radiation_wavelength.wt"], ["W1 %r 1" % wavelength])
        text += loop(["_diffrn_scan.id", "_diffrn_scan.frame_id_start", "_diffrn_scan.frame_id_end", "_diffrn_scan.frames"], ["S1 F1 F1 1"])
        text += loop(["_diffrn_scan_axis.scan_id", "_diffrn_scan_axis.axis_id", "_diffrn_scan_axis.angle_start", "_diffrn_scan_axis.angle_range",
                      "_diffrn_scan_axis.angle_increment", "_diffrn_scan_axis.displacement_start", "_diffrn_scan_axis.displacement_range", "_diffrn_scan_axis.displacement_increment"],
                     ["S1 %s %r %r %r %r 0 0" % (i, a, width if i == "OMEGA" else 0.0, width if i == "OMEGA" else 0.0, d) for i, a, d in settings])
        text += loop(["_diffrn_scan_frame.frame_id", "_diffrn_scan_frame.frame_number", "_diffrn_scan_frame.integration_time", "_diffrn_scan_frame.scan_id", "_diffrn_scan_frame.date"],
                     ["F1 1 0.2 S1 2020-01-01T00:00:00.000"])
        text += loop(["_diffrn_scan_frame_axis.frame_id", "_diffrn_scan_frame_axis.axis_id", "_diffrn_scan_frame_axis.angle", "_diffrn_scan_frame_axis.displacement"],
                     ["F1 %s %r %r" % s for s in settings])
        text += loop(["_axis.id", "_axis.type", "_axis.equipment", "_axis.depends_on", "_axis.vector[1] _axis.vector[2] _axis.vector[3]", "_axis.offset[1] _axis.offset[2] _axis.offset[3]"], axes)
        text += loop(["_array_structure_list.array_id", "_array_structure_list.index", "_array_structure_list.dimension", "_array_structure_list.precedence",
                      "_array_structure_list.direction", "_array_structure_list.axis_set_id"], ["A1 1 %d 1 increasing EX" % n_fast, "A1 2 %d 2 increasing EY" % n_slow])
        text += loop(["_array_structure_list_axis.axis_set_id", "_array_structure_list_axis.axis_id", "_array_structure_list_axis.displacement", "_array_structure_list_axis.displacement_increment"],
                     ["EX EX 0.0 %r" % step[0], "EY EY 0.0 %r" % step[1]])
        text += loop(["_array_element_size.array_id", "_array_element_size.index", "_array_element_size.size"], ["A1 1 %r" % (step[0] / 1e3), "A1 2 %r" % (step[1] / 1e3)])
        text += loop(["_array_intensities.array_id", "_array_intensities.binary_id", "_array_intensities.linearity", "_array_intensities.gain", "_array_intensities.gain_esd",
                      "_array_intensities.overload", "_array_intensities.undefined_value"], ["A1 1 linear 1.0 . 60000 -1"])
        text += loop(["_array_structure.id", "_array_structure.encoding_type", "_array_structure.compression_type", "_array_structure.byte_order"], ['A1 "signed 32-bit integer" packed little_endian'])
    n = n_fast * n_slow
    text += ("\n_array_data.data\n;\n--CIF-BINARY-FORMAT-SECTION--\nContent-Type: application/octet-stream;\n     conversions=\"x-CBF_BYTE_OFFSET\"\n"
             "Content-Transfer-Encoding: BINARY\nX-Binary-Size: %d\nX-Binary-ID: 1\nX-Binary-Element-Type: \"signed 32-bit integer\"\n"
             "X-Binary-Element-Byte-Order: LITTLE_ENDIAN\nX-Binary-Number-of-Elements: %d\nX-Binary-Size-Fastest-Dimension: %d\n"
             "X-Binary-Size-Second-Dimension: %d\nX-Binary-Size-Padding: 1\n\n") % (n, n, n_fast, n_slow)
    file = name + "_0001.cbf"
    with open(file, "wb") as f:
        f.write(text.replace("\n", "\r\n").encode() + b"\x0c\x1a\x04\xd5" + bytes(n) + b"\0\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n")
    image = dxtbx.load(file)
    from_dxtbx(file, image.get_detector(), image.get_beam(), image.get_goniometer(), image.get_scan(), expected)


expected = Expected()
for i in range(COUNT):
    {"expt": expt, "nxs": nxs, "geom": geom, "poni": poni, "cbf": cbf}[FORMAT]("f%04d" % i, expected)
expected.write()
