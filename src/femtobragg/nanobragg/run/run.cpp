// A run: parse, set up, render, write.
#include "femtobragg/nanobragg/run/run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/tables/rotation_list.h"
#include "femtobragg/nanobragg/report/config_report.h"
#include "femtobragg/nanobragg/report/idle_flags.h"
#include "femtobragg/nanobragg/report/image_summary.h"
#include "femtobragg/nanobragg/report/long_run.h"
#include "femtobragg/nanobragg/report/pixel_text.h"
#include "femtobragg/nanobragg/report/remarks.h"
#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/nanobragg/report/sampling_report.h"
#include "femtobragg/nanobragg/report/trace.h"
#include "femtobragg/nanobragg/run/image_contents.h"
#include "femtobragg/nanobragg/run/outputs.h"
#include "femtobragg/nanobragg/run/progress.h"
#include "femtobragg/nanobragg/run/series.h"
#include "femtobragg/nanobragg/run/truth_output.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/nanobragg/setup/sampling_rules.h"
#include "femtobragg/nanobragg/setup/scene_output.h"
#include "femtobragg/nanobragg/setup/whole_detector.h"
#include "femtobragg/simulate/lattices.h"
#include "femtobragg/simulate/parts.h"
#include "femtobragg/simulate/simulation.h"

namespace femtobragg::nanobragg {
namespace {

constexpr int exit_nothing_done = 9;
constexpr const char* banner = "femtoBragg: diffraction images of nanocrystals";

class Run {
 public:
  Run(Program program, std::span<const std::string> words, const Surroundings& io)
      : program_(program), words_(separate_words(words)), io_(io) {}

  int execute() {
    CommandLine line = read_command_line(program_, words_, [this](const std::string& text) { warn(text); });
    quiet_ = line.quiet;
    QuirkLog& quirks = line.quirks;
    const Options& o = line.options;
    if (o.run.version) return io_.out << "femtobragg " << version << "\n", 0;
    if (o.run.list_detectors) return io_.out << formats::detector_table(), 0;
    // Without a group it is no flag of nanoBragg, which passes it over.
    if (o.run.help && (!drop_in() || !o.run.help->empty())) return io_.out << help_text(program_, *o.run.help), 0;
    if (o.run.help) warn("-h is not a flag of nanoBragg; ignored");
    print_heading(line.headers);

    const RenderRequest request = request_of(line);
    const OutputSelection outputs = outputs_of(line);
    require_outputs(line);
    if (!drop_in())
      if (const auto text = remark_on_lists(o, quirks.set())) warn(*text);
    try {
      if (o.output.frames > 1) return render_series(line, request, outputs);
      Setup setup = set_up(line, writes_noise(o.output, outputs));
      return render_and_write(setup, request, outputs, quirks);
    } catch (const NothingToRender&) {
      if (!drop_in()) throw;
      io_.out << help_text(program_, "");
      return exit_nothing_done;
    }
  }

 private:
  bool drop_in() const { return program_ == Program::DropIn; }

  void warn(const std::string& text) { io_.err << "warning: " << text << "\n"; }

  void print_heading(const std::vector<GeometryHeader>& headers) {
    if (!drop_in() || quiet_) return;
    for (const GeometryHeader& header : headers) io_.out << "reading " << header.file << "\n";
    io_.out << banner << " " << version << "\n";
  }

  /// What is known before anything is rendered.
  void announce(const Setup& setup, const kernel::Plan& plan, const OutputSelection& outputs, QuirkLog& quirks) {
    const Options& o = setup.options;
    require_panel_for_smv(setup, outputs);
    require_range_of_response(setup, outputs);
    require_truth_of(setup);
    for (const std::string& text : setup.warnings) warn(text);
    if (!drop_in())
      for (const Remark& remark : remarks_on_region(setup, plan)) warn(remark.text);
    if (!drop_in())
      for (const CoarseSampling& coarse : coarse_samplings(setup, plan)) warn(coarse.text);
    note_header_quirks(setup, outputs, quirks);
    io_.err << quirk_report(quirks);
    if (o.output.show_config) io_.out << config_report(setup, quirks.set());
    if (drop_in() && !quiet_) io_.out << setup_report(setup);
    if (!quiet_)
      for (const std::string& note : setup.crystal_notes) io_.out << note << "\n";
  }

