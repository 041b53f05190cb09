// Two forms of progress.
#include "femtobragg/nanobragg/run/progress.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "femtobragg/base/text.h"

namespace femtobragg::nanobragg {

ProgressCallback percent_lines(std::uint64_t area, std::uint64_t total, std::ostream& out) {
  if (area < 100) return {};
  const auto is_due = [area](std::uint64_t k) {
    return k % (area / 20) == 0 || ((10 * k < area || 10 * k > 9 * area) && k % (area / 100) == 0);
  };
  return [=, &out, next = std::uint64_t{0}](std::uint64_t rendered) mutable {
    // Lines belong to pixels about to be rendered, so the last count never has one.
    const std::uint64_t step = area / 100;
    const std::uint64_t end = std::min(rendered + 1, total);
    for (; next < end; ++next) {
      if (is_due(next)) out << 100 * next / area << "% done\n";
      // Nothing is due before the next multiple of either step.
      const std::uint64_t after = std::min((next / step + 1) * step, (next / (area / 20) + 1) * (area / 20));
      if (after > next + 1) next = std::min(after, end) - 1;
    }
    out.flush();
  };
}

ProgressCallback updating_line(std::uint64_t total, std::ostream& err, const std::string& what) {
  using Clock = std::chrono::steady_clock;
  return [=, &err, begin = Clock::now(), shown = Clock::time_point{}](std::uint64_t rendered) mutable {
    const auto now = Clock::now();
    const bool finished = rendered >= total;
    if (!finished && now - shown < std::chrono::milliseconds(200)) return;
    shown = now;
    const double seconds = std::chrono::duration<double>(now - begin).count();
    const double rate = seconds > 0 ? static_cast<double>(rendered) / seconds : 0;
    const double left = rate > 0 ? static_cast<double>(total - rendered) / rate : 0;
    err << "\r" << (what.empty() ? "" : what + ": ") << (total ? 100 * rendered / total : 100) << "%  "
        << format_number(rate / 1e6, 3) << " Mpixel/s  " << format_fixed(left, 0) << " s left   "
        << (finished ? "\n" : "") << std::flush;
  };
}

}  // namespace femtobragg::nanobragg
