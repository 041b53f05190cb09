// The list of noisify's quirks. Announcements and `femtobragg quirks` are made from it.
#include "femtobragg/noisify/quirks.h"

#include <array>

namespace femtobragg::noisify {
namespace {

using enum Quirk;

// clang-format off
constexpr std::array<QuirkInfo, quirk_count> table = {{
    {CalibrationStream, "QN-calibration-stream", "the map of the calibration depends on the seed of the noise: flicker, calibration and counts draw from one generator",
     "the map is the same in all images"},
    {CalibSeedDefault, "QN-calib-seed-default", "the calibration's seed that is not given, 123456789, acts as 1, or is never used", "it is used as it is"},
    {SeedIdle, "QN-seed-idle", "-seed has no effect: the calibration's stream serves all deviates", "each stage has a stream of its own"},
    {FlickerPixel, "QN-flicker-pixel", "each pixel gets a factor of its own for the flicker, as if the detector flickered", "the beam flickers: one factor for the image"},
    {CalibrationDefault, "QN-calibration-default", "an error of 3 % of the calibration is simulated although none is asked for", "none is simulated, unless -calibration asks for it"},
    {PsfWrap, "QN-psf-wrap", "light that leaves the image at its right edge enters the next row from the left", "it leaves the image"},
    {PsfRemainder, "QN-psf-remainder", "photons beyond the radius of the kernel are spread evenly over the image, and those that leave it vanish", "the point spread is a convolution with the whole kernel"},
    {PsfFaint, "QN-psf-faint", "a pixel below 0.01 photons has no radius in a Gaussian point spread: a crash, or lost light", "it is spread like all others", false},
    {PsfInt, "QN-psf-int", "the integer image has no point spread in a run with noise", "it has that of the noise image"},
    {Int32Clip, "QN-int32-clip", "the integer image of 32 bits ends at 65535", "it ends where 32 bits end"},
    {NegativeWrap, "QN-negative-wrap", "numbers below zero are stored as numbers near the largest one", "they are stored as 0 and counted"},
    {Truncate, "QN-truncate", "numbers are cut off: with noise they are half a unit too low on average", "they are rounded"},
    {ShapeGuess, "QN-shape-guess", "the shape of the image is a guess from the size of the file: most images are scrambled", "a shape that is not stated is an error"},
    {Detsize, "QN-detsize", "-detsize has no effect", "it gives the number of pixels"},
    {FileSize, "QN-file-size", "a file that does not fit the shape is cut, or filled with zeros", "it is an error"},
    {Name, "QN-name", "a word with floatimage.bin in it is the input, whatever it stands for", "only a flag names the input"},
    {HeaderCopy, "QN-header-copy", "the header is copied although its TYPE or BYTE_ORDER is not that of the pixels", "the header says what the pixels are"},
    {HeaderMissing, "QN-header-missing", "a file of -header that is missing or has no header gives an image without one, or a crash", "it is an error", false},
    {Bits, "QN-bits", "other numbers of bits than 16 and 32 give files without pixels", "they are an error", false},
    {PhiPrefix, "QN-phi-prefix", "a flag that begins with -phi, such as -phisteps, sets phi", "only -phi does"},
    {Fluence, "QN-fluence", "-fluence multiplies an image that the simulator has multiplied by its fluence", "photons are photons: the simulator's fluence must not be given again"},
    {Seed, "QN-seed", "the seed that is not given comes from the clock", "it follows from the command line"},
    {Warnings, "QN-warnings", "each negative pixel gets a warning", "one line counts them"},
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

std::string ActiveQuirks::report() const {
  std::string text;
  for (const QuirkInfo& quirk : table)
    if (active(quirk.quirk))
      text += "quirk " + std::string(quirk.id) + ": " + std::string(quirk.on) +
              "; correct behaviour: " + std::string(quirk.off) + "\n";
  return text;
}

}  // namespace femtobragg::noisify
