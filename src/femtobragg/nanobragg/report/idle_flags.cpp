// One row for each reason.
#include "femtobragg/nanobragg/report/idle_flags.h"

#include <algorithm>

#include "femtobragg/assemble/attenuation.h"
#include "femtobragg/assemble/crystal_in_beam.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/nanobragg/flags/flag_groups.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::nanobragg {
namespace {

struct IdleRule {
  Alternatives flags;
  bool (*idle)(const FlagFacts& facts);
  const char* reason;
};

const DetectorOptions& detector_of(const FlagFacts& f) { return f.setup.options.detector; }
const CrystalScene& crystal_of(const FlagFacts& f) { return f.setup.options.crystal; }
const Experiment& experiment(const FlagFacts& f) { return f.setup.experiment; }
bool all_surfaces(const FlagFacts& f) {
  return std::ranges::all_of(experiment(f).detector.panels,
                             [](const Panel& panel) { return panel.sensor.thickness_m == 0; });
}

bool sources_from_file(const FlagFacts& f) { return !f.setup.options.beam.source_file.empty(); }
bool flux_used(const FlagFacts& f) { return f.setup.options.beam.flux_counts(); }
bool by_origin(const FlagFacts& f) { return placed_by_pix0(detector_of(f), f.quirks); }
template <std::size_t axis>
bool sized(const FlagFacts& f) {
  return crystal_of(f).size_m[axis] > 0;
}
/// Whether there is more than spots in the beam: how much is lit counts.
bool lights_more(const FlagFacts& f) {
  return !experiment(f).backgrounds.empty() || assemble::depends_on_width(experiment(f).attenuation);
}
bool writes(const FlagFacts& f, formats::Numbers numbers) {
  return std::ranges::any_of(f.setup.options.output.extra, [&](const std::string& path) {
    return formats::image_format_of(path).numbers == numbers;
  });
}
bool writes_nxmx(const FlagFacts& f) {
  return std::ranges::any_of(f.setup.options.output.extra,
                             [](const std::string& path) { return formats::image_format_of(path).packs; });
}
bool writes_pgm(const FlagFacts& f) { return f.outputs.pgm || writes(f, formats::Numbers::Grey); }
bool writes_smv(const FlagFacts& f) {
  return f.outputs.int_image || f.outputs.noise || names_smv(f.setup.options.output);
}
bool writes_scaled_smv(const FlagFacts& f) {
  return f.outputs.int_image || (names_smv(f.setup.options.output) && !f.setup.options.output.noise);
}
bool seeds_misset(const FlagFacts& f) {
  return f.setup.random_misset_rad && !crystal_of(f).misset_seed && !f.quirks.on(Quirk::SeedDefault);
}
/// Of a run with a response.
template <bool (*idle)(const Response&)>
bool of_response(const FlagFacts& f) {
  return f.setup.response && idle(*f.setup.response);
}
bool has_no_bad_pixels(const Response& r) { return r.bad_pixels.dead == 0 && r.bad_pixels.hot == 0; }
bool draws(const Response& r) {
  const bool ranges = std::ranges::any_of(r.adaptive.ranges, [](const GainRange& range) { return range.noise > 0; });
  return r.counting_noise || r.flicker > 0 || r.shutter_jitter_s > 0 || ranges || r.readout_noise > 0 ||
         r.bad_pixels.twinkling > 0;
}

bool has_no_crystal(const FlagFacts& f) { return f.setup.no_crystal; }
/// With those of the shapes.
Alternatives flags_of_a_crystal() {
  Alternatives flags = {"misset",
                        "misset_seed",
                        "crystals",
                        "N",
                        "Na",
                        "Nb",
                        "Nc",
                        "samplesize",
                        "sample_x",
                        "sample_y",
                        "sample_z",
                        "crystal_size",
                        "crystal_form",
                        "fudge",
                        "mosaic",
                        "mosaic_domains",
                        "mosaic_draws",
                        "mosaic_seed",
                        "mosaic_rotations",
                        "dmin",
                        "interpolate",
                        "nointerpolate",
                        "direct_beam"};
  const Alternatives shapes = shape_flags();
  flags.insert(flags.end(), shapes.begin(), shapes.end());
  return flags;
}

// clang-format off
const IdleRule rules[] = {
    {flags_of_a_crystal(), has_no_crystal, "there is no crystal"},
    {{"N"}, [](const FlagFacts& f) { return sized<0>(f) && sized<1>(f) && sized<2>(f); }, "the sample size is used instead"},
    {{"Na"}, sized<0>, "the sample size is used instead"},
    {{"Nb"}, sized<1>, "the sample size is used instead"},
    {{"Nc"}, sized<2>, "the sample size is used instead"},
    {{"fudge"}, [](const FlagFacts& f) { return !physics::shape_info(experiment(f).crystal.shape).has_fudge; }, "it does not apply to a crystal of this shape"},
    {{"mosaic_domains", "mosaic_seed", "mosaic_draws"}, [](const FlagFacts& f) { return experiment(f).crystal.mosaic_rotations.empty(); }, "there is no mosaic spread (-mosaic)"},
    {{"mosaic_seed", "mosaic_draws"}, [](const FlagFacts& f) { return !crystal_of(f).mosaic_rotations_file.empty(); }, "the domains come from -mosaic_rotations"},
    {{"experiment"}, [](const FlagFacts& f) { return f.setup.options.files.geometry.empty() && !f.setup.from_scene; }, "there is no -geometry"},
    {{"misset_seed"}, [](const FlagFacts& f) { return !crystal_of(f).misset_random && !f.quirks.on(Quirk::MissetSeedFlag); }, "the orientation is not random (-misset random)"},
    {{"phistep", "phisteps"}, [](const FlagFacts& f) { return experiment(f).spindle.phi_steps == 1 && experiment(f).spindle.phi_range_rad == 0; }, "there is no rotation (-osc)"},
    {{"direct_beam"}, [](const FlagFacts& f) { return experiment(f).structure_factors->of_direct_beam() == 0; }, "F(0,0,0) is 0"},
    {{"direct_beam"}, [](const FlagFacts& f) { return f.quirks.on(Quirk::DirectBeam) || experiment(f).sampling.interpolate; }, "F(0,0,0) is rendered anyway"},
    {{"interpolate"}, [](const FlagFacts& f) { return !experiment(f).structure_factors->has_table(); }, "all amplitudes are the same"},
    {{"dmin"}, [](const FlagFacts& f) { return f.sight.corner && angstrom_from_metres(experiment(f).sampling.d_min_m) < f.sight.corner->d_A; }, "the detector does not reach that far"},

    {{"hdivstep", "hdivsteps"}, [](const FlagFacts& f) { return !sources_from_file(f) && f.setup.horizontal_rad.range == 0; }, "there is no horizontal divergence (-hdivrange)"},
    {{"vdivstep", "vdivsteps"}, [](const FlagFacts& f) { return !sources_from_file(f) && f.setup.vertical_rad.range == 0; }, "there is no vertical divergence (-vdivrange)"},
    {{"divsteps"}, [](const FlagFacts& f) { return !sources_from_file(f) && f.setup.horizontal_rad.range == 0 && f.setup.vertical_rad.range == 0; }, "there is no divergence (-divergence)"},
    {{"round_div", "square_div"}, [](const FlagFacts& f) { return !sources_from_file(f) && (f.setup.horizontal_rad.count == 1 || f.setup.vertical_rad.count == 1); }, "a line of divergence angles has no corners"},
    {{"dispsteps"}, [](const FlagFacts& f) { return !sources_from_file(f) && f.setup.dispersion.range == 0; }, "there is no dispersion (-dispersion)"},
    {{"spectrum_unit"}, [](const FlagFacts& f) { return f.setup.options.beam.spectrum_file.empty(); }, "there is no -spectrum"},
    {{"wavelengths"}, [](const FlagFacts& f) { return f.setup.spectrum.empty(); }, "there is no spectrum (-spectrum, -bandwidth, -pink, -two_colour, -sase)"},
    {{"shot"}, [](const FlagFacts& f) { return !assemble::has_shots(f.setup.options.beam); }, "there is neither -sase nor a NeXus spectrum"},
    {{"k_sol", "b_sol", "anomalous", "oversample_cell", "fcalc_method"}, [](const FlagFacts& f) { return f.setup.options.factors.model.empty(); }, "there is no -model"},
    {{"labels"}, [](const FlagFacts& f) { return f.setup.options.factors.file.empty(); }, "there is no -hkl file with columns"},
    {{"truth_fraction"}, [](const FlagFacts& f) { return f.setup.options.output.truth.empty(); }, "there is no -truth"},
    {{"fluence"}, flux_used, "flux, exposure and beam size give the fluence"},
    {{"flux"}, [](const FlagFacts& f) { return !flux_used(f); }, "flux, exposure or beam size is zero: the fluence is that of -fluence"},
    {{"exposure"}, [](const FlagFacts& f) { return f.setup.options.beam.flux_per_s == 0; }, "there is no -flux"},
    {{"beamsize"}, [](const FlagFacts& f) { return f.setup.options.beam.flux_per_s == 0 && !sized<1>(f) && !sized<2>(f) && !assemble::has_many_blocks(crystal_of(f)) && !lights_more(f); }, "there is neither -flux nor a sample size"},

    {{"detsize"}, [](const FlagFacts& f) { return detector_of(f).n_fast && detector_of(f).n_slow; }, "the number of pixels is given"},
    {{"detsize_f"}, [](const FlagFacts& f) { return detector_of(f).n_fast.has_value(); }, "the number of pixels is given"},
    {{"detsize_s"}, [](const FlagFacts& f) { return detector_of(f).n_slow.has_value(); }, "the number of pixels is given"},
    {{"distance"}, [](const FlagFacts& f) { return by_origin(f) && f.setup.options.files.geometry.empty(); }, "the origin of the detector is given"},
    {{"close_distance", "Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY"}, by_origin, "the origin of the detector is given"},
    {{"distance"}, [](const FlagFacts& f) { return detector_of(f).close_distance_m.has_value(); }, "-close_distance is used instead"},
    {{"detector_abs"}, [](const FlagFacts& f) { return detector_of(f).thickness_m == 0 && all_surfaces(f); }, "the sensor has no thickness (-detector_thick)"},
    {{"sensor"}, [](const FlagFacts& f) { return f.setup.origins.given("detector_thick"); }, "-detector_thick is used instead"},
    {{"detector_thicksteps"}, [](const FlagFacts& f) { return all_surfaces(f); }, "the sensor has no thickness (-detector_thick)"},
    {{"oversample_thick", "oversample_polar", "oversample_omega"}, [](const FlagFacts& f) { return !f.quirks.on(Quirk::RunningSum) && !f.quirks.on(Quirk::FirstSubpixel); }, "each sample has its own factors anyway"},

    {{"psf"}, of_response<[](const Response& r) { return r.point_spread.fwhm_m == 0; }>, "the point spread has no width (-psf_fwhm)"},
    {{"dead_time_kind"}, of_response<[](const Response& r) { return r.dead_time.seconds == 0; }>, "there is no dead time (-dead_time)"},
    {{"quanta"}, of_response<[](const Response& r) { return !r.counting_noise && r.dark_electrons_per_s == 0; }>, "photons are not counted"},
    {{"show_bad_pixels"}, of_response<has_no_bad_pixels>, "there are neither dead nor hot pixels"},
    {{"detector_seed"}, of_response<[](const Response& r) { return r.flat_field == 0 && r.bad_pixels.twinkling == 0 && has_no_bad_pixels(r); }>, "there are neither bad pixels nor sensitivities that differ (-flat_field)"},

    {{"scale"}, [](const FlagFacts& f) { return !writes_scaled_smv(f); }, "no scaled SMV image is written"},
    {{"adc"}, [](const FlagFacts& f) { return !writes_smv(f); }, "no SMV image is written"},
    {{"pgmscale"}, [](const FlagFacts& f) { return !writes_pgm(f); }, "no PGM is written"},
    {{"compression"}, [](const FlagFacts& f) { return !writes_nxmx(f); }, "no .nxs file is written"},
    {{"png_scale", "png_percentile", "png_colours", "png_layout", "png_size", "png_bar", "png_rings", "png_rings_at", "png_spots"}, [](const FlagFacts& f) { return !writes(f, formats::Numbers::Preview); }, "no PNG is written"},
    {{"seed"}, [](const FlagFacts& f) { return !writes_noise(f.setup.options.output, f.outputs) && !seeds_misset(f) && !f.setup.options.beam.sase && !of_response<draws>(f); }, "no noise is drawn"},
    {{"tolerance"}, [](const FlagFacts& f) { return f.by_reference; }, "the reference backend does not skip work"},
};
// clang-format on

}  // namespace

std::vector<IdleFlag> idle_flags(const FlagFacts& facts) {
  std::vector<IdleFlag> found;
  for (const Flag& flag : flag_table())
    if (const Origin* typed = facts.setup.origins.last_flag({flag.names.front()}); typed && flag.group == no_effect)
      found.push_back({typed->words, "it is accepted for old scripts only"});
  Alternatives named;
  for (const IdleRule& rule : rules)
    for (const std::string_view flag : rule.flags) {
      const Origin* typed = facts.setup.origins.last_flag({flag});
      if (!typed || std::ranges::find(named, flag) != named.end() || !rule.idle(facts)) continue;
      named.push_back(flag);
      found.push_back({typed->words, rule.reason});
    }
  return found;
}

}  // namespace femtobragg::nanobragg
