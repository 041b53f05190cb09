// The set-up of the detector, in the order in which one thing follows from another.
#include "femtobragg/nanobragg/flags/detector_geometry.h"

#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::nanobragg {
namespace {

constexpr double tiny = std::numeric_limits<double>::min();

[[noreturn]] void refuse_geometry(const char* what, double value, const char* rule, const char* remedy) {
  throw Error::usage({.what = what, .value = format_number(value), .rule = rule, .remedy = remedy});
}

class Solver {
 public:
  Solver(const DetectorOptions& options, const QuirkSet& quirks) : o_(options), q_(quirks) {}

  DetectorGeometry solve() {
    set_sizes();
    choose_convention();
    set_axes();
    choose_pivot();
    set_centres();
    set_distances();
    set_pivot_points();
    place();
    read_back();
    return g_;
  }

 private:
  bool on(Quirk quirk) const { return q_.on(quirk); }

  void set_sizes() {
    g_.pixel_m = o_.pixel_m;
    if (!(o_.pixel_m > 0) || !std::isfinite(o_.pixel_m))
      refuse_geometry("impossible pixel size", mm_from_metres(o_.pixel_m), "it must be above zero (mm)",
                      "check -pixel and image headers");
    g_.pixel_slow_m = o_.pixel_m * o_.slow_over_fast;
    set_size(o_.n_fast, o_.size_fast_m, g_.pixel_m, g_.n_fast, g_.size_fast_m);
    set_size(o_.n_slow, o_.size_slow_m, g_.pixel_slow_m, g_.n_slow, g_.size_slow_m);
    // Far more than any detector, and small enough for exact arithmetic.
    if (std::max(g_.n_fast, g_.n_slow) > std::size_t{1} << 40)
      refuse_geometry("impossible number of pixels", static_cast<double>(std::max(g_.n_fast, g_.n_slow)),
                      "at most 2^40 along an axis", "check -detpixels, -detsize and -pixel");
  }

  static void set_size(const std::optional<std::int64_t>& count, double typed_m, double pixel_m, std::size_t& n,
                       double& size_m) {
    const double pixels = count ? static_cast<double>(*count) : std::ceil(typed_m / pixel_m - 0.5);
    if (!(pixels >= 1) || !(pixels < 1e15))
      refuse_geometry("impossible number of pixels", pixels, "a detector needs at least one",
                      "check -detpixels, -detsize and -pixel");
    n = static_cast<std::size_t>(pixels);
    size_m = count ? static_cast<double>(*count) * pixel_m : typed_m;
  }

  void choose_convention() {
    const bool keeps_named = o_.convention.has_value() && !on(Quirk::CustomAxes);
    g_.convention = o_.custom && !keeps_named ? Convention::Custom : o_.convention.value_or(Convention::Mosflm);
  }

  void set_axes() {
    const ConventionRow& row = convention_row(g_.convention);
    const AxisVectors given = vectors_in_force(o_, q_);
    g_.beam = direction(given.beam.value_or(row.beam), "beam.direction");
    g_.initial_fast = direction(given.fast.value_or(row.fast), "-fdet_vector");
    g_.initial_slow = direction(given.slow.value_or(row.slow), "-sdet_vector");
    g_.polarization = unit(given.polarization.value_or(row.polarization));
    g_.spindle = given.spindle.value_or(row.polarization);
    g_.spindle = on(Quirk::AxisLength) ? unit(g_.spindle) : direction(g_.spindle, "rotation.axis");
    g_.twotheta_axis = given.twotheta.value_or(row.twotheta_axis);
    if (!on(Quirk::AxisLength)) g_.twotheta_axis = direction(g_.twotheta_axis, "-twotheta_axis");
    g_.vertical = unit(cross(g_.beam, g_.polarization));
    set_normal(given, row);
    g_.rotation_rad = o_.rotation_rad;
    g_.twotheta_rad = o_.twotheta_rad;
    rotate_axes();
  }

  static Vec3d direction(const Vec3d& v, const char* flag) {
    if (is_finite(v) && norm(v) > 0) return unit(v);
    throw Error::usage({.what = "a vector without direction",
                        .where = flag,
                        .rule = "it must be finite and not zero",
                        .remedy = "correct the vector"});
  }

