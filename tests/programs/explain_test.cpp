// `femtobragg explain` tells what the run then does.
#include <map>

#include "tests/errors/mistake.h"
#include "tests/programs/explain_run.h"

namespace femtobragg::tests {
namespace {

TEST_F(Explain, QuantitiesAreThoseOfShowConfig) {
  const std::string runs[] = {"", "-xds -ORGX 4 -ORGY 5 -detector_thick 100 -roi 1 3 2 5",
                              "-misset random -flux 1e12 -divergence 1 -mosaic 1 -round_xtal -osc 1"};
  for (const std::string program : {"simulate", "nanoBragg"})
    for (const std::string& flags : runs) {
      std::string lines;
      // Seeds that follow the clock differ from run to run.
      const std::string all = small() + flags + " -misset_seed 7";
      const json e = explained(all, "--calibration 0 --program " + program);
      for (const json& row : e.at("quantities")) {
        if (row.at("section") == "Image") continue;
        const auto text = [&](const char* key) { return row.at(key).get<std::string>(); };
        std::string line = text("name");
        line.resize(std::max<std::size_t>(26, line.size()), ' ');
        std::string value = text("value") + (text("unit").empty() ? "" : " ") + text("unit");
        value.resize(std::max<std::size_t>(44, value.size()), ' ');
        lines += line + " " + value + " " + text("origin") + "\n";
      }
      const std::string show = all + " -show_config";
      const ProgramResult result = program == "simulate" ? simulate(show) : drop_in(show);
      EXPECT_NE(result.out.find(lines), std::string::npos) << lines << "\nis not in\n" << result.out;
      EXPECT_GT(lines.size(), 1000u);
    }
}

TEST_F(Explain, FormulasAndSight) {
  const json e = explained(small() + "-lambda 2 -distance 50");
  EXPECT_EQ(quantity(e, "energy").at("formula"), "h c / wavelength");
  EXPECT_EQ(quantity(e, "crystal size").at("value"), "0.025 x 0.03 x 0.035");
  // 2 A x 50 mm / (350 A x 0.2 mm), and for one cell of 70 A.
  EXPECT_NEAR(std::stod(quantity(e, "narrowest spots").at("value").get<std::string>()), 2. * 50 / 350 / 0.2, 1e-5);
  EXPECT_NEAR(std::stod(quantity(e, "closest reflections").at("value").get<std::string>()), 2. * 50 / 70 / 0.2, 1e-5);
  // As the trace of that pixel says.
  const std::string corner = quantity(e, "finest resolution").at("origin");
  const double fast = number_after(corner, "fast "), slow = number_after(corner, "slow ");
  const ProgramResult traced_run = simulate(small() + "-lambda 2 -distance 50 -oversample 1 -o a.npy -trace_pixel " +
                                            std::to_string(int(slow)) + " " + std::to_string(int(fast)));
  const std::vector<double> q = traced(traced_run.out, "scattering_vec_m_inv");
  ASSERT_EQ(q.size(), 3u);
  EXPECT_NEAR(std::stod(quantity(e, "finest resolution").at("value").get<std::string>()),
              1e10 / std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]), 1e-4);
}

TEST_F(Explain, Loops) {
  const json e = explained(small() +
                           "-roi 2 5 1 7 -oversample 3 -detector_thick 100 -detector_abs 50 -detector_thicksteps 2 "
                           "-dispersion 1 -dispsteps 5 -osc 1 -phisteps 4 -mosaic 1 -mosaic_domains 6");
  EXPECT_EQ(count(e, "pixels"), 4 * 7);
  EXPECT_EQ(count(e, "sub-pixels"), 9);
  EXPECT_EQ(count(e, "sensor layers"), 2);
  EXPECT_EQ(count(e, "sources"), 5);
  EXPECT_EQ(count(e, "phi steps"), 4);
  EXPECT_EQ(count(e, "mosaic domains"), 6);
  EXPECT_EQ(e.at("evaluations"), 28. * 9 * 2 * 5 * 4 * 6);
  EXPECT_EQ(e.at("loops").at(4).at("origin"), "-osc 1, -phisteps 4");
}

