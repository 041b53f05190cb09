// NXmx files of others, made of ours by h5py: masks and limits wherever they stand, goniometers, crystals, data.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/nxmx_frame.h"
#include "tests/python_client.h"
#include "tests/unit/formats/stated_geometry.h"

namespace femtobragg::formats {
namespace {

/// Of an image of 40 x 30 pixels with one masked pixel, number 5, and a crystal on one axis.
constexpr const char* script = R"(import shutil
import h5py
import numpy as np
D, S = 'entry/instrument/detector/', 'entry/sample/'
def make(name, change):
    shutil.copy('base.nxs', name)
    with h5py.File(name, 'r+') as f: change(f)
def put(f, name, value, **options):
    if name in f: del f[name]
    return f.create_dataset(name, data=value, **options)
mask = h5py.File('base.nxs')[D + 'pixel_mask'][()]
def moved(place, value=mask):
    def change(f):
        del f[D + 'pixel_mask']
        put(f, D + place, value)
    return change
makers = 'detectorSpecific/'
make('makers_mask.nxs', moved(makers + 'pixel_mask'))
make('module_mask.nxs', moved('module/pixel_mask'))
make('truth_mask.nxs', moved('pixel_mask', mask != 0))
make('mask_of_3_axes.nxs', moved('pixel_mask', mask[None]))
make('virtual_pixel.nxs', moved('pixel_mask', (mask != 0).astype('u4') << 31))
make('mask_of_others.nxs', moved('pixel_mask', mask[:-1]))
make('makers_cutoff.nxs', lambda f: put(f, D + makers + 'detectorModule_000/countrate_correction_count_cutoff', 50))
make('cutoff.nxs', lambda f: put(f, D + 'countrate_correction_count_cutoff', 50))
make('saturations.nxs', lambda f: put(f, D + 'saturation_value', [60, 50]))
def axis(f, name, degrees, vector, depends_on):
    a = put(f, S + 'transformations/' + name, np.atleast_1d(degrees))
    a.attrs.update(transformation_type='rotation', vector=vector, units='deg', depends_on=depends_on)
T = '/' + S + 'transformations/'
def outer(f):
    axis(f, 'kappa', 30., [0., 1., 0.], '.')
    f[T + 'omega'].attrs['depends_on'] = T + 'kappa'
make('outer_axis.nxs', outer)
def inner(f):
    axis(f, 'phi', 30., [0., 1., 0.], T + 'omega')
    put(f, T + 'omega', [10., 11., 12.]).attrs.update(transformation_type='rotation', vector=[-1., 0., 0.], units='deg', depends_on='.')
    put(f, S + 'depends_on', T + 'phi')
    del f[T + 'omega_end']
make('inner_axis.nxs', inner)
make('no_ub.nxs', lambda f: f.__delitem__(S + 'ub_matrix'))
def no_rotation(f):
    del f[S + 'ub_matrix']
    f[S + 'orientation_matrix'][...] *= 0.01
make('no_rotation.nxs', no_rotation)
def other_cell(f):
    del f[S + 'ub_matrix']
    f[S + 'unit_cell_abc'][...] *= 1.1
make('other_cell.nxs', other_cell)
def no_orientation(f):
    del f[S + 'ub_matrix'], f[S + 'orientation_matrix']
make('no_orientation.nxs', no_orientation)
make('other_orientation.nxs', lambda f: put(f, S + 'orientation_matrix', np.eye(3)))
make('swapped.nxs', lambda f: put(f, D + 'module/data_size', f[D + 'module/data_size'][()][::-1]))
make('part.nxs', lambda f: put(f, D + 'module/data_size', [20, 30]))
make('polarized.nxs', lambda f: put(f, 'entry/instrument/beam/incident_polarization_stokes', [1, 1.9, 0, 0]))
make('spread.nxs', lambda f: put(f, 'entry/instrument/beam/incident_wavelength_spread', 0.01))
def with_data(change):
    def changed(f):
        data = f['entry/data/data'][()]
        if 'data' in f['entry/instrument/detector']: del f['entry/instrument/detector/data']
        del f['entry/data/data']
        change(f, data)
    return changed
make('four_axes.nxs', with_data(lambda f, a: put(f, 'entry/data/data', a.reshape(2, 3, 10, 40))))
make('lzf.nxs', with_data(lambda f, a: put(f, 'entry/data/data', a, compression='lzf')))
def virtual(f, a):
    put(f, 'entry/frames', a)
    layout = h5py.VirtualLayout(a.shape, a.dtype)
    layout[...] = h5py.VirtualSource('.', 'entry/frames', a.shape)
    f.create_virtual_dataset('entry/data/data', layout)
make('virtual.nxs', with_data(virtual))
def linked(f, a):
    for i in range(len(a)):
        name = 'part_%06d.h5' % (i + 1)
        with h5py.File(name, 'w') as part: part['entry/data/data'] = a[i:i + 1]
        f['entry/data/data_%06d' % (i + 1)] = h5py.ExternalLink(name, '/entry/data/data')
    del f['entry/data'].attrs['signal']
make('linked.nxs', with_data(linked))
make('away.nxs', with_data(lambda f, a: f.__setitem__('entry/data/data', h5py.ExternalLink('../base.nxs', '/entry/data/data'))))
def elsewhere(f, a):
    layout = h5py.VirtualLayout(a.shape, a.dtype)
    layout[...] = h5py.VirtualSource('../base.nxs', 'entry/data/data', a.shape)
    f.create_virtual_dataset('entry/data/data', layout)
make('elsewhere.nxs', with_data(elsewhere))
def backwards(f):
    f[T + 'omega_end'][...] = 2 * f[T + 'omega'][()] - f[T + 'omega_end'][()]
make('backwards.nxs', backwards)
)";

class NxmxDialects : public testing::Test {
 protected:
  /// Once for all: making the files takes a second.
  static void SetUpTestSuite() {
    folder_ = new tests::TemporaryFolder;
    NxmxContents contents;
    contents.geometry = stated();
    std::vector<std::int32_t> pixels(1200);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::int32_t>(i);
    write_nxmx(path("base.nxs"), contents, 2,
               [&](std::size_t) -> PixelData { return std::span<const std::int32_t>(pixels); });
    made_ = tests::run_python(*folder_, "h5py", script);
  }
  static void TearDownTestSuite() { delete folder_; }
  void SetUp() override {
    if (!made_) GTEST_SKIP() << "no h5py for /usr/bin/python3";
  }

