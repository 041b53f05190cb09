// A run: read, draw, spread, write.
#include "femtobragg/noisify/noisify.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <ostream>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/noisify/flags.h"
#include "femtobragg/noisify/input.h"
#include "femtobragg/noisify/output.h"
#include "femtobragg/noisify/point_spread.h"
#include "femtobragg/noisify/stages.h"

namespace femtobragg::noisify {
namespace {

constexpr int exit_nothing_done = 9;
constexpr double largest_16 = 65535, largest_32 = 2147483647;

class Run {
 public:
  Run(CommandLine line, std::ostream& out, std::ostream& err)
      : s_(std::move(line.settings)), quirks_(line.quirks), out_(out), err_(err) {
    require_outputs();
    note_settings();
    input_ = read_input(s_, quirks_);
  }

  void execute() {
    to_photons();
    if (!s_.noise && spreads()) spread();
    write_int_image();
    if (s_.noise) make_noise_image();
    err_ << quirks_.report();
  }

 private:
  bool spreads() const { return s_.spread != SpreadShape::None && s_.fwhm_m > 0; }

  void require_outputs() const {
    if (s_.bits != 16 && s_.bits != 32)
      throw Error::usage({.what = "wrong value",
                          .where = "-bits",
                          .value = std::to_string(s_.bits),
                          .rule = "a pixel has 16 or 32 bits",
                          .remedy = "correct the command line"});
    if (s_.radius < 0)
      throw Error::usage({.what = "wrong value",
                          .where = "-psf_radius",
                          .value = std::to_string(s_.radius),
                          .rule = "it must be at least 0",
                          .remedy = "correct the command line"});
    formats::require_writable(s_.int_file);
    if (s_.pgm) formats::require_writable(s_.pgm_file);
    if (s_.noise) formats::require_writable(s_.noise_file);
  }

  /// What does not depend on the pixels.
  void note_settings() {
    quirks_.changes(Quirk::Fluence, s_.fluence_per_m2 != unit_fluence_per_m2);
    if (!s_.noise) return;
    quirks_.changes(Quirk::CalibrationDefault, !s_.calibration_given);
    quirks_.changes(Quirk::CalibrationStream, s_.calibration > 0);
    quirks_.changes(Quirk::CalibSeedDefault, s_.calibration > 0 && !s_.calib_seed);
    quirks_.changes(Quirk::FlickerPixel, s_.flicker > 0);
  }

  void to_photons() {
    std::vector<float>& values = input_.values;
    const double factor = s_.fluence_per_m2 * r_e_squared_m2 * s_.scale;
    float most = 0;
    std::size_t not_numbers = 0, infinite = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      most = std::max(most, values[i]);
      not_numbers += std::isnan(values[i]);
      if (values[i] < 0) {
        err_ << "warning: pixel " << i << " is negative: " << format_number(static_cast<double>(values[i])) << "\n";
        quirks_.changes(Quirk::Warnings);
      }
      values[i] = static_cast<float>(factor * static_cast<double>(values[i]));
      infinite += std::isinf(values[i]);
    }
    if (infinite > 0)
      err_ << "warning: " << counted(infinite, "pixel has infinite photons", "pixels have infinite photons")
           << ": what is stored for " << (infinite == 1 ? "it" : "them") << " means nothing\n";
    if (not_numbers > 0)
      err_ << "warning: " << counted(not_numbers, "pixel is not a number", "pixels are not numbers")
           << "; stored as 0\n";
    const double value = static_cast<double>(most);
    out_ << "maximum value in input file: " << format_number(value) << " ( " << format_number(factor * value)
         << " on photon scale)\n";
  }

  void spread() {
    const double fwhm = static_cast<double>(s_.fwhm_m) / input_.pixel_m;
    out_ << "  maximum input photon/pixel: " << format_number(static_cast<double>(std::ranges::max(input_.values)))
         << "\n";
    const Spread found = spread_photons(input_.values, input_.n_fast, SpreadKernel(s_.spread, fwhm), s_.radius);
    if (s_.radius == 0) out_ << "  auto-selected psf_radius = " << format_number(found.radius, 12) << " pixels\n";
    out_ << "adding back " << format_number(found.lost) << " lost photons\n";
    quirks_.changes(Quirk::PsfRemainder);
    quirks_.changes(Quirk::PsfWrap, found.wrapped);
  }

  void write_int_image() {
    const std::string header = header_of(input_, s_);
    tell_writing(s_.int_file, s_.bits / 8);
    const StoredNumbers stored = write_image(s_.int_file, header, input_.values, s_, largest_16, nullptr);
    note_stored(stored);
    quirks_.changes(Quirk::Int32Clip, s_.bits == 32 && stored.overloads > 0);
    quirks_.changes(Quirk::PsfInt, s_.noise && spreads());
    if (!s_.pgm) return;
    tell_writing(s_.pgm_file, 1);
    write_grey(s_.pgm_file, input_.values, input_.n_fast, s_);
  }

  void make_noise_image() {
    if (!s_.seed) {
      s_.seed = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()) % 2147483647;
      out_ << "seed from the clock: " << *s_.seed << "\n";
      quirks_.changes(Quirk::Seed);
    }
    Deviates deviates(*s_.seed, s_.calib_seed);
    double photons = draw_photons(input_.values, s_, deviates);
    if (spreads()) {
      out_ << format_fixed(photons, 0) << " photons on noise image before PSF\n";
      spread();
      photons = 0;
      for (const float pixel : input_.values) photons += static_cast<double>(pixel);
    }
    const StoredNumbers stored = write_image(s_.noise_file, header_of(input_, s_), input_.values, s_,
                                             s_.bits == 32 ? largest_32 : largest_16, &deviates);
    note_stored(stored);
    quirks_.changes(Quirk::SeedIdle, !deviates.seed_used());
    out_ << format_fixed(photons, 0) << " photons on noise image (" << stored.overloads << " overloads)\n";
    tell_writing(s_.noise_file, s_.bits / 8);
  }

  void note_stored(const StoredNumbers& stored) {
    quirks_.changes(Quirk::NegativeWrap, stored.negative > 0);
    quirks_.changes(Quirk::Truncate, stored.cut_off > 0);
  }

  void tell_writing(const std::string& file, std::int64_t bytes) {
    out_ << "writing " << file << " as " << input_.values.size() << " " << bytes << "-byte integers\n";
  }

  Settings s_;
  ActiveQuirks quirks_;
  std::ostream& out_;
  std::ostream& err_;
  Input input_;
};

void require_separate_files(const Settings& s) {
  std::vector<std::string> outputs = {s.int_file};
  if (s.pgm) outputs.push_back(s.pgm_file);
  if (s.noise) outputs.push_back(s.noise_file);
  formats::require_separate_files(std::vector{s.input, s.header}, outputs);
}

}  // namespace

int run(std::span<const std::string> words, std::ostream& out, std::ostream& err) {
  CommandLine line = read_command_line(words);
  for (const std::string& warning : line.warnings) err << "warning: " << warning << "\n";
  if (line.help) return out << help_text(), 0;
  if (line.settings.input.empty()) return out << help_text(), exit_nothing_done;
  if (!std::ifstream(line.settings.input)) out << help_text();
  require_separate_files(line.settings);
  Run(std::move(line), out, err).execute();
  return 0;
}

}  // namespace femtobragg::noisify
