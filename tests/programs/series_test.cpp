// Rotation series: their files, what goes on after an interruption, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/simulate/spectrum.h"
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;

Words series(const Words& more) {
  Words words = {"simulate", "-cell",  "79",  "79",   "38", "-default_F", "100", "-N",       "5",    "-detpixels",
                 "200",      "-pixel", "0.2", "-osc", "1",  "-phisteps",  "3",   "-fluence", "1e28", "-quiet"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    names.insert(fs::relative(entry.path(), folder).string());
  return names;
}

TEST(Series, FramesFollowEachOther) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_program("femtobragg", series({"-frames", "3", "-o", "s_##.npy"}), folder.path()).status, 0);
  ASSERT_EQ(run_program("femtobragg", series({"-phi", "2", "-o", "third.npy"}), folder.path()).status, 0);
  EXPECT_EQ(files_in(folder.path()),
            (std::set<std::string>{"s_01.npy", "s_02.npy", "s_03.npy", "s.series", "third.npy"}));
  EXPECT_EQ(read_bytes(folder / "s_03.npy"), read_bytes(folder / "third.npy"));
  EXPECT_NE(read_bytes(folder / "s_01.npy"), read_bytes(folder / "s_02.npy"));
}

/// Each frame is the still of its own pulse, with the noise's seed or without, whatever the journal says of them.
TEST(Series, PulsesFollowEachOther) {
  for (const Words& seed : {Words{}, Words{"-seed", "9"}}) {
    const TemporaryFolder folder;
    Words pulses = {"-sase", "bandwidth:0.5,spikes:4"};
    pulses.insert(pulses.end(), seed.begin(), seed.end());
    const auto run = [&](const Words& more) {
      Words words = pulses;
      words.insert(words.end(), more.begin(), more.end());
      const ProgramResult result = run_program("femtobragg", series(words), folder.path());
      ASSERT_EQ(result.status, 0) << result.err;
    };
    run({"-frames", "3", "-shot", "7", "-o", "s_##.npy", "-o", "s.nxs"});
    run({"-phi", "2", "-shot", "9", "-o", "third.npy"});
    run({"-phi", "2", "-shot", "7", "-o", "of_the_first.npy"});
    EXPECT_EQ(read_bytes(folder / "s_03.npy"), read_bytes(folder / "third.npy"));
    EXPECT_NE(read_bytes(folder / "s_03.npy"), read_bytes(folder / "of_the_first.npy"));
    const Spectrum first = formats::read_nexus_spectrum((folder / "s.nxs").string(), 0).spectrum,
                   third = formats::read_nexus_spectrum((folder / "s.nxs").string(), 2).spectrum;
    EXPECT_NE(first, third);
    EXPECT_NEAR(total_weight(first), total_weight(third), 1e-9);
  }
}

