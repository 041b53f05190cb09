// Legal but extreme input: regions without pixels, images without photons, numbers at the edge of what doubles hold.
#include <cmath>

#include "femtobragg/nanobragg/flags/option_table.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

const std::vector<float> dark(64, 0.0f);

/// Whether a program behaved: it ended by itself, and showed nan or inf only beside a warning or an error.
void expect_orderly(const ProgramResult& result, const Words& words) {
  std::string line;
  for (const std::string& word : words) line += word + " ";
  EXPECT_LT(result.status, 10) << line << "\n" << result.err;
  const bool usage = result.status == 9 && result.out.find("usage: ") != std::string::npos;
  const bool warned = result.err.find("warning: ") != std::string::npos;
  const bool refused = result.err.find("error: ") != std::string::npos;
  EXPECT_EQ(refused || usage, result.status != 0) << line << "\n" << result.err;
  if (usage || warned || refused) return;
  for (const std::string& text : lines_of(result.out)) {
    // A file may well be called nan, and flags without effect are repeated as they were typed.
    const bool typed = text.starts_with("writing ") || text.starts_with("without effect ");
    EXPECT_TRUE(typed || !shows_no_number(text)) << line << "\n" << text;
  }
}

class Extremes : public testing::Test {
 protected:
  void expect_image(const Words& more, const std::vector<float>& expected) {
    for (const ProgramResult& result : {simulate(small_run(more), folder_), drop_in(small_run(more), folder_)}) {
      expect_success(result);
      EXPECT_EQ(read_floats(folder_ / "floatimage.bin"), expected);
      EXPECT_FALSE(shows_no_number(result.out)) << result.out;
    }
  }
  TemporaryFolder folder_;
};

TEST_F(Extremes, RegionOutsideTheDetector) {
  expect_image({"-roi", "100", "200", "100", "200"}, dark);
  expect_image({"-roi", "8", "9", "0", "7"}, dark);
  expect_image({"-roi", "2147483647", "2147483647", "0", "7"}, dark);
}

TEST_F(Extremes, RegionReversed) { expect_image({"-roi", "5", "2", "0", "7"}, dark); }

TEST_F(Extremes, RegionBeyondTheEdgeIsTheWhole) {
  expect_success(simulate(small_run(), folder_));
  const std::vector<float> whole = read_floats(folder_ / "floatimage.bin");
  expect_success(simulate(small_run({"-roi", "-1", "-1", "0", "2147483647"}), folder_));
  EXPECT_EQ(read_floats(folder_ / "floatimage.bin"), whole);
}

TEST_F(Extremes, NoPhotons) {
  folder_.write("zeros.hkl", "0 0 0 0\n9 9 9 0\n");
  expect_image({"-default_F", "0", "-hkl", "zeros.hkl"}, dark);
  expect_image({"-fluence", "0"}, dark);
  for (const char* name : {"intimage.img", "noiseimage.img"}) {
    const std::string pixels = read_bytes(folder_ / name).substr(512);
    for (std::size_t i = 0; i < pixels.size(); i += 2) EXPECT_EQ(pixels[i], 40) << "the offset alone";
  }
}

/// Pixels on a sphere are laid along the axes' parts across the beam: of a panel along the beam there are none.
TEST_F(Extremes, BentPanelsThatStandAlongTheBeam) {
  const Words words = {"-default_F", "10", "-cell", "50", "-detpixels", "1", "-oversample", "1", "-curved_det"};
  for (const Words& turn : {Words{"-detector_rotx", "90"},
                            {"-detector_roty", "90"},
                            {"-detector_rotz", "90"},
                            {"-twotheta", "90"},
                            {"-twotheta", "89.9"}}) {
    Words turned = words;
    turned.insert(turned.end(), turn.begin(), turn.end());
    const ProgramResult result = simulate(turned, folder_);
    // About the beam itself a panel may turn as it likes.
    if (result.status == 0)
      EXPECT_FALSE(shows_no_number(result.out)) << result.out;
    else
      expect_one_error(result, 2, {"parallel to the beam", "-curved_det"});
  }
  Words on_edge = words;
  on_edge.insert(on_edge.end(), {"-twotheta", "90"});
  expect_one_error(simulate(on_edge, folder_), 2, {"parallel to the beam", "-curved_det"});
}

TEST_F(Extremes, OnePixel) {
  Words words = {"-default_F", "10", "-cell", "50", "-detpixels", "1", "-oversample", "1", "-seed", "1"};
  EXPECT_FALSE(shows_no_number(expect_success(simulate(words, folder_)).out));
  EXPECT_FALSE(shows_no_number(expect_success(drop_in(words, folder_)).out));
}

/// Squares of pixels are rounded to float, and overflow long before the pixels do.
TEST_F(Extremes, BrighterThanFloatsCanSquare) {
  for (const char* fluence : {"1e45", "1e60", "1e300", "1.7e308"}) {
    const Words words = small_run({"-fluence", fluence});
    expect_orderly(simulate(words, folder_), words);
    expect_orderly(drop_in(words, folder_), words);
  }
}

