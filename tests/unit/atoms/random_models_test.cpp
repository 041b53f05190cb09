// Random models in the dialects that formats allow, as cctbx understands them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <sstream>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "test_paths.h"
#include "tests/python_client.h"

namespace femtobragg::atoms {
namespace {

namespace fs = std::filesystem;

/// The largest deviation relative to the largest amplitude.
double deviation(const CalculatedFactors& found, const std::string& list) {
  std::istringstream lines(list.substr(list.find('\n') + 1));
  double worst = 0, largest = 0, f = 0;
  std::size_t read = 0;
  for (Hkl hkl{}; lines >> hkl[0] >> hkl[1] >> hkl[2] >> f; ++read) {
    if (!found.factors.box.contains(hkl[0], hkl[1], hkl[2])) return 1;
    largest = std::max(largest, f);
    worst = std::max(worst, std::abs(found.factors.values[found.factors.index(hkl[0], hkl[1], hkl[2])] - f));
  }
  return read > 5 && largest > 0 ? worst / largest : 1;
}

/// Space groups in all settings and with other origins, by operations, Hall and Hermann-Mauguin symbols; U, B and beta
/// of general and special positions; PDB files with and without elements, with frames of their own.
TEST(RandomModels, SameAmplitudesAsCctbx) {
  // A thorough run: FEMTOBRAGG_RANDOM_FILES=2000.
  const char* const wanted = std::getenv("FEMTOBRAGG_RANDOM_FILES");
  const int count = wanted ? std::atoi(wanted) : 60;
  const tests::TemporaryFolder folder;
  const std::string script = std::string(FEMTOBRAGG_SOURCE) + "/tests/unit/atoms/random_models.py";
  if (!tests::run_python(folder, "cctbx",
                         "import runpy\nsys.argv = ['', '5', '" + std::to_string(count) + "', '.']\nrunpy.run_path('" +
                             script + "', run_name='__main__')\n"))
    GTEST_SKIP() << "python3 has no cctbx";
  int seen = 0;
  for (int i = 0; i < count; ++i)
    for (const char* kind : {".cif", ".pdb"}) {
      const fs::path file = folder / (std::to_string(i) + kind);
      if (!fs::exists(file)) continue;
      ++seen;
      const std::string text = tests::read_bytes(file), list = tests::read_bytes(folder / (std::to_string(i) + ".hkl"));
      // SCALE records have six decimals.
      const double most = std::string(kind) == ".pdb" ? 3e-4 : 5e-5;
      try {
        const AtomicModel model = parse_model(text, file.filename().string());
        EXPECT_LT(deviation(calculate_factors(model, {.d_min_A = 1.99, .method = FactorMethod::Direct}), list), most)
            << list.substr(0, list.find('\n')) << "\n"
            << text;
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what() << "\n" << text;
      }
    }
  EXPECT_EQ(seen, count);
}

}  // namespace
}  // namespace femtobragg::atoms
