// Fields of what a scene lists: panels, sources, crystals and backgrounds.
#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/scene/field_access.h"
#include "femtobragg/scene/fields.h"

namespace femtobragg::scene {
namespace {

using P = Panel;

constexpr std::array<std::string_view, 3> curvatures{"flat", "spherical", "lab-axes"};
constexpr std::array<std::string_view, 2> table_columns{"amplitude", "intensity"};
constexpr std::array<std::string_view, 2> table_curves{"lines", "cubic"};

template <auto... path>
Field<P> panel_row(Kind kind, const Words& words, Units units = no_unit, std::size_t size = 0) {
  return plain<P, path...>(kind, words, units, size);
}

template <auto... path>
Field<BackgroundScene> material_row(Kind kind, const Words& words, Units units = no_unit) {
  return plain<BackgroundScene, path...>(kind, words, units, 1);
}

NumberList counts(std::initializer_list<std::size_t> list) {
  NumberList numbers;
  for (const std::size_t n : list) numbers.push_back(static_cast<double>(n));
  return numbers;
}

std::size_t count_at(const Value& v, std::size_t i) { return static_cast<std::size_t>(std::get<NumberList>(v).at(i)); }

bool whole(const P& p) { return p.rendered_region() == RegionOfInterest{0, p.n_fast, 0, p.n_slow}; }

std::optional<Value> masked(const P& p) {
  NumberList corners;
  for (const formats::PixelRectangle& r : formats::masked_rectangles(p))
    for (const std::size_t n : {r.fast_begin, r.slow_begin, r.fast_end, r.slow_end})
      corners.push_back(static_cast<double>(n));
  return corners.empty() ? std::nullopt : std::optional<Value>(corners);
}

void mask(P& p, const Value& v) {
  const std::size_t numbers = std::get<NumberList>(v).size();
  if (numbers % 4 != 0)
    throw Error::usage({.what = "a rectangle is incomplete",
                        .where = "detector.panel.masked",
                        .value = std::to_string(numbers) + " numbers",
                        .rule = "each must have four numbers: fast from, slow from, fast to, slow to",
                        .remedy = "complete the list"});
  formats::need_mask(p);
  for (std::size_t i = 0; i < numbers; i += 4)
    formats::mask_out(p, {count_at(v, i), count_at(v, i + 1), count_at(v, i + 2), count_at(v, i + 3)});
}

/// What follows from the rest need not be written.
template <auto part>
std::optional<Value> unless_it_follows(const P& p) {
  P other = p;
  other.normal = {};
  complete(other, "panel");
  return other.*part == p.*part ? std::nullopt : std::optional(to_value(p.*part));
}

}  // namespace

void complete(Panel& panel, const std::string& where) {
  formats::complete_panel(panel, where);
  panel.point_pixel_area_m2 = panel.pixel_size_m * panel.pixel_size_m * panel.area_ratio;
}

const Section<Panel>& panel_section() {
  // clang-format off
  static const Section<P> section{
      "detector.panel",
      "A flat or curved array of pixels in its final position. Several panels make one image, each in its own window.",
      {
          panel_row<&P::name>(Kind::Text, {"name", "\"p0\"", "none", "name given by the maker or a geometry file"}),
          {"pixels", Kind::Counts, no_unit, 2, {}, "[1024, 1024]", "", "numbers along the fast and the slow axis",
           [](P& p, const Value& v) { p.n_fast = count_at(v, 0); p.n_slow = count_at(v, 1); },
           [](const P& p) -> std::optional<Value> { return counts({p.n_fast, p.n_slow}); }},
          panel_row<&P::pixel_size_m>(Kind::Number, {"pixel_size", "0.1", "0.1 mm", "distance between neighbours along an axis of length one"}, lengths, 1),
          {"origin", Kind::Numbers, lengths, 3, {}, "[100, 51.2, -51.2]", "", "outer corner of the first pixel, from the sample",
           set<P, &P::origin_m>, [](const P& p) -> std::optional<Value> { return to_value(p.origin_m); }},
          {"fast", Kind::Numbers, no_unit, 3, {}, "[0, 0, 1]", "", "direction of increasing fast pixel numbers; neighbours are its length times pixel_size apart",
           set<P, &P::fast_axis>, [](const P& p) -> std::optional<Value> { return to_value(p.fast_axis); }},
          {"slow", Kind::Numbers, no_unit, 3, {}, "[0, -1, 0]", "", "direction of increasing slow pixel numbers",
           set<P, &P::slow_axis>, [](const P& p) -> std::optional<Value> { return to_value(p.slow_axis); }},
          {"normal", Kind::Numbers, no_unit, 3, {}, "[1, 0, 0]", "perpendicular to both axes, away from the sample", "unit vector away from the sample",
           set<P, &P::normal>, unless_it_follows<&P::normal>},
          {"area_ratio", Kind::Number, no_unit, 1, {}, "1", "from the axes", "area of a pixel over pixel_size squared",
           set<P, &P::area_ratio>, unless_it_follows<&P::area_ratio>},
          {"window", Kind::Counts, no_unit, 2, {}, "[0, 0]", "0, 0", "position of the first pixel in the image, along fast and slow",
           [](P& p, const Value& v) { p.data_fast = count_at(v, 0); p.data_slow = count_at(v, 1); },
           [](const P& p) -> std::optional<Value> { if (p.data_fast == 0 && p.data_slow == 0) return {}; return counts({p.data_fast, p.data_slow}); }},
          {"region", Kind::Counts, no_unit, 4, {}, "[0, 1024, 0, 1024]", "the whole panel", "pixels to render: fast from, fast to, slow from, slow to; the ends are excluded",
           [](P& p, const Value& v) { p.region = RegionOfInterest{count_at(v, 0), count_at(v, 1), count_at(v, 2), count_at(v, 3)}; },
           [](const P& p) -> std::optional<Value> { if (whole(p)) return {}; const RegionOfInterest r = p.rendered_region(); return counts({r.fast_begin, r.fast_end, r.slow_begin, r.slow_end}); }},
          {"masked", Kind::Counts, no_unit, 0, {}, "[0, 0, 10, 10]", "none", "rectangles of pixels that are not rendered, four numbers each: fast from, slow from, fast to, slow to; the ends are excluded", mask, masked},
          {"saturation", Kind::Number, no_unit, 1, {}, "65535", "none", "largest count that a pixel can distinguish",
           set<P, &P::saturation>, get<P, &P::saturation>},
          choice<P, curvatures, &P::curvature>({"curvature", "\"flat\"", "flat", "how pixel coordinates are on a sphere around the sample"}),
          panel_row<&P::curvature_radius_m>(Kind::Number, {"curvature_radius", "100", "0", "radius of that sphere"}, lengths, 1),
          panel_row<&P::point_pixels>(Kind::Flag, {"point_pixels", "false", "false", "pixels subtend p^2/R^2, without obliquity"}),
          {"point_pixel_area", Kind::Number, areas_m2, 1, {}, "1e-8", "area of a pixel", "p^2 of point pixels",
           set<P, &P::point_pixel_area_m2>, unless_it_follows<&P::point_pixel_area_m2>},
          panel_row<&P::sensor, &Sensor::material>(Kind::Text, {"sensor_material", "\"Si\"", "none", "chemical formula"}),
          panel_row<&P::sensor, &Sensor::thickness_m>(Kind::Number, {"sensor_thickness", "0.32", "0", "0: a surface"}, lengths, 1),
          panel_row<&P::sensor, &Sensor::attenuation_per_m>(Kind::Number, {"sensor_attenuation", "0.8", "that of the material", "linear coefficient"}, inverse_lengths, 1),
      }};
  // clang-format on
  return section;
}

const Section<Source>& source_section() {
  static const Section<Source> section{
      "beam.source",
      "A point source of the beam, used instead of divergence and spectrum.",
      {
          plain<Source, &Source::direction>(
              Kind::Numbers, {"direction", "[-1, 0, 0]", "", "unit vector from the sample to the source"}, no_unit, 3),
          plain<Source, &Source::wavelength_m>(Kind::Number, {"wavelength", "1.0", "", "wavelength of its photons"},
                                               wavelengths, 1),
          plain<Source, &Source::weight>(Kind::Number, {"weight", "1", "1", "relative number of photons"}, no_unit, 1),
      }};
  return section;
}

const Section<formats::ListedCrystal>& lattice_section() {
  using L = formats::ListedCrystal;
  static const Section<L> section{
      "crystal.lattice",
      "One of several crystals in the beam, used instead of crystal.misset: all have the same structure, blocks and "
      "mosaic domains.",
      {
          plain<L, &L::misset_rad>(Kind::Numbers,
                                   {"misset", "[10, 20, 30]", "none", "rotations about lab x, y, z, in this order"},
                                   angles, 3),
          plain<L, &L::weight>(Kind::Number,
                               {"weight", "0.5", "1", "its photons over those that it would scatter alone"}, no_unit, 1)
              .above_zero(),
      }};
  return section;
}

const Section<BackgroundScene>& material_section() {
  using B = BackgroundScene;
  static const Section<B> section{
      "background.material",
      "Non-crystalline matter in the beam: a material of `femtobragg materials`, or a table. Without a "
      "crystal "
      "these are all that is rendered.",
      {
          material_row<&B::material>(
              Kind::Text, {"name", "\"water\"", "none", "material, as in the list of `femtobragg materials`"})
              .excluding({"file"}),
          material_row<&B::file>(Kind::File,
                                 {"file", "\"oil.stol\"", "none",
                                  "table instead: sin(theta)/lambda in 1/angstrom, and electrons of a molecule"}),
          material_row<&B::thickness_m>(Kind::Number, {"thickness", "0.1", "that of the path", "along the beam"},
                                        lengths)
              .from(0)
              .excluding({"from", "to"}),
          material_row<&B::from_m>(Kind::Number,
                                   {"from", "-30", "at the sample",
                                    "where its path begins along the beam; the sample is 0, upstream is negative"},
                                   lengths)
              .needing({"to"}),
          material_row<&B::to_m>(Kind::Number, {"to", "20", "at the sample", "where its path ends"}, lengths)
              .needing({"from"}),
          material_row<&B::density_g_per_cm3>(Kind::Number,
                                              {"density", "1.0", "that of the material", "mass per volume"}, densities)
              .above_zero(),
          material_row<&B::molar_mass_g_per_mol>(
              Kind::Number, {"molar_mass", "18", "that of the material", "of the molecule that scatters"}, molar_masses)
              .above_zero(),
          material_row<&B::molecules>(Kind::Number,
                                      {"molecules", "1e15", "from thickness, beam size, density and molar mass",
                                       "number of molecules in the beam"},
                                      no_unit)
              .from(0)
              .excluding({"thickness", "density", "molar_mass"}),
          material_row<&B::crystallite_m>(Kind::Number,
                                          {"crystallite", "5", "100 nm for ice, 5 nm for nano-ice",
                                           "size of crystallites of ice, which sets the width of rings"},
                                          crystallites)
              .above_zero(),
          material_row<&B::crystallites>(
              Kind::Count, {"crystallites", "1000", "so many that rings are smooth",
                            "number of crystallites of ice in the beam, of which each makes spots on the rings"})
              .excluding({"from", "to"}),
          material_row<&B::crystallite_seed>(Kind::Count, {"crystallite_seed", "1", "1", "seed of their orientations"})
              .from(0)
              .needing({"crystallites"}),
          choice<B, table_columns, &B::column>(
              {"column", "\"amplitude\"", "amplitude", "what a table holds: form factors, or their squares"}),
          choice<B, table_curves, &B::curve>(
              {"curve", "\"lines\"", "lines",
               "between rows of a table: straight lines of the intensity, or cubics through four rows"}),
          material_row<&B::scale>(Kind::Number, {"scale", "1", "1", "factor of its photons"}, no_unit).from(0),
      }};
  return section;
}

}  // namespace femtobragg::scene
