// Operations before Hall symbol before Hermann-Mauguin symbol; what contradicts is refused.
#include "femtobragg/atoms/stated_symmetry.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/atoms/refuse.h"
#include "femtobragg/atoms/space_group_symbol.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

/// The cell's metric may be off by this much, relative to its edges: rounding; and slips of a digit.
constexpr double noted_misfit = 2e-3, most_misfit = 3e-2;
/// A setting that fits this well is preferred to those that do not.
constexpr double fitting_misfit = 1e-2;

[[noreturn]] void refuse_contradiction(const std::string& where, const std::string& value, const std::string& rule) {
  refuse("statements about the symmetry contradict each other", where, value, rule,
         "correct the file, or remove the statement that is wrong");
}

std::string named(const Operations& operations) {
  const gemmi::SpaceGroup* row = setting_of(operations);
  return counted(operations.size(), "operation") + (row ? " of " + row->xhm() : "");
}

std::string text_of(const Vec3d& p) {
  return format_number(p.x, 4) + " " + format_number(p.y, 4) + " " + format_number(p.z, 4);
}

struct Messages {
  std::vector<std::string>&notes, &warnings;
};

class Decision {
 public:
  Decision(const StatedSymmetry& stated, const UnitCell& cell, const std::string& where, Messages messages)
      : stated_(stated), cell_(cell), where_(where), messages_(messages) {}

  SpaceGroup group() {
    read_symbols();
    SpaceGroup result;
    if (!stated_.operations.empty())
      result = by_operations();
    else if (!stated_.hall.empty())
      result = by_hall();
    else
      result = by_symbol();
    require_fitting_cell(result);
    check_crystal_system();
    return result;
  }

 private:
  /// The symbols' settings, narrowed by the code; their numbers have to be the stated one.
  void read_symbols() {
    std::vector<std::string> symbols = stated_.symbols;
    for (const std::string& symbol : symbols) {
      const Settings found = settings_named(symbol, cell_);
      if (found.empty()) {
        unknown_ = symbol;
        continue;
      }
      if (!settings_.empty() && settings_[0]->number != found[0]->number)
        refuse_contradiction(where_, in_quotes(symbol_) + " and " + in_quotes(symbol),
                             "they are different space groups");
      Settings common;
      for (const gemmi::SpaceGroup* row : settings_)
        if (std::ranges::find(found, row) != found.end()) common.push_back(row);
      if (!settings_.empty() && common.empty()) take_other_setting(symbol);
      if (settings_.empty() || (!common.empty() && found.size() < settings_.size()))
        settings_ = found, symbol_ = symbol;
    }
    if (stated_.reference_symbol) {
      const Settings found = settings_named(*stated_.reference_symbol, cell_);
      if (!found.empty()) take_number(found[0]->number, in_quotes(*stated_.reference_symbol));
    }
    // Programs that do not know it write zero.
    if (stated_.number && *stated_.number != 0) {
      if (*stated_.number < 1 || *stated_.number > 230)
        refuse("the number of a space group is impossible", where_, std::to_string(*stated_.number),
               "it must be 1 to 230");
      take_number(*stated_.number, "the number " + std::to_string(*stated_.number));
    }
    if (!stated_.code.empty()) narrow_by_code();
  }

  /// Two symbols of one group with other axes: no more than a warning where something else decides.
  void take_other_setting(const std::string& symbol) {
    const std::string both = in_quotes(symbol_) + " and " + in_quotes(symbol);
    if (stated_.operations.empty() && stated_.hall.empty())
      refuse_contradiction(where_, both, "they are different settings of one space group");
    messages_.warnings.push_back("the symbols " + both + " are of different settings; the " +
                                 (stated_.operations.empty() ? "Hall symbol is used" : "listed operations are used"));
  }

  void take_number(int number, const std::string& source) {
    if (!settings_.empty() && settings_[0]->number != number)
      refuse_contradiction(where_, in_quotes(symbol_) + " and " + source,
                           in_quotes(symbol_) + " is number " + std::to_string(settings_[0]->number));
    if (number_ != 0 && number_ != number)
      refuse_contradiction(where_, source, "another statement has the number " + std::to_string(number_));
    number_ = number;
  }

  /// Files may have a number alone.
  std::string stated_name() const {
    return symbol_.empty() ? "the number " + std::to_string(number_) : in_quotes(symbol_);
  }

  void narrow_by_code() {
    const Settings all = !settings_.empty() ? settings_ : number_ != 0 ? settings_numbered(number_) : Settings();
    if (all.empty()) return;
    const Settings narrowed = with_code(all, stated_.code);
    if (!narrowed.empty()) {
      settings_ = narrowed;
      if (symbol_.empty()) symbol_ = narrowed[0]->xhm();
      return;
    }
    if (with_code(settings_numbered(all[0]->number), stated_.code).empty())
      messages_.warnings.push_back("the setting code " + in_quotes(stated_.code) + " is not used: " + all[0]->xhm() +
                                   " has no such setting");
    else
      refuse_contradiction(where_, stated_name() + " and the setting code " + in_quotes(stated_.code),
                           "this is not the symbol of that setting");
  }

