// Attenuation coefficients against published tables.
#include "femtobragg/simulate/matter.h"

#include <gtest/gtest.h>

#include "femtobragg/base/units.h"
#include "tests/unit/refusals.h"

namespace femtobragg::tests {
namespace {

double per_cm(const std::string& material, double keV) {
  return attenuation_of({.material = material}, metres_from_angstrom(angstrom_from_eV(1000 * keV)), "field") / 100;
}

// J. H. Hubbell & S. M. Seltzer, NISTIR 5632 (1995): total mass attenuation with coherent scattering, cm^2/g, and the
// density, g/cm^3.
TEST(Matter, AttenuatesAsPublished) {
  const struct {
    const char* material;
    double keV, cm2_per_g, density;
  } rows[] = {{"water", 8, 10.37, 1},      {"water", 10, 5.329, 1},      {"water", 20, 0.8096, 1},
              {"air", 8, 9.921, 1.205e-3}, {"air", 10, 5.120, 1.205e-3}, {"Be", 8, 1.128, 1.848},
              {"Be", 10, 0.6466, 1.848},   {"Si", 8, 64.68, 2.33},       {"Si", 10, 33.89, 2.33},
              {"Si", 20, 4.464, 2.33}};
  for (const auto& row : rows)
    EXPECT_NEAR(per_cm(row.material, row.keV) / (row.cm2_per_g * row.density), 1, 0.02)
        << row.material << " at " << row.keV << " keV";
}

TEST(Matter, TakesItsDensity) {
  const Matter thick{.material = "SiO2", .density_g_per_cm3 = 2.2};
  const Matter thin{.material = "SiO2", .density_g_per_cm3 = 1.1};
  EXPECT_NEAR(attenuation_of(thick, 1e-10, "x"), 2 * attenuation_of(thin, 1e-10, "x"), 1e-9);
  EXPECT_EQ(attenuation_of({.material = "vacuum"}, 1e-10, "x"), 0);
  EXPECT_EQ(attenuation_of({.attenuation_per_m = 17}, 1e-10, "x"), 17);
  // Gas at 20 C: helium has 4.0026 / 28.96 of the density of air.
  EXPECT_NEAR(per_cm("helium", 8) / 0.2933 / (1.205e-3 * 4.0026 / 28.96), 1, 0.02);
  for (const char* name : {"air", "helium", "nitrogen", "argon", "water", "ice", "kapton", "mylar", "glass", "quartz",
                           "diamond", "polyethylene"})
    EXPECT_GT(per_cm(name, 12), 0) << name;
}

TEST(Matter, RefusesWhatNoTableHas) {
  const auto refusal = [](const Matter& m, double wavelength_m) {
    return message_of([&] { attenuation_of(m, wavelength_m, "attenuation.medium[0].material"); });
  };
  expect_in(refusal({.material = "heilum"}, 1e-10), {"unknown material", "medium[0]", "'heilum'", "helium"});
  expect_in(refusal({.material = "SiO2"}, 1e-10), {"without a density", "'SiO2'", "give the density"});
  expect_in(refusal({.material = "Be"}, 1e-15), {"no attenuation is known for Be", "keV"});
}

}  // namespace
}  // namespace femtobragg::tests
