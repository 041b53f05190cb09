// From one line to the next, and no further than is needed of what is not wanted.
#include "femtobragg/formats/geometry/stream_file.h"

#include <array>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/geom_file.h"
#include "femtobragg/formats/geometry/geom_text.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view stream_heading = "CrystFEL stream format";

struct StreamLine {
  std::string_view text;
  std::size_t number = 0;
};

/// What the chunk of a crystal says.
struct StreamChunk {
  std::string image, event;
  std::optional<double> photon_energy_eV, camera_length_m;
};

struct StreamCrystal {
  StreamChunk chunk;
  std::string_view geometry;      ///< the last section before it
  std::size_t geometry_line = 0;  ///< where that begins
  std::size_t line = 0;           ///< of its beginning
  std::optional<std::array<double, 6>> cell;
  std::array<std::optional<Vec3d>, 3> stars_per_nm;
  std::string shift;  ///< of the detector, as it stands there
};

class StreamReader {
 public:
  StreamReader(std::string_view text, const std::string& name, const GeometryGaps& gaps)
      : rest_(text), name_(name), gaps_(gaps) {}

  Geometry read() && {
    scan();
    const std::size_t asked = gaps_.experiment.value_or(0);
    if (gaps_.experiment && asked >= crystals_)
      throw Error::usage({.what = "there is no such crystal",
                          .where = in_quotes(name_),
                          .value = std::to_string(asked),
                          .rule = "the stream has " + std::to_string(crystals_) + ", counted from 0",
                          .remedy = "correct detector.experiment"});
    if (chosen_.geometry.empty())
      throw Error::runtime({.what = "the stream has no geometry",
                            .where = in_quotes(name_),
                            .rule = "it must have a section 'Begin geometry file' before its crystals",
                            .remedy = "use the geometry file that it was made with"});
    Geometry g = geometry();
    if (crystals_ == 0)
      g.notes.push_back("the stream has no crystal");
    else
      take_crystal(g, asked);
    return g;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const StreamLine& line, const std::string& rule) const {
    throw Error::runtime({.what = what,
                          .where = in_quotes(name_) + " line " + std::to_string(line.number),
                          .value = in_quotes(line.text.substr(0, 60)),
                          .rule = rule,
                          .remedy = "correct the file"});
  }

  bool next(StreamLine& line) {
    if (rest_.empty()) return false;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line = {trimmed(rest_.substr(0, end)), ++number_};
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return true;
  }

  void scan() {
    StreamLine line;
    while (next(line)) {
      if (line.text.starts_with("----- Begin geometry file"))
        read_section();
      else if (line.text.starts_with("----- Begin chunk"))
        chunk_ = {};
      else if (line.text.starts_with("--- Begin crystal"))
        read_crystal(line);
      else
        read_chunk(line);
    }
    // Without a crystal the geometry still says something.
    if (crystals_ == 0) {
      chosen_.geometry = section_;
      chosen_.geometry_line = section_line_;
      chosen_.chunk = chunk_;
    }
  }

  void read_section() {
    const StreamLine begin{"", number_};
    const std::string_view all = rest_;
    StreamLine line;
    while (next(line))
      if (line.text.starts_with("----- End geometry file")) {
        section_ = all.substr(0, static_cast<std::size_t>(line.text.data() - all.data()));
        section_line_ = begin.number;
        return;
      }
    refuse("the geometry does not end", begin, "a line 'End geometry file' must follow it");
  }

  static std::optional<std::string_view> value_of(const StreamLine& line, std::string_view key) {
    if (!line.text.starts_with(key)) return {};
    return trimmed(line.text.substr(key.size()));
  }
  double leading_number(const StreamLine& line, std::string_view value) const {
    const auto number = number_prefix(value);
    if (number.length == 0 || !std::isfinite(number.value)) refuse("not a number", line, "it must be a finite number");
    return number.value;
  }

