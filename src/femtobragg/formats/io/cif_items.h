// The items of a CIF text by name, as far as image headers need them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

/// Values of each item, by its name in lower case: one, or one for each row of a loop. Quotes are removed; texts
/// between lines that begin with ';' are one value. If an item occurs twice, the first is used.
using CifItems = std::map<std::string, std::vector<std::string>, std::less<>>;

CifItems parse_cif_items(std::string_view text);

}  // namespace femtobragg::formats
