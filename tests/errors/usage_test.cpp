// Mistakes on the command line of `femtobragg simulate`: exit 2 and one line that names the flag, the value and the
// rule.
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class UsageMistake : public testing::TestWithParam<Mistake> {};

TEST_P(UsageMistake, IsRefusedInOneLine) {
  const TemporaryFolder folder;
  expect_refusal(small_run(GetParam().words), folder, 2, GetParam().texts);
}

const std::vector<Mistake> wrong_numbers = {
    {"word", {"-distance", "abc"}, {"-distance", "'abc'", "must be a number", "command line"}},
    {"rubbish_behind", {"-distance", "100mm"}, {"-distance", "'100mm'", "must be a number"}},
    {"empty", {"-distance", ""}, {"-distance", "''", "must be a number"}},
    {"blank_before", {"-distance", " 100"}, {"-distance", "' 100'", "must be a number"}},
    {"fraction_for_count", {"-N", "5.9"}, {"-N", "'5.9'", "whole number"}},
    {"exponent_for_count", {"-N", "15e-1"}, {"-N", "'15e-1'", "whole number"}},
    {"exponent_beyond_32_bits", {"-N", "1e10"}, {"-N", "'1e10'", "32 bits"}},
    {"too_large", {"-distance", "1e400"}, {"-distance", "'1e400'", "finite"}},
    {"infinite", {"-distance", "inf"}, {"-distance", "'inf'", "finite"}},
    {"minus_infinite", {"-phi", "-inf"}, {"-phi", "'-inf'", "finite"}},
    {"not_a_number", {"-distance", "nan"}, {"-distance", "'nan'", "must be a number"}},
    {"not_a_number_for_depth", {"-detector_abs", "nan"}, {"-detector_abs", "'nan'", "must be a number"}},
    {"hexadecimal", {"-distance", "0x64"}, {"-distance", "'0x64'", "must be a number"}},
    {"hexadecimal_count", {"-N", "0x5"}, {"-N", "'0x5'", "whole number"}},
    {"comma", {"-distance", "100,5"}, {"-distance", "'100,5'", "must be a number"}},
    {"two_words_in_one", {"-misset", "1 2 3"}, {"-misset", "'1 2 3'", "three angles"}},
    {"one_of_three", {"-fdet_vector", "0", "x", "1"}, {"-fdet_vector", "'x'", "must be a number"}},
};
INSTANTIATE_TEST_SUITE_P(numbers, UsageMistake, testing::ValuesIn(wrong_numbers), name_of_mistake);

