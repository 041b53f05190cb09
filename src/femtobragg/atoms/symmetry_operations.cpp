// Arithmetic of operations in whole numbers.
#include "femtobragg/atoms/symmetry_operations.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

using Rotation = std::array<std::array<int, 3>, 3>;
using Translation = std::array<int, 3>;

constexpr int parts = SymmetryOperation::parts;

int wrapped(int translation, int period = parts) { return ((translation % period) + period) % period; }

auto key(const SymmetryOperation& o) { return std::pair(o.rotation, o.translation); }
bool before(const SymmetryOperation& a, const SymmetryOperation& b) { return key(a) < key(b); }

int determinant(const Rotation& r) {
  return r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) - r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0]) +
         r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
}

int trace(const Rotation& r) { return r[0][0] + r[1][1] + r[2][2]; }

Translation turned(const Rotation& r, const Translation& t) {
  Translation result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column) result[row] += r[row][column] * t[column];
  return result;
}

Rotation product(const Rotation& a, const Rotation& b) {
  Rotation result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column)
      for (std::size_t i = 0; i < 3; ++i) result[row][column] += a[row][i] * b[i][column];
  return result;
}

SymmetryOperation product(const SymmetryOperation& a, const SymmetryOperation& b) {
  SymmetryOperation result;
  result.rotation = product(a.rotation, b.rotation);
  const Translation t = turned(a.rotation, b.translation);
  for (std::size_t i = 0; i < 3; ++i) result.translation[i] = wrapped(t[i] + a.translation[i]);
  return result;
}

const Rotation identity = SymmetryOperation{}.rotation;

/// One part of x,y,z being read.
struct Part {
  std::string_view text;
  std::array<int, 3> row{};
  double shift = 0, shift_tolerance = 1e-9;

  /// A number, fractions too; nothing where none begins.
  std::optional<double> take_number() {
    const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
    if (length == 0) return {};
    const std::string_view digits = text.substr(0, length);
    const auto value = parse_number(digits);
    text.remove_prefix(length);
    if (!value) return {};
    // Decimals are rounded or cut at their last digit.
    const std::size_t point = digits.find('.');
    if (point != digits.npos && digits.size() - point > 2)
      shift_tolerance = std::max(shift_tolerance, std::pow(10.0, -double(digits.size() - point - 1)));
    if (!text.starts_with('/')) return value;
    text.remove_prefix(1);
    const auto below = take_number();
    return below && *below != 0 ? std::optional(*value / *below) : std::nullopt;
  }

  bool take_term() {
    double value = 1;
    if (text.starts_with('+') || text.starts_with('-')) {
      if (text[0] == '-') value = -1;
      text.remove_prefix(1);
    }
    const bool begins_with_number =
        !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '.');
    if (begins_with_number) {
      const auto number = take_number();
      if (!number) return false;
      value *= *number;
      if (text.starts_with('*')) text.remove_prefix(1);
    }
    const std::size_t axis = text.empty() ? text.npos : std::string_view("xyz").find(text[0]);
    if (axis == text.npos) {
      shift += value;
      return begins_with_number;
    }
    text.remove_prefix(1);
    if (value != std::round(value) || std::abs(value) > 4) return false;
    row[axis] += static_cast<int>(value);
    return true;
  }
};

/// w of an operation, times its order: what n-fold repetition moves by, in 24ths. Zero for rotoinversions.
std::pair<int, Translation> repeated(const SymmetryOperation& o) {
  SymmetryOperation power = o;
  Translation sum = o.translation;
  int order = 1;
  for (; power.rotation != identity && order < 12; ++order) {
    const Translation next = turned(power.rotation, o.translation);
    for (std::size_t i = 0; i < 3; ++i) sum[i] += next[i];
    power.rotation = product(power.rotation, o.rotation);
  }
  return {order, sum};
}

/// Translations of the lattice, those of centring too, that are about as long as an edge.
std::vector<Translation> short_translations(const Operations& operations) {
  std::vector<Translation> result;
  for (const SymmetryOperation& o : operations)
    if (o.rotation == identity)
      for (int i = -1; i <= 1; ++i)
        for (int j = -1; j <= 1; ++j)
          for (int k = -1; k <= 1; ++k)
            result.push_back(
                {o.translation[0] + i * parts, o.translation[1] + j * parts, o.translation[2] + k * parts});
  return result;
}

