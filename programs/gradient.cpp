// `femtobragg gradient`: derivatives of an image with respect to parameters of the experiment.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/gradients/constant_transmission.h"
#include "femtobragg/gradients/finite_difference.h"
#include "femtobragg/gradients/gradient.h"
#include "femtobragg/nanobragg/flags/file_arguments.h"
#include "femtobragg/nanobragg/report/report.h"
#include "programs/command_options.h"
#include "programs/described_run.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using gradients::Gradient;
using gradients::Jacobian;
using gradients::ParameterCheck;
using gradients::ParameterSpace;
using nlohmann::ordered_json;
struct GradientSettings {
  Words parameters;
  bool check = false;
  std::string weights, out, device, number_type;
  Words arguments;
};

/// Nothing: help was printed.
std::optional<GradientSettings> gradient_settings(const Words& words) {
  GradientSettings s;
  CommandOptions options(
      "Derivatives of an image, in photons per unit of each parameter:   femtobragg gradient --wrt LIST [OPTIONS] -- "
      "ARGS...\n"
      "ARGS are those of femtobragg simulate; `femtobragg parameters` lists the parameters. With a -response, -gain, "
      "-pedestal or -psf_fwhm, the detector's expected numbers take the place of photons.",
      "femtobragg gradient");
  options.footer("Exit status: 0 success; 1 a checked derivative is wrong, or another error; 2 wrong command line.");
  options
      .add("--wrt", s.parameters,
           "parameters or prefixes of names (cell, misset), separated by commas; all: those that have "
           "derivatives here and do not duplicate others")
      .required()
      .separated_by_commas()
      .type("LIST");
  options.add("--check", s.check, "check each derivative against finite differences of the reference backend");
  options
      .add("--weights", s.weights,
           "image of dL/d(photons): print the derivatives of the loss L, as JSON; with --out to PREFIX_loss.json")
      .type("FILE");
  options.add("--out", s.out, "write PREFIX_photons.npy and PREFIX_NAME.npy for each parameter (float64)")
      .type("PREFIX");
  options.add("--device", s.device, "backend, as for simulate").type("NAME");
  options.add("--dtype", s.number_type, "float64 or float32; default: float64").type("TYPE");
  if (!options.parse(words, s.arguments)) return {};
  if (s.arguments.empty())
    throw Error::usage({.what = "femtobragg gradient",
                        .where = "--",
                        .rule = "the arguments of the run follow it",
                        .remedy = "see --help"});
  return s;
}

/// Derivatives are computed in double precision unless something else is asked for.
RenderRequest request_of(nanobragg::CommandLine& line, const GradientSettings& s) {
  nanobragg::RunOptions& run = line.options.run;
  if (!s.device.empty()) run.device = s.device;
  if (!s.number_type.empty()) run.number_type = s.number_type;
  if (run.number_type.empty()) run.number_type = name_of(backends::NumberType::Float64);
  return nanobragg::request_of(line);
}

std::vector<double> weights_from(const std::string& path, const ImageShape& shape) {
  const formats::Frame file = formats::read_pixels(path);
  const bool fits = file.pixels.size() == shape.n_fast * shape.n_slow && (!file.shape || *file.shape == shape);
  if (!fits)
    throw Error::usage(
        {.what = "the weights do not fit the detector",
         .where = in_quotes(path),
         .rule = "it has " + std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels",
         .remedy = "give a weight for each of them"});
  return {file.pixels.begin(), file.pixels.end()};
}

std::string json_of(const ParameterSpace& space, const gradients::Adjoint& adjoint) {
  ordered_json rows = ordered_json::array();
  for (std::size_t i = 0; i < space.size(); ++i)
    rows.push_back({{"name", space.infos()[i].name},
                    {"unit", space.infos()[i].unit},
                    {"value", space.start()[i]},
                    {"derivative", adjoint.parameters[i]}});
  return ordered_json{{"parameters", rows}}.dump(2) + "\n";
}

double norm_of(const std::vector<double>& image) {
  double sum = 0;
  for (const double x : image) sum += x * x;
  return std::sqrt(sum);
}

