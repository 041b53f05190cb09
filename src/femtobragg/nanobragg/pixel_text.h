// Texts about single pixels: the printout, and the trace of every intermediate.
#pragma once

#include <iosfwd>

#include "femtobragg/kernel/observer.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

/// The pixel's last evaluation, in nanoBragg's form.
void print_pixel(const Scene& scene, const kernel::Plan& plan, std::size_t fast, std::size_t slow,
                 const kernel::Recorder& record, std::ostream& out);

/// `TRACE name values`, one quantity a line: the set-up, then the pixel unless the record is empty.
void print_trace(const Scene& scene, const kernel::Plan& plan, const kernel::Recorder& record, std::ostream& out);

}  // namespace femtobragg::nanobragg
