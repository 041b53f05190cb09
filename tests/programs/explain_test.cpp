// `femtobragg explain` tells what the run then does, and warns only where something is wrong.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "femtobragg/nanobragg/option_table.h"
#include "tests/errors/mistake.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using json = nlohmann::json;

class Explain : public QuirkRun {
 protected:
  Explain() { folder_.write("indirect.hkl", "1 0 0 10\n-1 0 0 10\n0 5 0 20\n0 -5 0 20\n"); }

  static std::string small() { return "-default_F 100 -cell 50 60 70 -N 5 -detpixels 24 -pixel 0.2 -seed 1 "; }
  static std::string listed() { return "-hkl p1.hkl -cell 30 40 50 75 95 105 -N 5 -detpixels 16 -pixel 1 -seed 1 "; }

  /// `options` of explain, then the flags of the run.
  ProgramResult run_explain(const std::string& options, const std::string& flags) {
    return run_program("femtobragg", words_of("explain " + options + " -- " + flags), folder_.path());
  }
  json explained(const std::string& flags, const std::string& options = "--calibration 0") {
    const ProgramResult result = run_explain("--json " + options, flags);
    EXPECT_EQ(result.status, 0) << flags << "\n" << result.err;
    EXPECT_EQ(result.err, "");
    return result.status == 0 ? json::parse(result.out) : json();
  }
  static json quantity(const json& explanation, const std::string& name) {
    for (const json& row : explanation.at("quantities"))
      if (row.at("name") == name) return row;
    ADD_FAILURE() << "no quantity " << name;
    return {};
  }
  static double count(const json& explanation, const std::string& loop) {
    for (const json& row : explanation.at("loops"))
      if (row.at("name") == loop) return row.at("count");
    ADD_FAILURE() << "no loop " << loop;
    return 0;
  }
  /// The texts of the warnings of a kind.
  std::string warnings(const std::string& id, const std::string& flags, const std::string& options) {
    std::string texts;
    const json explanation = explained(flags, options);
    for (const json& warning : explanation.at("warnings"))
      if (warning.at("id") == id) texts += warning.at("text").get<std::string>() + "\n";
    return texts;
  }
};

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
  EXPECT_NEAR(c.at("brightest_photons"), number_after(run.out, "max_I = "), 1e-5 * double(c.at("brightest_photons")));
  EXPECT_NEAR(c.at("expected_photons"), 24 * 24 * number_after(run.out, "mean= "),
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
    expect_texts(result.err, {"error: femtobragg explain", "after --"});
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
                "! -fudge 2 has no effect: it does not apply to a parallelepiped", "about "});
  for (const std::string& line : lines_of(result.out)) EXPECT_LE(line.size(), 120u) << line;
  expect_texts(run_explain("--calibration 0", small()).out,
               {"Warnings\n  none\n", "expected time            not estimated"});
}

/// A warning: flags that call for it, and flags that do not.
struct Warned {
  std::string id, text, flags, others;
  std::string options = "--calibration 0";
};

std::ostream& operator<<(std::ostream& out, const Warned& w) { return out << w.id << ": " << w.flags; }

class ExplainWarns : public Explain, public testing::WithParamInterface<Warned> {};

TEST_P(ExplainWarns, OnlyWhereItApplies) {
  const Warned& w = GetParam();
  const std::string found = warnings(w.id, w.flags, w.options), none = warnings(w.id, w.others, w.options);
  EXPECT_NE(found.find(w.text), std::string::npos) << w.text << "\nnot in: " << found;
  EXPECT_EQ(none.find(w.text), std::string::npos) << none;
}

std::string plain(const std::string& more) {
  return "-default_F 100 -cell 50 60 70 -N 5 -detpixels 24 -pixel 0.2 -seed 1 " + more;
}
/// A list without F(0,0,0).
std::string without_direct(const std::string& more) {
  return "-hkl indirect.hkl -cell 30 40 50 -N 5 -detpixels 16 -pixel 1 -seed 1 " + more;
}
std::string with_list(const std::string& more) {
  return "-hkl p1.hkl -cell 30 40 50 75 95 105 -N 5 -detpixels 16 -pixel 1 -seed 1 " + more;
}