  void set_normal(const AxisVectors& given, const ConventionRow& row) {
    const Vec3d perpendicular = cross(g_.initial_fast, g_.initial_slow);
    const Vec3d typed = given.normal.value_or(row.normal);
    if (on(Quirk::OdetSkew)) {
      // A normal whose typed length is exactly one is believed, even if it is skew.
      g_.initial_normal = norm(typed) == 1.0 ? typed : direction(perpendicular, "-odet_vector");
      return;
    }
    if (!given.normal) {
      const bool own_plane = given.fast || given.slow;
      const Vec3d normal = own_plane ? direction(perpendicular, "-fdet_vector and -sdet_vector") : row.normal;
      // A left-handed pair of axes must not turn the detector's back to the sample.
      const Vec3d outward = placed_by_pix0(o_, q_) ? *o_.pix0_m : g_.beam;
      g_.initial_normal = own_plane && dot(normal, outward) < 0 ? -normal : normal;
      return;
    }
    g_.initial_normal = direction(typed, "-odet_vector");
    const double skew =
        std::max(std::abs(dot(g_.initial_normal, g_.initial_fast)), std::abs(dot(g_.initial_normal, g_.initial_slow)));
    if (skew > 1e-6)
      refuse_geometry("the detector normal is not perpendicular to its axes", skew,
                      "-odet_vector must be at right angles to -fdet_vector and -sdet_vector",
                      "remove it: it follows from the two axes");
  }

  void rotate_axes() {
    const auto rotated = [&](const Vec3d& v) { return physics::rotate_about_lab_axes(v, g_.rotation_rad); };
    const auto swung = [&](const Vec3d& v) { return physics::rotate_about_axis(v, g_.twotheta_axis, g_.twotheta_rad); };
    g_.rotated_fast = rotated(g_.initial_fast);
    g_.rotated_slow = rotated(g_.initial_slow);
    g_.rotated_normal = rotated(g_.initial_normal);
    g_.fast = swung(g_.rotated_fast);
    g_.slow = swung(g_.rotated_slow);
    g_.normal = swung(g_.rotated_normal);
  }

  void choose_pivot() {
    const PivotPoint by_convention = convention_row(g_.convention).pivot;
    const auto choose = [&](PivotPoint pivot, PivotRule rule) {
      g_.pivot = pivot;
      g_.pivot_rule = rule;
    };
    choose(by_convention, PivotRule::Convention);
    if (on(Quirk::Pivot)) {
      if (g_.convention == Convention::Custom) choose(o_.last_pivot, PivotRule::LastFlag);
    } else if (o_.pivot)
      choose(*o_.pivot, PivotRule::PivotFlag);
    else if (o_.twotheta_rad != 0)
      choose(PivotPoint::Sample, PivotRule::Twotheta);
    else if (o_.last_centre)
      choose(*o_.last_centre, PivotRule::LastFlag);
  }

  /// Near point and beam centre as the flags and the convention give them.
  void set_centres() {
    const double p = g_.pixel_m;
    const DetectorPoint near{o_.org_x ? (*o_.org_x - 0.5) * p : g_.size_fast_m / 2.0,
                             o_.org_y ? (*o_.org_y - 0.5) * p : g_.size_slow_m / 2.0};
    g_.xy_close = {o_.x_close_m.value_or(near.fast), o_.y_close_m.value_or(near.slow)};
    const DetectorPoint centre = default_beam_centre(g_.convention, g_.size_fast_m, g_.size_slow_m, p, g_.xy_close);
    set_stated_centre();
    g_.xy_beam = {x_m_.value_or(centre.fast), y_m_.value_or(centre.slow)};
    g_.beam_point = beam_point_from_xy(g_.convention, g_.xy_beam, g_.size_slow_m, p);
    // Older rule: CUSTOM takes the beam centre for the near point, the others know -ORGX and -ORGY only.
    g_.near_point = on(Quirk::ClosePoint) && g_.convention != Convention::Custom ? near : g_.xy_close;
    if (on(Quirk::ClosePoint) && g_.convention == Convention::Custom) g_.near_point = g_.xy_beam;
  }

