// The images that noisify writes.
#pragma once

#include <span>
#include <string>

#include "femtobragg/noisify/input.h"
#include "femtobragg/noisify/settings.h"
#include "femtobragg/noisify/stages.h"

namespace femtobragg::noisify {

/// The header of a run: that of its input, or one of its own.
std::string header_of(const Input& input, const Settings& settings);

/// Numbers of the run's bits up to `limit`, with read-out noise where there are `deviates`. Throws Error(Runtime).
StoredNumbers write_image(const std::string& path, const std::string& header, std::span<const float> photons,
                          const Settings& settings, double limit, Deviates* deviates);

/// The integer image as grey values, clipped at white.
void write_grey(const std::string& path, std::span<const float> photons, std::size_t n_fast, const Settings& settings);

}  // namespace femtobragg::noisify
