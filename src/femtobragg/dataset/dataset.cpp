// Threads take images one by one; who finishes the last of a block writes its files.
#include "femtobragg/dataset/dataset.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "femtobragg/assemble/remembered_files.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/dataset/label_file.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/pixel_mask.h"
#include "femtobragg/simulate/spectrum.h"

namespace femtobragg::dataset {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* master_name = "images.nxs";

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

bool begins_with(const recipe::Column& column, std::string_view section) { return column.name.starts_with(section); }

/// NXmx has one detector for all frames of a file.
void require_one_detector(const recipe::Recipe& recipe) {
  for (const recipe::Column& column : recipe.columns())
    for (const std::string_view fixed : {"detector.", "response.", "attenuation.", "rotation.axis", "beam.direction"})
      if (begins_with(column, fixed))
        throw Error::usage({.what = "images of a data set have one detector",
                            .where = column.name,
                            .rule = "an NXmx file states it once for all its frames",
                            .remedy = "make a data set for each detector"});
}

/// What all images have in common, from the scene in the middle of the recipe.
class Common {
 public:
  Common(const recipe::Recipe& recipe, assemble::Rules& rules, const Settings& settings)
      : recipe_(recipe), settings_(settings), base_(assemble::assembled(recipe.base(), rules)) {
    require_one_detector(recipe);
  }

  const assemble::Assembled& base() const { return base_; }
  ImageShape shape() const { return base_.experiment.detector.image_shape(); }

  /// Of images from `first` on, whose spectra and angles are given.
  formats::NxmxContents contents(std::uint64_t first, std::size_t frames, double phi_start_rad,
                                 std::vector<formats::NxmxContents::Wavelengths> spectra) const {
    const Experiment& e = base_.experiment;
    const Response response = base_.response.value_or(Response{.counting_noise = true});
    formats::NxmxContents contents;
    contents.geometry = geometry_stated_of(e, frames);
    contents.geometry.detector = as_read_out(e.detector, response);
    if (crystal_varies()) contents.geometry.crystal.reset();
    // Stills have no spindle: readers would take them for one sweep.
    if (e.spindle.phi_range_rad == 0) contents.geometry.spindle_axis.reset(), contents.geometry.oscillation.reset();
    if (contents.geometry.oscillation) contents.geometry.oscillation->start_rad = phi_start_rad;
    contents.spectra = std::move(spectra);
    contents.pulsed = wavelengths_vary();
    if (!contents.pulsed) contents.spectra = {wavelengths_and_weights(e.beam)};
    contents.gain = response.gain;
    contents.pedestal = response.offset;
    contents.exposure_s = base_.scene.beam.exposure_s;
    if (!varies("beam.")) contents.fluence_per_m2 = e.beam.fluence_per_m2;
    contents.mask = pixel_mask_of(e, &response);
    contents.record = {{"seed", std::to_string(recipe_.seed())}, {"first_image", std::to_string(first)}};
    return contents;
  }

  /// Frames of a file are one sweep, or stills. `frame`: how many after the first it is.
  void require_sweep(std::uint64_t image, const MadeImage& first, std::uint64_t frame, const MadeImage& one) const {
    const double range = base_.experiment.spindle.phi_range_rad;
    const double expected = first.phi_start_rad + static_cast<double>(frame) * range;
    constexpr double rounding = 1e-9;
    const bool fits = std::abs(one.phi_range_rad - range) < rounding &&
                      (range == 0 || std::abs(one.phi_start_rad - expected) < rounding);
    if (fits) return;
    const auto degrees = [](double start, double width) {
      return format_number(degrees_from_radians(start)) + " deg, over " + format_number(degrees_from_radians(width)) +
             " deg";
    };
    throw Error::usage(
        {.what = "image " + std::to_string(image) + " does not follow the one before it about the spindle",
         .where = "rotation",
         .value = "from " + degrees(one.phi_start_rad, one.phi_range_rad),
         .rule = "an NXmx file states one sweep, here from " + degrees(expected, range),
         .remedy = "vary rotation.start_deg by a line whose step is rotation.range_deg, or turn stills by "
                   "crystal.misset_deg"});
  }

