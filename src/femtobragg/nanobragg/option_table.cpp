// One row for each flag.
#include "femtobragg/nanobragg/option_table.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/registry.h"

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view structure = "Structure factors and input files";
constexpr std::string_view crystal = "Crystal";
constexpr std::string_view detector = "Detector";
constexpr std::string_view beam = "Beam";
constexpr std::string_view sampling = "Sampling";
constexpr std::string_view output = "Output";
constexpr std::string_view run = "Running";
constexpr std::string_view ignored = "Accepted, without effect";

// ---- actions shared by several flags

void set_convention(O& o, Convention convention, PivotPoint pivot) {
  DetectorOptions& d = o.detector;
  d.convention = convention;
  d.custom = false;
  d.recent_vectors = {};
  d.last_pivot = pivot;
}

void set_vector(O& o, std::optional<Vec3d> AxisVectors::*axis, const V& v) {
  o.detector.vectors.*axis = o.detector.recent_vectors.*axis = v.vector();
  o.detector.custom = true;
}

void set_beam_centre(O& o, std::optional<double> DetectorOptions::*centre, const V& v) {
  o.detector.*centre = metres_from_mm(v.number(0));
  o.detector.last_pivot = PivotPoint::Beam;
  o.detector.last_centre = PivotPoint::Beam;
}

void set_near_point(O& o, std::optional<double> DetectorOptions::*centre, double value) {
  o.detector.*centre = value;
  o.detector.last_pivot = PivotPoint::Sample;
  o.detector.last_centre = PivotPoint::Sample;
}

std::int64_t pixel_count(const V& v, std::size_t i = 0) {
  const std::int64_t n = v.integer(i);
  if (v.strict() && n <= 0) v.refuse(i, "a detector needs at least one pixel along each axis");
  return n;
}

void set_cells(O& o, std::initializer_list<std::size_t> axes, const V& v) {
  const std::int64_t n = v.integer(0);
  if (v.strict() && n < 1) v.refuse(0, "a crystal has at least one unit cell along each axis");
  for (const std::size_t axis : axes) o.crystal.cells[axis] = std::max<std::int64_t>(1, n);
}

void set_size(O& o, std::initializer_list<std::size_t> axes, const V& v) {
  const double size = metres_from_mm(v.number(0));
  if (v.strict() && size < 0) v.refuse(0, "sizes are not negative");
  for (const std::size_t axis : axes) o.crystal.size_m[axis] = size;
}

void set_twotheta(O& o, double degrees) {
  o.detector.twotheta_rad = radians_from_degrees(degrees);
  o.detector.last_pivot = PivotPoint::Sample;
}

void set_misset(O& o, const V& v) {
  if (v.word(0).find("rand") != std::string::npos) {
    o.crystal.misset_random = true;
    return;
  }
  if (v.count() < 3) {
    if (v.strict()) v.refuse(0, "it takes three angles, or 'random'");
    return;
  }
  o.crystal.misset_random = false;
  o.crystal.misset_rad = {radians_from_degrees(v.number(0)), radians_from_degrees(v.number(1)),
                          radians_from_degrees(v.number(2))};
}

/// nanoBragg reads the words after -misset_seed as those of -misset, whatever they are.
void misset_from_seed_words(O& o, const V& v) {
  o.crystal.misset_random = v.word(0).find("rand") != std::string::npos || (o.crystal.misset_random && v.count() < 3);
  if (v.count() < 3) return;
  const auto angle = [&](std::size_t i) { return radians_from_degrees(number_prefix(v.word(i)).value); };
  o.crystal.misset_rad = {angle(0), angle(1), angle(2)};
}

void set_cell(O& o, const V& v) {
  o.crystal.cell_given = true;
  for (std::size_t i = 0; i < v.count(); ++i) {
    o.crystal.cell[i] = v.number(i);
    if (v.strict() && o.crystal.cell[i] <= 0) v.refuse(i, "cell edges and angles are above zero");
  }
}

