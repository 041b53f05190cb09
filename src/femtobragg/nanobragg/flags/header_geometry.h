// Geometry from the headers of -img and -mask files.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/nanobragg/flags/options.h"
#include "femtobragg/nanobragg/flags/origins.h"
#include "femtobragg/nanobragg/flags/quirks.h"

namespace femtobragg::nanobragg {

/// A header to take geometry from.
struct GeometryHeader {
  std::string file;
  std::string text;
  std::size_t n_fast = 0, n_slow = 0;
  bool is_mask = false;  ///< its y beam centre counts from the other edge
  bool strict = false;   ///< values are whole, with or without a unit, and keys in any case
};

/// Sets the options that the header knows.
void apply_header(const GeometryHeader& header, const QuirkSet& quirks, Options& options, Origins& origins);

/// What a strict header leaves to usual values, or says twice and differently.
std::vector<std::string> header_doubts(const GeometryHeader& header, const Origins& origins);

}  // namespace femtobragg::nanobragg
