// Sums over frames.
#include "femtobragg/nanobragg/report/loss_report.h"

#include <algorithm>
#include <ostream>

namespace femtobragg::nanobragg {

LossReport::Loss& LossReport::loss(const std::string& output, const std::string& what) {
  const auto known =
      std::ranges::find_if(losses_, [&](const Loss& loss) { return loss.output == output && loss.what == what; });
  return known == losses_.end() ? losses_.emplace_back(output, what) : *known;
}

void LossReport::pixels(const std::string& output, const std::string& what, std::uint64_t count) {
  if (count == 0) return;
  Loss& known = loss(output, what);
  known.pixels += count;
  ++known.frames;
}

void LossReport::sentence(const std::string& text) { loss({}, text); }

void LossReport::print(std::ostream& err, bool series) const {
  for (const Loss& loss : losses_) {
    err << "warning: ";
    if (loss.frames > 0) {
      err << loss.pixels << " pixels of " << loss.output;
      if (series) err << ", in " << loss.frames << (loss.frames == 1 ? " frame," : " frames,");
      err << " ";
    }
    err << loss.what << "\n";
  }
}

}  // namespace femtobragg::nanobragg