std::string text_of(const ParameterSpace& space, const Jacobian& jacobian) {
  std::string text = padded("parameter", 20) + padded("value", 16) + padded("unit", 13) + "photons/unit (norm)\n";
  for (std::size_t i = 0; i < space.size(); ++i) {
    const gradients::ParameterInfo& info = space.infos()[i];
    text += padded(info.name, 20) + padded(format_number(space.start()[i], 8), 16) + padded(info.unit, 13) +
            format_number(norm_of(jacobian.derivatives[i])) + "\n";
  }
  return text;
}

std::string text_of(const std::vector<ParameterCheck>& checks) {
  std::string text = padded("parameter", 20) + padded("value", 16) + padded("unit", 13) + padded("derivative", 14) +
                     padded("error", 13) + padded("at step", 13) + padded("correlation", 13) + padded("excluded", 10) +
                     "verdict\n";
  for (const ParameterCheck& c : checks) {
    const auto best = std::ranges::find(c.steps, c.best_step, &gradients::DifferenceStep::step);
    text += padded(c.info.name, 20) + padded(format_number(c.value, 8), 16) + padded(c.info.unit, 13) +
            padded(format_number(c.derivative_norm), 14) + padded(format_number(c.best_error, 3), 13) +
            padded(format_number(c.best_step, 3), 13) +
            padded(std::isnan(c.correlation) ? "-" : format_number(c.correlation, 6), 13) +
            padded(best == c.steps.end() ? "-" : std::to_string(best->left_out), 10) + (c.passes ? "" : "FAILED: ") +
            c.verdict + "\n";
  }
  return text;
}

void write_jacobian(const std::string& prefix, const ParameterSpace& space, const Jacobian& jacobian) {
  const ImageShape shape{jacobian.n_fast, jacobian.n_slow};
  formats::write_npy(prefix + "_photons.npy", shape, jacobian.photons);
  for (std::size_t i = 0; i < space.size(); ++i)
    formats::write_npy(prefix + "_" + space.infos()[i].name + ".npy", shape, jacobian.derivatives[i]);
}

void require_inputs_kept(const GradientSettings& s, const ParameterSpace& space) {
  if (s.out.empty()) return;
  Words inputs = nanobragg::input_files(s.arguments), outputs = {s.out + "_photons.npy", s.out + "_loss.json"};
  inputs.push_back(s.weights);
  for (const gradients::ParameterInfo& info : space.infos()) outputs.push_back(s.out + "_" + info.name + ".npy");
  formats::require_inputs_kept(inputs, outputs);
}

/// In single precision derivatives have errors of about 1e-6 of their own, above which steps must stand out.
gradients::CheckLimits limits_for(backends::NumberType type) {
  gradients::CheckLimits limits;
  if (type == backends::NumberType::Float32) limits = {.error = 1e-4, .correlation = 0.99, .decades = 1};
  return limits;
}

}  // namespace

int gradient(const Words& words) {
  const std::optional<GradientSettings> settings = gradient_settings(words);
  if (!settings) return 0;
  DescribedRun run = run_described_by(settings->arguments);
  const RenderRequest request = request_of(run.line, *settings);
  std::cerr << nanobragg::quirk_report(run.line.quirks);
  const ParameterSpace space(run.setup.experiment, settings->parameters);
  require_inputs_kept(*settings, space);
  if (const std::string remark = gradients::remark_on_transmission(space.base(), space.names()); !remark.empty())
    std::cerr << "warning: " << remark << "\n";
  const Gradient gradient(space, space.start(), request);

  if (!settings->weights.empty()) {
    const auto weights = weights_from(settings->weights, gradient.shape());
    const std::string loss = json_of(space, gradient.adjoint(weights));
    if (settings->out.empty())
      std::cout << loss;
    else
      formats::write_text(settings->out + "_loss.json", loss);
    if (settings->out.empty() && !settings->check) return 0;
  }
  const Jacobian jacobian = gradient.jacobian();
  if (!settings->out.empty()) write_jacobian(settings->out, space, jacobian);
  if (!settings->check) {
    if (settings->out.empty()) std::cout << text_of(space, jacobian);
    return 0;
  }
  const auto checks = gradients::check(space, space.start(), jacobian, limits_for(request.control.number_type));
  std::cout << text_of(checks);
  return std::ranges::all_of(checks, &ParameterCheck::passes) ? 0 : 1;
}

}  // namespace femtobragg::programs