/// Shots of a file light the frames as the pulses did that it was written with; the crystal may stand still.
TEST(Series, ShotsOfAFileFollowEachOther) {
  const TemporaryFolder folder;
  const auto run = [&](const Words& more) {
    Words words = {"-osc", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program("femtobragg", series(words), folder.path());
  };
  ASSERT_EQ(run({"-sase", "bandwidth:0.5,spikes:4", "-frames", "3", "-o", "p_#.npy", "-o", "p.nxs"}).status, 0);
  const Words shots = {"-spectrum", "p.nxs", "-wavelengths", "rows", "-lambda", "1", "-o", "q_#.npy", "-frames"};
  Words three = shots, four = shots;
  three.push_back("3");
  four.push_back("4");
  ASSERT_EQ(run(three).status, 0);
  for (const char* number : {"1", "2", "3"})
    EXPECT_EQ(read_bytes(folder / (std::string("p_") + number + ".npy")),
              read_bytes(folder / (std::string("q_") + number + ".npy")));
  EXPECT_NE(read_bytes(folder / "p_1.npy"), read_bytes(folder / "p_2.npy"));
  const ProgramResult beyond = run(four);
  EXPECT_EQ(beyond.status, 1);
  EXPECT_NE(beyond.err.find("3 shots"), std::string::npos) << beyond.err;
}

TEST(Series, GoesOnWhereAFrameIsMissing) {
  const TemporaryFolder folder;
  const Words words = series({"-frames", "3", "-o", "s_##.img", "-seed", "3"});
  ASSERT_EQ(run_program("femtobragg", words, folder.path()).status, 0);
  const std::string first = read_bytes(folder / "s_01.img"), second = read_bytes(folder / "s_02.img");
  const auto written = fs::last_write_time(folder / "s_01.img");
  folder.write("s_02.img", first);
  ASSERT_EQ(run_program("femtobragg", words, folder.path()).status, 0);
  EXPECT_EQ(read_bytes(folder / "s_02.img"), second);
  EXPECT_EQ(fs::last_write_time(folder / "s_01.img"), written) << "finished frames are left alone";
}

TEST(Series, OneImageIsNumberedToo) {
  const TemporaryFolder folder;
  ASSERT_EQ(
      run_program("femtobragg", series({"-frames", "1", "-o", "s_##.npy", "-truth", "t_#.csv", "-expt", "s_##.expt"}),
                  folder.path())
          .status,
      0);
  ASSERT_EQ(run_program("femtobragg", series({"-o", "s_####.npy"}), folder.path()).status, 0);
  EXPECT_EQ(files_in(folder.path()), (std::set<std::string>{"s_01.npy", "t_1.csv", "s_01.expt", "s_0001.npy"}));
}

/// How it computes, a line for each frame with its own files, and the files of all.
TEST(Series, TellsOneLineForEachFrame) {
  const TemporaryFolder folder;
  Words words = series({"-frames", "3", "-o", "s_##.npy", "-o", "all.nxs"});
  std::erase(words, "-quiet");
  const ProgramResult result = run_program("femtobragg", words, folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(std::ranges::count(result.out, '\n'), 5) << result.out;
  for (const char* text : {"computed by ", "frame 1 of 3: brightest pixel: ", " photons at fast ", " A); mean ",
                           "; s_03.npy\n", "writing all.nxs\n"})
    EXPECT_NE(result.out.find(text), std::string::npos) << text << "\nin: " << result.out;
  EXPECT_EQ(result.out.find(".frames"), std::string::npos) << result.out;
}

TEST(Series, RefusesNamesThatMeet) {
  const TemporaryFolder folder;
  const auto refused = [&](const Words& words, const std::string& what) {
    const ProgramResult result = run_program("femtobragg", series(words), folder.path());
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_NE(result.err.find(what), std::string::npos) << result.err;
  };
  refused({"-frames", "10", "-o", "x_#.npy"}, "too few digits");
  refused({"-frames", "2", "-o", "x.npy", "-o", "x_#####.npy"}, "'x_00001.npy'");
  refused({"-frames", "11", "-o", "x_##.npy", "-o", "./x_0##.npy", "-o", "x_1#.npy"}, "too few digits");
  refused({"-frames", "200", "-o", "x_###.npy", "-o", "./x_1##.npy"}, "too few digits");
  refused({"-frames", "99", "-o", "x_###.npy", "-o", "./x_0##.npy"}, "'x_001.npy'");
  refused({"-frames", "2", "-o", "x_#_##.npy"}, "two numbers");
  refused({"-o", "x_#_##.npy"}, "two numbers");
  refused({"-frames", "2", "-o", "x_##.npy", "-expt", "x_##.expt"}, "contains all frames");
  refused({"-o", "x_#.npy", "-o", "x_1.npy"}, "named twice");
  EXPECT_TRUE(files_in(folder.path()).empty());
}

TEST(Series, RefusesWhatIsNone) {
  const TemporaryFolder folder;
  const auto message = [&](const Words& words) {
    const ProgramResult result = run_program("femtobragg", words, folder.path());
    EXPECT_EQ(result.status, 2) << result.err;
    return result.err;
  };
  EXPECT_NE(message(series({"-frames", "3"})).find("no outputs"), std::string::npos);
  EXPECT_NE(message(series({"-osc", "0", "-frames", "3", "-o", "x.npy"})).find("do not differ"), std::string::npos);
  EXPECT_NE(message(series({"-frames", "0", "-o", "x.npy"})).find("-frames"), std::string::npos);
  EXPECT_NE(message(series({"-frames", "2", "-o", "x.npy", "-intfile", "y.img"})).find("one frame"), std::string::npos);
  EXPECT_TRUE(files_in(folder.path()).empty());
  ASSERT_EQ(run_program("femtobragg", series({"-frames", "2", "-o", "x.npy"}), folder.path()).status, 0);
  EXPECT_NE(message(series({"-frames", "2", "-o", "x.npy", "-phi", "1"})).find("a different series"),
            std::string::npos);
}

TEST(Series, IsRenderedByOneProcess) {
  const TemporaryFolder folder, alone;
  const Words words = series({"-frames", "6", "-o", "s_##.cbf", "-o", "s.nxs"});
  ASSERT_EQ(run_program("femtobragg", words, alone.path()).status, 0);
  std::vector<std::future<ProgramResult>> runs;
  for (int i = 0; i < 4; ++i)
    runs.push_back(std::async(std::launch::async, [&] { return run_program("femtobragg", words, folder.path()); }));
  int finished = 0;
  for (auto& run : runs) {
    const ProgramResult result = run.get();
    finished += result.status == 0 ? 1 : 0;
    if (result.status == 0) continue;
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.err.find("rendered by another process"), std::string::npos) << result.err;
  }
  EXPECT_GE(finished, 1);
  EXPECT_EQ(files_in(folder.path()), files_in(alone.path()));
  for (const std::string& name : files_in(alone.path()))
    EXPECT_EQ(read_bytes(folder / name), read_bytes(alone / name)) << name;
}

/// Killed at random, it leaves what an undisturbed run leaves, and never half a file.
void expect_to_survive(const Words& words, int kills, double longest_s) {
  const TemporaryFolder undisturbed, disturbed;
  ASSERT_EQ(run_program("femtobragg", words, undisturbed.path()).status, 0);
  std::mt19937 random(5);
  std::uniform_real_distribution<double> seconds(0.005, longest_s);
  int killed = 0;
  for (int i = 0; i < 10 * kills && killed < kills; ++i) {
    Words command = {"-s", "KILL", std::to_string(seconds(random)), FEMTOBRAGG_BIN "/femtobragg"};
    command.insert(command.end(), words.begin(), words.end());
    const bool finished = run_binary("/usr/bin/timeout", command, disturbed.path()).status == 0;
    killed += finished ? 0 : 1;
    for (const std::string& name : files_in(disturbed.path())) {
      if (!fs::exists(undisturbed / name) || name == "s.series") continue;
      ASSERT_EQ(read_bytes(disturbed / name), read_bytes(undisturbed / name)) << name << " after kill " << i;
    }
    // Begin anew, so that each phase of a series is met.
    if (finished)
      for (const std::string& name : files_in(disturbed.path())) fs::remove(disturbed / name);
  }
  EXPECT_EQ(killed, kills);
  ASSERT_EQ(run_program("femtobragg", words, disturbed.path()).status, 0);
  EXPECT_EQ(files_in(disturbed.path()), files_in(undisturbed.path()));
  for (const std::string& name : files_in(undisturbed.path()))
    EXPECT_EQ(read_bytes(disturbed / name), read_bytes(undisturbed / name)) << name;
}

TEST(Series, SurvivesBeingKilled) {
  expect_to_survive(series({"-frames", "12", "-o", "s_##.cbf", "-o", "s.nxs", "-o", "s_##.img"}), 20, 0.25);
}

TEST(Series, ListsOfReflectionsSurviveBeingKilled) {
  expect_to_survive(series({"-detpixels", "60", "-pixel", "0.6", "-frames", "5", "-nointerpolate", "-o", "s_##.npy",
                            "-truth", "t.csv", "-truth", "u_#.refl", "-truth", "u_#.stream"}),
                    8, 0.6);
}

/// The file that the user asked for, and once: not those of frames that wait.
TEST(Series, WarnsOnceOfOverloads) {
  const TemporaryFolder folder;
  const Words words = series({"-detector", "pilatus-100k", "-detpixels", "200", "-pixel", "0.2", "-fluence", "1e34",
                              "-frames", "3", "-o", "s.nxs", "-o", "s_##.img"});
  const ProgramResult result = run_program("femtobragg", words, folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  const auto times = [&](const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = result.err.find(what); at != result.err.npos; at = result.err.find(what, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(times("pixels of s_##.img, in 3 frames, need more than 16 bits"), 1u) << result.err;
  EXPECT_EQ(times("pixels of s.nxs, in 3 frames, are overloaded"), 1u) << result.err;
  EXPECT_EQ(times("clipped"), 1u) << result.err;
  EXPECT_EQ(times("overloaded"), 1u) << result.err;
  EXPECT_EQ(times(".tif"), 0u) << result.err;
}

std::vector<std::vector<double>> csv_rows(const fs::path& file) {
  std::istringstream text(read_bytes(file));
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("#") || line.starts_with("h,")) continue;
    std::ranges::replace(line, ',', ' ');
    std::istringstream fields(line);
    rows.emplace_back();
    for (double x; fields >> x;) rows.back().push_back(x);
  }
  return rows;
}

/// A row for each reflection, with the photons of all frames.
TEST(Series, ListsReflectionsOfTheWhole) {
  const TemporaryFolder folder;
  const Words words = series({"-frames", "4", "-nointerpolate", "-phi", "3", "-o", "s_##.npy", "-truth", "t_##.csv",
                              "-truth", "t.h5", "-truth", "t_#.refl", "-truth", "t_#.stream"});
  ASSERT_EQ(run_program("femtobragg", words, folder.path()).status, 0);
  std::map<std::vector<double>, double> photons, first, last;
  double frames = 0;
  for (int frame = 0; frame < 4; ++frame)
    for (const auto& row : csv_rows(folder / ("t_0" + std::to_string(frame + 1) + ".csv"))) {
      const std::vector<double> hkl(row.begin(), row.begin() + 4);
      if (!photons.contains(hkl)) first[hkl] = frame;
      last[hkl] = frame;
      photons[hkl] += row[10];
      frames += row[10];
    }
  double whole = 0;
  std::map<std::vector<double>, double> listed;
  const auto rows = csv_rows(folder / "t.csv");
  ASSERT_GT(rows.size(), 20u);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 18u);
    whole += row[10];
    const std::vector<double> hkl(row.begin(), row.begin() + 4);
    listed[hkl] += row[10];
    // Frames of a degree from three degrees on.
    EXPECT_NEAR(row[15], row[7] - 3, 1e-6);
    EXPECT_GE(row[15], row[16]);
    EXPECT_LE(row[15], row[17] + 1);
  }
  EXPECT_NEAR(whole / frames, 1, 1e-6);
  for (const auto& [hkl, sum] : listed)
    EXPECT_NEAR(sum / photons[hkl], 1, 1e-3) << hkl[0] << " " << hkl[1] << " " << hkl[2];
  const std::string stream = read_bytes(folder / "t.stream");
  EXPECT_EQ(stream.find("CrystFEL stream format"), stream.rfind("CrystFEL stream format"));
  EXPECT_NE(stream.find("Image serial number: 4\n"), std::string::npos);
  EXPECT_FALSE(files_in(folder.path()).contains("t.csv.frames"));
}

}  // namespace
}  // namespace femtobragg::tests
