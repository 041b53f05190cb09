// Asks the backend about each panel once, and hands over what it refuses.
#include "femtobragg/backends/fallback.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/backends/gradient_work.h"

namespace femtobragg::backends {
namespace {

void add_reason(const std::optional<std::string>& reason, std::string& ran_on) {
  if (reason) ran_on += " because " + *reason;
}

class WithFallback : public Prepared {
 public:
  WithFallback(const Backend& backend, std::shared_ptr<const kernel::Plan> plan, const RunControl& control,
               const Prepared* like)
      : Prepared(std::move(plan)), backend_(backend), control_(control) {
    const auto* const before = dynamic_cast<const WithFallback*>(like);
    first_ = backend.prepare(shared_plan(), control,
                             before && &before->backend_ == &backend ? before->first_.get() : nullptr);
    for (std::size_t panel = 0; panel < this->plan().panels.size(); ++panel)
      why_not_.push_back(backend.why_not(this->plan(), panel));
  }

  RunSummary render(std::span<const PanelPixels> panels, const Watch& watch) override {
    RunSummary all;
    std::uint64_t before = 0;
    in_groups(panels, &PanelPixels::panel, [&](Prepared& by, std::span<const PanelPixels> group) {
      RunSummary summary = by.render(group, watch.after(before));
      for (const PanelPixels& one : group) before += rendered_pixels(plan().panels[one.panel]);
      take(std::move(summary), group.front().panel, all);
    });
    return all;
  }

  void record(std::span<const std::size_t> panels, std::size_t panel, const PixelChoice& chosen,
              const PixelVisit& visit, const Watch& watch) override {
    const bool together = std::ranges::none_of(panels, [&](std::size_t one) { return why_not_.at(one).has_value(); });
    of(panel).record(together ? panels : std::span(&panel, 1), panel, chosen, visit, watch);
  }

  RunSummary differentiate(const kernel::PlanMotion& motion, std::span<const PanelTangents> panels,
                           const GradientVisit& visit, const Watch& watch) override {
    for (const PanelTangents& one : panels) require_differentiable(plan(), one.panel);
    RunSummary all;
    in_groups(panels, &PanelTangents::panel, [&](Prepared& by, std::span<const PanelTangents> group) {
      take(by.differentiate(motion, group, visit, watch), group.front().panel, all);
    });
    return all;
  }

  void differentiate_amplitudes(std::span<const PanelWeights> panels, AmplitudeVariable variable,
                                std::span<double> derivatives, const Watch& watch) override {
    for (const PanelWeights& one : panels) {
      require_differentiable(plan(), one.panel);
      require_amplitude_arrays(plan(), one.panel, one.weights, variable, derivatives);
    }
    in_groups(panels, &PanelWeights::panel, [&](Prepared& by, std::span<const PanelWeights> group) {
      by.differentiate_amplitudes(group, variable, derivatives, watch);
    });
  }

  void tell_reflections(std::span<const std::size_t> panels, const ReflectionVisit& visit,
                        const Watch& watch) override {
    std::uint64_t before = 0;
    const auto tell = [&](Prepared& by, std::span<const std::size_t> group) {
      by.tell_reflections(group, visit, watch.after(before));
      for (const std::size_t panel : group) before += rendered_pixels(plan().panels[panel]);
    };
    if (std::ranges::none_of(panels, [&](std::size_t panel) { return why_not_.at(panel).has_value(); }))
      return tell(*first_, panels);
    for (const std::size_t& panel : panels) tell(of(panel), {&panel, 1});
  }

  int threads() const override { return first_->threads(); }

 private:
  /// What computes a panel.
  Prepared& of(std::size_t panel) {
    if (!why_not_.at(panel)) return *first_;
    if (!reference_) reference_ = find_backend("reference").prepare(shared_plan(), control_, nullptr);
    return *reference_;
  }

  /// All panels at once where the backend can do them all, otherwise one by one.
  template <class Item, class Work>
  void in_groups(std::span<const Item> panels, std::size_t Item::*panel, Work&& work) {
    if (panels.empty()) return;
    if (std::ranges::none_of(panels, [&](const Item& one) { return why_not_.at(one.*panel).has_value(); }))
      return work(*first_, panels);
    for (const Item& one : panels) work(of(one.*panel), std::span(&one, 1));
  }

  void take(RunSummary summary, std::size_t panel, RunSummary& all) const {
    add_reason(why_not_[panel], summary.ran_on);
    all.add(summary);
  }

  const Backend& backend_;
  RunControl control_;
  std::unique_ptr<Prepared> first_, reference_;
  std::vector<std::optional<std::string>> why_not_;  ///< for each panel
};

}  // namespace

std::unique_ptr<Prepared> prepare(const Backend& backend, std::shared_ptr<const kernel::Plan> plan,
                                  const RunControl& control, const Prepared* like) {
  return std::make_unique<WithFallback>(backend, std::move(plan), control, like);
}

Outlook outlook(const Backend& backend, const kernel::Plan& plan, std::size_t panel, const RunControl& control) {
  const auto reason = backend.why_not(plan, panel);
  Outlook outlook = (reason ? find_backend("reference") : backend).outlook(plan, panel, control);
  add_reason(reason, outlook.ran_on);
  return outlook;
}

}  // namespace femtobragg::backends
