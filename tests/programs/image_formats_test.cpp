// Image files of a run, read by programs of the field: pixels and what the headers say.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/units.h"
#include "tests/programs/image_formats.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;

class ImageFormats : public ImageRuns {};

TEST_F(ImageFormats, HoldTheSameCounts) {
  write("-adc 0 -o n.img -o n.cbf -o n.nxs -o n.tif");
  const std::vector<float> smv = pixels("n.img");
  EXPECT_GT(sum_of(smv), 1000);
  for (const char* name : {"n.cbf", "n.nxs", "n.tif"}) EXPECT_EQ(pixels(name), smv) << name;
}

TEST_F(ImageFormats, HoldTheSamePhotons) {
  write("-nonoise -o p.npy -o p.cbf -o p.nxs -o p.tif");
  const std::vector<float> photons = pixels("p.npy");
  EXPECT_EQ(pixels("p.nxs"), photons);
  EXPECT_EQ(pixels("p.tif"), photons);
  std::vector<float> rounded;
  for (const float value : photons) rounded.push_back(std::floor(value + 0.5f));
  EXPECT_EQ(pixels("p.cbf"), rounded);
}

TEST_F(ImageFormats, MarkWhatIsNotRendered) {
  write("-roi 10 19 5 9 -o n.cbf -o n.nxs");
  const std::vector<float> counts = pixels("n.cbf");
  for (std::size_t slow = 0; slow < 70; ++slow)
    for (std::size_t fast = 0; fast < 90; ++fast) {
      const bool inside = fast >= 10 && fast < 20 && slow >= 5 && slow < 10;
      ASSERT_EQ(counts[slow * 90 + fast] < 0, !inside) << fast << " " << slow;
    }
  EXPECT_EQ(pixels("n.nxs"), counts);
}

TEST_F(ImageFormats, AreReadByFabioAndH5py) {
  if (!has_module("fabio, h5py")) GTEST_SKIP() << "no fabio and h5py for " << python;
  write("-adc 0 -o n.img -o n.cbf -o n.nxs -o n.tif");
  const double expected = sum_of(pixels("n.img"));
  const std::vector<Words> lines = script(R"(
import sys, fabio, h5py
for name in sys.argv[1:]:
    image = fabio.open(name)
    print(name, image.data.shape[1], image.data.shape[0], int(image.data.sum(dtype='int64')))
with h5py.File('n.nxs') as file:
    data = file['entry/data/data']
    print('h5py', data.shape[2], data.shape[1], int(data[0].sum(dtype='int64')))
)",
                                          {"n.img", "n.cbf", "n.nxs", "n.tif"});
  ASSERT_EQ(lines.size(), 5u);
  for (const Words& line : lines) {
    EXPECT_EQ(line[1] + " " + line[2], "90 70") << line[0];
    EXPECT_EQ(std::stod(line[3]), expected) << line[0];
  }
}

constexpr const char* dials_script = R"(
import sys, numpy, dxtbx
for name in sys.argv[1:]:
    image = dxtbx.load(name)
    panel, beam, scan = image.get_detector()[0], image.get_beam(), image.get_scan()
    series = 'NXmx' in type(image).__name__
    data = image.get_raw_data(0) if series else image.get_raw_data()
    data = data[0] if isinstance(data, tuple) else data
    fast, slow = panel.get_beam_centre_px(beam.get_s0())
    axis = image.get_goniometer().get_rotation_axis()
    print(name, type(image).__name__, *panel.get_image_size(), fast, slow, panel.get_distance(), beam.get_wavelength(),
          *scan.get_oscillation(), *axis, panel.get_pedestal(), data.as_numpy_array().sum(dtype='int64'))
)";

TEST_F(ImageFormats, AreReadByDials) {
  if (!has_module("dxtbx")) GTEST_SKIP() << "no dxtbx for " << python;
  write("-o n_0001.cbf -o n.nxs -o n_0001.img");
  const double expected = sum_of(pixels("n_0001.cbf"));
  const std::vector<Words> lines = script(dials_script, {"n_0001.cbf", "n.nxs", "n_0001.img"});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0][1], "FormatCBFMini");
  EXPECT_EQ(lines[1][1], "FormatNXmx");
  for (const Words& line : lines) {
    EXPECT_EQ(line[2] + " " + line[3], "90 70") << line[0];
    EXPECT_NEAR(std::stod(line[6]), 150, 1e-6) << line[0];
    EXPECT_NEAR(std::stod(line[7]), 1.2, 1e-9) << line[0];
    EXPECT_NEAR(std::stod(line[8]), 12.5, 1e-9) << line[0];
    EXPECT_NEAR(std::stod(line[9]), 0.5, 1e-9) << line[0];
    EXPECT_NEAR(std::stod(line[10]), 1, 1e-12) << line[0];
    const bool smv = line[0] == "n_0001.img";
    EXPECT_EQ(std::stod(line[13]), smv ? 40 : 0) << line[0];
    // dxtbx reads the beam centre of simulated SMV images in a convention of its own: docs/formats.md.
    if (smv) continue;
    EXPECT_NEAR(std::stod(line[4]), fast_px, 1e-3) << line[0];
    EXPECT_NEAR(std::stod(line[5]), slow_px, 1e-3) << line[0];
    EXPECT_EQ(std::stod(line[14]), expected) << line[0];
  }
}