TEST_F(Explain, TruthTakesTimeToo) {
  EXPECT_EQ(explained(small() + "-o a.npy").at("labels").size(), 0u);
  const json e = explained(small() + "-o a.npy -truth t.csv -truth_hkl_map m.npy", "--calibration 0.1");
  ASSERT_EQ(e.at("labels").size(), 2u);
  EXPECT_EQ(e.at("labels").at(0).at("what"), "-truth");
  EXPECT_EQ(e.at("labels").at(1).at("what"), "-truth_hkl_map");
  for (const json& label : e.at("labels")) EXPECT_GT(label.at("calibration").at("expected_seconds"), 0);
}

TEST_F(Explain, LayersOfAKnownDetectorFollowFromTheirErrors) {
  const std::string far = "-detector pilatus-100k -distance 2000 -cell 70 80 90 -default_F 1 -N 5 -lambda 1 ";
  const json one = quantity(explained(far), "sensor layers");
  EXPECT_EQ(one.at("value"), "1");
  EXPECT_NE(one.at("formula").get<std::string>().find("moves by at most 1"), std::string::npos) << one;
  EXPECT_NE(one.at("formula").get<std::string>().find("e-06 px"), std::string::npos) << one;
  const std::string near = "-detector pilatus-100k -distance 40 -cell 70 80 90 -default_F 1 -N 5 -lambda 1 ";
  EXPECT_GT(std::stoi(quantity(explained(near), "sensor layers").at("value").get<std::string>()), 1);
  const json given = quantity(explained(near + "-detector_thicksteps 7"), "sensor layers");
  EXPECT_EQ(given.at("value"), "7");
  EXPECT_EQ(given.at("formula"), "");
}

TEST_F(Explain, EngineIsTheOneThatRuns) {
  for (const std::string flags :
       {"", "-tophat_spots", "-detpixels 6 -pixel 40 -oversample 1", "-device reference -dtype float64",
        "-quirks Q-phi0-carry -osc 1 -phisteps 3", "-dtype float64", "-device simd-baseline"}) {
    const ProgramResult result = simulate(small() + flags + " -o a.npy");
    EXPECT_EQ(result.status, 0) << result.err;
    const std::string ran_on = explained(small() + flags).at("runs_on");
    EXPECT_NE(result.out.find("computed by " + ran_on + "\n"), std::string::npos) << ran_on << "\n" << result.out;
  }
  EXPECT_EQ(explained(small() + "-threads 1").at("threads"), 1);
}

TEST_F(Explain, Memory) {
  const json e = explained(listed() + "-pixel 0.1 -threads 1 -tolerance 1e-3");
  std::map<std::string, double> bytes;
  for (const json& use : e.at("memory")) bytes[use.at("what")] = use.at("bytes");
  EXPECT_EQ(bytes.at("image, float32"), 16 * 16 * 4);
  // h -9 to 9, k -11 to 11, l -14 to 14: doubles, and for the lanes a float and a mark each.
  EXPECT_EQ(bytes.at("structure factors"), 19 * 23 * 29 * 8);
  EXPECT_EQ(bytes.at("amplitudes for lanes"), 19 * 23 * 29 * 5);
  EXPECT_GT(bytes.at("work of 1 thread"), 16 * 8);
  EXPECT_FALSE(bytes.contains("lists of spots, at most"));
  const json many = explained(
      "-default_F 100 -cell 50 60 70 -N 20 -gauss_xtal -detpixels 600 -mosaic 0.1 -mosaic_domains 500 -oversample 1 "
      "-tolerance 1e-3");
  bytes.clear();
  for (const json& use : many.at("memory")) bytes[use.at("what")] = use.at("bytes");
  EXPECT_GT(bytes.at("lists of spots, at most"), 0);
}

