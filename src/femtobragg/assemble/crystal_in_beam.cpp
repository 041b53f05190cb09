// The beam's cross section is integrated over the lengths of its chords through the crystal.
#include "femtobragg/assemble/crystal_in_beam.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "femtobragg/base/quadrature.h"
#include "femtobragg/base/text.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::assemble {
namespace {

using Rule = Quadrature<40>;

/// Of a line through a body.
struct Chord {
  double length = 0;
  int faces = 0;  ///< a number for the two by which it enters and leaves
};

/// A body about the origin: along some axes it ends at planes, along the others it is round.
class Body {
 public:
  Body(CrystalForm form, const Vec3d& size_m) : half_{size_m.x / 2, size_m.y / 2, size_m.z / 2} {
    const auto longest = static_cast<std::size_t>(std::ranges::max_element(half_) - half_.begin());
    for (std::size_t i = 0; i < 3; ++i)
      round_[i] = form == CrystalForm::Sphere || (form == CrystalForm::Needle && i != longest);
  }

  double volume() const {
    static constexpr std::array<double, 4> of_cube{1, 1, pi / 4, pi / 6};
    return 8 * half_[0] * half_[1] * half_[2] * of_cube[static_cast<std::size_t>(std::ranges::count(round_, true))];
  }

  /// The point that is farthest in a direction.
  Vec3d farthest(const Vec3d& direction) const {
    const std::array n = {direction.x, direction.y, direction.z};
    const double rounded = reach_of_round(n);
    std::array<double, 3> p{};
    for (std::size_t i = 0; i < 3; ++i) {
      if (!round_[i])
        p[i] = std::copysign(half_[i], n[i]);
      else if (rounded > 0)
        p[i] = half_[i] * half_[i] * n[i] / rounded;
    }
    return {p[0], p[1], p[2]};
  }

  /// Heights of corners, and of the ends of round edges, along a direction.
  std::vector<double> corners(const Vec3d& direction) const {
    const std::array n = {direction.x, direction.y, direction.z};
    std::vector<double> heights = {0};
    for (std::size_t i = 0; i < 3; ++i)
      if (!round_[i]) heights = both_ways(heights, half_[i] * n[i]);
    return both_ways(heights, reach_of_round(n));
  }

  Chord chord(const Vec3d& point, const Vec3d& direction) const {
    const std::array p = {point.x, point.y, point.z}, d = {direction.x, direction.y, direction.z};
    double begin = -std::numeric_limits<double>::infinity(), end = -begin, a = 0, b = 0, c = -1;
    int entry = 0, exit = 0;
    const auto cut = [&](double middle, double reach, int face) {
      if (middle - reach > begin) begin = middle - reach, entry = face;
      if (middle + reach < end) end = middle + reach, exit = face;
    };
    for (std::size_t i = 0; i < 3; ++i) {
      const double x = p[i] / half_[i], slope = d[i] / half_[i];
      if (round_[i])
        a += slope * slope, b += slope * x, c += x * x;
      else if (slope != 0)
        cut(-x / slope, std::abs(1 / slope), static_cast<int>(i));
      else if (std::abs(x) > 1)
        return {};
    }
    if (a > 0) cut(-b / a, std::sqrt(std::max(b * b - a * c, 0.0)) / a, 3);
    const bool misses = a > 0 ? b * b <= a * c : c > 0;
    return misses || end <= begin ? Chord{} : Chord{end - begin, 1 + 4 * entry + exit};
  }

 private:
  double reach_of_round(const std::array<double, 3>& n) const {
    double squares = 0;
    for (std::size_t i = 0; i < 3; ++i)
      if (round_[i]) squares += half_[i] * half_[i] * n[i] * n[i];
    return std::sqrt(squares);
  }
  static std::vector<double> both_ways(const std::vector<double>& heights, double step) {
    std::vector<double> all;
    for (const double height : heights) all.insert(all.end(), {height - step, height + step});
    return all;
  }