  SpaceGroup by_operations() {
    Operations operations;
    for (const std::string& text : stated_.operations) operations.push_back(parse_operation(text, where_));
    const std::size_t listed = operations.size();
    operations = sorted(std::move(operations));
    if (operations.size() < listed)
      messages_.warnings.push_back(counted(listed - operations.size(),
                                           "symmetry operation is listed twice, and used once",
                                           "symmetry operations are listed twice, and used once"));
    if (const std::string why = why_no_group(operations); !why.empty())
      refuse("the symmetry operations do not form a group", where_, why,
             "all operations of the space group must be listed",
             "complete the list, or remove it if the symbol is right");
    if (!stated_.hall.empty()) compare_with_hall(operations);
    if (!settings_.empty())
      compare_with_symbol(operations, "the symbol " + in_quotes(symbol_), settings_);
    else if (number_ != 0)
      compare_with_symbol(operations, "the number " + std::to_string(number_), settings_numbered(number_));
    if (settings_.empty() && !unknown_.empty())
      messages_.notes.push_back("the symbol " + in_quotes(unknown_) + " is not known; the listed operations are used");
    return named_group(std::move(operations));
  }

  /// With the symbol of the table whose group differs in the origin at most; amplitudes do not depend on that.
  SpaceGroup named_group(Operations operations) {
    row_ = setting_of(operations);
    if (!row_) {
      messages_.notes.push_back("the " + std::to_string(operations.size()) +
                                " symmetry operations are in a setting that has no symbol");
      return {"", std::move(operations)};
    }
    if (const auto origin = origin_in(operations_of(*row_), operations);
        stated_.origin_matters && origin && *origin != Vec3d{})
      messages_.notes.push_back("the origin is at " + text_of(*origin) + " of " + row_->xhm() +
                                ", by the symmetry operations");
    return {row_->xhm(), std::move(operations)};
  }

  void compare_with_hall(const Operations& operations) {
    const Operations by_symbol = operations_of_hall(stated_.hall, where_);
    if (alike(by_symbol, operations)) return;
    if (signature(by_symbol) != signature(operations))
      refuse_contradiction(where_, "the Hall symbol " + in_quotes(stated_.hall) + " and " + named(operations),
                           "the symbol means " + named(by_symbol));
    messages_.warnings.push_back("the Hall symbol " + in_quotes(stated_.hall) +
                                 " has a different origin or axes from the listed operations, which are used");
  }

  void compare_with_symbol(const Operations& operations, const std::string& source, const Settings& settings) {
    const auto is_same = [&](const gemmi::SpaceGroup* row) { return alike(operations_of(*row), operations); };
    if (std::ranges::any_of(settings, is_same)) return;
    // By another origin, or other axes.
    const gemmi::SpaceGroup* row = setting_of(operations);
    const bool same_type =
        row ? row->number == settings[0]->number : signature(operations_of(*settings[0])) == signature(operations);
    if (!same_type)
      refuse_contradiction(where_, source + " and " + named(operations),
                           source + " means " + named(operations_of(*settings[0])));
    if (!stated_.code.empty() && settings.size() == 1)
      messages_.warnings.push_back("the setting code " + in_quotes(stated_.code) +
                                   " does not fit the listed operations, which are used");
    else if (!settings_.empty() && names_other_setting(operations))
      messages_.warnings.push_back(source + " is in a different setting from the " + named(operations) +
                                   " that the file lists, which are used");
  }

  /// Whether the symbol says that axes or origin are others. Of the origin most symbols say nothing, and short ones of
  /// monoclinic groups leave the unique axis to a cell that does not show it.
  bool names_other_setting(const Operations& operations) const {
    Settings all = settings_;
    const UnitCell box{cell_.a_A, cell_.b_A, cell_.c_A, pi / 2, pi / 2, pi / 2};
    if (misfit(box, operations) < noted_misfit)
      for (const double oblique : {1.7, 1.8}) {
        UnitCell other = box;
        (oblique < 1.75 ? other.alpha_rad : other.gamma_rad) = oblique;
        const Settings found = settings_named(symbol_, other);
        all.insert(all.end(), found.begin(), found.end());
      }
    if (settings_.size() == 1 && (settings_[0]->ext == '1' || settings_[0]->ext == '2')) return true;
    return std::ranges::none_of(
        all, [&](const gemmi::SpaceGroup* row) { return origin_in(operations_of(*row), operations).has_value(); });
  }

  SpaceGroup by_hall() {
    Operations operations = operations_of_hall(stated_.hall, where_);
    const Settings& all = !settings_.empty() ? settings_ : number_ != 0 ? settings_numbered(number_) : Settings();
    if (!all.empty()) {
      const gemmi::SpaceGroup* row = setting_of(operations);
      const bool same_type =
          row ? row->number == all[0]->number : signature(operations_of(*all[0])) == signature(operations);
      if (!same_type)
        refuse_contradiction(where_,
                             "the Hall symbol " + in_quotes(stated_.hall) + " and " +
                                 (settings_.empty() ? stated_name() : in_quotes(all[0]->xhm())),
                             "the Hall symbol means " + named(operations));
      const auto is_same = [&](const gemmi::SpaceGroup* r) { return alike(operations_of(*r), operations); };
      if (!settings_.empty() && std::ranges::none_of(settings_, is_same))
        messages_.warnings.push_back("the Hall symbol " + in_quotes(stated_.hall) +
                                     " has a different origin or axes from " + stated_name() + ", and is used");
    }
    return named_group(std::move(operations));
  }