INSTANTIATE_TEST_SUITE_P(
    Image, ExplainWarns,
    testing::Values(
        Warned{"empty-region", "exchange them", plain("-roi 9 3 2 5"), plain("-roi 3 9 2 5")},
        Warned{"empty-region", "outside the detector", plain("-roi 2 5 30 40"), plain("-roi 2 5 3 40")},
        Warned{"list-too-short", "list ends at", with_list("-distance 15"), with_list("-distance 100")},
        Warned{"list-too-short", "list ends at", with_list("-distance 15"), with_list("-distance 15 -dmin 5")},
        Warned{"list-too-short", "outside the table", with_list("-distance 10"), with_list("-distance 100")},
        Warned{"spots-missed", "too coarse", plain("-oversample 1 -N 50"), plain("-N 50")},
        Warned{"spots-missed", "-oversample 3 would do", plain("-oversample 1 -pixel 0.4"), plain("-pixel 0.4")},
        Warned{"spots-crowded", "run into each other", plain("-pixel 1"), plain("")},
        Warned{"spots-crowded", "run into each other", plain("-pixel 1"), plain("-twotheta 120")},
        Warned{"spots-missed", "too coarse", plain("-oversample 1 -N 50"), plain("-twotheta 120 -N 3 -oversample 1")},
        Warned{"dark", "photons", plain("-fluence 1e11"), plain("-osc 0 -phistep 1"),
               "--program nanoBragg --calibration 1"},
        Warned{"series", "3 frames", plain("-osc 1 -frames 3 -o x_#.npy"), plain("-osc 1 -o x.npy")},
        Warned{"rotation-coarse", "would do", plain("-N 100 -osc 90 -phisteps 3"),
               plain("-N 100 -osc 0.01 -phisteps 3")},
        Warned{"rotation-coarse", "would do", plain("-N 100 -osc 90 -phisteps 3 -mosaic 60"),
               plain("-N 100 -osc 90 -phisteps 2000")},
        Warned{"divergence-coarse", "would do", plain("-divergence 20"), plain("-divergence 20 -divsteps 20")},
        Warned{"dispersion-coarse", "would do", plain("-dispersion 50"), plain("-dispersion 1")},
        Warned{"domains-few", "would do", plain("-N 100 -mosaic 5 -mosaic_domains 3"),
               plain("-mosaic 0.1 -mosaic_domains 3")},
        Warned{"dark", "photons on the whole image", plain("-fluence 1e11"), plain(""), ""},
        Warned{"overloads", "clips at 65495", plain("-fluence 1e34"), plain(""), ""},
        Warned{"overloads", "clips at 65495", plain("-fluence 1e34"), plain("-fluence 1e34 -nonoise"), ""},
        Warned{"command-line", "unknown flag", plain("-nonsense"), plain(""), "--calibration 0 --program nanoBragg"}));