  std::array<double, 3> half_;
  std::array<bool, 3> round_{};
};

class LitVolume {
 public:
  LitVolume(CrystalForm form, const Vec3d& size_m, const BeamSpot& beam)
      : body_(form, size_m),
        beam_(beam),
        vertical_(cross(beam.direction, beam.horizontal)),
        // What lies beyond seven standard deviations is 1e-11 of all photons.
        reach_(beam.profile == BeamProfile::Flat ? beam.size_m / 2 : 7 * sigma(beam)) {
    const Vec3d highest = body_.farthest(vertical_);
    top_ = dot(highest, vertical_);
    side_ = dot(body_.farthest(beam.horizontal), beam.horizontal);
    lean_ = dot(highest, beam.horizontal) / top_;
  }

  double value() const {
    if (beam_.profile == BeamProfile::Flat && top_ <= reach_ && side_ <= reach_) return body_.volume();
    const std::vector<double> corners = body_.corners(vertical_);
    const auto label = [&](double v) {
      const Slice s = slice(v);
      const auto passed = std::ranges::count_if(corners, [&](double height) { return height < v; });
      return static_cast<int>(4 * passed) + 2 * s.cut_left + s.cut_right;
    };
    // The other half is its mirror image.
    return 2 * rule().integral_in_parts(0, std::min(top_, reach_), label, [&](double v) { return integral_at(v); });
  }

 private:
  static const Rule& rule() {
    static const Rule rule;
    return rule;
  }
  static double sigma(const BeamSpot& beam) { return beam.size_m / (2 * std::sqrt(2 * std::log(2.0))); }

  Chord chord(double u, double v) const { return body_.chord(u * beam_.horizontal + v * vertical_, beam_.direction); }
  double profile(double u, double v) const {
    if (beam_.profile == BeamProfile::Flat) return 1;
    const double s = sigma(beam_);
    return std::exp(-0.5 * (u * u + v * v) / (s * s));
  }

  /// Where a slice ends, between a place inside and one that is not.
  double edge(double inside, double outside, double v) const {
    for (int halving = 0; halving < 44; ++halving) {
      const double middle = 0.5 * (inside + outside);
      (chord(middle, v).length > 0 ? inside : outside) = middle;
    }
    return inside;
  }

  struct Slice {
    double left, right;
    bool cut_left, cut_right;  ///< by the edge of the beam
  };
  Slice slice(double v) const {
    const double inside = lean_ * v, left = edge(inside, -side_, v), right = edge(inside, side_, v);
    const bool cut_left = left<-reach_, cut_right = right> reach_;
    return {std::max(left, -reach_), std::min(right, reach_), cut_left, cut_right};
  }
  double integral_at(double v) const {
    const Slice s = slice(v);
    if (!(s.left < s.right)) return 0;
    const auto faces = [&](double u) { return chord(u, v).faces; };
    return rule().integral_in_parts(s.left, s.right, faces,
                                    [&](double u) { return profile(u, v) * chord(u, v).length; });
  }

