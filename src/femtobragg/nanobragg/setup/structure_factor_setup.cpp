// Which file the structure factors come from, and the dump for the next run.
#include "femtobragg/nanobragg/setup/structure_factor_setup.h"

#include <filesystem>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/hkl_list.h"
#include "femtobragg/formats/tables/structure_factor_dump.h"

namespace femtobragg::nanobragg {

using assemble::FactorSource;

namespace {

formats::HklList read_stream(const std::string& path, double default_amplitude, QuirkLog& quirks) {
  const std::string text = formats::read_file(path, "the reflection list");
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

FactorSource from_dump(const FileOptions& files, const std::optional<double>& default_amplitude, QuirkLog& quirks) {
  quirks.changes(Quirk::FdumpStale, !files.dump_named);
  formats::DumpReading reading = read_dump(files.dump, quirks);
  if (default_amplitude) reading.factors.default_amplitude = *default_amplitude;
  FactorSource setup;
  setup.reflections = reading.factors.values.size();
  setup.notes.push_back("structure factors from the dump file " + files.dump + ": " + reading.factors.box.describe() +
                        ", " + std::to_string(setup.reflections) + " values");
  if (reading.missing_values > 0)
    setup.warnings.push_back(in_quotes(files.dump) + " is too short: " + std::to_string(reading.missing_values) +
                             " structure factors are set to zero");
  setup.factors = std::make_shared<StructureFactors>(std::move(reading.factors));
  return setup;
}

/// A model gives all amplitudes.
void refuse_rival(const Options& o) {
  const char* rival = !o.factors.file.empty() ? "structure_factors.file" : o.files.dump_named ? "-dump" : nullptr;
  if (!rival) return;
  throw Error::usage({.what = "two sources of structure factors",
                      .where = std::string("structure_factors.model and ") + rival,
                      .rule = "a model gives all of them",
                      .remedy = "remove one of them"});
}

}  // namespace

FactorSource set_up_structure_factors(const Options& options, QuirkLog& quirks) {
  const FileOptions& files = options.files;
  const FactorScene& f = options.factors;
  if (!f.model.empty()) refuse_rival(options);
  if (!f.file.empty() && f.model.empty() && quirks.on(Quirk::HklParse))
    return assemble::factors_of_list(read_stream(f.file, f.default_amplitude.value_or(0), quirks), f.file);
  if (!f.model.empty() || !f.file.empty()) return assemble::read_factors(f);
  const bool may_read = files.dump_named || quirks.on(Quirk::FdumpStale);
  std::error_code no_such_name;
  if (may_read && std::filesystem::exists(files.dump, no_such_name))
    return from_dump(files, f.default_amplitude, quirks);
  if (files.dump_named && !quirks.on(Quirk::FdumpStale)) formats::read_file(files.dump, "the structure factor dump");
  return assemble::read_factors(f);
}

void require_stol(const FileOptions& files) {
  if (files.stol.empty()) return;
  const std::string text = formats::read_file(files.stol, "the -stol file", formats::InputKind::Text);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw Error::runtime({.what = "no data found",
                          .where = in_quotes(files.stol),
                          .rule = "it must not be empty",
                          .remedy = "remove -stol: it has no effect"});
}

bool asks_for_dump(const Options& options, const QuirkSet& quirks) {
  const FileOptions& files = options.files;
  return !options.factors.file.empty() && (quirks.on(Quirk::FdumpStale) || files.dump_named);
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
