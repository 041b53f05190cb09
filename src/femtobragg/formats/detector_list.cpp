// The table of detectors.
#include "femtobragg/formats/detector_list.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view pilatus = "DECTRIS, PILATUS specifications; pyFAI 0.21 detectors",
                           pilatus4 = "DECTRIS, PILATUS4 specifications; pyFAI 2025 detectors",
                           eiger = "DECTRIS, EIGER X specifications; pyFAI 0.21 detectors",
                           eiger2 = "DECTRIS, EIGER2 X specifications; pyFAI 0.21 detectors",
                           rayonix = "Rayonix, data sheets; pyFAI 0.21 detectors",
                           adsc = "ADSC, Quantum data sheets; pyFAI 0.21 detectors",
                           mar = "marXperts, data sheets; pyFAI 0.21 detectors",
                           jungfrau = "PSI, JUNGFRAU: modules of 1024 x 512 with double pixels between chips";
constexpr double counter_20_bits = 1048575, word_16_bits = 65535;

// clang-format off
constexpr std::array detectors = {
    KnownDetector{"pilatus-100k",     487,  195, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-200k",     487,  407, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-300k",     487,  619, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-300kw",   1475,  195, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-900k",    1475,  619, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-1m",       981, 1043, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-2m",      1475, 1679, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus-6m",      2463, 2527, 172, 487, 195,  7, 17, "Si",   320, counter_20_bits, pilatus},
    KnownDetector{"pilatus4-260k",    513,  530, 150, 513, 255,  7, 20, "Si",   450, 0, pilatus4},
    KnownDetector{"pilatus4-260kw",  1033,  255, 150, 513, 255,  7, 20, "Si",   450, 0, pilatus4},
    KnownDetector{"pilatus4-1m",     1033, 1080, 150, 513, 255,  7, 20, "Si",   450, 0, pilatus4},
    KnownDetector{"pilatus4-2m",     1553, 1630, 150, 513, 255,  7, 20, "Si",   450, 0, pilatus4},
    KnownDetector{"pilatus4-4m",     2073, 2180, 150, 513, 255,  7, 20, "Si",   450, 0, pilatus4},
    KnownDetector{"eiger-500k",      1030,  514,  75, 1030, 514, 10, 37, "Si",  450, 0, eiger},
    KnownDetector{"eiger-1m",        1030, 1065,  75, 1030, 514, 10, 37, "Si",  450, 0, eiger},
    KnownDetector{"eiger-4m",        2070, 2167,  75, 1030, 514, 10, 37, "Si",  450, 0, eiger},
    KnownDetector{"eiger-9m",        3110, 3269,  75, 1030, 514, 10, 37, "Si",  450, 0, eiger},
    KnownDetector{"eiger-16m",       4150, 4371,  75, 1030, 514, 10, 37, "Si",  450, 0, eiger},
    KnownDetector{"eiger2-500k",     1028,  512,  75, 1028, 512, 12, 38, "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-1m",       1028, 1062,  75, 1028, 512, 12, 38, "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-1mw",      2068,  512,  75, 1028, 512, 12, 38, "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-2mw",      4148,  512,  75, 1028, 512, 12, 38, "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-4m",       2068, 2162,  75, 1028, 512, 12, 38, "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-9m",       3108, 3262,  75, 1028, 512, 12, 38, "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-16m",      4148, 4362,  75, 1028, 512, 12, 38, "Si",  450, 0, eiger2},
    KnownDetector{"eiger2-cdte-1m",  1028, 1062,  75, 1028, 512, 12, 38, "CdTe", 750, 0, eiger2},
    KnownDetector{"eiger2-cdte-4m",  2068, 2162,  75, 1028, 512, 12, 38, "CdTe", 750, 0, eiger2},
    KnownDetector{"eiger2-cdte-9m",  3108, 3262,  75, 1028, 512, 12, 38, "CdTe", 750, 0, eiger2},
    KnownDetector{"eiger2-cdte-16m", 4148, 4362,  75, 1028, 512, 12, 38, "CdTe", 750, 0, eiger2},
    KnownDetector{"jungfrau-500k",   1030,  514,  75, 1030, 514,  8, 36, "Si",  320, 0, jungfrau},
    KnownDetector{"jungfrau-1m",     1030, 1064,  75, 1030, 514,  8, 36, "Si",  320, 0, jungfrau},
    KnownDetector{"jungfrau-4m",     2068, 2164,  75, 1030, 514,  8, 36, "Si",  320, 0, jungfrau},
    KnownDetector{"rayonix-mx170hs", 3840, 3840, 44.27083, 0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx225",   3072, 3072, 73.242,   0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx225hs", 2880, 2880, 78.125,   0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx300",   4096, 4096, 73.242,   0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx300hs", 3840, 3840, 78.125,   0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx325",   4096, 4096, 79.346,   0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-mx340hs", 3840, 3840, 88.54167, 0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-lx170hs", 3840, 1920, 44.27083, 0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"rayonix-lx255hs", 5760, 1920, 44.27083, 0, 0,  0,  0, "",      0, word_16_bits, rayonix},
    KnownDetector{"mar165",          4096, 4096, 39.5,     0, 0,  0,  0, "",      0, word_16_bits, mar},
    KnownDetector{"mar345",          3450, 3450, 100,      0, 0,  0,  0, "",      0, 0, mar},
    KnownDetector{"adsc-q4",         2304, 2304, 82,       0, 0,  0,  0, "",      0, word_16_bits, adsc},
    KnownDetector{"adsc-q210",       4096, 4096, 51,       0, 0,  0,  0, "",      0, word_16_bits, adsc},
    KnownDetector{"adsc-q270",       4168, 4168, 64.8,     0, 0,  0,  0, "",      0, word_16_bits, adsc},
    KnownDetector{"adsc-q315",       6144, 6144, 51,       0, 0,  0,  0, "",      0, word_16_bits, adsc},
};
// clang-format on

/// Letters and digits in lower case: what names are compared by.
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::span<const KnownDetector> known_detectors() { return detectors; }

const KnownDetector* find_detector(std::string_view name) {
  const auto found =
      std::ranges::find_if(detectors, [key = plain(name)](const KnownDetector& d) { return plain(d.name) == key; });
  return found == detectors.end() ? nullptr : &*found;
}

const KnownDetector& detector_named(std::string_view name) {
  if (const KnownDetector* found = find_detector(name)) return *found;
  std::string near;
  const std::string key = plain(name);
  for (const KnownDetector& d : detectors)
    if (key.size() >= 3 && plain(d.name).starts_with(key.substr(0, 3))) near += " " + std::string(d.name);
  throw Error::usage({.what = "unknown detector",
                      .value = in_quotes(name),
                      .rule = near.empty() ? "it must be in the list" : "known are" + near,
                      .remedy = "see -list_detectors"});
}

std::vector<std::uint8_t> gap_mask(const KnownDetector& d) {
  if (d.module_fast == 0 || (d.module_fast == d.n_fast && d.module_slow == d.n_slow)) return {};
  std::vector<std::uint8_t> mask(d.n_fast * d.n_slow, 1);
  for (std::size_t slow = 0; slow < d.n_slow; ++slow)
    for (std::size_t fast = 0; fast < d.n_fast; ++fast)
      if (slow % (d.module_slow + d.gap_slow) >= d.module_slow || fast % (d.module_fast + d.gap_fast) >= d.module_fast)
        mask[slow * d.n_fast + fast] = 0;
  return mask;
}

std::string detector_table() {
  const auto padded = [](std::string text, std::size_t width) {
    return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
  };
  std::string text = padded("name", 18) + padded("pixels", 14) + padded("pixel (um)", 12) + padded("sensor", 14) +
                     padded("saturation", 12) + "source\n";
  for (const KnownDetector& d : detectors)
    text +=
        padded(std::string(d.name), 18) + padded(std::to_string(d.n_fast) + " x " + std::to_string(d.n_slow), 14) +
        padded(format_number(d.pixel_um, 7), 12) +
        padded(d.material.empty() ? "phosphor" : std::string(d.material) + " " + format_number(d.thickness_um) + " um",
               14) +
        padded(d.saturation > 0 ? format_number(d.saturation, 7) : "-", 12) + std::string(d.source) + "\n";
  return text;
}

}  // namespace femtobragg::formats
