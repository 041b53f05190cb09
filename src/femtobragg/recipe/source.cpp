// Sources of values.
#include "femtobragg/recipe/source.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "femtobragg/physics/normal.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::recipe {
namespace {

/// A number for a key of one, else a list.
template <class Number>
Json listed(std::size_t count, bool is_list, Number&& number) {
  if (!is_list) return number(std::size_t{0});
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(number(i));
  return list;
}

std::uint32_t number_of(std::size_t i) { return static_cast<std::uint32_t>(i); }

class Drawn : public Source {
 public:
  Drawn(std::vector<Law> laws, bool is_list, std::uint32_t entry)
      : laws_(std::move(laws)), is_list_(is_list), entry_(entry) {}

  Json at(const Moment& m) const override {
    return quantiles([&](std::size_t i) { return deviate({m.seed, m.image, entry_}, number_of(i)); });
  }
  Json middle() const override { return quantile(0.5); }
  std::vector<Json> ends(std::uint64_t) const override { return {quantile(least_deviate), quantile(most_deviate)}; }

 private:
  template <class Deviate>
  Json quantiles(Deviate&& of) const {
    return listed(laws_.size(), is_list_, [&](std::size_t i) { return laws_[i](of(i)); });
  }
  Json quantile(double p) const {
    return quantiles([&](std::size_t) { return p; });
  }

  std::vector<Law> laws_;
  bool is_list_;
  std::uint32_t entry_;
};

/// start + step times a number of the image.
class Drift : public Source {
 public:
  Drift(std::vector<double> start, std::vector<double> step, bool is_list, std::optional<std::uint32_t> walker)
      : start_(std::move(start)), step_(std::move(step)), is_list_(is_list), walker_(walker) {}

  Json at(const Moment& m) const override {
    return moved([&](std::size_t i) {
      return walker_ ? random_walk({m.seed, m.image, *walker_}, number_of(i)) : static_cast<double>(m.image);
    });
  }
  Json middle() const override { return after(0); }
  std::vector<Json> ends(std::uint64_t images) const override {
    const double last = static_cast<double>(images) - 1;
    if (!walker_) return {after(0), after(last)};
    const double furthest = physics::normal_quantile(most_deviate) * std::sqrt(last);
    return {after(-furthest), after(furthest)};
  }

 private:
  template <class Way>
  Json moved(Way&& way) const {
    return listed(start_.size(), is_list_, [&](std::size_t i) { return start_[i] + step_[i] * way(i); });
  }
  Json after(double way) const {
    return moved([&](std::size_t) { return way; });
  }

  std::vector<double> start_, step_;
  bool is_list_;
  std::optional<std::uint32_t> walker_;
};

class RandomRotation : public Source {
 public:
  RandomRotation(const scene::Unit& unit, std::uint32_t entry) : unit_(unit), entry_(entry) {}

  Json at(const Moment& m) const override {
    const auto u = [&](std::uint32_t i) { return deviate({m.seed, m.image, entry_}, i); };
    const Vec3d angles = physics::lab_axis_angles(physics::uniform_random_rotation(u(0), u(1), u(2)));
    return {unit_.from_base(angles.x), unit_.from_base(angles.y), unit_.from_base(angles.z)};
  }
  Json middle() const override { return {0.0, 0.0, 0.0}; }
  std::vector<Json> ends(std::uint64_t) const override { return {}; }

 private:
  const scene::Unit& unit_;
  std::uint32_t entry_;
};

/// Values that stand in the recipe or in a table.
class Listed : public Source {
 public:
  explicit Listed(std::vector<Json> values) : values_(std::move(values)) {}

  Json middle() const override { return values_.front(); }
  bool is_continuous() const override { return false; }
  std::vector<Json> ends(std::uint64_t) const override {
    constexpr std::size_t most_checked = 1000;
    std::vector<Json> different;
    std::set<std::string> seen;
    for (const Json& value : values_)
      if (seen.insert(value.dump()).second) different.push_back(value);
    if (different.size() <= most_checked || !values_.front().is_number()) return different;
    const auto [least, most] = std::ranges::minmax_element(values_, {}, [](const Json& x) { return x.get<double>(); });
    std::vector<Json> extremes{*least, *most};
    for (const Json& value : values_)
      if (const double x = value.get<double>(); x != std::floor(x)) {
        extremes.push_back(value);
        break;
      }
    return extremes;
  }

 protected:
  std::vector<Json> values_;
};

class Choice : public Listed {
 public:
  Choice(std::vector<Json> values, const std::vector<double>& weights, std::size_t numbers, std::uint32_t entry)
      : Listed(std::move(values)), sums_(weights), numbers_(numbers), entry_(entry) {
    std::partial_sum(sums_.begin(), sums_.end(), sums_.begin());
  }