INSTANTIATE_TEST_SUITE_P(
    Flags, ExplainWarns,
    testing::Values(
        Warned{"no-effect", "-N 5", plain("-xtalsize 0.000029"), plain("-sample_x 0.0001")},
        Warned{"no-effect", "-Na 5", plain("-Na 5 -sample_x 0.000025"), plain("-Na 5 -sample_y 0.0001")},
        Warned{"no-effect", "-Nb 5", plain("-Nb 5 -sample_y 0.00003"), plain("-Nb 5 -sample_x 0.0001")},
        Warned{"no-effect", "-Nc 5", plain("-Nc 5 -sample_z 0.000035"), plain("-Nc 5")},
        Warned{"no-effect", "-direct_beam", without_direct("-direct_beam"), with_list("-direct_beam")},
        Warned{"no-effect", "-fudge 2", plain("-fudge 2"), plain("-fudge 2 -round_xtal")},
        Warned{"no-effect", "-mosaic_domains 5", plain("-mosaic 0 -mosaic_domains 5"),
               plain("-mosaic 1 -mosaic_domains 5")},
        Warned{"no-effect", "-mosaic_seed 5", plain("-mosaic_seed 5"), plain("-mosaic 1 -mosaic_seed 5")},
        Warned{"no-effect", "-misset_seed 5", plain("-misset_seed 5"), plain("-misset random -misset_seed 5")},
        Warned{"no-effect", "-phisteps 5", plain("-osc 0 -phisteps 5"), plain("-osc 1 -phisteps 5")},
        Warned{"no-effect", "-phistep 0.1", plain("-osc 0 -phistep 0.1"), plain("-osc 1 -phistep 0.1")},
        Warned{"no-effect", "-interpolate", plain("-interpolate"), with_list("-interpolate")},
        Warned{"no-effect", "-dmin 0.1", plain("-dmin 0.1"), plain("-dmin 100")},
        Warned{"no-effect", "-hdivsteps 3", plain("-hdivrange 0 -hdivsteps 3"), plain("-hdivrange 1 -hdivsteps 3")},
        Warned{"no-effect", "-vdivsteps 3", plain("-vdivrange 0 -vdivsteps 3"), plain("-vdivrange 1 -vdivsteps 3")},
        Warned{"no-effect", "-divsteps 3", plain("-divergence 0 -divsteps 3"), plain("-divergence 1 -divsteps 3")},
        Warned{"no-effect", "-square_div", plain("-hdivrange 1 -square_div"), plain("-divergence 1 -square_div")},
        Warned{"no-effect", "-dispsteps 3", plain("-dispersion 0 -dispsteps 3"), plain("-dispersion 1 -dispsteps 3")},
        Warned{"set-up", "Divergence/dispersion parameters ignored", plain("-divergence 1 -sourcefile src.txt"),
               plain("-sourcefile src.txt")},
        Warned{"no-effect", "-fluence 1e20", plain("-fluence 1e20 -flux 1e12"), plain("-fluence 1e20")},
        Warned{"no-effect", "-exposure 2", plain("-exposure 2"), plain("-exposure 2 -flux 1e12")},
        Warned{"no-effect", "-beamsize 2", plain("-beamsize 2"), plain("-beamsize 2 -flux 1e12")},
        Warned{"no-effect", "-beamsize 2", plain("-beamsize 2"), plain("-beamsize 2 -sample_y 0.0001")},
        Warned{"no-effect", "-detsize 4.8", plain("-detsize 4.8"), "-default_F 1 -cell 50 -detsize 4.8"},
        Warned{"no-effect", "-detsize_f 4.8", plain("-detsize_f 4.8"), "-default_F 1 -cell 50 -detsize_f 4.8"},
        Warned{"no-effect", "-detsize_s 4.8", plain("-detsize_s 4.8"), "-default_F 1 -cell 50 -detsize_s 4.8"},
        Warned{"no-effect", "-Xbeam 10", plain("-Xbeam 10 -pix0_vector 0.1 0.01 -0.01"), plain("-Xbeam 10")},
        Warned{"no-effect", "-distance 80", plain("-distance 80 -close_distance 80"), plain("-distance 80")},
        Warned{"no-effect", "-detector_abs 9", plain("-detector_abs 9"), plain("-detector_abs 9 -detector_thick 5")},
        Warned{"no-effect", "-detector_thicksteps 2", plain("-detector_thick 0 -detector_thicksteps 2"),
               plain("-detector_thick 9 -detector_thicksteps 2")},
        Warned{"no-effect", "-oversample_omega", plain("-oversample_omega"),
               plain("-quirks Q-first-subpixel -oversample_omega")},
        Warned{"no-effect", "-scale 2", plain("-scale 2 -o a.npy"), plain("-scale 2")},
        Warned{"no-effect", "-adc 2", plain("-adc 2 -o a.npy"), plain("-adc 2 -o a.img")},
        Warned{"no-effect", "-pgmscale 2", plain("-pgmscale 2 -o a.npy"), plain("-pgmscale 2 -o a.pgm")},
        Warned{"no-effect", "-png_scale linear", plain("-png_scale linear"), plain("-png_scale linear -o a.png")},
        Warned{"no-effect", "-png_percentile 5", plain("-png_percentile 5"), plain("-png_percentile 5 -o a.png")},
        Warned{"no-effect", "-seed 1", plain("-nonoise"), plain("")},
        Warned{"no-effect", "-seed 1", plain("-nonoise"), plain("-nonoise -misset random")},
        Warned{"no-effect", "-tolerance 0.1", plain("-tolerance 0.1 -device reference -dtype float64"),
               plain("-tolerance 0.1")},
        Warned{"no-effect", "-coherent", plain("-coherent"), plain("")}));

/// A flag of that group is warned of without a rule of its own.
TEST_F(Explain, WarnsOfEveryFlagWithoutEffect) {
  std::string flags = small();
  std::size_t n = 0;
  for (const nanobragg::Flag& flag : nanobragg::flag_table())
    if (flag.group == "Accepted, without effect") {
      flags.append("-").append(flag.names.front()).append(flag.max_values > 0 ? " src.txt " : " ");
      ++n;
    }
  const std::string found = warnings("no-effect", flags, "--calibration 0");
  EXPECT_EQ(std::ranges::count(found, '\n'), n) << found;
  EXPECT_GE(n, 5u);
}

TEST_F(Explain, WarnsOfAMaskThatHidesAll) {
  const std::string mask = read_bytes(folder_ / "mask.img");
  folder_.write("dark.img", mask.substr(0, 512) + std::string(mask.size() - 512, '\0'));
  const std::string flags = "-default_F 100 -cell 50 ";
  EXPECT_NE(warnings("empty-region", flags + "-mask dark.img", "").find("the mask is zero"), std::string::npos);
  EXPECT_EQ(warnings("empty-region", flags + "-mask mask.img", ""), "");
}

}  // namespace
}  // namespace femtobragg::tests
