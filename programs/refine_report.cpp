// Fills the page's template (refine_page.html) with one JSON object, and draws the images.
#include "programs/refine_report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "femtobragg/base/version.h"
#include "femtobragg/formats/io/digest.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/picture/picture.h"
#include "femtobragg/nanobragg/run/run.h"
#include "refine_page_template.h"

namespace femtobragg::programs {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

ordered_json settings_of(const RefineSettings& s) {
  ordered_json settings = {{"folder", fs::current_path().string()},
                           {"target", s.targets},
                           {"refine", s.parameters},
                           {"per-image", s.per_image},
                           {"shared", s.shared},
                           {"mask", s.mask},
                           {"pixels", s.pixels},
                           {"background", s.background},
                           {"seed", s.seed},
                           {"loss", s.loss},
                           {"restraint", s.restraints},
                           {"bounds", s.bounds},
                           {"tie", s.ties},
                           {"no-default-restraints", s.no_default_restraints},
                           {"iterations", s.iterations},
                           {"least-correlation", s.least_correlation},
                           {"amplitudes", s.amplitudes.string()},
                           {"amplitude-iterations", s.amplitude_iterations},
                           {"expt", s.expt.string()},
                           {"arguments", s.arguments},
                           {"image-args", s.image_arguments.string()},
                           {"image-args-folder", fs::absolute(s.arguments_folder / ".").lexically_normal().string()}};
  if (s.offset) settings["offset"] = *s.offset;
  if (s.levels) settings["levels"] = *s.levels;
  return settings;
}

/// Of n x n numbers.
ordered_json rows_of(const std::vector<double>& matrix, std::size_t n) {
  ordered_json rows = ordered_json::array();
  for (std::size_t first = 0; n > 0 && first + n <= matrix.size(); first += n)
    rows.push_back(std::vector<double>(&matrix[first], &matrix[first] + n));
  return rows;
}

ordered_json fit_of(const refine::FitSums& fit) {
  return {{"pixels", fit.pixels}, {"chi_squared", fit.chi_squared}, {"correlation", fit.correlation()}};
}

void add_parameters(ordered_json& record, const refine::RefinementResult& r) {
  ordered_json parameters = ordered_json::array(), iterations = ordered_json::array(), levels = ordered_json::array();
  for (const refine::RefinedParameter& p : r.parameters)
    parameters.push_back({{"name", p.name},
                          {"image", p.image ? ordered_json(*p.image) : ordered_json()},
                          {"unit", p.unit},
                          {"start", p.start},
                          {"value", p.value},
                          {"standard_error", p.standard_error},
                          {"tied", p.tied},
                          {"at_bound", p.at_bound},
                          {"weak_restraint", p.weak ? ordered_json{{"value", p.weak->value}, {"sigma", p.weak->sigma}}
                                                    : ordered_json()}});
  for (const refine::Iteration& i : r.iterations)
    iterations.push_back({{"level", i.level},
                          {"number", i.number},
                          {"cost", i.cost},
                          {"step", i.step},
                          {"seconds", i.seconds},
                          {"accepted", i.accepted}});
  for (const refine::Level& level : r.levels)
    levels.push_back({{"broadening", level.broadening}, {"coarse", level.coarse}});
  record.update({{"termination", r.termination},
                 {"stopped", r.stopped},
                 {"notes", r.notes},
                 {"pixels", refine::name_of(r.pixels)},
                 {"standard_errors",
                  {{"count", "counting noise"},
                   {"scaled_by_chi_squared", false},
                   {"pixels", r.after.pixels},
                   {"degrees_of_freedom", r.degrees_of_freedom()}}},
                 {"cost_before", r.cost_before},
                 {"cost", r.cost},
                 {"reduced_chi_squared", r.reduced_chi_squared()},
                 {"before", fit_of(r.before)},
                 {"after", fit_of(r.after)},
                 {"seconds", r.seconds},
                 {"levels", levels},
                 {"parameters", parameters},
                 {"correlation", rows_of(r.correlation, r.parameters.size())},
                 {"iterations", iterations}});
}

ordered_json amplitudes_of(const RefineSettings& s, const refine::AmplitudeResult& r) {
  ordered_json iterations = ordered_json::array();
  for (const refine::AmplitudeIteration& i : r.iterations)
    iterations.push_back({{"number", i.number},
                          {"cost", i.cost},
                          {"change", i.change},
                          {"seconds", i.seconds},
                          {"accepted", i.accepted}});
  // How many reflections are seen in so many images, the last: or more.
  constexpr std::size_t most = 10;
  std::vector<std::size_t> by_observations(most + 1, 0);
  for (const refine::MeasuredAmplitude& a : r.reflections) ++by_observations[std::min(a.observations, most)];
  refine::FitSums before, after;
  for (const refine::FitSums& fit : r.before) before.add(fit);
  for (const refine::FitSums& fit : r.after) after.add(fit);
  return {{"file", s.amplitudes.string()}, {"converged", r.converged}, {"reflections", r.reflections.size()},
          {"independent", r.independent},  {"kept", r.kept},           {"reflections_by_observations", by_observations},
          {"cost_before", r.cost_before},  {"cost", r.cost},           {"before", fit_of(before)},
          {"after", fit_of(after)},        {"seconds", r.seconds},     {"iterations", iterations}};
}

ordered_json background_of(const std::optional<refine::SmoothBackground>& background) {
  if (!background) return nullptr;
  ordered_json curve = ordered_json::array();
  for (const refine::BackgroundPoint& point : background->curve) curve.push_back({point.resolution_A, point.photons});
  return {{"form", refine::name_of(background->form)},
          {"pixels", background->used},
          {"left_out", background->spots},
          {"curve", curve}};
}

ordered_json record_of(const RefineSettings& s, const std::vector<FittedImage>& fitted, const RefineOutcome& outcome) {
  ordered_json record = {{"program", "femtobragg refine " + std::string(version)},
                         {"converged", outcome.converged()},
                         {"parameters", ordered_json::array()}};
  if (outcome.parameters) add_parameters(record, *outcome.parameters);
  if (outcome.amplitudes) record["amplitudes"] = amplitudes_of(s, *outcome.amplitudes);
  ordered_json images = ordered_json::array();
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    const refine::Target& target = fitted[i].target;
    const double correlation =
        outcome.amplitudes ? outcome.amplitudes->after[i].correlation() : outcome.parameters->image_correlation[i];
    images.push_back({{"target", target.name},
                      {"correlation", correlation},
                      {"usable_pixels", target.usable_pixels()},
                      {"excluded", target.excluded.excluded_in_words()},
                      {"background", background_of(fitted[i].background)}});
    for (const PixelStateInfo& info : pixel_states)
      if (info.state != PixelState::Counts) images.back()[std::string(info.key)] = target.excluded[info.state];
  }
  record["images"] = images;
  record["settings"] = settings_of(s);
  return record;
}

