// `femtobragg trace` alone: the pixel of the image, and every option.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/programs/trace_command.h"

namespace femtobragg::tests {
namespace {

/// Seventeen digits tell a double, and a float, exactly.
TEST_F(TraceCommand, IsThePixelOfTheImageBitForBit) {
  std::size_t compared = 0;
  for (const std::string program : {"simulate", "nanoBragg"})
    for (const std::string device : {"reference", "simd"})
      for (const std::string type : {"float64", "float32"}) {
        if (device == "reference" && type == "float32") continue;
        Words words = run;
        words.insert(words.end(), {"-device", device, "-dtype", type, "-floatfile", "a.bin"});
        expect_success(program == "simulate" ? simulate(words, folder_) : drop_in(words, folder_));
        const std::vector<float> image = read_floats(folder_ / "a.bin");
        const ProgramResult result =
            expect_success(trace({"--pixel", "10", "20", "--pixel", "33", "31", "--device", device, "--dtype", type,
                                  "--program", program, "--out", "T"}));
        for (const auto& [slow, fast] : {std::pair{10, 20}, std::pair{33, 31}}) {
          const std::string file = "T/trace_" + std::to_string(slow) + "_" + std::to_string(fast) + ".txt";
          const auto values = values_of(read_bytes(folder_ / file));
          EXPECT_EQ(static_cast<float>(values.at("I_pixel_final").numbers[0]),
                    image[static_cast<std::size_t>(64 * slow + fast)]);
          EXPECT_EQ(static_cast<float>(values.at("floatimage_accumulated").numbers[0]),
                    image[static_cast<std::size_t>(64 * slow + fast)])
              << program << " " << device << " " << type;
          ++compared;
        }
      }
  EXPECT_EQ(compared, 12u);
}

TEST_F(TraceCommand, TellsNamesAndSeventeenDigits) {
  const ProgramResult result = expect_success(trace({"--pixel", "10", "20"}));
  EXPECT_TRUE(result.out.starts_with("# femtobragg ")) << result.out;
  expect_texts(result.out, {"as simulate, pixel slow 10 fast 20, by reference, float64", "\npix0_vector ",
                            "\nhkl_frac ", "\npixel_mm 0.40000000000000002\n", "\nF_cell 100\n", "\nsteps 4\n"});
}

TEST_F(TraceCommand, AggregatesOverSamples) {
  Words words = run;
  words.insert(words.end(),
               {"-mosaic", "1", "-mosaic_domains", "3", "-osc", "1", "-phisteps", "2", "-dispersion", "2", "-dispsteps",
                "2", "-detector_thick", "100", "-detector_abs", "200", "-detector_thicksteps", "3"});
  const auto values = values_of(expect_success(trace({"--pixel", "10", "20"}, words)).out);
  EXPECT_EQ(values.at("samples").numbers[0], 12);
  EXPECT_EQ(values.at("rays").numbers[0], 24);
  EXPECT_EQ(values.at("phi_steps").numbers[0], 2);
  EXPECT_EQ(values.at("mosaic_domains").numbers[0], 3);
  EXPECT_EQ(values.at("terms").numbers[0], 24 * 6);
  EXPECT_EQ(values.at("F_cell_range").numbers, (std::vector<double>{100, 100, 100}));
  const auto& omega = values.at("omega_range_sr").numbers;
  EXPECT_NEAR(omega[2], values.at("omega_pixel_sr").numbers[0], 1e-15 * omega[2] * 12);
}

/// Ranges and ends of what the single samples tell, by either backend.
TEST_F(TraceCommand, AggregatesAreThoseOfTheSamples) {
  Words words = run;
  words.insert(words.end(), {"-N", "20", "-pixel", "2"});
  for (const std::string program : {"simulate", "nanoBragg"})
    for (const std::string device : {"reference", "simd"}) {
      const std::string text =
          expect_success(trace({"--pixel", "10", "20", "--subpixels", "--device", device, "--program", program}, words))
              .out;
      std::vector<std::vector<double>> hkl;
      std::vector<double> omegas;
      for (const TracedQuantity& quantity : evidence::parse_trace(text).quantities) {
        if (quantity.name == "hkl_rounded") hkl.push_back(quantity.numbers);
        if (quantity.name == "omega_pixel_sr") omegas.push_back(quantity.numbers[0]);
      }
      ASSERT_EQ(hkl.size(), 4u);
      ASSERT_EQ(omegas.size(), 5u) << "four samples and the pixel";
      const auto values = values_of(text);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const auto of_axis = [&](const auto& h) { return h[axis]; };
        EXPECT_EQ(values.at("hkl_least").numbers[axis], (*std::ranges::min_element(hkl, {}, of_axis))[axis]);
        EXPECT_EQ(values.at("hkl_most").numbers[axis], (*std::ranges::max_element(hkl, {}, of_axis))[axis]);
      }
      const auto& omega = values.at("omega_range_sr").numbers;
      EXPECT_EQ(omega[0], omegas[0]);
      EXPECT_EQ(omega[1], omegas[3]);
      const auto& polar = values.at("polar_range").numbers;
      EXPECT_GT(polar[0], 0.5);
      EXPECT_LT(polar[0], 0.9999);
      EXPECT_NEAR(polar[2], values.at("polar").numbers[0], 1e-9);
    }
}

TEST_F(TraceCommand, CountsLookupsOutsideTheTable) {
  folder_.write("one.hkl", "0 0 0 50\n1 1 1 20\n");
  Words words = run;
  words.insert(words.end(), {"-hkl", "one.hkl"});
  const auto values = values_of(expect_success(trace({"--pixel", "0", "0"}, words)).out);
  EXPECT_EQ(values.at("F_cell_outside_table").numbers[0], 4);
  EXPECT_FALSE(fs::exists(folder_ / "Fdump.bin"));
}

TEST_F(TraceCommand, TapsChoose) {
  const auto only = [&](const std::string& taps) {
    return values_of(expect_success(trace({"--pixel", "10", "20", "--taps", taps})).out);
  };
  EXPECT_TRUE(only("geometry").contains("pix0_vector"));
  EXPECT_FALSE(only("geometry").contains("hkl_frac"));
  EXPECT_TRUE(only("hkl").contains("hkl_frac"));
  EXPECT_FALSE(only("hkl").contains("F_cell"));
  EXPECT_TRUE(only("f_cell").contains("F_cell_range"));
  EXPECT_TRUE(only("omega").contains("omega_pixel_sr"));
  EXPECT_TRUE(only("intensity").contains("I_pixel_final"));
  const auto two = only("hkl,omega");
  EXPECT_TRUE(two.contains("hkl_frac") && two.contains("omega_pixel_sr") && !two.contains("I_pixel_final"));
  EXPECT_EQ(only("all").size(), only("geometry,hkl,f_cell,omega,intensity").size());
}

TEST_F(TraceCommand, SubpixelsTellEachSample) {
  const auto count = [&](const Words& options) {
    const std::string text = expect_success(trace(options)).out;
    std::size_t n = 0;
    for (const TracedQuantity& quantity : evidence::parse_trace(text).quantities) n += quantity.name == "hkl_frac";
    return n;
  };
  EXPECT_EQ(count({"--pixel", "10", "20"}), 1u);
  EXPECT_EQ(count({"--pixel", "10", "20", "--subpixels"}), 4u);
}

TEST_F(TraceCommand, Json) {
  const json list = json::parse(expect_success(trace({"--pixel", "10", "20", "--pixel", "1", "2", "--json"})).out);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["slow"], 10);
  EXPECT_EQ(list[1]["fast"], 2);
  const json& quantities = list[0]["quantities"];
  const auto named = [&](const std::string& name) {
    for (const json& quantity : quantities)
      if (quantity["name"] == name) return quantity;
    return json();
  };
  EXPECT_EQ(named("hkl_rounded")["values"].size(), 3u);
  EXPECT_EQ(named("F_cell")["value"], 100.0);
  EXPECT_EQ(named("detector_convention")["text"], "MOSFLM");
  EXPECT_EQ(named("F_cell")["tap"], "f_cell");
  EXPECT_TRUE(named("omega_range_sr").contains("mean"));
  expect_success(trace({"--pixel", "10", "20", "--json", "--out", "J"}));
  EXPECT_EQ(json::parse(read_bytes(folder_ / "J/trace_10_20.json"))["fast"], 20);
}