/// Every convention describes the same detector to other programs.
TEST_F(ImageFormats, PlaceTheBeamInEveryConvention) {
  if (!has_module("dxtbx")) GTEST_SKIP() << "no dxtbx for " << python;
  const std::string plain =
      "-cell 50 60 70 90 90 90 -N 2 -default_F 10 -lambda 1 -distance 100 -pixel 0.1 -detpixels_x 60 -detpixels_y 50 "
      "-oversample 1 -noprogress -nonoise ";
  const std::vector<std::pair<std::string, std::string>> conventions = {
      {"mosflm", "-mosflm -Xbeam 2.05 -Ybeam 3.15"},
      {"denzo", "-denzo -Xbeam 2.1 -Ybeam 3.2"},
      {"adxv", "-adxv -Xbeam 3.2 -Ybeam 2.9"},
      {"xds", "-xds -ORGX 32.5 -ORGY 21.5"},
      {"twotheta", "-denzo -Xbeam 2.1 -Ybeam 3.2 -twotheta 10"}};
  Words files;
  for (const auto& [name, flags] : conventions) {
    const ProgramResult result = simulate(plain + flags + " -o " + name + ".nxs");
    ASSERT_EQ(result.status, 0) << result.err;
    files.push_back(name + ".nxs");
  }
  // Two-theta swings the detector about the sample, away from the beam.
  const double swing_px = 1000 * std::tan(10 * pi / 180);
  for (const Words& line : script(dials_script, files)) {
    EXPECT_NEAR(std::stod(line[4]), 32, 1e-3) << line[0];
    EXPECT_NEAR(std::stod(line[5]), 21 - (line[0] == "twotheta.nxs" ? swing_px : 0), 1e-3) << line[0];
  }
}

TEST_F(ImageFormats, HeadersThatCannotSayItWarn) {
  write("-twotheta 10 -o n.cbf");
  EXPECT_NE(err_.find("the detector is tilted"), std::string::npos) << err_;
  write("-o n.cbf");
  EXPECT_EQ(err_.find("cannot fully describe"), std::string::npos) << err_;
}

TEST_F(ImageFormats, EqualRunsMakeEqualFiles) {
  write("-o a.nxs -o a.cbf -o a.tif");
  const std::string nxs = read_bytes(folder_ / "a.nxs"), cbf = read_bytes(folder_ / "a.cbf");
  write("-o a.nxs -o a.cbf -o a.tif");
  EXPECT_TRUE(read_bytes(folder_ / "a.nxs") == nxs);
  EXPECT_TRUE(read_bytes(folder_ / "a.cbf") == cbf);
}

