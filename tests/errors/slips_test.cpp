// Slips of unit, flag and word: a warning names what was probably meant, and flags that contradict are refused.
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

/// A run that ends well, with a warning.
class Slip : public testing::TestWithParam<Mistake> {};

TEST_P(Slip, IsNamed) {
  const TemporaryFolder folder;
  const ProgramResult result = expect_success(simulate(small_run(GetParam().words), folder));
  expect_texts(result.err, GetParam().texts);
  EXPECT_TRUE(result.err.starts_with("warning: ")) << result.err;
}

const std::vector<Mistake> beam_slips = {
    {"energy_in_keV", {"-energy", "12.66"}, {"-energy 12.66: 12.66 eV is unusual", "did you mean 12660 (12.66 keV)?"}},
    {"energy_in_MeV", {"-energy", "0.01266"}, {"did you mean 12660 (0.01266 MeV)?"}},
    {"wavelength_as_energy", {"-energy", "1.54"}, {"-lambda 1.54 (1.54 A)"}},
    {"energy_as_wavelength", {"-lambda", "12398"}, {"12398 A is unusual", "did you mean -energy 12398 (12398 eV)?"}},
    {"keV_as_wavelength", {"-lambda", "12.66"}, {"did you mean -energy 12660 (12.66 keV)?"}},
    {"wavelength_in_nm", {"-lambda", "0.0979"}, {"did you mean 0.979 (0.0979 nm)?"}},
    {"wavelength_in_pm", {"-lambda", "97.9"}, {"did you mean 0.979 (97.9 pm)"}},
    {"electrons", {"-lambda", "0.0251"}, {"0.0251 A is unusual"}},
    {"dispersion_fraction", {"-dispersion", "0.0002"}, {"did you mean 0.02 (0.0002 as a fraction)?"}},
    {"dispersion_wide", {"-dispersion", "90"}, {"90 % is unusual", "is that intended?"}},
    {"bandwidth_fraction", {"-bandwidth", "0.00014"}, {"did you mean 0.014"}},
    {"pink_fraction", {"-pink", "0.04", "-wavelengths", "3"}, {"did you mean 4 (0.04 as a fraction)?"}},
    {"sase_fraction", {"-sase", "bandwidth:0.003,spikes:10", "-wavelengths", "3"}, {"did you mean 0.3"}},
    {"two_colour_keV", {"-two_colour", "0.05:1:0.1", "-wavelengths", "3"}, {"did you mean 50 (0.05 keV)?"}},
    {"divergence_in_rad", {"-divergence", "0.0005"}, {"did you mean 0.5 (0.0005 rad)?"}},
    {"divergence_in_urad", {"-hdivrange", "100"}, {"did you mean 0.1 (100 urad)?"}},
    {"fluence_per_um2", {"-fluence", "1e12"}, {"did you mean 1e+24 (1e+12 photons/um^2)", "-flux 1e+12"}},
    {"beam_in_um",
     {"-flux", "1e12", "-beamsize", "50"},
     {"-beamsize 50: 50 mm is unusual", "did you mean 0.05 (50 um)?"}},
    {"beam_in_m", {"-flux", "1e12", "-beamsize", "0.00005"}, {"did you mean 0.05 (5e-05 m)?"}},
    {"exposure_in_ms", {"-flux", "1e12", "-exposure", "100"}, {"did you mean 0.1 (100 ms)"}},
};
INSTANTIATE_TEST_SUITE_P(beam, Slip, testing::ValuesIn(beam_slips), name_of_mistake);

