// One row for each rule.
#include "femtobragg/nanobragg/setup/contradictions.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/assemble/crystal.h"
#include "femtobragg/assemble/crystal_in_beam.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/conventions.h"
#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::nanobragg {
namespace {

using Text = std::optional<std::string>;

[[noreturn]] void refuse_pair(const std::string& one, const std::string& other, const std::string& rule,
                              const std::string& remedy = "remove one of them") {
  throw Error::usage({.what = "flags contradict", .where = one, .value = other, .rule = rule, .remedy = remedy});
}

/// What the first flags say is lost where one of the others comes after them.
struct FlagReplacement {
  Alternatives lost, by;
  const char* rule;
  const char* remedy = "put it after the general flag, or remove it";
};

const Alternatives conventions = {"mosflm", "xds", "adxv", "denzo", "dials"};

const FlagReplacement flag_replacements[] = {
    {{"Na", "Nb", "Nc"}, {"N"}, "-N sets all three axes"},
    {{"sample_x", "sample_y", "sample_z"}, {"samplesize"}, "it sets all three axes"},
    {{"hdivrange", "vdivrange"}, {"divergence"}, "-divergence sets both directions"},
    {{"hdivsteps", "vdivsteps"}, {"divsteps"}, "-divsteps sets both directions"},
    {{"detsize_f", "detsize_s"}, {"detsize"}, "-detsize sets both axes"},
    {{"detpixels_f", "detpixels_s"}, {"detpixels"}, "-detpixels sets both axes"},
    {{"detpixels", "detpixels_f", "detpixels_s", "pixel"},
     {"detector"},
     "a known detector has its own pixels",
     "use -roi to render a part of the detector, or put pixel flags after -detector to override it"},
    {{"fdet_vector", "sdet_vector", "odet_vector", "beam_vector", "polar_vector", "spindle_axis", "twotheta_axis"},
     conventions,
     "a convention sets all vectors",
     "put the convention first"},
    {{"pgmfile", "pgmscale"}, {"nopgm"}, "no PGM would be written", "remove one of them"},
    {{"noisefile"}, {"nonoise"}, "no noise image would be written", "remove one of them"},
};

/// Of each row a run follows one.
const std::pair<Alternatives, const char*> kinds[] = {
    {conventions, "give only one convention"},
    {shape_flags(), "give only one crystal shape"},
    {{"interpolate", "nointerpolate"}, "give only one of them"},
    {{"round_div", "square_div"}, "give only one of them"},
    {{"polar", "nopolar"}, "a polarization needs the polarization factor"},
};

/// The number that a flag was typed with, if it was.
std::optional<double> typed(const Setup& setup, std::string_view flag) {
  const Origin* origin = setup.origins.last_flag({flag});
  if (!origin) return {};
  const std::size_t blank = origin->words.find(' ');
  return blank == std::string::npos ? std::nullopt : parse_number(origin->words.substr(blank + 1));
}

const std::string& words_of(const Setup& setup, std::string_view flag) {
  return setup.origins.last_flag({flag})->words;
}

bool differ(double one, double other, double tolerance) {
  return std::abs(one - other) > tolerance * std::max(std::abs(one), std::abs(other));
}

/// Rounded as people type them.
constexpr double typed_precision = 2e-3;

void require_one_wavelength(const Setup& setup) {
  const auto lambda = typed(setup, "lambda"), energy = typed(setup, "energy");
  if (!lambda || !energy || !differ(*lambda, angstrom_from_eV(*energy), typed_precision)) return;
  refuse_pair(words_of(setup, "lambda"), words_of(setup, "energy"),
              "that energy is " + format_number(angstrom_from_eV(*energy)) + " A");
}

void require_one_fluence(const Setup& setup) {
  const auto fluence = typed(setup, "fluence");
  const double of_flux = setup.experiment.beam.fluence_per_m2;
  if (!fluence || !setup.origins.last_flag({"flux"}) || !setup.options.beam.flux_counts() ||
      !differ(*fluence, of_flux, typed_precision))
    return;
  refuse_pair(words_of(setup, "fluence"), words_of(setup, "flux"),
              "flux, exposure and beam size give " + format_number(of_flux) + " photons/m^2");
}

/// Without it the fluence would be that of -fluence.
void require_exposure(const Setup& setup) {
  const auto flux = typed(setup, "flux"), exposure = typed(setup, "exposure");
  if (flux && exposure && *flux > 0 && *exposure == 0)
    refuse_pair(words_of(setup, "flux"), words_of(setup, "exposure"), "no photon arrives in that time");
}

void require_one_size(const Setup& setup) {
  static constexpr std::pair<std::string_view, std::string_view> axes[] = {
      {"sample_x", "Na"}, {"sample_y", "Nb"}, {"sample_z", "Nc"}};
  for (std::size_t i = 0; i < 3; ++i) {
    const Origin* size = setup.origins.last_flag({"samplesize", axes[i].first});
    const Origin* count = setup.origins.last_flag({"N", axes[i].second});
    if (!size || !count || !(setup.options.crystal.size_m[i] > 0)) continue;
    // A size along one axis may leave the others to -N.
    if (size->flag != "samplesize" && count->flag == "N") continue;
    const double cells = setup.experiment.crystal.cells[i];
    if (std::abs(cells - static_cast<double>(setup.options.crystal.cells[i])) <= 1) continue;
    refuse_pair(count->words, size->words,
                "that size is " + format_number(cells) + " cells along " + std::string(1, "abc"[i]));
  }
}

void require_one_detector_size(const Setup& setup) {
  const DetectorOptions& d = setup.options.detector;
  const auto check = [&](const char* axis_flag, double size_m, const std::optional<std::int64_t>& pixels,
                         const char* count_flag) {
    const Origin* size = setup.origins.last_flag({"detsize", axis_flag});
    const Origin* count = setup.origins.last_flag({"detpixels", count_flag, "detector"});
    if (!size || !count || !pixels) return;
    const double of_pixels = static_cast<double>(*pixels) * d.pixel_m;
    if (std::abs(size_m - of_pixels) > d.pixel_m)
      refuse_pair(size->words, count->words,
                  std::to_string(*pixels) + " pixels of " + format_number(mm_from_metres(d.pixel_m)) + " mm are " +
                      format_number(mm_from_metres(of_pixels)) + " mm");
  };
  check("detsize_f", d.size_fast_m, d.n_fast, "detpixels_f");
  check("detsize_s", d.size_slow_m, d.n_slow, "detpixels_s");
}

void require_one_distance(const Setup& setup) {
  const auto distance = typed(setup, "distance"), near = typed(setup, "close_distance");
  const double set_up = mm_from_metres(setup.geometry.set_up_distance_m);
  if (distance && near && differ(*distance, std::abs(set_up), typed_precision))
    refuse_pair(words_of(setup, "distance"), words_of(setup, "close_distance"),
                "at that close distance the detector is " + format_number(set_up) + " mm away along the beam");
}

/// Along each axis, the point that the beam hits and the one nearest to the sample follow from each other.
void require_one_centre(const Setup& setup) {
  const DetectorGeometry& g = setup.geometry;
  const bool swapped = x_is_slow(g.convention);
  const double cosine = dot(g.beam, g.initial_normal);
  const auto check = [&](std::string_view beam_flag, const Alternatives& near_flags, const Vec3d& axis, double of_beam,
                         double of_near) {
    const Origin *beam = setup.origins.last_flag({beam_flag}), *near = setup.origins.last_flag(near_flags);
    if (!beam || !near) return;
    const double shift = cosine != 0 ? g.set_up_close_distance_m * dot(g.beam, axis) / cosine : 0;
    if (std::abs(of_beam - shift - of_near) > g.pixel_m)
      refuse_pair(beam->words, near->words,
                  "the beam centre and the point nearest to the sample differ by more than a pixel");
  };
  check(swapped ? "Ybeam" : "Xbeam", {"Xclose", "ORGX"}, g.initial_fast, g.set_up_beam_point.fast,
        g.set_up_near_point.fast);
  check(swapped ? "Xbeam" : "Ybeam", {"Yclose", "ORGY"}, g.initial_slow, g.set_up_beam_point.slow,
        g.set_up_near_point.slow);
}

void require_one_near_point(const Setup& setup) {
  const double pixel_mm = mm_from_metres(setup.geometry.pixel_m);
  for (const auto& [in_mm, in_pixels] : {std::pair("Xclose", "ORGX"), std::pair("Yclose", "ORGY")}) {
    const auto mm = typed(setup, in_mm), pixels = typed(setup, in_pixels);
    if (mm && pixels && std::abs((*pixels - 0.5) * pixel_mm - *mm) > pixel_mm)
      refuse_pair(words_of(setup, in_pixels), words_of(setup, in_mm),
                  "that pixel is at " + format_number((*pixels - 0.5) * pixel_mm) + " mm");
  }
}

/// With a corner all else follows.
void require_corner_agrees(const Setup& setup, const QuirkSet& quirks) {
  if (!placed_by_pix0(setup.options.detector, quirks)) return;
  const Origin* corner = setup.origins.last_flag({"pix0_vector", "pix0_vector_mm"});
  if (!corner) return;
  const DetectorGeometry& g = setup.geometry;
  const double pixel_mm = mm_from_metres(g.pixel_m);
  const struct {
    std::string_view flag;
    double is, slack;
  } rows[] = {{"distance", mm_from_metres(g.distance_m), typed_precision * std::abs(mm_from_metres(g.distance_m))},
              {"close_distance", mm_from_metres(g.close_distance_m),
               typed_precision * std::abs(mm_from_metres(g.close_distance_m))},
              {"Xbeam", mm_from_metres(g.xy_beam.fast), pixel_mm},
              {"Ybeam", mm_from_metres(g.xy_beam.slow), pixel_mm},
              {"Xclose", mm_from_metres(g.near_point.fast), pixel_mm},
              {"Yclose", mm_from_metres(g.near_point.slow), pixel_mm},
              {"ORGX", g.org_x, 1},
              {"ORGY", g.org_y, 1}};
  for (const auto& row : rows)
    if (const auto number = typed(setup, row.flag); number && std::abs(*number - row.is) > row.slack)
      refuse_pair(words_of(setup, row.flag), corner->words, "with that corner it is " + format_number(row.is));
}

/// Whether the count agrees is a rule of its own (step_rules.cpp).
void require_one_rotation(const Setup& setup) {
  const StepRange& o = setup.options.rotation.steps_rad;
  const Origin *range = setup.origins.last_flag({"osc"}), *step = setup.origins.last_flag({"phistep"});
  if (!range || !step || *o.range == 0) return;
  if (*o.step > *o.range * (1 + typed_precision))
    refuse_pair(range->words, step->words, "a step must not exceed the range");
}

/// A matrix file holds reciprocal axes times the wavelength: with another wavelength it is another cell.
void require_cell_of_matrix(const Setup& setup) {
  const Origin *cell = setup.origins.last({"cell"}), *matrix = setup.origins.last({"mat"});
  if (cell && matrix && setup.cell && setup.matrix_cell)
    assemble::require_cell_of_matrix(*setup.cell, *setup.matrix_cell, cell->words, matrix->words);
}

}  // namespace

