// Each flag is a row: what is looked for, what it takes, what it does.
#include "femtobragg/noisify/flags.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::noisify {
namespace {

/// The word after a flag.
class Value {
 public:
  Value(std::string_view flag, const std::string& word, CommandLine& line) : flag_(flag), word_(word), line_(line) {}

  const std::string& word() const { return word_; }
  /// The number that the word begins with; 0 if there is none.
  double number() const {
    const auto found = number_prefix(word_);
    tell(found.length, format_number(found.value, 17));
    if (!std::isfinite(found.value)) refuse("it must be a finite number");
    return found.value;
  }
  std::int64_t whole() const {
    const auto found = integer_prefix(word_);
    tell(found.length, std::to_string(found.value));
    constexpr std::int64_t most = 2147483647;
    if (found.value < -most || found.value > most) refuse("it must be from -2147483647 to 2147483647");
    return found.value;
  }
  void warn(const std::string& text) const { line_.warnings.push_back(std::string(flag_) + " " + text); }

 private:
  [[noreturn]] void refuse(const std::string& rule) const {
    throw Error::usage({.what = "wrong value",
                        .where = std::string(flag_),
                        .value = in_quotes(word_),
                        .rule = rule,
                        .remedy = "correct the command line"});
  }
  void tell(std::size_t length, const std::string& value) const {
    if (length < word_.size()) warn(in_quotes(word_) + " is read as " + value);
  }

