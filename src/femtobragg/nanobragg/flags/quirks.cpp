// The list of quirks. Help, announcements and documentation are made from it.
#include "femtobragg/nanobragg/flags/quirks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::nanobragg {
namespace {

using enum Quirk;

// clang-format off
constexpr std::array<QuirkInfo, quirk_count> table = {{
    {TwothetaAxisFlag, "Q-twotheta-axis-flag", "-twotheta_axis x y z also sets the 2-theta angle to x degrees and the pivot to the sample",
     "-twotheta_axis sets the axis only"},
    {MissetSeedFlag, "Q-misset-seed-flag", "-misset_seed n is also read as -misset, with n and the two words that follow as angles",
     "-misset_seed sets the seed only"},
    {CurvedLast, "Q-curved-last", "-curved_det as the last word is ignored", "it is honoured"},
    {TriclinicCell, "Q-triclinic-cell", "c* has a wrong component unless sin(gamma) = sin(gamma*): the cell angles drift",
     "the reciprocal cell is dual to the real one"},
    {MatMissing, "Q-mat-missing", "an unreadable matrix file is ignored if a cell is given", "it is an error"},
    {MissetRandom, "Q-misset-random", "-misset random draws rotations of at most 90 radians, and small angles too often",
     "random orientations are uniform over all rotations"},
    {SeedDefault, "Q-seed-default", "seeds that are not given come from the clock, each independently", "the misset seed follows -seed; one clock seed serves both and is printed"},
    {Pivot, "Q-pivot", "the pivot is that of the convention, whatever -pivot and other flags say",
     "-pivot decides, else 2-theta swings about the sample, else the last beam-centre or near-point flag, else the convention"},
    {ClosePoint, "Q-close-point", "-Xclose -Yclose work in CUSTOM only, -ORGX -ORGY not in MOSFLM, DENZO and ADXV",
     "the near point is honoured in every convention"},
    {Pix0, "Q-pix0", "-pix0_vector only selects the CUSTOM convention; the origin is recalculated", "the vector is the origin of the detector"},
    {CustomAxes, "Q-custom-axes", "a vector flag drops the named convention; the other vectors take CUSTOM defaults",
     "the other vectors, the beam centre and the pivot stay those of the named convention"},
    {AxisLength, "Q-axis-length", "the 2-theta axis is used with its typed length and stretches the detector", "it is normalised"},
    {OdetSkew, "Q-odet-skew", "the detector normal may be skew to custom fast and slow axes", "the normal is perpendicular to both"},
    {TwothetaReport, "Q-twotheta-report", "reported distance and beam centre, automatic oversampling and the curved radius ignore 2-theta",
     "they describe the detector in its final position"},
    {XtalsizeInterp, "Q-xtalsize-interp", "interpolation is decided before the number of cells follows from the sample size", "it is decided on the final number of cells"},
    {StepRules, "Q-step-rules", "a count of steps without a range means 1 degree or 1 radian, a single step becomes two",
     "a count needs a range, and one step is one step"},
    {PhiEdges, "Q-phi-edges", "each phi step is rendered at the angle where it begins, which rotates the image by half a step",
     "each is rendered at its middle"},
    {SpreadEnds, "Q-spread-ends", "divergence and dispersion give both ends of their range the same weight as its middle: two points are 1.7 times too wide",
     "the points are the middles of equal parts of the range"},
    {DivergenceGrid, "Q-divergence-grid", "divergence grids given by range and step, or by a count, are off centre", "they are centred on the beam"},
    {SourceWeights, "Q-source-weights", "weights in the source file are read but not used", "sources are weighted"},
    {SourceParse, "Q-source-parse", "comment lines and line ends in a source file become zeros", "comments are skipped and missing columns take their defaults"},
    {HklParse, "Q-hkl-parse", "the reflection list is read as a stream of numbers, whatever its lines", "it is read line by line"},
    {FdumpStale, "Q-fdump-stale", "structure factors come from a dump file in the current folder", "a dump is read only if -dump names it"},
    {FdumpBytes, "Q-fdump-bytes", "first bytes of the dump that look like blanks are lost and the table shifts", "the table is read from its exact place"},
    {DirectBeam, "Q-direct-beam", "F(0,0,0) lights the pixel that the direct beam hits", "it is not rendered, as if behind a beam stop, unless -direct_beam is given"},
    {HeaderDistance, "Q-header-distance", "the header's CLOSE_DISTANCE is read as DISTANCE and overrides -distance", "whole keys are matched, and the command line takes precedence"},
    {HeaderTwotheta, "Q-header-twotheta", "the header's TWOTHETA is ignored", "it sets the 2-theta angle"},
    {HeaderCentre, "Q-header-centre", "the header's BEAM_CENTER is read in the run's convention, and that of a mask from the other edge",
     "the beam is where DIALS_ORIGIN or DENZO_X_BEAM put it, else BEAM_CENTER from the image's corner, unless a convention is named"},
    {HeaderSwap, "Q-header-swap", "pixels of the other byte order are not swapped", "BYTE_ORDER is honoured"},
    {Phi0Carry, "Q-phi0-carry", "a phi of exactly zero keeps the orientation of the step before", "phi zero is the crystal as it was mounted"},
    {InterpOff, "Q-interp-off", "the first index outside the table ends interpolation for the rest of the image", "only that index gets the nearest value"},
    {RunningSum, "Q-running-sum", "-oversample_* factors multiply the sum so far again after each term", "each term carries its own factor once"},
    {FirstSubpixel, "Q-first-subpixel", "polarization, solid angle and absorption of the first sub-pixel, layer and source are used for the whole pixel",
     "each sample has its own"},
    {ThicknessLayers, "Q-thickness-layers", "sensor layers are at their front, reach too deep, and all have the last layer's absorption",
     "each layer is at the mean depth of the photons that it absorbs"},
    {AbsorbZero, "Q-absorb-zero", "-detector_abs inf before -detector_thick, or -oversample_thick without a thickness, makes a black image",
     "both switch absorption off"},
    {NopolarLost, "Q-nopolar-lost", "-oversample_polar applies polarization in spite of -nopolar", "-nopolar takes precedence"},
    {Water, "Q-water", "water is scaled by the fluence twice and divided by the steps", "water scatters once, in proportion to the fluence"},
    {Curved, "Q-curved", "-curved_det bends along lab y and z, which mirrors the image", "it bends along the detector's own axes"},
    {PointPixel, "Q-point-pixel", "-point_pixel omits the area of the pixel", "the solid angle is p^2/R^2"},
    {GaussWidth, "Q-gauss-width", "gaussian and tophat spots have a width in 1/angstrom that does not depend on the cell", "the width is 1/N in Miller indices"},
    {SolidAngle, "Q-solid-angle", "the printed solid angle is divided by sources, domains and phi steps, and includes each layer", "it is the solid angle of the rendered pixels"},
    {RmsdMask, "Q-rmsd-mask", "masked pixels are treated as zeros in the printed rmsd and in the PGM scale", "they are excluded"},
    {HeaderOverflow, "Q-header-overflow", "a header beyond 512 bytes shifts the image", "the header grows by 512 bytes"},
    {HeaderDials, "Q-header-dials", "DIALS_ORIGIN ends without a semicolon", "every value ends with one"},
    {HeaderBeamline, "Q-header-beamline", "BEAMLINE=fake makes DIALS read any beam centre as ADXV's",
     "BEAM_CENTER is what DIALS assumes, within a pixel"},
    {RoundNode, "Q-round-node", "next to a lattice point the formulas of lattice factors lose precision: a sub-pixel there may have no photons (device reference; others keep it)",
     "lattice factors keep their precision"},
    {NoiseSerial, "Q-noise-serial", "one generator draws the noise of all pixels, one after the other; frame i of a series has the seed plus i",
     "each pixel's noise follows from seed, frame, panel and pixel alone, whatever threads or machines draw it"},
}};
// clang-format on

consteval bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].quirk) != i) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const QuirkInfo> quirk_table() { return table; }

const QuirkInfo& info(Quirk quirk) { return table[static_cast<std::size_t>(quirk)]; }

QuirkSet QuirkSet::parse(std::string_view text) {
  if (text == "all") return all();
  if (text == "none") return none();
  QuirkSet set;
  while (true) {
    const std::string_view id = text.substr(0, text.find(','));
    const auto* found = std::ranges::find(table, id, &QuirkInfo::id);
    if (found == table.end())
      throw Error::usage({.what = "unknown quirk",
                          .where = "-quirks",
                          .value = in_quotes(id),
                          .rule = "it takes all, none, or ids separated by commas",
                          .remedy = "`femtobragg quirks` lists the ids"});
    set = set.with(found->quirk);
    if (id.size() == text.size()) return set;
    text.remove_prefix(id.size() + 1);
  }
}

bool nearly_equal(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b));
}

}  // namespace femtobragg::nanobragg
