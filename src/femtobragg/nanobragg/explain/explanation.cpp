// Follows a run up to the point where it would render.
#include "femtobragg/nanobragg/explain/explanation.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/run/series.h"
#include "femtobragg/nanobragg/run/truth_output.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/nanobragg/setup/whole_detector.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/hkl_map.h"
#include "femtobragg/simulate/lattices.h"

namespace femtobragg::nanobragg {
namespace {

using Memory = backends::Outlook::Memory;

std::string origin_of(const std::vector<ConfigRow>& rows, std::string_view name) {
  const auto found = std::ranges::find(rows, name, &ConfigRow::name);
  return found == rows.end() ? "" : found->origin;
}

/// Panels with sensors of their own have layers of their own: then both loops are one.
std::vector<Loop> loops_over_detector(const kernel::Plan& plan, const std::vector<ConfigRow>& rows) {
  const std::size_t layers = plan.panels.front().layers.size();
  const std::string region = origin_of(rows, "region of interest"), mask = origin_of(rows, "mask");
  const std::string sensor = origin_of(rows, "sensor layers");
  const bool several = plan.panels.size() > 1;
  const std::string one =
      (region == "default" ? origin_of(rows, "pixels") : region) + (mask.empty() ? "" : ", " + mask);
  const std::string pixels = several ? origin_of(rows, "panels") : one;
  if (std::ranges::all_of(plan.panels, [&](const auto& panel) { return panel.layers.size() == layers; }))
    return {{"pixels", pixels_of_all(plan), pixels}, {"sensor layers", layers, sensor.empty() ? "a surface" : sensor}};
  std::uint64_t samples = 0;
  for (const kernel::PanelPlan& panel : plan.panels) samples += backends::rendered_pixels(panel) * panel.layers.size();
  return {{"pixels x sensor layers", samples, pixels}};
}

std::vector<Loop> loops_of(const kernel::Plan& plan, const std::vector<ConfigRow>& rows) {
  std::vector<Loop> loops = loops_over_detector(plan, rows);
  loops.push_back({"sub-pixels", plan.oversample * plan.oversample, origin_of(rows, "oversample")});
  loops.push_back({"sources", plan.rays.size(), origin_of(rows, "sources")});
  loops.push_back({"phi steps", plan.phi_rad.size(), origin_of(rows, "phi steps")});
  if (const std::string domains = origin_of(rows, "mosaic domains"); !domains.empty())
    loops.push_back({"mosaic domains", plan.mosaic_domains, domains});
  return loops;
}

/// What the set-up means for the image.
std::vector<ConfigRow> sight_rows(const Setup& setup, const kernel::Plan& plan, const Sight& sight) {
  const auto num = [](double value) { return format_number(value); };
  std::vector<ConfigRow> rows;
  const auto add = [&](const char* name, const std::string& value, const char* unit, const std::string& origin,
                       const char* formula) {
    rows.push_back({"Image", name, value, unit, origin, formula});
  };
  const Crystal& crystal = setup.experiment.crystal;
  const Vec3d& edges = crystal.axes.lengths_m;
  const auto um = [&](std::size_t axis, double edge) { return num(um_from_metres(crystal.cells[axis] * edge)); };
  const bool has_crystal = !setup.no_crystal;
  if (has_crystal)
    add(crystal.lit_volume_m3 > 0 ? "block size" : "crystal size",
        um(0, edges.x) + " x " + um(1, edges.y) + " x " + um(2, edges.z), "um", "from the cells and the cell", "N a");
  if (sight.corner)
    add("finest resolution", num(sight.corner->d_A), "A",
        "from the corner at fast " + std::to_string(sight.corner->pixel.fast) + ", slow " +
            std::to_string(sight.corner->pixel.slow),
        "shortest wavelength / (2 sin theta)");
  if (sight.list_d_A > 0)
    add("reflections end at", num(sight.list_d_A), "A", "from the structure factors", "1 / |h a* + k b* + l c*|");
  add("direct beam",
      sight.direct_beam
          ? "fast " + std::to_string(sight.direct_beam->fast) + ", slow " + std::to_string(sight.direct_beam->slow)
          : "not on rendered pixels",
      "", "from the beam point", "");
  if (!has_crystal) return rows;
  add("narrowest spots", num(sight.spot_px), "px", "from crystal size, distance and pixel size",
      "wavelength x distance / (largest N a x pixel size)");
  add("closest reflections", num(sight.spacing_px), "px", "from the cell, distance and pixel size",
      "wavelength x distance / (longest axis x pixel size)");
  add("photons per F^2 and sr", num(plan.intensity_scale), "", "from the fluence", "r_e^2 x fluence");
  return rows;
}

std::vector<Memory> memory_of(const Setup& setup, const kernel::Plan& plan, const backends::Outlook& outlook) {
  const Detector& detector = setup.experiment.detector;
  const ImageShape shape = detector.image_shape();
  std::size_t masked = 0;
  for (const Panel& panel : detector.panels) masked += panel.mask.size();
  std::vector<Memory> memory;
  const auto add = [&](const char* what, std::size_t count, std::size_t size) {
    if (count > 0) memory.push_back({what, std::uint64_t{count} * size});
  };
  add("image, float32", shape.n_fast * shape.n_slow, sizeof(float));
  add("mask", masked, sizeof(std::uint8_t));
  add("structure factors", setup.experiment.structure_factors->values.size(), sizeof(double));
  add("orientations", plan.orientations.size() + plan.first_sweep_orientations.size(), sizeof(kernel::Orientation));
  add("sources", plan.rays.size(), sizeof(Source) + sizeof(kernel::Ray));
  memory.insert(memory.end(), outlook.memory.begin(), outlook.memory.end());
  return memory;
}

void require_something_to_render(const Options& options) {
  if (!options.run.version && !options.run.help && !options.run.list_detectors) return;
  throw Error::usage({.what = "nothing to explain",
                      .where = options.run.version          ? "-version"
                               : options.run.list_detectors ? "-list_detectors"
                                                            : "-help",
                      .rule = "with it, nothing is rendered",
                      .remedy = "remove it"});
}

std::vector<Explanation::Label> labels_of(const Setup& setup, const kernel::Plan& plan, const RenderRequest& request,
                                          double calibration_s) {
  const OutputOptions& o = setup.options.output;
  std::vector<Explanation::Label> labels;
  const auto add = [&](const char* what, const kernel::Plan& of) {
    labels.push_back({what, calibrate(of, request, calibration_s, SampleWork::TellReflections)});
  };
  if (!o.truth.empty()) add("-truth", plan);
  if (!o.truth_hkl_map.empty()) add("-truth_hkl_map", plan_of_centres(plan));
  return labels;
}

std::vector<std::optional<Calibration>*> times_of(Explanation& e) {
  std::vector<std::optional<Calibration>*> times = {&e.calibration};
  for (Explanation::Label& label : e.labels) times.push_back(&label.calibration);
  return times;
}

Setup silent_setup(CommandLine& line, const OutputSelection& outputs) {
  return set_up(line, writes_noise(line.options.output, outputs), false);
}

}  // namespace

Explanation explain(Program program, std::span<const std::string> words, double calibration_s) {
  Explanation e;
  e.program = program;
  CommandLine line = read_command_line(program, words, [&](const std::string& text) {
    e.remarks.push_back({"command-line", text});
  });
  require_something_to_render(line.options);
  if (line.options.output.frames > 1) require_frames_differ(line.options);
  const RenderRequest request = request_of(line);
  const OutputSelection outputs = outputs_of(line);
  require_outputs(line);
  const Setup setup = silent_setup(line, outputs);
  require_panel_for_smv(setup, outputs);
  require_range_of_response(setup, outputs);
  require_truth_of(setup);
  for (const std::string& text : setup.warnings) e.remarks.push_back({"set-up", text});
  const std::size_t crystals = lattice_count(setup.experiment);
  const kernel::Plan plan = compile_plan(with_one_lattice(setup.experiment, 0));
  note_header_quirks(setup, outputs, line.quirks);
  const QuirkSet& quirks = line.quirks.set();

  const Sight sight = sight_of(setup, plan);
  e.rows = config_rows(setup, quirks);
  for (ConfigRow& row : sight_rows(setup, plan, sight)) e.rows.push_back(std::move(row));
  e.loops = loops_of(plan, e.rows);
  e.sampling = setup.sampling;
  if (crystals > 1) e.loops.push_back({"crystals", crystals, origin_of(e.rows, "crystals")});
  e.evaluations = static_cast<double>(crystals) * evaluations_of_all(plan);
  e.device = request.device;
  e.outlook = outlook_of_all(plan, request);
  e.memory = memory_of(setup, plan, e.outlook);
  e.calibration = calibrate(plan, request, calibration_s);
  e.labels = labels_of(setup, plan, request, calibration_s);
  e.files = planned_files(setup, quirks, outputs);
  for (const QuirkInfo& quirk : quirk_table())
    if (line.quirks.active(quirk.quirk)) e.quirks.push_back(quirk.quirk);
  std::uint64_t bytes = 0;
  for (const Memory& use : e.memory) bytes += use.bytes;
  for (std::optional<Calibration>* time : times_of(e))
    if (*time) (*time)->expected_seconds *= static_cast<double>(crystals);
  std::optional<Calibration> whole = e.calibration;
  for (const Explanation::Label& label : e.labels)
    if (whole && label.calibration) whole->expected_seconds += label.calibration->expected_seconds;
  for (Remark& remark :
       remarks_on({setup, plan, quirks, outputs, sight, e.outlook, computed_by_reference(plan, request), whole, bytes}))
    e.remarks.push_back(std::move(remark));
  return e;
}

}  // namespace femtobragg::nanobragg
