// The list of what a file can be: how each type is recognised, and who reads it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "femtobragg/inspect/inspection.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::inspect {

struct Source {
  std::string path;
  std::string bytes;  ///< uncompressed; for recognising, the first of them
  std::string text;   ///< as readers of text see it; empty: it is none
};

struct FileType {
  std::string_view name;
  bool (*recognise)(const Source& source);
  void (*inspect)(const Source& source, Inspection& result);  ///< throws Error for what is wrong
  std::uint64_t most_bytes;                                   ///< uncompressed; 0: its reader needs the beginning only
};

/// The first that recognises a file has it: more telling beginnings come first.
std::span<const FileType> file_types();

/// A reader's remark goes where it belongs: to what is not used, or to what is doubtful.
void add_remark(Inspection& result, const std::string& text);

void add_geometry(Inspection& result, const Geometry& geometry);

// Readers of several types.
bool is_hdf5(const Source& source);
bool is_image(const Source& source);
void inspect_image(const Source& source, Inspection& result);
void inspect_geometry(const Source& source, Inspection& result);
void inspect_model_or_reflections(const Source& source, Inspection& result);
bool is_truth_list(const Source& source);
void inspect_truth_list(const Source& source, Inspection& result);
bool is_reflection_table(const Source& source);
void inspect_reflection_table(const Source& source, Inspection& result);
bool is_table(const Source& source);
void inspect_table(const Source& source, Inspection& result);
void inspect_unknown_text(const Source& source, Inspection& result);
void inspect_scene(const Source& source, Inspection& result);

}  // namespace femtobragg::inspect
