// The printout of single pixels, in nanoBragg's form.
#pragma once

#include <iosfwd>

#include "femtobragg/kernel/observer.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// The last ray and term of the last sample that has any; null where there is none.
struct LastEvaluation {
  const kernel::Recorder::Sample* sample = nullptr;
  const kernel::Recorder::Ray* ray = nullptr;
  const kernel::TermRecord* term = nullptr;
};
LastEvaluation last_evaluation(const kernel::Recorder& record);

/// The pixel's last evaluation.
void print_pixel(const Setup& setup, const kernel::Plan& plan, std::size_t fast, std::size_t slow,
                 const kernel::Recorder& record, std::ostream& out);

}  // namespace femtobragg::nanobragg