  std::string_view flag_;
  const std::string& word_;
  CommandLine& line_;
};

struct Flag {
  std::vector<std::string_view> names;  ///< the first for the help
  std::string_view values;              ///< empty: it takes none
  std::string_view help;
  void (*apply)(CommandLine&, const Value&);
  std::vector<std::string_view> parts{};  ///< what is looked for inside words; empty: the names
  bool exact = false;                     ///< the whole word
};

void set_spread(CommandLine& line, const Value& value) {
  SpreadShape& shape = line.settings.spread;
  shape = SpreadShape::None;
  if (value.word().find("gauss") != std::string::npos) shape = SpreadShape::Gaussian;
  if (value.word().find("fiber") != std::string::npos) shape = SpreadShape::Fibre;
  if (shape == SpreadShape::None)
    value.warn("takes gauss or fiber; got " + in_quotes(value.word()) + ": there is no point spread");
}

using L = CommandLine;
using V = Value;

const std::vector<Flag>& flag_rows() {
  // clang-format off
  static const std::vector<Flag> rows = {
      {{"-floatfile", "-floatimage", "-bin"}, "FILE", "photons, as float32 in raster order; a word with floatimage.bin in it needs no flag", [](L& l, const V& v) { l.settings.input = v.word(); }},
      {{"-header"}, "FILE", "SMV image: its shape and pixel size are used, and its header is copied", [](L& l, const V& v) { l.settings.header = v.word(); }},
      {{"-detpixels"}, "n", "pixels along both edges; default: a guess from the size of the file", [](L& l, const V& v) { l.settings.n_fast = l.settings.n_slow = v.whole(); }, {}, true},
      {{"-detpixels_x"}, "n", "pixels along the fast edge", [](L& l, const V& v) { l.settings.n_fast = v.whole(); }},
      {{"-detpixels_y"}, "n", "pixels along the slow edge", [](L& l, const V& v) { l.settings.n_slow = v.whole(); }},
      {{"-detsize"}, "mm", "no effect", [](L& l, const V&) { l.quirks.changes(Quirk::Detsize); }, {}, true},
      {{"-detsize_x", "-detsize_y"}, "mm", "no effect", [](L& l, const V&) { l.quirks.changes(Quirk::Detsize); }},
      {{"-pixel"}, "mm", "edge of a pixel, for point spread and header; default: 0.1", [](L& l, const V& v) { l.settings.pixel_m = metres_from_mm(v.number()); }},

      {{"-scale"}, "number", "photons for each unit of the input; default: 1", [](L& l, const V& v) { l.settings.scale = v.number(); }},
      {{"-fluence"}, "m^-2", "the input is multiplied by this times r_e^2; default: 1/r_e^2, for photons", [](L& l, const V& v) { l.settings.fluence_per_m2 = v.number(); }},
      {{"-flicker"}, "fraction", "rms of a factor for each pixel; default: 0", [](L& l, const V& v) { l.settings.flicker = v.number(); }},
      {{"-calibration"}, "fraction", "the same, by the seed of the calibration; default: 0.03", [](L& l, const V& v) { l.settings.calibration = v.number(), l.settings.calibration_given = true; }},
      {{"-seed"}, "n", "seed of the noise; default: from the clock", [](L& l, const V& v) { l.settings.seed = v.whole(); }},
      {{"-calib_seed"}, "n", "seed of the calibration", [](L& l, const V& v) { l.settings.calib_seed = v.whole(); }},
      {{"-badpix_seed", "-hotpix_seed"}, "n", "no effect", [](L&, const V& v) { v.warn("has no effect"); }},

      {{"-psf"}, "gauss|fiber", "point spread; default: none", set_spread, {}, true},
      {{"-psf_fwhm", "-psf_size", "-psf_width"}, "um", "its full width at half maximum; default: 46", [](L& l, const V& v) { l.settings.fwhm_m = static_cast<float>(metres_from_um(v.number())); }, {"-psf_fw", "-psf_si", "-psf_wi"}},
      {{"-psf_radius"}, "pixels", "its radius; default: from the photons of each pixel", [](L& l, const V& v) { l.settings.radius = v.whole(); }, {"-psf_rad"}},

      {{"-gain"}, "number", "units of the image for each photon; default: 1", [](L& l, const V& v) { l.settings.gain = v.number(); }},
      {{"-adc", "-adcoffset"}, "number", "what a pixel without photons gets; default: 40", [](L& l, const V& v) { l.settings.adc = v.number(); }, {"-adc"}},
      {{"-readout", "-readout_noise", "-readnoise"}, "number", "rms of the read-out noise, in units of the image; default: 0", [](L& l, const V& v) { l.settings.readout = v.number(); }, {"-readout", "-readnoi"}},
      {{"-bits"}, "16|32", "of a pixel; default: 16", [](L& l, const V& v) { l.settings.bits = v.whole(); }},
      {{"-nonoise"}, "", "only the integer image and the PGM, with the point spread", [](L& l, const V&) { l.settings.noise = false; }},
      {{"-nopgm"}, "", "no PGM", [](L& l, const V&) { l.settings.pgm = false; }},
      {{"-intfile", "-intimage"}, "FILE", "image without noise; default: intimage.img", [](L& l, const V& v) { l.settings.int_file = v.word(); }},
      {{"-pgmfile", "-pgmimage"}, "FILE", "the same with 8 bits; default: image.pgm", [](L& l, const V& v) { l.settings.pgm_file = v.word(); }},
      {{"-noisefile", "-noiseimage"}, "FILE", "image with noise; default: noiseimage.img", [](L& l, const V& v) { l.settings.noise_file = v.word(); }},

      {{"-lambda"}, "A", "for the header; default: 1", [](L& l, const V& v) { l.settings.wavelength_m = metres_from_angstrom(v.number()); }},
      {{"-distance"}, "mm", "for the header; default: 100", [](L& l, const V& v) { l.settings.distance_m = metres_from_mm(v.number()); }},
      {{"-Xbeam"}, "mm", "for the header; default: the middle", [](L& l, const V& v) { l.settings.beam_x_m = metres_from_mm(v.number()); }},
      {{"-Ybeam"}, "mm", "for the header, from the last row; default: the middle", [](L& l, const V& v) { l.settings.beam_y_m = metres_from_mm(v.number()); }},
      {{"-phi"}, "deg", "for the header; default: 0", [](L& l, const V& v) { l.settings.phi_rad = radians_from_degrees(v.number()); }},
      {{"-osc"}, "deg", "for the header; default: 1", [](L& l, const V& v) { l.settings.osc_rad = radians_from_degrees(v.number()); }},
  };
  // clang-format on
  return rows;
}

constexpr std::string_view input_part = "floatimage.bin";

bool names_input(const std::string& word) { return word.find(input_part) != std::string::npos; }

bool is_in(const Flag& flag, const std::string& word) {
  if (!word.starts_with('-')) return false;
  const auto fits = [&](std::string_view part) {
    return flag.exact ? word == part : word.find(part) != std::string::npos;
  };
  return std::ranges::any_of(flag.parts.empty() ? flag.names : flag.parts, fits);
}

/// One more dash is no slip.
bool is_name_of(const Flag& flag, std::string_view word) {
  if (word.starts_with("--")) word.remove_prefix(1);
  return std::ranges::find(flag.names, word) != flag.names.end();
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> words) : words_(words) {}