const std::vector<Mistake> crystal_slips = {
    {"cell_in_pm", {"-cell", "7900", "7900", "3800"}, {"did you mean 79 (7900 pm)?"}},
    {"cell_in_nm", {"-cell", "0.56"}, {"did you mean 5.6 (0.56 nm)?"}},
    {"cell_angles_in_rad",
     {"-cell", "50", "60", "70", "1.5708", "1.5708", "1.5708"},
     {"did you mean 90.0002 (1.5708 rad)?"}},
    {"misset_in_rad", {"-misset", "1.5708", "0", "0"}, {"angles are in degrees", "did you mean 90 (1.5708 rad)?"}},
    {"phi_in_rad", {"-phi", "3.14159"}, {"did you mean 180 (3.14159 rad)?"}},
    {"misset_huge", {"-misset", "1000", "0", "0"}, {"1000 deg is unusual"}},
    {"mosaic_in_rad", {"-mosaic", "0.0035", "-mosaic_domains", "3"}, {"did you mean 0.200535 (0.0035 rad)"}},
    {"mosaic_in_mrad", {"-mosaic", "10", "-mosaic_domains", "3"}, {"(10 mrad)"}},
    {"whole_series_in_an_image", {"-osc", "90"}, {"-osc 90: 90 deg is unusual", "-frames"}},
    {"osc_in_rad", {"-osc", "0.0017"}, {"did you mean 0.0974028 (0.0017 rad)?"}},
    {"water_in_mm", {"-water", "0.05"}, {"did you mean 50 (0.05 mm)?"}},
    {"water_in_nm", {"-water", "50000"}, {"50000 um is unusual"}},
    {"dmin_in_nm", {"-dmin", "0.2"}, {"did you mean 2 (0.2 nm)?"}},
    {"dmin_in_pm", {"-dmin", "180"}, {"did you mean 1.8 (180 pm)?"}},
    {"fudge_huge", {"-gauss_xtal", "-fudge", "1e5"}, {"-fudge 1e5", "is that intended?"}},
    {"nothing_shines", {"-fluence", "0"}, {"the image is black"}},
    {"pulse_per_second",
     {"-flux", "1e12", "-exposure", "50e-15"},
     {"0.05 photons in 5e-14 s", "-flux is in photons/s"}},
    {"cells_make_metres", {"-N", "1000000", "-fudge", "1"}, {"-N 1000000: that many cells are 5 mm along a"}},
    {"series_in_each_frame",
     {"-osc", "15", "-frames", "100", "-roi", "0", "0", "0", "0", "-phisteps", "1", "-o", "x.npy"},
     {"100 frames of it rotate the crystal by 1500 deg"}},
};
INSTANTIATE_TEST_SUITE_P(crystal, Slip, testing::ValuesIn(crystal_slips), name_of_mistake);

const std::vector<Mistake> detector_slips = {
    {"pixel_in_um", {"-pixel", "75"}, {"-pixel 75: 75 mm is unusual", "did you mean 0.075 (75 um)?"}},
    {"pixel_in_m", {"-pixel", "0.000172"}, {"did you mean 0.172 (0.000172 m)?"}},
    {"distance_in_m", {"-distance", "0.2"}, {"did you mean 200 (0.2 m)?"}},
    {"distance_in_um", {"-distance", "200000"}, {"did you mean 200 (200000 um)?"}},
    {"near_distance_in_m", {"-close_distance", "0.15"}, {"did you mean 150 (0.15 m)?"}},
    {"centre_in_pixels",
     {"-detpixels", "2000", "-roi", "0", "7", "0", "7", "-pixel", "0.1", "-Xbeam", "1000", "-Ybeam", "1010"},
     {"-Xbeam 1000: 1000 mm is far outside the detector", "did you mean 100 (1000 pixels)?", "did you mean 101"}},
    {"origin_outside", {"-xds", "-ORGX", "12000", "-ORGY", "4"}, {"-ORGX 12000", "far outside", "is that intended?"}},
    {"corner_in_mm", {"-pix0_vector", "100", "4", "-4"}, {"-pix0_vector 100 4 -4", "did you mean -pix0_vector_mm"}},
    {"corner_in_m", {"-pix0_vector_mm", "0.1", "0.004", "-0.004"}, {"did you mean -pix0_vector ("}},
    {"twotheta_in_rad", {"-twotheta", "0.5236"}, {"did you mean 30 (0.5236 rad)?"}},
    {"thickness_in_mm", {"-detector_thick", "0.45"}, {"did you mean 450 (0.45 mm)?"}},
    {"depth_in_mm", {"-detector_thick", "450", "-detector_abs", "0.7"}, {"did you mean 700 (0.7 mm)?"}},
    {"sensor_in_mm", {"-sensor", "Si", "450mm", "-detector_thicksteps", "2"}, {"-sensor Si 450mm", "did you mean 450"}},
    {"sensor_in_um", {"-sensor", "Si", "0.45um"}, {"did you mean 450 (0.45 mm)?"}},
    {"percentile_as_fraction", {"-o", "x.png", "-png_percentile", "0.999"}, {"did you mean 99.9"}},
    {"tolerance_rough", {"-tolerance", "0.5"}, {"-tolerance 0.5", "is that intended?"}},
};
INSTANTIATE_TEST_SUITE_P(detector, Slip, testing::ValuesIn(detector_slips), name_of_mistake);