  static Geometry stated() {
    Geometry g = tests::stated_geometry(1);
    g.oscillation = Oscillation{0.1, 0.01, 2};
    return g;
  }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }
  static Geometry read(const std::string& name) { return read_geometry(path(name)); }
  static std::string notes(const std::string& name) {
    std::string all;
    for (const std::string& note : read(name).notes) all += note + "; ";
    return all;
  }
  static std::string message(const std::string& name) try {
    read(name);
    return "nothing was refused";
  } catch (const Error& error) {
    return error.what();
  }
  static void expect_crystal(const Geometry& g, const Mat3d& turned_by, const std::string& name) {
    const CrystalAxes &axes = g.crystal->axes, base = stated().crystal->axes;
    for (const auto& [found, expected] : {std::pair(axes.a_m, base.a_m), {axes.b_m, base.b_m}, {axes.c_m, base.c_m}})
      EXPECT_LT(norm(found - turned_by * expected), 1e-12 * norm(expected)) << name;
  }

 private:
  static inline tests::TemporaryFolder* folder_ = nullptr;
  static inline bool made_ = false;
};

TEST_F(NxmxDialects, MasksCountWhereverTheyStand) {
  std::vector<std::uint8_t> live(1200, 1);
  live[5] = 0;
  for (const char* name : {"base.nxs", "makers_mask.nxs", "module_mask.nxs", "truth_mask.nxs", "mask_of_3_axes.nxs",
                           "virtual_pixel.nxs"}) {
    EXPECT_EQ(read(name).detector.panels[0].mask, live) << name;
    const std::vector<PixelState> states = read_nxmx_frame(path(name), 1).pixels.rules.mask;
    ASSERT_EQ(states.size(), 1200u) << name;
    for (std::size_t i = 0; i < states.size(); ++i)
      ASSERT_EQ(states[i] == PixelState::Counts, i != 5) << name << " " << i;
  }
  EXPECT_NE(notes("mask_of_others.nxs").find("its shape differs"), std::string::npos);
}