/// Names and sizes are those of the files that the run leaves; explaining leaves none.
TEST_F(Explain, Files) {
  const std::string runs[] = {
      "-hkl small.hkl -cell 30 40 50 -detpixels 24 -seed 1",
      "-hkl small.hkl -cell 30 40 50 -detpixels 24 -dump my.bin -o a.npy -o b.bin -o c.img -o d.pgm",
      "-hkl small.hkl -cell 30 40 50 -detpixels 24 -o a.png -noisefile n.img"};
  for (const std::string& flags : runs)
    for (const std::string program : {"simulate", "nanoBragg"}) {
      const auto before = files_in(folder_);
      const json e = explained(flags, "--calibration 0 --program " + program);
      EXPECT_EQ(files_in(folder_), before);
      const ProgramResult result = program == "simulate" ? simulate(flags) : drop_in(flags);
      ASSERT_EQ(result.status, 0) << result.err;
      std::set<std::string> after = files_in(folder_);
      for (const std::string& name : before) after.erase(name);
      std::set<std::string> planned;
      for (const json& file : e.at("files")) {
        const std::string path = file.at("path");
        planned.insert(path);
        const auto size = static_cast<double>(std::filesystem::file_size(folder_ / path));
        const double allowed = file.at("exact") ? 0 : path.ends_with(".png") ? 1e9 : 150;
        EXPECT_NEAR(file.at("bytes").get<double>(), size, allowed) << path;
      }
      EXPECT_EQ(planned, after) << flags;
      for (const std::string& name : after) std::filesystem::remove(folder_ / name);
    }
}

TEST_F(Explain, QuirksAreThoseAnnounced) {
  const std::string flags = "-default_F 100 -cell 70 80 90 75 85 95 -N 5 -detpixels 24 -osc 1 -phisteps 3 -water 1";
  const json quirks = explained(flags, "--calibration 0 --program nanoBragg").at("quirks");
  EXPECT_EQ(quirks.get<std::set<std::string>>(), announced(drop_in(flags).err));
  EXPECT_GT(quirks.size(), 3u);
  EXPECT_EQ(explained(flags).at("quirks").size(), 0u);
}

/// A small image is rendered as a whole: then the estimate is the run's own statistics.
TEST_F(Explain, CalibrationOfASmallImage) {
  const json c = explained(small(), "").at("calibration");
  const ProgramResult run = simulate(small() + "-o a.npy");
  EXPECT_EQ(c.at("pixels"), 24 * 24);
  EXPECT_NEAR(c.at("brightest_photons"), number_after(run.out, "brightest pixel: "),
              1e-5 * double(c.at("brightest_photons")));
  EXPECT_NEAR(c.at("expected_photons"), 24 * 24 * number_after(run.out, "mean "),
              1e-5 * double(c.at("expected_photons")));
  EXPECT_EQ(c.at("expected_seconds"), c.at("seconds"));
  // The first samples leave out terms of this one.
  const json many = explained(small() + "-mosaic 1 -mosaic_domains 20000 -oversample 1", "--calibration 600");
  EXPECT_EQ(many.at("calibration").at("evaluations"), many.at("evaluations"));
  EXPECT_EQ(many.at("evaluations"), 24. * 24 * 20000);
}

/// Hours of work are estimated within the budget.
TEST_F(Explain, CalibrationOfAHugeImage) {
  const std::string huge =
      "-default_F 100 -cell 50 60 70 -N 5 -detpixels 2000 -mosaic 1 -mosaic_domains 100000 -seed 1 -oversample ";
  const json much = explained(huge + "20", "--calibration 0.1"), less = explained(huge + "10", "--calibration 0.1");
  const json &c = much.at("calibration"), &half = less.at("calibration");
  EXPECT_LT(c.at("pixels"), 4000000);
  EXPECT_LT(double(c.at("seconds")), 5);
  EXPECT_LT(double(c.at("evaluations")), 1e-3 * double(much.at("evaluations")));
  // 1.6e14 terms, of which no processor does more than 1e11 in a second.
  EXPECT_GT(double(c.at("expected_seconds")), 1600);
  EXPECT_FALSE(c.at("at_most"));
  const json tolerant = explained(huge + "20 -tolerance 1e-3 -gauss_xtal", "--calibration 0.1");
  EXPECT_TRUE(tolerant.at("calibration").at("at_most"));
  // The mean brightness does not depend on what was left out.
  EXPECT_NEAR(double(c.at("expected_photons")) / double(half.at("expected_photons")), 1, 0.2);
}

