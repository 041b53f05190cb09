// Runs of one small experiment, whose images are looked at pixel by pixel, here and by Python's packages.
#pragma once

#include <sstream>

#include "femtobragg/formats/image/image_file.h"
#include "test_paths.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {

class ImageRuns : public QuirkRun {
 protected:
  static constexpr const char* python = "/usr/bin/python3";

  /// A crystal in rotation on a detector whose beam centre lies on no corner and no centre of a pixel.
  static std::string run() {
    return "-cell 50 60 70 90 90 90 -N 8 -default_F 100 -lambda 1.2 -distance 150 -pixel 0.15 -detpixels_x 90 "
           "-detpixels_y 70 -Xbeam 4.8 -Ybeam 7.1 -phi 12.5 -osc 0.5 -phisteps 2 -oversample 1 -noprogress -seed 7 ";
  }
  /// The detector of that run, in pixels and mm.
  static constexpr double fast_px = (7.1 + 0.075) / 0.15, slow_px = (4.8 + 0.075) / 0.15;

  void write(const std::string& flags, const std::string& program = "simulate") {
    const ProgramResult result = program == "simulate" ? simulate(run() + flags) : drop_in(run() + flags);
    ASSERT_EQ(result.status, 0) << result.err;
    err_ = result.err;
  }
  std::vector<float> pixels(const std::string& name) const {
    return formats::read_pixels((folder_ / name).string()).pixels;
  }

  static bool has_module(const std::string& name) {
    const TemporaryFolder here;
    return std::filesystem::exists(python) && run_binary(python, {"-c", "import " + name}, here.path()).status == 0;
  }
  /// Runs a script on files and returns the words of each line that it prints.
  std::vector<Words> script(const std::string& text, const Words& files) {
    folder_.write("script.py", text);
    Words words = {"-W", "ignore", "script.py"};
    words.insert(words.end(), files.begin(), files.end());
    const ProgramResult result = run_binary(python, words, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err << result.out;
    std::vector<Words> lines;
    std::istringstream out(result.out);
    for (std::string line; std::getline(out, line);) lines.push_back(words_of(line));
    return lines;
  }
  static double sum_of(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value);
    return sum;
  }

  std::string err_;
};

}  // namespace femtobragg::tests