 private:
  bool varies(std::string_view section) const {
    return std::ranges::any_of(recipe_.columns(), [&](const auto& column) { return begins_with(column, section); });
  }
  /// Whether an image may have other wavelengths than the next one.
  bool wavelengths_vary() const {
    constexpr std::array same_colours = {"beam.flux",    "beam.fluence",      "beam.exposure",   "beam.size",
                                         "beam.profile", "beam.polarization", "beam.horizontal", "beam.vertical"};
    const auto changes_colours = [&](const recipe::Column& column) {
      return begins_with(column, "beam.") &&
             std::ranges::none_of(same_colours, [&](const char* key) { return begins_with(column, key); });
    };
    return assemble::has_shots(base_.scene.beam) || std::ranges::any_of(recipe_.columns(), changes_colours);
  }
  bool crystal_varies() const { return varies("crystal.") || base_.scene.crystal.misset_random; }

  const recipe::Recipe& recipe_;
  const Settings& settings_;
  assemble::Assembled base_;
};

/// A block that is being made.
struct OpenBlock {
  Block block;
  formats::LockedFile lock;
  std::vector<MadeImage> images;
  std::uint64_t handed_out = 0, done = 0;

  OpenBlock(const Block& which, const Folder& folder)
      : block(which), lock(folder.lock_of(which.number), "another process makes these images"), images(which.images) {}
};

class Run {
 public:
  Run(const recipe::Recipe& recipe, const Folder& folder, const Settings& settings, const Listener& listener,
      std::stop_token stop)
      : recipe_(recipe),
        folder_(folder),
        settings_(settings),
        listener_(listener),
        stop_(std::move(stop)),
        common_(recipe, rules_, settings) {}

  Outcome run(const Work& work) {
    const auto begin = Clock::now();
    require_sweep();
    for (std::uint64_t i = 0; i < folder_.blocks(); ++i) sort_out(i, work);
    const int threads = work.threads > 0 ? work.threads : static_cast<int>(std::thread::hardware_concurrency());
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i) workers.emplace_back([this] { work_on(); });
    for (std::thread& worker : workers) worker.join();
    if (failure_) std::rethrow_exception(failure_);
    if (stop_.stop_requested()) throw backends::Stopped();
    outcome_.seconds = seconds_since(begin);
    complete();
    return outcome_;
  }

 private:
  void sort_out(std::uint64_t number, const Work& work) {
    const Block block = folder_.block(number);
    if (folder_.finished(number, true))
      outcome_.kept += block.images;
    else if (number % work.shards == work.shard)
      waiting_.push_back(block), planned_ += block.images;
    else
      outcome_.elsewhere += block.images;
  }

  struct Task {
    OpenBlock* block = nullptr;
    std::uint64_t index = 0;
  };

  /// The next image that nobody has; nothing: there is none.
  std::optional<Task> next() {
    const std::lock_guard lock(mutex_);
    if (failure_ || stop_.stop_requested()) return std::nullopt;
    if (open_.empty() || open_.back()->handed_out == open_.back()->block.images)
      if (!open_next()) return std::nullopt;
    OpenBlock& block = *open_.back();
    return Task{&block, block.handed_out++};
  }

  bool open_next() {
    while (!waiting_.empty()) {
      const Block block = waiting_.front();
      waiting_.pop_front();
      try {
        open_.push_back(std::make_unique<OpenBlock>(block, folder_));
      } catch (const Error&) {  // another process has it
        planned_ -= block.images;
        outcome_.elsewhere += block.images;
        continue;
      }
      // It may have been finished before its lock was there for us.
      if (!folder_.finished(block.number, false)) return true;
      open_.pop_back();
      planned_ -= block.images;
      outcome_.kept += block.images;
    }
    return false;
  }