/// How many steps of the lattice's own the screw or glide makes, of `order` that bring it to a translation; of those
/// that translations of the lattice make of it the least, and without regard to hand.
int steps(const SymmetryOperation& o, const std::vector<Translation>& lattice) {
  int least = 24;
  for (const Translation& t : lattice) {
    SymmetryOperation other = o;
    for (std::size_t i = 0; i < 3; ++i) other.translation[i] += t[i];
    const auto [order, w] = repeated(other);
    if (w == Translation{}) return 0;
    // The translation that it comes to, in units of the shortest one along it.
    int divisor = 1;
    for (const Translation& unit : lattice)
      for (int n = 2; n <= order; ++n)
        if (unit != Translation{} && w == Translation{n * unit[0], n * unit[1], n * unit[2]})
          divisor = std::max(divisor, n);
    least = std::min(least, divisor);
  }
  return least;
}

/// What a shift p of the origin has to explain: t - t0 = R p - p, in 48ths.
struct ShiftRule {
  Rotation rotation;
  Translation difference;
};

bool explains(const Translation& p, const std::vector<ShiftRule>& rules, const std::vector<Translation>& centring) {
  return std::ranges::all_of(rules, [&](const ShiftRule& rule) {
    const Translation turned_p = turned(rule.rotation, p);
    Translation rest{};
    for (std::size_t i = 0; i < 3; ++i) rest[i] = wrapped(rule.difference[i] + p[i] - turned_p[i], 2 * parts);
    return std::ranges::find(centring, rest) != centring.end();
  });
}

}  // namespace

SymmetryOperation parse_operation(const std::string& text, const std::string& where) {
  const auto refuse = [&](const std::string& rule) {
    throw Error::runtime({.what = "a symmetry operation cannot be read",
                          .where = where,
                          .value = in_quotes(text),
                          .rule = rule,
                          .remedy = "correct the file"});
  };
  std::string clean;
  for (const char c : text)
    if (!std::isspace(static_cast<unsigned char>(c)) && c != '\'' && c != '"')
      clean += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (std::ranges::count(clean, ',') != 2) refuse("it must have three parts, as in x,-y+1/2,z");
  SymmetryOperation result;
  std::string_view rest = clean;
  for (std::size_t row = 0; row < 3; ++row) {
    Part part{rest.substr(0, std::min(rest.find(','), rest.size()))};
    rest.remove_prefix(std::min(part.text.size() + 1, rest.size()));
    if (part.text.empty()) refuse("each part must contain x, y or z");
    while (!part.text.empty())
      if (!part.take_term()) refuse("parts must be sums of x, y, z and fractions, as in x-y+1/2");
    result.rotation[row] = part.row;
    const double in_parts = part.shift * parts;
    if (!(std::abs(in_parts - std::round(in_parts)) <= parts * part.shift_tolerance + 1e-6) || std::abs(in_parts) > 1e6)
      refuse("translations must be multiples of 1/24");
    result.translation[row] = wrapped(static_cast<int>(std::lround(in_parts)));
  }
  if (std::abs(determinant(result.rotation)) != 1) refuse("an operation must preserve volumes");
  return result;
}

std::string text_of(const SymmetryOperation& operation) {
  std::string text;
  for (std::size_t row = 0; row < 3; ++row) {
    if (row > 0) text += ",";
    const std::size_t begin = text.size();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const int n = operation.rotation[row][axis];
      if (n == 0) continue;
      text += n < 0 ? "-" : text.size() > begin ? "+" : "";
      if (std::abs(n) != 1) text += std::to_string(std::abs(n));
      text += "xyz"[axis];
    }
    if (const int t = operation.translation[row]; t != 0) {
      const int common = std::gcd(t, parts);
      text += "+" + std::to_string(t / common) + "/" + std::to_string(parts / common);
    }
  }
  return text;
}

Operations sorted(Operations operations) {
  for (SymmetryOperation& o : operations)
    for (int& t : o.translation) t = wrapped(t);
  std::ranges::sort(operations, before);
  const auto same = [](const auto& a, const auto& b) { return key(a) == key(b); };
  operations.erase(std::unique(operations.begin(), operations.end(), same), operations.end());
  return operations;
}