  /// Of flags, else of an image's header.
  void set_stated_centre() {
    const StatedCentre& header = o_.header_centre;
    x_m_ = header.x_m;
    y_m_ = header.y_m;
    if (header.point && !on(Quirk::HeaderCentre) && !(header.by_convention && o_.convention)) {
      const DetectorPoint xy = xy_from_beam_point(g_.convention, *header.point, g_.size_slow_m, g_.pixel_m);
      // Keys that mean the same differ by the digits that are written.
      const auto same = [&](const std::optional<double>& m, double other) {
        return m && std::abs(*m - other) <= 2e-3 * g_.pixel_m + 2e-5 * std::abs(other);
      };
      if (!same(x_m_, xy.fast)) x_m_ = xy.fast;
      if (!same(y_m_, xy.slow)) y_m_ = xy.slow;
    }
    if (o_.x_beam_m) x_m_ = o_.x_beam_m;
    if (o_.y_beam_m) y_m_ = o_.y_beam_m;
  }

  void set_distances() {
    g_.ratio = dot(g_.beam, g_.rotated_normal);
    if (!on(Quirk::TwothetaReport) && g_.pivot == PivotPoint::Beam) g_.ratio = dot(g_.beam, g_.normal);
    if (g_.ratio == 0.0) g_.ratio = tiny;
    const double distance = o_.distance_m.value_or(0.1);
    if (!(distance > 0) || (o_.close_distance_m && !(*o_.close_distance_m > 0)))
      refuse_geometry("impossible distance", mm_from_metres(o_.close_distance_m.value_or(distance)),
                      "it must be above zero (mm)", "check -distance, -close_distance and image headers");
    g_.close_distance_m = o_.close_distance_m.value_or(std::abs(g_.ratio * distance));
    g_.distance_m = g_.close_distance_m / g_.ratio;
  }

  /// Right rules: a near point given by flags holds, and what is not given follows from the other point.
  void set_pivot_points() {
    const bool flags_known = !on(Quirk::ClosePoint) || g_.near_point_is_centre();
    const bool near_fast = flags_known && (o_.org_x || o_.x_close_m),
               near_slow = flags_known && (o_.org_y || o_.y_close_m);
    const double cosine = dot(g_.beam, g_.initial_normal);
    // From the near point to the direct beam, before any rotation.
    const double shift_fast = cosine != 0 ? g_.close_distance_m * dot(g_.beam, g_.initial_fast) / cosine : 0;
    const double shift_slow = cosine != 0 ? g_.close_distance_m * dot(g_.beam, g_.initial_slow) / cosine : 0;
    if (!on(Quirk::Pivot) && g_.pivot == PivotPoint::Sample) {
      if (!near_fast) g_.near_point.fast = g_.beam_point.fast - shift_fast;
      if (!near_slow) g_.near_point.slow = g_.beam_point.slow - shift_slow;
    }
    if (!on(Quirk::ClosePoint) && g_.pivot == PivotPoint::Beam) {
      const bool x_is_last = x_is_slow(g_.convention);
      if (near_fast && !(x_is_last ? y_m_ : x_m_)) g_.beam_point.fast = g_.near_point.fast + shift_fast;
      if (near_slow && !(x_is_last ? x_m_ : y_m_)) g_.beam_point.slow = g_.near_point.slow + shift_slow;
    }
    g_.set_up_beam_point = g_.beam_point;
    g_.set_up_near_point = g_.near_point;
    g_.set_up_distance_m = g_.distance_m;
    g_.set_up_close_distance_m = g_.close_distance_m;
  }

  void place() {
    PivotTerms& t = g_.terms;
    if (g_.pivot == PivotPoint::Sample) {
      t.fast_term = -g_.near_point.fast * g_.initial_fast;
      t.slow_term = -g_.near_point.slow * g_.initial_slow;
      t.distance_term = g_.close_distance_m * g_.initial_normal;
      t.before_rotation = t.fast_term + t.slow_term + t.distance_term;
      t.after_rotations = physics::rotate_about_lab_axes(t.before_rotation, g_.rotation_rad);
      g_.origin_m = physics::rotate_about_axis(t.after_rotations, g_.twotheta_axis, g_.twotheta_rad);
    } else {
      t.fast_term = -g_.beam_point.fast * g_.fast;
      t.slow_term = -g_.beam_point.slow * g_.slow;
      t.distance_term = g_.distance_m * g_.beam;
      g_.origin_m = t.fast_term + t.slow_term + t.distance_term;
    }
    if (!placed_by_pix0(o_, q_)) return;
    g_.origin_m = *o_.pix0_m;
    const double distance = dot(g_.origin_m, g_.normal);
    if (!(distance > 0) || !std::isfinite(distance))
      refuse_geometry("the detector does not face the sample", mm_from_metres(distance),
                      "the plane's distance (mm) from the sample, along its normal, must be above zero",
                      "check -pix0_vector");
  }