  void print_idle_flags(const Setup& setup, const kernel::Plan& plan, const RenderRequest& request,
                        const OutputSelection& outputs, const QuirkSet& quirks) {
    if (drop_in() || quiet_) return;
    // Both take time, and each decides about one flag.
    const Sight sight = setup.origins.given("dmin") ? sight_of(setup, plan) : Sight{};
    const bool by_reference = setup.origins.given("tolerance") && computed_by_reference(plan, request);
    std::string line;
    for (const IdleFlag& flag : idle_flags({setup, quirks, outputs, sight, by_reference}))
      line += (line.empty() ? "without effect in this run: " : ", ") + flag.words + " (" + flag.reason + ")";
    if (!line.empty()) io_.out << line << "\n";
  }

  /// Only what the sampling of the first frame says, for all are sampled alike.
  void print_sampling(const Setup& setup) {
    if (drop_in() || quiet_ || setup.no_crystal) return;
    if (const std::string line = sampling_line(setup.sampling); !line.empty()) io_.out << line << "\n";
  }

  void warn_of_time(const Setup& setup, const kernel::Plan& plan, const RenderRequest& request) {
    if (drop_in()) return;
    if (const auto text = remark_on_time(setup, plan, request)) warn(*text);
  }

  int render_and_write(Setup& setup, const RenderRequest& request, const OutputSelection& outputs, QuirkLog& quirks) {
    const Simulation simulation(setup.experiment, request);
    const kernel::Plan& plan = simulation.plan();
    announce(setup, plan, outputs, quirks);
    print_single_pixels(setup, plan);
    print_idle_flags(setup, plan, request, outputs, quirks.set());
    warn_of_time(setup, plan, request);
    LossReport losses;
    save_scene(setup, quirks);
    write_mosaic_rotations(setup);
    render_image(setup, simulation, outputs, quirks, losses);
    losses.print(io_.err, false);
    print_sampling(setup);
    std::ostream silent(nullptr);
    write_expt(setup, outputs, quiet_ ? silent : io_.out, io_.err);
    return 0;
  }

  /// Frame by frame, but for those that are finished.
  int render_series(CommandLine& line, const RenderRequest& request, const OutputSelection& outputs) {
    require_series(line.options);
    const std::uint32_t identity = series_identity(words_);
    // Not from the clock: an interrupted series must go on as it began.
    if (!line.options.output.seed) line.options.output.seed = 1 + identity % 1000000;
    Setup first = set_up(line, writes_noise(line.options.output, outputs));
    Simulation simulation(first.experiment, request);
    announce(first, simulation.plan(), outputs, line.quirks);
    require_shots(first, static_cast<std::size_t>(line.options.output.frames));
    if (first.random_misset_rad && assemble::has_shots(line.options.beam) && !quiet_)
      io_.out << "all frames have the same random orientation; a loop over -misset_seed gives each its own\n";
    save_scene(first, line.quirks);
    write_mosaic_rotations(first);
    Series series(first, identity);
    frames_ = series.frames();
    print_idle_flags(first, simulation.plan(), request, outputs, line.quirks.set());
    warn_of_time(first, simulation.plan(), request);
    std::size_t rendered = 0;
    LossReport losses;
    for (std::size_t frame = 0; frame < series.frames(); ++frame) {
      const std::optional<Setup> setup = series.unfinished(frame);
      if (!setup) continue;
      ++rendered;
      simulation.update(setup->experiment);
      render_image(*setup, simulation, outputs, line.quirks, losses);
      series.done(*setup);
    }
    losses.print(io_.err, true);
    std::ostream silent(nullptr);
    std::ostream& out = quiet_ ? silent : io_.out;
    series.finish(line.quirks.set(), words_, out);
    write_expt(first, outputs, out, io_.err);
    if (rendered < series.frames() && !quiet_)
      io_.out << series.frames() - rendered << " of " << series.frames() << " frames were finished before\n";
    return 0;
  }

  /// One perfect domain is not rotated.
  void write_mosaic_rotations(const Setup& setup) {
    const std::string& path = setup.options.output.mosaic_rotations;
    if (path.empty()) return;
    std::vector<Mat3d> rotations = setup.experiment.crystal.mosaic_rotations;
    if (rotations.empty()) rotations.push_back(Mat3d::identity());
    formats::write_rotations(path, rotations);
    if (!quiet_) io_.out << "writing " << path << "\n";
  }