const std::vector<Mistake> wrong_ranges = {
    {"distance_negative", {"-distance", "-100"}, {"-distance", "'-100'", "above zero"}},
    {"distance_zero", {"-distance", "0"}, {"-distance", "'0'", "above zero"}},
    {"close_distance_zero", {"-close_distance", "0"}, {"-close_distance", "'0'", "above zero"}},
    {"pixel_zero", {"-pixel", "0"}, {"-pixel", "'0'", "above zero"}},
    {"pixel_negative", {"-pixel", "-0.1"}, {"-pixel", "'-0.1'", "above zero"}},
    {"detpixels_zero", {"-detpixels", "0"}, {"-detpixels", "'0'", "at least one"}},
    {"detpixels_negative", {"-detpixels_x", "-5"}, {"-detpixels_x", "'-5'", "at least one"}},
    {"cells_zero", {"-N", "0"}, {"-N", "'0'", "at least one"}},
    {"cells_negative", {"-Na", "-3"}, {"-Na", "'-3'", "at least one"}},
    {"cells_overflow", {"-N", "3000000000"}, {"-N", "'3000000000'", "32 bits"}},
    {"cells_beyond_64_bits", {"-N", "99999999999999999999"}, {"-N", "'99999999999999999999'"}},
    {"oversample_overflow", {"-oversample", "2000000"}, {"-oversample", "'2000000'", "1000000"}},
    {"oversample_negative", {"-oversample", "-2"}, {"-oversample", "'-2'"}},
    {"phisteps_zero", {"-osc", "1", "-phisteps", "0"}, {"-phisteps", "'0'", "at least one"}},
    {"divsteps_negative", {"-divergence", "1", "-divsteps", "-4"}, {"-divsteps", "'-4'"}},
    {"domains_zero", {"-mosaic", "1", "-mosaic_domains", "0"}, {"-mosaic_domains", "'0'"}},
    {"thicksteps_negative", {"-detector_thick", "10", "-detector_thicksteps", "-1"}, {"-detector_thicksteps", "'-1'"}},
    {"osc_negative", {"-osc", "-1"}, {"-osc", "'-1'", "negative"}},
    {"mosaic_negative", {"-mosaic", "-1"}, {"-mosaic", "'-1'", "negative"}},
    {"divergence_negative", {"-divergence", "-1"}, {"-divergence", "'-1'", "negative"}},
    {"dispersion_negative", {"-dispersion", "-1"}, {"-dispersion", "'-1'", "negative"}},
    {"samplesize_negative", {"-samplesize", "-1"}, {"-samplesize", "'-1'", "negative"}},
    {"thickness_negative", {"-detector_thick", "-1"}, {"-detector_thick", "'-1'", "negative"}},
    {"depth_negative", {"-detector_abs", "-1"}, {"-detector_abs", "'-1'"}},
    {"water_negative", {"-water", "-1"}, {"-water", "'-1'", "negative"}},
    {"dmin_negative", {"-dmin", "-1"}, {"-dmin", "'-1'", "negative"}},
    {"fluence_negative", {"-fluence", "-1"}, {"-fluence", "'-1'", "negative"}},
    {"flux_negative", {"-flux", "-1"}, {"-flux", "'-1'", "negative"}},
    {"exposure_negative", {"-exposure", "-1"}, {"-exposure", "'-1'", "negative"}},
    {"beamsize_negative", {"-beamsize", "-1"}, {"-beamsize", "'-1'", "negative"}},
    {"polarization_beyond_one", {"-polar", "1.5"}, {"-polar", "'1.5'", "-1 to 1"}},
    {"fudge_zero", {"-gauss_xtal", "-fudge", "0"}, {"-fudge", "'0'", "above zero"}},
    {"fudge_negative", {"-fudge", "-1"}, {"-fudge", "'-1'", "above zero"}},
    {"wavelength_zero", {"-lambda", "0"}, {"-lambda", "'0'", "above zero"}},
    {"energy_zero", {"-energy", "0"}, {"-energy", "'0'", "above zero"}},
    {"seed_beyond_32_bits", {"-seed", "4294967296"}, {"-seed", "'4294967296'", "32 bits"}},
    {"mosaic_seed_beyond_32_bits", {"-mosaic_seed", "-2147483649"}, {"-mosaic_seed", "32 bits"}},
    {"misset_seed_beyond_32_bits", {"-misset_seed", "2147483648"}, {"-misset_seed", "32 bits"}},
    {"threads_zero", {"-threads", "0"}, {"-threads", "'0'"}},
    {"percentile_beyond_100", {"-png_percentile", "101"}, {"-png_percentile", "'101'"}},
    {"png_scale_unknown", {"-png_scale", "cubic"}, {"-png_scale", "'cubic'", "log or linear"}},
    {"pivot_unknown", {"-pivot", "origin"}, {"-pivot", "'origin'", "beam or sample"}},
    {"trace_outside", {"-trace_pixel", "8", "0"}, {"-trace_pixel", "8 0", "below 8"}},
    {"trace_negative", {"-trace_pixel", "0", "-1"}, {"-trace_pixel", "0 -1"}},
};
INSTANTIATE_TEST_SUITE_P(ranges, UsageMistake, testing::ValuesIn(wrong_ranges), name_of_mistake);

