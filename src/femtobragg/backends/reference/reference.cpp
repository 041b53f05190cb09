// Rows of pixels, in parallel where no row depends on another.
#include "femtobragg/backends/reference/reference.h"

#include <omp.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "femtobragg/backends/gradient_work.h"
#include "femtobragg/backends/work_items.h"
#include "femtobragg/kernel/select.h"

namespace femtobragg::backends {
namespace {

using kernel::Carry;
using kernel::PanelView;
using kernel::PixelValue;
using kernel::Plan;
using kernel::PlanView;

constexpr const char* computes_in = "reference, float64";

int thread_count(const RunControl& control) { return control.threads > 0 ? control.threads : omp_get_max_threads(); }

Carry carry_at_start(const PlanView& plan) {
  return {.first_sweep = !plan.first_sweep_orientations.empty(), .interpolating = plan.interpolate};
}

/// Renders one panel row by row, and counts.
template <class Nest>
class RowRenderer {
 public:
  RowRenderer(const PlanView& plan, const PanelView& panel, kernel::PixelWindow pixels, int threads, const Watch& watch)
      : plan_(plan),
        panel_(panel),
        pixels_(pixels),
        threads_(threads),
        watch_(watch),
        items_(watch.stop),
        solid_angles_(panel.slow_end - panel.slow_begin) {}

  /// Renders a row; carry holds what earlier rows left, then what this one leaves.
  void render(std::size_t slow, Carry& carry) {
    const auto begin = std::chrono::steady_clock::now();
    float* const row = pixels_.row(slow);
    double solid_angle = 0;
    std::uint64_t count = 0;
    kernel::NoObserver observer;
    for (std::size_t fast = panel_.fast_begin; fast < panel_.fast_end; ++fast) {
      if (items_.is_abandoned()) return;
      if (panel_.skips(fast, slow)) continue;
      const PixelValue value = Nest::run(plan_, panel_, fast, slow, carry, observer);
      row[fast] = static_cast<float>(value.photons) + 0.0f;  // no negative zeros
      solid_angle += value.solid_angle_sr;
      ++count;
    }
    solid_angles_[slow - panel_.slow_begin] = solid_angle;
    report(slow, count, begin);
  }

  /// Renders a row after which nothing is as before.
  void render_in_order(std::size_t slow, Carry& carry) {
    render(slow, carry);
    items_.finish();
  }

  /// Renders rows [begin, end) in parallel, each beginning with the same carry. Returns the first row that
  /// changed it, or end.
  std::size_t render_rows(std::size_t begin, std::size_t end, const Carry& carry) {
    std::size_t first_changed = end;
#pragma omp parallel for schedule(dynamic) num_threads(threads_) reduction(min : first_changed)
    for (std::size_t slow = begin; slow < end; ++slow) {
      Carry mine = carry;
      items_.run([&] { render(slow, mine); });
      if (mine.interpolating != carry.interpolating) first_changed = std::min(first_changed, slow);
    }
    items_.finish();
    return first_changed;
  }

  double solid_angle() const { return std::accumulate(solid_angles_.begin(), solid_angles_.end(), 0.0); }

  /// Takes rows that must be rendered again out of the count.
  void forget(std::size_t rows) { redone_rows_ += rows; }

 private:
  void report(std::size_t slow, std::uint64_t count, std::chrono::steady_clock::time_point begin) {
    if (!watch_.progress && !watch_.work_done) return;
    const std::lock_guard lock(mutex_);
    if (watch_.work_done) watch_.work_done({omp_get_thread_num(), slow, 1, begin, std::chrono::steady_clock::now()});
    if (!watch_.progress) return;
    if (redone_rows_ > 0) {
      --redone_rows_;
      return;
    }
    rendered_ += count;
    watch_.progress(rendered_);
  }