void require_nothing_replaced(const Origins& origins) {
  for (const FlagReplacement& row : flag_replacements)
    for (const std::string_view flag : row.lost) {
      const Origin* lost = origins.last_flag({flag});
      if (!lost) continue;
      Alternatives both = row.by;
      both.push_back(flag);
      const Origin* last = origins.last_flag(both);
      if (last != lost) refuse_pair(lost->words, last->words, row.rule, row.remedy);
    }
  for (const auto& [flags, rule] : kinds) {
    const Origin* first = nullptr;
    for (const std::string_view flag : flags) {
      const Origin* one = origins.last_flag({flag});
      if (one && first) refuse_pair(first->words, one->words, rule);
      if (one) first = one;
    }
  }
}

void require_one_spectrum(const Origins& origins) {
  std::vector<std::string> typed;
  for (const std::string_view kind : {"spectrum", "bandwidth", "pink", "two_colour", "sase"})
    if (const Origin* origin = origins.last_flag({kind})) typed.push_back(origin->words);
  if (typed.empty()) return;
  if (const Origin* other = origins.last_flag({"dispersion", "dispsteps", "sourcefile"})) typed.push_back(other->words);
  if (typed.size() < 2) return;
  throw Error::usage({.what = "the spectrum is described twice",
                      .where = typed[0],
                      .value = typed[1],
                      .rule = "one flag describes the whole spectrum",
                      .remedy = "remove one of them"});
}

