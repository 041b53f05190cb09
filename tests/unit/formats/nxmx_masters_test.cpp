// NXmx files of beamlines: masters of detectors that do not call themselves so, groups in other files, second opinions.
#include <gtest/gtest.h>

#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/nxmx.h"
#include "tests/python_client.h"
#include "tests/unit/formats/stated_geometry.h"
#include "tests/unit/refusals.h"

namespace femtobragg::formats {
namespace {

using tests::expect_in;
using tests::in_one;
using tests::message_of;

/// A master as DECTRIS' firmware 1.6 writes it: 40 x 30 pixels, the beam at 21.5, 15.5 pixels, 120 mm away.
constexpr const char* script = R"(import shutil
import h5py
import numpy as np
D = 'entry/instrument/detector/'
def group(f, name, nx_class):
    f.require_group(name).attrs['NX_class'] = np.bytes_(nx_class)
def master(f):
    group(f, 'entry', 'NXentry'), group(f, 'entry/instrument', 'NXinstrument'), group(f, 'entry/data', 'NXdata')
    group(f, 'entry/instrument/detector', 'NXdetector'), group(f, 'entry/instrument/beam', 'NXbeam')
    group(f, 'entry/sample', 'NXsample'), group(f, 'entry/sample/goniometer', 'NXtransformations')
    def put(name, value, units=None):
        f[name] = value
        if units: f[name].attrs['units'] = np.bytes_(units)
    put('entry/instrument/beam/incident_wavelength', 1.2, 'angstrom')
    put(D + 'description', np.bytes_('Dectris Eiger 1M'))
    put(D + 'x_pixel_size', 75e-6, 'm'), put(D + 'y_pixel_size', 75e-6, 'm')
    put(D + 'beam_center_x', 21.5, 'pixel'), put(D + 'beam_center_y', 15.5, 'pixel')
    put(D + 'detector_distance', 0.12, 'm')
    put(D + 'sensor_thickness', 450e-6, 'm'), put(D + 'sensor_material', np.bytes_('Si'))
    put(D + 'detectorSpecific/x_pixels_in_detector', 40), put(D + 'detectorSpecific/y_pixels_in_detector', 30)
    put(D + 'detectorSpecific/countrate_correction_count_cutoff', 12000)
    put(D + 'geometry/orientation/value', [-1., 0, 0, 0, -1., 0])
    put(D + 'geometry/translation/distances', [21.5 * 75e-6, 15.5 * 75e-6, -0.12])
    put('entry/sample/goniometer/omega', [10., 10.5, 11.], 'degree')
    put('entry/sample/goniometer/omega_range_average', 0.5, 'degree')
    f['entry/data/data_000001'] = h5py.ExternalLink('x_data_000001.h5', '/entry/data/data')
def make(name, change, base='master.h5'):
    shutil.copy(base, name)
    with h5py.File(name, 'r+') as f: change(f)
with h5py.File('master.h5', 'w') as f: master(f)
with h5py.File('x_data_000001.h5', 'w') as f: f['entry/data/data'] = np.full((3, 30, 40), 7, 'u2')
make('phi.h5', lambda f: f.__setitem__('entry/sample/goniometer/phi_range_average', 0.1))
make('no_geometry.h5', lambda f: f.__delitem__(D + 'geometry'))
make('no_pixels.h5', lambda f: f.__delitem__(D + 'y_pixel_size'))
make('other.h5', lambda f: f.__setitem__('entry/definition', np.bytes_('NXsas')))
def links(f):
    for name in 'a', 'b', 'z': f[D + name] = h5py.ExternalLink('meta.h5', '/' + name)
    for name in 'c', 'd': f[D + name] = h5py.SoftLink('/nowhere/' + name)
    f['entry/instrument/attenuator'] = h5py.ExternalLink('meta.h5', '/attenuator')
make('links.nxs', links, 'base.nxs')
def away(f):
    del f['entry/instrument']
    f['entry/instrument'] = h5py.ExternalLink('meta.h5', '/instrument')
make('away.nxs', away, 'base.nxs')
def offset(f):
    f[D + 'detector_z_offset'] = 2.5
    f[D + 'detector_z_offset'].attrs['units'] = 'mm'
make('offset.nxs', offset, 'base.nxs')
def centre(value):
    def change(f):
        if D + 'beam_center_x' in f: del f[D + 'beam_center_x']
        f[D + 'beam_center_x'] = value
        f[D + 'beam_center_x'].attrs['units'] = 'mm'
    return change
make('centre.nxs', centre(21.7 * 0.172), 'base.nxs')
make('other_centre.nxs', centre(12.), 'base.nxs')
import os
os.mkdir('below')
with h5py.File('below/mask.h5', 'w') as f:
    f['mask'] = np.zeros((30, 40), 'u4')
    f['mask'][2, 3] = 8
def mask(target, soft=False):
    def change(f):
        f['elsewhere/mask'] = h5py.ExternalLink(target, '/mask')
        f[D + 'pixel_mask'] = h5py.SoftLink('/elsewhere/mask') if soft else h5py.ExternalLink(target, '/mask')
    return change
make('mask_below.h5', mask('below/mask.h5'))
make('mask_behind.h5', mask('below/mask.h5', True))
make('mask_out.h5', mask('../mask.h5'))
make('mask_missing.h5', mask('no_such.h5'))
)";

class NxmxMasters : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new tests::TemporaryFolder;
    write_nxmx_geometry((*folder_ / "base.nxs").string(), tests::stated_geometry(1));
    made_ = tests::run_python(*folder_, "h5py", script);
  }
  static void TearDownTestSuite() { delete folder_; }
  void SetUp() override {
    if (!made_) GTEST_SKIP() << "no h5py for /usr/bin/python3";
  }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }
  static Geometry read(const std::string& name) { return read_geometry(path(name)); }

 private:
  static inline tests::TemporaryFolder* folder_ = nullptr;
  static inline bool made_ = false;
};

