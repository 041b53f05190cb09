// `femtobragg parameters`: what images can be differentiated with respect to.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/gradients/parameter.h"
#include "programs/command_options.h"
#include "programs/described_run.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using gradients::ListedParameter;
using nlohmann::ordered_json;
/// For the list without a run: a crystal in which as much as possible can be changed.
const Words some_run = {"-default_F", "100",
                        "-cell",      "50",
                        "60",         "70",
                        "80",         "95",
                        "100",        "-N",
                        "10",         "-mosaic",
                        "0.01",       "-mosaic_domains",
                        "2",          "-dispersion",
                        "0.1",        "-dispsteps",
                        "2",          "-detector_thick",
                        "300",        "-detector_abs",
                        "500"};

std::string name_of(gradients::Transform transform) {
  switch (transform) {
    case gradients::Transform::Log: return "log";
    case gradients::Transform::Window: return "window";
    case gradients::Transform::Identity: break;
  }
  return "identity";
}

ordered_json number_of(double x) { return std::isfinite(x) ? ordered_json(x) : ordered_json(nullptr); }

ordered_json json_of(const ListedParameter& listed, bool of_run) {
  const gradients::ParameterInfo& info = listed.info;
  ordered_json row = {{"name", info.name},
                      {"unit", info.unit},
                      {"help", info.help},
                      {"transform", name_of(info.transform)},
                      {"lowest", number_of(info.lowest)},
                      {"highest", number_of(info.highest)},
                      {"in_all", info.same_as.empty()},
                      {"same_as", info.same_as}};
  if (!of_run) return row;
  row["value"] = number_of(listed.value);
  row["scale"] = info.scale;
  row["differentiable"] = !listed.why_not.has_value();
  row["why_not"] = listed.why_not.value_or("");
  return row;
}

std::string bounds_of(const gradients::ParameterInfo& info) {
  std::string text;
  if (std::isfinite(info.lowest)) text += ", from " + format_number(info.lowest);
  if (std::isfinite(info.highest)) text += ", to " + format_number(info.highest);
  return text;
}

std::string line_of(const ListedParameter& listed, bool of_run) {
  const gradients::ParameterInfo& info = listed.info;
  std::string line = padded(info.name, 20) + padded(info.unit, 13);
  if (of_run) line += padded(std::isnan(listed.value) ? "" : format_number(listed.value, 8), 16);
  line += info.help;
  if (!of_run) line += " (" + name_of(info.transform) + bounds_of(info) + ")";
  if (of_run && listed.why_not) return line + "; NO DERIVATIVE: " + *listed.why_not + "\n";
  if (!info.same_as.empty()) line += "; not in all, which has " + info.same_as;
  return line + "\n";
}

}  // namespace

int parameters(const Words& words) {
  bool as_json = false;
  CommandOptions options(
      "Lists the parameters with respect to which images can be differentiated:   femtobragg parameters "
      "[--json] [-- "
      "ARGS...]\n"
      "With the arguments of a run: the values there, and what has no derivative there.",
      "femtobragg parameters");
  options.add("--json", as_json, "print JSON");
  Words arguments;
  if (!options.parse(words, arguments)) return 0;
  const bool of_run = !arguments.empty();
  const DescribedRun run = run_described_by(of_run ? arguments : some_run);
  const auto list = gradients::list_parameters(run.setup.experiment);
  ordered_json rows = ordered_json::array();
  for (const ListedParameter& listed : list) {
    if (as_json)
      rows.push_back(json_of(listed, of_run));
    else
      std::cout << line_of(listed, of_run);
  }
  if (as_json) std::cout << rows.dump(2) << "\n";
  return 0;
}

}  // namespace femtobragg::programs
