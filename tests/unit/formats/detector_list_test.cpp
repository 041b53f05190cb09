// Detectors known by name: whole modules between their gaps, panels where they are published to stand, and names as
// people write them.
#include "femtobragg/formats/detectors/detector_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/geometry/poni_file.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/model/coverage.h"
#include "tests/python_client.h"

namespace femtobragg::formats {
namespace {

/// A ten-thousandth of the smallest pixel and far more than rounding.
constexpr double nothing_m = 1e-9;

/// x to the right, y down, z along the beam.
constexpr DetectorPlane flat{.centre_m = {}, .right = {1, 0, 0}, .down = {0, 1, 0}, .normal = {0, 0, 1}};

std::vector<Panel> panels_named(const char* name) { return panels_of(detector_named(name), flat); }

Vec3d centre_m(const Panel& p) { return p.centre_m(); }

TEST(DetectorList, GapsLeaveWholeModules) {
  for (const KnownDetector& d : known_detectors()) {
    SCOPED_TRACE(d.name);
    EXPECT_FALSE(d.source.empty());
    EXPECT_EQ(find_detector(d.name), &d);
    if (d.module_fast == 0) continue;
    EXPECT_EQ((d.n_fast + d.gap_fast) % (d.module_fast + d.gap_fast), 0u);
    EXPECT_EQ((d.n_slow + d.gap_slow) % (d.module_slow + d.gap_slow), 0u);
    EXPECT_TRUE(d.seam_fast == 0 || (d.module_fast - d.seam_fast) % 2 == 0);
    const std::vector<std::uint8_t> mask = gap_mask(d);
    const std::size_t modules = (d.n_fast + d.gap_fast) / (d.module_fast + d.gap_fast) *
                                ((d.n_slow + d.gap_slow) / (d.module_slow + d.gap_slow));
    if ((modules == 1 && d.seam_fast == 0) || d.arrangement) {
      EXPECT_TRUE(mask.empty());
    } else {
      EXPECT_EQ(static_cast<std::size_t>(std::count(mask.begin(), mask.end(), 1)),
                modules * (d.module_fast - d.seam_fast) * d.module_slow);
    }
  }
}

/// CdTe comes in smaller pieces than silicon: two to a module, with dead pixels between them.
TEST(DetectorList, SeamsLieInTheMiddleOfModules) {
  const KnownDetector& d = detector_named("eiger2-cdte-1m");
  const std::vector<std::uint8_t> mask = gap_mask(d);
  for (const std::size_t slow : {std::size_t{0}, d.n_slow - 1})
    for (std::size_t fast = 0; fast < d.n_fast; ++fast)
      ASSERT_EQ(mask[slow * d.n_fast + fast], fast == 513 || fast == 514 ? 0 : 1) << fast;
}

TEST(DetectorList, NamesAsPeopleWriteThem) {
  EXPECT_EQ(find_detector("Eiger2 16M")->n_fast, 4148u);
  for (const auto& [typed, meant] : std::map<std::string, std::string>{{"MX340-HS", "rayonix-mx340hs"},
                                                                       {"Rayonix MX340HS", "rayonix-mx340hs"},
                                                                       {"q315", "adsc-q315"},
                                                                       {"Quantum 4", "adsc-q4"},
                                                                       {"Quantum 315", "adsc-q315"},
                                                                       {"AGIPD1M", "agipd-1m"},
                                                                       {"agipd", "agipd-1m"},
                                                                       {"Epix10ka2M", "epix10k-2m"},
                                                                       {"CSPAD 2.3M", "cspad"},
                                                                       {"Eiger2CdTe_4M", "eiger2-cdte-4m"}}) {
    const KnownDetector* found = find_detector(typed);
    ASSERT_NE(found, nullptr) << typed;
    EXPECT_EQ(found->name, meant) << typed;
  }
  for (const char* unclear : {"", "-", "16m", "cdte-1m", "m", "eiger"})
    EXPECT_EQ(find_detector(unclear), nullptr) << unclear;
  try {
    detector_named("eiger3");
    FAIL() << "there is none of that name";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("eiger-16m"), std::string::npos) << error.what();
  }
}

/// A panel's corners on the plane: least and greatest x and y.
struct Box {
  Vec3d least, greatest;