  /// What headers and reports say, from the detector in its final position.
  void read_back() {
    double ratio = on(Quirk::TwothetaReport) ? g_.ratio : dot(g_.beam, g_.normal);
    if (ratio == 0.0) ratio = tiny;
    g_.near_point = {-dot(g_.origin_m, g_.fast), -dot(g_.origin_m, g_.slow)};
    g_.close_distance_m = dot(g_.origin_m, g_.normal);
    g_.distance_m = g_.close_distance_m / ratio;
    const Vec3d spot = g_.distance_m * g_.beam - g_.origin_m;
    g_.beam_point = {dot(g_.fast, spot), dot(g_.slow, spot)};
    g_.org_x = g_.near_point.fast / g_.pixel_m + 0.5;
    g_.org_y = g_.near_point.slow / g_.pixel_slow_m + 0.5;
    // Written as full dot products so that zeros keep the sign that older headers show.
    const auto along = [&](const Vec3d& axis) { return 1000.0 * dot(axis, g_.origin_m); };
    g_.dials_origin_mm = {along({0, 0, 1}), along({0, 1, 0}), along({-1, 0, 0})};
    const bool org_is_new = (o_.org_x || o_.org_y) && !g_.near_point_is_centre();
    const bool close_is_new = (o_.x_close_m || o_.y_close_m) && g_.convention != Convention::Custom;
    g_.centre_follows = placed_by_pix0(o_, q_) || (!on(Quirk::ClosePoint) && (org_is_new || close_is_new));
    if (g_.centre_follows) g_.xy_beam = xy_from_beam_point(g_.convention, g_.beam_point, g_.size_slow_m, g_.pixel_m);
  }

  const DetectorOptions& o_;
  const QuirkSet& q_;
  DetectorGeometry g_;
  std::optional<double> x_m_, y_m_;  ///< the beam centre, where it is stated
};

bool close(const Vec3d& a, const Vec3d& b, double scale) { return norm(a - b) <= 1e-12 * scale; }
bool close(double a, double b, double scale) { return a == b || std::abs(a - b) <= 1e-12 * scale; }
bool close(DetectorPoint a, DetectorPoint b, double scale) {
  return close(a.fast, b.fast, scale) && close(a.slow, b.slow, scale);
}

}  // namespace

bool equivalent(const DetectorGeometry& a, const DetectorGeometry& b) {
  const double scale = norm(a.origin_m) + std::abs(a.distance_m) + a.size_fast_m + a.size_slow_m;
  return a.n_fast == b.n_fast && a.n_slow == b.n_slow && close(a.beam, b.beam, 1) &&
         close(a.polarization, b.polarization, 1) && close(a.spindle, b.spindle, 1) && close(a.fast, b.fast, 1) &&
         close(a.slow, b.slow, 1) && close(a.normal, b.normal, 1) && close(a.origin_m, b.origin_m, scale) &&
         close(a.distance_m, b.distance_m, scale) && close(a.beam_point, b.beam_point, scale);
}

AxisVectors vectors_in_force(const DetectorOptions& options, const QuirkSet& quirks) {
  if (!options.custom) return {};
  return quirks.on(Quirk::CustomAxes) ? options.vectors : options.recent_vectors;
}

bool placed_by_pix0(const DetectorOptions& options, const QuirkSet& quirks) {
  return options.pix0_m && !quirks.on(Quirk::Pix0);
}

DetectorGeometry solve_geometry(const DetectorOptions& options, const QuirkSet& quirks) {
  return Solver(options, quirks).solve();
}

}  // namespace femtobragg::nanobragg