  void read_chunk(const StreamLine& line) {
    if (const auto image = value_of(line, "Image filename:")) chunk_.image = *image;
    if (const auto event = value_of(line, "Event:")) chunk_.event = *event;
    if (const auto energy = value_of(line, "photon_energy_eV ="))
      chunk_.photon_energy_eV = leading_number(line, *energy);
    if (const auto length = value_of(line, "average_camera_length =")) chunk_.camera_length_m = metres(line, *length);
  }

  double metres(const StreamLine& line, std::string_view value) const {
    const double length = leading_number(line, value);
    if (trimmed(value.substr(number_prefix(value).length)) != "m")
      refuse("unknown unit of the camera length", line, "it must be in m, as CrystFEL writes it");
    return length;
  }

  /// Only the wanted one is looked at, but all are counted.
  void read_crystal(const StreamLine& begin) {
    const bool wanted = crystals_++ == gaps_.experiment.value_or(0);
    if (wanted) chosen_ = {chunk_, section_, section_line_, begin.number, {}, {}, {}};
    StreamLine line;
    while (next(line)) {
      if (line.text.starts_with("--- End crystal")) return;
      if (!wanted) continue;
      if (const auto cell = value_of(line, "Cell parameters")) read_cell(line, *cell);
      static constexpr std::array stars = {"astar =", "bstar =", "cstar ="};
      for (std::size_t i = 0; i < 3; ++i)
        if (const auto star = value_of(line, stars[i])) chosen_.stars_per_nm[i] = read_star(line, *star);
      for (const char* key : {"predict_refine/det_shift", "predict_refl/det_shift"})
        if (const auto shift = value_of(line, key)) chosen_.shift = *shift;
    }
    refuse("the crystal does not end", begin, "a line 'End crystal' must follow it");
  }

  std::array<double, 3> three_numbers(const StreamLine& line, std::string_view& text) const {
    std::array<double, 3> numbers{};
    for (double& number : numbers) {
      const auto found = number_prefix(text);
      if (found.length == 0 || !std::isfinite(found.value)) refuse("too few numbers", line, "it needs three");
      number = found.value;
      text.remove_prefix(found.length);
    }
    text = trimmed(text);
    return numbers;
  }

  Vec3d read_star(const StreamLine& line, std::string_view text) const {
    const auto [x, y, z] = three_numbers(line, text);
    if (text != "nm^-1") refuse("unknown unit of an axis", line, "it must be in nm^-1");
    return {x, y, z};
  }

  /// "7.9 7.9 3.8 nm, 90.0 90.0 90.0 deg".
  void read_cell(const StreamLine& line, std::string_view text) {
    const auto edges_nm = three_numbers(line, text);
    if (!text.starts_with("nm,")) refuse("unknown unit of the cell", line, "edges must be in nm, angles in deg");
    text.remove_prefix(3);
    const auto angles = three_numbers(line, text);
    chosen_.cell = {10 * edges_nm[0], 10 * edges_nm[1], 10 * edges_nm[2], angles[0], angles[1], angles[2]};
  }

  /// The section, with lines numbered as in the stream, and open values from the chunk.
  Geometry geometry() const {
    const std::string text = std::string(chosen_.geometry_line, '\n') + std::string(chosen_.geometry);
    GeometryGaps gaps;
    gaps.clen_m = gaps_.clen_m;
    gaps.distance_m = gaps_.distance_m;
    const bool of_chunk = leaves_camera_length(text, name_) && !gaps.clen_m && !gaps.distance_m;
    if (of_chunk) gaps.clen_m = clen_m(text);
    Geometry g = parse_geom(text, name_, gaps);
    const StreamChunk& chunk = chosen_.chunk;
    if (of_chunk)
      g.notes.push_back("the average camera length of the chunk is used, " + format_number(*chunk.camera_length_m) +
                        " m");
    if (!chunk.photon_energy_eV) return g;
    if (!(*chunk.photon_energy_eV > 0))
      throw Error::runtime({.what = "impossible photon energy",
                            .where = in_quotes(name_),
                            .value = format_number(*chunk.photon_energy_eV),
                            .rule = "photon_energy_eV of the chunk must be above zero",
                            .remedy = "correct the file"});
    const double metres = metres_from_angstrom(angstrom_from_eV(*chunk.photon_energy_eV));
    if (g.wavelength_m && std::abs(*g.wavelength_m - metres) > 1e-4 * metres)
      g.notes.push_back("the geometry states " + format_number(angstrom_from_metres(*g.wavelength_m)) +
                        " A, but the wavelength of the chunk is used, " + format_number(angstrom_from_metres(metres)) +
                        " A");
    g.wavelength_m = metres;
    return g;
  }