  void work_on() {
    ImageMaker maker(recipe_, settings_, rules_);
    try {
      while (const std::optional<Task> task = next()) {
        MadeImage made = maker.make(task->block->block.first + task->index);
        if (take(*task, std::move(made))) write(*task->block);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    outcome_.work.add(maker.seconds());
  }

  /// Whether it was the last of its block.
  bool take(const Task& task, MadeImage made) {
    const std::lock_guard lock(mutex_);
    task.block->images[task.index] = std::move(made);
    ++outcome_.made;
    if (listener_.progress) listener_.progress(outcome_.made, planned_);
    return ++task.block->done == task.block->block.images;
  }

  void write(OpenBlock& open) {
    const auto begin = Clock::now();
    const Block& block = open.block;
    const std::vector<std::string> names = folder_.names_of(block.number);
    write_images(folder_.file(names[0]).string(), open);
    write_labels(folder_.file(names[1]).string(), {recipe_.columns(), common_.base().experiment.detector, settings_},
                 block.first, open.images);
    std::string table = csv_heading(recipe_.columns());
    for (std::size_t i = 0; i < open.images.size(); ++i) table += csv_row(block.first + i, open.images[i]);
    formats::write_text(folder_.file(names[2]), table);
    folder_.finish(block.number);
    const std::vector<FileRecord> files = folder_.finished(block.number, false).value();
    const std::lock_guard lock(mutex_);
    for (const FileRecord& file : files) outcome_.bytes += file.bytes;
    outcome_.writing += seconds_since(begin);
    std::erase_if(open_, [&](const auto& one) { return one.get() == &open; });
  }

  void write_images(const std::string& path, const OpenBlock& open) const {
    std::vector<formats::PackedFrame> frames;
    std::vector<formats::NxmxContents::Wavelengths> spectra;
    for (std::size_t i = 0; i < open.images.size(); ++i) {
      const MadeImage& one = open.images[i];
      common_.require_sweep(open.block.first + i, open.images.front(), i, one);
      frames.push_back(one.counts);
      spectra.push_back(one.spectrum);
    }
    formats::write_packed_nxmx(
        path, common_.contents(open.block.first, frames.size(), open.images.front().phi_start_rad, std::move(spectra)),
        frames, settings_.compression);
  }

  /// The files of the whole, once all blocks are finished.
  void complete() {
    if (outcome_.made == 0 && outcome_.elsewhere == 0 && folder_.has_manifest()) {
      outcome_.complete = true;
      return;
    }
    std::vector<std::pair<std::string, std::uint64_t>> files;
    for (std::uint64_t i = 0; i < folder_.blocks(); ++i) {
      if (!folder_.finished(i, false)) return;
      files.emplace_back(folder_.images_name(i), folder_.block(i).images);
    }
    formats::write_nxmx_master(
        folder_.file(master_name).string(),
        common_.contents(settings_.first, settings_.images, turned(settings_.first).phi_start_rad, {}), files);
    folder_.write_manifest({master_name});
    outcome_.complete = true;
  }

  /// Its angles alone.
  MadeImage turned(std::uint64_t image) const {
    const Scene scene = recipe_.shot(image).scene;
    const Spindle& middle = common_.base().experiment.spindle;
    MadeImage made;
    made.phi_start_rad = scene.rotation.start_rad.value_or(middle.phi_start_rad);
    made.phi_range_rad = scene.rotation.steps_rad.range.value_or(middle.phi_range_rad);
    return made;
  }

  /// Before anything is rendered, as far as a look at some images tells.
  void require_sweep() const {
    constexpr std::uint64_t looks = 1000;
    const MadeImage first = turned(settings_.first);
    for (std::uint64_t i = 0; i < std::min(settings_.images, looks); ++i)
      common_.require_sweep(settings_.first + i, first, i, turned(settings_.first + i));
  }

  const recipe::Recipe& recipe_;
  const Folder& folder_;
  const Settings& settings_;
  const Listener& listener_;
  std::stop_token stop_;
  assemble::RememberedFiles rules_;
  Common common_;
  std::mutex mutex_;
  std::deque<Block> waiting_;
  std::vector<std::unique_ptr<OpenBlock>> open_;
  std::uint64_t planned_ = 0;
  std::exception_ptr failure_;
  Outcome outcome_;
};

}  // namespace

Outcome make(const recipe::Recipe& recipe, const Folder& folder, const Settings& settings, const Work& work,
             const Listener& listener, std::stop_token stop) {
  return Run(recipe, folder, settings, listener, std::move(stop)).run(work);
}

std::uint64_t memory_bytes(const Settings& settings, const ImageShape& shape, int threads) {
  const std::uint64_t labels = (settings.classes ? 1 : 0) + (settings.photons ? 8 : 0);
  const std::uint64_t pixels = std::uint64_t{shape.n_fast} * shape.n_slow;
  return pixels * (4 + labels) * (2 * settings.per_file + static_cast<std::uint64_t>(threads));
}

}  // namespace femtobragg::dataset
