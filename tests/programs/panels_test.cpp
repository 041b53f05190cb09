// Commands on a detector of several panels: each looks at all of them, in the image that they share.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "femtobragg/evidence/compare/trace_record.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

using nlohmann::json;

/// Two panels side by side in an image of 50 x 16, with a gap; the second is nearer, smaller and turned.
constexpr const char* two_panels = R"(photon_energy = 12398.4
adu_per_photon = 1
clen = 0.1
left/min_fs = 0
left/max_fs = 23
left/min_ss = 0
left/max_ss = 15
left/res = 5000
left/fs = +1.0x
left/ss = +1.0y
left/corner_x = -12
left/corner_y = -8
right/min_fs = 30
right/max_fs = 49
right/min_ss = 2
right/max_ss = 13
right/res = 10000
right/coffset = -0.05
right/fs = +0.8x +0.6y
right/ss = -0.6x +0.8y
right/corner_x = 120
right/corner_y = 40
)";
constexpr std::size_t width = 50, height = 16;

class Panels : public testing::Test {
 protected:
  Panels() { folder_.write("two.geom", two_panels); }

  static Words crystal(const Words& more) {
    Words words = {"-default_F", "100", "-cell", "50", "60", "70", "80", "95", "105", "-N", "3", "-oversample", "2"};
    words.insert(words.end(), {"-misset", "10", "20", "30", "-seed", "1", "-noprogress"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static Words on_both(const Words& more = {}) {
    Words words = crystal({"-geometry", "two.geom"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  ProgramResult command(const Words& options, const Words& arguments) const {
    Words words = options;
    words.push_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program("femtobragg", words, folder_.path());
  }
  json explained(const Words& arguments, const std::string& seconds = "0") const {
    const ProgramResult result = command({"explain", "--json", "--calibration", seconds}, arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.status == 0 ? json::parse(result.out) : json();
  }
  /// One panel in a file of its own, at its place in the image.
  void take_out(const std::string& panel, const std::string& file) const {
    expect_success(run_program("femtobragg", {"geometry", "two.geom", file, "--panel", panel}, folder_.path()));
  }
  /// Lines that begin with a name, after "TRACE " or not.
  static std::string line_of(const std::string& text, const std::string& name) {
    std::string found;
    for (const std::string& line : lines_of(text))
      if (line.starts_with(name + " ") || line.starts_with("TRACE " + name + " "))
        found = line.substr(line.find(name) + name.size() + 1);
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(Panels, TraceIsOfThePixelOfTheImage) {
  expect_success(simulate(on_both({"-o", "a.bin", "-device", "reference", "-dtype", "float64"}), folder_));
  const std::vector<float> image = read_floats(folder_ / "a.bin");
  ASSERT_EQ(image.size(), width * height);
  const struct {
    std::size_t slow, fast;
    std::string panel, place;
  } pixels[] = {
      {3, 5, "left", "slow=3 fast=5"}, {3, 31, "right", "slow=1 fast=1"}, {13, 49, "right", "slow=11 fast=19"}};
  for (const auto& [slow, fast, panel, place] : pixels) {
    const std::string s = std::to_string(slow), f = std::to_string(fast);
    const std::string told = expect_success(command({"trace", "--pixel", s, f}, on_both())).out;
    const std::string run = expect_success(simulate(on_both({"-trace_pixel", s, f, "-o", "b.npy"}), folder_)).out;
    for (const std::string& text : {told, run}) {
      EXPECT_EQ(line_of(text, "panel"), panel);
      EXPECT_EQ(line_of(text, "panel_pixel"), place);
      EXPECT_FLOAT_EQ(std::stof(line_of(text, "floatimage_accumulated")), image[slow * width + fast]);
    }
    EXPECT_GT(image[slow * width + fast], 0);
    expect_texts(told, {"pixel slow " + s + " fast " + f + " (panel " + panel});
  }
}

/// What is told of a panel does not depend on what stands beside it.
TEST_F(Panels, TraceTellsTheSetUpOfItsPanel) {
  take_out("right", "right.geom");
  const Words pixel = {"trace", "--pixel", "4", "33"};
  Words alone = crystal({"-geometry", "right.geom"});
  auto both = evidence::parse_trace(expect_success(command(pixel, on_both())).out).quantities;
  const auto one = evidence::parse_trace(expect_success(command(pixel, alone)).out).quantities;
  std::erase_if(both, [](const auto& quantity) { return quantity.name.starts_with("panel"); });
  ASSERT_EQ(both.size(), one.size());
  std::size_t compared = 0;
  for (std::size_t q = 0; q < one.size(); ++q) {
    ASSERT_EQ(both[q].name, one[q].name);
    ASSERT_EQ(both[q].numbers.size(), one[q].numbers.size()) << one[q].name;
    for (std::size_t i = 0; i < one[q].numbers.size(); ++i)
      EXPECT_NEAR(both[q].numbers[i], one[q].numbers[i], 1e-12 * std::abs(one[q].numbers[i]) + 1e-15) << one[q].name;
    compared += one[q].numbers.size();
  }
  EXPECT_GT(compared, 100u);
}

/// Panels that flags have turned are told as they stand.
TEST_F(Panels, TraceDoesNotTurnPanelsTwice) {
  const Words turned = {"-detector", "agipd-1m", "-distance", "200", "-twotheta", "20", "-detector_rotx", "3"};
  Words words = crystal(turned);
  words.insert(words.end(), {"-trace_pixel", "700", "5", "-o", "a.npy"});
  const std::string text = expect_success(simulate(words, folder_)).out;
  const auto vector = [&](const std::string& name) { return line_of(text, name).substr(0, 30); };
  EXPECT_NE(vector("fdet_vec"), "");
  EXPECT_EQ(vector("fdet_after_twotheta"), vector("fdet_vec"));
}

/// The value is the first panel's, the flag is of the whole.
TEST_F(Panels, ShowConfigSaysWhatFlagsPlace) {
  const std::string out =
      expect_success(
          simulate(crystal({"-detector", "agipd-1m", "-Xbeam", "100", "-Ybeam", "100", "-show_config", "-o", "a.npy"}),
                   folder_))
          .out;
  expect_texts(out, {"with all panels, by -Xbeam 100"});
}

/// Cut in two, a detector needs the same sub-pixels.
TEST_F(Panels, OversamplingIsThatOfTheUncutDetector) {
  const std::string head = "photon_energy = 12398.4\nadu_per_photon = 1\nclen = 0.1\nres = 5000\n";
  const auto panel = [](const std::string& name, int from, int to) {
    return name + "/min_fs = " + std::to_string(from) + "\n" + name + "/max_fs = " + std::to_string(to) + "\n" + name +
           "/min_ss = 0\n" + name + "/max_ss = 99\n" + name + "/fs = x\n" + name + "/ss = y\n" + name +
           "/corner_x = " + std::to_string(from - 50) + "\n" + name + "/corner_y = -50\n";
  };
  folder_.write("whole.geom", head + panel("w", 0, 99));
  folder_.write("cut.geom", head + panel("l", 0, 39) + panel("r", 40, 99));
  const auto oversampling = [&](const std::string& file) {
    const Words words = {"-default_F", "1", "-cell", "50", "60", "70", "80", "95", "105", "-N", "400"};
    Words all = words;
    all.insert(all.end(), {"-geometry", file, "-show_config", "-nonoise", "-o", "a.npy"});
    return line_of(expect_success(simulate(all, folder_)).out, "recommended oversample");
  };
  EXPECT_NE(oversampling("whole.geom"), "");
  EXPECT_EQ(oversampling("cut.geom"), oversampling("whole.geom"));
}

/// A tolerance does something where any panel can use it.
TEST_F(Panels, ToleranceIsIdleOnlyIfItIsOnAllPanels) {
  std::string coarse = two_panels;
  coarse.replace(coarse.find("left/res = 5000"), 15, "left/res = 50");
  folder_.write("coarse.geom", coarse);
  const std::string out =
      expect_success(simulate(crystal({"-geometry", "coarse.geom", "-tolerance", "1e-3", "-o", "a.npy"}), folder_)).out;
  EXPECT_NE(out.find("reference"), std::string::npos) << out;
  EXPECT_EQ(out.find("-tolerance"), std::string::npos) << out;
}

TEST_F(Panels, TraceRefusesPixelsOfNoPanel) {
  const std::pair<std::string, std::string> gap{"3", "26"}, beyond{"16", "0"};
  expect_one_error(command({"trace", "--pixel", gap.first, gap.second}, on_both()), 2, {"3 26", "between the panels"});
  expect_one_error(command({"trace", "--pixel", beyond.first, beyond.second}, on_both()), 2, {"below 16", "below 50"});
  expect_refusal(on_both({"-o", "a.npy", "-trace_pixel", "3", "26"}), folder_, 2, {"3 26", "between the panels"});
  expect_refusal(on_both({"-o", "a.npy", "-trace_pixel", "0", "50"}), folder_, 2, {"below 16", "below 50"});
  expect_refusal(on_both({"-o", "a.npy", "-printout_pixel", "26", "3"}), folder_, 2, {"between the panels"});
}

TEST_F(Panels, PrintoutIsOfAllPanels) {
  const std::string all = expect_success(simulate(on_both({"-o", "a.npy", "-printout"}), folder_)).out;
  std::size_t pixels = 0;
  for (const std::string& line : lines_of(all)) pixels += line.find(" : stol = ") != std::string::npos;
  EXPECT_EQ(pixels, 24u * 16 + 20 * 12);
  const std::string one = expect_success(simulate(on_both({"-o", "a.npy", "-printout_pixel", "31", "3"}), folder_)).out;
  expect_texts(one, {"  31    3 : stol = "});
  expect_texts(all, {"  31    3 : stol = "});
}

/// Sums over both panels, and the size of the image.
TEST_F(Panels, ExplanationIsOfTheWholeDetector) {
  const json e = explained(on_both({"-o", "a.npy", "-threads", "1"}));
  EXPECT_EQ(e.at("loops").at(0).at("count"), 24 * 16 + 20 * 12);
  EXPECT_EQ(e.at("evaluations"), (24. * 16 + 20 * 12) * 4);
  std::map<std::string, double> bytes;
  for (const json& use : e.at("memory")) bytes[use.at("what")] = use.at("bytes");
  EXPECT_EQ(bytes.at("image, float32"), width * height * 4.);
  EXPECT_EQ(e.at("files").at(0).at("bytes"), 128 + width * height * 4.);
  const ProgramResult page = command({"explain", "--calibration", "0"}, on_both({"-o", "a.npy"}));
  expect_texts(expect_success(page).out, {"2 panels in an image of 50 x 16.", "\nFirst panel\n"});
}

/// The direct beam on the second panel, and the corner of it that sees furthest.
TEST_F(Panels, SightIsOfAllPanels) {
  std::string text = two_panels;
  text.replace(text.find("left/corner_x = -12"), 19, "left/corner_x = +90");
  for (const auto& [from, to] : {std::pair{"right/corner_x = 120", "right/corner_x = -4.5"},
                                 std::pair{"right/corner_y = 40", "right/corner_y = -8.5"}})
    text.replace(text.find(from), std::string(from).size(), to);
  folder_.write("two.geom", text);
  take_out("right", "right.geom");
  const auto quantity = [](const json& e, const std::string& name) {
    for (const json& row : e.at("quantities"))
      if (row.at("name") == name) return row;
    return json();
  };
  const json both = explained(on_both({"-o", "a.npy"}));
  const json right = explained(crystal({"-geometry", "right.geom", "-o", "a.npy"}));
  EXPECT_EQ(quantity(both, "direct beam").at("value"), quantity(right, "direct beam").at("value"));
  EXPECT_NE(quantity(both, "direct beam").at("value"), "not on rendered pixels");
  // Nearer and with smaller pixels by the same factor.
  EXPECT_EQ(quantity(both, "narrowest spots").at("value"), quantity(right, "narrowest spots").at("value"));
  const json corner = quantity(both, "finest resolution");
  const json left_alone =
      (take_out("left", "left.geom"), explained(crystal({"-geometry", "left.geom", "-o", "a.npy"})));
  const auto finest = [&](const json& e) {
    return std::stod(quantity(e, "finest resolution").at("value").get<std::string>());
  };
  EXPECT_DOUBLE_EQ(std::stod(corner.at("value").get<std::string>()), std::min(finest(left_alone), finest(right)));
}

/// A small detector is rendered as a whole: then the estimate is the run's own statistics.
TEST_F(Panels, CalibrationIsOfAllPanels) {
  const json c = explained(on_both({"-o", "a.bin"}), "600").at("calibration");
  expect_success(simulate(on_both({"-o", "a.bin"}), folder_));
  double photons = 0, brightest = 0;
  for (const float x : read_floats(folder_ / "a.bin")) {
    photons += static_cast<double>(x);
    brightest = std::max(brightest, static_cast<double>(x));
  }
  EXPECT_EQ(c.at("pixels"), 24 * 16 + 20 * 12);
  EXPECT_NEAR(c.at("expected_photons"), photons, 1e-4 * photons);
  EXPECT_NEAR(c.at("brightest_photons"), brightest, 1e-4 * brightest);
}

TEST_F(Panels, ShowConfigSaysWhatIsOfTheFirstPanel) {
  const std::string out = expect_success(simulate(on_both({"-o", "a.npy", "-show_config"}), folder_)).out;
  expect_texts(out, {"panels                     2 in an image of 50 x 16", "first panel                left"});
}

/// What the run refuses, its explanation refuses with the same words.
TEST_F(Panels, ExplanationRefusesWhatTheRunRefuses) {
  const ProgramResult run = simulate(on_both({"-o", "a.img"}), folder_);
  const ProgramResult told = command({"explain", "--calibration", "0"}, on_both({"-o", "a.img"}));
  expect_one_error(run, 2, {"2 panels"});
  EXPECT_EQ(told.status, 2);
  EXPECT_EQ(told.err, run.err);
}

/// Derivatives lie in the image as photons do; sums over weights are over all panels.
TEST_F(Panels, GradientIsOfTheWholeDetector) {
  expect_success(command({"gradient", "--wrt", "fluence", "--out", "g"}, on_both()));
  expect_success(simulate(on_both({"-o", "a.npy", "-dtype", "float64"}), folder_));
  const std::string image = read_bytes(folder_ / "a.npy"), photons = read_bytes(folder_ / "g_photons.npy");
  const auto values = [](const std::string& bytes, std::size_t size) {
    return bytes.substr(bytes.size() - width * height * size);
  };
  const std::string floats = values(image, 4), doubles = values(photons, 8);
  double sum = 0;
  for (std::size_t i = 0; i < width * height; ++i) {
    float expected = 0;
    double found = 0;
    std::memcpy(&expected, &floats[4 * i], 4);
    std::memcpy(&found, &doubles[8 * i], 8);
    EXPECT_FLOAT_EQ(static_cast<float>(found), expected) << i;
    sum += found;
  }
  std::string ones;
  for (std::size_t i = 0; i < width * height; ++i) ones += std::string("\0\0\x80\x3f", 4);
  folder_.write("w.bin", ones);
  const json loss =
      json::parse(expect_success(command({"gradient", "--wrt", "fluence", "--weights", "w.bin"}, on_both())).out);
  const json& fluence = loss.at("parameters").at(0);
  EXPECT_NEAR(double(fluence.at("derivative")) * double(fluence.at("value")) / sum, 1, 1e-9);
  expect_texts(expect_success(command({"gradient", "--wrt", "fluence", "--check"}, on_both())).out, {"exact"});
}

/// The image is cut at the panels' windows: the true parameters leave nothing to refine.
TEST_F(Panels, RefinementTakesPanelsOutOfTheImage) {
  expect_success(simulate(on_both({"-o", "a.npy", "-dtype", "float64"}), folder_));
  const ProgramResult result =
      command({"refine", "--target", "a.npy", "--refine", "fluence", "--report", "R"}, on_both());
  expect_success(result);
  expect_texts(result.err, {"624 pixels"});
  const json record = json::parse(read_bytes(folder_ / "R/refinement.json"));
  EXPECT_GT(record.at("images").at(0).at("correlation"), 0.9999);
  folder_.write("short.bin", std::string(4 * 624, '\x01'));
  expect_one_error(command({"refine", "--target", "short.bin", "--refine", "fluence"}, on_both()), 2,
                   {"different sizes", "624", "50 x 16"});
}

}  // namespace
}  // namespace femtobragg::tests
