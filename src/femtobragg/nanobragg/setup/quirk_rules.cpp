// Each stage as nanoBragg has it, beside the correct one.
#include "femtobragg/nanobragg/setup/quirk_rules.h"

#include <algorithm>
#include <functional>

#include "femtobragg/assemble/crystal.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/source_file.h"
#include "femtobragg/nanobragg/setup/sight.h"
#include "femtobragg/nanobragg/setup/step_rules.h"
#include "femtobragg/nanobragg/setup/structure_factor_setup.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::nanobragg {
namespace {

class QuirkRules : public assemble::Rules {
 public:
  QuirkRules(const Setup& setup, QuirkLog& quirks, bool strict) : setup_(setup), quirks_(quirks), strict_(strict) {}

  assemble::FactorSource factors(const FactorScene&) override {
    return set_up_structure_factors(setup_.options, quirks_);
  }

  ReciprocalAxes upright_axes(const UnitCell& cell) override {
    return quirks_.settle(
        {TriclinicCell},
        [&](const QuirkSet& set) {
          return set.on(TriclinicCell) ? assemble::older_reciprocal_axes(cell) : Rules::upright_axes(cell);
        },
        [](const auto& a, const auto& b) { return assemble::equivalent(a, b); });
  }

  std::optional<std::string> matrix_text(const std::string& path, assemble::Assembled& result) override {
    try {
      return strict_ ? Rules::matrix_text(path, result)
                     : formats::read_file(path, "the matrix file", formats::InputKind::Matrix);
    } catch (const Error& error) {
      if (!quirks_.on(MatMissing) || !result.cell) throw;
      quirks_.changes(MatMissing);
      result.warnings.push_back(error.what());
      return {};
    }
  }

  /// Whether they agree is a rule of strict command lines, which names the words (contradictions.h).
  void require_cell(const UnitCell& cell, const UnitCell&) override {
    if (!quirks_.on(TriclinicCell)) reciprocal_axes_of_cell(cell);
  }

  Vec3d random_misset_rad(std::int64_t& seed, assemble::RandomNumbers& random) override {
    quirks_.changes(MissetRandom);
    if (!quirks_.on(MissetRandom)) return Rules::random_misset_rad(seed, random);
    return physics::lab_axis_angles(random.mosaic_rotation(90.0f, seed));
  }

  SampledRange phi_steps(const RotationScene& rotation) override {
    return quirks_.settle(
        {StepRules}, [&](const QuirkSet& set) { return nanobragg::phi_steps(rotation, set); }, same_results);
  }

  SampledRange divergence_steps(const StepRange& steps, bool horizontal) override {
    return quirks_.settle(
        {StepRules, SpreadEnds, DivergenceGrid},
        [&](const QuirkSet& set) { return nanobragg::divergence_steps(steps, set, horizontal); }, same_results);
  }

  SampledRange dispersion_steps(const StepRange& steps) override {
    return quirks_.settle(
        {StepRules, SpreadEnds}, [&](const QuirkSet& set) { return nanobragg::dispersion_steps(steps, set); },
        same_results);
  }

  bool chooses_counts() override { return !quirks_.on(StepRules); }

  bool grid_has_ends() override { return quirks_.on(SpreadEnds); }

  std::vector<Source> sources(const std::string& path, const formats::SourceDefaults& defaults) override {
    const std::string text = formats::read_file(path, "the source file", formats::InputKind::Text);
    std::vector<Source> sources = quirks_.settle(
        {SourceParse},
        [&](const QuirkSet& set) {
          const bool older = set.on(SourceParse);
          return formats::parse_sources(older ? text : plain_text(text, path), path, defaults, older);
        },
        std::equal_to<>());
    const double first = sources.front().weight;
    const bool differ = std::ranges::any_of(sources, [&](const Source& s) { return s.weight != first; });
    quirks_.changes(SourceWeights, differ);
    if (quirks_.on(SourceWeights))
      for (Source& source : sources) source.weight = 1;
    return sources;
  }

  /// The drop-in looks at -N even where sizes give the number of cells.
  bool interpolates(const Experiment& e) override {
    const bool by_flags = std::ranges::any_of(setup_.options.crystal.cells, [](auto n) { return n <= 2; });
    const bool by_crystal = Rules::interpolates(e);
    quirks_.changes(XtalsizeInterp, by_flags != by_crystal && e.structure_factors->has_table());
    return quirks_.on(XtalsizeInterp) ? by_flags : by_crystal;
  }

  void infinite_fluence(std::vector<std::string>& warnings) override {
    if (strict_) Rules::infinite_fluence(warnings);
    warnings.push_back("a flux through a beam of size zero: the fluence is infinite");
  }

  void polarization_along_beam() override {
    if (strict_) Rules::polarization_along_beam();
  }

  void layers_without_thickness() override {
    if (strict_) Rules::layers_without_thickness();
  }

  bool water_needs_crystal() override { return quirks_.on(Quirk::Water); }
  bool direct_beam_shines(const Experiment& e) override {
    quirks_.changes(DirectBeam, direct_beam_pixel(e).has_value());
    return quirks_.on(DirectBeam);
  }

 private:
  using enum Quirk;

  const Setup& setup_;
  QuirkLog& quirks_;
  bool strict_;
};

}  // namespace

std::unique_ptr<assemble::Rules> quirk_rules(const Setup& setup, QuirkLog& quirks, bool strict) {
  return std::make_unique<QuirkRules>(setup, quirks, strict);
}

}  // namespace femtobragg::nanobragg