  Json at(const Moment& m) const override {
    return listed(numbers_, numbers_ > 0, [&](std::size_t i) { return chosen(m, number_of(i)); });
  }
  Json middle() const override { return alike(values_.front()); }
  std::vector<Json> ends(std::uint64_t images) const override {
    std::vector<Json> ends;
    for (const Json& value : Listed::ends(images)) ends.push_back(alike(value));
    return ends;
  }

 private:
  const Json& chosen(const Moment& m, std::uint32_t i) const {
    const double at = deviate({m.seed, m.image, entry_}, i) * sums_.back();
    const auto found = static_cast<std::size_t>(std::ranges::upper_bound(sums_, at) - sums_.begin());
    return values_[std::min(found, values_.size() - 1)];
  }
  Json alike(const Json& value) const {
    return listed(numbers_, numbers_ > 0, [&](std::size_t) -> const Json& { return value; });
  }

  std::vector<double> sums_;
  std::size_t numbers_;
  std::uint32_t entry_;
};

class Grid : public Listed {
 public:
  Grid(std::vector<Json> values, std::uint64_t stride) : Listed(std::move(values)), stride_(stride) {}

  Json at(const Moment& m) const override { return values_[m.image / stride_ % values_.size()]; }

 private:
  std::uint64_t stride_;
};

class Rows : public Listed {
 public:
  Rows(std::vector<Json> values, std::optional<std::uint32_t> entry) : Listed(std::move(values)), entry_(entry) {}

  Json at(const Moment& m) const override {
    if (!entry_) return values_.at(m.image);
    const double at = deviate({m.seed, m.image, *entry_}, 0) * static_cast<double>(values_.size());
    return values_[std::min(static_cast<std::size_t>(at), values_.size() - 1)];
  }
  std::uint64_t most_images() const override { return entry_ ? Source::most_images() : values_.size(); }

 private:
  std::optional<std::uint32_t> entry_;
};

class Follower : public Source {
 public:
  Follower(SourcePointer draw, std::vector<Following> numbers, bool is_list, std::uint32_t entry)
      : draw_(std::move(draw)), numbers_(std::move(numbers)), is_list_(is_list), entry_(entry) {}

  Json at(const Moment& m) const override {
    return of(draw_->at(m), [&](std::size_t i) {
      return physics::normal_quantile(deviate({m.seed, m.image, entry_}, number_of(i)));
    });
  }
  Json middle() const override { return of(draw_->middle(), 0); }
  std::vector<Json> ends(std::uint64_t images) const override {
    const double furthest = physics::normal_quantile(most_deviate);
    std::vector<Json> ends;
    for (const Json& end : draw_->ends(images))
      for (const double scatter : {-furthest, furthest}) ends.push_back(of(end, scatter));
    return ends;
  }
  std::uint64_t most_images() const override { return draw_->most_images(); }

 private:
  template <class Scatter>
  requires std::invocable<Scatter, std::size_t> Json of(const Json& draw, Scatter&& scatter)
  const {
    return listed(numbers_.size(), is_list_, [&](std::size_t i) {
      const Following& f = numbers_[i];
      const double value = f.offset + f.scale * std::pow(draw.get<double>(), f.power);
      return f.sigma > 0 ? value * (1 + f.sigma * scatter(i)) : value;
    });
  }
  Json of(const Json& draw, double scatter) const {
    return of(draw, [&](std::size_t) { return scatter; });
  }

  SourcePointer draw_;
  std::vector<Following> numbers_;
  bool is_list_;
  std::uint32_t entry_;
};

}  // namespace

SourcePointer drawn(std::vector<Law> laws, bool is_list, std::uint32_t entry) {
  return std::make_shared<Drawn>(std::move(laws), is_list, entry);
}
SourcePointer walk(std::vector<double> start, std::vector<double> sigma, bool is_list, std::uint32_t entry) {
  return std::make_shared<Drift>(std::move(start), std::move(sigma), is_list, entry);
}
SourcePointer line(std::vector<double> start, std::vector<double> step, bool is_list) {
  return std::make_shared<Drift>(std::move(start), std::move(step), is_list, std::nullopt);
}
SourcePointer random_rotation(const scene::Unit& unit, std::uint32_t entry) {
  return std::make_shared<RandomRotation>(unit, entry);
}
SourcePointer choice(std::vector<Json> values, std::vector<double> weights, std::size_t numbers, std::uint32_t entry) {
  return std::make_shared<Choice>(std::move(values), weights, numbers, entry);
}
SourcePointer grid(std::vector<Json> values, std::uint64_t stride) {
  return std::make_shared<Grid>(std::move(values), stride);
}
SourcePointer rows(std::vector<Json> values, std::optional<std::uint32_t> entry) {
  return std::make_shared<Rows>(std::move(values), entry);
}
SourcePointer following(SourcePointer draw, std::vector<Following> numbers, bool is_list, std::uint32_t entry) {
  return std::make_shared<Follower>(std::move(draw), std::move(numbers), is_list, entry);
}

}  // namespace femtobragg::recipe