/// Only what a sample renders takes memory: of a large image a small part. With a tolerance, too.
TEST_F(Explain, CalibrationOfAnImageOfManyPixels) {
  for (const std::string more : {"", " -tolerance 1e-3 -gauss_xtal"}) {
    const std::string flags =
        "-default_F 100 -cell 50 60 70 -N 5 -detpixels 20000 -oversample 1 -nonoise -o a.npy" + more;
    const Words words = words_of("explain --json --calibration 0.2 -- " + flags);
    const ProgramLimits limits{.memory_bytes = std::uint64_t{address_sanitizer ? 0u : 1200u} << 20};
    const ProgramResult result = run_program("femtobragg", words, folder_.path(), limits);
    ASSERT_EQ(result.status, 0) << result.err;
    const json e = json::parse(result.out), &c = e.at("calibration");
    EXPECT_GT(double(c.at("pixels")), 1e5);
    EXPECT_LT(double(c.at("pixels")), 0.2 * 4e8);
    EXPECT_GT(double(c.at("expected_seconds")), double(c.at("seconds")));
  }
}

TEST_F(Explain, Options) {
  EXPECT_TRUE(explained(small(), "--calibration 0").at("calibration").is_null());
  EXPECT_FALSE(explained(small(), "--calibration 0.1").at("calibration").is_null());
  EXPECT_EQ(explained(small()).at("program"), "simulate");
  EXPECT_EQ(explained(small(), "--program nanoBragg").at("program"), "nanoBragg");
  const ProgramResult help = run_program("femtobragg", {"explain", "--help"}, folder_.path());
  EXPECT_EQ(help.status, 0);
  expect_texts(help.out, {"--program", "--calibration", "--json", "femtobragg explain -- "});
  for (const std::string wrong :
       {"--program bragg", "--calibration -1", "--calibration nan", "--calibration soon", "-N 5"}) {
    const ProgramResult result = run_explain(wrong, small());
    EXPECT_EQ(result.status, 2) << wrong;
    expect_texts(result.err, {"error: femtobragg explain", "put the flags of the run after --"});
  }
}

/// What the run refuses, its explanation refuses with the same words.
TEST_F(Explain, RefusesWhatTheRunRefuses) {
  for (const std::string flags :
       {"-default_F 1 -cell 50 -nonsense", "-cell 50", "-default_F 1 -cell 50 -device abacus", "-hkl no.hkl -cell 50",
        "-default_F 1 -cell 50 -o no/folder.npy", "-default_F 1 -cell 50 -phisteps 3"}) {
    const ProgramResult run = simulate(flags), told = run_explain("", flags);
    EXPECT_NE(told.status, 0);
    EXPECT_EQ(told.status, run.status) << flags;
    EXPECT_EQ(told.err, run.err) << flags;
    EXPECT_EQ(told.out, "");
  }
  EXPECT_EQ(run_explain("", "-version").status, 2);
  EXPECT_EQ(run_explain("", "-help").status, 2);
}

TEST_F(Explain, PageForTheTerminal) {
  const ProgramResult result = run_explain(
      "--program nanoBragg", listed() + "-osc 1 -phisteps 3 -fudge 2 -roi 2 5 1 7 -sourcefile src.txt -hdivrange 1");
  EXPECT_EQ(result.status, 0);
  expect_texts(result.out,
               {"What nanoBragg would do: a parallelepiped crystal of 5x5x5 cells", "\nBeam\n", "\nDetector\n",
                "\nCrystal\n", "\nSampling\n", "\nImage\n", "\nWork\n", "\nEngine\n", "\nMemory\n", "\nFiles\n",
                "change this run\n", "\nWarnings\n", "= h c / wavelength", "because the first sweep",
                "! -fudge 2 has no effect: it does not apply to a crystal of this shape", "about "});
  for (const std::string& line : lines_of(result.out)) EXPECT_LE(line.size(), 120u) << line;
  expect_texts(run_explain("--calibration 0", small()).out,
               {"Warnings\n  none\n", "expected time            not estimated"});
}

}  // namespace
}  // namespace femtobragg::tests
