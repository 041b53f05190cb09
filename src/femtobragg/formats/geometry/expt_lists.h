// DIALS experiment lists in relation to each other: one that goes on from another, one of several.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

/// The list `text` of expt_text(), for other values of the models of the list `start`: with the identifiers, images and
/// scan of its first experiment, and without the goniometer if that has none. Relative names of images are those seen
/// from `folder`, where the start is; they become absolute. Throws Error(Runtime) if the start is not a list.
std::string expt_continuing(std::string_view start, const std::filesystem::path& folder, std::string_view text);

/// One list with the experiments of all; models that are equal are written once.
std::string expt_joined(const std::vector<std::string>& texts);

}  // namespace femtobragg::formats
