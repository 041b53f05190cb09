// Lengths of lines, and what the header says of residues, chains, waters and atoms.
#include "femtobragg/atoms/pdb_ending.h"

#include <algorithm>
#include <vector>

#include "femtobragg/atoms/model_checks.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

/// Columns of an identifier: the chain, and the four of a residue's number.
struct ResidueColumns {
  std::string_view record;
  std::size_t chain, number;
};
constexpr ResidueColumns named_residues[] = {{"HELIX", 20, 22},  {"HELIX", 32, 34},  {"SHEET", 22, 23},
                                             {"SHEET", 33, 34},  {"SSBOND", 16, 18}, {"SSBOND", 30, 32},
                                             {"CISPEP", 16, 18}, {"CISPEP", 30, 32}, {"LINK", 22, 23},
                                             {"LINK", 52, 53},   {"HET", 13, 14},    {"MODRES", 17, 19}};

std::string_view columns(std::string_view line, std::size_t first, std::size_t last) {
  return first > line.size() ? std::string_view() : line.substr(first - 1, last - first + 1);
}

/// "A 12", or "12" in a chain without a name; empty: the columns are.
std::string residue_in(std::string_view line, std::size_t chain, std::size_t number) {
  const std::string_view digits = trimmed(columns(line, number, number + 3));
  if (!parse_integer(digits)) return {};
  const std::string_view name = trimmed(columns(line, chain, chain));
  return std::string(name) + (name.empty() ? "" : " ") + std::string(digits);
}

bool is_water(std::string_view residue) { return residue == "HOH" || residue == "DOD" || residue == "WAT"; }

std::vector<std::string> missing(const std::set<std::string>& promised, const std::set<std::string>& found) {
  std::vector<std::string> result;
  std::ranges::set_difference(promised, found, std::back_inserter(result));
  return result;
}

}  // namespace

void PdbEnding::take(std::string_view line) {
  const std::size_t end = line.find_last_not_of(" \t\r\n");
  if (end == line.npos) return;
  line = line.substr(0, end + 1);
  std::string record(trimmed(line.substr(0, 6)));
  std::ranges::transform(record, record.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const bool is_atom = record == "ATOM" || record == "HETATM";
  at_end_ = is_atom ? &lengths_[0] : record == "ANISOU" ? &lengths_[1] : nullptr;
  if (at_end_) {
    Lengths& of_kind = lengths_[is_atom ? 0 : 1];
    if (of_kind.count++ > 0) of_kind.shortest_before = std::min(of_kind.shortest_before, of_kind.last);
    of_kind.last = line.size();
  }
  static constexpr std::string_view names[] = {"HETATM", "ATOM", "ANISOU"};
  cut_ = !at_end_ && atoms_ > 0 &&
         std::ranges::any_of(names, [&](std::string_view name) { return name.starts_with(line); });
  if (is_atom) take_atom(line);
  if (record == "MODEL") ++models_;
  ended_ = ended_ || record == "END" || record == "MASTER";
  if (!at_end_) take_promise(record, line);
}

void PdbEnding::take_atom(std::string_view line) {
  ++atoms_;
  const std::string residue = residue_in(line, 22, 23);
  if (!residue.empty() && !residues_.contains(residue)) residues_.insert(residue);
  chains_.emplace(columns(line, 22, 22));
  if (is_water(columns(line, 18, 20))) waters_.insert(residue + std::string(columns(line, 27, 27)));
}

void PdbEnding::take_promise(std::string_view record, std::string_view line) {
  for (const ResidueColumns& named : named_residues)
    if (record == named.record)
      if (std::string residue = residue_in(line, named.chain, named.number); !residue.empty())
        promised_residues_.insert(std::move(residue));
  if (record == "SEQRES") promised_chains_.emplace(columns(line, 12, 12));
  if (record == "MASTER") promised_atoms_ = parse_number(trimmed(columns(line, 51, 55)));
  // As "*82(H2 O)".
  if (record == "FORMUL" && is_water(columns(line, 13, 15))) {
    const std::string_view formula = columns(line, 20, 70);
    promised_waters_ = parse_number(trimmed(formula.substr(0, formula.find('('))));
  }
}

void PdbEnding::warn(AtomicModel& model) const {
  const auto cut_off = [&](const std::string& why) {
    model.warnings.push_back("the file seems to be truncated: " + why);
  };
  // The data bank's own counts leave out some alternates.
  if (promised_atoms_ && models_ <= 1 && *promised_atoms_ > static_cast<double>(atoms_))
    model.warnings.push_back("MASTER states " + format_number(*promised_atoms_) + " atoms, the file has " +
                             std::to_string(atoms_) + ": check that it is complete");
  if (ended_) return;
  if (cut_) return cut_off("its last line is an incomplete record");
  if (at_end_ && at_end_->last < at_end_->shortest_before && at_end_->count > 1)
    return cut_off("its last line has " + std::to_string(at_end_->last) + " columns, all others of its kind at least " +
                   std::to_string(at_end_->shortest_before));
  if (const auto residues = missing(promised_residues_, residues_); !residues.empty())
    return cut_off("other records name residues that have no atoms, " + first_of(residues) + ", and it has no END");
  if (const auto chains = missing(promised_chains_, chains_); !chains.empty())
    return cut_off("SEQRES names chains that have no atoms, " + first_of(chains) + ", and it has no END");
  if (promised_waters_ && *promised_waters_ > static_cast<double>(waters_.size()))
    cut_off("FORMUL states " + format_number(*promised_waters_) + " waters, the file has " +
            std::to_string(waters_.size()) + ", and no END");
}

}  // namespace femtobragg::atoms
