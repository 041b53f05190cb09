// Whole runs of the drop-in whose numbers are known: reports, seeds and single pixels.
#include <gtest/gtest.h>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

class WorkedRun : public QuirkRun {
 protected:
  /// The lines of a report that begin so.
  static std::vector<std::string> lines(const std::string& text, const std::string& begin) {
    std::vector<std::string> found;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
      if (line.starts_with(begin)) found.push_back(line);
    return found;
  }
  std::string report(const std::string& flags) {
    const ProgramResult result = drop_in(flags);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  }
};

const std::string cubic =
    "-lambda 6.2 -N 5 -cell 100 100 100 90 90 90 -default_F 100 -distance 100 -detsize 102.4 -pixel 0.1 -nonoise "
    "-nopgm "
    "-noprogress ";

TEST_F(WorkedRun, OnePixelOfACubicCrystal) {
  const std::string out = report(cubic + "-roi 250 250 240 240 -trace_pixel 240 250");
  // As many digits as are known.
  EXPECT_NEAR(traced(out, "R_distance_meters")[0], 0.106918777583734, 5e-16);
  EXPECT_NEAR(traced(out, "omega_pixel_sr")[0], 8.181596284163e-07, 5e-20);
  EXPECT_NEAR(traced(out, "I_before_scaling")[0], 39399269.9325512, 5e-7);
  EXPECT_NEAR(traced(out, "polar")[0], 0.937383136693165, 2e-15);
  EXPECT_NEAR(traced(out, "I_pixel_final")[0], 30.2164442188163, 1e-12);
  EXPECT_FLOAT_EQ(read_floats(folder_ / "floatimage.bin").at(240 * 1024 + 250), 30.2164440155029f);
}

TEST_F(WorkedRun, PolarizationOfThatPixel) {
  const std::vector<std::pair<std::string, double>> expected = {
      {"0.9", 0.939489136496342}, {"1", 0.939723136474473}, {"-1", 0.935043136911856}};
  for (const auto& [fraction, polar] : expected) {
    const std::string out = report(cubic + "-roi 250 250 240 240 -trace_pixel 240 250 -polar " + fraction);
    EXPECT_NEAR(traced(out, "polar")[0], polar, 2e-15) << fraction;
  }
}

TEST_F(WorkedRun, StatisticsOfTheWholeImage) {
  const std::string out = report(cubic);
  EXPECT_EQ(lines(out, "max_I"), Words{"max_I = 154.652  at 0.05125 0.05125"});
  EXPECT_EQ(lines(out, "mean="), Words{"mean= 0.881009 rms= 5.69567 rmsd= 5.62712"});
}

TEST_F(WorkedRun, ReportOfNoiseAndIntegers) {
  const std::string out = report(crystal() + misset() + detector() +
                                 "-noprogress -seed 987 -adc 25 -fluence 2e29 -noisefile n.img -intfile i.img -scale 3 "
                                 "-pgmfile p.pgm -pgmscale 0.05");
  EXPECT_EQ(lines(out, "max_I"), Words{"max_I = 29567.7  at 0.00725 0.00925"});
  EXPECT_EQ(lines(out, "mean="), Words{"mean= 99.3694 rms= 967.77 rmsd= 962.654"});
  EXPECT_EQ(lines(out, "400241"), Words{"400241 photons on noise image (0 overloads)"});
  EXPECT_DOUBLE_EQ(number_after(out, "solid angle subtended by detector = "), 0.098251);
  EXPECT_EQ(lines(out, "intfile_scale"), Words{"intfile_scale = 3"});
  EXPECT_EQ(lines(out, "pgm_scale"), Words{"pgm_scale = 0.05"});
  EXPECT_EQ(read_bytes(folder_ / "p.pgm").size(), 4069u);
  const std::string noise = read_bytes(folder_ / "n.img").substr(512, 16);
  const std::string integers = read_bytes(folder_ / "i.img").substr(512, 16);
  const auto bytes = [](std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += {static_cast<char>(value), '\0'};
    return text;
  };
  EXPECT_EQ(noise, bytes({26, 25, 25, 25, 25, 25, 26, 25}));
  EXPECT_EQ(integers, bytes({26, 25, 26, 25, 25, 25, 33, 25}));
  EXPECT_EQ(read_bytes(folder_ / "i.img").find('\f'), 461u);  // the header's text has 462 bytes
}