const std::vector<Mistake> wrong_words = {
    {"value_missing_at_end", {"-distance"}, {"-distance", "needs a value", "mm"}},
    {"value_missing_before_flag", {"-distance", "-N", "5"}, {"-distance", "needs a value", "'-N'"}},
    {"values_missing_at_end", {"-roi", "1", "2", "3"}, {"-roi", "needs more values", "xmin"}},
    {"values_missing_before_flag", {"-roi", "1", "2", "-N", "3"}, {"-roi", "needs more values"}},
    {"values_missing_of_vector", {"-beam_vector", "1", "0"}, {"-beam_vector", "needs more values", "x y z"}},
    {"file_missing_before_flag", {"-hkl", "-N", "5"}, {"-hkl", "needs a value", "'-N'"}},
    {"image_missing_before_flag", {"-img", "-N", "5"}, {"-img", "needs a value", "'-N'"}},
    {"mask_missing_before_flag", {"-mask", "-nopgm"}, {"-mask", "needs a value", "'-nopgm'"}},
    {"image_missing_at_end", {"-img"}, {"-img", "needs a value"}},
    {"quirks_missing_before_flag", {"-quirks", "-nopgm"}, {"-quirks", "needs a value", "'-nopgm'"}},
    {"quirks_missing_at_end", {"-quirks"}, {"-quirks", "needs a value"}},
    {"cell_missing", {"-cell", "-N", "5"}, {"-cell", "needs a value"}},
    {"misset_two_angles", {"-misset", "1", "2"}, {"-misset", "three angles"}},
    {"misset_word_among_angles", {"-misset", "10", "abc", "30"}, {"-misset", "'abc'", "three angles"}},
    {"misset_word_last", {"-misset", "10", "30", "abc"}, {"-misset", "'abc'", "must be a number"}},
    {"unknown_near", {"-distanse", "100"}, {"unknown flag", "'-distanse'", "did you mean -distance?"}},
    {"unknown_with_two_dashes", {"--detpixel", "100"}, {"unknown flag", "--detpixel", "-detpixels"}},
    {"unknown_old_name", {"-hdiv", "1"}, {"'-hdiv'", "did you mean -hdivrange?"}},
    {"unknown_dispstep", {"-dispstep", "1"}, {"'-dispstep'", "did you mean -dispsteps?"}},
    {"unknown_detsize_x", {"-detsize_x", "1"}, {"'-detsize_x'", "did you mean -detsize_f?"}},
    {"unknown_far", {"-xyzzyplugh"}, {"unknown flag", "'-xyzzyplugh'", "--help"}},
    {"only_dashes", {"--"}, {"'--'"}},
    {"one_dash", {"-"}, {"'-'"}},
    {"stray_word", {"hello"}, {"unexpected word", "'hello'", "begin with '-'"}},
    {"stray_number", {"-N", "5", "6"}, {"unexpected word", "'6'"}},
    {"stray_after_switch", {"-nopgm", "yes"}, {"unexpected word", "'yes'"}},
    {"stray_empty", {""}, {"unexpected word", "''"}},
    {"number_type", {"-dtype", "float16"}, {"'float16'", "float64"}},
    {"number_type_empty", {"-dtype", ""}, {"-dtype", "empty value", "float32 | float64"}},
    {"number_type_of_device", {"-device", "reference", "-dtype", "float32"}, {"'float32'", "float64", "device"}},
    {"device", {"-device", "abacus"}, {"'abacus'", "auto"}},
    {"quirk", {"-quirks", "Q-nonsense"}, {"-quirks", "'Q-nonsense'", "femtobragg quirks"}},
    {"quirk_in_list", {"-quirks", "Q-curved,Q-nonsense"}, {"'Q-nonsense'"}},
    {"quirk_list_ends_early", {"-quirks", "Q-curved,"}, {"-quirks", "''"}},
    {"sensor_without_unit", {"-sensor", "Si", "450"}, {"-sensor", "'Si 450'", "in um or mm"}},
    {"sensor_without_material", {"-sensor", "450um"}, {"-sensor", "'450um'", "a material and then a thickness"}},
    {"sensor_without_number", {"-sensor", "Si", "um"}, {"-sensor", "'Si um'", "a material and then a thickness"}},
    {"second_colour_without_energy", {"-two_colour", "-20000:1:0.1"}, {"-two_colour", "-7601.58 eV"}},
    {"format", {"-o", "x.jpeg"}, {"'x.jpeg'", "'.jpeg'", ".npy"}},
    {"format_without_suffix", {"-o", "x"}, {"'x'", "no suffix"}},
};
INSTANTIATE_TEST_SUITE_P(words, UsageMistake, testing::ValuesIn(wrong_words), name_of_mistake);

