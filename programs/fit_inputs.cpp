// Experiment, image, mask.
#include "programs/fit_inputs.h"

#include <cmath>
#include <iostream>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image_file.h"
#include "femtobragg/formats/input_file.h"
#include "femtobragg/formats/smv.h"
#include "programs/described_run.h"
#include "programs/panel_windows.h"

namespace femtobragg::programs {
namespace {

/// Where a detector of 16 bits clips.
constexpr float overload = 65535;

void require_shape(const formats::PixelFile& file, const Experiment& experiment, const std::string& name) {
  const ImageShape shape = experiment.detector.image_shape();
  if (file.shape ? *file.shape == shape : file.pixels.size() == shape.n_fast * shape.n_slow) return;
  throw Error::usage(
      {.what = "the image has another size than the detector",
       .where = in_quotes(name),
       .value = file.shape ? std::to_string(file.shape->n_fast) + " x " + std::to_string(file.shape->n_slow)
                           : std::to_string(file.pixels.size()) + " pixels",
       .rule = "the arguments give " + std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels",
       .remedy = "give -detpixels_x and -detpixels_y of the image, or the -geometry that it was taken with"});
}

/// Pixel values, clipped ones marked. Finds out the offset where none is given.
std::vector<float> read_values(const std::string& name, const Experiment& experiment, std::optional<double>& offset) {
  const std::string bytes = formats::read_file(name, "the image");
  formats::PixelFile file = formats::parse_pixels(bytes, name);
  require_shape(file, experiment, name);
  const bool smv = bytes.starts_with("{\nHEADER_BYT");
  std::string from = "--offset";
  if (!offset) {
    const std::string_view header = std::string_view(bytes).substr(0, smv ? bytes.find('}') : 0);
    offset = formats::smv_number(header, "ADC_OFFSET", formats::KeyMatch::Whole);
    from = offset ? "its header" : smv ? "no ADC_OFFSET in its header; simulate and nanoBragg write 40" : "the default";
  }
  std::cerr << name << ": offset " << format_number(offset.value_or(0)) << " (" << from << ")\n";
  for (float& pixel : file.pixels)
    if (smv && pixel >= overload) pixel = std::numeric_limits<float>::quiet_NaN();
  return panel_after_panel<float>(file.pixels, experiment.detector);
}

std::vector<std::uint8_t> read_mask(const std::string& name, const Experiment& experiment) {
  if (name.empty()) return {};
  const formats::PixelFile file = formats::read_pixels(name);
  require_shape(file, experiment, name);
  std::vector<std::uint8_t> mask;
  for (const float pixel : panel_after_panel<float>(file.pixels, experiment.detector))
    mask.push_back(pixel != 0 && std::isfinite(pixel));
  return mask;
}

}  // namespace

FitInput fit_input(const std::vector<std::string>& arguments, const std::string& image, const std::string& mask,
                   std::optional<double> offset) {
  const DescribedRun run = run_described_by(arguments);
  FitInput input;
  input.experiment = run.scene.experiment;
  input.misset_rad = run.scene.random_misset_rad.value_or(run.scene.options.crystal.misset_rad);
  input.request = nanobragg::request_of(run.line);
  input.request.control.number_type = backends::NumberType::Float64;
  const std::vector<float> values = read_values(image, input.experiment, offset);
  input.target =
      refine::make_target(image, values, input.experiment, read_mask(mask, input.experiment), offset.value_or(0));
  const refine::Target::Excluded& out = input.target.excluded;
  std::cerr << image << ": " << input.target.usable_pixels() << " pixels; left out: " << out.masked << " masked, "
            << out.negative << " below zero, " << out.not_finite << " overloaded or no numbers\n";
  return input;
}

}  // namespace femtobragg::programs