TEST_F(NxmxDialects, TheStrictestLimitCounts) {
  for (const char* name : {"makers_cutoff.nxs", "cutoff.nxs", "saturations.nxs"}) {
    EXPECT_EQ(read(name).detector.panels[0].saturation, 50) << name;
    EXPECT_EQ(read_nxmx_frame(path(name), 0).pixels.rules.most, 50) << name;
  }
}

/// In NeXus' frame 30 deg about y; the spindle of the file is -x.
TEST_F(NxmxDialects, AxesBesideTheSpindleTurnTheCrystal) {
  const Mat3d turn = rotation_matrix(from_nexus({0, 1, 0}), radians_from_degrees(30));
  const Geometry outer = read("outer_axis.nxs"), inner = read("inner_axis.nxs"), base = read("base.nxs");
  expect_crystal(base, Mat3d::identity(), "base");
  expect_crystal(outer, turn, "outer");
  expect_crystal(inner, turn, "inner");
  EXPECT_LT(norm(*outer.spindle_axis - turn * *base.spindle_axis), 1e-14);
  EXPECT_LT(norm(*inner.spindle_axis - *base.spindle_axis), 1e-14);
  EXPECT_NEAR(inner.oscillation->start_rad, radians_from_degrees(10), 1e-14);
}

TEST_F(NxmxDialects, OrientationsNeedACell) {
  expect_crystal(read("no_ub.nxs"), Mat3d::identity(), "no_ub");
  EXPECT_NE(notes("no_ub.nxs").find("Busing and Levy"), std::string::npos);
  EXPECT_NE(message("no_rotation.nxs").find("it must be a rotation"), std::string::npos) << message("no_rotation.nxs");
  EXPECT_NE(message("other_cell.nxs").find("unit_cell_abc"), std::string::npos) << message("other_cell.nxs");
  EXPECT_FALSE(read("no_orientation.nxs").crystal);
  EXPECT_NE(notes("no_orientation.nxs").find("unit_cell is not used"), std::string::npos);
  EXPECT_NE(notes("other_orientation.nxs").find("is not the orientation of ub_matrix"), std::string::npos);
  EXPECT_EQ(notes("base.nxs"), "");
}

TEST_F(NxmxDialects, ModulesLieInTheImages) {
  EXPECT_NE(message("swapped.nxs").find("30 x 40 pixels, and those of the file have 40 x 30"), std::string::npos)
      << message("swapped.nxs");
  EXPECT_NE(notes("part.nxs").find("cover 30 x 20"), std::string::npos) << notes("part.nxs");
}

TEST_F(NxmxDialects, BeamsAreChecked) {
  EXPECT_NE(message("polarized.nxs").find("polarized"), std::string::npos);
  EXPECT_NE(notes("spread.nxs").find("incident_wavelength_spread"), std::string::npos);
}

TEST_F(NxmxDialects, DataOfOtherLayouts) {
  const auto counts = [&](const char* name) {
    return std::get<std::vector<std::int64_t>>(read_nxmx_frame(path(name), 1).pixels.values);
  };
  for (const char* name : {"four_axes.nxs", "virtual.nxs", "linked.nxs"})
    EXPECT_EQ(counts(name), counts("base.nxs")) << name;
  EXPECT_EQ(read_nxmx_frame(path("four_axes.nxs"), 1).pixels.shape, (ImageShape{40, 30}));
  for (const auto& [name, part] :
       {std::pair("elsewhere.nxs", "another file"), {"away.nxs", "'../base.nxs'"}, {"lzf.nxs", "32000 (LZF)"}})
    try {
      counts(name);
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
}

/// Where each frame finds the crystal is the same.
TEST_F(NxmxDialects, TurnsBackwardsAreTurnsAboutTheOppositeAxis) {
  const Geometry g = read("backwards.nxs"), base = read("base.nxs");
  EXPECT_NEAR(g.oscillation->width_rad, 0.01, 1e-12);
  EXPECT_NEAR(g.oscillation->start_rad, -0.1, 1e-12);
  EXPECT_LT(norm(*g.spindle_axis + *base.spindle_axis), 1e-14);
  EXPECT_NE(notes("backwards.nxs").find("backwards"), std::string::npos);
}

}  // namespace
}  // namespace femtobragg::formats