const std::vector<Mistake> wrong_experiments = {
    {"cell_without_volume", {"-cell", "50", "50", "50", "150", "150", "150"}, {"impossible unit cell", "150"}},
    {"cell_flat", {"-cell", "50", "50", "50", "120", "120", "120"}, {"impossible unit cell", "120"}},
    {"cell_with_angle_180", {"-cell", "50", "50", "50", "90", "90", "180"}, {"-cell", "'180'", "below 180"}},
    {"cell_negative_angle", {"-cell", "50", "50", "50", "90", "90", "-90"}, {"'-90'"}},
    {"cell_zero_edge", {"-cell", "50", "0", "50"}, {"-cell", "'0'", "above zero"}},
    {"cell_too_large", {"-cell", "1e200", "1e200", "1e200", "90", "90", "90"}, {"impossible value", "-cell 1e200"}},
    {"flux_without_beam", {"-flux", "1e12", "-beamsize", "0"}, {"-beamsize", "infinite"}},
    {"beam_without_direction", {"-beam_vector", "0", "0", "0"}, {"-beam_vector", "not zero"}},
    {"axes_parallel", {"-fdet_vector", "1", "0", "0", "-sdet_vector", "1", "0", "0"}, {"-fdet_vector", "-sdet_vector"}},
    {"normal_skew", {"-odet_vector", "1", "1", "0"}, {"not perpendicular", "-odet_vector"}},
    {"polarization_along_beam", {"-polar_vector", "1", "0", "0"}, {"polarization", "across the beam"}},
    {"count_without_range", {"-phisteps", "5"}, {"-phisteps", "-osc"}},
    {"step_without_range", {"-hdivstep", "1"}, {"-hdivrange", "range"}},
    {"count_without_dispersion", {"-dispsteps", "5"}, {"-dispsteps", "-dispersion"}},
    {"layers_without_thickness",
     {"-detector_thicksteps", "3"},
     {"-detector_thicksteps", "no effect", "-detector_thick too"}},
    {"domains_without_spread", {"-mosaic_domains", "3"}, {"-mosaic_domains", "no effect", "-mosaic too"}},
    {"too_many_phi_steps", {"-osc", "1", "-phisteps", "2000000000"}, {"phi steps", "2000000000"}},
    {"too_small_phi_step", {"-osc", "1", "-phistep", "1e-20"}, {"too many steps", "-phistep"}},
    {"too_small_divergence_step", {"-hdivrange", "1", "-hdivstep", "1e-20"}, {"too many steps", "-hdivstep"}},
    {"too_many_layers",
     {"-detector_thick", "1", "-detector_thicksteps", "2000000"},
     {"too many sensor layers", "1000000"}},
};
INSTANTIATE_TEST_SUITE_P(experiments, UsageMistake, testing::ValuesIn(wrong_experiments), name_of_mistake);

TEST(Usage, NothingToRender) {
  const TemporaryFolder folder;
  expect_refusal({}, folder, 2, {"nothing to render", "-hkl", "-cell", "--help"});
  expect_refusal({"-cell", "50"}, folder, 2, {"nothing to render", "-default_F"});
  expect_refusal({"-default_F", "10"}, folder, 2, {"nothing to render", "-mat"});
}

TEST(Usage, DetectorsBeyondAllReason) {
  const TemporaryFolder folder;
  const auto with = [](const Words& more) {
    Words words = {"-default_F", "10", "-cell", "50", "-oversample", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  expect_refusal(with({"-detsize", "-10"}), folder, 2, {"impossible number of pixels", "-detsize"});
  expect_refusal(with({"-detsize", "0"}), folder, 2, {"impossible number of pixels", "-detsize"});
  expect_refusal(with({"-detsize", "1e300"}), folder, 2, {"impossible value", "1e+300 mm"});
  expect_refusal(with({"-pixel", "1e-300"}), folder, 2, {"impossible value", "1e-300 mm"});
  expect_refusal(with({"-detpixels", "4294967297"}), folder, 2, {"-detpixels", "32 bits"});
}

TEST(Usage, HelpIsNoMistake) {
  const TemporaryFolder folder;
  for (const char* flag : {"-h", "-help", "--help"}) {
    const ProgramResult result = expect_success(simulate({flag}, folder));
    expect_texts(result.out, {"usage: femtobragg simulate", "-distance", "-quirks"});
    EXPECT_EQ(result.err, "");
  }
}

TEST(Usage, UnknownCommandAndStrayWordsOfOthers) {
  const TemporaryFolder folder;
  const ProgramResult unknown = run_program("femtobragg", {"simulat"}, folder.path());
  EXPECT_EQ(unknown.status, 2);
  expect_texts(unknown.err, {"error: unknown command 'simulat'", "simulate"});
  EXPECT_EQ(run_program("femtobragg", {}, folder.path()).status, 2);
  EXPECT_EQ(run_program("femtobragg", {"quirks", "all"}, folder.path()).status, 2);
}

/// Messages go to terminals and logs: what the user typed must not be able to break the line.
TEST(Usage, ControlCharactersStayInOneLine) {
  const TemporaryFolder folder;
  expect_refusal(small_run({"-distance", "1\n2"}), folder, 2, {"-distance"});
  expect_refusal(small_run({"-dis\ntance", "1"}), folder, 2, {"unknown flag"});
  folder.write("bad.hkl", "1 2 3 \x1b[31mred\n");
  expect_refusal(small_run({"-hkl", "bad.hkl"}), folder, 1, {"line 1"});
}

}  // namespace
}  // namespace femtobragg::tests
