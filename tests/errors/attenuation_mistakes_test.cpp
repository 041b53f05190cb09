// Mistakes about obstacles and about matter in the light's way.
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class AttenuationMistake : public testing::TestWithParam<Mistake> {};

TEST_P(AttenuationMistake, IsRefusedInOneLine) {
  const TemporaryFolder folder;
  expect_refusal(small_run(GetParam().words), folder, 2, GetParam().texts);
}

const std::vector<Mistake> mistakes = {
    {"shape", {"-beamstop", "triangle:size=3,distance=30"}, {"-beamstop", "triangle", "disc"}},
    {"no_shape", {"-beamstop", ":size=3"}, {"-beamstop", "first word is missing"}},
    {"key", {"-beamstop", "disc:siez=3,distance=30"}, {"-beamstop", "unknown key", "size"}},
    {"twice", {"-beamstop", "disc:size=3,size_mm=4,distance=30"}, {"-beamstop", "twice"}},
    {"no_value", {"-beamstop", "disc:size=,distance=30"}, {"-beamstop", "KEY=VALUE"}},
    {"no_number", {"-beamstop", "disc:size=x,distance=30"}, {"-beamstop", "size_mm takes a finite number"}},
    {"not_finite", {"-beamstop", "disc:size=nan,distance=30"}, {"-beamstop", "size_mm takes a finite number"}},
    {"infinite", {"-shadow", "distance=30,corners=0/0/inf/0/0/1"}, {"-shadow", "corners_mm takes a finite number"}},
    {"no_arm",
     {"-beamstop", "disc:size=3,distance=30,direction=90"},
     {"direction needs arm", "direction of number 1 of -beamstop"}},
    {"negative", {"-beamstop", "disc:size=-3,distance=30"}, {"-beamstop", "above zero"}},
    {"no_size", {"-beamstop", "disc:distance=30"}, {"size of number 1 of -beamstop", "above zero"}},
    {"no_distance", {"-beamstop", "disc:size=3"}, {"distance of number 1 of -beamstop", "above zero"}},
    {"behind", {"-beamstop", "disc:size=3,distance=300"}, {"behind the detector", "300 mm", "100 mm"}},
    {"transmission", {"-beamstop", "disc:size=3,distance=30,transmission=2"}, {"-beamstop", "from 0 to 1"}},
    {"two_rules",
     {"-beamstop", "disc:size=3,distance=30,transmission=0.1,material=W,thickness=1"},
     {"-beamstop", "transmission"}},
    {"unknown_material", {"-beamstop", "disc:size=3,distance=30,material=Xx,thickness=1"}, {"unknown material", "Xx"}},
    {"no_thickness", {"-beamstop", "disc:size=3,distance=30,material=W"}, {"-beamstop", "material", "thickness"}},
    {"two_corners", {"-shadow", "distance=30,corners=0/0/1/1"}, {"too few corners", "-shadow"}},
    {"crossed", {"-shadow", "distance=30,corners=0/0/3/3/3/0/0/2"}, {"crosses itself", "-shadow"}},
    {"two_places", {"-shadow", "distance=30,outline=0/0/3/3/3/0"}, {"-shadow", "contradict", "outline"}},
    {"panel", {"-shadow", "outline=0/0/3/3/3/0,panel=1"}, {"no such panel", "panel of number 1"}},
    {"gas", {"-gas", "heilum"}, {"unknown material", "heilum", "helium"}},
    {"gas_with_thickness", {"-gas", "air:thickness=3"}, {"-gas", "-window"}},
    {"two_gases", {"-gas", "air", "-gas", "helium:from=10,to=50"}, {"two media", "number 2 of -gas"}},
    {"backwards", {"-gas", "air:from=50,to=10"}, {"ends before it begins", "-gas"}},
    {"window_without", {"-window", "Be:from=10"}, {"-window", "thickness"}},
    {"thick_window", {"-window", "Be:thickness=60,from=50"}, {"beyond the detector", "-window"}},
    {"no_density", {"-window", "SiO2:thickness=1,from=10"}, {"without a density", "SiO2"}},
    {"absorber_twice",
     {"-absorber", "slab:material=water,size=1", "-absorber", "cylinder:material=water,size=1"},
     {"-absorber", "twice"}},
    {"matter_of_none", {"-absorber", "none:material=water"}, {"-absorber", "sample that has none"}},
    {"form", {"-absorber", "ball:material=water,size=1"}, {"-absorber", "ball", "slab"}},
    {"no_matter", {"-absorber", "slab:size=1"}, {"without an attenuation", "-absorber"}},
    {"no_thickness_of_slab", {"-absorber", "slab:material=water"}, {"size of -absorber", "above zero"}},
    {"along",
     {"-absorber", "slab:material=water,size=1,direction=0/1/0"},
     {"along the slab", "direction of -absorber"}},
};
INSTANTIATE_TEST_SUITE_P(attenuation, AttenuationMistake, testing::ValuesIn(mistakes), name_of_mistake);