/// With the fitted background.
Image picture_of(const Experiment& experiment, const refine::Target& target, const RenderRequest& request) {
  Image image = refine::expected_image(experiment, request);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] += static_cast<float>(target.background_at(i));
  return image;
}

template <class T>
Image picture_of(const std::vector<T>& values, const ImageShape& shape) {
  return {shape.n_fast, shape.n_slow, {values.begin(), values.end()}};
}

constexpr float not_used = std::numeric_limits<float>::quiet_NaN();

/// Data minus model in standard deviations of counts.
Image residual_of(const Image& model, const Image& measured, const Image& usable, const Recording& recording) {
  Image residual = model;
  for (std::size_t i = 0; i < model.pixels.size(); ++i) {
    const double photons = recording.photons_of(static_cast<double>(model.pixels[i]));
    const double counted = recording.photons_of(static_cast<double>(measured.pixels[i]));
    const double deviation = (counted - photons) / std::sqrt(std::max(photons, 1.0));
    residual.pixels[i] = usable.pixels[i] != 0 ? static_cast<float>(deviation) : not_used;
  }
  return residual;
}

/// A few bright pixels would leave all others pale.
constexpr double full_colour_sigma = 5;

std::string data_uri(const fs::path& file) {
  return "data:image/png;base64," + formats::base64_of(formats::read_file(file.string(), "the picture"));
}

/// Where the fit is worst: squares of pixels, none touching another.
struct WorstSquare {
  std::size_t fast = 0, slow = 0;  ///< its first pixel
  double chi_squared = 0;
};
constexpr std::size_t square_edge = 21;

std::vector<WorstSquare> worst_squares(const Image& residual) {
  constexpr std::size_t most_squares = 12, core = 5;
  if (residual.n_fast < square_edge || residual.n_slow < square_edge) return {};
  // A spot fills some pixels around the centre of a square.
  std::vector<WorstSquare> squares;
  for (std::size_t slow = 0; slow + square_edge <= residual.n_slow; slow += 2)
    for (std::size_t fast = 0; fast + square_edge <= residual.n_fast; fast += 2) {
      WorstSquare square{fast, slow, 0};
      constexpr std::size_t margin = (square_edge - core) / 2;
      for (std::size_t s = slow + margin; s < slow + margin + core; ++s)
        for (const float value : residual.row(s).subspan(fast + margin, core))
          if (!std::isnan(value)) square.chi_squared += static_cast<double>(value) * static_cast<double>(value);
      if (square.chi_squared > 0) squares.push_back(square);
    }
  std::ranges::stable_sort(squares, std::ranges::greater{}, &WorstSquare::chi_squared);
  std::vector<WorstSquare> worst;
  const auto apart = [](std::size_t a, std::size_t b) { return (a > b ? a - b : b - a) >= square_edge; };
  for (const WorstSquare& square : squares) {
    if (worst.size() == most_squares) break;
    if (std::ranges::all_of(worst, [&](const WorstSquare& other) {
          return apart(square.fast, other.fast) || apart(square.slow, other.slow);
        }))
      worst.push_back(square);
  }
  return worst;
}

