// Flags of the detector, one row for each.
#include "femtobragg/nanobragg/flags/flag_groups.h"

#include <cmath>

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view detector = "Detector";

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
  if (v.strict() && n <= 0) v.refuse(i, "a detector must have at least one pixel along each axis");
  return n;
}

void set_twotheta(O& o, double degrees) {
  o.detector.twotheta_rad = radians_from_degrees(degrees);
  o.detector.last_pivot = PivotPoint::Sample;
}

void set_sensor_attenuation(O& o, const V& v) {
  DetectorOptions& d = o.detector;
  const double depth_um = v.word(0).find("inf") != std::string::npos ? 0.0 : v.number_or_infinity(0);
  d.sensor_off = depth_um == 0.0 || std::isinf(depth_um);
  if (v.strict() && depth_um < 0) v.refuse(0, "an attenuation depth must be above zero, or inf");
  if (!d.sensor_off) {
    d.attenuation_per_m = 1.0 / metres_from_um(depth_um);
    return;
  }
  d.attenuation_per_m = 0;
  if (v.quirk(Quirk::AbsorbZero)) d.thickness_m = 0;
}

}  // namespace

std::vector<Flag> detector_flags() {
  // clang-format off
  return {
      usual({{"pixel", "pixel_size", "pixelsize"}, detector, 1, 1, "mm", "0.1", "edge of a pixel",
       [](O& o, const V& v) {
         o.detector.pixel_m = metres_from_mm(v.number(0));
         if (v.strict() && !(o.detector.pixel_m > 0)) v.refuse(0, "a pixel must have a size above zero");
       }}),
      {{"detsize"}, detector, 1, 1, "mm", "102.4", "size of the detector", [](O& o, const V& v) { o.detector.size_fast_m = o.detector.size_slow_m = metres_from_mm(v.number(0)); }},
      {{"detsize_f"}, detector, 1, 1, "mm", "102.4", "size along the fast axis", [](O& o, const V& v) { o.detector.size_fast_m = metres_from_mm(v.number(0)); }},
      {{"detsize_s"}, detector, 1, 1, "mm", "102.4", "size along the slow axis", [](O& o, const V& v) { o.detector.size_slow_m = metres_from_mm(v.number(0)); }},
      usual({{"detpixels"}, detector, 1, 1, "N", "from the size", "pixels along each axis", [](O& o, const V& v) { o.detector.n_fast = o.detector.n_slow = pixel_count(v); }}),
      {{"detpixels_f", "detpixels_x"}, detector, 1, 1, "N", "from the size", "pixels along the fast axis", [](O& o, const V& v) { o.detector.n_fast = pixel_count(v); }},
      {{"detpixels_s", "detpixels_y"}, detector, 1, 1, "N", "from the size", "pixels along the slow axis", [](O& o, const V& v) { o.detector.n_slow = pixel_count(v); }},
      usual({{"distance"}, detector, 1, 1, "mm", "100", "from the sample to the detector along the beam",
       [](O& o, const V& v) {
         o.detector.distance_m = metres_from_mm(v.number(0));
         if (v.strict() && !(*o.detector.distance_m > 0)) v.refuse(0, "a distance must be above zero");
         if (o.detector.close_distance_from_header && !v.quirk(Quirk::HeaderDistance)) o.detector.close_distance_m.reset();
         o.detector.last_pivot = PivotPoint::Beam;
       }}),
      {{"close_distance"}, detector, 1, 1, "mm", "from -distance", "from the sample to the nearest point of the detector's plane",
       [](O& o, const V& v) {
         o.detector.close_distance_m = metres_from_mm(v.number(0));
         o.detector.close_distance_from_header = false;
         if (v.strict() && !(*o.detector.close_distance_m > 0)) v.refuse(0, "a distance must be above zero");
         o.detector.last_pivot = PivotPoint::Sample;
         o.detector.last_centre = PivotPoint::Sample;
       }},
      {{"Xbeam"}, detector, 1, 1, "mm", "centre", "beam centre, X of the convention", [](O& o, const V& v) { set_beam_centre(o, &DetectorOptions::x_beam_m, v); }},
      {{"Ybeam"}, detector, 1, 1, "mm", "centre", "beam centre, Y of the convention", [](O& o, const V& v) { set_beam_centre(o, &DetectorOptions::y_beam_m, v); }},
      {{"Xclose"}, detector, 1, 1, "mm", "centre", "point nearest to the sample, along fast", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::x_close_m, metres_from_mm(v.number(0))); }},
      {{"Yclose"}, detector, 1, 1, "mm", "centre", "point nearest to the sample, along slow", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::y_close_m, metres_from_mm(v.number(0))); }},
      {{"ORGX"}, detector, 1, 1, "px", "centre", "XDS origin along fast: the nearest point", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::org_x, v.number(0)); }},
      {{"ORGY"}, detector, 1, 1, "px", "centre", "XDS origin along slow: the nearest point", [](O& o, const V& v) { set_near_point(o, &DetectorOptions::org_y, v.number(0)); }},
      {{"pivot"}, detector, 1, 1, "beam | sample", "by convention", "point that stays in place when the detector is rotated",
       [](O& o, const V& v) {
         const bool sample = v.word(0).find("sample") != std::string::npos, centre = v.word(0).find("beam") != std::string::npos;
         if (v.strict() && !sample && !centre) v.refuse(0, "it must be beam or sample");
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
         const bool is_angle = v.quirk(Quirk::TwothetaAxisFlag);
         if (v.count() == 3)
           set_vector(o, &AxisVectors::twotheta, v);
         else
           v.warn(is_angle ? "needs x y z; only its angle is used" : "needs x y z; ignored");
         if (is_angle) set_twotheta(o, v.number(0));
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
      {{"curved_det", "curved_detector"}, detector, 0, 0, "", "off", "detector bent to a sphere around the sample",
       [](O& o, const V& v) { o.detector.curved = !(v.quirk(Quirk::CurvedLast) && v.is_last_word()) || o.detector.curved; }},
      {{"point_pixel"}, detector, 0, 0, "", "off", "pixels without obliquity", [](O& o, const V&) { o.detector.point_pixel = true; }},
      {{"detector_abs", "detector_absorb", "detector_absorption"}, detector, 1, 1, "um", "the thickness", "attenuation depth of the sensor; inf: no absorption",
       set_sensor_attenuation, true},
      {{"detector_thick"}, detector, 1, 1, "um", "0", "thickness of the sensor", [](O& o, const V& v) { o.detector.thickness_m = not_negative(v, metres_from_um(v.number(0))); }, true},
      {{"detector_thicksteps", "thicksteps"}, detector, 1, 1, "N", "as few as keep errors small; 2 with -detector_thick", "layers of the sensor",
       [](O& o, const V& v) { o.detector.thickness_steps = step_count(v); }, true},
      {{"roi"}, detector, 4, 4, "xmin xmax ymin ymax (px)", "all", "pixels to render, both ends included",
       [](O& o, const V& v) {
         for (std::size_t i = 0; i < 4; ++i) o.detector.roi[i] = v.integer(i);
       }},
  };
  // clang-format on
}

}  // namespace femtobragg::nanobragg
