// What usually makes a quantity differ between programs, by the quantity that parts first.
#include <array>
#include <string_view>

#include "femtobragg/evidence/compare/trace_comparison.h"

namespace femtobragg::evidence {
namespace {

struct Causes {
  std::string_view begins;  ///< of the quantity's name; the first entry that fits holds
  std::array<std::string_view, 3> causes;
};

constexpr Causes table[] = {
    {"detector_convention", {"a different convention flag, or a custom vector that switches it to CUSTOM"}},
    {"angles_rad", {"degrees instead of radians", "the order rotx roty rotz twotheta"}},
    {"beam_center", {"half a pixel of the convention", "X and Y swapped", "millimetres instead of metres"}},
    {"pixel_mm", {"a different -pixel, or one from a header of -img or -mask"}},
    {"initial_", {"a different convention", "custom vectors that are not unit vectors"}},
    {"ratio", {"whether the cosine between beam and normal includes 2-theta", "the order of the rotations"}},
    {"distance_m", {"-close_distance read as -distance", "which of the two an SMV header sets"}},
    {"close_distance",
     {"-distance instead of -close_distance", "the cosine of the detector rotations",
      "rotations about beam or sample"}},
    {"Fclose", {"the near point instead of the beam centre", "half a pixel of the convention", "ORGX and ORGY"}},
    {"Sclose", {"the near point instead of the beam centre", "half a pixel of the convention", "ORGX and ORGY"}},
    {"Fbeam", {"half a pixel of the convention", "Xbeam and Ybeam swapped, or measured from the other edge"}},
    {"Sbeam", {"half a pixel of the convention", "Xbeam and Ybeam swapped, or measured from the other edge"}},
    {"term_", {"the beam centre of the convention", "the initial axes", "the distance"}},
    {"twotheta_axis", {"the axis of a different convention", "an axis that is not a unit vector"}},
    {"fdet_", {"the order or the sign of the rotations", "the 2-theta axis", "the convention's axes"}},
    {"sdet_", {"the order or the sign of the rotations", "the 2-theta axis", "the convention's axes"}},
    {"odet_", {"the order or the sign of the rotations", "the 2-theta axis", "the normal as fast x slow"}},
    {"pix0", {"the pivot: beam or sample", "half a pixel in the beam centre", "the order of the rotations"}},
    {"pixel_pos",
     {"the sub-pixel's position: its centre, its corner, or a different oversampling", "fast and slow swapped",
      "the depth of the sensor layer, or a curved detector"}},
    {"R_distance", {"the position of the pixel"}},
    {"R", {"the sign of a rotation", "the order of the rotations about x, y, z", "degrees instead of radians"}},
    {"omega_pixel",
     {"-point_pixel, or the obliquity factor omitted", "the first sub-pixel's value instead of the mean of all",
      "close distance instead of distance"}},
    {"obliquity", {"the close distance", "the position of the pixel"}},
    {"diffracted", {"the position of the pixel"}},
    {"incident", {"the convention's beam direction", "the first source of a divergent beam or a source file"}},
    {"lambda", {"-energy or -lambda: hc", "the wavelength column of a source file", "dispersion"}},
    {"scattering_vec", {"1/angstrom instead of 1/m", "2 pi in reciprocal space", "the wavelength"}},
    {"rot_", {"the misset and its order", "the spindle angle of the first step", "the seed of the mosaic domains"}},
    {"ref_", {"the cell's volume and c* (Q-triclinic-cell)", "the misset", "the wavelength in an orientation matrix"}},
    {"hkl_frac", {"the real axes: cell, misset, phi, mosaic domain", "the scattering vector"}},
    {"hkl_rounded", {"rounding of half-way values: they are rounded down", "the fractional indices"}},
    {"F_latt",
     {"a different number of unit cells: -N or -samplesize, or its default", "the crystal's shape", "-fudge"}},
    {"phi", {"the first phi step", "steps as range/count or range/(count - 1)", "phi carried over between pixels"}},
    {"F_cell",
     {"a stale dump file that one of the programs read", "interpolation on in one program and off in the other",
      "-default_F for reflections that the list does not have"}},
    {"I_before_scaling", {"sources, mosaic domains or phi steps that are not summed", "source weights", "background"}},
    {"r_e", {"a different value of the classical electron radius"}},
    {"fluence", {"-flux, -exposure and -beamsize instead of -fluence"}},
    {"steps", {"the number of sources, mosaic domains, phi steps or sub-pixels", "the step rules of divergence"}},
    {"oversample", {"a different oversampling flag"}},
    {"capture", {"layers and their depths", "the attenuation depth in micrometres", "the last layer instead of all"}},
    {"polar",
     {"the polarization factor: -polar, -nopolar", "the polarization axis",
      "the first sub-pixel's or source's value instead of the mean"}},
    {"cos_2theta", {"the directions of the last sub-pixel and source"}},
    {"I_pixel_final", {"the normalisation by steps", "solid angle, polarization or capture", "the fluence"}},
    {"floatimage", {"rounding to float32", "what is added to a pixel after its last sample"}},
};

}  // namespace

std::vector<std::string> likely_causes(const std::string& name) {
  for (const Causes& entry : table) {
    if (!quantity_of_name(name).starts_with(entry.begins)) continue;
    std::vector<std::string> causes;
    for (const std::string_view cause : entry.causes)
      if (!cause.empty()) causes.emplace_back(cause);
    return causes;
  }
  return {};
}

}  // namespace femtobragg::evidence