/// The pixels of a square; null where a pixel is not used.
ordered_json cut_from(const Image& image, const Image& usable, const WorstSquare& square) {
  ordered_json pixels = ordered_json::array();
  for (std::size_t slow = square.slow; slow < square.slow + square_edge; ++slow)
    for (std::size_t fast = square.fast; fast < square.fast + square_edge; ++fast)
      pixels.push_back(usable.row(slow)[fast] != 0 ? ordered_json(image.row(slow)[fast]) : ordered_json());
  return pixels;
}

ordered_json gallery_of(const Image& model, const Image& measured, const Image& usable, const Image& residual) {
  ordered_json gallery = ordered_json::array();
  for (const WorstSquare& square : worst_squares(residual))
    gallery.push_back({{"fast", square.fast},
                       {"slow", square.slow},
                       {"edge", square_edge},
                       {"chi_squared", square.chi_squared},
                       {"data", cut_from(measured, usable, square)},
                       {"model", cut_from(model, usable, square)}});
  return gallery;
}

/// Pictures of one image: target, model before and after, what is left.
ordered_json draw_image(const fs::path& folder, const FittedImage& fitted, const RenderRequest& request,
                        std::size_t i) {
  const ImageShape shape = fitted.start.detector.image_shape();
  const Image before = picture_of(fitted.start, fitted.target, request),
              after = picture_of(fitted.fitted, fitted.target, request);
  const Image measured = picture_of(fitted.target.photons, shape), usable = picture_of(fitted.target.usable, shape);
  Image seen = measured;
  for (std::size_t k = 0; k < seen.pixels.size(); ++k)
    if (usable.pixels[k] == 0) seen.pixels[k] = not_used;
  const Recording& recording = fitted.fitted.recording;
  const formats::Tones tones = formats::tones_of(seen);
  const std::string end = "_" + std::to_string(i) + ".png";
  const auto draw = [&](const std::string& name, const Image& image) {
    formats::write_picture((folder / (name + end)).string(), image, tones);
    return data_uri(folder / (name + end));
  };
  ordered_json pictures = {draw("target", seen), draw("before", before), draw("after", after)};
  for (const auto& [name, image] : {std::pair{"residual_before", &before}, std::pair{"residual", &after}}) {
    const std::string file = (folder / (name + end)).string();
    formats::write_difference_picture(file, residual_of(*image, measured, usable, recording), full_colour_sigma,
                                      formats::GreyScale::Linear);
    pictures.push_back(data_uri(file));
  }
  return {{"shape", {shape.n_fast, shape.n_slow}},
          {"files", pictures},
          {"gallery", gallery_of(after, measured, usable, residual_of(after, measured, usable, recording))}};
}

}  // namespace

void write_refine_record(const std::filesystem::path& file, const RefineSettings& s,
                         const std::vector<FittedImage>& images, const RefineOutcome& outcome) {
  if (file.has_parent_path()) formats::make_folder(file.parent_path());
  formats::write_text(file,
                      record_of(s, images, outcome).dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

void write_refine_report(const RefineSettings& s, const std::vector<FittedImage>& images, const RefineOutcome& outcome,
                         const RenderRequest& request) {
  constexpr auto replace = ordered_json::error_handler_t::replace;
  formats::make_folder(s.report);
  const ordered_json record = record_of(s, images, outcome);
  ordered_json pictures = ordered_json::array();
  for (std::size_t i = 0; i < images.size(); ++i) pictures.push_back(draw_image(s.report, images[i], request, i));
  ordered_json page_data = record;
  page_data["pictures"] = pictures;
  page_data["full_colour"] = full_colour_sigma;
  std::string text = page_data.dump(-1, ' ', false, replace);
  // Nothing in a name may end the script, or begin another.
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos;) text.replace(at, 1, "\\u003c");
  std::string page = refine_page_template;
  const std::string_view place = "@DATA@";
  page.replace(page.find(place), place.size(), text);
  formats::write_text(s.report / "report.html", page);
  write_refine_record(s.report / "refinement.json", s, images, outcome);
}

}  // namespace femtobragg::programs
