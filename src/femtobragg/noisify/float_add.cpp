// Words to a sum, pixel after pixel.
#include "femtobragg/noisify/float_add.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <ostream>
#include <vector>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/noisify/float_statistics.h"

namespace femtobragg::noisify {
namespace {

constexpr int nothing_added = 9;

constexpr std::string_view sum_help =
    R"(usage: float_add A.bin [B.bin] [OUT.bin] FLAGS

Adds two images of float32 numbers, as nanoBragg and nonBragg write them:
OUT = outscale (scale1 (A - offset) + scale2 (B - offset)) + outoffset

Words that end in .bin or .map are the two inputs and the output, in turn.

Flags
  -scale1 number     factor of A; default: 1
  -scale2 number     factor of B; default: 1
  -outscale number   factor of the sum; default: 1
  -offset number     subtracted from both, and added again as -outoffset;
                     default: 0
  -outoffset number  added to the result
  -header bytes      of a header to skip in both, and to copy from A
  -normalize         the difference, divided by the mean of both
  -ignore number     pixels of that value stay as they are and do not count in
                     the statistics; may be repeated
  -histogram         print how many pixels of OUT have which values
  -bin number        width of its bins; default: 1
  -outfile FILE      output; default: output.bin
  -output FILE       the same

Example
  # spots of 1e9 mosaic blocks on their background
  float_add spots.bin background.bin sum.bin -scale1 1e9
)";

struct SumSettings {
  std::vector<std::string> inputs;
  std::string output = "output.bin";
  float scale1 = 1, scale2 = 1, outscale = 1, offset = 0, outoffset = 0, bin = 1;
  std::size_t header = 0;
  std::vector<float> ignored;
  bool normalize = false, histogram = false, help = false;
};

[[noreturn]] void refuse(const std::string& flag, const std::string& value, const std::string& rule) {
  throw Error::usage({.what = "wrong value", .where = flag, .value = value, .rule = rule});
}

/// The flags that take a number.
struct NumberFlag {
  std::string_view name;
  void (*apply)(SumSettings&, float);
  bool infinite = false;  ///< it may be infinite
};

float number_of(const NumberFlag& flag, const std::string& typed, const std::string& word) {
  const auto number = parse_number(word);
  if (!number) refuse(typed, in_quotes(word), "it takes a number");
  const bool fits = std::abs(*number) <= static_cast<double>(std::numeric_limits<float>::max());
  if (!fits && !(flag.infinite && std::isinf(*number)))
    refuse(typed, in_quotes(word), "it must be a finite number, up to 3.4e38");
  return static_cast<float>(*number);
}

constexpr NumberFlag number_flags[] = {
    {"-scale1", [](SumSettings& s, float v) { s.scale1 = v; }},
    {"-scale2", [](SumSettings& s, float v) { s.scale2 = v; }},
    {"-outscale", [](SumSettings& s, float v) { s.outscale = v; }},
    {"-offset", [](SumSettings& s, float v) { s.offset = s.outoffset = v; }},
    {"-outoffset", [](SumSettings& s, float v) { s.outoffset = v; }},
    {"-ignore", [](SumSettings& s, float v) { s.ignored.push_back(v); }, true},
    {"-bin",
     [](SumSettings& s, float v) {
       v > 0 ? void(s.bin = v) : refuse("-bin", format_number(static_cast<double>(v)), "it must be above 0");
     }},
    {"-header",
     [](SumSettings& s, float v) {
       if (!(v >= 0 && v <= 1e6f))
         refuse("-header", format_number(static_cast<double>(v)), "it takes a number of bytes");
       s.header = static_cast<std::size_t>(v);
     }},
};

class SumParser {
 public:
  SumParser(std::span<const std::string> words, std::ostream& err) : words_(words), err_(err) {}

  SumSettings run() {
    for (at_ = 0; at_ < words_.size(); ++at_) take(words_[at_]);
    return std::move(s_);
  }

 private:
  void take(const std::string& word) {
    std::string_view name = word;
    if (name.starts_with("--")) name.remove_prefix(1);
    const auto* number = std::ranges::find(number_flags, name, &NumberFlag::name);
    if (number != std::end(number_flags)) return number->apply(s_, number_of(*number, word, value_of(word)));
    if (name == "-outfile" || name == "-output") return void(s_.output = value_of(word));
    if (name == "-normalize") return void(s_.normalize = true);
    if (name == "-histogram") return void(s_.histogram = true);
    if (name == "-h" || name == "-help") return void(s_.help = true);
    if (name == "-reject" || name == "-epsilon") refuse(word, "", "this float_add does not have it: leave it out");
    if (word.ends_with(".bin") || word.ends_with(".map")) return take_file(word);
    err_ << "warning: " << (word.starts_with('-') ? "unknown flag " : "unexpected word ") << in_quotes(word)
         << " ignored\n";
  }