TEST_F(Extremes, AnImageThatIsNotFiniteIsAnError) {
  // Each number is one that is accepted; what they make together is beyond what a float holds.
  folder_.write("bright.hkl", "0 0 0 1e15\n1 0 0 1e15\n0 1 0 1e15\n0 0 1 1e15\n");
  expect_refusal(small_run({"-hkl", "bright.hkl", "-direct_beam", "-fluence", "1e41"}), folder_, 1, {"not finite"});
  const Words beam = small_run({"-fluence", "1e300"});
  expect_refusal(beam, folder_, 2, {"impossible value", "-fluence 1e300"});
  expect_texts(expect_success(drop_in(beam, folder_)).err, {"warning: the image or its statistics"});
}

TEST_F(Extremes, ScalesAndOffsets) {
  for (const char* flag : {"-adc", "-scale", "-pgmscale"})
    for (const char* value : {"1e300", "-1e300", "1e-300", "70000", "-40.5"}) {
      const Words words = small_run({flag, value});
      expect_orderly(expect_success(simulate(words, folder_)), words);
      expect_orderly(expect_success(drop_in(words, folder_)), words);
    }
}

/// Pixels of 16 bits cannot hold them, and say so; 32 bits can.
TEST_F(Extremes, ClippedPixelsAreCounted) {
  const std::string told = " need more than 16 bits; clipped at 65535";
  for (const Words& words : {Words{"-adc", "70000"}, Words{"-adc", "70000", "-nonoise"}}) {
    Words all = words;
    all.insert(all.end(), {"-o", "x.img", "-o", "x.cbf"});
    const ProgramResult result = expect_success(simulate(small_run(all), folder_));
    expect_texts(result.err, {"warning: 64 pixels of x.img" + told});
    EXPECT_EQ(result.err.find("x.cbf"), std::string::npos) << result.err;
  }
  EXPECT_EQ(expect_success(simulate(small_run({"-o", "x.img"}), folder_)).err, "");
}

TEST_F(Extremes, RegionsThatMeanSomethingElseAreTold) {
  const auto told = [&](const Words& roi) {
    const std::string err = expect_success(simulate(small_run(roi), folder_)).err;
    EXPECT_EQ(expect_success(drop_in(small_run(roi), folder_)).err.find("-roi"), std::string::npos);
    return err;
  };
  expect_texts(told({"-roi", "5", "2", "0", "7"}), {"warning: no pixel will be rendered", "5 is greater than 2"});
  expect_texts(told({"-roi", "100", "200", "0", "7"}), {"warning: no pixel will be rendered", "outside"});
  expect_texts(told({"-roi", "2", "8", "0", "7"}), {"warning: -roi extends beyond", "8 x 8", "7 and 7"});
  expect_texts(told({"-roi", "-10", "-5", "0", "7"}), {"warning: -roi counts pixels from 0", "such as -1"});
  for (const Words& roi : {Words{"-roi", "0", "7", "0", "7"}, Words{"-roi", "2", "2147483647", "-1", "-1"}})
    EXPECT_EQ(told(roi), "");
}

TEST_F(Extremes, FlagsWithoutEffectAreToldInOneLine) {
  const Words idle = small_run({"-fudge", "2", "-adc", "3", "-coherent", "-o", "x.npy"});
  const std::string out = expect_success(simulate(idle, folder_)).out;
  const auto lines = lines_of(out);
  EXPECT_EQ(std::ranges::count_if(lines, [](const std::string& l) { return l.starts_with("without effect"); }), 1);
  expect_texts(out, {"-coherent (it is accepted for old scripts only)", "-fudge 2 (it does not apply",
                     "-adc 3 (no SMV image is written)"});
  Words quiet = idle;
  quiet.push_back("-quiet");
  EXPECT_EQ(expect_success(simulate(quiet, folder_)).out, "");
  EXPECT_EQ(expect_success(simulate(small_run(), folder_)).out.find("without effect"), std::string::npos);
  EXPECT_EQ(expect_success(drop_in(small_run({"-fudge", "2"}), folder_)).out.find("without effect"), std::string::npos);
}

/// Every flag with numbers, each given alone, at the limits of what can be typed.
class EveryFlag : public testing::TestWithParam<std::string> {};

TEST_P(EveryFlag, WithExtremeValues) {
  const nanobragg::Flag& flag = *nanobragg::find_flag(GetParam());
  const TemporaryFolder folder;
  const ProgramLimits limits{.memory_bytes = std::uint64_t{1} << 31, .cpu_seconds = 5};
  for (const char* value : {"0", "-1", "1", "1e300", "-1e300", "1e-300", "2147483647", "nan", "-inf", "", "x"}) {
    // These would be honest work without end.
    if (std::string_view(value) == "2147483647" && (GetParam() == "oversample" || GetParam() == "threads")) continue;
    Words words = small_run({"-" + GetParam()});
    words.insert(words.end(), flag.max_values, value);
    expect_orderly(simulate(words, folder, limits), words);
    expect_orderly(drop_in(words, folder, limits), words);
  }
}

std::vector<std::string> flags_with_values() {
  std::vector<std::string> names;
  for (const nanobragg::Flag& flag : nanobragg::flag_table())
    if (flag.max_values > 0) names.emplace_back(flag.names.front());
  return names;
}

INSTANTIATE_TEST_SUITE_P(flags, EveryFlag, testing::ValuesIn(flags_with_values()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace femtobragg::tests
