// Equivalent rows get the same key; sorted by it they stand side by side.
#include "femtobragg/atoms/reflection_merging.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/index_ranges.h"

namespace femtobragg::atoms {
namespace {

/// Text keeps five digits at least, MTZ seven.
constexpr double rounding = 1e-5;

struct Entry {
  Hkl key{}, hkl{};
  double value = 0;
  std::size_t row = 0;
};

Hkl key_of(const Hkl& hkl, const ReflectionTable& table) {
  Hkl key = hkl;
  for (const SymmetryOperation& operation : table.space_group.operations) {
    const Hkl turned = operation.turned(hkl);
    key = std::max(key, turned);
    if (table.mates_are_equal) key = std::max(key, mate(turned));
  }
  return key;
}

double checked_value(double value, const ReflectionTable& table, std::size_t row, bool squared) {
  if (std::abs(value) <= (squared ? largest_amplitude * largest_amplitude : largest_amplitude)) return value;
  throw Error::runtime({.what = "an amplitude is impossible",
                        .where = table.where + " " + table.name_of_row(row),
                        .value = format_number(value),
                        .rule = "amplitudes must be numbers up to " + format_number(largest_amplitude),
                        .remedy = "correct the file"});
}

class Merging {
 public:
  Merging(const ReflectionTable& table, const ColumnChoice& choice) : table_(table), choice_(choice) {}

  MergedReflections result() {
    collect();
    std::ranges::stable_sort(entries_, {}, &Entry::key);
    for (std::size_t begin = 0, end = 0; begin < entries_.size(); begin = end) {
      while (end < entries_.size() && entries_[end].key == entries_[begin].key) ++end;
      merge(std::span(entries_).subspan(begin, end - begin));
    }
    report();
    return std::move(merged_);
  }

 private:
  void collect() {
    for (std::size_t row = 0; row < table_.rows; ++row) {
      if (!table_.excluded.empty() && table_.excluded[row]) continue;
      Hkl hkl = table_.index(row);
      if (!table_.of_mates.empty() && table_.of_mates[row]) hkl = mate(hkl);
      auto plus = table_.value(row, choice_.column);
      auto minus = choice_.mate ? table_.value(row, *choice_.mate) : std::nullopt;
      if (choice_.difference && plus)
        if (const auto difference = table_.value(row, *choice_.difference)) {
          // F may be a weighted mean, or the difference mere noise.
          const bool fits = std::abs(*difference) <= 2 * *plus;
          if (!fits) ++misfit_differences_;
          minus = fits ? *plus - *difference / 2 : *plus;
          if (fits) *plus += *difference / 2;
        }
      if (plus || minus) ++merged_.rows;
      if (plus) add(hkl, *plus, row);
      if (minus) add(mate(hkl), *minus, row);
    }
  }

  void add(const Hkl& hkl, double value, std::size_t row) {
    value = checked_value(value, table_, row, choice_.squared);
    if (!choice_.squared && value < 0) {
      if (negative_amplitudes_++ == 0) first_negative_ = name_of(hkl);
      value = -value;
    }
    entries_.push_back({key_of(hkl, table_), hkl, value, row});
  }

  void merge(std::span<const Entry> group) {
    const auto [least, most] = std::ranges::minmax(group, {}, &Entry::value);
    double value = group.front().value;
    const double difference = most.value - least.value;
    if (difference > rounding * std::max(std::abs(least.value), std::abs(most.value))) {
      double sum = 0;
      for (const Entry& entry : group) sum += choice_.squared ? entry.value : entry.value * entry.value;
      sum /= static_cast<double>(group.size());
      value = choice_.squared ? sum : std::sqrt(sum);
      if (different_++ == 0) first_different_ = &group.front();
      rows_of_different_ += group.size();
    }
    if (choice_.squared && value < 0) ++negative_intensities_;
    merged_.list.push_back(
        {group.front().hkl, choice_.squared ? std::sqrt(std::max(0.0, value)) : value, group.front().row});
  }

  void report() {
    if (different_ > 0)
      (table_.unmerged ? merged_.notes : merged_.warnings)
          .push_back(counted(different_, "reflection is", "reflections are") +
                     " listed several times with different values, " + name_of(first_different_->hkl) +
                     " first: the means of intensities are used, over " + counted(rows_of_different_, "row"));
    if (misfit_differences_ > 0)
      merged_.notes.push_back(counted(misfit_differences_, "anomalous difference is", "anomalous differences are") +
                              " greater than twice the amplitude and not used: both mates get the mean");
    if (negative_intensities_ > 0)
      merged_.notes.push_back(
          counted(negative_intensities_, "negative intensity is treated", "negative intensities are treated") +
          " as zero");
    if (negative_amplitudes_ > 0)
      merged_.warnings.push_back(counted(negative_amplitudes_, "amplitude is", "amplitudes are") + " negative, " +
                                 first_negative_ +
                                 " first: their signs are dropped; set structure_factors.columns to intensities if the "
                                 "file has them");
  }

  const ReflectionTable& table_;
  const ColumnChoice& choice_;
  std::vector<Entry> entries_;
  MergedReflections merged_;
  std::size_t negative_amplitudes_ = 0, negative_intensities_ = 0, different_ = 0, rows_of_different_ = 0;
  std::size_t misfit_differences_ = 0;
  std::string first_negative_;
  const Entry* first_different_ = nullptr;
};

}  // namespace

MergedReflections merged(const ReflectionTable& table, const ColumnChoice& choice) {
  return Merging(table, choice).result();
}

}  // namespace femtobragg::atoms
