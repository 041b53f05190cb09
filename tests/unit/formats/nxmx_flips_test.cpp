// Nothing in silence: each field and attribute of an NXmx file that is changed, renamed or missing changes what is
// read, is named, or is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/expt_file.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/nxmx_frame.h"
#include "tests/python_client.h"
#include "tests/unit/formats/stated_geometry.h"

namespace femtobragg::formats {
namespace {

/// Makes a file for each change, and lists them.
constexpr const char* script = R"(import shutil
import h5py
import numpy as np
names = []
def make(what, change):
    name = '%d.nxs' % len(names)
    shutil.copy('base.nxs', name)
    with h5py.File(name, 'r+') as f: change(f)
    names.append(name + ' ' + what)
def other(value):
    if isinstance(value, (bytes, str, np.bytes_)): return (value.decode() if isinstance(value, bytes) else str(value)) + 'z'
    value = np.array(value)
    if value.dtype.kind in 'SO': return [other(v) for v in value.flat]
    return value + 1 if value.dtype.kind in 'iu' else np.where(value == 0, 0.37, 1.37 * value)
def put(f, path, value):
    attributes = dict(f[path].attrs)
    del f[path]
    f[path] = value
    f[path].attrs.update(attributes)
with h5py.File('base.nxs', 'r+') as f:
    for a in ('detector/module/module_offset', 'detector/transformations/distance'):
        f['entry/instrument/' + a].attrs['offset'] = [0.001, 0.002, 0.003]
places = []
with h5py.File('base.nxs') as f: f.visititems(lambda name, what: places.append((name, isinstance(what, h5py.Dataset), list(what.attrs))))
for path, holds, attributes in places:
    if holds:
        make(path + ' changed', lambda f: put(f, path, other(f[path][()])))
        make(path + ' renamed', lambda f: f.move(path, path + 'z'))
    for a in attributes:
        def change(f): f[path].attrs[a] = other(f[path].attrs[a])
        def drop(f): del f[path].attrs[a]
        make(path + '@' + a + ' changed', change)
        make(path + '@' + a + ' dropped', drop)
open('list', 'w').write('\n'.join(names) + '\n')
)";

/// All that is read as a geometry and as an image, and all that is said.
std::string outcome(const std::string& path) {
  std::string all;
  try {
    const Geometry g = read_nxmx_geometry(path);
    std::vector<std::string> notes;
    all = expt_text(g, notes);
    for (const Panel& p : g.detector.panels)
      all +=
          format_number(p.saturation, 12) + " " + p.sensor.material + " " + std::string(p.mask.begin(), p.mask.end());
    for (const std::string& note : g.notes) all += note + "\n";
    const StoredFrame frame = read_nxmx_frame(path, 1);
    const PixelRules& rules = frame.pixels.rules;
    all += std::to_string(frame.frames) + " " + format_number(rules.most, 12) + " " + format_number(rules.least, 12);
    for (const PixelState state : rules.mask) all += std::to_string(static_cast<int>(state));
    for (const std::int64_t value : std::get<std::vector<std::int64_t>>(frame.pixels.values))
      all += std::to_string(value) + " ";
    for (const std::string& note : rules.notes) all += note + "\n";
  } catch (const Error& error) {
    all += error.what();
  }
  for (std::size_t at = all.find(path); at != all.npos; at = all.find(path)) all.replace(at, path.size(), "FILE");
  return all;
}

/// A part of a place, and a change; without one, all changes.
struct Inert {
  std::string place, change = {};
};

const std::vector<Inert> inert = {
    // Says nothing of what is simulated: names, times, kinds, and what leads other programs through the file.
    {"entry@default"},
    {"entry/data@signal"},
    {"_time"},
    {"/time_zone"},
    {"/name"},
    {"/title"},
    {"/simulation"},
    {"/source/type"},
    {"/detector/type"},
    {"transformations@NX_class"},
    {"source@NX_class"},
    {"bit_depth_readout"},
    {"distance_derived"},
    // The module has a chain of axes of its own.
    {"/detector/depends_on"},
    // Has a default.
    {"data_stride", "renamed"},
    {"probe", "renamed"},
    {"@transformation_type", "dropped"},
    {"transformations/distance@depends_on", "dropped"},
    {"omega@depends_on", "dropped"},
    {"@offset_units", "dropped"},
    {"sensor_attenuation@units", "dropped"},
    {"omega_end@units", "dropped"},
    {"omega_increment_set@units", "dropped"},
    {"ub_matrix@units", "dropped"},
    {"unit_cell_abc@units", "dropped"},
    {"unit_cell_alphabetagamma@units", "dropped"},
    {"beam_center_x@units"},
    {"beam_center_y@units"},
    // Zero.
    {"pixel_direction@offset", "dropped"},
    {"pixel_direction@offset_units"},
    {"omega@offset", "dropped"},
    {"omega@offset_units"},
    // Stated by another field, too.
    {"_pixel_size", "renamed"},
    {"orientation_matrix", "renamed"},
    {"omega_increment_set", "renamed"},
    {"unit_cell", "renamed"},
};

bool is_inert(const std::string& place, const std::string& change) {
  return std::ranges::any_of(inert, [&](const Inert& i) {
    return place.find(i.place) != place.npos && (i.change.empty() || i.change == change);
  });
}

TEST(NxmxFlips, EachFieldAndAttributeMatters) {
  const tests::TemporaryFolder folder;
  NxmxContents contents;
  contents.geometry = tests::stated_geometry(1);
  contents.geometry.oscillation = Oscillation{0.1, 0.01, 3};
  const ImageShape shape = contents.geometry.detector.image_shape();
  std::vector<std::int32_t> pixels(shape.n_fast * shape.n_slow);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::int32_t>(i);
  write_nxmx((folder / "base.nxs").string(), contents, 3,
             [&](std::size_t) -> PixelData { return std::span<const std::int32_t>(pixels); });
  if (!tests::run_python(folder, "h5py", script)) GTEST_SKIP() << "no h5py for /usr/bin/python3";

  const std::string before = outcome((folder / "base.nxs").string());
  std::istringstream list(tests::read_bytes(folder / "list"));
  std::string file, place, change;
  int changes = 0;
  while (list >> file >> place >> change) {
    if (is_inert(place, change)) continue;
    EXPECT_TRUE(outcome((folder / file).string()) != before) << place << " " << change;
    ++changes;
  }
  EXPECT_GT(changes, 100);
}

}  // namespace
}  // namespace femtobragg::formats