  explicit Box(const Panel& p) : least(p.point_m(0, 0)), greatest(least) {
    for (const double fast : {0.0, static_cast<double>(p.n_fast)})
      for (const double slow : {0.0, static_cast<double>(p.n_slow)}) {
        const Vec3d c = p.point_m(fast, slow);
        least = {std::min(least.x, c.x), std::min(least.y, c.y), 0};
        greatest = {std::max(greatest.x, c.x), std::max(greatest.y, c.y), 0};
      }
  }
  bool meets(const Box& other) const {
    return least.x < other.greatest.x - nothing_m && other.least.x < greatest.x - nothing_m &&
           least.y < other.greatest.y - nothing_m && other.least.y < greatest.y - nothing_m;
  }
};

TEST(DetectorList, PanelsFillTheImageAndDoNotCoverEachOther) {
  int arranged = 0;
  for (const KnownDetector& d : known_detectors()) {
    if (!d.arrangement) continue;
    SCOPED_TRACE(d.name);
    ++arranged;
    const Detector detector{std::string(d.name), panels_of(d, flat)};
    std::size_t pixels = 0;
    std::set<std::string> names;
    for (const Panel& p : detector.panels) {
      pixels += p.n_fast * p.n_slow;
      names.insert(p.name);
      EXPECT_EQ(cross(p.fast_axis, p.slow_axis), flat.normal) << p.name << " would be seen from behind";
    }
    EXPECT_EQ(names.size(), detector.panels.size());
    EXPECT_EQ(pixels, d.n_fast * d.n_slow);
    EXPECT_EQ(detector.image_shape(), (ImageShape{d.n_fast, d.n_slow}));
    EXPECT_FALSE(overlapping_panels(detector));
    const ImageShape plane = plane_shape(d);
    const double half_fast_m = 0.5 * static_cast<double>(plane.n_fast) * metres_from_um(d.pixel_um),
                 half_slow_m = 0.5 * static_cast<double>(plane.n_slow) * metres_from_um(d.pixel_um);
    for (std::size_t i = 0; i < detector.panels.size(); ++i) {
      const Box box(detector.panels[i]);
      for (std::size_t j = 0; j < i; ++j)
        ASSERT_FALSE(box.meets(Box(detector.panels[j]))) << detector.panels[i].name << " " << detector.panels[j].name;
      EXPECT_LE(std::max(box.greatest.x, -box.least.x), half_fast_m + nothing_m);
      EXPECT_LE(std::max(box.greatest.y, -box.least.y), half_slow_m + nothing_m);
      EXPECT_FALSE(box.least.x < 0 && box.greatest.x > 0 && box.least.y < 0 && box.greatest.y > 0) << "in the beam";
    }
  }
  EXPECT_EQ(arranged, 6);
}

/// What EXtra-geom's documentation says of its example: first pixels of channels 0, 4, 8 and 12 (pixels of 0.2 mm, to
/// the left and up), chips 66 and modules 157 pixels apart, fast along y and slow along x.
TEST(DetectorList, AgipdStandsAsPublished) {
  const std::vector<Panel> panels = panels_named("agipd-1m");
  ASSERT_EQ(panels.size(), 128u);
  const std::array<std::array<double, 4>, 4> quadrants = {
      {{-525, 625, -1, 1}, {-550, -10, -1, 1}, {520, -160, 1, -1}, {542.5, 475, 1, -1}}};  // and directions of y, x
  for (std::size_t module = 0; module < 16; ++module)
    for (std::size_t chip = 0; chip < 8; ++chip) {
      const auto& [left, up, fast_up, slow_left] = quadrants[module / 4];
      const Panel& p = panels[8 * module + chip];
      EXPECT_EQ(p.name, std::string("p").append(std::to_string(module)).append("a").append(std::to_string(chip)));
      const Vec3d first = 2e-4 * Vec3d{-(left + 66.0 * slow_left * static_cast<double>(chip)),
                                       -(up - 157.0 * static_cast<double>(module % 4)), 0};
      EXPECT_LT(norm(p.origin_m - first), nothing_m) << p.name;
      EXPECT_EQ(p.fast_axis, (Vec3d{0, -fast_up, 0})) << p.name;
      EXPECT_EQ(p.slow_axis, (Vec3d{-slow_left, 0, 0})) << p.name;
      EXPECT_EQ(p.data_slow, 512 * module + 64 * chip);
    }
}

/// The same of LPD: the last corner of module 4 of each quadrant (mm, to the left and up), gaps of 4 pixels.
TEST(DetectorList, LpdStandsAsPublished) {
  const std::vector<Panel> panels = panels_named("lpd-1m");
  ASSERT_EQ(panels.size(), 256u);
  const std::array<std::array<double, 2>, 4> corners = {{{11.4, 299}, {-11.5, 8}, {254.5, -16}, {278.5, 275}}};
  for (std::size_t quadrant = 0; quadrant < 4; ++quadrant) {
    const Panel& last = panels[16 * (4 * quadrant + 3) + 15];
    const Vec3d corner = -1e-3 * Vec3d{corners[quadrant][0], corners[quadrant][1], 0};
    EXPECT_LT(norm(last.point_m(128, 32) - corner), nothing_m);
    // Modules 1 to 4 go down, to the side and up again; 132 x 144 mm apart.
    const Vec3d first = centre_m(panels[16 * (4 * quadrant) + 15]),
                second = centre_m(panels[16 * (4 * quadrant + 1) + 15]);
    EXPECT_LT(norm(first - centre_m(last) - Vec3d{0.132, 0, 0}), nothing_m);
    EXPECT_LT(norm(second - first - Vec3d{0, 0.144, 0}), nothing_m);
  }
}

/// The Jungfraus: bottom, beam-right corners of modules in EXtra-geom's manual (pixels), module centres in psana (um).
TEST(DetectorList, JungfrausStandAsPublished) {
  const std::vector<Panel> euxfel = panels_named("jungfrau-4m-euxfel"), lcls = panels_named("jungfrau-4m-lcls");
  ASSERT_EQ(euxfel.size(), 64u);
  for (std::size_t module = 0; module < 8; ++module) {
    const double row = static_cast<double>(module % 4);
    const bool turned = module >= 4;
    // Of 1030 x 514 pixels, 33 between them; to the left and up.
    const double left = turned ? -1125 : 1125 - 1030, up = turned ? -1078 + 547 * row : 1078 - 514 - 547 * row;
    const Vec3d corner = -75e-6 * Vec3d{left, up, 0};
    const Panel &first = euxfel[8 * module], &last = euxfel[8 * module + 7];
    EXPECT_LT(norm((turned ? first.point_m(0, 0) : last.point_m(256, 256)) - corner), nothing_m) << module;
    EXPECT_LT(
        norm(last.point_m(256, 256) - first.origin_m - 75e-6 * (1030.0 * first.fast_axis + 514.0 * first.slow_axis)),
        nothing_m);
  }
  const std::array<std::array<double, 2>, 8> centres = {{{-56807.1, 44005.5},
                                                         {-15557.5, 44005.5},
                                                         {25692.1, 33921.7},
                                                         {66941.7, 33921.7},
                                                         {-66941.7, -33921.7},
                                                         {-25692.1, -33921.7},
                                                         {15557.5, -44005.5},
                                                         {56807.1, -44005.5}}};
  ASSERT_EQ(lcls.size(), 64u);
  for (std::size_t module = 0; module < 8; ++module) {
    const Vec3d centre = 0.5 * (lcls[8 * module].point_m(0, 0) + lcls[8 * module + 7].point_m(256, 256));
    EXPECT_LT(norm(centre - 1e-6 * Vec3d{centres[module][0], -centres[module][1], 0}), nothing_m) << module;
    EXPECT_EQ(lcls[8 * module].fast_axis, (Vec3d{0, -1, 0})) << "long sides upright";
  }
}

/// Four quadrants alike, each a quarter turn on from the one before; modules within what metrology found of the mean.
TEST(DetectorList, QuadrantsAreQuarterTurns) {
  for (const auto& [name, first] :
       std::map<std::string, Vec3d>{{"cspad", {19.495, -36.191, 0}}, {"epix10k-2m", {-59.16, -23.50, 0}}}) {
    SCOPED_TRACE(name);
    const std::vector<Panel> panels = panels_named(name.c_str());
    const std::size_t quarter = panels.size() / 4, chips = name == "cspad" ? 2 : 4;
    for (std::size_t i = 0; i < panels.size(); ++i) {
      const Vec3d here = centre_m(panels[i]), there = centre_m(panels[(i + quarter) % panels.size()]);
      EXPECT_LT(norm(there - Vec3d{-here.y, here.x, 0}), nothing_m) << panels[i].name;
    }
    EXPECT_LT(norm(0.5 * (centre_m(panels[0]) + centre_m(panels[chips - 1])) - 1e-3 * first), 0.2e-3) << "m";
  }
}

/// pyFAI's files do not say where panels stand: they are not taken for a plate that is known.
TEST(DetectorList, PoniFilesOfSeveralPanelsAreNoted) {
  const Geometry g = parse_poni(
      "poni_version: 2\nDetector: AGIPD1M\nDetector_config: {\"pixel1\": 2e-4, \"pixel2\": 2e-4, "
      "\"max_shape\": [8192, 128]}\nDistance: 0.1\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot2: 0\nRot3: 0\n",
      "a.poni", {});
  ASSERT_EQ(g.notes.size(), 1u);
  EXPECT_NE(g.notes[0].find("panels of 'AGIPD1M'"), std::string::npos) << g.notes[0];
}

/// Shape, pixel size and gaps of every detector that both know.
TEST(DetectorList, PyfaiKnowsTheSameDetectors) {
  const tests::TemporaryFolder folder;
  const char* const script = R"(
import zlib, numpy
from pyFAI import detectors
seen = {}
for kind in detectors.Detector.registry.values():
    seen.setdefault(kind.__name__, kind)
plain = lambda name: ''.join(c for c in name.lower() if c.isascii() and c.isalnum())
ours = set(open('ours').read().split())
with open('known', 'w') as out:
    for kind in seen.values():
        names = {plain(n) for n in [kind.__name__] + list(getattr(kind, 'aliases', []))} & ours
        if not names:
            continue
        try:
            d = kind()
            slow, fast = d.shape
            masked = d.mask
        except Exception:
            continue
        good = numpy.ones((slow, fast), numpy.uint8) if masked is None or masked.shape != (slow, fast) else (masked == 0).astype(numpy.uint8)
        for name in names:
            print(name, fast, slow, repr(d.pixel2 * 1e6), zlib.crc32(good.tobytes()), file=out)
)";
  std::string ours;
  for (const KnownDetector& d : known_detectors()) {
    std::ranges::copy_if(d.name, std::back_inserter(ours), [](char c) { return c != '-'; });
    ours += '\n';
  }
  folder.write("ours", ours);
  if (!tests::run_python(folder, "pyFAI", script)) GTEST_SKIP() << "no pyFAI for /usr/bin/python3";
  // pyFAI's has modules as they are read out, before double pixels are divided; round plates that we leave square.
  const std::set<std::string_view> other = {"jungfrau-500k"}, round = {"mar165", "mar345"};
  std::set<std::string_view> compared;
  std::ifstream known(folder / "known");
  std::string name;
  std::size_t n_fast = 0, n_slow = 0;
  double pixel_um = 0;
  for (std::uint32_t sum = 0; known >> name >> n_fast >> n_slow >> pixel_um >> sum;) {
    const KnownDetector* d = find_detector(name);
    if (!d || d->arrangement || other.contains(d->name)) continue;
    SCOPED_TRACE(name);
    compared.insert(d->name);
    EXPECT_EQ(d->n_fast, n_fast);
    EXPECT_EQ(d->n_slow, n_slow);
    // pyFAI states six or seven digits.
    EXPECT_NEAR(d->pixel_um, pixel_um, 1e-5 * pixel_um);
    std::vector<std::uint8_t> good = gap_mask(*d);
    if (good.empty()) good.assign(n_fast * n_slow, 1);
    if (round.contains(d->name)) continue;
    EXPECT_EQ(crc32_of({reinterpret_cast<const char*>(good.data()), good.size()}), sum) << "gaps lie elsewhere";
  }
  EXPECT_GE(compared.size(), 40u) << "pyFAI 0.21 knows so many of ours, by class or other name";
  RecordProperty("compared", static_cast<int>(compared.size()));
}

}  // namespace
}  // namespace femtobragg::formats
