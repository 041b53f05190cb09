// Traces as other programs write them, and the quantity that is named when they part.
#include "femtobragg/evidence/compare/trace_comparison.h"

#include <gtest/gtest.h>

#include <sstream>

#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::evidence {
namespace {

using Numbers = std::vector<double>;
using Names = std::vector<std::string>;

TracedQuantity only(const std::string& text) {
  const TraceRecord record = parse_trace(text);
  EXPECT_EQ(record.quantities.size(), 1u) << text;
  return record.quantities.empty() ? TracedQuantity{} : record.quantities.front();
}

TEST(TraceText, AnySpelling) {
  for (const std::string text :
       {"TRACE fdet_vec 1 -2.5 3e-7", "TRACE_C: fdet_vec 1 -2.5 3e-7", "TRACE_C:fdet_vec=1 -2.5 3e-7",
        "TRACE_PY: fdet_vec 1 -2.5 3e-7", "TRACE_PY:fdet_vec= 1 -2.5 3e-7", "TRACE_C: fdet_vec [1, -2.5, 3e-7]",
        "fdet_vec 1 -2.5 3e-7", "# comment\n\nfdet_vec x:1 y:-2.5 z:3e-7\n",
        "noise\nTRACE fdet_vec 1 -2.5 3e-7\r\nmore"}) {
    const TracedQuantity quantity = only(text);
    EXPECT_EQ(quantity.name, "fdet_vec") << text;
    EXPECT_EQ(quantity.numbers, (Numbers{1, -2.5, 3e-7})) << text;
  }
  EXPECT_EQ(only("TRACE_C: Rx [1 0 0; 0 1 -0; 0 0 1]").numbers, (Numbers{1, 0, 0, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(only("TRACE_C_PHI phi_tic=2 phi_deg=0.5").numbers, (Numbers{2, 0.5}));
  EXPECT_EQ(only("TRACE_C_PHI phi_tic=2 phi_deg=0.5").name, "phi");
  EXPECT_EQ(only("TRACE detector_convention MOSFLM").text, "MOSFLM");
  EXPECT_EQ(only("a 1,5").text, "1,5") << "a decimal comma is not a number";
  EXPECT_EQ(only("convention_mapping Fbeam=Ybeam(+0.5px),beam_vec=[1 0 0]").text,
            "Fbeam=Ybeam(+0.5px),beam_vec=[1 0 0]");
  EXPECT_TRUE(parse_trace("").quantities.empty());
  EXPECT_TRUE(parse_trace("TRACE\nTRACE_C:\n").quantities.empty());
}

TEST(TraceText, MisnomersArePutRight) {
  const TraceRecord record = parse_trace(
      "TRACE_C:beam_center_m X:0.0002 Y:0.0003 pixel_mm:0.1\nTRACE_C:fdet_after_rotz 0 0 1\n"
      "TRACE_C:convention_mapping MOSFLM\nTRACE_C: scattering_vec_A_inv 1 2 3\nTRACE_C: rot_a_star_A_inv 4 5 6\n"
      "TRACE_C: omega_pixel 7\nTRACE_C: cos_2theta 8\n");
  EXPECT_TRUE(record.of_older_program);
  Names names;
  for (const TracedQuantity& quantity : record.quantities) names.push_back(quantity.name);
  EXPECT_EQ(names, (Names{"beam_center_m", "pixel_mm", "fdet_after_twotheta", "convention_mapping",
                          "scattering_vec_m_inv", "ref_a_star_A_inv", "omega_pixel_sr", "cos_2theta_last"}));
  EXPECT_EQ(record.quantities[0].numbers, (Numbers{0.2, 0.3}));
  EXPECT_EQ(record.quantities[1].numbers, (Numbers{0.1}));
  EXPECT_EQ(record.notes.size(), 6u);
}

TEST(TraceText, RightNamesStay) {
  const TraceRecord record = parse_trace("TRACE fdet_after_rotz 0 0 1\nTRACE convention_mapping x\n");
  EXPECT_FALSE(record.of_older_program);
  EXPECT_EQ(record.quantities[0].name, "fdet_after_rotz");
  EXPECT_TRUE(record.notes.empty());
}

std::string first_of(const std::string& first, const std::string& second, const TraceAllowance& allowance = {}) {
  const TraceComparison comparison = compare_traces(parse_trace(first), parse_trace(second), allowance);
  const ComparedQuantity* divergence = comparison.first_divergence();
  return divergence ? divergence->name : "";
}

TEST(TraceComparison, NamesTheFirstInTheirOrder) {
  EXPECT_EQ(first_of("a 1\nb 2\nc 3", "a 1\nb 2.1\nc 3.1"), "b");
  EXPECT_EQ(first_of("c 3\nb 2\na 1", "a 1\nb 2.1\nc 3.1"), "b");
  EXPECT_EQ(first_of("a 1\nb 2", "a 1\nb 2"), "");
  EXPECT_EQ(first_of("a MOSFLM", "a XDS"), "a");
  EXPECT_EQ(first_of("a 1 2 3", "a 1 2"), "a");
  EXPECT_EQ(first_of("a 1", "a nan"), "a");
  EXPECT_EQ(first_of("a nan", "a nan"), "");
}

TEST(TraceComparison, TolerancesFollowTheKind) {
  EXPECT_EQ(first_of("pix0_vector 1", "pix0_vector 1.0000000000005"), "");
  EXPECT_EQ(first_of("pix0_vector 1", "pix0_vector 1.000000000002"), "pix0_vector");
  EXPECT_EQ(first_of("hkl_frac 1", "hkl_frac 1.0000000005"), "");
  EXPECT_EQ(first_of("hkl_frac 1", "hkl_frac 1.000000002"), "hkl_frac");
  EXPECT_EQ(first_of("polar 1", "polar 1.0000005"), "");
  EXPECT_EQ(first_of("polar 1", "polar 1.000002"), "polar");
  EXPECT_EQ(first_of("polar 1", "polar 1.000002", {{}, 1e-5}), "");
  EXPECT_EQ(first_of("sample_polar 1", "sample_polar 1.0000005"), "");
  EXPECT_EQ(first_of("sample_polar 1", "sample_polar 1.000002"), "sample_polar");
  EXPECT_EQ(first_of("sample_omega_pixel_sr 1", "sample_omega_pixel_sr 1.000000000002"), "sample_omega_pixel_sr");
}

/// What is zero but for rounding carries the rounding of its neighbours, and no more.
TEST(TraceComparison, ZerosOfAVector) {
  EXPECT_EQ(first_of("fdet_vec 1 0 0", "fdet_vec 1 4e-16 0"), "");
  EXPECT_EQ(first_of("fdet_vec 1 0 0", "fdet_vec 1 4e-15 0"), "fdet_vec");
}

TEST(TraceComparison, SignsOnRequest) {
  EXPECT_EQ(first_of("F_latt -3", "F_latt 3"), "F_latt");
  EXPECT_EQ(first_of("F_latt -3", "F_latt 3", {{"F_latt"}, 0}), "");
}

TEST(TraceComparison, OccurrencesInTurn) {
  EXPECT_EQ(first_of("omega_pixel_sr 1\nomega_pixel_sr 2", "omega_pixel_sr 1\nomega_pixel_sr 3"), "omega_pixel_sr #2");
  const TraceComparison comparison = compare_traces(parse_trace("a 1\na 2\nb 2"), parse_trace("a 1\na 2\na 3\nc 1"));
  EXPECT_EQ(comparison.only_first, Names{"b"});
  EXPECT_EQ(comparison.only_second, (Names{"a", "c"}));
  EXPECT_EQ(first_of("a 1", "a 1\na 2"), "a #2");
}

/// About the beam the instrumented nanoBragg prints MOSFLM's axes whatever the convention.
TEST(TraceComparison, KnownMisprintsAreNoDivergence) {
  const std::string older =
      "TRACE_C:detector_convention MOSFLM\nTRACE_C:convention_mapping m\nTRACE_C: omega_pixel 1\n";
  EXPECT_EQ(first_of("detector_convention ADXV\nconvention_mapping a\nomega_pixel_sr 1", older), "");
  EXPECT_EQ(first_of("detector_convention MOSFLM\nconvention_mapping a\nomega_pixel_sr 1", older),
            "convention_mapping");
}

TEST(TraceComparison, ReportSaysWhatAndWhy) {
  const TraceComparison comparison = compare_traces(parse_trace("a 1\npolar 0.9"), parse_trace("a 1\npolar 0.8"));
  const std::string report =
      divergence_report(comparison, {"ours 1.0", "theirs", {"femtobragg trace"}, "slow 1, fast 2"});
  for (const std::string text : {"# First divergence: `polar`", "ours 1.0", "theirs", "femtobragg trace",
                                 "slow 1, fast 2", "Likely causes:", "-nopolar", "**`polar`**", "| `a` | 1 | 1 | 0 |"})
    EXPECT_NE(report.find(text), std::string::npos) << text << "\n" << report;
}

/// Every quantity of the vocabulary has a cause to look for.
TEST(TraceComparison, KnowsCausesForEveryQuantity) {
  for (const std::string name : {"detector_convention",
                                 "angles_rad",
                                 "beam_center_m",
                                 "pixel_mm",
                                 "initial_fdet",
                                 "Rx",
                                 "R_total",
                                 "Fclose_m",
                                 "close_distance_m",
                                 "ratio",
                                 "distance_m",
                                 "term_fast",
                                 "pix0_before_rotation",
                                 "fdet_after_rotz",
                                 "twotheta_axis",
                                 "Fbeam_m",
                                 "pix0_vector",
                                 "fdet_vec",
                                 "pixel_pos_meters",
                                 "R_distance_meters",
                                 "omega_pixel_sr",
                                 "obliquity_factor",
                                 "diffracted_vec",
                                 "incident_vec",
                                 "lambda_meters",
                                 "scattering_vec_m_inv",
                                 "rot_a_angstroms",
                                 "ref_a_star_A_inv",
                                 "hkl_frac",
                                 "hkl_rounded",
                                 "F_latt_a",
                                 "F_latt",
                                 "phi",
                                 "F_cell",
                                 "I_before_scaling",
                                 "r_e_sqr",
                                 "fluence_photons_per_m2",
                                 "steps",
                                 "oversample_thick",
                                 "capture_fraction",
                                 "polar",
                                 "cos_2theta_last",
                                 "I_pixel_final",
                                 "floatimage_accumulated"})
    EXPECT_FALSE(likely_causes(name).empty()) << name;
  EXPECT_NE(likely_causes("R_distance_meters"), likely_causes("Rx"));
  EXPECT_EQ(likely_causes("sample_polar"), likely_causes("polar"));
  EXPECT_TRUE(likely_causes("something_else").empty());
}

/// Flags and quirks that the causes name exist.
TEST(TraceComparison, CausesNameRealFlags) {
  std::size_t flags = 0;
  for (const char* name : {"Fclose_m", "close_distance_m", "pixel_mm", "lambda_meters", "F_latt", "F_cell", "polar",
                           "fluence_photons_per_m2", "omega_pixel_sr", "ref_a_star_A_inv", "distance_m"})
    for (const std::string& cause : likely_causes(name)) {
      std::istringstream words(cause);
      for (std::string word; words >> word;) {
        std::erase_if(word, [](char c) { return c == ',' || c == ':' || c == '(' || c == ')'; });
        if (word.starts_with("-") && word.size() > 1) {
          EXPECT_TRUE(nanobragg::find_flag(word.substr(1))) << word;
          ++flags;
        }
        if (word.starts_with("Q-")) {
          EXPECT_NO_THROW(nanobragg::QuirkSet::parse(word)) << word;
        }
      }
    }
  EXPECT_GE(flags, 10u);
}

}  // namespace
}  // namespace femtobragg::evidence
