// Every field of a valid reflection file changed once: the result changes, the file is refused, or a message names it.
// What says nothing about amplitudes is listed.
#include <gtest/gtest.h>

#include <algorithm>

#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/error.h"
#include "tests/unit/atoms/small_mtz.h"

namespace femtobragg::atoms {
namespace {

/// All that a caller sees, as text.
std::string outcome(const std::string& bytes) {
  try {
    const ReflectionFile file = parse_reflection_file(bytes, "x", {}, 0);
    std::string text = file.space_group.symbol + "\n" + std::to_string(file.reflections) + "\n";
    if (file.cell)
      for (const double x : {file.cell->a_A, file.cell->b_A, file.cell->c_A, file.cell->alpha_rad, file.cell->beta_rad,
                             file.cell->gamma_rad})
        text += std::to_string(x) + " ";
    for (const auto& messages : {file.notes, file.warnings})
      for (const std::string& message : messages) text += message + "\n";
    for (const double value : file.factors.values) text += std::to_string(value) + " ";
    return text + file.factors.box.describe();
  } catch (const Error& error) {
    return error.what();
  }
}

/// Another number, another letter; the length stays.
char other(char c) {
  if (c >= '0' && c <= '9') return static_cast<char>('0' + (c - '0' + 1) % 10);
  return c == 'Q' ? 'Z' : 'Q';
}

/// The words from `begin` to `end`, each with its first character changed that is a letter or a digit.
std::vector<std::string> silent_words(const std::string& bytes, std::size_t begin, std::size_t end) {
  const std::string before = outcome(bytes);
  std::vector<std::string> silent;
  const auto blank = [&](std::size_t i) { return bytes[i] == ' ' || bytes[i] == '\n'; };
  for (std::size_t i = begin; i < end; ++i) {
    if (blank(i) || (i > begin && !blank(i - 1))) continue;
    std::size_t at = i, last = i;
    while (last < end && !blank(last)) ++last;
    while (at < last && !std::isalnum(static_cast<unsigned char>(bytes[at]))) ++at;
    if (at == last) continue;
    std::string changed = bytes;
    changed[at] = other(changed[at]);
    const std::size_t line = bytes.rfind('\n', i) == std::string::npos || bytes.rfind('\n', i) < begin
                                 ? begin + (i - begin) / 80 * 80
                                 : bytes.rfind('\n', i) + 1;
    if (outcome(changed) == before)
      silent.push_back(bytes.substr(line, std::min<std::size_t>(bytes.find_first_of(" =", line) - line, 20)) + ": " +
                       bytes.substr(i, last - i));
  }
  return silent;
}

void expect_only(const std::vector<std::string>& silent, const std::vector<std::string>& allowed) {
  for (const std::string& word : silent)
    EXPECT_TRUE(std::ranges::any_of(allowed, [&](const std::string& a) { return word.starts_with(a); }))
        << word << " has no effect";
}

TEST(ReflectionFlips, Mtz) {
  tests::SmallMtz mtz;
  mtz.datasets.push_back("DWAVEL 1 0.97");
  mtz.datasets.push_back("RESO 0.0725 0.1046");
  const std::string bytes = mtz.bytes();
  ASSERT_NE(outcome(bytes).find("P 21 21 21"), std::string::npos) << outcome(bytes);
  // Version, names, statistics of columns, the lattice's letter and the point group, which the operations imply; the
  // reflections' lowest resolution; standard deviations; the cell of the file where the dataset has its own.
  const std::vector<std::string> allowed = {"VERS",         "VALM",    "COLUMN: 0", "COLUMN: 1", "NDIF",
                                            "PROJECT",      "CRYSTAL", "DATASET",   "SYMINF: P", "SYMINF: PG",
                                            "RESO: 0.0725", "MTZEND",  "SYMM: SYMM"};
  expect_only(silent_words(bytes, 80 + mtz.rows.size() * mtz.columns.size() * 4, bytes.size()), allowed);
}

TEST(ReflectionFlips, Xds) {
  const std::string bytes =
      "!FORMAT=XDS_ASCII    MERGE=FALSE    FRIEDEL'S_LAW=FALSE\n!OUTPUT_FILE=XDS_ASCII.HKL\n!SPACE_GROUP_NUMBER=   19\n"
      "!UNIT_CELL_CONSTANTS=    10.0   12.0    15.0  90.000  90.000  90.000\n!X-RAY_WAVELENGTH=  0.97\n"
      "!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD= 6\n!ITEM_H= 1\n!ITEM_K= 2\n!ITEM_L= 3\n!ITEM_IOBS= 4\n!ITEM_SIGMA(IOBS)= "
      "5\n"
      "!ITEM_PSI= 6\n!END_OF_HEADER\n 1 2 3 1.000E+02 1.0 8\n -1 -2 3 3.000E+02 1.0 8\n!END_OF_DATA\n";
  ASSERT_NE(outcome(bytes).find("P 21 21 21"), std::string::npos) << outcome(bytes);
  expect_only(silent_words(bytes, 0, bytes.size()), {"!OUTPUT_FILE", ": 1.0", ": 8"});
}

TEST(ReflectionFlips, SmallMoleculeCif) {
  const std::string bytes =
      "data_x\n_cell_length_a 5\n_cell_length_b 6\n_cell_length_c 7\n_cell_angle_alpha 90\n_cell_angle_beta 95\n"
      "_cell_angle_gamma 90\nloop_\n_space_group_symop_operation_xyz\n'x,y,z'\n'-x,-y,-z'\nloop_\n_refln_index_h\n"
      "_refln_index_k\n_refln_index_l\n_refln_F_squared_meas\n_refln_F_squared_sigma\n1 0 0 100.0 1.0\n0 1 0 49 1.0\n";
  ASSERT_NE(outcome(bytes).find("P -1"), std::string::npos) << outcome(bytes);
  expect_only(silent_words(bytes, 0, bytes.size()), {"1: 1.0", "0: 1.0"});
}

TEST(ReflectionFlips, Shelx) {
  const std::string bytes =
      "   1   0   0  100.00    1.00   1\n   0   1   0   49.00    1.00   1\n   0   0   0    0.00    0.00   0\n";
  ASSERT_NE(outcome(bytes).find("HKLF 4"), std::string::npos) << outcome(bytes);
  expect_only(silent_words(bytes, 0, bytes.size()), {": 1.00", ": 1", ": 0.00", ": 0"});
}

}  // namespace
}  // namespace femtobragg::atoms