  const PlanView& plan_;
  const PanelView& panel_;
  kernel::PixelWindow pixels_;
  int threads_;
  const Watch& watch_;
  WorkItems items_;
  std::vector<double> solid_angles_;
  std::mutex mutex_;
  std::uint64_t rendered_ = 0;
  std::size_t redone_rows_ = 0;
};

template <class Nest>
RunSummary render_panel(const PlanView& plan, const PanelView& panel, kernel::PixelWindow pixels, int threads,
                        const Watch& watch) {
  RowRenderer<Nest> rows(plan, panel, pixels, threads, watch);
  Carry carry = carry_at_start(plan);
  std::size_t row = panel.slow_begin;

  // The first sweep of the image may differ from all others: go serially until it is done.
  while (carry.first_sweep && row < panel.slow_end) rows.render_in_order(row++, carry);

  // Where interpolation may stop for good, go in batches to the first row that stops it.
  constexpr std::size_t batch = 64;
  while (plan.interpolation_stops_for_good && carry.interpolating && row < panel.slow_end) {
    const std::size_t end = std::min(row + batch, panel.slow_end);
    const std::size_t stopped = rows.render_rows(row, end, carry);
    if (stopped < end) {
      carry.interpolating = false;
      rows.forget(end - (stopped + 1));
      row = stopped + 1;
    } else {
      row = end;
    }
  }

  // Nothing depends on order any more.
  rows.render_rows(row, panel.slow_end, carry);
  return {.solid_angle_sr = rows.solid_angle(),
          .interpolation_stopped = plan.interpolate && !carry.interpolating,
          .ran_on = computes_in};
}

/// Runs the nest with a recorder on the chosen pixels and, while pixels depend on earlier ones, without it on others.
template <class Nest>
void record_panel(const PlanView& plan, const PanelView& panel, const PixelChoice& chosen, const PixelVisit& visit) {
  Carry carry = carry_at_start(plan);
  for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
    for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
      if (panel.skips(fast, slow)) continue;
      const bool order_matters = carry.first_sweep || (plan.interpolation_stops_for_good && carry.interpolating);
      if (chosen(fast, slow)) {
        kernel::Recorder recorder;
        Nest::run(plan, panel, fast, slow, carry, recorder);
        if (!visit(fast, slow, recorder)) return;
      } else if (order_matters) {
        kernel::NoObserver observer;
        Nest::run(plan, panel, fast, slow, carry, observer);
      }
    }
}

/// Calls work(strip, slow_begin, slow_end) for each strip; what `after` does then happens in the order of strips.
template <class Work, class After>
void for_each_strip(const PanelView& panel, int threads, const Watch& watch, Work&& work, After&& after) {
  const std::size_t strips = gradient_strips(panel);
  WorkItems items(watch.stop);
#pragma omp parallel for ordered schedule(dynamic) num_threads(threads)
  for (std::size_t strip = 0; strip < strips; ++strip) {
    const std::size_t begin = panel.slow_begin + strip * gradient_strip_rows;
    items.run([&] { work(items, strip, begin, std::min(begin + gradient_strip_rows, panel.slow_end)); });
#pragma omp ordered
    items.run(after);
  }
  items.finish();
}

template <class Nest>
void differentiate_panel(const PlanView& plan, const PanelView& panel, const kernel::MotionView& motion,
                         const PanelTangents& target, const GradientVisit& visit, int threads, const Watch& watch) {
  const std::span<const kernel::PlanTangent> tangents = target.tangents;
  constexpr std::size_t pixels = 64;
  const auto work = [&](const WorkItems& items, std::size_t strip, std::size_t slow_begin, std::size_t slow_end) {
    std::vector<double> derivatives(tangents.size() * pixels), photons(pixels);
    for (std::size_t slow = slow_begin; slow < slow_end; ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; fast += pixels) {
        const std::size_t count = std::min(pixels, panel.fast_end - fast);
        for (std::size_t i = 0; i < count; ++i) {
          if (items.is_abandoned()) return;
          kernel::GradientOfPixel pixel;
          if (!panel.skips(fast + i, slow)) pixel = Nest::run(plan, panel, motion, fast + i, slow);
          photons[i] = pixel.photons;
          for (std::size_t t = 0; t < tangents.size(); ++t)
            derivatives[t * pixels + i] =
                std::inner_product(tangents[t].begin(), tangents[t].end(), pixel.derivatives.begin(), 0.0);
        }
        visit({target.panel, strip, slow, fast, count, photons.data(), derivatives.data(), pixels});
      }
  };
  for_each_strip(panel, threads, watch, work, [] {});
}

template <class Nest>
void differentiate_panel_amplitudes(const PlanView& plan, const PanelView& panel, const PanelWeights& target,
                                    AmplitudeVariable variable, std::vector<EntrySums>& sums,
                                    std::span<double> derivatives, const Watch& watch) {
  const bool squared = variable == AmplitudeVariable::Squared;
  const auto mine = [&]() -> EntrySums& { return sums[static_cast<std::size_t>(omp_get_thread_num())]; };
  const auto work = [&](const WorkItems& items, std::size_t, std::size_t slow_begin, std::size_t slow_end) {
    EntrySums& strip_sums = mine();
    for (std::size_t slow = slow_begin; slow < slow_end; ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
        const double weight = target.weights[slow * panel.n_fast + fast];
        if (items.is_abandoned()) return;
        if (weight == 0 || panel.skips(fast, slow)) continue;
        Nest::run_amplitudes(plan, panel, fast, slow, weight, squared,
                             [&](std::size_t entry, double x) { strip_sums.add(entry, x); });
      }
  };
  for_each_strip(panel, static_cast<int>(sums.size()), watch, work, [&] { mine().move_to(derivatives); });
}

/// Pixel by pixel: what each reflection brings to it.
template <class Nest>
class ReflectionTeller {
 public:
  ReflectionTeller(const Plan& plan, std::size_t number, const ReflectionVisit& visit)
      : plan_(plan), number_(number), view_(plan.view()), panel_(plan.panels[number].view()), visit_(visit) {}

