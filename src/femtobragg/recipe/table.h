// Columns of tables in files: text with a line of names, or data sets of HDF5. For .cpp files of this layer.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/recipe/source.h"

namespace femtobragg::recipe {

/// The rows of a column: of text as it stands, of HDF5 numbers, or lists of them where the data set has two axes.
/// Throws Error that names the file, for columns that it lacks too.
std::vector<Json> column_of(const std::string& path, const std::string& column);

/// The same as numbers; throws Error that names the line of a text that is none.
std::vector<Json> numbers_of_column(const std::string& path, const std::string& column);

}  // namespace femtobragg::recipe
