// Sums over panels, or the most that one of them takes.
#include "femtobragg/nanobragg/setup/whole_detector.h"

#include <algorithm>

namespace femtobragg::nanobragg {
namespace {

std::uint64_t bytes_of(const backends::Outlook& outlook) {
  std::uint64_t bytes = 0;
  for (const backends::Outlook::Memory& use : outlook.memory) bytes += use.bytes;
  return bytes;
}

}  // namespace

double evaluations_of_all(const kernel::Plan& plan) {
  double all = 0;
  for (std::size_t panel = 0; panel < plan.panels.size(); ++panel) all += evaluations(plan, panel);
  return all;
}

backends::Outlook outlook_of_all(const kernel::Plan& plan, const RenderRequest& request) {
  backends::Outlook all = outlook(plan, 0, request);
  backends::RunSummary told{.ran_on = all.ran_on};
  for (std::size_t panel = 1; panel < plan.panels.size(); ++panel) {
    backends::Outlook one = outlook(plan, panel, request);
    told.add({.ran_on = one.ran_on});
    all.threads = std::max(all.threads, one.threads);
    if (bytes_of(one) > bytes_of(all)) all.memory = std::move(one.memory);
  }
  all.ran_on = told.ran_on;
  return all;
}

bool computed_by_reference(const kernel::Plan& plan, const RenderRequest& request) {
  for (std::size_t panel = 0; panel < plan.panels.size(); ++panel)
    if (!outlook(plan, panel, request).ran_on.starts_with("reference")) return false;
  return true;
}

}  // namespace femtobragg::nanobragg
