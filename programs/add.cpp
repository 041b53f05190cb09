// `femtobragg add`: the weighted sum of images, and of the lists of their reflections.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/image/frame_sum.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "programs/command_options.h"
#include "programs/frame_geometry.h"
#include "programs/frame_notes.h"
#include "programs/frame_writer.h"
#include "programs/picture_settings.h"
#include "programs/subcommands.h"
#include "programs/truth_lists.h"

namespace femtobragg::programs {
namespace {

struct Summand {
  std::string file;
  double weight = 1;
};

struct AddSettings {
  Words images, truths;
  std::string to, truth_to;
  PictureSettings picture;
};

/// "file:weight"; what is no number after a colon belongs to the name.
Summand summand_of(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  std::error_code ignored;
  if (colon == word.npos || colon == 0 || std::filesystem::exists(word, ignored)) return {word};
  const std::optional<double> weight = parse_number(word.substr(colon + 1));
  if (!weight) return {word};
  if (!std::isfinite(*weight) || *weight < 0)
    refuse_words("add", in_quotes(word), word.substr(colon + 1), "a weight must be at least 0, and finite");
  return {word.substr(0, colon), *weight};
}

/// The geometry that the images agree on.
class CommonGeometry {
 public:
  void add(const Summand& summand, std::optional<Geometry> found, const std::string& why) {
    if (!found) {
      if (why_.empty()) why_ = why;
      return;
    }
    tell_geometry_notes(*found, summand.file);
    found->notes.clear();
    if (!geometry_) {
      geometry_ = std::move(found);
      file_ = summand.file;
      return;
    }
    if (const auto difference = formats::difference_between(*geometry_, *found))
      throw Error::usage({.what = "the images have different geometries",
                          .where = in_quotes(file_) + " and " + in_quotes(summand.file),
                          .value = *difference,
                          .rule = "only images of one detector in one beam can be added"});
    mask_out(found->detector);
    if (geometry_->crystal && found->crystal && differ(*geometry_->crystal, *found->crystal)) {
      geometry_->crystal.reset();
      std::cerr << "note: the crystals of " << in_quotes(file_) << " and " << in_quotes(summand.file)
                << " differ: the sum states none\n";
    }
  }

  std::optional<Geometry> take() {
    if (!geometry_) return {};
    // The sum has its own, of all frames together.
    for (Panel& panel : geometry_->detector.panels) panel.saturation = std::numeric_limits<double>::infinity();
    return std::move(geometry_);
  }
  const std::string& why_none() const { return why_; }

 private:
  /// By more than the rounding of headers.
  static bool differ(const StatedCrystal& a, const StatedCrystal& b) {
    const auto far = [](const Vec3d& one, const Vec3d& other) { return norm(one - other) > 1e-6 * norm(one); };
    return far(a.axes.a_m, b.axes.a_m) || far(a.axes.b_m, b.axes.b_m) || far(a.axes.c_m, b.axes.c_m);
  }

  /// A pixel is masked if it is in any.
  void mask_out(const Detector& other) {
    for (std::size_t i = 0; i < other.panels.size(); ++i) {
      Panel& panel = geometry_->detector.panels[i];
      const std::vector<std::uint8_t>& more = other.panels[i].mask;
      if (panel.mask.empty()) panel.mask = more;
      for (std::size_t k = 0; k < more.size(); ++k) panel.mask[k] = panel.mask[k] != 0 && more[k] != 0;
    }
  }

  std::optional<Geometry> geometry_;
  std::string file_, why_;
};

/// The lists of the images, each checked against its own image.
class Lists {
 public:
  explicit Lists(const AddSettings& settings) : s_(settings) {
    for (const std::string& file : s_.truths) lists_.push_back(formats::read_truth_hdf5(file));
  }

  /// Throws Error(Usage) for the list of another image, if neither photons nor name speak for this one.
  void check(std::size_t i, const formats::Frame& frame, const Geometry* geometry, const std::string& file) const {
    if (lists_.empty()) return;
    const formats::TruthOfFile& list = lists_[i];
    const ListedImage image = listed_image(file, frame, geometry);
    require_places(list, s_.truths[i], image);
    const auto difference = difference_of_photons(list, s_.truths[i], image);
    if (!difference) return;
    const auto bare = [](const std::string& path) { return std::filesystem::path(path).filename(); };
    if (!image.counts && bare(list.image) != bare(file))
      throw Error::usage({.what = *difference,
                          .rule = "its record names the image " + in_quotes(list.image),
                          .remedy = "give the lists in the order of the images"});
    std::cerr << "warning: " << *difference << "\n";
  }