TEST_F(TraceCommand, RefusesWrongWords) {
  expect_one_error(trace({}), 2, {"--pixel"});
  expect_one_error(trace({"--pixel", "10"}), 2, {"--pixel", "slow and fast"});
  expect_one_error(trace({"--pixel", "x", "y"}), 2, {"'x'"});
  expect_one_error(trace({"--pixel", "-1", "3"}), 2, {"--pixel"});
  expect_one_error(trace({"--pixel", "64", "0"}), 2, {"64 0", "below 64"});
  expect_one_error(trace({"--pixel", "auto"}), 2, {"--comparison"});
  expect_one_error(trace({"--pixel", "1", "1", "--taps", "all,nonsense"}), 2, {"'nonsense'"});
  expect_one_error(trace({"--pixel", "1", "1", "--dtype", "float16"}), 2, {"'float16'"});
  expect_one_error(trace({"--pixel", "1", "1", "--device", "abacus"}), 2, {"'abacus'"});
  expect_one_error(trace({"--pixel", "1", "1", "--device", "reference", "--dtype", "float32"}), 2, {"reference"});
  expect_one_error(trace({"--pixel", "1", "1", "--program", "xds"}), 2, {"--program"});
  expect_one_error(trace({"--pixel", "1", "1", "--nonsense"}), 2, {"--nonsense"});
  for (const std::string option : {"--against", "--comparison", "--out", "--dtype", "--device"})
    expect_one_error(trace({"--pixel", "1", "1", option, ""}), 2, {option, "empty"});
  expect_one_error(trace({"--pixel", "1", "1"}, {}), 2, {"arguments"});
  expect_one_error(trace({"--pixel", "1", "1"}, {"-nonsense"}), 2, {"-nonsense"});
  expect_one_error(trace({"--pixel", "1", "1"}, {"-detpixels", "4"}), 2, {"nothing to render"});
  Words masked = run;
  masked.insert(masked.end(), {"-roi", "0", "9", "0", "9"});
  expect_one_error(trace({"--pixel", "20", "20"}, masked), 2, {"outside -roi"});
  expect_one_error(trace({"--pixel", "1", "1", "--against", "missing"}), 1, {"missing"});
  folder_.write("empty", "");
  expect_one_error(trace({"--pixel", "1", "1", "--against", "empty"}), 1, {"no trace"});
  folder_.write("other", "temperature 300\n");
  expect_one_error(trace({"--pixel", "1", "1", "--against", "other"}), 1, {"there is no quantity in common"});
  expect_one_error(trace({"--pixel", "1", "1", "--pixel", "2", "2", "--against", "other"}), 2, {"one --pixel"});
  expect_one_error(trace({"--pixel", "auto", "--comparison", "nowhere"}, {}), 1, {"nowhere"});
  expect_texts(expect_success(trace({"--help"}, {})).out, {"--against", "--taps", "Exit status"});
}

}  // namespace
}  // namespace femtobragg::tests