void set_sensor_attenuation(O& o, const V& v) {
  DetectorOptions& d = o.detector;
  const double depth_um = v.word(0).find("inf") != std::string::npos ? 0.0 : v.number_or_infinity(0);
  d.sensor_off = depth_um == 0.0 || std::isinf(depth_um);
  if (v.strict() && depth_um < 0) v.refuse(0, "an attenuation depth is above zero, or inf");
  if (!d.sensor_off) {
    d.attenuation_per_m = 1.0 / metres_from_um(depth_um);
    return;
  }
  d.attenuation_per_m = 0;
  if (v.quirk(Quirk::AbsorbZero)) d.thickness_m = 0;
}

std::optional<double> not_negative(const V& v, double value) {
  if (v.strict() && value < 0) v.refuse(0, "it is not negative");
  return value;
}
std::optional<std::int64_t> step_count(const V& v) {
  const std::int64_t n = v.integer(0);
  if (v.strict() && n < 1) v.refuse(0, "at least one step is needed");
  return n;
}

void set_png_scale(O& o, const V& v) {
  if (v.word(0) != "log" && v.word(0) != "linear") v.refuse(0, "it is log or linear");
  o.output.png_scale = v.word(0) == "log" ? formats::GreyScale::Log : formats::GreyScale::Linear;
}

void name_output(std::string& name, bool& named, const V& v) {
  name = v.word(0);
  named = true;
}

// ---- the table