  /// One list, in which a column says which image, counted from 0, each reflection is from; lists that are sums
  /// themselves keep their lattices apart.
  void join(const std::vector<Summand>& summands, const Words& words) const {
    Truth truth;
    double image_photons = 0;
    std::vector<CrystalAxes> crystals;
    std::vector<formats::TruthParameter> parameters;
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      const formats::TruthOfFile& list = lists_[i];
      const double weight = summands[i].weight;
      const std::size_t first = crystals.size();
      for (TruthReflection r : list.truth.reflections) {
        r.photons *= weight;
        r.background *= weight;
        r.sigma *= std::sqrt(weight);
        r.lattice += first;
        truth.reflections.push_back(r);
      }
      crystals.insert(crystals.end(), list.crystals.begin(), list.crystals.end());
      truth.photons += weight * list.truth.photons;
      image_photons += weight * list.image_photons;
      for (std::size_t k = first; k < crystals.size(); ++k) {
        const std::string section = "lattice " + std::to_string(k);
        parameters.push_back({section, "truth", s_.truths[i], "", "command line"});
        parameters.push_back({section, "image", summands[i].file, "", "command line"});
        parameters.push_back({section, "weight", format_number(weight, 17), "", "command line"});
      }
    }
    const Experiment none;
    formats::write_truth(s_.truth_to, {.truth = truth,
                                       .experiment = none,
                                       .program = std::string("femtobragg ") + version,
                                       .command = words,
                                       .parameters = parameters,
                                       .seeds = {},
                                       .image_photons = image_photons,
                                       .image = s_.to,
                                       .crystals = crystals});
    std::cout << "wrote " << s_.truth_to << ", " << counted(truth.reflections.size(), "reflection") << " of "
              << counted(crystals.size(), "lattice") << "\n";
  }

 private:
  const AddSettings& s_;
  std::vector<formats::TruthOfFile> lists_;
};

void require_truths(const AddSettings& s) {
  if (s.truths.empty() && s.truth_to.empty()) return;
  if (s.truth_to.empty() || s.truths.empty())
    refuse_words("add", "--truth", "", "lists to join need --truth A.h5 B.h5 ... and --truth-out FILE");
  if (s.truths.size() != s.images.size())
    refuse_words("add", "--truth", counted(s.truths.size(), "list"),
                 "there must be one for each of the " + counted(s.images.size(), "image"));
  using enum formats::TruthFormat;
  for (const std::string& truth : s.truths)
    if (suffix_of(truth) != ".h5") refuse_words("add", "--truth", in_quotes(truth), "lists are read from .h5 files");
  if (const auto format = formats::truth_format_of(s.truth_to); format != Hdf5 && format != Csv)
    refuse_words("add", "--truth-out", in_quotes(s.truth_to), "only .h5 and .csv can say which lattice a row is of");
}

void require_separate_files(const AddSettings& s, const std::vector<Summand>& summands) {
  Words inputs = s.truths;
  inputs.push_back(s.picture.spots_file());
  for (const Summand& summand : summands) inputs.push_back(summand.file);
  formats::require_separate_files(inputs, Words{s.to, s.truth_to});
}

}  // namespace

int add(const Words& words) {
  AddSettings s;
  CommandOptions options(
      "Adds images of one detector: femtobragg add A.h5 B.h5:0.3 -o SUM.h5 is A + 0.3 B.\n"
      "Pedestals are subtracted first. Pixels that are invalid in one image are invalid in the sum.",
      "femtobragg add");
  options.add("IMAGE", s.images, "images of any format that is read, each with :WEIGHT if that is not 1")
      .required()
      .one_or_more_values()
      .type("IMAGE[:WEIGHT]");
  options.add("-o,--out", s.to, "image to write, in the format of the suffix").required().type("FILE");
  options.add("--truth", s.truths, "lists of their reflections, one for each image, as simulate -truth writes them")
      .one_or_more_values()
      .type("TRUTH.h5");
  options.add("--truth-out", s.truth_to, "the joined list, with a column that numbers the lattices: .h5 or .csv")
      .type("FILE");
  s.picture.describe(options);
  if (!options.parse(words)) return 0;
  s.picture.require_picture(options, s.to);
  const formats::ImageFormatInfo& to = formats::image_format_of(s.to);
  require_truths(s);
  std::vector<Summand> summands;
  for (const std::string& word : s.images) summands.push_back(summand_of(word));
  require_separate_files(s, summands);
  formats::FrameSum sum;
  CommonGeometry geometry;
  std::string formula;
  const Lists lists(s);
  for (std::size_t i = 0; i < summands.size(); ++i) {
    const Summand& summand = summands[i];
    const formats::Frame frame = formats::read_pixels(summand.file);
    tell_notes(frame, summand.file);
    sum.add(frame, summand.weight, summand.file);
    std::string why;
    std::optional<Geometry> found = geometry_in(summand.file, frame.format, why);
    lists.check(i, frame, found ? &*found : nullptr, summand.file);
    geometry.add(summand, std::move(found), why);
    formula += (formula.empty() ? "" : " + ") + format_number(summand.weight, 17) + " " + summand.file;
  }
  const formats::Frame frame = std::move(sum).take();
  if (!frame.shape)
    throw Error::usage({.what = "the shape of the images is unknown",
                        .where = in_quotes(summands.front().file),
                        .rule = "at least one image must state it",
                        .remedy = "convert one to .npy: femtobragg convert --shape FAST SLOW"});
  FrameOutput output{.from = "the sum", .to = s.to};
  output.geometry = geometry.take();
  output.why_no_geometry = geometry.why_none();
  output.record = {{"sum", formula}};
  if (to.numbers == formats::Numbers::Preview)
    output.preview = s.picture.options(listed_image("the sum", frame, output.geometry ? &*output.geometry : nullptr));
  write_frame(output, frame, *frame.shape);
  if (!s.truth_to.empty()) lists.join(summands, words);
  return 0;
}

}  // namespace femtobragg::programs