TEST_F(WorkedRun, SeedsZeroAndOneMakeTheSameNoise) {
  const std::string flags = crystal() + misset() + detector() + "-nopgm -noprogress ";
  report(flags + "-seed 0");
  const std::string zero = read_bytes(folder_ / "noiseimage.img");
  report(flags + "-seed 1");
  EXPECT_EQ(read_bytes(folder_ / "noiseimage.img"), zero);
  report(flags + "-seed 2");
  EXPECT_NE(read_bytes(folder_ / "noiseimage.img"), zero);
}

TEST_F(WorkedRun, NegativeMissetSeedStartsAtOne) {
  const std::string flags = base() + "-misset random";
  for (const std::string seed : {"1", "-7"})
    EXPECT_EQ(lines(report("-misset_seed " + seed + " " + flags), "random orientation"),
              Words{"random orientation misset angles: 4.662957 -11.844979 17.622548 deg"})
        << seed;
}

TEST_F(WorkedRun, MissetSeedTurnsTheCrystal) {
  const Pixels seed = image_of(drop_in(crystal() + "-misset_seed 5 " + detector() + silence()));
  expect_same(seed, image_of(drop_in(crystal() + "-misset 5 0 1 " + detector() + silence())));
}

TEST_F(WorkedRun, ListsOfStepsAndSources) {
  const auto count = [&](const std::string& flags, const std::string& begin) {
    return lines(report(base() + flags), begin).size();
  };
  EXPECT_EQ(lines(report(base() + "-osc 2 -phisteps 5 -phi 10"), "phi"),
            (Words{"phi0 = 10", "phi1 = 10.4", "phi2 = 10.8", "phi3 = 11.2", "phi4 = 11.6"}));
  EXPECT_EQ(count("-osc 1", "phi"), 2u);
  EXPECT_EQ(lines(report(base() + "-phisteps 4"), "phi"),
            (Words{"phi0 = 0", "phi1 = 0.25", "phi2 = 0.5", "phi3 = 0.75"}));
  EXPECT_EQ(lines(report(base() + "-detector_thick 450 -detector_thicksteps 4"), "thick"),
            (Words{"thick0 = 0 um", "thick1 = 150 um", "thick2 = 300 um", "thick3 = 450 um"}));
  EXPECT_EQ(count("-mosaic 1", "  created a total of 10 mosaic domains"), 1u);
  const std::string square =
      "-hdivrange 8 -hdivstep 3 -vdivrange 4 -vdivsteps 3 -square_div -dispersion 1 -dispsteps 2";
  EXPECT_EQ(count(square, "divergence deviation"), 9u);
  EXPECT_EQ(count(square, "  created a total of 18 sources"), 1u);
  const Words wavelengths = lines(report(base() + "-dispersion 3 -dispsteps 4"), "lambda");
  ASSERT_EQ(wavelengths.size(), 4u);
  const double expected[] = {0.985e-10, 0.995e-10, 1.005e-10, 1.015e-10};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(number_after(wavelengths[i], "= "), expected[i], 1e-24);
}

TEST_F(WorkedRun, DerivedQuantities) {
  const std::string automatic = "-hkl p1.hkl -cell 30 40 50 75 95 105 " + misset() + detector() + silence();
  EXPECT_EQ(lines(report(automatic + "-Na 12 -Nb 9 -Nc 7"), "auto-selected 6-fold").size(), 1u);
  const std::string sizes =
      report(automatic + "-oversample 1 -xtalsize 0.000021 -beamsize 0.000016 -flux 1e12 -exposure 0.1");
  EXPECT_EQ(lines(sizes, "  parallelepiped xtal: 7x4x4 cells").size(), 1u);
  EXPECT_EQ(lines(sizes, "  incident fluence: 3.90625e+26 photons/m^2").size(), 1u);
  EXPECT_EQ(lines(sizes, "auto-selected tricubic").size(), 1u);
  const std::string energy = report(base() + "-energy 11000 -trace_pixel 0 0");
  EXPECT_NEAR(traced(energy, "lambda_angstroms")[0], 1.12712909090909, 5e-15);
}

