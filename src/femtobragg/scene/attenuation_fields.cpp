// Fields of what is in the way of the light: the sample's own matter, obstacles, gases and windows.
#include "femtobragg/scene/scene_rows.h"

namespace femtobragg::scene {
namespace {

constexpr std::array<std::string_view, 3> sample_forms{"none", "slab", "cylinder"};
constexpr std::array<std::string_view, 4> obstacle_shapes{"disc", "square", "rod", "polygon"};

}  // namespace

Section<S> attenuation_section() {
  using M = SampleMatter;
  constexpr auto a = &S::attenuation;
  constexpr auto m = &Attenuation::sample;
  constexpr auto matter = &M::matter;
  return {
      "attenuation",
      "Obstacles and attenuation between the sample and the detector: the sample's own matter here, obstacles and "
      "media in "
      "the lists (docs/obstacles.md).",
      {
          choice<S, sample_forms, a, m, &M::form>(
              {"sample", "\"slab\"", "none",
               "form of the matter around the crystal, with the beam through its middle: light loses on its way in and "
               "on its way out"}),
          row<a, m, matter, &Matter::material>(
              Kind::Text, {"sample_material", "\"water\"", "none", "element, formula or name of its material"})
              .needing({"sample"}),
          row<a, m, matter, &Matter::density_g_per_cm3>(
              Kind::Number, {"sample_density", "1.0", "that of the material", "its density"}, densities, 1)
              .needing({"sample_material"})
              .above_zero(),
          row<a, m, matter, &Matter::attenuation_per_m>(
              Kind::Number, {"sample_attenuation", "0.5", "that of the material", "its linear coefficient"},
              inverse_lengths, 1)
              .needing({"sample"})
              .excluding({"sample_material"})
              .from(0),
          row<a, m, &M::thickness_m>(
              Kind::Number, {"sample_size", "0.3", "none", "thickness of a slab, diameter of a cylinder"}, lengths, 1)
              .needing({"sample"})
              .above_zero(),
          row<a, m, &M::direction>(Kind::Numbers,
                                   {"sample_direction", "[1, 0, 0]", "the beam; for a cylinder the spindle",
                                    "normal of a slab at spindle angle 0, with which it turns; axis of a cylinder"},
                                   no_unit, 3)
              .needing({"sample"}),
          row<a, &Attenuation::mask_below>(
              Kind::Number,
              {"mask_below", "0.5", "0.9",
               "masks of files mark pixels to which obstacles leave less than this fraction of the sample's light; 0: "
               "none"},
              no_unit, 1)
              .within(0, 1),
      }};
}

const Section<Obstacle>& obstacle_section() {
  using O = Obstacle;
  static const Section<O> section{
      "attenuation.obstacle",
      "A beam stop, a holder or another thing that casts a shadow: flat, in a plane square to the beam, or in the "
      "pixels "
      "of a panel. Places have two numbers, along the fast and the slow axis of the first panel, from the direct beam.",
      {
          plain<O, &O::name>(Kind::Text, {"name", "\"beam stop\"", "none", "name for messages"}),
          choice<O, obstacle_shapes, &O::shape>(
              {"shape", "\"disc\"", "disc; polygon where there are corners", "its form"}),
          plain<O, &O::size_m>(
              Kind::Number, {"size", "3", "none", "diameter of a disc, edge of a square, width of a rod"}, lengths, 1)
              .above_zero(),
          plain<O, &O::distance_m>(Kind::Number, {"distance", "30", "none", "distance from the sample along the beam"},
                                   lengths, 1)
              .above_zero(),
          plain<O, &O::offset_m>(Kind::Numbers, {"offset", "[0.1, 0]", "0, 0", "its middle, or the origin of corners"},
                                 lengths, 2),
          plain<O, &O::direction_rad>(
              Kind::Number, {"direction", "90", "0", "of a rod or an arm: 0 is along fast, 90 deg along slow"}, angles,
              1),
          plain<O, &O::arm_width_m>(
              Kind::Number, {"arm", "0.5", "no arm", "width of an arm that holds it, from its middle beyond the image"},
              lengths, 1)
              .above_zero(),
          plain<O, &O::corners_m>(Kind::Numbers,
                                  {"corners", "[1, 1, 5, 1, 3, 4]", "none",
                                   "corners of a polygon in the plane, two numbers each, in their order around it"},
                                  lengths),
          plain<O, &O::corners_px>(Kind::Numbers,
                                   {"outline", "[10, 10, 20, 10, 15, 30]", "none",
                                    "corners of a polygon in the pixels of a panel, instead of a place in space"},
                                   pixels)
              .excluding({"corners", "distance", "arm"}),
          plain<O, &O::panel>(Kind::Count, {"panel", "0", "0, the first", "number of that panel"})
              .needing({"outline"})
              .from(0),
          plain<O, &O::transmission>(
              Kind::Number, {"transmission", "0.001", "0", "fraction of the light that it lets through"}, no_unit, 1)
              .within(0, 1),
          plain<O, &O::matter, &Matter::material>(
              Kind::Text, {"material", "\"W\"", "none", "element, formula or name of its material"})
              .needing({"thickness"})
              .excluding({"transmission"}),
          plain<O, &O::matter, &Matter::density_g_per_cm3>(
              Kind::Number, {"density", "19.3", "that of the material", "its density"}, densities, 1)
              .needing({"material"})
              .above_zero(),
          plain<O, &O::matter, &Matter::attenuation_per_m>(
              Kind::Number, {"attenuation", "100", "that of the material", "its linear coefficient"}, inverse_lengths,
              1)
              .needing({"thickness"})
              .excluding({"material", "transmission"})
              .from(0),
          plain<O, &O::thickness_m>(Kind::Number,
                                    {"thickness", "2", "opaque", "thickness of its matter along the beam"}, lengths, 1)
              .needing({"material", "attenuation"})
              .above_zero(),
      }};
  return section;
}

const Section<Medium>& medium_section() {
  using M = Medium;
  static const Section<M> section{
      "attenuation.medium",
      "Gas or a window between two planes square to the beam. A window has a thickness; gas goes from one distance to "
      "another.",
      {
          plain<M, &M::matter, &Matter::material>(
              Kind::Text, {"material", "\"air\"", "none",
                           "element, formula or name: air, helium, nitrogen, argon, vacuum, kapton, mylar, Be ..."}),
          plain<M, &M::matter, &Matter::density_g_per_cm3>(
              Kind::Number, {"density", "0.0012", "that of the material", "its density"}, densities, 1)
              .needing({"material"})
              .above_zero(),
          plain<M, &M::matter, &Matter::attenuation_per_m>(
              Kind::Number, {"attenuation", "0.001", "that of the material", "its linear coefficient"}, inverse_lengths,
              1)
              .excluding({"material"})
              .from(0),
          plain<M, &M::from_m>(Kind::Number,
                               {"from", "10", "0, the sample", "where it begins, from the sample along the beam"},
                               lengths, 1)
              .from(0),
          plain<M, &M::to_m>(Kind::Number, {"to", "95", "the pixels", "where it ends"}, lengths, 1).above_zero(),
          plain<M, &M::thickness_m>(Kind::Number, {"thickness", "0.05", "none", "thickness of a window, from `from`"},
                                    lengths, 1)
              .excluding({"to"})
              .above_zero(),
      }};
  return section;
}

}  // namespace femtobragg::scene