void warn_of_ignored_spread(Setup& setup) {
  static const Alternatives spread = {"divergence", "hdivrange", "vdivrange", "hdivstep",   "vdivstep",   "divsteps",
                                      "hdivsteps",  "vdivsteps", "round_div", "square_div", "dispersion", "dispsteps"};
  if (setup.origins.last_flag(spread))
    setup.warnings.push_back("Divergence/dispersion parameters ignored when sourcefile is provided");
}

void check_crystal_in_beam(Setup& setup) {
  const BeamScene& beam = setup.options.beam;
  const CrystalScene& crystal = setup.options.crystal;
  const bool many = assemble::has_many_blocks(crystal), sized = setup.origins.given("beamsize");
  if (beam.profile == BeamProfile::Gaussian && !sized && (many || beam.flux_counts()))
    throw Error::usage({.what = "a Gaussian beam without a size",
                        .where = "-beam_profile gaussian",
                        .rule = "the beam size is its full width at half maximum",
                        .remedy = "give -beamsize"});
  const auto idle = [&](std::string_view flag, const std::string& reason) {
    if (const Origin* origin = setup.origins.last_flag({flag}))
      setup.warnings.push_back(origin->words + " has no effect: " + reason);
  };
  if (!many) idle("crystal_form", "the crystal is one mosaic block (-crystal_size makes it many)");
  if (!many && !beam.flux_counts()) idle("beam_profile", "there is neither -crystal_size nor -flux");
  if (!many || setup.no_crystal) return;
  const Crystal& set_up = setup.experiment.crystal;
  const double whole_m3 = assemble::whole_volume_m3(crystal.whole_form, crystal.whole_size_m);
  if (!sized && set_up.lit_volume_m3 < 0.999 * whole_m3)
    setup.warnings.push_back("without -beamsize the beam is " + format_number(mm_from_metres(beam.size_m)) +
                             " mm wide: it lights " + format_number(100 * set_up.lit_volume_m3 / whole_m3, 3) +
                             " % of the crystal");
  if (lit_blocks(set_up) < 0.5)
    setup.warnings.push_back("the beam lights " + format_number(lit_blocks(set_up), 3) +
                             " of one mosaic block: spots are as sharp as if it lit the whole block");
}

