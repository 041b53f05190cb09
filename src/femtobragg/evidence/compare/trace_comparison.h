// Compares two traces of one pixel and finds where they diverge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/evidence/compare/trace_record.h"

namespace femtobragg::evidence {

struct ComparedQuantity {
  std::string name;  ///< with a number if the name occurs several times
  std::string first, second;
  double difference = 0;  ///< largest difference of its numbers, relative to their tolerance: above 1 it diverges
  double relative = 0;    ///< relative difference of the same number
  double tolerance = 0;
  bool diverges = false;
};

struct TraceComparison {
  std::vector<ComparedQuantity> quantities;          ///< those that both have, in the order of the second trace
  std::vector<std::string> only_first, only_second;  ///< names
  std::vector<std::string> notes;                    ///< conversions, and what could not be compared

  /// The first quantity that diverges, or null.
  const ComparedQuantity* first_divergence() const;
};

/// Relaxations of a comparison.
struct TraceAllowance {
  std::vector<std::string> without_sign;  ///< quantities of which only magnitudes are compared
  double least_tolerance = 0;             ///< lower limit of all tolerances
};

/// Matches by name, occurrence by occurrence; a quantity that occurs once in the first is compared with all in the
/// second.
TraceComparison compare_traces(const TraceRecord& first, const TraceRecord& second,
                               const TraceAllowance& allowance = {});

/// The quantity that a name means, without the prefix of factors of single samples.
std::string_view quantity_of_name(std::string_view name);

/// Relative difference that counts as rounding: 1e-12 for geometry, 1e-9 for Miller indices, 1e-6 for factors.
double trace_tolerance(const std::string& name);

/// Usual causes of a difference in that quantity, for people: one cause per entry.
std::vector<std::string> likely_causes(const std::string& name);

/// Who made the two traces, and how.
struct TraceOrigins {
  std::string first, second;          ///< programs with versions, or files
  std::vector<std::string> commands;  ///< as typed in a shell
  std::string pixel;
};

/// first_divergence.md.
std::string divergence_report(const TraceComparison& comparison, const TraceOrigins& origins);

}  // namespace femtobragg::evidence