/// The first index outside the table, and what becomes of the pixels before and after it.
TEST_F(WorkedRun, InterpolationStopsAtTheKnownPixel) {
  const std::string flags = base() + "-hkl small.hkl -N 2 -default_F 30 -roi 34 60 26 50 ";
  const ProgramResult result = drop_in("-quirks Q-interp-off,Q-triclinic-cell,Q-direct-beam " + flags + "-printout");
  const Pixels on = image_of(result);
  const std::size_t at = result.out.find("hkl= -1.3623");
  ASSERT_NE(at, std::string::npos);
  const Words indices = words_of(result.out.substr(at + 5, 40));
  EXPECT_NEAR(std::stod(indices.at(0)), -1.36237, 5e-6);
  EXPECT_NEAR(std::stod(indices.at(1)), 1.96779, 5e-6);
  EXPECT_NEAR(std::stod(indices.at(2)), 4.11871, 5e-6);
  const std::size_t header = result.out.rfind(" : stol", at);
  const Words place = words_of(result.out.substr(header - 9, 9));
  const std::size_t stop = std::stoul(place.at(place.size() - 1)) * 72 + std::stoul(place.at(place.size() - 2));

  const Pixels off = image_of(drop_in("-quirks Q-triclinic-cell,Q-direct-beam " + flags));
  const Pixels nearest = image_of(drop_in("-quirks Q-triclinic-cell,Q-direct-beam -nointerpolate " + flags));
  std::size_t differing = 0;
  for (std::size_t i = 0; i < on.size(); ++i) {
    ASSERT_EQ(on[i], i < stop ? off[i] : nearest[i]) << i;
    differing += i > stop && off[i] != nearest[i];
  }
  EXPECT_GT(stop, 26u * 72 + 34);
  EXPECT_GT(differing, 100u);
}

/// With water no term is passed over, and running factors then apply more often.
TEST_F(WorkedRun, WaterChangesSpotsOfRunningFactors) {
  const std::string flags = base() + "-tophat_spots -oversample 2 -oversample_omega -water 1e-6 ";
  const Pixels dry = image_of(drop_in(flags + "-water 0")), wet = image_of(drop_in(flags));
  expect_different(dry, wet);
  expect_same(right("-tophat_spots -oversample 2 -oversample_omega -water 1e-6"),
              right("-tophat_spots -oversample 2 -oversample_omega"));
}

TEST_F(WorkedRun, WaterOfOneRun) {
  const auto mean = [&](const std::string& flags) { return number_after(report(base() + flags), "mean= "); };
  // Four or five digits are known.
  EXPECT_NEAR(mean("-water 10 -fluence 1e28"), 3.3669e7, 5e2);
  EXPECT_NEAR(mean("-water 10 -fluence 1e28 -oversample 2"), 8.4168e6, 5e1);
  EXPECT_NEAR(number_after(simulate(base() + "-water 10 -fluence 1e28").out, "mean "), 4.2400e8, 5e3);
}

TEST_F(WorkedRun, MeansOfRunningSums) {
  const auto mean = [&](const std::string& quirks, const std::string& flags) {
    const Pixels image = image_of(drop_in("-quirks " + quirks + " " + base() + flags));
    double sum = 0;
    for (const float pixel : image) sum += static_cast<double>(pixel);
    return sum / static_cast<double>(image.size());
  };
  // Eight digits are known.
  EXPECT_NEAR(mean("all", "-osc 2 -phisteps 4 -oversample 2"), 71.692853, 1e-6);
  std::string ids;
  for (const std::string& word : words_of(run_program("femtobragg", {"quirks"}, folder_.path()).out))
    if (word.starts_with("Q-") && word != "Q-phi0-carry") ids += (ids.empty() ? "" : ",") + word;
  EXPECT_NEAR(mean(ids, "-osc 2 -phisteps 4 -oversample 2"), 68.687589, 1e-6);
  const std::string thick = "-detector_abs 234 -detector_thick 450 -oversample_thick";
  EXPECT_NEAR(mean("all", thick), 24.051449, 1e-6);
}

}  // namespace
}  // namespace femtobragg::tests
