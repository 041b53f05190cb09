// NXmx: geometries and series there and back, and what is refused.
#include "femtobragg/formats/image/nxmx.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/simulate/spectrum.h"
#include "tests/run_program.h"
#include "tests/unit/formats/stated_geometry.h"

namespace femtobragg::formats {
namespace {

using tests::stated_geometry;
using Counts = std::vector<std::int32_t>;

class Nxmx : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  static NxmxContents contents(std::size_t panels) {
    NxmxContents c;
    c.geometry = stated_geometry(panels);
    c.exposure_s = 0.1;
    c.fluence_per_m2 = 1e20;
    c.record = {{"command", "-N 5"}, {"a/b", "with a slash"}};
    return c;
  }
  static Counts frame_of(const Geometry& g, std::size_t frame) {
    const ImageShape shape = g.detector.image_shape();
    Counts pixels(shape.n_fast * shape.n_slow);
    for (std::size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = static_cast<std::int32_t>((7 * i + 1000 * frame) % (i % 100 == 0 ? 100000 : 50)) - 1;
    return pixels;
  }
  void write(const std::string& name, const NxmxContents& c, std::size_t frames, Compression compression) const {
    Counts pixels;
    write_nxmx(
        path(name), c, frames,
        [&](std::size_t frame) -> PixelData {
          pixels = frame_of(c.geometry, frame);
          return std::span<const std::int32_t>(pixels);
        },
        compression);
  }
  tests::TemporaryFolder folder_;
};

void expect_near(const Vec3d& a, const Vec3d& b, double tolerance) {
  EXPECT_LT(norm(a - b), tolerance) << a.x << " " << a.y << " " << a.z << ", not " << b.x << " " << b.y << " " << b.z;
}

/// Lengths and vectors pass through a unit vector and its length: a few roundings.
void expect_same(const Geometry& read, const Geometry& g) {
  ASSERT_EQ(read.detector.panels.size(), g.detector.panels.size());
  EXPECT_EQ(read.detector.name, g.detector.name);
  for (std::size_t i = 0; i < g.detector.panels.size(); ++i) {
    const Panel &a = read.detector.panels[i], &b = g.detector.panels[i];
    EXPECT_EQ(a.name, b.name);
    expect_near(a.origin_m, b.origin_m, 1e-15);
    expect_near(a.fast_axis, b.fast_axis, 1e-14);
    expect_near(a.slow_axis, b.slow_axis, 1e-14);
    expect_near(a.normal, b.normal, 1e-14);
    EXPECT_NEAR(a.pixel_size_m, b.pixel_size_m, 1e-18);
    EXPECT_EQ(std::pair(a.n_fast, a.n_slow), std::pair(b.n_fast, b.n_slow));
    EXPECT_EQ(std::pair(a.data_fast, a.data_slow), std::pair(b.data_fast, b.data_slow));
    EXPECT_EQ(a.mask, b.mask);
    EXPECT_EQ(a.saturation, b.saturation);
    EXPECT_EQ(a.sensor.material, b.sensor.material);
    EXPECT_EQ(a.sensor.thickness_m, b.sensor.thickness_m);
    EXPECT_EQ(a.sensor.attenuation_per_m, b.sensor.attenuation_per_m);
  }
  EXPECT_NEAR(*read.wavelength_m, *g.wavelength_m, 1e-24);
  EXPECT_NEAR(*read.polarization_fraction, *g.polarization_fraction, 1e-14);
  expect_near(*read.polarization_axis, *g.polarization_axis, 1e-14);
  expect_near(*read.spindle_axis, *g.spindle_axis, 1e-14);
  EXPECT_NEAR(read.oscillation->start_rad, g.oscillation->start_rad, 1e-14);
  EXPECT_NEAR(read.oscillation->width_rad, g.oscillation->width_rad, 1e-14);
  EXPECT_EQ(read.oscillation->frames, g.oscillation->frames);
  expect_near(read.crystal->axes.a_m, g.crystal->axes.a_m, 1e-22);
  expect_near(read.crystal->axes.b_m, g.crystal->axes.b_m, 1e-22);
  expect_near(read.crystal->axes.c_m, g.crystal->axes.c_m, 1e-22);
  EXPECT_EQ(read.crystal->axes.c_star_A, g.crystal->axes.c_star_A);
  EXPECT_EQ(read.crystal->space_group, g.crystal->space_group);
}

TEST_F(Nxmx, GeometriesThereAndBack) {
  for (const std::size_t panels : {1u, 3u, 11u}) {
    const Geometry g = stated_geometry(panels);
    write_nxmx_geometry(path("g.nxs"), g);
    expect_same(read_nxmx_geometry(path("g.nxs")), g);
    expect_same(parse_nxmx_geometry(tests::read_bytes(path("g.nxs")), "g"), g);
  }
}

TEST_F(Nxmx, SeriesThereAndBack) {
  const NxmxContents c = contents(3);
  for (const Compression compression : {Compression::Gzip, Compression::BitshuffleLz4, Compression::None}) {
    write("s.nxs", c, 5, compression);
    for (const std::size_t frame : {0u, 4u}) {
      const StoredFrame read = read_nxmx_frame(path("s.nxs"), frame);
      EXPECT_EQ(read.frames, 5u);
      EXPECT_EQ(read.pixels.shape, c.geometry.detector.image_shape());
      const Counts expected = frame_of(c.geometry, frame);
      EXPECT_EQ(std::get<std::vector<std::int64_t>>(read.pixels.values),
                (std::vector<std::int64_t>(expected.begin(), expected.end())));
    }
    expect_same(read_nxmx_geometry(path("s.nxs")), c.geometry);
    EXPECT_THROW(read_nxmx_frame(path("s.nxs"), 5), Error);
    ASSERT_FALSE(read_pixels(path("s.nxs")).notes.empty());
    EXPECT_NE(read_pixels(path("s.nxs")).notes.back().find("5 frames"), std::string::npos);
    EXPECT_TRUE(read_pixels(path("s.nxs"), 0).notes.empty()) << "asked for";
  }
}

TEST_F(Nxmx, PhotonsStayFloats) {
  const NxmxContents c = contents(1);
  std::vector<float> photons(1200);
  for (std::size_t i = 0; i < photons.size(); ++i) photons[i] = 0.1f * static_cast<float>(i);
  write_nxmx(path("f.nxs"), c, 1, [&](std::size_t) -> PixelData { return std::span<const float>(photons); });
  EXPECT_EQ(std::get<std::vector<float>>(read_nxmx_frame(path("f.nxs"), 0).pixels.values), photons);
}

TEST_F(Nxmx, EqualContentsMakeEqualBytes) {
  NxmxContents c = contents(3);
  c.spectra = {{{1e-10, 0.5}, {0.98e-10, 1}}};
  for (const Compression compression : {Compression::Gzip, Compression::BitshuffleLz4}) {
    write("a.nxs", c, 3, compression);
    write("b.nxs", c, 3, compression);
    EXPECT_TRUE(tests::read_bytes(path("a.nxs")) == tests::read_bytes(path("b.nxs")));
  }
}

/// What the crystal and the detector are to each other and to the beam does not depend on the frame.
TEST_F(Nxmx, ABeamElsewhereIsTurnedAlongX) {
  for (const Vec3d& beam : {Vec3d{0, 0, 1}, Vec3d{-1, 0, 0}, unit(Vec3d{1, 0.2, -0.3})}) {
    Geometry g = stated_geometry(2);
    g.beam_direction = beam;
    write_nxmx_geometry(path("g.nxs"), g);
    const Geometry read = read_nxmx_geometry(path("g.nxs"));
    EXPECT_EQ(read.beam_direction, (Vec3d{1, 0, 0}));
    const auto triple = [](const Vec3d& a, const Vec3d& b, const Vec3d& c) { return dot(a, cross(b, c)); };
    for (std::size_t i = 0; i < 2; ++i) {
      const Panel &a = read.detector.panels[i], &b = g.detector.panels[i];
      EXPECT_NEAR(dot(a.origin_m, read.beam_direction), dot(b.origin_m, beam), 1e-14);
      EXPECT_NEAR(dot(a.fast_axis, read.beam_direction), dot(b.fast_axis, beam), 1e-14);
      EXPECT_NEAR(triple(a.fast_axis, a.slow_axis, read.beam_direction), triple(b.fast_axis, b.slow_axis, beam), 1e-14);
      EXPECT_NEAR(dot(a.slow_axis, *read.spindle_axis), dot(b.slow_axis, *g.spindle_axis), 1e-14);
      EXPECT_NEAR(dot(a.slow_axis, read.crystal->axes.a_star_A), dot(b.slow_axis, g.crystal->axes.a_star_A), 1e-14);
    }
  }
}

/// One wavelength stands for the spectrum, which is its variant.
TEST_F(Nxmx, SpectraThereAndBack) {
  NxmxContents c = contents(1);
  c.spectra = {{{0.97e-10, 1}, {0.98e-10, 3}, {0.99e-10, 2}}};
  write("s.nxs", c, 1, Compression::None);
  const Spectrum read = read_nexus_spectrum(path("s.nxs"), 0).spectrum;
  ASSERT_EQ(read.size(), 3u);
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_NEAR(read[i].wavelength_m, c.spectra[0][i].first, 1e-24);
    EXPECT_EQ(read[i].weight, c.spectra[0][i].second);
  }
  EXPECT_EQ(read_nxmx_geometry(path("s.nxs")).notes.size(), 1u);
}

/// A shorter row is filled up with what weighs nothing.
TEST_F(Nxmx, EachFrameHasItsSpectrum) {
  NxmxContents c = contents(2);
  c.spectra = {{{0.97e-10, 1}, {0.98e-10, 3}, {0.99e-10, 2}}, {{0.96e-10, 4}, {0.97e-10, 5}}};
  write("s.nxs", c, 2, Compression::None);
  for (std::size_t frame = 0; frame < 2; ++frame) {
    const Spectrum read = read_nexus_spectrum(path("s.nxs"), frame).spectrum;
    ASSERT_EQ(read.size(), 3u);
    for (std::size_t i = 0; i < c.spectra[frame].size(); ++i) {
      EXPECT_NEAR(read[i].wavelength_m, c.spectra[frame][i].first, 1e-24);
      EXPECT_EQ(read[i].weight, c.spectra[frame][i].second);
    }
    EXPECT_EQ(total_weight(read), frame == 0 ? 6 : 9);
  }
}

TEST_F(Nxmx, ModulesThatSharePixelsAreRefused) {
  Geometry g = stated_geometry(3);
  g.detector.panels[1].data_slow = 29;  // the image is as large as before
  write_nxmx_geometry(path("g.nxs"), g);
  EXPECT_THROW(read_nxmx_geometry(path("g.nxs")), Error);
}

TEST_F(Nxmx, UnknownMaterialsStayUnknown) {
  Geometry g = stated_geometry(1);
  g.detector.panels[0].sensor = {};
  g.crystal.reset();
  g.spindle_axis.reset();
  g.oscillation.reset();
  write_nxmx_geometry(path("g.nxs"), g);
  const Geometry read = read_nxmx_geometry(path("g.nxs"));
  EXPECT_EQ(read.detector.panels[0].sensor.material, "");
  EXPECT_EQ(read.detector.panels[0].sensor.thickness_m, 0);
  EXPECT_FALSE(read.crystal);
  EXPECT_FALSE(read.spindle_axis);
}

TEST_F(Nxmx, PixelsThatAreNoSquares) {
  Geometry g = stated_geometry(1);
  g.detector.panels[0].slow_axis = {0, -1.5, 0};
  write_nxmx_geometry(path("g.nxs"), g);
  const Panel read = read_nxmx_geometry(path("g.nxs")).detector.panels[0];
  expect_near(read.slow_axis, {0, -1.5, 0}, 1e-14);
  EXPECT_NEAR(read.area_ratio, 1.5, 1e-14);
}

TEST_F(Nxmx, LeavesNothingBehindWhereItFails) {
  const auto failing = [](std::size_t frame) -> PixelData {
    static const Counts pixels(1200);
    if (frame == 1) throw Error::runtime({.what = "no more"});
    return std::span<const std::int32_t>(pixels);
  };
  const NxmxContents c = contents(1);
  EXPECT_THROW(write_nxmx(path("x.nxs"), c, 2, failing), Error);
  const Counts few(7);
  EXPECT_THROW(
      write_nxmx(path("x.nxs"), c, 1, [&](std::size_t) -> PixelData { return std::span<const std::int32_t>(few); }),
      Error);
  EXPECT_THROW(write_nxmx(path("x.nxs"), c, 0, failing), Error);
  NxmxContents nowhere = c;
  nowhere.geometry.detector.panels[0].origin_m.x = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(write_nxmx(path("x.nxs"), nowhere, 1, failing), Error);
  nowhere.geometry.detector.panels.clear();
  EXPECT_THROW(write_nxmx(path("x.nxs"), nowhere, 1, failing), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  EXPECT_THROW(write_nxmx("/dev/null", c, 1, failing), Error);
}

TEST_F(Nxmx, RefusesWhatIsCutOff) {
  write("s.nxs", contents(1), 2, Compression::BitshuffleLz4);
  const std::string bytes = tests::read_bytes(path("s.nxs"));
  for (std::size_t length = 0; length < bytes.size(); length += 997) {
    EXPECT_THROW(parse_nxmx_geometry(bytes.substr(0, length), "x"), Error) << length;
    EXPECT_THROW(parse_nxmx_frame(bytes.substr(0, length), "x", 1), Error) << length;
  }
  EXPECT_THROW(read_nxmx_geometry(path("missing.nxs")), Error);
}

/// DIALS 3.12 cannot cut masks into panels that stand side by side; others read both.
TEST_F(Nxmx, AMaskIsWrittenWhereSomethingIsMasked) {
  const auto has = [&](const std::string& name, const char* mask) {
    const hdf5::Session session;
    return static_cast<bool>(hdf5::open_file(path(name)).open("entry/instrument/detector").find(mask));
  };
  NxmxContents c = contents(2);
  Panel &left = c.geometry.detector.panels[0], &right = c.geometry.detector.panels[1];
  left.mask.clear();
  right.mask.clear();
  right.n_fast = left.n_fast;
  left.data_fast = left.data_slow = right.data_fast = 0;
  right.data_slow = left.n_slow;
  const auto masked = [](const Panel& panel) {
    std::vector<std::uint8_t> mask(panel.n_fast * panel.n_slow, 1);
    mask[3] = 0;
    return mask;
  };
  write("none.nxs", c, 1, Compression::None);
  EXPECT_FALSE(has("none.nxs", "pixel_mask"));
  EXPECT_FALSE(has("none.nxs", "pixel_mask_2"));
  right.mask = masked(right);
  write("below.nxs", c, 1, Compression::None);
  EXPECT_TRUE(has("below.nxs", "pixel_mask"));
  EXPECT_TRUE(nxmx_losses(c.geometry, false).empty());
  right.data_slow = 0;
  right.data_fast = left.n_fast;
  write("beside.nxs", c, 1, Compression::None);
  EXPECT_FALSE(has("beside.nxs", "pixel_mask"));
  EXPECT_TRUE(has("beside.nxs", "pixel_mask_2"));
  EXPECT_EQ(read_nxmx_geometry(path("beside.nxs")).detector.panels[1].mask, right.mask);
  EXPECT_TRUE(nxmx_losses(c.geometry, true).empty());
  EXPECT_EQ(nxmx_losses(c.geometry, false).size(), 1u);
}

TEST_F(Nxmx, SaysWhyPixelsDoNotCount) {
  NxmxContents c = contents(1);
  Panel& panel = c.geometry.detector.panels[0];
  panel.mask.clear();
  const std::size_t width = c.geometry.detector.image_shape().n_fast;
  const std::size_t first = panel.data_slow * width + panel.data_fast;
  c.mask.assign(width * c.geometry.detector.image_shape().n_slow, 0);
  c.mask[first] = pixel_bits::dead;
  c.mask[first + 1] = pixel_bits::over_responding;
  c.mask[first + 2] = pixel_bits::user;
  c.mask[first + 3] = pixel_bits::gap;
  write("why.nxs", c, 1, Compression::None);
  const std::vector<PixelState> states = read_pixels(path("why.nxs")).states;
  const PixelState expected[] = {PixelState::Bad, PixelState::Bad, PixelState::Masked, PixelState::Gap};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(states[first + i], expected[i]) << i;
  c.mask.pop_back();
  EXPECT_THROW(write("short.nxs", c, 1, Compression::None), Error);
}

TEST_F(Nxmx, SaysHowImagesWereTaken) {
  NxmxContents c = contents(1);
  c.beam_size_m = 3e-5;
  c.geometry.detector.panels[0].saturation = std::numeric_limits<double>::infinity();
  write("a.nxs", c, 25, Compression::None);
  const hdf5::Session session;
  const hdf5::Object file = hdf5::open_file(path("a.nxs"));
  const auto number = [&](const std::string& name) { return file.open("entry/" + name).numbers(2).front(); };
  EXPECT_EQ(number("instrument/beam/incident_beam_size"), 3e-5);
  EXPECT_NEAR(number("instrument/beam/total_flux"), 1e20 / 0.1 * 9e-10, 1);
  EXPECT_EQ(number("instrument/detector/saturation_value"), 2147483647);
  EXPECT_EQ(number("instrument/detector/bit_depth_readout"), 32);
  EXPECT_EQ(number("instrument/detector/distance_derived"), 1);
  EXPECT_EQ(file.open("entry/source/type").text(), "Synchrotron X-ray Source");
  EXPECT_EQ(file.open("entry/instrument/time_zone").text(), "+00:00");
  EXPECT_EQ(file.open("entry/start_time").text(), "1970-01-01T00:00:00Z");
  EXPECT_EQ(file.open("entry/end_time_estimated").text(), "1970-01-01T00:00:03Z");
}

/// Through a Gaussian beam of that full width go 2 pi sigma^2 times what its middle gets.
TEST_F(Nxmx, SaysHowPhotonsAreSpreadAcrossTheBeam) {
  NxmxContents c = contents(1);
  c.beam_size_m = 3e-5;
  write("flat.nxs", c, 1, Compression::None);
  c.beam_profile = BeamProfile::Gaussian;
  write("gaussian.nxs", c, 1, Compression::None);
  const hdf5::Session session;
  const hdf5::Object flat = hdf5::open_file(path("flat.nxs")).open("entry/instrument/beam"),
                     gaussian = hdf5::open_file(path("gaussian.nxs")).open("entry/instrument/beam");
  EXPECT_EQ(flat.open("profile").text(), "rectangular");
  EXPECT_EQ(gaussian.open("profile").text(), "gaussian");
  const double sigma = 3e-5 / (2 * std::sqrt(2 * std::log(2.0)));
  EXPECT_NEAR(gaussian.open("total_flux").numbers(1).front(), 1e20 / 0.1 * 2 * pi * sigma * sigma, 10);
}

TEST_F(Nxmx, PulsesHaveMeanWavelengths) {
  NxmxContents c = contents(1);
  c.pulsed = true;
  c.spectra = {{{1e-10, 1}, {1.2e-10, 3}}, {{0.9e-10, 1}, {1.1e-10, 1}}};
  write("a.nxs", c, 2, Compression::None);
  const hdf5::Session session;
  const hdf5::Object file = hdf5::open_file(path("a.nxs"));
  const std::vector<double> means = file.open("entry/instrument/beam/incident_wavelength").numbers(2);
  ASSERT_EQ(means.size(), 2u);
  EXPECT_NEAR(means[0], 1.15, 1e-12);
  EXPECT_NEAR(means[1], 1.0, 1e-12);
  EXPECT_EQ(file.open("entry/source/type").text(), "Free-Electron Laser");
  EXPECT_EQ(read_nexus_spectrum(path("a.nxs"), 1).spectrum.size(), 2u);
}

}  // namespace
}  // namespace femtobragg::formats