  void tell(int threads, const Watch& watch) {
    std::mutex mutex;
    std::uint64_t done = 0;
    const auto work = [&](const WorkItems& items, std::size_t, std::size_t slow_begin, std::size_t slow_end) {
      std::uint64_t pixels = 0;
      look(items, slow_begin, slow_end, pixels);
      if (!watch.progress) return;
      const std::lock_guard lock(mutex);
      watch.progress(done += pixels);
    };
    for_each_strip(panel_, threads, watch, work, [] {});
  }

 private:
  struct Sums {
    ReflectionPixels where;
    double photons = 0, wavelength = 0, phi = 0;
  };

  void look(const WorkItems& items, std::size_t slow_begin, std::size_t slow_end, std::uint64_t& pixels) const {
    const std::size_t stride = panel_.fast_end - panel_.fast_begin;
    const bool shines = kernel::has_background(view_);
    std::vector<double> background(shines ? stride * (slow_end - slow_begin) : 0);
    std::vector<Sums> sums;
    for (std::size_t slow = slow_begin; slow < slow_end; ++slow)
      for (std::size_t fast = panel_.fast_begin; fast < panel_.fast_end; ++fast) {
        if (items.is_abandoned()) return;
        if (panel_.skips(fast, slow)) continue;
        ++pixels;
        if (add_pixel(fast, slow, sums) && shines)
          background[(slow - slow_begin) * stride + fast - panel_.fast_begin] =
              kernel::background_photons(view_, panel_, fast, slow);
      }
    std::vector<ReflectionPixels> parts;
    for (const Sums& s : sums) {
      ReflectionPixels& part = parts.emplace_back(s.where);
      part.photons = &s.photons, part.wavelength = &s.wavelength, part.phi = &s.phi;
    }
    visit_(omp_get_thread_num(),
           {number_, slow_begin, slow_end, parts, shines ? background.data() : nullptr, stride, 0});
  }

  /// Whether any reflection reaches it.
  bool add_pixel(std::size_t fast, std::size_t slow, std::vector<Sums>& sums) const {
    const std::size_t first = sums.size();
    Nest::run_reflections(view_, panel_, fast, slow,
                          [&](const Vec3d& hkl, double photons, std::size_t ray, std::size_t orientation) {
                            if (photons == 0) return;
                            std::size_t i = first;
                            while (i < sums.size() && !(sums[i].where.hkl == hkl)) ++i;
                            if (i == sums.size()) sums.push_back({{hkl, slow, fast, 1}});
                            sums[i].photons += photons;
                            sums[i].wavelength += photons * plan_.rays[ray].wavelength_m;
                            sums[i].phi += photons * plan_.phi_rad[orientation / plan_.mosaic_domains];
                          });
    return sums.size() > first;
  }

