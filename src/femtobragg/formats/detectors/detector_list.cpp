// The table of detectors, and where the modules stand of those with several panels.
#include "femtobragg/formats/detectors/detector_list.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view pilatus = "DECTRIS, PILATUS specifications; pyFAI 0.21 detectors",
                           pilatus4 = "DECTRIS, PILATUS4 specifications; pyFAI 2025 detectors",
                           eiger = "DECTRIS, EIGER X specifications; pyFAI 0.21 detectors",
                           eiger2 = "DECTRIS, EIGER2 X specifications; pyFAI 0.21 detectors",
                           rayonix = "Rayonix, data sheets; pyFAI 0.21 detectors",
                           adsc = "ADSC, Quantum data sheets; pyFAI 0.21 detectors",
                           mar = "marXperts, data sheets; pyFAI 0.21 detectors",
                           jungfrau = "PSI, JUNGFRAU: modules of 1024 x 512 with double pixels between chips",
                           agipd = "EuXFEL; example of EXtra-geom 1.16; quadrants move",
                           lpd = "EuXFEL; example of EXtra-geom 1.16; quadrants move",
                           jungfrau_euxfel = "EuXFEL, SPB; layout in the manual of EXtra-geom 1.16; halves move",
                           jungfrau_lcls = "LCLS; drawing LCL5004-007815 as in psana",
                           epix10k = "LCLS; metrology of 2020 in psana, made symmetric; quadrants move",
                           cspad = "LCLS; metrology of 2013 in psana, made symmetric; quadrants move";
constexpr double counter_20_bits = 1048575, word_16_bits = 65535;

// Modules in a row, centre of the first (mm to the right, down), quarter turns, step to the next (mm).
// clang-format off
constexpr std::array agipd_1m_rows = {
    ModuleRow{4,   52.4,  -112.2, 1, 0, 31.4},
    ModuleRow{4,   57.4,    14.8, 1, 0, 31.4},
    ModuleRow{4,  -51.4,    19.2, 3, 0, 31.4},
    ModuleRow{4,  -55.9,  -107.8, 3, 0, 31.4},
};
constexpr std::array lpd_1m_rows = {
    ModuleRow{2,  185.6, -228.0, 2, 0, 144}, ModuleRow{2,   53.6,  -84.0, 2, 0, -144},
    ModuleRow{2,  208.5,   63.0, 2, 0, 144}, ModuleRow{2,   76.5,  207.0, 2, 0, -144},
    ModuleRow{2,  -57.5,   87.0, 2, 0, 144}, ModuleRow{2, -189.5,  231.0, 2, 0, -144},
    ModuleRow{2,  -81.5, -204.0, 2, 0, 144}, ModuleRow{2, -213.5,  -60.0, 2, 0, -144},
};
constexpr std::array jungfrau_4m_euxfel_rows = {ModuleRow{4, -45.75, -61.575, 0, 0, 41.025}};
constexpr std::array jungfrau_4m_lcls_rows = {
    ModuleRow{2, -56.8071, -44.0055, 3, 41.2496, 0},
    ModuleRow{2,  25.6921, -33.9217, 3, 41.2496, 0},
    ModuleRow{2, -66.9417,  33.9217, 3, 41.2496, 0},
    ModuleRow{2,  15.5575,  44.0055, 3, 41.2496, 0},
};
constexpr std::array epix10k_2m_rows = {
    ModuleRow{2, -59.1, -23.6, 1, 0, -40.4},
    ModuleRow{2, -17.2, -23.6, 1, 0, -40.4},
};
constexpr std::array cspad_rows = {
    ModuleRow{2,  19.4, -36.2, 0,     0,  22.7},
    ModuleRow{2,  31.0, -71.3, 1, -22.8,     0},
    ModuleRow{2,  66.1, -60.0, 2,     0, -22.7},
    ModuleRow{2,  75.4, -24.9, 1, -22.8,     0},
};
// clang-format on
constexpr PanelArrangement agipd_1m{agipd_1m_rows, 1, 2}, lpd_1m{lpd_1m_rows, 1, 4},
    jungfrau_4m_euxfel{jungfrau_4m_euxfel_rows, 2, 2}, jungfrau_4m_lcls{jungfrau_4m_lcls_rows, 1, 2},
    epix10k_2m{epix10k_2m_rows, 4, 2.5}, cspad_2m{cspad_rows, 4, 3};