std::string why_no_group(const Operations& operations) {
  if (operations.size() > 1024) return "there are " + std::to_string(operations.size()) + " operations";
  std::set<std::pair<Rotation, Translation>> all;
  for (const SymmetryOperation& o : operations) all.insert(key(o));
  if (!all.contains(key(SymmetryOperation{}))) return "x,y,z is missing";
  for (const SymmetryOperation& a : operations)
    for (const SymmetryOperation& b : operations) {
      const SymmetryOperation c = product(a, b);
      if (!all.contains(key(c)))
        return text_of(b) + " followed by " + text_of(a) + " is " + text_of(c) + ", which is not among them";
    }
  return {};
}

bool same_operations(const Operations& a, const Operations& b) {
  return std::ranges::equal(sorted(a), sorted(b), [](const auto& x, const auto& y) { return key(x) == key(y); });
}

std::optional<Vec3d> origin_in(const Operations& standard, const Operations& moved) {
  if (standard.size() != moved.size()) return {};
  std::map<Rotation, Translation> of_standard;
  std::set<Translation> centring, other_centring;
  for (const SymmetryOperation& o : standard) {
    of_standard.emplace(o.rotation, o.translation);
    if (o.rotation == identity) centring.insert(o.translation);
  }
  std::map<Rotation, ShiftRule> rules;
  for (const SymmetryOperation& o : moved) {
    const auto same_rotation = of_standard.find(o.rotation);
    if (same_rotation == of_standard.end()) return {};
    if (o.rotation == identity) other_centring.insert(o.translation);
    ShiftRule rule{o.rotation, {}};
    for (std::size_t i = 0; i < 3; ++i) rule.difference[i] = 2 * (o.translation[i] - same_rotation->second[i]);
    rules.emplace(o.rotation, rule);
  }
  if (centring != other_centring) return {};
  std::vector<ShiftRule> list;
  for (const auto& [rotation, rule] : rules) list.push_back(rule);
  std::vector<Translation> lattice;
  for (const Translation& t : centring) lattice.push_back({2 * t[0], 2 * t[1], 2 * t[2]});
  for (const int grid : {1, 2, 4, 3, 8, 6, 12, 24, 48})
    for (int i = 0; i < grid; ++i)
      for (int j = 0; j < grid; ++j)
        for (int k = 0; k < grid; ++k) {
          const Translation p{i * 48 / grid, j * 48 / grid, k * 48 / grid};
          // x_standard = x_moved + p, so t_moved = t - (p - R p).
          if (explains(p, list, lattice)) return Vec3d{p[0] / 48.0, p[1] / 48.0, p[2] / 48.0};
        }
  return {};
}

std::vector<std::array<int, 3>> signature(const Operations& operations) {
  std::set<Rotation> seen;
  std::vector<std::array<int, 3>> result;
  const std::vector<Translation> lattice = short_translations(operations);
  for (const SymmetryOperation& o : operations)
    if (seen.insert(o.rotation).second) {
      const int det = determinant(o.rotation);
      const bool may_move = det > 0 || trace(o.rotation) == 1;
      result.push_back({det, trace(o.rotation), may_move && o.rotation != identity ? steps(o, lattice) : 0});
    }
  std::ranges::sort(result);
  return result;
}

double misfit(const UnitCell& cell, const Operations& operations) {
  const Mat3d axes = axes_of(cell);
  const Mat3d metric = transpose(axes) * axes;
  const double edges[] = {cell.a_A, cell.b_A, cell.c_A};
  const auto rows = [](const Mat3d& m) { return std::array{m.row_x, m.row_y, m.row_z}; };
  double worst = 0;
  for (const SymmetryOperation& operation : operations) {
    const Mat3d r = rotation_matrix(operation);
    const auto turned_rows = rows(transpose(r) * metric * r), own = rows(metric);
    for (std::size_t i = 0; i < 3; ++i) {
      const Vec3d d = turned_rows[i] - own[i];
      worst = std::max({worst, std::abs(d.x) / (edges[i] * edges[0]), std::abs(d.y) / (edges[i] * edges[1]),
                        std::abs(d.z) / (edges[i] * edges[2])});
    }
  }
  return worst;
}

}  // namespace femtobragg::atoms
