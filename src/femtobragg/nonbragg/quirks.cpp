// The list of quirks, each with the test whether it changes a run.
#include "femtobragg/nonbragg/quirks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/nanobragg/flags/quirks.h"

namespace femtobragg::nonbragg {
namespace {

using Run = FinishedRun;
using nanobragg::nearly_equal;

const Options& options(const Run& run) { return run.setup.options; }
const DetectorOptions& detector(const Run& run) { return run.setup.options.detector; }
bool inverse(const Run& run) { return run.image != nullptr; }
bool has_many_steps(const Run& run) { return run.setup.steps() > 1; }
bool swings(const Run& run) { return detector(run).twotheta_rad != 0; }

double header_number(const Run& run, const char* key) {
  if (!run.image) return 0;
  return formats::smv_number(run.image->header, key, formats::KeyMatch::Whole).value_or(0);
}

bool adds_pixel(const Run& run) {
  const auto more = [](std::size_t made, std::int64_t asked) {
    return asked > 0 && made != static_cast<std::size_t>(asked);
  };
  return more(run.setup.geometry.n_fast, detector(run).n_fast) || more(run.setup.geometry.n_slow, detector(run).n_slow);
}

bool leaves_table(const Run& run) {
  const Table& table = run.setup.table;
  return run.rendering.least_near < Table::added ||
         (run.rendering.greatest_near != 0 && run.rendering.greatest_near >= table.rows() + Table::added - 1);
}

bool uneven_weights(const Run& run) {
  double sum = 0;
  for (const Source& source : run.setup.sources) sum += source.weight;
  return !nearly_equal(sum, static_cast<double>(run.setup.sources.size()));
}

bool wrong_ratio(const Run& run) {
  const Geometry& g = run.setup.geometry;
  return swings(run) && !nearly_equal(dot(g.beam, g.normal), g.ratio);
}

// clang-format off
const auto table = std::to_array<QuirkRow>({
    {"QB-pixel-count", "pixels are counted again after their number became a length: rounding adds a row or column for some numbers",
     "there are as many pixels as asked for", adds_pixel},
    {"QB-centre", "beam centres are fast and slow from the corner of the first pixel, by themselves 1.5 and 0.5 pixels from nanoBragg's",
     "they are those of nanoBragg's convention", [](const Run&) { return true; }},
    {"QB-org", "-ORGX -ORGY times the pixel is the near point", "they count from 0.5, the middle of the first pixel", [](const Run& run) { return options(run).odd.org_given; }},
    {"QB-img-centre", "BEAM_CENTER_X of an image is fast, and BEAM_CENTER_Y counts from the far edge", "the program that wrote the header decides",
     [](const Run& run) { return run.image && formats::smv_number(run.image->header, "BEAM_CENTER_X", formats::KeyMatch::LastOccurrence).has_value(); }},
    {"QB-twotheta-axis", "the detector swings about +y", "it swings about the axis of the convention", [](const Run& run) { return swings(run) && !options(run).odd.twotheta_axis_given; }},
    {"QB-twotheta-axis-flag", "-twotheta_axis x y z also sets the 2-theta angle to x degrees and the pivot to the sample", "-twotheta_axis sets the axis only",
     [](const Run& run) { return options(run).odd.axis_set_angle; }},
    {"QB-twotheta-report", "reported distance and beam centre ignore 2-theta", "they describe the detector in its final position", wrong_ratio},
    {"QB-axis-length", "the 2-theta axis is used with its typed length and stretches the detector", "it is normalised",
     [](const Run& run) { return swings(run) && !nearly_equal(norm(detector(run).twotheta_axis), 1); }},
    {"QB-header-distance", "the header's CLOSE_DISTANCE is read as DISTANCE and overrides -distance", "whole keys are matched, and the command line takes precedence",
     [](const Run& run) { return header_number(run, "CLOSE_DISTANCE") != 0; }},
    {"QB-header-twotheta", "the header's TWOTHETA is ignored", "it sets the 2-theta angle", [](const Run& run) { return header_number(run, "TWOTHETA") != 0; }},
    {"QB-header-swap", "pixels of the other byte order are not swapped", "BYTE_ORDER is honoured", [](const Run& run) { return run.image && run.image->byte_order_matters; }},
    {"QB-oversample-prefix", "-oversample_thick, -oversample_polar and -oversample_omega set the number of sub-pixels to that of the next word", "they are flags of their own",
     [](const Run& run) { return options(run).odd.oversample_prefix; }},
    {"QB-thick-prefix", "-thicksteps sets the thickness of the sample", "it is a flag of the sensor", [](const Run& run) { return options(run).odd.thick_prefix; }},
    {"QB-curved-last", "-curved_det as the last word is ignored", "it is honoured", [](const Run& run) { return options(run).odd.curved_last; }},
    {"QB-curved", "-curved_det bends along lab y and z, which mirrors the image", "it bends along the detector's own axes", [](const Run& run) { return detector(run).curved; }},
    {"QB-point-pixel", "-point_pixel omits the area of the pixel", "the solid angle is p^2/R^2", [](const Run& run) { return detector(run).point_pixel; }},
    {"QB-nopgm", "the picture is written in spite of -nopgm", "-nopgm is honoured", [](const Run& run) { return options(run).odd.no_pgm; }},
    {"QB-extrapolate", "beyond the table F follows the straight line through its two outermost rows", "it is constant, with a warning", leaves_table},
    {"QB-unsorted", "rows stay in the order of the file: a pixel depends on those before it", "rows are sorted", [](const Run& run) { return !run.setup.table.sorted; }},
    {"QB-comment-rows", "a comment line is a row 0 0; two of them make pixels near the beam NaN", "comments are skipped", [](const Run& run) { return run.setup.table.comment_rows > 0; }},
    {"QB-missing-F", "a row without F has F = 0", "it is skipped", [](const Run& run) { return run.setup.table.missing_f > 0; }},
    {"QB-negative-F", "where F is below zero photons are negative", "the same, with a count of such pixels", [](const Run& run) { return run.statistics.negative > 0; }},
    {"QB-source-weights", "the weights of sources are divided by their number", "they are divided by their sum", uneven_weights},
    {"QB-psi", "without polarization the azimuth is not initialised: some compilers make an image of NaN", "it is 0"},
    {"QB-stats", "the printed rmsd, which scales the picture, leaves the first pixel out; with -img the mean is divided by the pixels of the last bin",
     "all rendered pixels count", [](const Run& run) { return run.statistics.shifted || inverse(run); }},
    {"QB-solid-angle", "the printed solid angle is a sum over sub-pixels", "it is the solid angle of the pixels", [](const Run& run) { return options(run).oversample > 1; }},
    {"QB-pgm-length", "as many bytes of stray memory follow the picture", "the picture ends after its pixels"},
    {"QB-pgm-negative", "negative photons wrap round in the picture", "they are black", [](const Run& run) { return run.statistics.negative > 0; }},
    {"QB-gain", "-gain has no effect on the noise image", "it multiplies the photons", [](const Run& run) { return options(run).inverse.gain != 1 && options(run).output.noise; }},
    {"QB-last-sample", "-Fmap and -img use the last sub-pixel and source only", "they use means", [](const Run& run) { return (options(run).amplitude_map || inverse(run)) && has_many_steps(run); }},
    {"QB-inverse-steps", "F from an image is too large by the root of the number of sub-pixels and sources", "there is no such factor", [](const Run& run) { return inverse(run) && has_many_steps(run); }},
    {"QB-inverse-roi", "pixels outside -roi spoil the bins of the table", "they are left out"},
    {"QB-inverse-root", "F from an image is a mean of roots, in single precision", "it is the root of the mean", inverse},
    {"QB-reject", "rejection cannot be switched off; median and median deviation of the table are 0", "they are real, and -reject is a choice", inverse},
    {"QB-seed", "a seed that is not given comes from the clock", "it is printed, or 1", [](const Run& run) { return options(run).output.noise && !options(run).output.seed; }},
    {"QB-molecules-clip", "-molecules is not reduced where the sample is wider than the beam", "the same",
     [](const Run& run) { return options(run).sample.molecules != 0 && (run.setup.clipped[0] || run.setup.clipped[1]); }},
});
// clang-format on

}  // namespace

std::span<const QuirkRow> quirk_table() { return table; }

std::string quirk_report(const FinishedRun& run) {
  std::string text;
  for (const QuirkRow& row : table)
    if (row.changes && row.changes(run))
      text += "quirk " + std::string(row.id) + ": " + std::string(row.on) +
              "; correct behaviour: " + std::string(row.off) + "\n";
  return text;
}

}  // namespace femtobragg::nonbragg
