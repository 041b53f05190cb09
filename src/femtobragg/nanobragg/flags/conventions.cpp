// One row for each convention.
#include "femtobragg/nanobragg/flags/conventions.h"

#include <array>

namespace femtobragg::nanobragg {
namespace {

// Written out, because the minus of a zero would show in headers.
constexpr Vec3d X{1, 0, 0}, Y{0, 1, 0}, Z{0, 0, 1}, minus_X{-1, 0, 0}, minus_Y{0, -1, 0}, minus_Z{0, 0, -1};

constexpr std::string_view straight = "Fbeam←Xbeam_mm,Sbeam←Ybeam_mm", swapped = "Fbeam←Ybeam_mm,Sbeam←Xbeam_mm",
                           from_below = "Fbeam←Xbeam_mm,Sbeam←detsize_s_mm-Ybeam_mm",
                           half_pixel_on = "Fbeam←Ybeam_mm(+0.5px),Sbeam←Xbeam_mm(+0.5px)";

constexpr std::array<ConventionRow, 6> convention_rows = {{
    {Convention::Custom, "CUSTOM", X, Z, minus_Y, X, Y, Z, PivotPoint::Beam, straight},
    {Convention::Adxv, "ADXV", Z, X, minus_Y, Z, minus_X, X, PivotPoint::Beam, from_below},
    {Convention::Mosflm, "MOSFLM", X, Z, minus_Y, X, minus_Z, Z, PivotPoint::Beam, half_pixel_on},
    {Convention::Denzo, "DENZO", X, Z, minus_Y, X, minus_Z, Z, PivotPoint::Beam, swapped},
    {Convention::Xds, "XDS", Z, X, Y, Z, X, X, PivotPoint::Sample, straight},
    {Convention::Dials, "DIALS", Z, X, Y, Z, Y, Y, PivotPoint::Sample, straight},
}};

}  // namespace

const ConventionRow& convention_row(Convention convention) {
  return convention_rows[static_cast<std::size_t>(convention)];
}

bool x_is_slow(Convention convention) { return convention == Convention::Mosflm || convention == Convention::Denzo; }

DetectorPoint default_beam_centre(Convention convention, double size_fast_m, double size_slow_m, double pixel_m,
                                  DetectorPoint near) {
  if (x_is_slow(convention)) return {(size_slow_m + pixel_m) / 2.0, (size_fast_m + pixel_m) / 2.0};
  if (convention == Convention::Adxv) return {(size_fast_m + pixel_m) / 2.0, (size_slow_m - pixel_m) / 2.0};
  return near;
}

DetectorPoint beam_point_from_xy(Convention convention, DetectorPoint xy, double size_slow_m, double pixel_m) {
  switch (convention) {
    case Convention::Mosflm: return {xy.slow + 0.5 * pixel_m, xy.fast + 0.5 * pixel_m};
    case Convention::Denzo: return {xy.slow, xy.fast};
    case Convention::Adxv: return {xy.fast, size_slow_m - xy.slow};
    case Convention::Custom:
    case Convention::Xds:
    case Convention::Dials: break;
  }
  return xy;
}

DetectorPoint xy_from_beam_point(Convention convention, DetectorPoint beam, double size_slow_m, double pixel_m) {
  switch (convention) {
    case Convention::Mosflm: return {beam.slow - 0.5 * pixel_m, beam.fast - 0.5 * pixel_m};
    case Convention::Denzo: return {beam.slow, beam.fast};
    case Convention::Adxv: return {beam.fast, size_slow_m - beam.slow};
    case Convention::Custom:
    case Convention::Xds:
    case Convention::Dials: break;
  }
  return beam;
}

}  // namespace femtobragg::nanobragg
