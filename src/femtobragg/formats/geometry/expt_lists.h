// DIALS experiment lists in relation to each other: one that goes on from another, one of several.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

/// The list `text` of expt_text(), for other values of the models of the list `start`: with the identifiers, images and
/// scan of its first experiment, and without the goniometer if that has none. Relative names of images are those seen
/// from `folder`, where the start is; they become absolute. Throws Error(Runtime) if the start is not a list.
std::string expt_continuing(std::string_view start, const std::filesystem::path& folder, std::string_view text);

/// With which frame the scan of the first experiment begins, counted as DIALS does in tables of reflections: from 0 for
/// image 1. Nothing: it has no scan. Throws Error(Runtime).
std::optional<std::int64_t> expt_first_frame(std::string_view text, const std::string& name);

/// One list with the experiments of all; models that are equal are written once.
std::string expt_joined(const std::vector<std::string>& texts);

}  // namespace femtobragg::formats