TEST(Slips, SizesOfTheDetector) {
  const TemporaryFolder folder;
  const Words crystal = {"-default_F", "10", "-cell", "50", "-oversample", "1",    "-roi",
                         "0",          "3",  "0",     "3",  "-o",          "a.npy"};
  const auto said = [&](Words words) {
    words.insert(words.end(), crystal.begin(), crystal.end());
    return expect_success(simulate(words, folder)).err;
  };
  expect_texts(said({"-detsize", "2070", "-pixel", "0.5"}),
               {"-detsize 2070: 2070 mm", "did you mean -detpixels 2070 (2070 pixels)?"});
  expect_texts(said({"-detsize", "0.4", "-pixel", "0.01"}), {"did you mean 400 (0.4 m)?"});
}

TEST(Slips, SizesOfTheCrystal) {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& flag, const std::string& size) {
    const Words words = {"-default_F",  "10", "-cell", "50", "60", "70",    "80",        "95", "105", "-detpixels", "4",
                         "-oversample", "1",  flag,    size, "-o", "a.npy", "-beamsize", "1"};
    return expect_success(simulate(words, folder)).err;
  };
  expect_texts(said("-xtalsize", "50"), {"-xtalsize 50: 50 mm is unusual", "did you mean 0.05 (50 um)?"});
  expect_texts(said("-sample_thick", "30"), {"-sample_thick 30: 30 mm", "did you mean 0.03 (30 um)?"});
  expect_texts(said("-sample_thick", "4e-6"), {"sample size along a, 4e-06 mm, is less than a unit cell"});
}

class Contradiction : public testing::TestWithParam<Mistake> {};

TEST_P(Contradiction, IsRefused) {
  const TemporaryFolder folder;
  folder.write("a.mat", "0.0127 0 0\n0 0.0127 0\n0 0 0.0263\n");
  const ProgramResult result = simulate(small_run(GetParam().words), folder);
  expect_one_error(result, 2, GetParam().texts);
}

