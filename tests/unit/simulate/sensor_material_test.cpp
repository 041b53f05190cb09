// Absorption of sensor materials against published tables.
#include <gtest/gtest.h>
#include <xraylib/xraylib.h>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/simulate/sensor_material.h"

namespace femtobragg {
namespace {

double mass_attenuation_cm2_per_g(const std::string& material, double keV) {
  const double wavelength_m = metres_from_angstrom(angstrom_from_eV(1000 * keV));
  return photoelectric_attenuation_per_m(material, wavelength_m) / 100 / density_g_per_cm3(material);
}

/// J. H. Hubbell & S. M. Seltzer, NISTIR 5632 (1995): attenuation with scattering, 3 to 9 percent of it here. xraylib's
/// sums are within 0.0004 of it.
TEST(SensorMaterial, PhotoelectricAbsorptionIsTheAttenuationLessTheScattering) {
  const struct {
    const char* material;
    double keV, total_cm2_per_g;
  } published[] = {{"Si", 10, 33.89}, {"Si", 20, 4.464}, {"Ge", 10, 37.42}};
  for (const auto& row : published) {
    const double photoelectric = mass_attenuation_cm2_per_g(row.material, row.keV);
    const double scattered = CS_Rayl_CP(row.material, row.keV, nullptr) + CS_Compt_CP(row.material, row.keV, nullptr);
    EXPECT_NEAR((photoelectric + scattered) / row.total_cm2_per_g, 1, 0.002) << row.material << row.keV;
  }
}

TEST(SensorMaterial, DensitiesOfSensors) {
  EXPECT_NEAR(density_g_per_cm3("Si"), 2.33, 0.005);
  EXPECT_NEAR(density_g_per_cm3("CdTe"), 6.2, 0.05);
  EXPECT_EQ(density_g_per_cm3("CdTe"), density_g_per_cm3("Cadmium Telluride"));
}

TEST(SensorMaterial, RefusesWhatNoTableHolds) {
  EXPECT_THROW(density_g_per_cm3("Unobtainium"), Error);
  EXPECT_THROW(photoelectric_attenuation_per_m("Si", 1), Error) << "an energy of microelectronvolts";
}

}  // namespace
}  // namespace femtobragg
