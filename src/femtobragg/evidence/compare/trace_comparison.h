// Two traces of one pixel: where they part.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/evidence/compare/trace_record.h"

namespace femtobragg::evidence {

struct ComparedQuantity {
  std::string name;  ///< with its number where a name occurs several times
  std::string first, second;
  double difference = 0;  ///< the largest one of its numbers, relative to what is allowed for them: above 1 it diverges
  double relative = 0;    ///< the same number's relative difference
  double tolerance = 0;
  bool diverges = false;
};

struct TraceComparison {
  std::vector<ComparedQuantity> quantities;          ///< that both have, in the order of the second trace
  std::vector<std::string> only_first, only_second;  ///< names
  std::vector<std::string> notes;                    ///< conversions, and what was not compared

  /// The first quantity that diverges, or null.
  const ComparedQuantity* first_divergence() const;
};

/// What makes a comparison less strict.
struct TraceAllowance {
  std::vector<std::string> without_sign;  ///< names of which only magnitudes are compared
  double least_tolerance = 0;             ///< no tolerance is below this
};

/// Aligns by name, occurrence by occurrence; what occurs once in the first is compared with all of the second.
TraceComparison compare_traces(const TraceRecord& first, const TraceRecord& second,
                               const TraceAllowance& allowance = {});

/// The quantity that a name stands for, without the prefix of factors of single samples.
std::string_view quantity_of_name(std::string_view name);

/// Relative difference that is still rounding: 1e-12 for geometry, 1e-9 for Miller indices, 1e-6 for factors.
double trace_tolerance(const std::string& name);

/// What usually makes that quantity differ: for the reader, one cause an entry.
std::vector<std::string> likely_causes(const std::string& name);

/// Who made the two traces, and how.
struct TraceOrigins {
  std::string first, second;          ///< programs with versions, or files
  std::vector<std::string> commands;  ///< as a shell takes them
  std::string pixel;
};

/// first_divergence.md.
std::string divergence_report(const TraceComparison& comparison, const TraceOrigins& origins);

}  // namespace femtobragg::evidence
