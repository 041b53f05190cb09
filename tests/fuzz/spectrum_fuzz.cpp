// The reader of tables of spectra, and what is done with them before an image is rendered.
#include <cmath>
#include <optional>

#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/simulate/spectrum.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  using Unit = std::optional<formats::SpectrumUnit>;
  for (const Unit unit : {Unit(), Unit(formats::SpectrumUnit::Angstrom), Unit(formats::SpectrumUnit::KiloElectronVolt)})
    fuzz::allow_refusal([&] {
      const Spectrum spectrum = formats::parse_spectrum(text, "fuzz", unit).spectrum;
      fuzz::require(!spectrum.empty() && total_weight(spectrum) > 0);
      const double range = spectrum.back().wavelength_m - spectrum.front().wavelength_m;
      const Spectrum few = resampled(filled(spectrum, range / 16), 7);
      fuzz::require(few.size() <= 7);
      for (const SpectrumLine& line : few) fuzz::require(line.weight >= 0);
    });
  return 0;
}