const std::vector<Flag>& table() {
  // clang-format off
  static const std::vector<Flag> flags = {
      {{"hkl"}, structure, 1, 1, "FILE", "none", "reflection list: h k l F on each line, no symmetry applied",
       [](O& o, const V& v) { o.files.hkl = v.word(0); }},
      {{"default_F"}, structure, 1, 1, "F", "0", "amplitude (electrons) of reflections that the list does not have",
       [](O& o, const V& v) { o.crystal.default_amplitude = v.number(0); }},
      {{"dump", "dumpfile"}, structure, 1, 1, "FILE", "Fdump.bin", "binary copy of the structure factors, for fast reading",
       [](O& o, const V& v) { name_output(o.files.dump, o.files.dump_named, v); }},
      {{"mat", "matrix"}, structure, 1, 1, "FILE", "none", "orientation matrix as MOSFLM writes it: columns a* b* c* times the wavelength",
       [](O& o, const V& v) { o.files.matrix = v.word(0); }},
      {{"img"}, structure, 1, 1, "FILE", "none", "SMV image whose header gives the geometry", [](O&, const V&) {}},
      {{"mask"}, structure, 1, 1, "FILE", "none", "SMV image: its header gives the geometry, its zero pixels are not rendered",
       [](O& o, const V& v) { o.files.mask = v.word(0); }},
      {{"sourcefile"}, structure, 1, 1, "FILE", "none", "sources: X Y Z weight wavelength(m) on each line",
       [](O& o, const V& v) { o.files.sources = v.word(0); }},

      {{"cell"}, crystal, 1, 6, "a b c al be ga (A, deg)", "b = c = a, 90 deg", "unit cell", set_cell, false, true},
      {{"misset"}, crystal, 1, 3, "x y z (deg) | random", "0 0 0", "rotations of the crystal about lab x, y, z, or a random orientation", set_misset},
      {{"misset_seed"}, crystal, 1, 1, "N", "that of -seed", "seed of the random orientation",
       [](O& o, const V& v) {
         o.crystal.misset_seed = v.integer(0);
         if (v.quirk(Quirk::MissetSeedFlag)) misset_from_seed_words(o, v);
       }, false, false, 3},
      {{"N"}, crystal, 1, 1, "N", "1", "unit cells along a, b and c", [](O& o, const V& v) { set_cells(o, {0, 1, 2}, v); }},
      {{"Na"}, crystal, 1, 1, "N", "1", "unit cells along a", [](O& o, const V& v) { set_cells(o, {0}, v); }},
      {{"Nb"}, crystal, 1, 1, "N", "1", "unit cells along b", [](O& o, const V& v) { set_cells(o, {1}, v); }},
      {{"Nc"}, crystal, 1, 1, "N", "1", "unit cells along c", [](O& o, const V& v) { set_cells(o, {2}, v); }},
      {{"samplesize", "sample_size", "xtalsize", "xtal_size"}, crystal, 1, 1, "mm", "from -N", "size of the crystal along a, b and c, instead of -N",
       [](O& o, const V& v) { set_size(o, {0, 1, 2}, v); }},
      {{"sample_x", "sample_thick", "sample_thickness", "xtal_x", "xtal_thick", "xtal_thickness"}, crystal, 1, 1, "mm", "from -Na", "size along a",
       [](O& o, const V& v) { set_size(o, {0}, v); }},
      {{"sample_y", "sample_width", "xtal_y", "xtal_width", "width"}, crystal, 1, 1, "mm", "from -Nb", "size along b, at most the beam size",
       [](O& o, const V& v) { set_size(o, {1}, v); }},
      {{"sample_z", "sample_height", "xtal_z", "xtal_height", "height"}, crystal, 1, 1, "mm", "from -Nc", "size along c, at most the beam size",
       [](O& o, const V& v) { set_size(o, {2}, v); }},
      {{"square_xtal"}, crystal, 0, 0, "", "on", "parallelepiped crystal: spots with fringes",
       [](O& o, const V&) { o.crystal.shape = CrystalShape::Parallelepiped; }},
      {{"round_xtal"}, crystal, 0, 0, "", "off", "ellipsoidal crystal", [](O& o, const V&) { o.crystal.shape = CrystalShape::Ellipsoid; }},
      {{"gauss_xtal"}, crystal, 0, 0, "", "off", "gaussian spots, no fringes", [](O& o, const V&) { o.crystal.shape = CrystalShape::Gaussian; }},
      {{"tophat_spots", "binary_spots"}, crystal, 0, 0, "", "off", "spots with a sharp edge", [](O& o, const V&) { o.crystal.shape = CrystalShape::Tophat; }},
      {{"fudge"}, crystal, 1, 1, "X", "1", "multiplies the squared distance from a spot: above 1 narrows round, gauss and tophat spots", [](O& o, const V& v) { o.crystal.fudge = v.number(0); }},
      {{"mosaic", "mosaici", "mosaicity", "mosaic_spr", "mosaic_spread"}, crystal, 1, 1, "deg", "0", "largest tilt of a mosaic domain",
       [](O& o, const V& v) { o.crystal.mosaic_rad = not_negative(v, radians_from_degrees(v.number(0))); }},
      {{"mosaic_domains", "mosaic_dom"}, crystal, 1, 1, "N", "10 with -mosaic", "number of mosaic domains",
       [](O& o, const V& v) { o.crystal.mosaic_domains = step_count(v); }},
      {{"mosaic_seed"}, crystal, 1, 1, "N", "12345678", "seed of the mosaic domains", [](O& o, const V& v) { o.crystal.mosaic_seed = v.integer(0); }},
      {{"phi"}, crystal, 1, 1, "deg", "0", "spindle angle at the start", [](O& o, const V& v) { o.crystal.phi_rad = radians_from_degrees(v.number(0)); }},
      {{"osc", "oscillation"}, crystal, 1, 1, "deg", "0", "rotation range about the spindle",
       [](O& o, const V& v) { o.crystal.phi_steps_rad.range = not_negative(v, radians_from_degrees(v.number(0))); }},
      {{"phistep"}, crystal, 1, 1, "deg", "from the count", "rotation between two renderings",
       [](O& o, const V& v) { o.crystal.phi_steps_rad.step = not_negative(v, radians_from_degrees(v.number(0))); }},
      {{"phisteps"}, crystal, 1, 1, "N", "2 with -osc", "number of renderings over the range", [](O& o, const V& v) { o.crystal.phi_steps_rad.count = step_count(v); }},
      {{"dmin"}, crystal, 1, 1, "A", "0", "finest resolution rendered; 0: all", [](O& o, const V& v) { o.crystal.d_min_m = *not_negative(v, metres_from_angstrom(v.number(0))); }},
      {{"water"}, crystal, 1, 1, "um", "0", "edge of a cube of water around the crystal", [](O& o, const V& v) { o.crystal.water_m = *not_negative(v, metres_from_um(v.number(0))); }},

      {{"pixel", "pixel_size", "pixelsize"}, detector, 1, 1, "mm", "0.1", "edge of a pixel",
       [](O& o, const V& v) {
         o.detector.pixel_m = metres_from_mm(v.number(0));
         if (v.strict() && !(o.detector.pixel_m > 0)) v.refuse(0, "a pixel has a size above zero");
       }},
      {{"detsize"}, detector, 1, 1, "mm", "102.4", "size of the detector", [](O& o, const V& v) { o.detector.size_fast_m = o.detector.size_slow_m = metres_from_mm(v.number(0)); }},
      {{"detsize_f"}, detector, 1, 1, "mm", "102.4", "size along the fast axis", [](O& o, const V& v) { o.detector.size_fast_m = metres_from_mm(v.number(0)); }},
      {{"detsize_s"}, detector, 1, 1, "mm", "102.4", "size along the slow axis", [](O& o, const V& v) { o.detector.size_slow_m = metres_from_mm(v.number(0)); }},
      {{"detpixels"}, detector, 1, 1, "N", "from the size", "pixels along each axis", [](O& o, const V& v) { o.detector.n_fast = o.detector.n_slow = pixel_count(v); }},
      {{"detpixels_f", "detpixels_x"}, detector, 1, 1, "N", "from the size", "pixels along the fast axis", [](O& o, const V& v) { o.detector.n_fast = pixel_count(v); }},
      {{"detpixels_s", "detpixels_y"}, detector, 1, 1, "N", "from the size", "pixels along the slow axis", [](O& o, const V& v) { o.detector.n_slow = pixel_count(v); }},
      {{"distance"}, detector, 1, 1, "mm", "100", "from the sample to the detector along the beam",
       [](O& o, const V& v) {
         o.detector.distance_m = metres_from_mm(v.number(0));
         if (v.strict() && !(*o.detector.distance_m > 0)) v.refuse(0, "a distance is above zero");
         if (o.detector.close_distance_from_header && !v.quirk(Quirk::HeaderDistance)) o.detector.close_distance_m.reset();
         o.detector.last_pivot = PivotPoint::Beam;
       }},
      {{"close_distance"}, detector, 1, 1, "mm", "from -distance", "from the sample to the nearest point of the detector's plane",
       [](O& o, const V& v) {
         o.detector.close_distance_m = metres_from_mm(v.number(0));
         o.detector.close_distance_from_header = false;
         if (v.strict() && !(*o.detector.close_distance_m > 0)) v.refuse(0, "a distance is above zero");
         o.detector.last_pivot = PivotPoint::Sample;
         o.detector.last_centre = PivotPoint::Sample;
       }},
      {{"Xbeam"}, detector, 1, 1, "mm", "centre", "beam centre, X of the convention", [](O& o, const V& v) { set_beam_centre(o, &DetectorOptions::x_beam_m, v); }},
      {{"Ybeam"}, detector, 1, 1, "mm", "centre", "beam centre, Y of the convention", [](O& o, const V& v) { set_beam_centre(o, &DetectorOptions::y_beam_m, v); }},
      {{"Xclose"}, detector, 1, 1, "mm", "centre", "point nearest to the sample, along fast", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::x_close_m, metres_from_mm(v.number(0))); }},
      {{"Yclose"}, detector, 1, 1, "mm", "centre", "point nearest to the sample, along slow", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::y_close_m, metres_from_mm(v.number(0))); }},
      {{"ORGX"}, detector, 1, 1, "px", "centre", "XDS origin along fast: the nearest point", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::org_x, v.number(0)); }},
      {{"ORGY"}, detector, 1, 1, "px", "centre", "XDS origin along slow: the nearest point", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::org_y, v.number(0)); }},
      {{"pivot"}, detector, 1, 1, "beam | sample", "by convention", "point that detector rotations leave in place",
       [](O& o, const V& v) {
         const bool sample = v.word(0).find("sample") != std::string::npos, centre = v.word(0).find("beam") != std::string::npos;
         if (v.strict() && !sample && !centre) v.refuse(0, "it is beam or sample");
         if (sample || centre) o.detector.last_pivot = *(o.detector.pivot = centre ? PivotPoint::Beam : PivotPoint::Sample);
       }},
      {{"mosflm"}, detector, 0, 0, "", "on", "MOSFLM convention", [](O& o, const V&) { set_convention(o, Convention::Mosflm, PivotPoint::Beam); }},
      {{"xds"}, detector, 0, 0, "", "off", "XDS convention", [](O& o, const V&) { set_convention(o, Convention::Xds, PivotPoint::Sample); }},
      {{"adxv"}, detector, 0, 0, "", "off", "ADXV convention", [](O& o, const V&) { set_convention(o, Convention::Adxv, PivotPoint::Beam); }},
      {{"denzo"}, detector, 0, 0, "", "off", "DENZO convention", [](O& o, const V&) { set_convention(o, Convention::Denzo, PivotPoint::Beam); }},
      {{"dials"}, detector, 0, 0, "", "off", "DIALS convention", [](O& o, const V&) { set_convention(o, Convention::Dials, PivotPoint::Beam); }},
      {{"fdet_vector"}, detector, 3, 3, "x y z", "by convention", "fast axis", [](O& o, const V& v) { set_vector(o, &AxisVectors::fast, v); }},
      {{"sdet_vector"}, detector, 3, 3, "x y z", "by convention", "slow axis", [](O& o, const V& v) { set_vector(o, &AxisVectors::slow, v); }},
      {{"odet_vector"}, detector, 3, 3, "x y z", "by convention", "detector normal, away from the sample", [](O& o, const V& v) { set_vector(o, &AxisVectors::normal, v); }},
      {{"beam_vector"}, detector, 3, 3, "x y z", "by convention", "direction of the beam", [](O& o, const V& v) { set_vector(o, &AxisVectors::beam, v); }},
      {{"polar_vector"}, detector, 3, 3, "x y z", "by convention", "direction of the electric field", [](O& o, const V& v) { set_vector(o, &AxisVectors::polarization, v); }},
      {{"spindle_axis"}, detector, 3, 3, "x y z", "by convention", "rotation axis of the crystal", [](O& o, const V& v) { set_vector(o, &AxisVectors::spindle, v); }},
      {{"twotheta_axis"}, detector, 3, 3, "x y z", "by convention", "axis of the 2-theta arm",
       [](O& o, const V& v) {
         if (v.count() == 3) set_vector(o, &AxisVectors::twotheta, v);
         if (v.quirk(Quirk::TwothetaAxisFlag)) set_twotheta(o, v.number(0));
       }, false, false, 0, 1},
      {{"pix0_vector"}, detector, 3, 3, "x y z (m)", "from the beam centre", "corner of the first pixel, after all rotations",
       [](O& o, const V& v) {
         o.detector.pix0_m = v.vector();
         o.detector.custom = true;
       }},
      {{"pix0_vector_mm"}, detector, 3, 3, "x y z (mm)", "from the beam centre", "the same in mm",
       [](O& o, const V& v) {
         o.detector.pix0_m = v.vector() / 1000.0;
         o.detector.custom = true;
       }},
      {{"detector_rotx"}, detector, 1, 1, "deg", "0", "rotation of the detector about lab x", [](O& o, const V& v) { o.detector.rotation_rad.x = radians_from_degrees(v.number(0)); }},
      {{"detector_roty"}, detector, 1, 1, "deg", "0", "then about lab y", [](O& o, const V& v) { o.detector.rotation_rad.y = radians_from_degrees(v.number(0)); }},
      {{"detector_rotz"}, detector, 1, 1, "deg", "0", "then about lab z", [](O& o, const V& v) { o.detector.rotation_rad.z = radians_from_degrees(v.number(0)); }},
      {{"twotheta"}, detector, 1, 1, "deg", "0", "then about the 2-theta axis", [](O& o, const V& v) { set_twotheta(o, v.number(0)); }},
      {{"curved_det", "curved_detector"}, detector, 0, 0, "", "off", "detector bent to a sphere about the sample",
       [](O& o, const V& v) { o.detector.curved = !(v.quirk(Quirk::CurvedLast) && v.is_last_word()) || o.detector.curved; }},
      {{"point_pixel"}, detector, 0, 0, "", "off", "pixels without obliquity", [](O& o, const V&) { o.detector.point_pixel = true; }},
      {{"detector_abs", "detector_absorb", "detector_absorption"}, detector, 1, 1, "um", "the thickness", "attenuation depth of the sensor; inf: no absorption",
       set_sensor_attenuation, true},
      {{"detector_thick"}, detector, 1, 1, "um", "0", "thickness of the sensor", [](O& o, const V& v) { o.detector.thickness_m = *not_negative(v, metres_from_um(v.number(0))); }, true},
      {{"detector_thicksteps", "thicksteps"}, detector, 1, 1, "N", "2 with a thickness", "layers of the sensor",
       [](O& o, const V& v) { o.detector.thickness_steps = step_count(v); }, true},
      {{"roi"}, detector, 4, 4, "xmin xmax ymin ymax (px)", "all", "pixels to render, both ends included",
       [](O& o, const V& v) {
         for (std::size_t i = 0; i < 4; ++i) o.detector.roi[i] = v.integer(i);
       }},

      {{"lambda", "wave", "wavelength"}, beam, 1, 1, "A", "1", "wavelength",
       [](O& o, const V& v) {
         o.beam.wavelength_m = metres_from_angstrom(v.number(0));
         if (v.strict() && !(o.beam.wavelength_m > 0)) v.refuse(0, "a wavelength is above zero");
       }},
      {{"energy"}, beam, 1, 1, "eV", "from -lambda", "photon energy",
       [](O& o, const V& v) {
         const double energy = v.number(0);
         if (v.strict() && !(energy > 0)) v.refuse(0, "an energy is above zero");
         o.beam.wavelength_m = metres_from_angstrom(angstrom_from_eV(energy));
       }},
      {{"dispersion"}, beam, 1, 1, "%", "0", "full width of the spectrum", [](O& o, const V& v) { o.beam.dispersion.range = not_negative(v, v.number(0) / 100.0); }},
      {{"dispsteps"}, beam, 1, 1, "N", "2 with -dispersion", "number of wavelengths", [](O& o, const V& v) { o.beam.dispersion.count = step_count(v); }},
      {{"divergence"}, beam, 1, 1, "mrad", "0", "full width of the divergence, both ways",
       [](O& o, const V& v) { o.beam.horizontal_rad.range = o.beam.vertical_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"hdivrange"}, beam, 1, 1, "mrad", "0", "horizontal divergence", [](O& o, const V& v) { o.beam.horizontal_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"vdivrange"}, beam, 1, 1, "mrad", "0", "vertical divergence", [](O& o, const V& v) { o.beam.vertical_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"hdivstep"}, beam, 1, 1, "mrad", "from the count", "horizontal spacing", [](O& o, const V& v) { o.beam.horizontal_rad.step = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"vdivstep"}, beam, 1, 1, "mrad", "from the count", "vertical spacing", [](O& o, const V& v) { o.beam.vertical_rad.step = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"divsteps"}, beam, 1, 1, "N", "2 with a range", "divergence steps, both ways", [](O& o, const V& v) { o.beam.horizontal_rad.count = o.beam.vertical_rad.count = step_count(v); }},
      {{"hdivsteps"}, beam, 1, 1, "N", "2 with a range", "horizontal steps", [](O& o, const V& v) { o.beam.horizontal_rad.count = step_count(v); }},
      {{"vdivsteps"}, beam, 1, 1, "N", "2 with a range", "vertical steps", [](O& o, const V& v) { o.beam.vertical_rad.count = step_count(v); }},
      {{"round_div"}, beam, 0, 0, "", "on", "leave out the corners of the divergence grid", [](O& o, const V&) { o.beam.round_divergence = true; }},
      {{"square_div"}, beam, 0, 0, "", "off", "keep the corners", [](O& o, const V&) { o.beam.round_divergence = false; }},
      {{"polar"}, beam, 1, 1, "K", "0", "polarization fraction, -1 to 1",
       [](O& o, const V& v) {
         o.beam.polarization = v.number(0);
         if (v.strict() && std::abs(o.beam.polarization) > 1) v.refuse(0, "a polarization fraction is -1 to 1");
         o.beam.no_polarization = false;
       }},
      {{"nopolar"}, beam, 0, 0, "", "off", "no polarization factor", [](O& o, const V&) { o.beam.no_polarization = true; }},
      {{"fluence"}, beam, 1, 1, "photons/m^2", "1.25932e+29", "incident fluence", [](O& o, const V& v) { o.beam.fluence_per_m2 = *not_negative(v, v.number(0)); }},
      {{"flux"}, beam, 1, 1, "photons/s", "0", "flux; with exposure and beam size it sets the fluence", [](O& o, const V& v) { o.beam.flux_per_s = *not_negative(v, v.number(0)); }},
      {{"exposure"}, beam, 1, 1, "s", "1", "exposure time", [](O& o, const V& v) { o.beam.exposure_s = *not_negative(v, v.number(0)); }},
      {{"beamsize"}, beam, 1, 1, "mm", "0.1", "edge of the beam", [](O& o, const V& v) { o.beam.beam_size_m = *not_negative(v, metres_from_mm(v.number(0))); }},

      {{"interpolate"}, sampling, 0, 0, "", "if any N <= 2", "tricubic interpolation of structure factors", [](O& o, const V&) { o.crystal.interpolate = true; }},
      {{"nointerpolate"}, sampling, 0, 0, "", "if all N > 2", "nearest structure factor", [](O& o, const V&) { o.crystal.interpolate = false; }},
      {{"oversample"}, sampling, 1, 1, "N", "from spot and pixel size", "sub-pixels along each edge",
       [](O& o, const V& v) {
         o.sampling.oversample = v.integer(0);
         if (v.strict() && o.sampling.oversample < 0) v.refuse(0, "it is not negative; 0 is automatic");
         if (o.sampling.oversample > 1000000) v.refuse(0, "at most 1000000 sub-pixels along an edge");
       }},
      {{"oversample_thick"}, sampling, 0, 0, "", "off", "absorption for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.sampling.oversample_thick = true; }},
      {{"oversample_polar"}, sampling, 0, 0, "", "off", "polarization for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.sampling.oversample_polar = true; }},
      {{"oversample_omega"}, sampling, 0, 0, "", "off", "solid angle for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.sampling.oversample_omega = true; }},

      {{"o"}, output, 1, 1, "FILE", "none", "write an image in the format of the suffix; repeatable. simulate then writes only what is named",
       [](O& o, const V& v) {
         formats::image_format_of(v.word(0));
         o.output.extra.push_back(v.word(0));
       }},
      {{"floatfile", "floatimage"}, output, 1, 1, "FILE", "floatimage.bin", "photons as float32", [](O& o, const V& v) { name_output(o.output.float_file, o.output.float_named, v); }},
      {{"intfile", "intimage"}, output, 1, 1, "FILE", "intimage.img", "SMV image, scaled, without noise", [](O& o, const V& v) { name_output(o.output.int_file, o.output.int_named, v); }},
      {{"pgmfile", "pgmimage"}, output, 1, 1, "FILE", "image.pgm", "8-bit picture",
       [](O& o, const V& v) {
         name_output(o.output.pgm_file, o.output.pgm_named, v);
         o.output.pgm = true;
       }},
      {{"nopgm"}, output, 0, 0, "", "off", "no PGM", [](O& o, const V&) { o.output.pgm = o.output.pgm_named = false; }},
      {{"noisefile", "noiseimage"}, output, 1, 1, "FILE", "noiseimage.img", "SMV image with counting noise, on photon scale",
       [](O& o, const V& v) {
         name_output(o.output.noise_file, o.output.noise_named, v);
         o.output.noise = true;
       }},
      {{"nonoise"}, output, 0, 0, "", "off", "no noise image", [](O& o, const V&) { o.output.noise = o.output.noise_named = false; }},
      {{"scale"}, output, 1, 1, "X", "55000 / brightest", "counts per photon of the noiseless image", [](O& o, const V& v) { o.output.scale = v.number(0); }},
      {{"pgmscale"}, output, 1, 1, "X", "50 / rmsd", "grey levels per photon of the PGM",
       [](O& o, const V& v) {
         o.output.pgm_scale = v.number(0);
         o.output.pgm = true;
       }},
      {{"png_scale"}, output, 1, 1, "log | linear", "log", "grey scale of PNG previews", set_png_scale},
      {{"png_percentile"}, output, 1, 1, "P", "99.9", "pixels above this percentile are black in PNG previews",
       [](O& o, const V& v) {
         o.output.png_percentile = v.number(0);
         if (o.output.png_percentile < 0 || o.output.png_percentile > 100) v.refuse(0, "it is between 0 and 100");
       }},
      {{"adc", "adcoffset", "adc_offset"}, output, 1, 1, "N", "40", "offset of both SMV images", [](O& o, const V& v) { o.output.adc_offset = v.number(0); }},
      {{"seed"}, output, 1, 1, "N", "the clock", "seed of the noise", [](O& o, const V& v) { o.output.seed = v.integer(0); }},
      {{"printout"}, output, 0, 0, "", "off", "print what goes into every pixel", [](O& o, const V&) { o.output.print_pixels = true; }},
      {{"printout_pixel"}, output, 2, 2, "fast slow", "all", "print what goes into one pixel",
       [](O& o, const V& v) {
         o.output.print_pixels = true;
         if (v.count() == 2) o.output.print_pixel = {v.integer(0), v.integer(1)};
       }, false, false, 0, 0},
      {{"trace_pixel"}, output, 2, 2, "slow fast", "off", "print every intermediate of one pixel",
       [](O& o, const V& v) { o.output.trace_pixel = {v.integer(0), v.integer(1)}; }},
      {{"progress"}, output, 0, 0, "", "on", "show progress", [](O& o, const V&) { o.output.progress = true; }},
      {{"noprogress"}, output, 0, 0, "", "off", "show no progress", [](O& o, const V&) { o.output.progress = false; }},
      {{"show_config"}, output, 0, 0, "", "off", "print every derived quantity, its unit and where it came from", [](O& o, const V&) { o.output.show_config = true; }},
      {{"quiet"}, output, 0, 0, "", "off", "print errors and warnings only", [](O& o, const V&) { o.output.quiet = true; }},

      {{"quirks"}, run, 1, 1, "all | none | ID,ID...", "by program", "behaviours of nanoBragg to keep: `femtobragg quirks` lists them", [](O& o, const V& v) { o.run.quirks = v.word(0); }},
      {{"dtype"}, run, 1, 1, "TYPE", "float64", "number type of the calculation", [](O& o, const V& v) { o.run.number_type = v.word(0); }},
      {{"device"}, run, 1, 1, "NAME", "auto", "backend: auto, reference", [](O& o, const V& v) { o.run.device = v.word(0); }},
      {{"threads"}, run, 1, 1, "N", "all cores", "number of threads; the image does not depend on it",
       [](O& o, const V& v) {
         o.run.threads = v.integer(0);
         if (o.run.threads < 1 || o.run.threads > 4096) v.refuse(0, "it is 1 to 4096");
       }},
      {{"version"}, run, 0, 0, "", "", "print the version", [](O& o, const V&) { o.run.version = true; }},
      {{"h", "help"}, run, 0, 0, "", "", "print this help", [](O& o, const V&) { o.run.help = true; }},

      {{"stol", "4stol", "Q"}, ignored, 1, 1, "FILE", "none", "read and checked, not used", [](O& o, const V& v) { o.files.stol = v.word(0); }},
      {{"stolout"}, ignored, 1, 1, "FILE", "none", "never written", [](O&, const V&) {}},
      {{"coherent"}, ignored, 0, 0, "", "", "", [](O&, const V&) {}},
      {{"density", "sample_density"}, ignored, 1, 1, "g/cm^3", "", "", [](O&, const V&) {}},
      {{"MW", "molec", "molecular_weight"}, ignored, 1, 1, "Da", "", "", [](O&, const V&) {}},
  };
  // clang-format on
  return flags;
}

}  // namespace

std::span<const Flag> flag_table() { return table(); }

}  // namespace femtobragg::nanobragg
