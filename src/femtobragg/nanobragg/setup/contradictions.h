// Flags that contradict each other: one of them would be ignored, so both are refused.
#pragma once

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// Throws Error(Usage) where a flag replaces what another said, or two of a kind are typed.
void require_nothing_replaced(const Origins& origins);

/// Throws Error(Usage) where two flags describe the spectrum.
void require_one_spectrum(const Origins& origins);

/// A source file is the whole beam: warns where flags spread directions or wavelengths, which then are not used.
void warn_of_ignored_spread(Setup& setup);

/// How much of a crystal of many blocks is in the beam: throws Error(Usage) for a Gaussian beam without a size, and
/// warns of flags that have no effect, and of a size that nobody gave.
void check_crystal_in_beam(Setup& setup);

/// Warns where pixels that are not rendered would spread light into others.
void warn_of_cut_spread(Setup& setup);

/// The same where two flags give one quantity different values. The scene has detector, beam and crystal.
void require_agreement(const Setup& setup, const QuirkSet& quirks);

}  // namespace femtobragg::nanobragg
