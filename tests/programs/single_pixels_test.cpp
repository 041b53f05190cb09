// Pixels that are asked for but not there or not rendered, and what the trace says of the set-up.
#include "tests/errors/mistake.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

class SinglePixels : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

TEST_F(SinglePixels, OutsideTheRegionOfInterest) {
  for (const auto& program : {simulate, drop_in}) {
    const ProgramResult result =
        expect_success(program(small_run({"-roi", "1", "3", "2", "5", "-trace_pixel", "1", "3"}), folder_, {}));
    expect_texts(result.err, {"warning: -trace_pixel 1 3: the pixel is not rendered, it is outside -roi"});
    expect_texts(result.out, {"TRACE pix0_vector "});
    for (const char* name : {"TRACE I_before_scaling", "TRACE I_pixel_final", "TRACE floatimage_accumulated"})
      EXPECT_EQ(result.out.find(name), std::string::npos) << name;
    // Slow comes first: this one is rendered.
    const ProgramResult inside =
        expect_success(program(small_run({"-roi", "1", "3", "2", "5", "-trace_pixel", "5", "3"}), folder_, {}));
    EXPECT_EQ(inside.err.find("not rendered"), std::string::npos);
    expect_texts(inside.out, {"TRACE I_pixel_final"});
  }
}

TEST_F(SinglePixels, Masked) {
  expect_success(simulate(small_run({"-intfile", "dark.img", "-scale", "1e-30", "-adc", "0"}), folder_));
  const ProgramResult result =
      expect_success(simulate(small_run({"-mask", "dark.img", "-trace_pixel", "1", "3"}), folder_));
  expect_texts(result.err, {"warning: -trace_pixel 1 3: the pixel is not rendered, it is masked"});
  EXPECT_EQ(result.out.find("TRACE I_pixel_final"), std::string::npos);
}

TEST_F(SinglePixels, PrintoutOfAPixelThatIsNotRendered) {
  const ProgramResult result =
      expect_success(simulate(small_run({"-roi", "1", "3", "2", "5", "-printout_pixel", "5", "3"}), folder_));
  expect_texts(result.err, {"warning: -printout_pixel 5 3: the pixel is not rendered, it is outside -roi"});
}

TEST_F(SinglePixels, PrintoutOutsideTheDetector) {
  expect_refusal(small_run({"-printout_pixel", "8", "0"}), folder_, 2, {"-printout_pixel", "8 0", "below 8", "fast"});
  expect_refusal(small_run({"-printout_pixel", "0", "-1"}), folder_, 2, {"-printout_pixel", "0 -1"});
  // The drop-in prints nothing, as nanoBragg.
  const ProgramResult result = expect_success(drop_in(small_run({"-printout_pixel", "8", "0"}), folder_));
  EXPECT_EQ(result.out.find("I/steps"), std::string::npos);
  EXPECT_EQ(result.err.find("printout"), std::string::npos);
}

/// Before 2-theta, as the distance at set-up follows from it.
TEST_F(SinglePixels, TraceKeepsTheRatioOfTheSetUp) {
  const std::string out = expect_success(simulate(small_run({"-detector_rotx", "5", "-detector_roty", "4", "-twotheta",
                                                             "20", "-trace_pixel", "0", "0"}),
                                                  folder_))
                              .out;
  const double ratio = traced(out, "ratio")[0];
  // Of the two rotations only that about y tilts the normal, which lies along x.
  EXPECT_NEAR(ratio, std::cos(4 * std::acos(-1) / 180), 1e-14);
  EXPECT_NEAR(traced(out, "distance_m")[0], traced(out, "close_distance_m")[0] / ratio, 1e-15);
}

TEST_F(SinglePixels, TraceSaysHowTheConventionMapsTheBeamCentre) {
  const std::pair<const char*, const char*> mappings[] = {
      {"-mosflm", "Fbeam←Ybeam_mm(+0.5px),Sbeam←Xbeam_mm(+0.5px),beam_vec=[1 0 0]"},
      {"-denzo", "Fbeam←Ybeam_mm,Sbeam←Xbeam_mm,beam_vec=[1 0 0]"},
      {"-adxv", "Fbeam←Xbeam_mm,Sbeam←detsize_s_mm-Ybeam_mm,beam_vec=[0 0 1]"},
      {"-xds", "Fbeam←Xbeam_mm,Sbeam←Ybeam_mm,beam_vec=[0 0 1]"}};
  for (const auto& [convention, mapping] : mappings) {
    const Words words = small_run({convention, "-pivot", "beam", "-trace_pixel", "0", "0"});
    const std::string out = expect_success(simulate(words, folder_)).out;
    expect_texts(out, {std::string("TRACE convention_mapping ") + mapping + "\nTRACE Fbeam_m "});
  }
}

}  // namespace
}  // namespace femtobragg::tests