  void render_image(const Setup& setup, const Simulation& simulation, const OutputSelection& outputs,
                    const QuirkLog& quirks, LossReport& losses) {
    const Options& o = setup.options;
    const Detector& detector = setup.experiment.detector;
    const Rendering rendering = simulation.render({.progress = progress(setup, simulation)});
    if (rendering.summary.interpolation_stopped) {
      warn("an index is outside the structure factor table: interpolation is off from there on");
      io_.err << quirk_line(Quirk::InterpOff);
    }

    const ImageStatistics statistics =
        image_statistics(rendering.image, coverage_of(detector), quirks.on(Quirk::RmsdMask), drop_in());
    if (!drop_in() && !(std::isfinite(statistics.mean) && std::isfinite(statistics.max)))
      throw Error::runtime({.what = "the image contains values that are not finite numbers",
                            .rule = "photons must be numbers up to 3.4e38",
                            .remedy = "check amplitudes, beam.fluence and crystal.cells"});
    if (!std::isfinite(statistics.mean) || !std::isfinite(statistics.rms) || !std::isfinite(statistics.rmsd))
      warn("the image or its statistics contain values that are not finite numbers");
    if (!drop_in() && statistics.count > 0 && !(statistics.max > 0))
      warn("the image is black: no pixel has any photons; femtobragg explain shows what the run does");
    std::ostream silent(nullptr);
    std::ostream& told = quiet_ ? silent : io_.out;
    // Of a frame of a series there is one line.
    const bool is_frame = !setup.series_image.empty();
    std::ostream& out = is_frame ? silent : told;
    if (setup.clock_seed) out << "seed from the clock: " << *setup.clock_seed << "\n";
    if (!is_frame || frames_told_++ == 0) print_how_computed(rendering.summary, o.run.tolerance, told);
    constexpr double sphere = 4 * pi;
    if (drop_in())
      out << "\nsolid angle subtended by detector = " << format_number(rendering.summary.solid_angle_sr)
          << " steradian ( " << format_number(100.0 * rendering.summary.solid_angle_sr / sphere) << "% sphere)\n";
    else
      out << image_summary(setup, statistics, rendering.summary.solid_angle_sr);
    const auto progress_of = [&](const char* what) { return progress_of_truth(what, setup, simulation); };
    std::optional<Truth> truth = truth_for_pictures(setup, simulation, rendering.image, progress_of);
    const SideImages side{spots_of(truth), parts_for_files(setup, simulation.request())};
    write_outputs(setup, rendering.image, statistics, quirks.set(), outputs, side, drop_in(), out, losses);
    const double photons = statistics.mean * static_cast<double>(statistics.count);
    write_truth_files(setup, quirks.set(), words_, photons, simulation, rendering.image, std::move(truth), progress_of,
                      out);
    if (is_frame) told << frame_summary(setup, statistics, frames_) << std::flush;
  }

  std::map<std::string, Image> parts_for_files(const Setup& setup, const RenderRequest& request) const {
    std::map<std::string, Image> parts;
    for (const auto& [file, choice] : setup.options.output.choices)
      if (!choice.part.empty() && !parts.contains(choice.part))
        parts[choice.part] = Simulation(with_only(setup.experiment, choice.part), request).render().image;
    return parts;
  }

  void print_how_computed(const backends::RunSummary& summary, double tolerance, std::ostream& out) const {
    if (!drop_in()) out << "computed by " << summary.ran_on << "\n";
    if (tolerance > 0) out << "skipped per pixel: at most " << format_number(summary.bound_photons) << " photons\n";
  }

  /// A pixel of the image that the command line asks for.
  struct AskedPixel {
    std::int64_t fast, slow;
    std::string flag, words;
    std::string order;  ///< of the words
  };

  /// By the reference backend: lanes do not compute all that nanoBragg tells.
  void print_single_pixels(const Setup& setup, const kernel::Plan& plan) {
    const RenderRequest request{.device = "reference"};
    const OutputOptions& o = setup.options.output;
    const Detector& detector = setup.experiment.detector;
    const auto recorded = [&](const PanelPixel& at) { return record_pixel(plan, at.panel, at.fast, at.slow, request); };
    if (o.trace_pixel) {
      const auto [slow, fast] = *o.trace_pixel;
      const AskedPixel pixel{fast, slow, "-trace_pixel", std::to_string(slow) + " " + std::to_string(fast), "slow"};
      const auto at = place_of(pixel, detector);
      if (!at) refuse(pixel, detector);
      warn_unless_rendered(pixel, detector.panels[at->panel], *at);
      print_trace(setup, plan, *at, recorded(*at), io_.out);
    }
    if (o.print_pixels && o.print_pixel) {
      const auto [fast, slow] = *o.print_pixel;
      const AskedPixel pixel{fast, slow, "-printout_pixel", std::to_string(fast) + " " + std::to_string(slow), "fast"};
      const auto at = place_of(pixel, detector);
      if (!at && drop_in()) return;
      if (!at) refuse(pixel, detector);
      warn_unless_rendered(pixel, detector.panels[at->panel], *at);
      print_pixel(setup, plan, static_cast<std::size_t>(fast), static_cast<std::size_t>(slow), recorded(*at), io_.out);
    } else if (o.print_pixels) {
      print_all_pixels(setup, plan, request);
    }
  }