  Body body_;
  BeamSpot beam_;
  Vec3d vertical_;
  double reach_;
  double top_ = 0, side_ = 0;  ///< how far the body reaches, upwards and to both sides
  double lean_ = 0;            ///< the line from the middle to the highest point, which passes through all slices
};

/// Across the beam, along the polarization axis where that has a part across it.
Vec3d horizontal_of(const Beam& beam) {
  for (const Vec3d& axis : {beam.polarization_axis, Vec3d{0, 0, 1}, Vec3d{0, 1, 0}}) {
    const Vec3d across = axis - dot(axis, beam.direction) * beam.direction;
    if (norm(across) > 1e-6 * norm(axis)) return unit(across);
  }
  return {1, 0, 0};
}

/// Those that are rendered; many of them: middles of equal parts.
std::vector<double> angles_of(const Spindle& spindle) {
  constexpr std::int64_t most = 100;
  std::vector<double> angles;
  const std::int64_t count = std::min(spindle.phi_steps, most);
  const double sweep = spindle.phi_step_rad * static_cast<double>(spindle.phi_steps);
  for (std::int64_t i = 0; i < count; ++i)
    angles.push_back(count == spindle.phi_steps
                         ? spindle.phi_rad(i)
                         : spindle.phi_start_rad + sweep * (static_cast<double>(i) + 0.5) / static_cast<double>(count));
  return angles;
}

std::string um_text(double m) { return format_number(um_from_metres(m)) + " um"; }

void require_blocks(const CrystalScene& scene, const Crystal& crystal) {
  const Vec3d& size = scene.whole_size_m;
  const auto refuse = [&](const std::string& what, const std::string& value, const std::string& rule,
                          const std::string& remedy) {
    throw Error::usage({.what = what, .where = "crystal.whole_size", .value = value, .rule = rule, .remedy = remedy});
  };
  const std::string text = um_text(size.x) + ", " + um_text(size.y) + ", " + um_text(size.z);
  const double least = std::min({size.x, size.y, size.z}), most = std::max({size.x, size.y, size.z});
  if (!(is_finite(size) && least > 0))
    refuse("impossible size of the crystal", text, "all sizes must be above zero", "correct crystal.whole_size");
  if (scene.whole_form == CrystalForm::Needle && std::ranges::count(std::array{size.x, size.y, size.z}, most) > 1)
    refuse("a needle without a longest size", text, "it lies along the longest of its three sizes",
           "give three sizes, one of them longest");
  if (std::ranges::all_of(crystal.cells, [](double n) { return n == 1; }))
    refuse("a crystal without mosaic blocks", text, "it is made of blocks of several unit cells",
           "give the size of a block: crystal.cells or crystal.size");
  const Vec3d lengths = crystal.axes.lengths_m;
  const std::array edges = {lengths.x * crystal.cells[0], lengths.y * crystal.cells[1], lengths.z * crystal.cells[2]};
  if (least < std::ranges::min(edges) || whole_volume_m3(scene.whole_form, size) < block_volume_m3(crystal))
    refuse("the crystal is smaller than one of its mosaic blocks", text,
           "blocks are " + um_text(edges[0]) + " x " + um_text(edges[1]) + " x " + um_text(edges[2]),
           "use smaller blocks, or remove crystal.whole_size");
}

}  // namespace

double whole_volume_m3(CrystalForm form, const Vec3d& size_m) { return Body(form, size_m).volume(); }

double lit_volume_m3(CrystalForm form, const Vec3d& size_m, const BeamSpot& beam) {
  return LitVolume(form, size_m, beam).value();
}

void set_lit_volume(Assembled& result) {
  const CrystalScene& scene = result.scene.crystal;
  if (!has_many_blocks(scene)) return;
  Experiment& e = result.experiment;
  require_blocks(scene, e.crystal);
  const double size_m = result.scene.beam.size_m;
  if (!(size_m > 0))
    throw Error::usage({.what = "a beam of size zero lights nothing",
                        .where = "beam.size",
                        .value = um_text(size_m),
                        .rule = "with crystal.whole_size, it determines how much of the crystal is in the beam",
                        .remedy = "give the beam a size"});
  const Vec3d horizontal = horizontal_of(e.beam);
  const std::vector<double> angles = angles_of(e.spindle);
  double sum = 0;
  for (const double angle : angles) {
    // The beam turns backwards about the crystal.
    const auto turned = [&](const Vec3d& v) { return physics::rotate_about_axis(v, e.spindle.axis, -angle); };
    const BeamSpot spot{turned(e.beam.direction), turned(horizontal), size_m, result.scene.beam.profile};
    sum += lit_volume_m3(scene.whole_form, scene.whole_size_m, spot);
  }
  e.crystal.lit_volume_m3 = sum / static_cast<double>(angles.size());
}

}  // namespace femtobragg::assemble
