// Finding flags by name, and guessing what was meant.
#include <algorithm>
#include <cctype>

#include "femtobragg/base/flag_words.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::nanobragg {
namespace {

constexpr std::size_t most_suggested = 4;

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The flags whose names begin so, each by its first such name.
std::vector<std::string_view> flags_that_begin(std::string_view name) {
  std::vector<std::string_view> found;
  for (const Flag& flag : flag_table()) {
    const auto fits = std::ranges::find_if(flag.names, [&](std::string_view full) { return full.starts_with(name); });
    if (fits != flag.names.end()) found.push_back(*fits);
  }
  return found;
}

/// Flags of other programs and old scripts, and what is meant.
constexpr WordMeant old_names[] = {
    {"dispstep", "dispsteps"},
    {"hdiv", "hdivrange"},
    {"vdiv", "vdivrange"},
    {"detector_twotheta", "twotheta"},
    {"detsize_x", "detsize_f"},
    {"detsize_y", "detsize_s"},
    {"thick", "detector_thick"},
    {"detector_thickness", "detector_thick"},
    {"xdet_vector", "fdet_vector"},
    {"ydet_vector", "sdet_vector"},
    {"zdet_vector", "odet_vector"},
    {"dump_pixel", "trace_pixel"},
    {"exposure_time", "exposure"},
    {"pdb", "model"},
    {"cif", "model"},
    {"mtz", "hkl"},
    {"oscillation_range", "osc"},
    {"pixel_mm", "pixel"},
    {"beam_centre_x", "Xbeam"},
    {"beam_centre_y", "Ybeam"},
    {"output", "o"},
    {"G", "fluence"},
    {"eta", "mosaic"},
    {"ncells", "N"},
    {"ncells_abc", "Na, -Nb and -Nc"},
    {"ucell", "cell"},
    {"unit_cell", "cell"},
    {"umat", "mat"},
    {"amat", "mat"},
    {"misset_random", "misset random"},
    {"resolution", "dmin"},
    {"d_min", "dmin"},
    {"beam_size", "beamsize"},
    {"keV", "energy"},
    {"photon_energy", "energy"},
    {"detector_distance", "distance"},
    {"detz", "distance"},
    {"beam_center_x", "Xbeam"},
    {"beam_center_y", "Ybeam"},
    {"beam_x", "Xbeam"},
    {"beam_y", "Ybeam"},
    {"orgx", "ORGX"},
    {"orgy", "ORGY"},
    {"out", "o"},
    {"polarization", "polar"},
    {"spot_scale", "fluence"},
    {"nthreads", "threads"},
    {"jobs", "threads"},
    {"nproc", "threads"},
};

}  // namespace

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : flag_table())
    if (std::ranges::any_of(flag.names, [&](std::string_view full) { return same_flag_name(full, name); }))
      return &flag;
  return nullptr;
}

std::string nearest_flag(std::string_view typed) {
  std::string name(typed);
  std::ranges::replace(name, '-', '_');
  if (const std::string meant = word_meant(name, old_names); !meant.empty()) return meant;
  if (const std::string_view plain = without_unit(name); plain != name && find_flag(plain)) return std::string(plain);
  for (const Flag& flag : flag_table())
    for (const std::string_view candidate : flag.names)
      if (same_but_for_case(name, candidate)) return std::string(candidate);
  if (const auto longer = flags_that_begin(name); name.size() >= 3 && longer.size() == 1) return std::string(longer[0]);
  std::string nearest;
  std::size_t best = most_slips(name.size()) + 1;
  for (const Flag& flag : flag_table())
    for (const std::string_view candidate : flag.names) {
      // Lengths alone tell the least distance: no need to look at words of absurd length letter by letter.
      if (std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size()) >= best) continue;
      if (const std::size_t d = edit_distance(name, candidate); d < best) {
        best = d;
        nearest = candidate;
      }
    }
  if (!nearest.empty() || name.size() < 3) return nearest;
  const auto longer = flags_that_begin(name);
  if (longer.size() > most_suggested) return {};
  for (const std::string_view flag : longer) nearest += (nearest.empty() ? "" : " or -") + std::string(flag);
  return nearest;
}

std::vector<std::string> separate_words(std::span<const std::string> words) {
  const auto known = [](std::string_view name) -> std::optional<KnownFlag> {
    const Flag* flag = find_flag(name);
    if (!flag) return std::nullopt;
    const auto spelled =
        std::ranges::find_if(flag->names, [&](std::string_view full) { return same_flag_name(full, name); });
    return KnownFlag{"-" + std::string(*spelled), flag->max_values};
  };
  return femtobragg::separate_words(words, known, false);
}

}  // namespace femtobragg::nanobragg