// clang-format off
constexpr std::array detectors = {
    KnownDetector{"pilatus-100k",        487,  195,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-200k",        487,  407,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-300k",        487,  619,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-300kw",      1475,  195,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-900k",       1475,  619,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-1m",          981, 1043,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-2m",         1475, 1679,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-6m",         2463, 2527,      172,  487, 195,  7, 17, 0,   "Si",  320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-cdte-300k",   487,  619,      172,  487, 195,  7, 17, 3, "CdTe", 1000, counter_20_bits, pilatus},
    KnownDetector{"pilatus-cdte-300kw", 1475,  195,      172,  487, 195,  7, 17, 3, "CdTe", 1000, counter_20_bits, pilatus},
    KnownDetector{"pilatus-cdte-900kw", 4439,  195,      172,  487, 195,  7, 17, 3, "CdTe", 1000, counter_20_bits, pilatus},
    KnownDetector{"pilatus-cdte-1m",     981, 1043,      172,  487, 195,  7, 17, 3, "CdTe", 1000, counter_20_bits, pilatus},
    KnownDetector{"pilatus-cdte-2m",    1475, 1679,      172,  487, 195,  7, 17, 3, "CdTe", 1000, counter_20_bits, pilatus},
    KnownDetector{"pilatus4-260k",       513,  530,      150,  513, 255,  7, 20, 0,   "Si",  450, 0, pilatus4},
    KnownDetector{"pilatus4-260kw",     1033,  255,      150,  513, 255,  7, 20, 0,   "Si",  450, 0, pilatus4},
    KnownDetector{"pilatus4-1m",        1033, 1080,      150,  513, 255,  7, 20, 0,   "Si",  450, 0, pilatus4},
    KnownDetector{"pilatus4-2m",        1553, 1630,      150,  513, 255,  7, 20, 0,   "Si",  450, 0, pilatus4},
    KnownDetector{"pilatus4-4m",        2073, 2180,      150,  513, 255,  7, 20, 0,   "Si",  450, 0, pilatus4},
    KnownDetector{"pilatus4-cdte-1m",   1033, 1080,      150,  513, 255,  7, 20, 1, "CdTe", 1000, 0, pilatus4},
    KnownDetector{"pilatus4-cdte-2m",   1553, 1630,      150,  513, 255,  7, 20, 1, "CdTe", 1000, 0, pilatus4},
    KnownDetector{"pilatus4-cdte-4m",   2073, 2180,      150,  513, 255,  7, 20, 1, "CdTe", 1000, 0, pilatus4},
    KnownDetector{"eiger-500k",         1030,  514,       75, 1030, 514, 10, 37, 0,   "Si",  450, 0, eiger},
    KnownDetector{"eiger-1m",           1030, 1065,       75, 1030, 514, 10, 37, 0,   "Si",  450, 0, eiger},
    KnownDetector{"eiger-4m",           2070, 2167,       75, 1030, 514, 10, 37, 0,   "Si",  450, 0, eiger},
    KnownDetector{"eiger-9m",           3110, 3269,       75, 1030, 514, 10, 37, 0,   "Si",  450, 0, eiger},
    KnownDetector{"eiger-16m",          4150, 4371,       75, 1030, 514, 10, 37, 0,   "Si",  450, 0, eiger},
    KnownDetector{"eiger2-500k",        1028,  512,       75, 1028, 512, 12, 38, 0,   "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-1m",          1028, 1062,       75, 1028, 512, 12, 38, 0,   "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-1mw",         2068,  512,       75, 1028, 512, 12, 38, 0,   "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-2mw",         4148,  512,       75, 1028, 512, 12, 38, 0,   "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-4m",          2068, 2162,       75, 1028, 512, 12, 38, 0,   "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-9m",          3108, 3262,       75, 1028, 512, 12, 38, 0,   "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-16m",         4148, 4362,       75, 1028, 512, 12, 38, 0,   "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-cdte-500k",   1028,  512,       75, 1028, 512, 12, 38, 2, "CdTe",  750, 0, eiger2},
    KnownDetector{"eiger2-cdte-1m",     1028, 1062,       75, 1028, 512, 12, 38, 2, "CdTe",  750, 0, eiger2},
    KnownDetector{"eiger2-cdte-1mw",    2068,  512,       75, 1028, 512, 12, 38, 2, "CdTe",  750, 0, eiger2},
    KnownDetector{"eiger2-cdte-2mw",    4148,  512,       75, 1028, 512, 12, 38, 2, "CdTe",  750, 0, eiger2},
    KnownDetector{"eiger2-cdte-4m",     2068, 2162,       75, 1028, 512, 12, 38, 2, "CdTe",  750, 0, eiger2},
    KnownDetector{"eiger2-cdte-9m",     3108, 3262,       75, 1028, 512, 12, 38, 2, "CdTe",  750, 0, eiger2},
    KnownDetector{"eiger2-cdte-16m",    4148, 4362,       75, 1028, 512, 12, 38, 2, "CdTe",  750, 0, eiger2},
    KnownDetector{"jungfrau-500k",      1030,  514,       75, 1030, 514,  8, 36, 0,   "Si",  320, 0, jungfrau},
    KnownDetector{"jungfrau-1m",        1030, 1064,       75, 1030, 514,  8, 36, 0,   "Si",  320, 0, jungfrau},
    KnownDetector{"jungfrau-4m",        2068, 2164,       75, 1030, 514,  8, 36, 0,   "Si",  320, 0, jungfrau},
    KnownDetector{"jungfrau-4m-euxfel", 1024, 4096,       75,  256, 256,  0,  0, 0,   "Si",  320, 0, jungfrau_euxfel, &jungfrau_4m_euxfel},
    KnownDetector{"jungfrau-4m-lcls",   1024, 4096,       75,  256, 256,  0,  0, 0,   "Si",  320, 0, jungfrau_lcls, &jungfrau_4m_lcls},
    KnownDetector{"agipd-1m",            128, 8192,      200,  128,  64,  0,  0, 0,   "Si",  500, 0, agipd, &agipd_1m},
    KnownDetector{"lpd-1m",              256, 4096,      500,  128,  32,  0,  0, 0,   "Si",  500, 0, lpd, &lpd_1m},
    KnownDetector{"epix10k-2m",          384, 5632,      100,  192, 176,  0,  0, 0,   "Si",  500, 0, epix10k, &epix10k_2m},
    KnownDetector{"cspad",               388, 5920,   109.92,  194, 185,  0,  0, 0,   "Si",  500, 0, cspad, &cspad_2m},
    KnownDetector{"rayonix-mx170hs",    3840, 3840, 44.27083,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx225",      3072, 3072,   73.242,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx225hs",    2880, 2880,   78.125,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx300",      4096, 4096,   73.242,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx300hs",    3840, 3840,   78.125,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx325",      4096, 4096,   79.346,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx340hs",    3840, 3840, 88.54167,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-lx170hs",    3840, 1920, 44.27083,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"rayonix-lx255hs",    5760, 1920, 44.27083,    0,   0,  0,  0, 0,     "",    0, word_16_bits, rayonix},
    KnownDetector{"mar165",             4096, 4096,     39.5,    0,   0,  0,  0, 0,     "",    0, word_16_bits, mar},
    KnownDetector{"mar345",             3450, 3450,      100,    0,   0,  0,  0, 0,     "",    0, 0, mar},
    KnownDetector{"adsc-q4",            2304, 2304,       82,    0,   0,  0,  0, 0,     "",    0, word_16_bits, adsc},
    KnownDetector{"adsc-q210",          4096, 4096,       51,    0,   0,  0,  0, 0,     "",    0, word_16_bits, adsc},
    KnownDetector{"adsc-q270",          4168, 4168,     64.8,    0,   0,  0,  0, 0,     "",    0, word_16_bits, adsc},
    KnownDetector{"adsc-q315",          6144, 6144,       51,    0,   0,  0,  0, 0,     "",    0, word_16_bits, adsc},
};
// clang-format on

// What others call them.
constexpr std::array other_names = {
    std::pair{"agipd", "agipd-1m"},         std::pair{"lpd", "lpd-1m"},
    std::pair{"epix10ka-2m", "epix10k-2m"}, std::pair{"cspad-2.3m", "cspad"},
    std::pair{"rayonix-sx165", "mar165"},   std::pair{"quantum-4", "adsc-q4"},
    std::pair{"quantum-210", "adsc-q210"},  std::pair{"quantum-270", "adsc-q270"},
    std::pair{"quantum-315", "adsc-q315"},
};

/// Letters and digits in lower case: what names are compared by.
std::string plain_name(std::string_view name) {
  std::string text;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// "mx340hs" of "rayonix-mx340hs"; empty where what is left would be a size only.
std::string without_maker(std::string_view name) {
  const std::string_view model = name.substr(std::min(name.find('-'), name.size() - 1) + 1);
  const bool named = !model.empty() && std::isalpha(static_cast<unsigned char>(model[0]));
  return named ? plain_name(model) : "";
}

ChipGrid chips_of(const KnownDetector& d) {
  const std::size_t module_slow = d.n_slow / d.arrangement->modules();
  return {d.module_fast, d.module_slow, d.n_fast / d.module_fast, module_slow / d.module_slow,
          metres_from_um(d.pixel_um)};
}

}  // namespace

std::span<const KnownDetector> known_detectors() { return detectors; }

const KnownDetector* find_detector(std::string_view name) {
  std::string key = plain_name(name);
  for (const auto& [other, usual] : other_names)
    if (plain_name(other) == key) key = plain_name(usual);
  const auto exact = std::ranges::find_if(detectors, [&](const KnownDetector& d) { return plain_name(d.name) == key; });
  if (exact != detectors.end()) return &*exact;
  const auto short_name = [&](const KnownDetector& d) { return !key.empty() && without_maker(d.name) == key; };
  // "cdte-1m" is of two makers.
  if (std::ranges::count_if(detectors, short_name) != 1) return nullptr;
  return &*std::ranges::find_if(detectors, short_name);
}

const KnownDetector& detector_named(std::string_view name) {
  if (const KnownDetector* found = find_detector(name)) return *found;
  std::string near;
  const std::string key = plain_name(name);
  for (const KnownDetector& d : detectors)
    if (key.size() >= 3 && plain_name(d.name).starts_with(key.substr(0, 3))) near += " " + std::string(d.name);
  throw Error::usage({.what = "unknown detector",
                      .value = in_quotes(name),
                      .rule = near.empty() ? "it must be in the list" : "similar names are" + near,
                      .remedy = "see `femtobragg simulate -list_detectors`"});
}

std::vector<std::uint8_t> gap_mask(const KnownDetector& d) {
  const bool whole = d.seam_fast == 0 && d.module_fast == d.n_fast && d.module_slow == d.n_slow;
  if (d.module_fast == 0 || d.arrangement || whole) return {};
  // Modules are symmetric: where a seam ends follows from where it begins.
  const std::size_t seam = (d.module_fast - d.seam_fast) / 2;
  std::vector<std::uint8_t> mask(d.n_fast * d.n_slow, 1);
  for (std::size_t slow = 0; slow < d.n_slow; ++slow)
    for (std::size_t fast = 0; fast < d.n_fast; ++fast) {
      const std::size_t in_module = fast % (d.module_fast + d.gap_fast);
      if (slow % (d.module_slow + d.gap_slow) >= d.module_slow || in_module >= d.module_fast ||
          (in_module >= seam && in_module < seam + d.seam_fast))
        mask[slow * d.n_fast + fast] = 0;
    }
  return mask;
}

ImageShape plane_shape(const KnownDetector& d) {
  return d.arrangement ? enclosing_shape(*d.arrangement, chips_of(d)) : ImageShape{d.n_fast, d.n_slow};
}

std::vector<Panel> panels_of(const KnownDetector& d, const DetectorPlane& plane) {
  return arranged_panels(*d.arrangement, chips_of(d), plane);
}

std::string detector_table() {
  std::string text = padded("name", 20) + padded("panels", 8) + padded("pixels", 14) + padded("pixel (um)", 12) +
                     padded("sensor", 14) + padded("saturation", 12) + "source\n";
  for (const KnownDetector& d : detectors)
    text +=
        padded(std::string(d.name), 20) +
        padded(d.arrangement ? std::to_string(d.n_fast / d.module_fast * (d.n_slow / d.module_slow)) : "1", 8) +
        padded(std::to_string(d.n_fast) + " x " + std::to_string(d.n_slow), 14) +
        padded(format_number(d.pixel_um, 7), 12) +
        padded(d.material.empty() ? "phosphor" : std::string(d.material) + " " + format_number(d.thickness_um) + " um",
               14) +
        padded(d.saturation > 0 ? format_number(d.saturation, 7) : "-", 12) + std::string(d.source) + "\n";
  return text;
}

}  // namespace femtobragg::formats
