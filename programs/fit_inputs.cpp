// Experiment, image, mask.
#include "programs/fit_inputs.h"

#include <algorithm>
#include <iostream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/gradients/parameter.h"
#include "programs/frame_notes.h"

namespace femtobragg::programs {
namespace {

void require_shape(const formats::Frame& frame, const Experiment& experiment, const std::string& name) {
  const ImageShape shape = experiment.detector.image_shape();
  if (frame.shape ? *frame.shape == shape : frame.pixels.size() == shape.n_fast * shape.n_slow) return;
  throw Error::usage(
      {.what = "the image and the detector have different sizes",
       .where = in_quotes(name),
       .value = frame.shape ? std::to_string(frame.shape->n_fast) + " x " + std::to_string(frame.shape->n_slow)
                            : std::to_string(frame.pixels.size()) + " pixels",
       .rule = "the experiment has " + std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels",
       .remedy = "set detector.pixels to those of the image, or give the detector.file that it was taken with"});
}

formats::Frame read_frame(const std::string& name, const Experiment& experiment) {
  formats::Frame frame = formats::read_pixels(name);
  require_shape(frame, experiment, name);
  tell_notes(frame, name);
  return frame;
}

/// Finds out the offset where none is given, and returns what of it is subtracted.
double offset_of(const formats::Frame& frame, const std::string& name, std::optional<double> given,
                 Experiment& experiment, bool pedestal_is_refined) {
  const bool smv = frame.format && frame.format->numbers == formats::Numbers::SixteenBits;
  const bool of_response = !given && !frame.pedestal && experiment.recording.pedestal != 0;
  const std::string from = given            ? "--offset"
                           : frame.pedestal ? "its header"
                           : of_response    ? "the response"
                           : smv            ? "no ADC_OFFSET in its header; simulate and nanoBragg write 40"
                                            : "the default";
  const double subtracted = refine::settle_offset(experiment, given ? given : frame.pedestal, pedestal_is_refined);
  std::cerr << name << ": "
            << (pedestal_is_refined ? "pedestal starts at " + format_number(experiment.recording.pedestal)
                                    : "offset " + format_number(subtracted))
            << " (" << from << ")\n";
  return subtracted;
}

/// Numbers of a converter have another gain in each range.
void require_one_gain(const DescribedRun& run) {
  if (!run.setup.response || !run.setup.response->adaptive.raw) return;
  throw Error::usage({.what = "raw numbers of a detector whose gain adapts cannot be fitted",
                      .where = "response.raw",
                      .rule = "they are not linear in photons",
                      .remedy = "convert them to photons"});
}

void add_mask(const std::string& name, const Experiment& experiment, std::vector<PixelState>& states) {
  if (name.empty()) return;
  const formats::Frame mask = formats::read_mask(name);
  require_shape(mask, experiment, name);
  tell_notes(mask, name);
  const std::vector<std::uint8_t> live = formats::live_pixels(mask);
  for (std::size_t i = 0; i < states.size(); ++i)
    if (!live[i] && states[i] == PixelState::Counts) states[i] = PixelState::Masked;
}

}  // namespace

FitInput fit_input(const std::vector<std::string>& arguments, const std::string& image, const std::string& mask,
                   std::optional<double> offset, const std::vector<std::string>& parameters) {
  DescribedRun run = run_described_by(arguments);
  FitInput input;
  input.experiment = run.setup.experiment;
  require_one_gain(run);
  const std::vector<std::string> names = gradients::ParameterSpace(input.experiment, parameters).names();
  input.misset_rad = run.setup.random_misset_rad.value_or(run.setup.options.crystal.misset_rad);
  input.request = nanobragg::request_of(run.line);
  input.request.control.number_type = backends::NumberType::Float64;
  formats::Frame frame = read_frame(image, input.experiment);
  add_mask(mask, input.experiment, frame.states);
  const bool pedestal_is_refined = std::ranges::find(names, "pedestal") != names.end();
  const double subtracted = offset_of(frame, image, offset, input.experiment, pedestal_is_refined);
  input.target = refine::make_target(image, frame.pixels, input.experiment, frame.states, subtracted);
  std::cerr << image << ": " << input.target.usable_pixels()
            << " pixels; excluded: " << input.target.excluded.excluded_in_words() << "\n";
  input.run = std::make_shared<const DescribedRun>(std::move(run));
  return input;
}

}  // namespace femtobragg::programs
