// Models, reflections and scenes.
#include <algorithm>
#include <optional>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/inspect/file_types.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::inspect {
namespace {

using nanobragg::cell_words;

std::string group_words(const atoms::SpaceGroup& group) {
  return (group.symbol.empty() ? "a space group without a symbol" : group.symbol) + ", " +
         counted(group.operations.size(), "operation");
}

void add_model(const std::string& content, const Source& source, Inspection& result) {
  const atoms::AtomicModel model = atoms::parse_model(content, source.path);
  result.what = "atomic model, " + counted(model.atoms.size(), "atom");
  result.used.push_back("cell " + cell_words(model.cell) + ", " + group_words(model.space_group));
  for (const auto* list : {&model.notes, &model.warnings})
    for (const std::string& text : *list) add_remark(result, text);
}

void add_reflections(const std::string& content, const Source& source, Inspection& result) {
  const atoms::ReflectionFile file = atoms::parse_reflection_file(content, source.path, {}, 0);
  result.what += (result.what.empty() ? "" : ", and ") + counted(file.reflections, "reflection") + " to " +
                 format_number(file.d_min_A, 4) + " A";
  if (file.cell) {
    const std::string cell = "cell " + cell_words(*file.cell) + ", " + group_words(file.space_group);
    if (std::ranges::find(result.used, cell) == result.used.end()) result.used.push_back(cell);
  }
  for (const std::string& text : file.notes) {
    const bool left_out = text.find("not used") != text.npos;
    (left_out ? result.not_used : result.used).push_back(text);
  }
  for (const std::string& text : file.warnings) add_remark(result, text);
}

}  // namespace

/// A CIF may be either, or both.
void inspect_model_or_reflections(const Source& source, Inspection& result) {
  const std::string& content = source.bytes.starts_with("MTZ ") ? source.bytes : source.text;
  if (!atoms::looks_like_cif(content))
    return atoms::looks_like_reflection_file(content) ? add_reflections(content, source, result)
                                                      : add_model(content, source, result);
  std::optional<Error> no_model;
  try {
    add_model(content, source, result);
  } catch (const Error& error) {
    no_model = error;
  }
  bool has_reflections = false;
  for (const char* item : {"_refln.", "_refln_", "_hkl_file"})
    has_reflections = has_reflections || content.find(item) != content.npos;
  if (!has_reflections && no_model) throw *no_model;
  if (!has_reflections) return;
  try {
    add_reflections(content, source, result);
  } catch (const Error& error) {
    const bool has_atoms = content.find("_atom_site") != content.npos;
    if (no_model) throw has_atoms ? *no_model : error;
    result.not_used.push_back("no reflections: " + std::string(error.what()));
  }
}

void inspect_scene(const Source& source, Inspection& result) {
  result.what = "scene";
  assemble::Assembled assembled;
  assembled.scene = scene::read_scene(source.path);
  assemble::Rules rules;
  try {
    assemble::set_up(assembled, rules);
  } catch (const assemble::NothingToRender&) {
    result.doubtful.push_back("it gives no structure factors, or no crystal: flags must");
    return;
  }
  for (const std::string& note : assembled.file_notes) result.used.push_back(note);
  const Detector& detector = assembled.experiment.detector;
  const ImageShape shape = detector.image_shape();
  result.used.push_back(counted(detector.panels.size(), "panel") + " in an image of " + std::to_string(shape.n_fast) +
                        " x " + std::to_string(shape.n_slow) + " pixels, cell " +
                        cell_words(cell_of(assembled.experiment.crystal.axes)));
  for (const std::string& text : assembled.warnings) add_remark(result, text);
}

}  // namespace femtobragg::inspect
