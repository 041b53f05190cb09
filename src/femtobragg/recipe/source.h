// Where the values of an entry come from. For .cpp files of this layer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/recipe/law.h"
#include "femtobragg/scene/document.h"
#include "femtobragg/scene/units.h"

namespace femtobragg::recipe {

/// As in a scene: a number, a list of them, a text.
using Json = nlohmann::ordered_json;

struct Moment {
  std::uint64_t seed = 1, image = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  virtual Json at(const Moment& moment) const = 0;
  /// Median, start, or first value.
  virtual Json middle() const = 0;
  /// The furthest that it gets in so many images; of lists of values, all that may be refused.
  virtual std::vector<Json> ends(std::uint64_t images) const = 0;
  /// Whether its numbers are continuous, so that keys of whole numbers take the nearest.
  virtual bool is_continuous() const { return true; }
  /// Images for which there are values.
  virtual std::uint64_t most_images() const { return std::uint64_t{1} << 32; }
};
using SourcePointer = std::shared_ptr<const Source>;

/// A number, or a list of as many as there are laws, each drawn by itself.
SourcePointer drawn(std::vector<Law> laws, bool is_list, std::uint32_t entry);
/// Numbers that begin at `start`; each image adds a normal step of that size.
SourcePointer walk(std::vector<double> start, std::vector<double> sigma, bool is_list, std::uint32_t entry);
/// Each image adds the step.
SourcePointer line(std::vector<double> start, std::vector<double> step, bool is_list);
/// Angles about lab x, y, z of an orientation drawn from all, in a unit of angles (K. Shoemake, Graphics Gems III
/// (1992) 124).
SourcePointer random_rotation(const scene::Unit& unit, std::uint32_t entry);
/// One of the values. With `numbers` above zero: a list of as many, each chosen by itself.
SourcePointer choice(std::vector<Json> values, std::vector<double> weights, std::size_t numbers, std::uint32_t entry);
/// Value (image / stride) modulo their number.
SourcePointer grid(std::vector<Json> values, std::uint64_t stride);
/// A row for each image; with `entry`: at random.
SourcePointer rows(std::vector<Json> values, std::optional<std::uint32_t> entry);

/// offset + scale x^power of a number drawn elsewhere, times a normal deviate about 1.
struct Following {
  double offset = 0, scale = 1, power = 1, sigma = 0;
};
SourcePointer following(SourcePointer draw, std::vector<Following> numbers, bool is_list, std::uint32_t entry);

}  // namespace femtobragg::recipe
