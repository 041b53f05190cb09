// The items of a CIF text, by name: as much as headers of images need.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

/// Values of each item, by its name in lower case: one, or one for each row of a loop. Quotes are taken off; texts
/// between lines that begin with ';' are one value. Of items that come twice, the first counts.
using CifItems = std::map<std::string, std::vector<std::string>, std::less<>>;

CifItems parse_cif_items(std::string_view text);

}  // namespace femtobragg::formats
