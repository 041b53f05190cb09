// The list of crystal shapes, and what they say of themselves.
#include "femtobragg/physics/lattice_factor/shapes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

#include "femtobragg/base/error.h"
#include "femtobragg/simulate/compile_plan.h"
#include "tests/gradients/parameter_cases.h"

namespace femtobragg::tests {
namespace {

using physics::shape_infos;
using physics::Shapes;

physics::Domain<double> block_of(double n) {
  return {{n, n, n}, n * n * n, 1, {{n * n, 0, 0}, {0, n * n, 0}, {0, 0, n * n}}};
}

TEST(CrystalShapes, HaveNamesAndFlagsOfTheirOwn) {
  std::set<std::string_view> names, flags;
  for (const physics::ShapeInfo& shape : shape_infos()) {
    EXPECT_FALSE(shape.name.empty() || shape.adjective.empty() || shape.help.empty() || shape.flags.front().empty());
    EXPECT_TRUE(names.insert(shape.name).second) << shape.name;
    for (const std::string_view flag : shape.flags)
      if (!flag.empty()) {
        EXPECT_TRUE(flags.insert(flag).second) << flag;
      }
  }
  EXPECT_EQ(names.size(), Shapes::size);
}

TEST(CrystalShapes, AreFoundByTheirNumbers) {
  std::size_t number = 0;
  for_each_type(Shapes{}, [&]<class Shape>(Shape*) {
    const CrystalShape shape{static_cast<int>(number)};
    EXPECT_EQ(place_in<Shape>(Shapes{}), number);
    EXPECT_EQ(physics::shape_info(shape).name, Shape::name);
    EXPECT_TRUE(physics::with_shape(shape, []<class Found>(Found) { return std::is_same_v<Found, Shape>; }));
    ++number;
  });
  EXPECT_EQ(physics::shape_info(CrystalShape::Gaussian).name, "gaussian");
  EXPECT_EQ(physics::shape_info(CrystalShape{}).name, "parallelepiped");
}

/// Whatever the shape: L^2 falls to half of its height at half the stated width.
TEST(CrystalShapes, StateTheWidthOfTheirSpots) {
  for_each_type(Shapes{}, [&]<class Shape>(Shape*) {
    constexpr double n = 40;
    const physics::Domain<double> domain = block_of(n);
    const auto squared = [&](double h) {
      const double l = Shape::lattice_factor(domain, Vec3d{h, 0, 0}, Vec3d{0, 0, 0});
      return l * l;
    };
    const double half = 0.5 * squared(0), at = 0.5 * Shape::full_width / n;
    EXPECT_GT(squared(0.998 * at), half) << Shape::name;
    EXPECT_LT(squared(1.002 * at), half) << Shape::name;
  });
}

TEST(CrystalShapes, OfNoListedNumberAreRefused) {
  for (const int number : {-1, static_cast<int>(Shapes::size)}) {
    Experiment e = small_experiment(cell_of(30, 40, 50, 75, 95, 105), {10, -20, 35});
    e.crystal.shape = CrystalShape{number};
    EXPECT_THROW(compile_plan(e), Error) << number;
  }
}

}  // namespace
}  // namespace femtobragg::tests
