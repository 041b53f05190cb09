// What becomes of the photons of a pixel: the numbers that a detector gives.
#pragma once

#pragma GCC visibility push(default)
namespace femtobragg {

/// How a value becomes a whole number.
enum class Rounding {
  Nearest,         ///< half-way values go up
  NearestInFloat,  ///< the same, but the sum with a half is rounded to a float first (as older programs do)
  CutOff,          ///< towards zero
};

/// In the order in which a detector does it. By default pixels give their photons.
struct Response {
  bool counting_noise = false;  ///< photons are counted; otherwise their expected number is taken
  double gain = 1;              ///< numbers for each photon
  double offset = 0;            ///< what a pixel without photons gives
  Rounding rounding = Rounding::Nearest;

  friend bool operator==(const Response&, const Response&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