void warn_of_cut_spread(Setup& setup) {
  if (!setup.response || (setup.response->point_spread.fwhm_m == 0 && setup.response->charge_sharing_fwhm_m == 0))
    return;
  const bool masked = !setup.scene.detector.mask_file.empty() || setup.origins.given("mask");
  const bool cut = std::ranges::any_of(setup.experiment.detector.panels, [](const Panel& panel) {
    const RegionOfInterest region = panel.rendered_region();
    return !region.empty() && (region.width() < panel.n_fast || region.height() < panel.n_slow);
  });
  if (!cut && !masked) return;
  setup.warnings.push_back(std::string("pixels ") + (cut ? "outside the region of interest" : "under the mask") +
                           " are not rendered, and spread no light into their neighbours, which are too dark; render "
                           "whole panels where that matters");
}

/// What some flag of the response says.
void require_one_pedestal(const Setup& setup) {
  if (!setup.response || !setup.origins.last_flag({"adc"})) return;
  const Origin* response = nullptr;
  for (const Flag& flag : flag_table())
    if (flag.group == response_group && !response) response = setup.origins.last_flag({flag.names.front()});
  refuse_pair(words_of(setup, "adc"), response ? response->words : "the response of the scene",
              "a response has its own pedestal", "give -pedestal instead of -adc");
}

/// -nonoise says that photons are not counted.
void require_one_counting(const Setup& setup) {
  if (!setup.origins.last_flag({"nonoise"}) || !setup.origins.last_flag({"counting"})) return;
  if (setup.response && setup.response->counting_noise)
    refuse_pair(words_of(setup, "nonoise"), words_of(setup, "counting"), "-nonoise says that photons are not counted");
}

void require_agreement(const Setup& setup, const QuirkSet& quirks) {
  require_one_pedestal(setup);
  require_one_counting(setup);
  require_one_wavelength(setup);
  require_one_fluence(setup);
  require_exposure(setup);
  require_one_size(setup);
  require_one_detector_size(setup);
  require_one_distance(setup);
  require_one_centre(setup);
  require_one_near_point(setup);
  require_corner_agrees(setup, quirks);
  require_one_rotation(setup);
  require_cell_of_matrix(setup);
}

}  // namespace femtobragg::nanobragg