TEST_F(NxmxMasters, MasksBehindLinksAreReadWithinTheFolder) {
  for (const char* name : {"mask_below.h5", "mask_behind.h5"}) {
    EXPECT_EQ(read_pixels(path(name)).tally()[PixelState::Masked] + read_pixels(path(name)).tally()[PixelState::Bad],
              1u)
        << name;
    EXPECT_TRUE(read(name).detector.panels[0].masked(3, 2)) << name;
  }
  for (const auto& [name, why] : {std::pair("mask_out.h5", "'../mask.h5'"), {"mask_missing.h5", "no_such.h5"}}) {
    const Frame frame = read_pixels(path(name));
    EXPECT_EQ(frame.tally().excluded(), 0u);
    expect_in(in_one(frame.notes), {"pixel_mask", "is not used", why});
  }
}

TEST_F(NxmxMasters, OfDectrisAreRead) {
  for (const char* name : {"master.h5", "no_geometry.h5"}) {
    const Geometry g = read(name);
    ASSERT_EQ(g.detector.panels.size(), 1u);
    const Panel& p = g.detector.panels[0];
    EXPECT_NEAR(norm(p.origin_m - Vec3d{0.12, 15.5 * 75e-6, -21.5 * 75e-6}), 0, 1e-12) << name;
    EXPECT_NEAR(norm(p.fast_axis - Vec3d{0, 0, 1}), 0, 1e-12) << name;
    EXPECT_NEAR(norm(p.slow_axis - Vec3d{0, -1, 0}), 0, 1e-12) << name;
    EXPECT_EQ(p.n_fast, 40u);
    EXPECT_EQ(p.n_slow, 30u);
    EXPECT_EQ(p.saturation, 12000);
    EXPECT_DOUBLE_EQ(p.sensor.thickness_m, 450e-6);
    EXPECT_NEAR(*g.wavelength_m, 1.2e-10, 1e-20);
    EXPECT_NEAR(degrees_from_radians(g.oscillation->start_rad), 10, 1e-9);
    EXPECT_NEAR(degrees_from_radians(g.oscillation->width_rad), 0.5, 1e-9);
    EXPECT_EQ(g.oscillation->frames, 3u);
    expect_in(in_one(g.notes), {"does not state the definition NXmx", "the spindle direction"});
  }
  expect_in(in_one(read("phi.h5").notes), {"phi rotates during the series"});
  const StoredFrame frame = read_nxmx_frame(path("master.h5"), 2);
  EXPECT_EQ(frame.frames, 3u);
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(frame.pixels.values).front(), 7);
  expect_in(message_of([] { read("no_pixels.h5"); }), {"no_pixels.h5", "y_pixel_size"});
  expect_in(message_of([] { read("other.h5"); }), {"NXentry with the definition NXmx"});
}

TEST_F(NxmxMasters, LinkedFieldsAreOneNoteOfTheirGroup) {
  const Geometry g = read("links.nxs");
  EXPECT_EQ(g.notes.size(), 3u) << in_one(g.notes);
  expect_in(in_one(g.notes),
            {"/entry/instrument/detector, not used: links that lead to another file, 'meta.h5': a, b, z\n",
             "/entry/instrument/detector, not used: links that lead nowhere, or on to another file: c, d\n",
             "/entry/instrument, not used: links that lead to another file, 'meta.h5': attenuator\n"});
  expect_in(message_of([] { read("away.nxs"); }),
            {"it has no NXinstrument: the link instrument leads to another file, 'meta.h5'"});
}

TEST_F(NxmxMasters, WhatIsSaidBesideTheAxesIsChecked) {
  expect_in(in_one(read("offset.nxs").notes), {"detector_z_offset, 2.5 mm, is not used"});
  EXPECT_EQ(in_one(read("centre.nxs").notes), in_one(read("base.nxs").notes));
  expect_in(in_one(read("other_centre.nxs").notes),
            {"beam_center_x is stated as 12 mm, but the axes mean 21.7 pixels"});
}

}  // namespace
}  // namespace femtobragg::formats