  void take_file(const std::string& word) {
    if (++files_ <= 2)
      s_.inputs.push_back(word);
    else if (files_ == 3)
      s_.output = word;
    else
      refuse("files", in_quotes(word), "there are two inputs and one output");
  }

  const std::string& value_of(const std::string& flag) {
    if (at_ + 1 == words_.size()) refuse(flag, "nothing after it", "it takes a value");
    return words_[++at_];
  }

  std::span<const std::string> words_;
  std::ostream& err_;
  std::size_t at_ = 0, files_ = 0;
  SumSettings s_;
};

struct FloatFile {
  std::string header;
  std::vector<float> values;
};

FloatFile read_floats(const std::string& path, std::size_t header_bytes) {
  const std::string bytes = formats::read_file(path, "float image", formats::InputKind::Image);
  const std::size_t size = bytes.size() - std::min(bytes.size(), header_bytes);
  if (size == 0 || size % sizeof(float) != 0)
    throw Error::runtime({.what = "not a float image",
                          .where = in_quotes(path),
                          .value = std::to_string(size) + " bytes",
                          .rule = "each pixel has 4 bytes, and there must be one"});
  FloatFile file{bytes.substr(0, header_bytes), std::vector<float>(size / sizeof(float))};
  std::memcpy(file.values.data(), bytes.data() + header_bytes, size);
  return file;
}

class Sum {
 public:
  explicit Sum(const SumSettings& s) : s_(s) {}

  /// All parameters are floats, the arithmetic is double.
  float of(float a, float b) {
    for (const float ignored : s_.ignored)
      if (a == ignored || b == ignored) return ignored;
    const double first = d(s_.scale1) * (d(a) - d(s_.offset)), second = d(s_.scale2) * (d(b) - d(s_.offset));
    double value = first + second;
    if (s_.normalize) {
      const double mean = value / 2;
      without_mean_ += mean == 0;
      value = mean == 0 ? 0 : (first - second) / mean;
    }
    const float result = static_cast<float>(d(s_.outscale) * value + d(s_.outoffset));
    not_finite_ += !std::isfinite(result);
    statistics_.add(d(result));
    agreement_.add(d(a), d(b));
    if (s_.histogram) histogram_.add(d(result));
    return result;
  }

  void report(bool two, std::ostream& out, std::ostream& err) const {
    out << statistics_.report();
    if (two) out << agreement_.report();
    if (s_.histogram) out << histogram_.report();
    if (not_finite_ > 0)
      err << "warning: "
          << counted(not_finite_, "pixel of the sum is not a finite number", "pixels of the sum are not finite numbers")
          << "\n";
    if (without_mean_ > 0) err << "warning: " << without_mean_ << " pixels have a mean of 0; stored as -outoffset\n";
  }

 private:
  static double d(float value) { return static_cast<double>(value); }

  const SumSettings& s_;
  FloatStatistics statistics_;
  FloatAgreement agreement_;
  FloatHistogram histogram_{d(s_.bin)};
  std::size_t without_mean_ = 0, not_finite_ = 0;
};

}  // namespace

int float_add(std::span<const std::string> words, std::ostream& out, std::ostream& err) {
  const SumSettings s = SumParser(words, err).run();
  if (s.help) return out << sum_help, 0;
  if (s.inputs.empty()) return out << sum_help, nothing_added;
  formats::require_inputs_kept(s.inputs, std::vector{s.output});
  FloatFile a = read_floats(s.inputs[0], s.header);
  const bool two = s.inputs.size() > 1;
  const std::vector<float> b = two ? read_floats(s.inputs[1], s.header).values : std::vector<float>(a.values.size());
  if (a.values.size() != b.size())
    throw Error::usage({.what = "the images differ in size",
                        .where = in_quotes(s.inputs[1]),
                        .value = std::to_string(b.size()) + " pixels",
                        .rule = in_quotes(s.inputs[0]) + " has " + std::to_string(a.values.size())});
  Sum sum(s);
  std::ranges::transform(a.values, b, a.values.begin(), [&](float x, float y) { return sum.of(x, y); });
  formats::OutputFile file(s.output);
  file.write(a.header);
  file.write_values(std::span<const float>(a.values));
  file.commit();
  sum.report(two, out, err);
  out << "writing " << s.output << " as " << a.values.size() << " 4-byte floats\n";
  return 0;
}

}  // namespace femtobragg::noisify