  CommandLine run() {
    std::string by_flag;
    double phi_rad = line_.settings.phi_rad;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (names_input(words_[i])) line_.settings.input = words_[i];
      bool known = names_input(words_[i]);
      for (const Flag& flag : flag_rows()) {
        if (!is_in(flag, words_[i])) continue;
        known = true;
        take(flag, i);
        if (flag.names[0] == "-floatfile" && i + 1 < words_.size()) by_flag = words_[i + 1];
        if (flag.names[0] == "-phi" && is_name_of(flag, words_[i])) phi_rad = line_.settings.phi_rad;
      }
      if (!known && i >= values_end_) pass_over(words_[i]);
    }
    line_.quirks.changes(Quirk::Name, line_.settings.input != by_flag);
    line_.quirks.changes(Quirk::PhiPrefix, line_.settings.phi_rad != phi_rad && line_.settings.header.empty());
    return std::move(line_);
  }

 private:
  void take(const Flag& flag, std::size_t i) {
    const std::string name(flag.names[0]);
    if (i < values_end_)
      warn("the value " + in_quotes(words_[i]) + " is read as the flag " + name + " too");
    else if (!is_name_of(flag, words_[i]))
      warn(in_quotes(words_[i]) + " is read as " + name);
    if (!flag.values.empty() && i + 1 == words_.size()) return missing_value(flag, name);
    static const std::string none;
    flag.apply(line_, Value(name, flag.values.empty() ? none : words_[i + 1], line_));
    values_end_ = std::max(values_end_, i + 1 + !flag.values.empty());
  }

  void missing_value(const Flag& flag, const std::string& name) {
    if (name == "-psf")
      throw Error::usage({.what = "the flag needs a value",
                          .where = name,
                          .value = "nothing after it",
                          .rule = "it takes gauss or fiber",
                          .remedy = "correct the command line"});
    warn(name + " needs " + std::string(flag.values) + "; ignored");
  }

  void pass_over(const std::string& word) {
    if (word == "-h" || word == "-help" || word == "--help")
      line_.help = true;
    else
      warn((word.starts_with('-') ? "unknown flag " : "unexpected word ") + in_quotes(word) + " ignored");
  }

  void warn(const std::string& text) { line_.warnings.push_back(text); }

  std::span<const std::string> words_;
  std::size_t values_end_ = 0;  ///< words before this one were values
  CommandLine line_;
};

}  // namespace

CommandLine read_command_line(std::span<const std::string> words) { return Parser(words).run(); }

std::string help_text() {
  constexpr std::size_t column = 24;
  std::string text = "usage: noisify FLAGS\n\n" +
                     wrapped(
                         "Turns a float image of photons into the integers of a detector, with noisify's numbers: "
                         "flicker, calibration, counting noise, point spread, gain, offset and read-out noise.") +
                     "\n\nFlags\n";
  for (const Flag& flag : flag_rows()) {
    std::string names;
    for (const std::string_view name : flag.names) names += (names.empty() ? "" : " ") + std::string(name);
    const std::string begin = "  " + names + (flag.values.empty() ? "" : " " + std::string(flag.values));
    text += begin.size() + 1 < column ? padded(begin, column) : begin + "\n" + std::string(column, ' ');
    text += wrapped(flag.help, column) + "\n";
  }
  return text +
         "\nExamples\n  # counts of a nanoBragg image, with the noise of seed 1 and nothing else\n"
         "  noisify -floatfile floatimage.bin -detpixels 1024 -calibration 0 -seed 1\n"
         "  # a phosphor with a fibre-optic taper, read out with an error of 3 units\n"
         "  noisify -bin floatimage.bin -header noiseimage.img -psf fiber -readout 3\n";
}

}  // namespace femtobragg::noisify
