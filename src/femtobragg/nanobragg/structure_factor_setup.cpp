// Which file the structure factors come from, and the dump for the next run.
#include "femtobragg/nanobragg/structure_factor_setup.h"

#include <filesystem>

#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/hkl_list.h"
#include "femtobragg/formats/tables/structure_factor_dump.h"
#include "femtobragg/nanobragg/sight.h"

namespace femtobragg::nanobragg {
namespace {

formats::HklList read_list(const std::string& text, const std::string& path, double default_amplitude,
                           const std::vector<std::string>& labels, QuirkLog& quirks) {
  if (!quirks.on(Quirk::HklParse)) return formats::parse_hkl_lines(text, path, default_amplitude, labels);
  formats::HklList list = formats::parse_hkl_stream(text, path, default_amplitude);
  bool same = false;
  try {
    same = formats::parse_hkl_lines(text, path, default_amplitude).factors == list.factors;
  } catch (const Error&) {
  }
  quirks.changes(Quirk::HklParse, !same);
  return list;
}

formats::DumpReading read_dump(const std::string& path, QuirkLog& quirks) {
  const std::string bytes = formats::read_file(path, "the structure factor dump");
  formats::LegacyDumpRules rules{.swallow_blank_bytes = quirks.on(Quirk::FdumpBytes),
                                 .accept_short_files = quirks.on(Quirk::FdumpStale)};
  formats::DumpReading reading = formats::parse_dump(bytes, path, rules);
  if (rules.swallow_blank_bytes) {
    rules.swallow_blank_bytes = false;
    quirks.changes(Quirk::FdumpBytes, !(formats::parse_dump(bytes, path, rules).factors == reading.factors));
  }
  return reading;
}

StructureFactorSetup from_dump(const FileOptions& files, const std::optional<double>& default_amplitude,
                               QuirkLog& quirks) {
  quirks.changes(Quirk::FdumpStale, !files.dump_named);
  formats::DumpReading reading = read_dump(files.dump, quirks);
  if (default_amplitude) reading.factors.default_amplitude = *default_amplitude;
  StructureFactorSetup setup;
  setup.reflections = reading.factors.values.size();
  setup.notes.push_back("structure factors from the dump file " + files.dump + ": " + reading.factors.box.describe() +
                        ", " + std::to_string(setup.reflections) + " values");
  if (reading.missing_values > 0)
    setup.warnings.push_back(in_quotes(files.dump) + " is too short: " + std::to_string(reading.missing_values) +
                             " structure factors are set to zero");
  setup.factors = std::make_shared<StructureFactors>(std::move(reading.factors));
  return setup;
}

StructureFactorSetup from_reflections(const std::string& bytes, const Options& o) {
  const std::string& path = o.files.hkl;
  atoms::ReflectionFile file =
      atoms::parse_reflection_file(bytes, path, o.model.labels, o.crystal.default_amplitude.value_or(0));
  StructureFactorSetup setup;
  setup.reflections = file.reflections;
  setup.factors = std::make_shared<StructureFactors>(std::move(file.factors));
  if (!file.cell) {
    setup.notes = {"structure factors from " + path + ": " + setup.factors->box.describe() + ", " +
                   std::to_string(file.reflections) + " reflections"};
    for (const std::string& note : file.notes) setup.notes.push_back(path + ": " + note);
    for (const std::string& text : file.warnings) setup.warnings.push_back(path + ": " + text);
    return setup;
  }
  setup.crystal = CrystalFile{path, *file.cell, file.space_group.symbol, nullptr, {}, std::move(file.notes), {}};
  const std::string& group = setup.crystal->space_group;
  setup.crystal->notes.insert(
      setup.crystal->notes.begin(),
      "structure factors from " + path + ": " + (group.empty() ? "a space group without a symbol" : group) + ", " +
          std::to_string(file.reflections) + " reflections to " + format_number(file.d_min_A, 4) + " A");
  for (const std::string& text : file.warnings) setup.crystal->warnings.push_back(path + ": " + text);
  return setup;
}

StructureFactorSetup from_list(formats::HklList list, const std::string& path) {
  StructureFactorSetup setup;
  setup.reflections = list.reflections;
  std::vector<std::string> notes{"structure factors from " + path + ": " + list.factors.box.describe() + ", " +
                                 std::to_string(list.reflections) + " reflections"};
  for (const std::string& note : list.notes) notes.push_back(path + ": " + note);
  if (list.cell)
    setup.crystal = CrystalFile{path, *list.cell, "", nullptr, {}, std::move(notes), std::move(list.warnings)};
  else
    setup.notes = std::move(notes), setup.warnings = std::move(list.warnings);
  setup.factors = std::make_shared<StructureFactors>(std::move(list.factors));
  return setup;
}

StructureFactorSetup uniform(double amplitude) {
  StructureFactors factors;
  factors.default_amplitude = amplitude;
  return {std::make_shared<StructureFactors>(std::move(factors)), 0, {}, {}, {}};
}

}  // namespace

StructureFactorSetup set_up_structure_factors(const Options& options, QuirkLog& quirks) {
  const FileOptions& files = options.files;
  const std::optional<double>& default_amplitude = options.crystal.default_amplitude;
  if (!options.model.file.empty()) {
    StructureFactorSetup setup = uniform(default_amplitude.value_or(0));
    setup.crystal = read_model(options);
    return setup;
  }
  if (!files.hkl.empty()) {
    std::string text = formats::read_file(files.hkl, "the reflection list");
    if (!quirks.on(Quirk::HklParse)) {
      text = formats::inflated(std::move(text), files.hkl);
      if (!text.starts_with("MTZ ")) text = plain_text(std::move(text), files.hkl);
      if (atoms::looks_like_reflection_file(text)) return from_reflections(text, options);
    }
    return from_list(read_list(text, files.hkl, default_amplitude.value_or(0), options.model.labels, quirks),
                     files.hkl);
  }
  const bool may_read = files.dump_named || quirks.on(Quirk::FdumpStale);
  std::error_code no_such_name;
  if (may_read && std::filesystem::exists(files.dump, no_such_name)) return from_dump(files, default_amplitude, quirks);
  if (files.dump_named && !quirks.on(Quirk::FdumpStale)) formats::read_file(files.dump, "the structure factor dump");
  if (default_amplitude.value_or(0) == 0) return {};
  return uniform(*default_amplitude);
}

void set_direct_beam(Scene& scene, QuirkLog& quirks) {
  Experiment& e = scene.experiment;
  const StructureFactors& given = *e.structure_factors;
  if (e.sampling.interpolate || scene.options.crystal.direct_beam || given.of_direct_beam() == 0) return;
  quirks.changes(Quirk::DirectBeam, direct_beam_pixel(e).has_value());
  if (quirks.on(Quirk::DirectBeam)) return;
  StructureFactors dark = given;
  dark.leave_out_direct_beam();
  e.structure_factors = std::make_shared<const StructureFactors>(std::move(dark));
}

void require_stol(const FileOptions& files) {
  if (files.stol.empty()) return;
  const std::string text = formats::read_file(files.stol, "the -stol file", formats::InputKind::Text);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw Error::runtime({.what = "no data found",
                          .where = in_quotes(files.stol),
                          .rule = "it must not be empty",
                          .remedy = "leave -stol out: it has no effect"});
}

bool asks_for_dump(const FileOptions& files, const QuirkSet& quirks) {
  return !files.hkl.empty() && (quirks.on(Quirk::FdumpStale) || files.dump_named);
}

std::uint64_t dump_bytes(const StructureFactors& factors, const QuirkSet& quirks) {
  return quirks.on(Quirk::FdumpStale) ? formats::legacy_dump_value_bytes(factors) : formats::dump_value_bytes(factors);
}

void write_dump(const FileOptions& files, const StructureFactors& factors, const QuirkSet& quirks,
                std::vector<std::string>& notes, std::vector<std::string>& warnings) {
  const bool older = quirks.on(Quirk::FdumpStale);
  try {
    if (older)
      formats::write_legacy_dump(files.dump, factors);
    else
      formats::write_dump(files.dump, factors);
    notes.push_back("writing dump file for next time: " + files.dump);
  } catch (const Error& error) {
    if (!older) throw;
    warnings.push_back(error.what());
  }
}

}  // namespace femtobragg::nanobragg