  /// The chunk states the mean over all panels of clen + coffset.
  double clen_m(const std::string& text) const {
    if (!chosen_.chunk.camera_length_m)
      throw Error::runtime({.what = "the camera length is left to the images",
                            .where = in_quotes(name_),
                            .rule = "neither the stream's geometry nor the chunk states it",
                            .remedy = "give detector.distance"});
    GeometryGaps none;
    none.clen_m = 0;
    const Geometry at_zero = parse_geom(text, name_, none);
    double sum = 0;
    for (const Panel& panel : at_zero.detector.panels) sum += panel.origin_m.x;
    return *chosen_.chunk.camera_length_m - sum / static_cast<double>(at_zero.detector.panels.size());
  }

  void take_crystal(Geometry& g, std::size_t index) const {
    const std::string where = in_quotes(name_) + " line " + std::to_string(chosen_.line);
    const auto& stars = chosen_.stars_per_nm;
    if (!stars[0] || !stars[1] || !stars[2])
      throw Error::runtime({.what = "a crystal without axes",
                            .where = where,
                            .rule = "it needs astar, bstar and cstar",
                            .remedy = "correct the file"});
    const auto per_A = [&](std::size_t i) { return 0.1 * *stars[i]; };
    const double volume = triple_product(per_A(0), per_A(1), per_A(2));
    const auto real_m = [&](std::size_t i, std::size_t j) {
      return ours_from_crystfel * metres_from_angstrom(cross(per_A(i), per_A(j)) / volume);
    };
    if (!(std::abs(volume) > 0))
      throw Error::runtime({.what = "the crystal's axes span no volume",
                            .where = where,
                            .rule = "astar, bstar and cstar must not lie in one plane",
                            .remedy = "correct the file"});
    g.crystal = StatedCrystal{axes_of_real(real_m(1, 2), real_m(2, 0), real_m(0, 1), where), "", {}};
    if (chosen_.cell) require_cell_of_axes(g.crystal->axes, *chosen_.cell, where);
    const StreamChunk& chunk = chosen_.chunk;
    g.notes.push_back("crystal " + std::to_string(index) + " of " + std::to_string(crystals_) + " is used" +
                      (chunk.image.empty() ? "" : ", of " + in_quotes(chunk.image)) +
                      (chunk.event.empty() ? "" : " event " + in_quotes(chunk.event)) +
                      (crystals_ > 1 ? "; detector.experiment chooses another" : ""));
    if (!chosen_.shift.empty() && chosen_.shift.find_first_of("123456789") != std::string::npos)
      g.notes.push_back("the crystal's own shift of the detector is not used: " + chosen_.shift);
    g.notes.push_back("lattice type, centering and measured reflections are not used");
  }

  std::string_view rest_;
  const std::string& name_;
  const GeometryGaps& gaps_;
  std::size_t number_ = 0, crystals_ = 0, section_line_ = 0;
  std::string_view section_;
  StreamChunk chunk_;
  StreamCrystal chosen_;
};

}  // namespace

bool looks_like_stream(std::string_view text) { return trimmed(text.substr(0, 200)).starts_with(stream_heading); }

Geometry parse_stream(std::string_view text, const std::string& name, const GeometryGaps& gaps) {
  return StreamReader(text, name, gaps).read();
}

}  // namespace femtobragg::formats