  /// Panel after panel, as they are called in the image.
  void print_all_pixels(const Setup& setup, const kernel::Plan& plan, const RenderRequest& request) {
    for (std::size_t i = 0; i < plan.panels.size(); ++i) {
      const Panel& panel = setup.experiment.detector.panels[i];
      record_pixels(plan, i, request, [&](std::size_t fast, std::size_t slow, const kernel::Recorder& recorded) {
        print_pixel(setup, plan, panel.data_fast + fast, panel.data_slow + slow, recorded, io_.out);
      });
    }
  }

  static std::optional<PanelPixel> place_of(const AskedPixel& pixel, const Detector& detector) {
    if (pixel.fast < 0 || pixel.slow < 0) return std::nullopt;
    return panel_pixel_at(detector, static_cast<std::size_t>(pixel.fast), static_cast<std::size_t>(pixel.slow));
  }

  [[noreturn]] static void refuse(const AskedPixel& pixel, const Detector& detector) {
    throw Error::usage({.what = "there is no such pixel",
                        .where = pixel.flag,
                        .value = pixel.words,
                        .rule = why_no_pixel(detector, pixel.fast, pixel.slow),
                        .remedy = "give a pixel of a panel, the " + pixel.order + " coordinate first"});
  }

  void warn_unless_rendered(const AskedPixel& pixel, const Panel& panel, const PanelPixel& at) {
    const bool inside = panel.rendered_region().contains(at.fast, at.slow);
    if (inside && !panel.masked(at.fast, at.slow)) return;
    warn(pixel.flag + " " + pixel.words + ": the pixel is not rendered, it " +
         (inside ? "is masked" : "is outside -roi"));
  }

  ProgressCallback progress(const Setup& setup, const Simulation& simulation) const {
    const OutputOptions& o = setup.options.output;
    if (!o.progress || quiet_ || o.print_pixels) return {};
    const kernel::Plan& plan = simulation.plan();
    const std::uint64_t total = lattice_count(simulation.experiment()) * pixels_of_all(plan);
    if (!drop_in()) return io_.err_is_terminal ? updating_line(total, io_.err) : ProgressCallback{};
    const auto& roi = setup.options.detector.roi;
    const auto width = [](std::int64_t begin, std::int64_t end, std::size_t n) {
      const std::int64_t first = std::max<std::int64_t>(0, begin), last = end < 0 ? static_cast<std::int64_t>(n) : end;
      return last >= first ? static_cast<std::uint64_t>(last - first + 1) : std::uint64_t{0};
    };
    const kernel::PanelPlan& panel = plan.panels.front();
    return percent_lines(width(roi[0], roi[1], panel.n_fast) * width(roi[2], roi[3], panel.n_slow), total, io_.out);
  }

  ProgressCallback progress_of_truth(const char* what, const Setup& setup, const Simulation& simulation) const {
    if (!setup.options.output.progress || quiet_ || drop_in() || !io_.err_is_terminal) return {};
    return updating_line(lattice_count(simulation.experiment()) * pixels_of_all(simulation.plan()), io_.err, what);
  }

  Program program_;
  std::vector<std::string> words_;
  const Surroundings& io_;
  bool quiet_ = false;
  std::size_t frames_ = 1, frames_told_ = 0;  ///< of a series
};

}  // namespace

int run(Program program, std::span<const std::string> words, const Surroundings& io) {
  return Run(program, words, io).execute();
}

int exit_status(Program program, const std::exception& error) {
  if (program == Program::DropIn) return exit_nothing_done;
  const auto* known = dynamic_cast<const Error*>(&error);
  return known && known->kind() == Error::Kind::Usage ? 2 : 1;
}

}  // namespace femtobragg::nanobragg