const std::vector<Mistake> contradictions = {
    {"wavelength_and_energy", {"-lambda", "1", "-energy", "13000"}, {"-lambda 1", "-energy 13000", "0.953725 A"}},
    {"fluence_and_flux", {"-flux", "1e12", "-fluence", "1e24"}, {"-fluence 1e24", "-flux 1e12", "1e+20 photons/m^2"}},
    {"cells_and_size", {"-xtalsize", "0.001"}, {"-N 3", "-xtalsize 0.001", "200 cells along a"}},
    {"one_axis_then_all", {"-Na", "5", "-N", "7"}, {"-Na 5", "-N 7", "all three axes"}},
    {"one_size_then_all",
     {"-sample_x", "0.001", "-samplesize", "0.002"},
     {"-sample_x", "-samplesize", "all three axes"}},
    {"one_direction_then_both", {"-hdivrange", "1", "-divergence", "2"}, {"-hdivrange 1", "-divergence 2"}},
    {"count_and_detector", {"-detector", "eiger9m"}, {"-detpixels 8", "-detector eiger9m", "-roi"}},
    {"size_and_count", {"-detsize", "100"}, {"-detsize 100", "-detpixels 8", "8 pixels of 1 mm are 8 mm"}},
    {"two_distances", {"-distance", "100", "-close_distance", "50"}, {"-distance 100", "-close_distance 50"}},
    {"centre_and_near_point",
     {"-Xbeam", "4", "-Ybeam", "4", "-ORGX", "7", "-ORGY", "4"},
     {"-Ybeam 4", "-ORGX 7", "more than a pixel"}},
    {"corner_and_distance",
     {"-pix0_vector", "0.1", "0.004", "-0.004", "-distance", "150"},
     {"-distance 150", "-pix0_vector", "100"}},
    {"corner_and_centre", {"-pix0_vector", "0.1", "0.004", "-0.004", "-ORGX", "100"}, {"-ORGX 100", "-pix0_vector"}},
    {"two_conventions", {"-xds", "-adxv"}, {"-adxv", "-xds", "one convention"}},
    {"vector_then_convention",
     {"-beam_vector", "1", "0", "0", "-mosflm"},
     {"-beam_vector 1 0 0", "-mosflm", "put the convention first"}},
    {"two_shapes", {"-round_xtal", "-gauss_xtal"}, {"-round_xtal", "-gauss_xtal", "only one crystal shape"}},
    {"interpolation_on_and_off", {"-interpolate", "-nointerpolate"}, {"-interpolate", "-nointerpolate"}},
    {"polarization_on_and_off", {"-nopolar", "-polar", "0.9"}, {"-polar 0.9", "-nopolar"}},
    {"step_beyond_range", {"-osc", "0.1", "-phistep", "1"}, {"-osc 0.1", "-phistep 1", "not exceed the range"}},
    {"steps_do_not_fill_range",
     {"-osc", "1", "-phistep", "0.1", "-phisteps", "5"},
     {"-osc, -phistep, -phisteps", "5 steps", "10 steps wide"}},
    {"cell_and_matrix",
     {"-mat", "a.mat"},
     {"-cell 50 60 70", "-mat a.mat", "edges of 78.7402 78.7402 38.0228 A", "-lambda"}},
    {"file_that_is_not_written", {"-pgmfile", "x.pgm", "-nopgm"}, {"-pgmfile x.pgm", "-nopgm"}},
    {"cell_of_two", {"-cell", "79", "79"}, {"-cell", "'79 79'", "six numbers"}},
    {"cell_of_five", {"-cell", "79", "79", "38", "90", "90"}, {"-cell", "six numbers"}},
    {"angle_beyond_180", {"-cell", "79", "79", "38", "90", "90", "270"}, {"-cell", "'270'", "below 180"}},
    {"three_counts", {"-N", "10", "12", "14"}, {"unexpected word", "'12'", "-N takes N"}},
    {"flux_without_time", {"-flux", "1e12", "-exposure", "0"}, {"-flux 1e12", "-exposure 0", "no photon"}},
    {"too_many_cells_by_size", {"-samplesize", "1e5", "-beamsize", "1e5"}, {"too many unit cells", "sample"}},
    {"wavelength_in_m",
     {"-wavelength", "0.979e-10"},
     {"impossible value", "-wavelength 0.979e-10", "did you mean 0.979 (9.79e-11 m)?"}},
    {"distance_beyond_reason", {"-distance", "1e300"}, {"impossible value", "-distance 1e300", "correct it"}},
    {"amplitude_negative", {"-default_F", "-5"}, {"-default_F", "must not be negative"}},
    {"narrowing_beyond_reason", {"-gauss_xtal", "-fudge", "1e300"}, {"impossible value", "-fudge 1e300"}},
};
INSTANTIATE_TEST_SUITE_P(flags, Contradiction, testing::ValuesIn(contradictions), name_of_mistake);

TEST(Slips, WhatAgreesIsNoContradiction) {
  const TemporaryFolder folder;
  for (const Words& words :
       {Words{"-lambda", "0.9793", "-energy", "12660"}, Words{"-distance", "100", "-close_distance", "100"},
        Words{"-Xbeam", "3.5", "-Ybeam", "4.5", "-ORGX", "5", "-ORGY", "4"}, Words{"-detsize", "8"},
        Words{"-osc", "1", "-phistep", "0.1", "-phisteps", "10"}, Words{"-flux", "1e12", "-fluence", "1e20"}}) {
    const ProgramResult result = expect_success(simulate(small_run(words), folder));
    EXPECT_EQ(result.err, "") << words[0];
  }
}