  const Plan& plan_;
  std::size_t number_;
  PlanView view_;
  PanelView panel_;
  const ReflectionVisit& visit_;
};

/// Panel after panel. There is nothing to keep but the plan.
class ReferencePrepared : public Prepared {
 public:
  ReferencePrepared(std::shared_ptr<const Plan> plan, int threads)
      : Prepared(std::move(plan)), view_(this->plan().view()), threads_(threads) {}

  RunSummary render(std::span<const PanelPixels> panels, const Watch& watch) override {
    RunSummary all;
    std::uint64_t before = 0;
    kernel::with_pixel_nest(plan(), [&]<class Nest>(Nest) {
      for (const PanelPixels& target : panels) {
        const PanelView panel = panel_view(target.panel);
        all.add(render_panel<Nest>(view_, panel, target.pixels, threads_, watch.after(before)));
        before += rendered_pixels(panel);
      }
    });
    return all;
  }

  void record(std::span<const std::size_t>, std::size_t panel, const PixelChoice& chosen, const PixelVisit& visit,
              const Watch&) override {
    kernel::with_pixel_nest(plan(),
                            [&]<class Nest>(Nest) { record_panel<Nest>(view_, panel_view(panel), chosen, visit); });
  }

  RunSummary differentiate(const kernel::PlanMotion& motion, std::span<const PanelTangents> panels,
                           const GradientVisit& visit, const Watch& watch) override {
    kernel::with_gradient_nest(plan(), [&]<class Nest>(Nest) {
      for (const PanelTangents& target : panels)
        differentiate_panel<Nest>(view_, panel_view(target.panel), motion.view(), target, visit, threads_, watch);
    });
    return {.solid_angle_sr = 0, .interpolation_stopped = false, .bound_photons = 0, .ran_on = computes_in};
  }

  void differentiate_amplitudes(std::span<const PanelWeights> panels, AmplitudeVariable variable,
                                std::span<double> derivatives, const Watch& watch) override {
    std::vector<EntrySums> sums(static_cast<std::size_t>(threads_), EntrySums(derivatives.size()));
    kernel::with_gradient_nest(plan(), [&]<class Nest>(Nest) {
      for (const PanelWeights& target : panels)
        differentiate_panel_amplitudes<Nest>(view_, panel_view(target.panel), target, variable, sums, derivatives,
                                             watch);
    });
  }

  void tell_reflections(std::span<const std::size_t> panels, const ReflectionVisit& visit,
                        const Watch& watch) override {
    std::uint64_t before = 0;
    kernel::with_gradient_nest(plan(), [&]<class Nest>(Nest) {
      for (const std::size_t number : panels) {
        ReflectionTeller<Nest>(plan(), number, visit).tell(threads_, watch.after(before));
        before += rendered_pixels(plan().panels[number]);
      }
    });
  }

  int threads() const override { return threads_; }

 private:
  PanelView panel_view(std::size_t panel) const { return plan().panels.at(panel).view(); }

  PlanView view_;
  int threads_;
};

class ReferenceBackend : public Backend {
 public:
  std::string name() const override { return "reference"; }
  std::string description() const override { return "plain loops in double precision, all cores"; }
  DeviceKind kind() const override { return DeviceKind::Cpu; }
  std::vector<NumberType> number_types() const override { return {NumberType::Float64}; }

  Outlook outlook(const Plan&, std::size_t, const RunControl& control) const override {
    return {computes_in, reference_hot_loop(), thread_count(control), {}};
  }

  std::unique_ptr<Prepared> prepare(std::shared_ptr<const Plan> plan, const RunControl& control,
                                    const Prepared*) const override {
    return std::make_unique<ReferencePrepared>(std::move(plan), thread_count(control));
  }
};

}  // namespace

HotLoop reference_hot_loop() {
  return {.instruction_set = "none",
          .runs_here = true,
          .shape = "any",
          .tile = "none",
          .number_type = NumberType::Float64,
          .lanes = 1,
          .tile_pixels = 1,
          .symbols = {"femtobragg::kernel::pixel<", "femtobragg::kernel::pixel_ordered<"},
          .source = "src/femtobragg/kernel/pixel.h"};
}

std::unique_ptr<Backend> make_reference_backend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace femtobragg::backends