  SpaceGroup by_symbol() {
    const bool by_number = settings_.empty();
    if (by_number && (!unknown_.empty() || number_ == 0))
      refuse(unknown_.empty() ? "there is no space group" : "unknown space group", where_,
             unknown_.empty() ? "" : in_quotes(unknown_), "a Hermann-Mauguin symbol such as P 21 21 21 is needed",
             "give it, or list the symmetry operations");
    if (by_number) settings_ = settings_numbered(number_);
    const gemmi::SpaceGroup* usual = settings_[0];
    keep_those_that_differ();
    row_ = settings_[0];
    if (by_number && stated_.usual_setting) {
      if (row_ != usual)
        messages_.notes.push_back("number " + std::to_string(number_) + " is read as " + row_->xhm() +
                                  ", because the cell does not have the axes of " + usual->xhm());
    } else if (by_number && settings_.size() > 1) {
      messages_.warnings.push_back("the number " + std::to_string(number_) + " has " +
                                   std::to_string(settings_.size()) + " settings; it is read as " + row_->xhm() +
                                   "; give the symbol of the space group for another");
    } else if (settings_.size() > 1) {
      std::string others;
      for (std::size_t i = 1; i < settings_.size(); ++i) others += (i > 1 ? ", " : "") + settings_[i]->xhm();
      messages_.warnings.push_back("the symbol " + in_quotes(symbol_) +
                                   " does not determine the setting: it is read as " + row_->xhm() + ", not " + others +
                                   "; " + stated_.how_to_state_setting);
    }
    return space_group_of(*row_);
  }

  /// Of the settings: without those that the cell does not have, if it has others, and without repetitions.
  void keep_those_that_differ() {
    Settings kept;
    const auto fits = [&](const gemmi::SpaceGroup* row) {
      return misfit(cell_, operations_of(*row)) <= fitting_misfit;
    };
    const bool any_fits = std::ranges::any_of(settings_, fits);
    for (const gemmi::SpaceGroup* row : settings_) {
      const auto is_same = [&](const gemmi::SpaceGroup* k) { return alike(operations_of(*k), operations_of(*row)); };
      if ((!any_fits || fits(row)) && std::ranges::none_of(kept, is_same)) kept.push_back(row);
    }
    settings_ = kept;
  }

  /// The same, or with another origin where that does not matter.
  bool alike(const Operations& a, const Operations& b) const {
    return same_operations(a, b) || (!stated_.origin_matters && origin_in(a, b));
  }

  void require_fitting_cell(const SpaceGroup& group) {
    const double off = misfit(cell_, group.operations);
    if (off <= noted_misfit) return;
    const std::string name = group.symbol.empty() ? "its operations" : group.symbol;
    const std::string text = format_number(cell_.a_A) + " " + format_number(cell_.b_A) + " " +
                             format_number(cell_.c_A) + " " + format_number(degrees_from_radians(cell_.alpha_rad)) +
                             " " + format_number(degrees_from_radians(cell_.beta_rad)) + " " +
                             format_number(degrees_from_radians(cell_.gamma_rad));
    if (off > most_misfit)
      refuse("the unit cell does not have the symmetry of " + name, where_, text,
             "symmetry changes its metric by " + format_number(100 * off, 2) + " %",
             "correct the cell, or the space group and its setting");
    messages_.warnings.push_back("the unit cell " + text + " has the symmetry of " + name + " within " +
                                 format_number(100 * off, 2) + " % only");
  }

  void check_crystal_system() {
    if (stated_.crystal_system.empty() || !row_) return;
    const std::string stated = in_lower_case(stated_.crystal_system);
    const std::string found = row_->crystal_system_str();
    const auto family = [](const std::string& system) {
      return system == "trigonal" || system == "rhombohedral" ? std::string("hexagonal") : system;
    };
    if (family(stated) != family(found))
      messages_.warnings.push_back("the file says that the crystal is " + stated + ", but " + row_->xhm() + " is " +
                                   found);
  }

  const StatedSymmetry& stated_;
  const UnitCell& cell_;
  const std::string& where_;
  Messages messages_;
  Settings settings_;                       ///< that the symbol leaves open
  std::string symbol_;                      ///< which one
  std::string unknown_;                     ///< a symbol that is not
  int number_ = 0;                          ///< 0: not stated
  const gemmi::SpaceGroup* row_ = nullptr;  ///< of the table, that was found
};

}  // namespace

SpaceGroup symmetry_of(const StatedSymmetry& stated, const UnitCell& cell, const std::string& where,
                       std::vector<std::string>& notes, std::vector<std::string>& warnings) {
  return Decision(stated, cell, where, {notes, warnings}).group();
}

}  // namespace femtobragg::atoms
