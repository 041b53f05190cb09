// An explanation as a page for the terminal.
#include <algorithm>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/explain/explanation.h"
#include "femtobragg/nanobragg/report/long_run.h"
#include "femtobragg/nanobragg/report/sampling_report.h"

namespace femtobragg::nanobragg {
namespace {

constexpr std::size_t line_width = 120, name_width = 24, value_width = 36;

/// Name, value and a note, in columns.
std::string row(const std::string& name, const std::string& value, const std::string& note) {
  constexpr std::size_t note_column = 2 + name_width + 1 + value_width + 1;
  std::string line = "  " + left_aligned(name, name_width) + " " + value;
  if (note.empty()) return line + "\n";
  if (line.size() >= note_column) {
    line = "  " + left_aligned(name, name_width) + " " + wrapped(value, name_width + 3, line_width);
    return line + "\n" + std::string(note_column, ' ') + wrapped(note, note_column, line_width) + "\n";
  }
  return left_aligned(line, note_column) + wrapped(note, note_column, line_width) + "\n";
}

std::string count_words(double count) { return count < 1e7 ? format_fixed(count, 0) : format_number(count, 3); }

std::string size_words(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (size < 1e4) return std::to_string(bytes) + " bytes";
  if (size < 1e6) return format_number(size / 1e3, 3) + " kB";
  return size < 1e9 ? format_number(size / 1e6, 3) + " MB" : format_number(size / 1e9, 3) + " GB";
}

class Page {
 public:
  explicit Page(const Explanation& explanation) : e_(explanation) {}

  std::string text() {
    summary();
    quantities();
    work();
    sampling();
    engine();
    memory();
    files();
    quirks();
    remarks();
    return text_;
  }

 private:
  void heading(const std::string& name) { text_ += "\n" + name + "\n"; }

  std::string value(std::string_view name) const {
    const auto found = std::ranges::find(e_.rows, name, &ConfigRow::name);
    return found == e_.rows.end() ? "" : found->value + (found->unit.empty() ? "" : " ") + found->unit;
  }

  void summary() {
    text_ +=
        wrapped("What " + std::string(e_.program == Program::Simulate ? "femtobragg simulate" : "nanoBragg") +
                    " would do: " + crystal_words() + ", lit with " + value("wavelength") + " by " + value("sources") +
                    (value("sources") == "1" ? " source" : " sources") + ", seen by " + detector_words() + ".",
                0, line_width) +
        "\n";
  }

  std::string crystal_words() const {
    if (value("crystal") == "none") return "backgrounds without a crystal";
    const std::string cells = value("shape") + " crystal of " + value("cells") + " cells";
    if (value("mosaic blocks").empty()) return "a " + cells;
    return value("mosaic blocks") + " mosaic blocks, each a " + cells;
  }

  std::string detector_words() const {
    // "2 in an image of 50 x 16".
    if (const std::string panels = value("panels"); !panels.empty())
      return panels.substr(0, panels.find(' ')) + " panels" + panels.substr(panels.find(' '));
    return value("pixels") + " pixels of " + value("pixel size") + " at " + value("distance");
  }

  void quantities() {
    std::string section;
    for (const ConfigRow& r : e_.rows) {
      if (r.section != section) heading(section = r.section);
      const std::string given = r.value + (r.unit.empty() ? "" : " ") + r.unit;
      text_ += row(r.name, given, r.formula.empty() ? r.origin : "= " + r.formula + " (" + r.origin + ")");
    }
  }

  void work() {
    heading("Work");
    for (const Loop& loop : e_.loops)
      text_ += row((&loop == &e_.loops.front() ? "" : "x ") + loop.name, std::to_string(loop.count), loop.origin);
    if (value("crystal") == "none") return;
    text_ += row("= crystal terms", count_words(e_.evaluations), "F_cell^2 F_latt^2 of one orientation, each");
  }

  void sampling() {
    if (e_.sampling.spreads.empty() || value("crystal") == "none") return;
    heading("Sampling");
    text_ += sampling_page(e_.sampling);
  }

  void engine() {
    heading("Engine");
    const std::size_t why = e_.outlook.ran_on.find(" because ");
    text_ += row("runs on", e_.outlook.ran_on.substr(0, why),
                 std::to_string(e_.outlook.threads) + (e_.outlook.threads == 1 ? " thread" : " threads") +
                     ", -device " + e_.device);
    if (const auto& loop = e_.outlook.loop)
      text_ += row("innermost loop", std::to_string(loop->lanes) + " x " + name_of(loop->number_type),
                   loop->shape + ", " + std::to_string(loop->tile_pixels) +
                       (loop->tile_pixels == 1 ? " pixel" : " pixels together") + ", " + loop->source);
    if (why != std::string::npos) text_ += row("not on faster lanes", "", e_.outlook.ran_on.substr(why + 1));
    if (!e_.calibration) {
      text_ += row("expected time", "not estimated", "");
      return;
    }
    const Calibration& c = *e_.calibration;
    const double share = c.evaluations / std::max(1.0, e_.evaluations);
    text_ += row("expected time", time_row(c),
                 "estimate, from " + format_number(100 * share, 3) + "% of the terms, rendered here in " +
                     format_number(c.seconds, 2) + " s; writing files takes extra time");
    for (const Explanation::Label& label : e_.labels)
      if (label.calibration)
        text_ += row("then " + label.what, time_row(*label.calibration), "estimate, as for the image");
    text_ += row("expected photons", "about " + format_number(c.expected_photons, 3),
                 std::string("on the whole image") +
                     (e_.loops.back().name == "crystals" ? ", from its first crystal" : "") + "; the brightest of " +
                     std::to_string(c.pixels) + " sampled pixels has " + format_number(c.brightest_photons, 3));
  }

  static std::string time_row(const Calibration& c) {
    return (c.at_most ? "at most about " : "about ") + time_words(c.expected_seconds);
  }

  void memory() {
    heading("Memory");
    std::uint64_t all = 0;
    for (const auto& use : e_.memory) {
      text_ += row(use.what, size_words(use.bytes), "");
      all += use.bytes;
    }
    text_ += row("in all, about", size_words(all), "");
  }

  void files() {
    heading("Files");
    if (e_.files.empty()) text_ += "  none\n";
    for (const PlannedFile& file : e_.files)
      text_ += row(file.path, (file.exact ? "" : "about ") + size_words(file.bytes), file.what);
  }

  void quirks() {
    if (e_.quirks.empty()) return;
    heading("Quirks of nanoBragg that change this run");
    for (const Quirk quirk : e_.quirks)
      text_ += "  " +
               wrapped(std::string(info(quirk).id) + ": " + std::string(info(quirk).on) +
                           "; correct behaviour: " + std::string(info(quirk).off),
                       4, line_width) +
               "\n";
  }

  void remarks() {
    heading("Warnings");
    if (e_.remarks.empty()) text_ += "  none\n";
    for (const Remark& remark : e_.remarks) text_ += "  ! " + wrapped(remark.text, 4, line_width) + "\n";
  }

  const Explanation& e_;
  std::string text_;
};

}  // namespace

std::string text_of(const Explanation& explanation) { return Page(explanation).text(); }

}  // namespace femtobragg::nanobragg