TEST(AttenuationFlags, AreUnknownToNanoBragg) {
  const TemporaryFolder folder;
  Words words = small_run({"-beamstop", "disc:size=3,distance=30"});
  const ProgramResult result = drop_in(words, folder);
  EXPECT_EQ(result.status, 0);
  expect_texts(result.err, {"-beamstop is a flag of femtobragg simulate only"});
}

TEST(AttenuationFlags, WarnOfWideSpectra) {
  const TemporaryFolder folder;
  const ProgramResult result = simulate(small_run({"-gas", "air", "-bandwidth", "5", "-o", "a.npy"}), folder);
  EXPECT_EQ(result.status, 0) << result.err;
  expect_texts(result.err, {"warning: attenuation is that of", "third power"});
}

TEST(AttenuationFlags, AreInScenesThatGiveTheSameImage) {
  const TemporaryFolder folder;
  const ProgramResult saved =
      simulate(small_run({"-water", "1", "-beamstop", "square:size=9,distance=20,arm=2,direction=30,transmission=0.25",
                          "-shadow", "outline=0/0/3.5/0/0/3", "-gas", "air:to=50", "-window",
                          "kapton:thickness=0.1,from=50", "-absorber", "slab:material=water,size=0.5,direction=1/0.1/0",
                          "-o", "a.npy", "-save_scene", "a.toml"}),
               folder);
  ASSERT_EQ(saved.status, 0) << saved.err;
  const ProgramResult again = simulate({"a.toml", "-o", "b.npy"}, folder);
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(read_bytes(folder / "a.npy"), read_bytes(folder / "b.npy"));
  // Flags replace the scene's list.
  const ProgramResult replaced =
      simulate({"a.toml", "-beamstop", "disc:size=1,distance=20", "-save_scene", "c.toml", "-o", "c.npy"}, folder);
  ASSERT_EQ(replaced.status, 0) << replaced.err;
  const std::string scene = read_bytes(folder / "c.toml");
  EXPECT_EQ(scene.find("square"), std::string::npos);
  expect_texts(scene, {"outline", "kapton", "air"});
  const ProgramResult other = simulate({"a.toml", "-shadow", "distance=30,corners=0/0/9/0/0/9", "-gas", "helium:to=20",
                                        "-save_scene", "d.toml", "-o", "d.npy"},
                                       folder);
  ASSERT_EQ(other.status, 0) << other.err;
  expect_texts(read_bytes(folder / "d.toml"), {"square", "corners", "kapton", "helium"});
  EXPECT_EQ(read_bytes(folder / "d.toml").find("outline"), std::string::npos);
}

TEST(AttenuationFlags, TakePolygonsThatReturnToTheirFirstCorner) {
  const TemporaryFolder folder;
  for (const auto& [name, corners] :
       {std::pair{"open.npy", "0/0/9/0/0/9"}, std::pair{"closed.npy", "0/0/9/0/0/9/0/0"}}) {
    const ProgramResult run = simulate(
        small_run({"-water", "1", "-shadow", std::string("distance=30,corners=") + corners, "-o", name}), folder);
    ASSERT_EQ(run.status, 0) << run.err;
  }
  EXPECT_EQ(read_bytes(folder / "open.npy"), read_bytes(folder / "closed.npy"));
}

TEST(AttenuationScenes, TakeWhatHasCornersForAPolygon) {
  const TemporaryFolder folder;
  const std::string rest =
      "[beam]\nwavelength_A = 1\n[detector]\ndistance_mm = 100\npixels = [8, 8]\n[[background.material]]\n"
      "name = \"water\"\nthickness_mm = 1\n[[attenuation.obstacle]]\noutline_px = [0, 0, 4, 0, 0, 4]\n";
  folder.write("a.toml", rest);
  folder.write("b.toml", rest + "shape = \"polygon\"\n");
  folder.write("c.toml", rest + "shape = \"disc\"\n");
  for (const char* name : {"a", "b"}) {
    const ProgramResult run = simulate({std::string(name) + ".toml", "-o", std::string(name) + ".npy"}, folder);
    ASSERT_EQ(run.status, 0) << run.err;
  }
  EXPECT_EQ(read_bytes(folder / "a.npy"), read_bytes(folder / "b.npy"));
  EXPECT_EQ(simulate({"c.toml", "-o", "c.npy"}, folder).status, 2);
}

}  // namespace
}  // namespace femtobragg::tests