/// What a stranger can put into an HDF5 file must not lead out of it, nor into much memory.
TEST_F(ImageFormats, HostileNxmxFilesAreRefused) {
  if (!has_module("h5py")) GTEST_SKIP() << "no h5py for " << python;
  write("-o n.nxs");
  const std::vector<Words> lines = script(R"(
import h5py, numpy, os, shutil
os.makedirs('elsewhere')
shutil.copy('n.nxs', 'elsewhere/n.nxs')
def change(name, action):
    shutil.copy('n.nxs', name)
    with h5py.File(name, 'r+') as file:
        action(file)
    print(name)
def external_link(file):
    del file['entry/data/data']
    file['entry/data/data'] = h5py.ExternalLink('../n.nxs', '/entry/data/data')
def soft_to_external(file):
    del file['entry/data/data']
    file['away'] = h5py.ExternalLink('../n.nxs', '/entry')
    file['entry/data/data'] = h5py.SoftLink('/away/data/data')
def virtual(file):
    del file['entry/data/data']
    layout = h5py.VirtualLayout(shape=(1, 70, 90), dtype='i4')
    layout[...] = h5py.VirtualSource('../n.nxs', 'entry/data/data', shape=(1, 70, 90))
    file['entry/data'].create_virtual_dataset('data', layout)
def stored_outside(file):
    del file['entry/data/data']
    file['entry/data'].create_dataset('data', (1, 70, 90), 'i4', external=[('script.py', 0, 4 * 70 * 90)])
def huge(file):
    del file['entry/data/data']
    file['entry/data'].create_dataset('data', (1, 2**40, 2**20), 'i4', chunks=(1, 64, 64))
def text(file):
    del file['entry/data/data']
    file['entry/data/data'] = 'no pixels'
def circle(file):
    axis = file['entry/instrument/detector/transformations/distance']
    axis.attrs['depends_on'] = '/entry/instrument/detector/module/module_offset'
def no_unit(file):
    file['entry/instrument/detector/module/module_offset'].attrs['units'] = 'furlong'
def large_panel(file):
    size = file['entry/instrument/detector/module/data_size']
    size[...] = [2**40, 2**40]
def flat(file):
    fast = file['entry/instrument/detector/module/fast_pixel_direction']
    file['entry/instrument/detector/module/slow_pixel_direction'].attrs['vector'] = fast.attrs['vector']
for action in external_link, soft_to_external, virtual, stored_outside, huge, text:
    change('pixels_' + action.__name__ + '.nxs', action)
for action in circle, no_unit, large_panel, flat:
    change('place_' + action.__name__ + '.nxs', action)
)",
                                          {});
  ASSERT_EQ(lines.size(), 10u);
  for (const Words& line : lines) {
    const ProgramResult result = run_program("femtobragg", {"convert", line[0], "out.cbf"}, folder_.path());
    EXPECT_EQ(result.status, 1) << line[0] << ": " << result.out << result.err;
    EXPECT_NE(result.err.find(line[0]), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(folder_ / "out.cbf"));
  }
}

/// A file that may not grow beyond 20 blocks of 512 bytes, as on a full disk.
TEST_F(ImageFormats, FullDisksEndInOneLine) {
  for (const char* output : {"a.nxs", "a.cbf", "a.img", "a.npy", "a.tif"}) {
    const ProgramResult result = run_binary("/bin/sh", {"-c",       "trap '' XFSZ; ulimit -f 20; exec \"$@\"",
                                                        "sh",       std::string(FEMTOBRAGG_BIN) + "/femtobragg",
                                                        "simulate", "-default_F",
                                                        "100",      "-cell",
                                                        "79",       "79",
                                                        "38",       "-N",
                                                        "5",        "-detpixels",
                                                        "100",      "-pixel",
                                                        "0.5",      "-fluence",
                                                        "1e30",     "-quiet",
                                                        "-o",       output},
                                            folder_.path());
    EXPECT_EQ(result.status, 1) << output;
    EXPECT_TRUE(result.err.starts_with("error: cannot write")) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / output));
  }
}

/// An SMV image of 90 x 70 pixels of 32 bits; every third one is zero.
std::string long_mask(const std::string& keys) {
  std::string text = "{\nHEADER_BYTES=512;\nSIZE1=90;\nSIZE2=70;\nBYTE_ORDER=little_endian;\n" + keys + "}\n\f";
  text.resize(512, ' ');
  std::vector<std::int32_t> live(90 * 70);
  for (std::size_t i = 0; i < live.size(); ++i) live[i] = i % 3 == 0 ? 0 : 65536;
  return text + std::string(reinterpret_cast<const char*>(live.data()), live.size() * sizeof(std::int32_t));
}

TEST_F(ImageFormats, MasksAreReadByTheirKindOfNumber) {
  folder_.write("mask.img", long_mask("Data_type=long int;\n"));
  write("-direct_beam -mask mask.img -nonoise -floatfile m.bin");
  const std::vector<float> masked = pixels("m.bin");
  for (std::size_t i = 0; i < masked.size(); ++i) ASSERT_EQ(masked[i] > 0, i % 3 != 0) << i;
  // Any image may be a mask.
  const ProgramResult result = run_program("femtobragg", {"convert", "mask.img", "mask.tif"}, folder_.path());
  ASSERT_EQ(result.status, 0) << result.err;
  write("-direct_beam -mask mask.tif -nonoise -floatfile t.bin");
  EXPECT_EQ(pixels("t.bin"), masked);
  // nanoBragg knows 16 bits only: here the halves of each pixel.
  write("-mask mask.img -nonoise -nointimage -nopgm -floatfile d.bin", "nanoBragg");
  const std::vector<float> halves = pixels("d.bin");
  for (std::size_t i = 0; i < halves.size(); ++i) ASSERT_EQ(halves[i] > 0, i % 2 == 1 && i / 2 % 3 != 0) << i;
}

}  // namespace
}  // namespace femtobragg::tests
