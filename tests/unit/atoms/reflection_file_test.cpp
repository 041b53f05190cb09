// MTZ and SF-mmCIF: columns, symmetry, what is missing, and what is damaged.
#include "femtobragg/atoms/reflection_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/reflection_columns.h"
#include "femtobragg/atoms/reflection_output.h"
#include "femtobragg/base/error.h"
#include "femtobragg/formats/io/input_file.h"
#include "tests/shared_data.h"
#include "tests/unit/atoms/small_models.h"

namespace femtobragg::atoms {
namespace {

std::string refusal_of(const std::string& bytes, const std::vector<std::string>& labels = {}) {
  try {
    parse_reflection_file(bytes, "x.mtz", labels, 0);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

struct Written {
  CalculatedFactors factors;
  AmplitudeList list;
  explicit Written(const std::string& model, double d_min_A, std::optional<double> wavelength_A)
      : factors(calculate_factors(parse_model(model, "x"), {.d_min_A = d_min_A, .wavelength_A = wavelength_A})),
        list{factors.cell, factors.space_group, &factors.factors, d_min_A, wavelength_A.has_value(), "test"} {}
};

/// Text has nine digits, MTZ the seven of float32.
TEST(ReflectionFile, WrittenAndReadAgain) {
  for (const std::string& model : {tests::small_pdb, tests::small_cif})
    for (const std::optional<double>& wavelength_A : {std::optional<double>{}, std::optional(0.95)}) {
      const Written written(model, 1.1, wavelength_A);
      for (const std::string& bytes : {mtz_bytes(written.list), sf_cif_text(written.list)}) {
        ASSERT_TRUE(looks_like_reflection_file(bytes));
        const ReflectionFile file = parse_reflection_file(bytes, "x", {}, 0);
        EXPECT_EQ(file.space_group.symbol, written.factors.space_group);
        EXPECT_NEAR(file.cell->beta_rad, written.factors.cell.beta_rad, 1e-6);
        EXPECT_EQ(file.missing, 0u);
        EXPECT_TRUE(file.warnings.empty());
        EXPECT_EQ(file.notes.size(), 1u);
        const StructureFactors &back = file.factors, &truth = written.factors.factors;
        double most = 0;
        for (const double f : truth.values) most = std::max(most, f);
        std::size_t compared = 0;
        for (std::int64_t h = back.box.min[0]; h <= back.box.max[0]; ++h)
          for (std::int64_t k = back.box.min[1]; k <= back.box.max[1]; ++k)
            for (std::int64_t l = back.box.min[2]; l <= back.box.max[2]; ++l, ++compared)
              ASSERT_NEAR(back.values[back.index(h, k, l)], truth.values[truth.index(h, k, l)], 1e-6 * most)
                  << h << " " << k << " " << l;
        EXPECT_GT(compared, 100u);
      }
    }
}

const std::string cif_head =
    "data_r1abcsf\n_cell.length_a 10\n_cell.length_b 12\n_cell.length_c 15\n_cell.angle_alpha 90\n"
    "_cell.angle_beta 90\n_cell.angle_gamma 90\n_symmetry.space_group_name_H-M 'P 21 21 21'\n";

std::string cif(const std::string& tags, const std::string& rows) {
  std::string text = cif_head + "loop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n";
  for (std::size_t at = 0; at < tags.size();) {
    const std::size_t end = std::min(tags.find(' ', at), tags.size());
    text += "_refln." + tags.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return text + rows;
}

double at(const ReflectionFile& file, std::int64_t h, std::int64_t k, std::int64_t l) {
  return file.factors.values.at(file.factors.index(h, k, l));
}

TEST(ReflectionFile, SymmetryFriedelMatesAbsencesAndWhatIsMissing) {
  const ReflectionFile file =
      parse_reflection_file(cif("F_meas_au status", "1 2 3 10 o\n1 1 0 20 o\n1 0 0 99 o\n0 0 4 ? x\n"), "x", {}, 7);
  for (const int h : {-1, 1})
    for (const int k : {-2, 2})
      for (const int l : {-3, 3}) EXPECT_EQ(at(file, h, k, l), 10);
  EXPECT_EQ(at(file, -1, 1, 0), 20);
  // A screw axis forbids it, whatever the file says.
  EXPECT_EQ(at(file, 1, 0, 0), 0);
  EXPECT_EQ(at(file, 0, 0, 1), 0);
  EXPECT_EQ(at(file, 0, 0, 2), 7);
  EXPECT_EQ(file.factors.default_amplitude, 7);
  EXPECT_EQ(file.reflections, 3u);
  ASSERT_EQ(file.warnings.size(), 2u);
  EXPECT_NE(file.warnings[0].find("1 listed reflection that P 21 21 21 forbids is set to zero"), std::string::npos);
  EXPECT_NE(file.warnings[0].find("F(1,0,0) = 99"), std::string::npos) << file.warnings[0];
  EXPECT_NE(file.warnings[1].find(std::to_string(file.missing)), std::string::npos) << file.warnings[1];
  EXPECT_NE(file.warnings[1].find("they get 7"), std::string::npos);
  EXPECT_NE(file.warnings[1].find("F(0,0,0)"), std::string::npos);
}

TEST(ReflectionFile, FriedelPairsAndTheirHoles) {
  const ReflectionFile file =
      parse_reflection_file(cif("pdbx_F_plus pdbx_F_minus", "1 2 3 10 12\n1 2 4 ? 8\n1 2 5 9 ?\n"), "x", {}, 0);
  EXPECT_EQ(at(file, 1, 2, 3), 10);
  EXPECT_EQ(at(file, -1, -2, -3), 12);
  EXPECT_EQ(at(file, -1, -2, 3), 10);
  EXPECT_EQ(at(file, 1, -2, 3), 12);
  EXPECT_EQ(at(file, 1, 2, 4), 8);
  EXPECT_EQ(at(file, -1, -2, -5), 9);
}

TEST(ReflectionFile, MeansOfFriedelPairsAndTheirDifference) {
  const ReflectionFile file =
      parse_reflection_file(cif("F_meas_au pdbx_anom_difference", "1 2 3 10 -4\n1 2 4 8 ?\n"), "x", {}, 0);
  EXPECT_EQ(at(file, 1, 2, 3), 8);
  EXPECT_EQ(at(file, -1, -2, -3), 12);
  EXPECT_EQ(at(file, -1, -2, -4), 8);
}

/// Both mates listed on their own: neither takes the other's value.
TEST(ReflectionFile, ListedMatesWinOverFriedelsLaw) {
  for (const char* rows : {"1 2 3 10\n-1 -2 -3 12\n", "-1 -2 -3 12\n1 2 3 10\n"}) {
    const ReflectionFile file = parse_reflection_file(cif("F_meas", rows), "x", {}, 0);
    EXPECT_EQ(at(file, 1, 2, 3), 10);
    EXPECT_EQ(at(file, -1, -2, -3), 12);
  }
}

TEST(ReflectionFile, Intensities) {
  const ReflectionFile file = parse_reflection_file(cif("intensity_meas", "1 2 3 100\n1 2 4 -5\n"), "x", {}, 1);
  EXPECT_EQ(at(file, 1, 2, 3), 10);
  EXPECT_EQ(at(file, 1, 2, 4), 0);
  EXPECT_NE(file.notes.front().find("square roots"), std::string::npos);
}

TEST(ReflectionFile, ChoiceOfColumns) {
  const std::string text = cif("F_calc phase_calc intensity_meas F_meas_au", "1 2 3 1 180 16 2\n");
  EXPECT_EQ(at(parse_reflection_file(text, "x", {}, 0), 1, 2, 3), 2);
  EXPECT_EQ(at(parse_reflection_file(text, "x", {"F_calc", "phase_calc"}, 0), 1, 2, 3), 1);
  EXPECT_EQ(at(parse_reflection_file(text, "x", {"intensity_meas"}, 0), 1, 2, 3), 4);
  const std::string message = refusal_of(text, {"FC"});
  EXPECT_NE(message.find("index_h index_k index_l F_calc phase_calc intensity_meas F_meas_au"), std::string::npos)
      << message;
  EXPECT_NE(refusal_of(cif("phase_calc", "1 2 3 180\n")).find("there are no amplitudes"), std::string::npos);
}

TEST(ReflectionColumns, MatesByName) {
  EXPECT_EQ(mate_of("F-obs(+)"), "F-obs(-)");
  EXPECT_EQ(mate_of("pdbx_F_plus"), "pdbx_F_minus");
  EXPECT_EQ(mate_of("FPLUS"), "FMINUS");
  EXPECT_EQ(mate_of("F+"), "F-");
  EXPECT_EQ(mate_of("F"), std::nullopt);
  EXPECT_EQ(mate_of("F-obs"), std::nullopt);
}

TEST(ReflectionFile, WhatIsWrong) {
  const struct {
    std::string bytes, words;
  } cases[] = {
      {cif("F_meas", ""), "x.mtz"},
      {cif("F_meas", "1 2 3 ?\n"), "there are no reflections"},
      {cif("F_meas", "1 2 x 3\n"), "a Miller index is impossible"},
      {cif("F_meas", "1 2 999999999 3\n"), "a Miller index is impossible"},
      {cif("F_meas", "1 2 3\n"), "x.mtz"},
      {"data_x\n_cell.length_a 1\n", "there are no reflections"},
      {"MTZ ", "too short"},
  };
  for (const auto& [bytes, words] : cases)
    EXPECT_NE(refusal_of(bytes).find(words), std::string::npos) << refusal_of(bytes);
  std::string no_group = cif("F_meas", "1 2 3 4\n");
  no_group.replace(no_group.find("P 21 21 21"), 10, "P 99 99 99");
  EXPECT_NE(refusal_of(no_group).find("space group"), std::string::npos);
  std::string no_cell = cif("F_meas", "1 2 3 4\n");
  no_cell.replace(no_cell.find("length_a 10"), 11, "length_a 00");
  EXPECT_NE(refusal_of(no_cell).find("there is no unit cell"), std::string::npos) << refusal_of(no_cell);
}

/// Any byte of the header changed, any length cut: refused or read, never more.
TEST(ReflectionFile, DamagedMtz) {
  const std::string whole = mtz_bytes(Written(tests::small_cif, 1.5, {}).list);
  for (std::size_t size = 0; size < whole.size(); size += 7) EXPECT_NE(refusal_of(whole.substr(0, size)), "");
  EXPECT_NE(refusal_of(whole.substr(0, whole.size() / 2)), "not refused");
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const char byte : {'\0', '9', '\xff', ' '}) {
      std::string damaged = whole;
      damaged[i] = byte;
      refusal_of(damaged);
    }
}

TEST(ReflectionFile, DepositedMtz) {
  for (const auto& [name, cell_a, least] : {std::tuple{"5e5z.mtz", 9.643, 400}, std::tuple{"7n2l.mtz", 4.870, 1000}}) {
    FEMTOBRAGG_SHARED_FILE(path, name);
    const ReflectionFile file = parse_reflection_file(formats::read_file(path.string(), "reflections"), name, {}, 0);
    EXPECT_NEAR(file.cell->a_A, cell_a, 1e-3);
    EXPECT_GT(file.reflections, static_cast<std::uint64_t>(least));
    EXPECT_GE(file.notes.size(), 1u);
    RecordProperty(name, file.notes.front());
  }
}

}  // namespace
}  // namespace femtobragg::atoms