/// The first word of an unknown flag is no reason to suggest another.
TEST(Slips, FilesSlipToo) {
  const TemporaryFolder folder;
  // Metres that somebody took for angstroms and for millimetres.
  folder.write("wavelength.poni",
               "poni_version: 2\nDetector: Detector\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4, "
               "\"max_shape\": [10, 10]}\nDistance: 100\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot2: 0\nRot3: 0\n"
               "Wavelength: 1.0\n");
  const std::vector<std::string> words = {
      "-geometry", "wavelength.poni", "-default_F", "1", "-cell", "50", "60", "70", "90", "90", "90", "-N", "2"};
  const ProgramResult result = expect_success(simulate(words, folder));
  expect_texts(result.err, {"the wavelength is 1e+10 A, which is unusual (0.15 to 10 A)",
                            "the distance is 100000 mm, which is unusual (4 to 20000 mm)"});
}

TEST(Slips, OnlyNearNamesAreSuggested) {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& flag) { return simulate(small_run({flag, "1"}), folder).err; };
  for (const std::string flag : {"-air", "-xy", "-gas", "-sol", "-ads"})
    EXPECT_EQ(said(flag).find("did you mean"), std::string::npos) << said(flag);
  const std::pair<const char*, const char*> meant[] = {{"-dist", "-distance?"},
                                                       {"-disp", "-dispersion or -dispsteps?"},
                                                       {"-hlk", "-hkl?"},
                                                       {"-n", "-N?"},
                                                       {"-Lambda", "-lambda?"},
                                                       {"-oscilation", "-oscillation?"},
                                                       {"-wavelen", "-wavelength or -wavelengths?"},
                                                       {"-mosaic_domain", "-mosaic_domains?"},
                                                       {"-beam_size", "-beamsize?"},
                                                       {"-pdb", "-model?"},
                                                       {"-exposure_time", "-exposure?"}};
  for (const auto& [typed, name] : meant)
    EXPECT_NE(said(typed).find(std::string("did you mean ") + name), std::string::npos) << said(typed);
}

/// Before it begins, with the reason and the way out.
TEST(Slips, LongRunsAreAnnounced) {
  const TemporaryFolder folder;
  const Words flags = {"-default_F", "100", "-cell", "79", "79", "38", "-N", "6300", "-distance", "100"};
  const ProgramResult explained =
      run_program("femtobragg", after("explain", after("--", flags)), folder.path(), {.cpu_seconds = 60});
  EXPECT_EQ(explained.status, 0) << explained.err;
  expect_texts(explained.out, {"this run takes about", "because the crystal is 49.8 um", "-oversample"});
  // It would take days: what it says comes first.
  const ProgramResult result = simulate(flags, folder, {.cpu_seconds = 8});
  expect_texts(result.err, {"warning: this run takes about", "because the crystal is 49.8 um"});
  EXPECT_EQ(simulate(small_run(), folder).err, "");
}

/// Lists that take long to make are announced before they are made.
TEST(Slips, LongListsAreAnnounced) {
  const TemporaryFolder folder;
  const ProgramResult result =
      simulate(small_run({"-mosaic", "1", "-mosaic_domains", "3e7"}), folder, {.cpu_seconds = 1});
  expect_texts(result.err, {"warning: each pixel sums 3e+07 mosaic domains", "GB before rendering starts",
                            "fewer with -mosaic_domains"});
}

/// Where whole numbers are expected they may be written with an exponent.
TEST(Slips, WholeNumbersMayHaveExponents) {
  const TemporaryFolder folder;
  const ProgramResult result = simulate(small_run({"-N", "1e1", "-oversample", "2.0", "-show_config"}), folder);
  EXPECT_EQ(result.status, 0) << result.err;
  expect_texts(result.out, {"-N 1e1", "10x10x10"});
}

}  // namespace
}  // namespace femtobragg::tests
