// Geometry files and known detectors in a run: what they say of options, and the panels that come of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"
#include "femtobragg/nanobragg/flags/detector_geometry.h"
#include "femtobragg/nanobragg/flags/header_geometry.h"
#include "femtobragg/nanobragg/flags/options.h"
#include "femtobragg/nanobragg/flags/origins.h"
#include "femtobragg/nanobragg/flags/quirks.h"

namespace femtobragg::nanobragg {

/// The file of -geometry.
struct GeometryFile {
  std::string path;
  Geometry geometry;
};

/// The last words after flags that fill in what a file leaves open; empty: there is no such flag.
struct GapWords {
  std::string distance_mm, n_fast, n_slow, detector, experiment;
};
/// Throws Error(Usage) for an invalid distance; other wrong words are refused when flags are parsed.
formats::GeometryGaps gaps_of(const GapWords& words);
/// Throws Error, also for gaps that the file does not have.
GeometryFile read_geometry_file(const std::string& path, const GapWords& words);

/// Sets the options that the file knows, as an image's header would: flags take precedence. The first panel is the
/// detector in headers and reports.
void apply_geometry(const GeometryFile& file, Options& options, Origins& origins);

/// As if the panel was the whole detector; `options` say the rest, the beam above all.
DetectorGeometry geometry_of_panel(DetectorOptions options, const Panel& panel);

/// Throws Error(Usage) for flags, headers of masks and quirks that move a detector whose position the file gives.
void require_nothing_else_places(const GeometryFile& file, std::span<const GeometryHeader> headers,
                                 const Origins& origins, const QuirkSet& quirks);

/// What the file's notes and gaps mean for a run, one sentence each.
std::vector<std::string> remarks_on_geometry(const GeometryFile& file, const Origins& origins);

/// The row of -detector in the list of known detectors: gaps join the mask, and pixels saturate.
void apply_known_detector(const DetectorOptions& options, Panel& panel);

/// Where flags give a known detector other pixels than it has.
std::optional<std::string> remark_on_known_detector(const DetectorOptions& options, const Panel& panel);

/// The panels of -detector if it has several, on the plane that the flags define; nothing for others. Throws
/// Error(Usage) for flags that make sense for a single panel only.
std::optional<Detector> arranged_detector(const DetectorOptions& options, const Origins& origins,
                                          const DetectorGeometry& plane);

}  // namespace femtobragg::nanobragg
