// What a crystallographer should know before the run: mistakes that give an image, but not the one that was meant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/backends/backend.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/nanobragg/flags/output_selection.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/report/calibration.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/nanobragg/setup/sight.h"

namespace femtobragg::nanobragg {

struct Remark {
  std::string id;  ///< the same for all remarks of a kind
  std::string text;
};

/// About a region of interest that is empty, or extends beyond the detector: what remains of it is rendered.
std::vector<Remark> remarks_on_region(const Setup& setup, const kernel::Plan& plan);

struct RemarkFacts {
  const Setup& setup;
  const kernel::Plan& plan;
  const QuirkSet& quirks;
  const OutputSelection& outputs;
  const Sight& sight;
  const backends::Outlook& outlook;
  bool by_reference;  ///< the reference backend computes every panel
  const std::optional<Calibration>& calibration;
  std::uint64_t memory_bytes = 0;
};
std::vector<Remark> remarks_on(const RemarkFacts& facts);

}  // namespace femtobragg::nanobragg
